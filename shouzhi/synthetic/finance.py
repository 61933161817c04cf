"""The two feeds that finance keeps: where the balances are held, and the residents' subsidies that arrived."""

import csv
import random
from decimal import Decimal
from pathlib import Path

from shouzhi.synthetic.ledger import Ledger
from shouzhi.synthetic.settings import month_code, month_of, year_of


def _yuan(fen: int) -> str:
    return f"{Decimal(fen).scaleb(-2):.2f}"


def write_assets(ledger: Ledger, out: Path, month: int) -> None:
    """Balance = fiscal + income + expenditure account + advances − payables − loans, to the fen."""
    rows = []
    for (area, fund), series in ledger.series.items():
        if month not in series:
            continue
        entry = series[month]
        rng = random.Random(f"{ledger.plan.seed}/asset/{area}/{fund}/{month}")
        income_account = round(max(0, entry.flows.get("premium", 0)) * rng.uniform(0.2, 0.5))
        expenditure_account = round(max(0, entry.spending) * rng.uniform(0.3, 0.8))
        advances = round(max(0, entry.spending) * rng.uniform(0, 0.02))
        payables = round(max(0, entry.spending) * rng.uniform(0, 0.03))
        rest = entry.closing - income_account - expenditure_account - advances + payables
        loans = max(0, -rest)  # what is spent beyond the balance was lent
        rows.append(
            (
                month_code(month),
                area,
                fund,
                *map(_yuan, (rest + loans, income_account, expenditure_account, advances, payables, loans)),
            )
        )
    with (out / f"fund_asset_{month_code(month)}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(
            (
                "period",
                "admdvs",
                "fund_code",
                "fiscal_account",
                "income_account",
                "expenditure_account",
                "advances",
                "payables",
                "loans",
            )
        )
        writer.writerows(rows)


def write_subsidies(ledger: Ledger, out: Path, month: int) -> None:
    if not ledger.subsidies:
        return
    date = f"{year_of(month)}-{month_of(month):02d}"
    with (out / f"fin_subsidy_{month_code(month)}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(
            ("year", "admdvs", "level", "heads", "standard", "due_amt", "arrived_amt", "arrived_date")
        )
        for s in ledger.subsidies:
            writer.writerow(
                (
                    s.year,
                    s.county,
                    s.level,
                    s.heads,
                    _yuan(s.standard),
                    _yuan(s.due),
                    _yuan(s.arrived),
                    f"{date}-{s.day:02d}",
                )
            )

"""The main job on published accounts: every figure arrives, every flaw of the source comes out as what it is.

The expected values below were worked out by hand from the publications, not from a run
(tests/fixtures/published/SOURCES.md). Differences are stated minus computed.
"""

import csv
from collections import Counter
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

pytestmark = pytest.mark.pipeline

FACTS = Path(__file__).resolve().parents[2] / "fixtures" / "published_facts"
WAN = Decimal(10_000)
YI = Decimal(100_000_000)

# area, fund, year, statement, unit -> column: amount in that unit (None: the source does not allow to say)
EXPECTED_AMOUNTS = {
    # 2018: 6973.94 − 6284.51
    ("全国", "390100", "2018", "execution", YI): {
        "income_yuan": "6973.94",
        "expenditure_yuan": "6284.51",
        "surplus_yuan": "689.43",
        "stated_closing_yuan": None,
        "opening_restatement_yuan": None,
    },
    ("全国", "310000", "2018", "execution", YI): {
        "surplus_yuan": "2754.36",
        "stated_surplus_difference_yuan": None,
    },
    # 新农合 stands apart: 856.89 − 818.22
    ("全国", "999997", "2018", "execution", YI): {"surplus_yuan": "38.67"},
    # 13259.28 + 6973.94 = 20233.22, published 21090.11: what is missing is 新农合, 856.89
    # 10504.92 + 6284.51 = 16789.43, published 17607.65: 818.22
    ("全国", "ALL", "2018", "execution", YI): {
        "income_yuan": "20233.22",
        "stated_income_difference_yuan": "856.89",
        "expenditure_yuan": "16789.43",
        "stated_expenditure_difference_yuan": "818.22",
        "stated_closing_yuan": "23233.74",
    },
    # 快报: only balances by scheme; 13573.79 + 8276.50 = 21850.29, 21850.29 + 5061.82 = 26912.11
    ("全国", "310000", "2019", "execution", YI): {"income_yuan": None, "stated_closing_yuan": "21850.29"},
    ("全国", "390100", "2019", "execution", YI): {"income_yuan": None, "stated_closing_yuan": "5061.82"},
    # 26912.11 − (23334.87 − 19945.73) = 23522.97; prior closing 23233.74
    ("全国", "ALL", "2019", "execution", YI): {
        "surplus_yuan": "3389.14",
        "opening_yuan": "23522.97",
        "opening_restatement_yuan": "289.23",
        "stated_closing_yuan": "26912.11",
    },
    # 公报 against 快报: 27697 − 26912.11 (with 生育保险 now)
    ("全国", "ALL", "2019", "final", YI): {
        "income_yuan": "24421",
        "expenditure_yuan": "20854",
        "surplus_yuan": "3567",
        "stated_closing_yuan": "27697",
        "final_audit_yuan": "784.89",
    },
    # 8426 − 8276.50
    ("全国", "310200", "2019", "final", YI): {"stated_closing_yuan": "8426", "final_audit_yuan": "149.50"},
    # 31500 − (24846 − 21032) = 27686; prior closing 27697
    ("全国", "ALL", "2020", "final", YI): {
        "opening_yuan": "27686",
        "opening_restatement_yuan": "-11",
        "stated_closing_yuan": "31500",
    },
    # 36156.30 − 4684.48 = 31471.82; prior closing 31500
    ("全国", "ALL", "2021", "final", YI): {
        "income_yuan": "28727.58",
        "stated_income_difference_yuan": "0",
        "surplus_yuan": "4684.48",
        "opening_restatement_yuan": "-28.18",
    },
    # 9724.48 − 9296.37 = 428.11, published 428.10; 2020 has no residents: no restatement to compute
    ("全国", "390100", "2021", "final", YI): {
        "surplus_yuan": "428.11",
        "stated_surplus_difference_yuan": "-0.01",
        "stated_closing_yuan": "6716.58",
        "opening_restatement_yuan": None,
    },
    # 7534.13 − 775.46 = 6758.67; prior closing 6716.58
    ("全国", "390100", "2022", "final", YI): {
        "surplus_yuan": "775.46",
        "opening_yuan": "6758.67",
        "opening_restatement_yuan": "42.09",
        "closing_difference_yuan": "0",
    },
    # 42639.89 − 6324.93 = 36314.96; prior closing 36156.30
    ("全国", "ALL", "2022", "final", YI): {"surplus_yuan": "6324.93", "opening_restatement_yuan": "158.66"},
    # 7663.70 − 112.06 = 7551.64; prior closing 7534.13
    ("全国", "390100", "2023", "final", YI): {
        "surplus_yuan": "112.06",
        "opening_yuan": "7551.64",
        "opening_restatement_yuan": "17.51",
    },
    # no balance published: 42639.89 + 33501.36 − 28208.38
    ("全国", "ALL", "2023", "final", YI): {
        "opening_yuan": "42639.89",
        "stated_closing_yuan": None,
        "closing_yuan": "47932.87",
        "opening_restatement_yuan": "0",
    },
    # 33979.75 − 5039.59
    ("全国", "POOLED", "2023", "final", YI): {"opening_yuan": "28940.16", "opening_restatement_yuan": None},
    # 38628.52 − 4639.17 = 33989.35; prior closing 33979.75
    ("全国", "POOLED", "2024", "final", YI): {
        "opening_yuan": "33989.35",
        "opening_restatement_yuan": "9.60",
        "stated_closing_yuan": "38628.52",
    },
    # 17342.45 − 13222.71 = 4119.74, published 4119.75
    ("全国", "310100", "2024", "final", YI): {
        "surplus_yuan": "4119.74",
        "stated_surplus_difference_yuan": "0.01",
        "stated_closing_yuan": "30445.50",
    },
    ("全国", "310200", "2024", "final", YI): {
        "surplus_yuan": "510.18",
        "stated_surplus_difference_yuan": "0",
        "stated_closing_yuan": "14471.75",
        "opening_restatement_yuan": None,
    },
    # 17342.45 + 6390.01 = 23732.46, published 23732.47; 13222.71 + 5879.83 = 19102.54
    ("全国", "310000", "2024", "final", YI): {
        "income_yuan": "23732.46",
        "stated_income_difference_yuan": "0.01",
        "expenditure_yuan": "19102.54",
        "stated_expenditure_difference_yuan": "0",
        "actual_closing_yuan": "44917.25",
    },
    ("全国", "ALL", "2024", "final", YI): {"income_yuan": "34913.37", "surplus_yuan": "5149.34"},
    ("全国", "390100", "2025", "execution", YI): {"surplus_yuan": "569.33", "opening_restatement_yuan": None},
    ("全国", "ALL", "2025", "execution", YI): {"income_yuan": "35873.11", "surplus_yuan": "5863.73"},
    # 8059.51 + 7279.73 + 39.73 + 6.68 + 50 = 15435.65
    # 3702.81 + 4889.42 + 6847.39 = 15439.62; published −3.96
    ("云南新平县", "310000", "2021", "final", WAN): {
        "income_yuan": "15435.65",
        "expenditure_yuan": "15439.62",
        "surplus_yuan": "-3.97",
        "stated_income_difference_yuan": "0",
        "stated_expenditure_difference_yuan": "0",
        "stated_surplus_difference_yuan": "0.01",
    },
    # 207.07 − 18.61
    ("云南新平县", "390100", "2021", "final", WAN): {
        "income_yuan": "21971.98",
        "expenditure_yuan": "21953.37",
        "surplus_yuan": "18.61",
        "opening_yuan": "188.46",
        "stated_surplus_difference_yuan": "0",
    },
    # 322116.45 − 11884.96
    ("广东茂名市", "310000", "2024", "final", WAN): {
        "income_yuan": "299665.73",
        "surplus_yuan": "11884.96",
        "opening_yuan": "310231.49",
    },
    # 516714.51 − 170279.10
    ("广东茂名市", "390100", "2024", "final", WAN): {
        "expenditure_yuan": "442123.51",
        "surplus_yuan": "170279.10",
        "opening_yuan": "346435.41",
    },
    # 35226 + 79653 − 78034 = 36845
    ("某县A", "390100", "2023", "execution", WAN): {
        "opening_yuan": "35226",
        "income_yuan": "79653",
        "expenditure_yuan": "78034",
        "surplus_yuan": "1619",
        "closing_yuan": "36845",
        "closing_difference_yuan": "0",
    },
    # 36845 + 78499 − 77872 = 37472; the budget opens where the execution closes
    ("某县A", "390100", "2024", "budget", WAN): {
        "opening_yuan": "36845",
        "opening_restatement_yuan": "0",
        "income_yuan": "78499",
        "expenditure_yuan": "77872",
        "closing_yuan": "37472",
        "closing_difference_yuan": "0",
    },
}

# Every published flaw, and nothing else: (class, amount of that class).
EXPECTED_CLASSES = {
    # what 新农合 adds to the balance: 856.89 − 818.22
    ("全国", "ALL", "2018", "execution", YI): ("stated_difference", "38.67"),
    ("全国", "ALL", "2019", "execution", YI): ("restatement", "289.23"),
    # 27697 − (24421 − 20854) = 24130; prior closing 23233.74. The final audit stands beside it (784.89, above).
    ("全国", "ALL", "2019", "final", YI): ("restatement", "896.26"),
    ("全国", "310200", "2019", "final", YI): ("final_audit", "149.50"),
    ("全国", "ALL", "2020", "final", YI): ("restatement", "-11"),
    ("全国", "ALL", "2021", "final", YI): ("restatement", "-28.18"),
    ("全国", "390100", "2021", "final", YI): ("rounding", "-0.01"),
    ("全国", "ALL", "2022", "final", YI): ("restatement", "158.66"),
    ("全国", "390100", "2022", "final", YI): ("restatement", "42.09"),
    ("全国", "390100", "2023", "final", YI): ("restatement", "17.51"),
    ("全国", "POOLED", "2024", "final", YI): ("restatement", "9.60"),
    ("全国", "310100", "2024", "final", YI): ("rounding", "0.01"),
    ("全国", "310000", "2024", "final", YI): ("rounding", "0.01"),
    ("云南新平县", "310000", "2021", "final", WAN): ("rounding", "0.01"),
}


def query(home: Path, sql: str) -> list[dict]:
    build = (home / "CURRENT").read_text(encoding="utf-8").strip()
    with duckdb.connect(str(home / "builds" / build / "marts.duckdb"), read_only=True) as connection:
        cursor = connection.execute(sql)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


@pytest.fixture(scope="module")
def balances(public_home: Path) -> dict[tuple, dict]:
    rows = query(public_home, "select * from fund_balance.fct_fund_balance where period_type = 'year'")
    return {(r["area_name"], r["fund_code"], r["period_code"], r["statement_code"]): r for r in rows}


@pytest.mark.parametrize("key", EXPECTED_AMOUNTS, ids=lambda key: "-".join(key[:4]))
def test_amounts(balances: dict[tuple, dict], key: tuple) -> None:
    row = balances[key[:4]]
    unit = key[4]
    expected = {c: None if v is None else Decimal(v) * unit for c, v in EXPECTED_AMOUNTS[key].items()}
    assert {column: row[column] for column in expected} == expected


@pytest.mark.parametrize("key", EXPECTED_CLASSES, ids=lambda key: "-".join(key[:4]))
def test_difference_classes(balances: dict[tuple, dict], key: tuple) -> None:
    row = balances[key[:4]]
    difference_class, amount = EXPECTED_CLASSES[key]
    assert (row["difference_class"], row["difference_yuan"]) == (difference_class, Decimal(amount) * key[4])


def test_no_other_flaws(balances: dict[tuple, dict]) -> None:
    """Nothing is called a difference that the publications do not contain."""
    found = {key for key, row in balances.items() if row["difference_class"] != "none"}
    assert found == {key[:4] for key in EXPECTED_CLASSES}


def published_amounts() -> Counter:
    """(place, year, statement, yuan) of every published figure, with the number of its occurrences."""
    amounts: Counter = Counter()
    with (FACTS / "national_fund.csv").open(encoding="utf-8", newline="") as handle:
        for fact in csv.DictReader(handle):
            statement = "execution" if fact["year"] in {"2018", "2019K", "2025"} else "final"
            amounts["全国", fact["year"].removesuffix("K"), statement, Decimal(fact["amount"]) * YI] += 1
    statements = {"2023执行": ("2023", "execution"), "2024预算": ("2024", "budget")}
    with (FACTS / "local_accounts.csv").open(encoding="utf-8", newline="") as handle:
        for fact in csv.DictReader(handle):
            year, statement = statements.get(fact["period"], (fact["period"], "final"))
            place = fact["place"].removesuffix("(预算表)")
            amounts[place, year, statement, Decimal(fact["amount"]) * WAN] += 1
    return amounts


def test_every_published_figure_arrives_once(public_home: Path) -> None:
    rows = query(
        public_home,
        "select area_name, period_code, statement_code, amount_yuan from fund_balance.fct_statement_line",
    )
    received = Counter(
        (r["area_name"], r["period_code"], r["statement_code"], r["amount_yuan"]) for r in rows
    )
    assert received == published_amounts()


def test_nothing_is_rejected_or_quarantined(public_home: Path) -> None:
    files = query(public_home, "select * from data_quality.fct_intake_batch")
    assert len(files) == 12
    assert {(f["status_code"], f["quarantined_rows"]) for f in files} == {("loaded", 0)}
    for file in files:
        assert (
            file["received_yuan"] == file["loaded_yuan"] + file["superseded_yuan"] + file["quarantined_yuan"]
        )

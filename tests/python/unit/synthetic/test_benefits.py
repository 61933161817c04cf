"""What the sample's files say was paid is what the calculator works out from them, except for the planted deviations.

The settlements are read back from ``setl_d`` and ``fee_list_d`` as any reader would, with the seeds for kinds of care.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from shouzhi.synthetic import generate
from shouzhi.synthetic.calculator import Benefit, Composition, Settlement, calculate
from shouzhi.synthetic.policy_book import read_policy
from shouzhi.synthetic.settings import Parameters

ROOT = Path(__file__).resolve().parents[4]
PERSONS, MONTHS = 1500, 14
# a small place where care is dear and cadres are many, so that every cap is crossed and every layer pays
DEAR = {"inpatient_cost": 6.0, "share_cadre": 6.0}
COLUMNS = {
    "hifp_pay": "pooled", "hifob_pay": "large", "cvlserv_pay": "civil_servant", "hifmi_pay": "critical",
    "maf_pay": "assistance",
}  # fmt: skip
FUNDS = {"hifob_pay": "330100", "cvlserv_pay": "320100", "hifmi_pay": "390200", "maf_pay": "610100"}
POPULATIONS = {"07": "is_privileged", "23": "is_assisted", "9130": "is_provincial_cadre"}
REFERRALS = {"23": "referred", "27": "unreferred"}
Row = dict[str, str]


def rows(folder: Path, feed: str) -> Iterator[Row]:
    for path in sorted(folder.glob(f"{feed}_2*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file)


def kinds() -> dict[str, str]:
    with (ROOT / "seeds/reference/medical_kind.csv").open(encoding="utf-8", newline="") as file:
        return {row["medical_type_code"]: row["medical_kind_code"] for row in csv.DictReader(file)}


def pooling_area(code: str) -> str:
    return code if code.endswith("99") else code[:4] + "00"


def amount(row: Row, name: str) -> Decimal:
    return Decimal(row[name])


def composition(row: Row, lines: list[Row]) -> Composition:
    """The totals are the settlement's; what is partly covered is told by its lines."""
    partial = sum(
        (
            amount(line, "inscp_amt")
            for line in lines
            if line["chrgitm_lv"] == "02" or (line["selfpay_prop"] and Decimal(line["selfpay_prop"]) > 0)
        ),
        Decimal(0),
    )
    return Composition(
        amount(row, "fulamt_ownpay_amt"), amount(row, "overlmt_selfpay"), amount(row, "preselfpay_amt"),
        amount(row, "inscp_amt") - partial, partial,
    )  # fmt: skip


def settlement(row: Row, lines: list[Row], kind_of: dict[str, str]) -> Settlement:
    area = pooling_area(row["insu_admdvs"])
    scheme = "employee" if row["insutype"] == "310" else "resident"
    kind = kind_of[row["med_type"]]
    place = "local"
    if pooling_area(row["fix_blng_admdvs"]) != area:
        place = REFERRALS[row["med_type"]] if kind == "inpatient" else "unreferred"
    group = "all" if scheme == "resident" else "retired" if row["psn_type"].startswith("12") else "in_service"
    flags = {POPULATIONS[row["sp_psn_type"]]: True} if row["sp_psn_type"] else {}
    return Settlement(
        row["setl_id"], dt.datetime.fromisoformat(row["setl_time"]), row["psn_no"], area, scheme, kind,
        dt.date.fromisoformat(row["enddate"]), composition(row, lines), row["dedc_hosp_lv"], place, group,
        row["cvlserv_flag"] == "1", original_id=row["init_setl_id"] or None, year=int(row["year"]), **flags,
    )  # fmt: skip


class Sample:
    def __init__(self, folder: Path, scenario: str) -> None:
        generate(folder, PERSONS, MONTHS, 7, scenario, "202201")
        self.folder = folder
        latest = {}
        for row in rows(folder, "setl_d"):  # a settlement taken back later comes again with its flag
            if row["setl_id"] not in latest or latest[row["setl_id"]]["updt_time"] < row["updt_time"]:
                latest[row["setl_id"]] = row
        self.rows: dict[str, Row] = latest
        self.lines: dict[str, list[Row]] = defaultdict(list)
        for line in rows(folder, "fee_list_d"):
            self.lines[line["setl_id"]].append(line)
        kind_of = kinds()
        self.benefits: list[Benefit] = calculate(
            [settlement(row, self.lines[key], kind_of) for key, row in latest.items()],
            read_policy(sample=True),
        )

    def differences(self) -> list[tuple[str, str, Decimal]]:
        """Paid less worked out, where it is not the same."""
        found = []
        for item in self.benefits:
            row = self.rows[item.settlement.setl_id]
            if item.status == "outside_rules":
                continue
            assert item.status == "replayed", item.reason
            for column, name in COLUMNS.items():
                difference = amount(row, column) - getattr(item.amounts, name)
                if difference:
                    fund = FUNDS.get(column) or row["insutype"] + "100"
                    found.append((item.settlement.setl_id, fund, difference))
        return sorted(found)


@pytest.fixture(scope="module")
def steady(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    def dear(parameters: Parameters, name: str) -> float:
        return parameters.values[name] * DEAR.get(name.partition(".")[0], 1)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Parameters, "__getitem__", dear)
        return Sample(tmp_path_factory.mktemp("steady") / "extracts", "steady")


@pytest.fixture(scope="module")
def deficit(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    return Sample(tmp_path_factory.mktemp("deficit") / "extracts", "deficit")


def test_every_settlement_is_paid_as_the_calculator_says(steady: Sample) -> None:
    assert len(steady.benefits) > 6_000
    assert steady.differences() == []
    reversed_count = sum(item.settlement.original_id is not None for item in steady.benefits)
    crossed = sum(item.amounts.moved > 0 for item in steady.benefits)
    assert reversed_count > 20 and crossed > 20
    for name in ("large", "civil_servant", "privileged", "critical", "assistance", "off_fund"):
        assert any(getattr(item.amounts, name) > 0 for item in steady.benefits), name
    places = Counter(item.settlement.place for item in steady.benefits if item.settlement.kind == "inpatient")
    assert places["referred"] > 10 and places["unreferred"] > 10
    assert not (steady.folder / "truth" / "benefit_deviations.csv").exists()


def test_the_columns_tell_deductible_and_ratio(steady: Sample) -> None:
    for item in steady.benefits:
        row = steady.rows[item.settlement.setl_id]
        if item.status != "replayed" or item.settlement.original_id:
            continue
        assert amount(row, "act_pay_dedc") == item.amounts.deductible
        assert amount(row, "dedc_std") == amount(row, "crt_dedc") >= item.amounts.deductible
        rest = item.composition.in_scope - item.amounts.deductible
        ratio = item.amounts.pooled / rest if rest else Decimal(0)
        assert abs(amount(row, "pool_prop_selfpay") - ratio) <= Decimal("0.0001")


def test_cadres_pay_in_cash_and_no_fund_pays(steady: Sample) -> None:
    cadres = [item for item in steady.benefits if item.settlement.is_provincial_cadre]
    assert cadres
    for item in cadres:
        row = steady.rows[item.settlement.setl_id]
        assert amount(row, "fund_pay_sumamt") == amount(row, "acct_pay") == 0
        assert amount(row, "cash_payamt") == amount(row, "medfee_sumamt") == item.amounts.off_fund


def test_lines_add_up_to_their_settlement(steady: Sample) -> None:
    sums = {
        "det_item_fee_sumamt": "medfee_sumamt", "fulamt_ownpay_amt": "fulamt_ownpay_amt",
        "overlmt_selfpay": "overlmt_selfpay", "preselfpay_amt": "preselfpay_amt", "inscp_amt": "inscp_amt",
    }  # fmt: skip
    kind_of = kinds()
    numbers: Counter[int] = Counter()
    for key, row in steady.rows.items():
        lines = steady.lines.get(key, [])
        is_billed = kind_of[row["med_type"]] in ("inpatient", "chronic") or row["med_type"] == "52"
        assert bool(lines) == is_billed, row
        numbers[len(lines)] += 1
        for column, total in sums.items() if lines else ():
            assert sum(amount(line, column) for line in lines) == amount(row, total), (key, column)
    assert max(numbers) >= 9 and sum(numbers[count] for count in range(3, 11)) > 0.9 * (
        len(steady.rows) - numbers[0]
    )


def test_a_line_follows_from_price_limit_and_ratio(steady: Sample) -> None:
    keys, originals = set(), set()
    for lines in steady.lines.values():
        for line in lines:
            keys.add(line["bkkp_sn"])
            if line["init_feedetl_sn"]:
                originals.add(line["init_feedetl_sn"])
            cost, quantity, price = (amount(line, name) for name in ("det_item_fee_sumamt", "cnt", "pric"))
            assert cost == quantity * price
            over = amount(line, "overlmt_selfpay")
            if line["pric_uplmt_amt"]:
                assert over == (price - amount(line, "pric_uplmt_amt")) * quantity
            else:
                assert over == 0
            ratio = Decimal(line["selfpay_prop"] or 0)
            wanted = (abs(cost - over) * ratio).quantize(Decimal("0.01"), "ROUND_HALF_UP")
            assert abs(amount(line, "preselfpay_amt")) == wanted
            own = cost if line["chrgitm_lv"] == "03" else Decimal(0)
            assert amount(line, "fulamt_ownpay_amt") == own
            rest = cost - own - over - amount(line, "preselfpay_amt")
            assert amount(line, "inscp_amt") == rest
    assert len(keys) == sum(map(len, steady.lines.values())) and originals and originals <= keys


def test_the_planted_deviations_are_the_only_differences(deficit: Sample) -> None:
    with (deficit.folder / "truth" / "benefit_deviations.csv").open(encoding="utf-8", newline="") as file:
        planted = list(csv.DictReader(file))
    assert deficit.differences() == sorted(
        (row["setl_id"], row["fund_code"], Decimal(row["planted_yuan"])) for row in planted
    )
    assert len(planted) == MONTHS and {row["cause_code"] for row in planted} >= {
        "ratio", "deductible", "population", "not_covered",
    }  # fmt: skip
    for row in planted:
        paid = deficit.rows[row["setl_id"]]
        assert paid["refd_setl_flag"] == "0" and amount(paid, "psn_pay") >= 0
        assert (row["cause_code"] == "deductible") == (
            amount(paid, "act_pay_dedc") == 0 and amount(paid, "dedc_std") > 0 and paid["med_type"] != "41"
        ) or row["cause_code"] != "deductible"

"""Accounting cases of the fund balance, built together: every case has an area of its own."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from tests.python.pipeline.model_harness import Lines, Warehouse, build

YI = Decimal(100_000_000)
WAN = Decimal(10_000)

pytestmark = pytest.mark.pipeline


def national(lines: Lines) -> None:
    """Published national accounts (cn_national_fund.csv), 亿元."""
    add = lines.add
    flows = ("收入合计", "支出合计", "当期结余", "累计结余")
    for year, values in {
        "2021": (9724.48, 9296.37, 428.10, 6716.58),
        "2022": (10128.90, 9353.44, 775.46, 7534.13),
        "2023": (10569.71, 10457.65, 112.06, 7663.70),
    }.items():
        add("全国", "390100", year, zip(flows, values, strict=True), unit="yi", code=False)
    add("全国", "390100", "2025", zip(flows[:2], (11226.40, 10657.07), strict=True), unit="yi", code=False)
    add("全国", "310000", "2024", {"收入合计": 23732.47, "支出合计": 19102.54}, unit="yi", code=False)
    add("全国", "310100", "2024", zip(flows, (17342.45, 13222.71, 4119.75, 30445.50), strict=True),
        unit="yi", code=False)  # fmt: skip
    add("全国", "310200", "2024", zip(flows, (6390.01, 5879.83, 510.18, 14471.75), strict=True),
        unit="yi", code=False)  # fmt: skip


def county_table(lines: Lines) -> None:
    """某县A: the statutory table of 2024, 万元, with two columns."""
    income = {"基本医疗保险费收入": 27362, "财政补贴收入": 50441, "利息收入": 376, "其他收入": 1474}
    expenditure = {"基本医疗保险待遇支出": 70764, "大病保险支出": 7270, "其他支出": 0}
    stated = {"上年结余": 35226, "本年收入合计": 79653, "本年支出合计": 78034, "本年收支结余": 1619,
              "年末滚存结余": 36845}  # fmt: skip
    for part in (income, expenditure, stated):
        lines.add("某县A", "390100", "2023", part, unit="wan", precision=10_000, code=False)
    lines.add("某县A", "390100", "2023", {"总计": 114879}, side="income", unit="wan", code=False)
    lines.add("某县A", "390100", "2023", {"总计": 114879}, side="expenditure", unit="wan", code=False)
    budget = {"上年结余": 36845, "基本医疗保险费收入": 28219, "财政补贴收入": 49755, "利息收入": 525,
              "本年收入合计": 78499, "基本医疗保险待遇支出": 70965, "大病保险支出": 6907, "本年支出合计": 77872,
              "本年收支结余": 627, "年末滚存结余": 37472}  # fmt: skip
    lines.add("某县A", "390100", "2024", budget, statement="budget", unit="wan", precision=10_000, code=False)


def xinping(lines: Lines) -> None:
    """云南新平县 2021 职工: children add up where no parent is stated; one unit of rounding."""
    values = {"统筹基金收入": 8059.51, "个人账户收入": 7279.73, "财政补助收入": 39.73, "其他收入": 6.68,
              "利息收入": 50, "收入合计": 15435.65, "统筹基金支出": 3702.81, "个人账户支出": 4889.42,
              "上解上级支出": 6847.39, "支出合计": 15439.62, "当期结余": -3.96}  # fmt: skip
    lines.add("新平县", "310000", "2021", values, unit="wan", code=False)


def month_cases(lines: Lines) -> None:
    """Year-to-date series, gaps, mixed measures."""
    for month, total in enumerate((100, 250, 330), start=1):
        lines.add("ytd", "390100", f"20240{month}", {"上年结余": 1000, "保费收入": total, "待遇支出": 10 * month},
                  measure="ytd", code=False)  # fmt: skip
    for month, total in ((1, 100), (3, 330), (4, 400)):
        lines.add("gap", "390100", f"20240{month}", {"上年结余": 1000, "保费收入": total, "待遇支出": 10 * month},
                  measure="ytd", code=False)  # fmt: skip
    # The balance of 1 January is stated in January only, or is last year's closing: it holds after the gap.
    for month, total in ((1, 100), (3, 330), (4, 400)):
        stated = {"上年结余": 1000} if month == 1 else {}
        lines.add("gaponce", "390100", f"20240{month}", stated | {"保费收入": total, "待遇支出": 10 * month},
                  measure="ytd", code=False)  # fmt: skip
        lines.add("gapcarried", "390100", f"20240{month}", {"保费收入": total, "待遇支出": 10 * month},
                  measure="ytd", code=False)  # fmt: skip
    lines.add("gapcarried", "390100", "202312", {"保费收入": 9, "待遇支出": 8, "累计结余": 1000}, code=False)
    for month, amount in ((1, 100), (2, 150), (3, 80)):
        lines.add("period", "390100", f"20240{month}", {"保费收入": amount, "待遇支出": 10}, code=False)
    lines.add("period", "390100", "202401", {"上年结余": 1000}, code=False)
    lines.add("mixed", "390100", "202401", {"上年结余": 1000, "保费收入": 100, "待遇支出": 10}, code=False)
    lines.add("mixed", "390100", "202402", {"保费收入": 250, "待遇支出": 20}, measure="ytd", code=False)
    lines.add("mixed", "390100", "202403", {"保费收入": 80, "待遇支出": 10}, code=False)
    # 其他收入 first appears in February; it counts 0 in January.
    lines.add(
        "late", "390100", "202401", {"上年结余": 0, "保费收入": 100, "待遇支出": 0}, measure="ytd", code=False
    )
    lines.add("late", "390100", "202402", {"上年结余": 0, "保费收入": 200, "其他收入": 7, "待遇支出": 1},
              measure="ytd", code=False)  # fmt: skip
    # January gives only a total: February's parts are unknown, its income is not.
    lines.add("undetailed", "390100", "202401", {"收入合计": 100, "支出合计": 40}, measure="ytd", code=False)
    lines.add("undetailed", "390100", "202402", {"保费收入": 150, "财政补贴收入": 30, "支出合计": 90},
              measure="ytd", code=False)  # fmt: skip
    # Twelve months of year-to-date and a year that says something else.
    for month in range(1, 13):
        lines.add("coarse", "390100", f"2024{month:02d}", {"上年结余": 500, "保费收入": 100 * month,
                  "待遇支出": 80 * month, "年末滚存结余": 500 + 20 * month}, measure="ytd", code=False)  # fmt: skip
    lines.add("coarse", "390100", "2024", {"收入合计": 1201, "支出合计": 960}, precision=0.01, code=False)
    # Only December's year-to-date: the year is known, the month is not.
    lines.add("december", "390100", "202412", {"上年结余": 500, "保费收入": 1200, "待遇支出": 900},
              measure="ytd", code=False)  # fmt: skip
    for quarter in (1, 2, 3, 4):
        lines.add("quarters", "390100", f"2024Q{quarter}", {"保费收入": 100 * quarter, "待遇支出": 60},
                  code=False)  # fmt: skip


def tree_cases(lines: Lines) -> None:
    """Parents, 其中, totals, unknown names."""
    add = lines.add
    add("parent", "310000", "2024", {"社会保险费收入": 100, "统筹基金收入": 60, "个人账户收入": 40, "利息收入": 5,
        "待遇支出": 50}, code=False)  # fmt: skip
    add("ofwhich", "390100", "2024", {"收入合计": 100, "支出合计": 80}, code=False)
    add("ofwhich", "390100", "2024", {"保费收入": 70}, of_which="收入合计", side="income", code=False)
    # Items indented under the totals; parts of the closing balance.
    add(
        "indented",
        "390100",
        "2024",
        {"收入合计": 100, "支出合计": 80, "上年结余": 500, "累计结余": 520},
        code=False,
    )
    add(
        "indented",
        "390100",
        "2024",
        {"保费收入": 70, "财政补贴收入": 30},
        of_which="收入合计",
        side="income",
        code=False,
    )
    add("indented", "390100", "2024", {"统筹基金支出": 50, "个人账户支出": 30}, of_which="支出合计", side="expenditure",
        code=False)  # fmt: skip
    add(
        "indented",
        "390100",
        "2024",
        {"统筹基金累计结余": 300, "个人账户累计结余": 220},
        of_which="累计结余",
        code=False,
    )
    add("toomany", "390100", "2024", {"收入合计": 100, "支出合计": 80}, code=False)
    add(
        "toomany",
        "390100",
        "2024",
        {"保费收入": 90, "财政补贴收入": 30},
        of_which="收入合计",
        side="income",
        code=False,
    )
    add("subtotal", "390100", "2024", {"小计": 100, "上级补助收入": 20}, side="income", code=False)
    add(
        "subtotal",
        "390100",
        "2024",
        {"待遇支出": 90, "其他支出": 5, "支出小计": 90, "支出合计": 90},
        code=False,
    )
    add(
        "unknown",
        "390100",
        "2024",
        {"保费收入": 70, "奇怪的收入": 8, "其他收入": 2, "待遇支出": 50},
        code=False,
    )
    for name, total in (("grandright", 110), ("grandwrong", 115), ("grandside", 100)):
        add(
            name,
            "390100",
            "2024",
            {"上年结余": 10, "保费收入": 100, "待遇支出": 70, "年末滚存结余": 40},
            code=False,
        )
        add(name, "390100", "2024", {"总计": total}, side="income", code=False)
    add(
        "loan",
        "390100",
        "2024",
        {"上年结余": 10, "收入合计": 560, "支出合计": 540, "累计结余": 30},
        code=False,
    )
    add("loan", "390100", "2024", {"向职工医保基金借入资金": 100}, side="income", code=False)
    add("loan", "390100", "2024", {"归还职工医保基金借款": 20}, side="expenditure", code=False)
    add("surplus", "390100", "2024", {"当期结余": 30, "累计结余": 130}, code=False)
    add("overparent", "390100", "2024", {"保费收入": 100, "待遇支出": 10}, code=False)
    add("overparent", "390100", "2024", {"集体扶持": 80, "财政代缴": 50}, of_which="保费收入", side="income",
        code=False)  # fmt: skip
    add(
        "footing",
        "390100",
        "2024",
        {"上年结余": 100, "保费收入": 50, "待遇支出": 30, "累计结余": 130},
        code=False,
    )
    add(
        "footed",
        "390100",
        "2024",
        {"上年结余": 100, "保费收入": 50, "待遇支出": 30, "累计结余": 120},
        code=False,
    )


def year_cases(lines: Lines) -> None:
    """Openings, restatements, finals, gaps."""
    add = lines.add
    add("restated", "390100", "2022", {"上年结余": 100, "保费收入": 50, "待遇支出": 30}, code=False)
    add("restated", "390100", "2023", {"上年结余": 125, "保费收入": 50, "待遇支出": 30}, code=False)
    add("restated", "390100", "2024", {"保费收入": 50, "待遇支出": 30}, code=False)
    add("gapyear", "390100", "2020", {"上年结余": 100, "保费收入": 50, "待遇支出": 30}, code=False)
    add("gapyear", "390100", "2022", {"上年结余": 170, "保费收入": 50, "待遇支出": 30}, code=False)
    add("final", "390100", "2023", {"上年结余": 100, "保费收入": 50, "待遇支出": 30}, code=False)
    add(
        "final",
        "390100",
        "2023",
        {"上年结余": 100, "保费收入": 52, "待遇支出": 30},
        statement="final",
        code=False,
    )
    add("final", "390100", "2024", {"上年结余": 122, "保费收入": 50, "待遇支出": 30}, code=False)
    add(
        "final",
        "390100",
        "2024",
        {"上年结余": 999, "保费收入": 50, "待遇支出": 30},
        statement="budget",
        code=False,
    )
    add(
        "final",
        "390100",
        "2023",
        {"上年结余": 100, "保费收入": 50, "待遇支出": 51},
        statement="estimate",
        code=False,
    )
    add("unsplit", "310000", "2022", {"收入合计": 100, "支出合计": 80, "累计结余": 500}, code=False)
    add("unsplit", "310100", "2023", {"收入合计": 60, "支出合计": 50, "累计结余": 320}, code=False)
    add("unsplit", "310200", "2023", {"收入合计": 40, "支出合计": 35, "累计结余": 205}, code=False)
    add("unsplit", "310000", "2024", {"收入合计": 100, "支出合计": 80}, code=False)
    add("replaced", "390100", "2024", {"保费收入": 1, "待遇支出": 1}, delivery=1, file="a.csv", code=False)
    add("replaced", "390100", "2024", {"保费收入": 2, "待遇支出": 1}, delivery=2, file="b.csv", code=False)


def region_cases(lines: Lines) -> None:
    """Two reporting areas and the adjustment fund of the scheme; counties."""
    add = lines.add
    add("150100", "310100", "2024", {"上年结余": 100, "保费收入": 80, "上级补助收入": 9, "待遇支出": 60,
        "上解上级支出": 10})  # fmt: skip
    add("150200", "310100", "2024", {"上年结余": 200, "保费收入": 90, "待遇支出": 70, "上解上级支出": 5})
    add("159900", "ADJ310", "2024", {"上年结余": 0, "下级上解收入": 15, "补助下级支出": 8})
    add("150100", "310200", "2024", {"上年结余": 50, "保费收入": 40, "待遇支出": 20})
    add("150100", "390100", "2024", {"上年结余": 10, "保费收入": 5, "待遇支出": 3})
    add("150302", "390100", "2024", {"上年结余": 10, "保费收入": 5, "待遇支出": 3})
    add("150303", "390100", "2024", {"上年结余": 20, "保费收入": 6, "待遇支出": 4})
    add("150400", "390100", "2024", {"上年结余": 10, "保费收入": 5, "待遇支出": 3})
    add("150402", "390100", "2024", {"上年结余": 4, "保费收入": 2, "待遇支出": 1})
    add("包头市", "390100", "2024", {"上年结余": 7, "保费收入": 1, "待遇支出": 1}, code=False)
    # The region's own statement beside 3 of 13 areas: its balance does not go with their flows.
    add("150000", "390100", "2022", {"上年结余": 500, "保费收入": 400, "待遇支出": 300})
    for year, name in enumerate(("内蒙古自治区赤峰市", "锡盟", "内蒙古通辽市"), start=2021):
        add(name, "390100", f"{year}", {"保费收入": 10, "待遇支出": 5}, code=False)
    add("150500000", "390100", "2022", {"保费收入": 10, "待遇支出": 5})
    add("昆都仑区", "390100", "2022", {"保费收入": 3, "待遇支出": 2}, code=False)
    add("包头市青山区", "390100", "2022", {"保费收入": 4, "待遇支出": 2}, code=False)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    lines = Lines()
    for cases in (national, county_table, xinping, month_cases, tree_cases, year_cases, region_cases):
        cases(lines)
    folder: Path = tmp_path_factory.mktemp("fund_balance")
    built = build(folder, lines)
    assert built.is_success, built.failures
    return built


def amounts(warehouse: Warehouse, area: str, period: str, fund: str = "390100") -> dict[str, dict]:
    rows = warehouse.rows(
        "select * from fund_balance.fct_fund_account "
        "where area_code = ? and period_code = ? and fund_code = ? and statement_code = 'execution'",
        [area, period, fund],
    )
    return {row["account_code"]: row for row in rows}


def test_national_restatements_and_rounding(warehouse: Warehouse) -> None:
    row = warehouse.balance("全国", "390100", "2022")
    assert (row["opening_restatement_yuan"], row["difference_class"]) == (
        Decimal("42.09") * YI,
        "restatement",
    )
    assert row["opening_basis"] == "derived"
    row = warehouse.balance("全国", "390100", "2023")
    assert (row["difference_yuan"], row["difference_class"]) == (Decimal("17.51") * YI, "restatement")
    assert row["is_held"]
    row = warehouse.balance("全国", "390100", "2021")
    assert row["surplus_yuan"] == Decimal("428.11") * YI
    assert row["stated_surplus_difference_yuan"] == Decimal("-0.01") * YI
    assert (row["difference_class"], row["opening_restatement_yuan"]) == ("rounding", None)
    row = warehouse.balance("全国", "310100", "2024")
    assert (row["difference_class"], row["stated_surplus_difference_yuan"]) == (
        "rounding",
        Decimal("0.01") * YI,
    )
    assert round(row["reserve_months"], 1) == Decimal("27.6")


def test_national_employee_fund_is_the_sum_with_the_stated_one_beside(warehouse: Warehouse) -> None:
    row = warehouse.balance("全国", "310000", "2024")
    assert row["income_yuan"] == Decimal("23732.46") * YI
    assert row["stated_income_difference_yuan"] == Decimal("0.01") * YI
    assert (row["difference_class"], row["is_held"]) == ("rounding", False)
    assert row["actual_closing_yuan"] == Decimal("44917.25") * YI


def test_gap_year_has_no_restatement(warehouse: Warehouse) -> None:
    row = warehouse.balance("gapyear", "390100", "2022")
    assert (row["opening_restatement_yuan"], row["difference_class"]) == (None, "none")
    row = warehouse.balance("全国", "390100", "2025")
    assert (row["opening_yuan"], row["opening_basis"]) == (None, "not_available")


def test_county_table_foots(warehouse: Warehouse) -> None:
    row = warehouse.balance("某县A", "390100", "2023")
    expected = [79_653, 78_034, 1_619, 36_845]
    assert [
        row[c] / WAN for c in ("income_yuan", "expenditure_yuan", "surplus_yuan", "closing_yuan")
    ] == expected
    assert row["difference_class"] == "none"
    budget = warehouse.balance("某县A", "390100", "2024", "budget")
    assert budget["opening_yuan"] == row["actual_closing_yuan"] == 36_845 * WAN
    assert (budget["opening_restatement_yuan"], budget["difference_class"]) == (0, "none")
    assert budget["is_actual"] is False


def test_children_add_up_without_a_parent(warehouse: Warehouse) -> None:
    row = warehouse.balance("新平县", "310000", "2021")
    assert row["surplus_yuan"] == Decimal("-3.97") * WAN
    assert (row["difference_class"], row["difference_yuan"]) == ("rounding", Decimal("0.01") * WAN)
    accounts = amounts(warehouse, "新平县", "2021", "310000")
    assert accounts["premium_income"]["amount_yuan"] == Decimal("15339.24") * WAN
    assert accounts["premium_income"]["account_role"] == "addend"
    assert accounts["premium_income"]["stated_yuan"] is None
    assert accounts["premium_pooled_income"]["account_role"] == "of_which"


def test_children_of_a_stated_parent_are_not_added(warehouse: Warehouse) -> None:
    assert warehouse.balance("parent", "310000", "2024")["income_yuan"] == 105
    row = warehouse.balance("ofwhich", "390100", "2024")
    assert (row["income_yuan"], row["difference_class"]) == (100, "none")
    accounts = amounts(warehouse, "ofwhich", "2024")
    assert (accounts["premium_income"]["amount_yuan"], accounts["undetailed_income"]["amount_yuan"]) == (
        70,
        30,
    )
    row = warehouse.balance("indented", "390100", "2024")
    assert (row["income_yuan"], row["expenditure_yuan"], row["difference_class"]) == (100, 80, "none")
    accounts = amounts(warehouse, "indented", "2024")
    assert accounts["premium_income"]["amount_yuan"] == 70
    assert accounts["benefit_account_expenditure"]["account_role"] == "of_which"
    assert not {"undetailed_income", "undetailed_expenditure"} & set(accounts)
    assert row["actual_closing_yuan"] == 520
    row = warehouse.balance("toomany", "390100", "2024")
    assert (row["income_yuan"], row["difference_class"], row["difference_yuan"]) == (
        100,
        "stated_difference",
        -20,
    )


def test_year_to_date_becomes_monthly(warehouse: Warehouse) -> None:
    rows = [warehouse.balance("ytd", "390100", f"20240{m}") for m in (1, 2, 3)]
    assert [row["income_yuan"] for row in rows] == [100, 150, 80]
    assert [row["ytd_income_yuan"] for row in rows] == [100, 250, 330]
    assert [row["opening_yuan"] for row in rows] == [1000, 1090, 1230]
    assert [row["opening_basis"] for row in rows] == ["stated", "prior_closing", "prior_closing"]
    assert rows[2]["closing_yuan"] == 1300
    quarter = warehouse.balance("ytd", "390100", "2024Q1")
    assert (quarter["income_yuan"], quarter["opening_yuan"], quarter["closing_yuan"]) == (330, 1000, 1300)


def test_missing_month_is_unknown_not_zero(warehouse: Warehouse) -> None:
    march = warehouse.balance("gap", "390100", "202403")
    assert (march["income_yuan"], march["surplus_yuan"]) == (None, None)
    assert march["ytd_income_yuan"] == 330
    assert march["closing_yuan"] == 1300
    for area in ("gaponce", "gapcarried"):
        march = warehouse.balance(area, "390100", "202403")
        assert (march["opening_yuan"], march["surplus_yuan"], march["closing_yuan"]) == (None, None, 1300)
        assert (march["opening_restatement_yuan"], march["difference_class"]) == (None, "none")
        april = warehouse.balance(area, "390100", "202404")
        assert (april["opening_yuan"], april["closing_yuan"]) == (1300, 1360)
    april = warehouse.balance("gap", "390100", "202404")
    assert (april["income_yuan"], april["opening_yuan"], april["closing_yuan"]) == (70, 1300, 1360)
    assert warehouse.balance("gap", "390100", "2024Q1")["income_yuan"] == 330


def test_period_rows_run_to_a_year_to_date(warehouse: Warehouse) -> None:
    march = warehouse.balance("period", "390100", "202403")
    assert (march["ytd_income_yuan"], march["closing_yuan"]) == (330, 1300)
    mixed = [warehouse.balance("mixed", "390100", f"20240{m}") for m in (1, 2, 3)]
    assert [row["income_yuan"] for row in mixed] == [100, 150, 80]
    assert [row["ytd_income_yuan"] for row in mixed] == [100, 250, 330]


def test_account_that_appears_later_counts_zero_before(warehouse: Warehouse) -> None:
    february = amounts(warehouse, "late", "202402")
    assert february["other_income"]["amount_yuan"] == 7
    assert amounts(warehouse, "late", "202401")["other_income"]["amount_yuan"] == 0


def test_parts_unknown_where_the_month_before_gave_a_total_only(warehouse: Warehouse) -> None:
    assert warehouse.balance("undetailed", "390100", "202402")["income_yuan"] == 80
    february = amounts(warehouse, "undetailed", "202402")
    assert february["premium_income"]["amount_yuan"] is None
    assert february["undetailed_income"]["amount_yuan"] == 80


def test_year_is_built_from_months_and_the_stated_one_kept(warehouse: Warehouse) -> None:
    year = warehouse.balance("coarse", "390100", "2024")
    assert (year["income_yuan"], year["stated_income_difference_yuan"]) == (1200, 1)
    assert (year["opening_yuan"], year["closing_yuan"], year["closing_difference_yuan"]) == (500, 740, 0)
    assert (year["difference_class"], year["difference_yuan"]) == ("stated_difference", 1)
    for period, income in (("2024H2", 600), ("2024Q3", 300)):
        assert warehouse.balance("coarse", "390100", period)["income_yuan"] == income
    december = warehouse.balance("coarse", "390100", "202412")
    assert december["rolling_expenditure_yuan"] == 960
    assert december["reserve_months"] == Decimal("9.25")
    assert december["reserve_months_basis"] == "rolling_12_months"
    november = warehouse.balance("coarse", "390100", "202411")
    assert (november["reserve_months"], november["reserve_months_basis"]) == (None, "not_available")
    assert december["year_end_reserve_months"] == Decimal("9.25")


def test_only_december_gives_the_year(warehouse: Warehouse) -> None:
    year = warehouse.balance("december", "390100", "2024")
    assert (year["income_yuan"], year["opening_yuan"], year["closing_yuan"]) == (1200, 500, 800)
    assert warehouse.balance("december", "390100", "202412")["income_yuan"] is None
    assert warehouse.balance("quarters", "390100", "2024")["income_yuan"] == 1000
    assert warehouse.balance("quarters", "390100", "2024H2")["income_yuan"] == 700


def test_subtotals(warehouse: Warehouse) -> None:
    row = warehouse.balance("subtotal", "390100", "2024")
    assert row["income_yuan"] == 120
    assert (row["expenditure_yuan"], row["stated_expenditure_difference_yuan"]) == (95, -5)
    assert (row["difference_class"], row["is_held"]) == ("stated_difference", True)


def test_unknown_name_is_kept_under_other(warehouse: Warehouse) -> None:
    assert warehouse.balance("unknown", "390100", "2024")["income_yuan"] == 80
    accounts = amounts(warehouse, "unknown", "2024")
    assert accounts["other_income"]["amount_yuan"] == 10
    assert accounts["other_income:奇怪的收入"]["account_role"] == "of_which"


def test_a_loan_is_no_income(warehouse: Warehouse) -> None:
    row = warehouse.balance("loan", "390100", "2024")
    assert (row["income_yuan"], row["expenditure_yuan"], row["difference_class"]) == (560, 540, "none")
    lines = warehouse.rows(
        "select account_name, is_unknown_account from fund_balance.fct_statement_line "
        "where area_code = 'loan' and account_name like '%借%' order by 1"
    )
    assert [line["is_unknown_account"] for line in lines] == [True, True]


def test_only_a_surplus(warehouse: Warehouse) -> None:
    row = warehouse.balance("surplus", "390100", "2024")
    assert (row["income_yuan"], row["surplus_yuan"], row["opening_yuan"]) == (None, 30, 100)


def test_closing_that_does_not_foot(warehouse: Warehouse) -> None:
    row = warehouse.balance("footing", "390100", "2024")
    assert (row["closing_yuan"], row["closing_difference_yuan"], row["is_held"]) == (120, 10, True)
    assert row["difference_class"] == "stated_difference"
    assert row["actual_closing_yuan"] == 130
    clean = warehouse.balance("footed", "390100", "2024")
    assert (clean["closing_difference_yuan"], clean["difference_class"], clean["is_held"]) == (
        0,
        "none",
        False,
    )


def test_openings(warehouse: Warehouse) -> None:
    row = warehouse.balance("restated", "390100", "2023")
    assert (row["opening_restatement_yuan"], row["difference_class"]) == (5, "restatement")
    row = warehouse.balance("restated", "390100", "2024")
    assert (row["opening_basis"], row["opening_yuan"], row["opening_restatement_yuan"]) == (
        "prior_closing",
        145,
        0,
    )


def test_final_prevails_and_the_audit_difference_is_its_own_class(warehouse: Warehouse) -> None:
    final = warehouse.balance("final", "390100", "2023", "final")
    assert (final["is_actual"], final["final_audit_yuan"], final["difference_class"]) == (
        True,
        2,
        "final_audit",
    )
    assert warehouse.balance("final", "390100", "2023")["is_actual"] is False
    assert warehouse.balance("final", "390100", "2024")["opening_restatement_yuan"] == 0
    budget = warehouse.balance("final", "390100", "2024", "budget")
    assert budget["opening_restatement_yuan"] == 999 - 99


def test_employee_fund_that_is_split_for_a_year(warehouse: Warehouse) -> None:
    split = warehouse.balance("unsplit", "310000", "2023")
    assert (split["opening_yuan"], split["opening_restatement_yuan"], split["closing_yuan"]) == (510, 10, 525)
    after = warehouse.balance("unsplit", "310000", "2024")
    assert (after["opening_basis"], after["opening_yuan"], after["closing_yuan"]) == (
        "prior_closing",
        525,
        545,
    )


def test_later_delivery_replaces(warehouse: Warehouse) -> None:
    assert warehouse.balance("replaced", "390100", "2024")["income_yuan"] == 2
    rows = warehouse.rows(
        "select * from data_quality.fct_intake_batch where file_name in ('a.csv', 'b.csv') order by 1"
    )
    assert [(row["loaded_rows"], row["superseded_rows"]) for row in rows] == [(0, 2), (2, 0)]


def test_region_is_consolidated(warehouse: Warehouse) -> None:
    row = warehouse.balance("150000", "310100", "2024")
    # Income 80 + 9 + 90 + 15 less 15 上解 and 8 补助 that both sides state; expenditure 60 + 10 + 70 + 5 + 8 less the same.
    assert (row["income_yuan"], row["expenditure_yuan"], row["eliminated_yuan"]) == (171, 130, 23)
    assert row["surplus_yuan"] == 194 - 153
    assert (row["opening_yuan"], row["closing_yuan"]) == (300, 341)
    assert (row["areas_reported_count"], row["areas_expected_count"]) == (2, 13)
    accounts = amounts(warehouse, "150000", "2024", "310100")
    assert accounts["superior_subsidy_income"]["amount_yuan"] == 1
    assert accounts["remittance_to_superior_expenditure"]["amount_yuan"] == 0
    assert warehouse.balance("150000", "ADJ310", "2024")["income_yuan"] == 15
    assert row["reserve_months"] == Decimal(
        "31.476923"
    )  # 341 / (130 / 12): what is eliminated is not paid out


def test_derived_funds(warehouse: Warehouse) -> None:
    assert warehouse.balance("150100", "310000", "2024")["income_yuan"] == 129
    assert warehouse.balance("150100", "ALL", "2024")["income_yuan"] == 134
    assert warehouse.balance("150100", "POOLED", "2024")["closing_yuan"] == 119 + 12
    scope = warehouse.rows(
        "select * from fund_balance.bridge_fund_scope where area_code = '150200' and scheme_code = 'employee'"
    )
    assert {(row["basis_code"], row["fund_code"]) for row in scope} == {
        ("pooled", "310100"),
        ("with_account", "310100"),
    }


def test_counties_belong_to_their_pooling_area(warehouse: Warehouse) -> None:
    row = warehouse.balance("150300", "390100", "2024")
    assert (row["opening_yuan"], row["income_yuan"], row["closing_yuan"]) == (30, 11, 34)
    row = warehouse.balance("150400", "390100", "2024")
    assert (row["income_yuan"], row["is_held"]) == (5, False)
    assert warehouse.balance("150200", "390100", "2024")["opening_yuan"] == 7


def test_balance_of_the_whole_region_does_not_go_with_the_flows_of_some(warehouse: Warehouse) -> None:
    row = warehouse.balance("150000", "390100", "2022")
    assert (row["income_yuan"], row["expenditure_yuan"], row["areas_reported_count"]) == (27, 14, 3)
    assert (row["opening_yuan"], row["closing_yuan"], row["actual_closing_yuan"]) == (None, None, None)
    assert row["stated_income_difference_yuan"] == 373


def test_areas_go_by_many_names(warehouse: Warehouse) -> None:
    for area, year in (("150400", "2021"), ("152500", "2022"), ("150500", "2023"), ("150500", "2022")):
        assert warehouse.balance(area, "390100", year)["income_yuan"] == 10
    assert warehouse.balance("150200", "390100", "2022")["income_yuan"] == 7


def test_areas_that_did_not_report_are_named(warehouse: Warehouse) -> None:
    rows = warehouse.rows(
        "select area_code, arrival_code from data_quality.fct_arrival "
        "where fund_code = '390100' and period_code = '2024' and arrival_code in ('missing', 'reported')"
    )
    arrived = {
        row["area_code"] for row in rows if row["arrival_code"] == "reported" and row["area_code"][:2] == "15"
    }
    assert arrived == {"150100", "150200", "150300", "150400"}
    # 13 expected reporters, 4 have reported, 自治区本级 runs no residents' fund (fund_exemption)
    missing = {row["area_code"] for row in rows if row["arrival_code"] == "missing"}
    assert len(missing) == 13 - 4 - 1 and "159900" not in missing


def test_grand_total_is_its_side_and_the_balance(warehouse: Warehouse) -> None:
    held = warehouse.rows("select area_code from data_quality.fct_hold where area_code like 'grand%'")
    assert held == [{"area_code": "grandwrong"}]


def test_waterfall_ends_at_the_closing(warehouse: Warehouse) -> None:
    rows = warehouse.rows(
        "select * from fund_balance.fct_balance_step where area_code = '某县A' and period_code = '2023' order by step_no"
    )
    assert rows[0]["step_yuan"] == 35_226 * WAN
    assert rows[-2]["running_yuan"] == rows[-1]["running_yuan"] == 36_845 * WAN

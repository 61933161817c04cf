"""Levels, changes, silence and sentences of a small region, from statements to marts."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Q4 = (10, 11, 12)


def steady(income: float, expenditure: float = 100.0) -> Callable:
    return lambda month: (income, expenditure)


def seasonal(yearly_income: float, expenditure: float = 100.0) -> Callable:
    """Residents: all premiums in the fourth quarter."""
    return lambda month: (yearly_income / 3 if month[1] in Q4 else 0.0, expenditure)


def level(con, area: str, fund: str, period: str) -> tuple:
    return con.execute(
        "select level_code, level_reason, change_code, months_in_level, trend_code"
        " from deficit_warning__fct_warning_level where area_code = ? and fund_code = ? and period_code = ?",
        [area, fund, period],
    ).fetchone()


def rule(con, area: str, fund: str, period: str, code: str) -> dict:
    found = con.execute(
        "select * from deficit_warning__fct_warning where area_code = ? and fund_code = ? and period_code = ?"
        " and rule_code = ?",
        [area, fund, period, code],
    ).df()
    assert len(found) == 1
    return found.iloc[0].to_dict()


def years(region, fund: str, reserves: list[float]) -> object:
    """One area for each reserve, in months, at the end of 2024; a single build for all of them."""
    r = region(areas=[(f"a{n}", f"a{n}", "pooling_area", True) for n in range(len(reserves))])
    for n, months in enumerate(reserves):
        r.add_year(f"a{n}", fund, 2024, 12_000_000, 12_000_000, round(months * 1_000_000, 2))
    return r.build()


def test_pooled_reserve_band_edges(region) -> None:
    """W03 and W23 for 310100 on a year's row, at and beside each edge; surplus never raises the deficit level."""
    expected = {
        2.999: "red", 3.0: "orange", 3.001: "orange", 5.999: "orange", 6.0: "none", 6.001: "none", 9.001: "none",
        15.001: "none",
    }  # fmt: skip
    con = years(region, "310100", list(expected))
    assert [level(con, f"a{n}", "310100", "2024")[0] for n in range(len(expected))] == list(expected.values())
    published = [rule(con, f"a{n}", "310100", "2024", "W03") for n in range(len(expected))]
    assert [row["level_code"] for row in published] == ["red"] + ["none"] * 7
    assert [float(row["margin"]) for row in published] == pytest.approx([months - 3 for months in expected])
    assert published[0]["level_reason"] == "可支付月数 2.999 个月，低于 3 个月，结余不足"


def test_surplus_axis_edges(region) -> None:
    expected = {9.0: "none", 9.001: "blue", 15.0: "blue", 15.001: "yellow"}
    con = years(region, "310100", list(expected))
    found = con.execute(
        "select surplus_level_code from deficit_warning__fct_warning_level where fund_code = '310100' order by area_code"
    ).fetchall()
    assert [row[0] for row in found] == list(expected.values())
    assert [rule(con, f"a{n}", "310100", "2024", "W02")["level_code"] for n in range(4)] == ["none"] * 3 + [
        "yellow"
    ]


def test_moderate_band_is_information(region) -> None:
    expected = {5.9: "低于适度区间", 6.0: "处于适度区间", 9.0: "处于适度区间", 9.1: "高于适度区间"}
    con = years(region, "310100", list(expected))
    found = [rule(con, f"a{n}", "310100", "2024", "W01") for n in range(4)]
    assert {row["level_code"] for row in found} == {"none"}
    assert [row["level_reason"].rsplit("，", 1)[1] for row in found] == list(expected.values())


def test_resident_band_edges(region) -> None:
    expected = {1.999: "red", 2.0: "orange", 3.999: "orange", 4.0: "yellow", 5.999: "yellow", 6.0: "none"}
    con = years(region, "390100", list(expected))
    assert [level(con, f"a{n}", "390100", "2024")[0] for n in range(6)] == list(expected.values())


def test_exhausted_at_zero(region) -> None:
    expected = {-0.00000001: "red", 0.0: "red", 0.00000001: "none"}
    con = years(region, "330100", list(expected))
    assert [level(con, f"a{n}", "330100", "2024")[0] for n in range(3)] == list(expected.values())


def test_one_deficit_year_is_yellow_two_are_orange(region) -> None:
    r = region(first=(2022, 1))
    for year, income in ((2022, 100), (2023, 99), (2024, 99), (2025, 100)):
        r.add_year("150100", "330100", year, income, 100, 500)
    con = r.build()
    assert [level(con, "150100", "330100", str(y))[0] for y in (2022, 2023, 2024, 2025)] == [
        "none",
        "yellow",
        "orange",
        "none",
    ]
    assert [level(con, "150100", "330100", str(y))[2] for y in (2022, 2023, 2024, 2025)] == [
        "same",
        "new",
        "raised",
        "cleared",
    ]


def test_a_change_is_told_by_the_rule_that_moved(region) -> None:
    """What is lifted is told by the rule that had raised it, with this period's value; what is raised by its own."""
    r = region(first=(2022, 1))
    for fund in ("310100", "330100"):
        for year, income in ((2022, 100), (2023, 99), (2024, 100)):
            r.add_year("150100", fund, year, income, 100, 60)
    con = r.build()
    for fund, ended in (("310100", "lowered"), ("330100", "cleared")):
        found = con.execute(
            "select change_code, leading_rule_code, change_rule_code, change_rule_name, change_fund_code"
            " from deficit_warning__fct_warning_level where area_code = '150100' and fund_code = ?"
            " and period_type = 'year' order by period_code",
            [fund],
        ).fetchall()
        assert found[1][:3] == ("new", "W25", "W25")
        assert found[2][0] == ended
        assert found[2][2:] == ("W25", found[1][3], fund)
        assert rule(con, "150100", fund, "2024", "W25")["level_code"] == "none"
        if ended == "lowered":
            assert found[2][1] != "W25"


def test_residents_in_september_are_judged_at_the_year_end(region) -> None:
    """Nine months without premiums: the raw closing is negative, the fund is sound."""
    r = region()
    r.add("150100", "390100", 600.0, seasonal(1210.0))
    con = r.build()
    raw = con.execute(
        "select actual_closing_yuan from fund_balance__fct_fund_balance where period_code = '202609'"
        " and fund_code = '390100'"
    ).fetchone()[0]
    assert raw < 0
    found = level(con, "150100", "390100", "202609")
    assert found[0] == "none"
    assert "年末可支付月数" in found[1]
    assert rule(con, "150100", "390100", "202609", "W25")["level_code"] == "none"


def test_residents_exhausted_at_a_year_end_stay_red_all_year(region) -> None:
    r = region()
    r.add("150100", "390100", 0.0, seasonal(1190.0))
    con = r.build()
    assert [level(con, "150100", "390100", p)[0] for p in ("202412", "202503", "202511")] == ["red"] * 3


def test_first_months_are_not_available_and_say_why(region) -> None:
    r = region()
    r.add("150100", "310100", 500.0, steady(100))
    con = r.build()
    assert level(con, "150100", "310100", "202411")[:2] == ("not_available", "月数不足12")
    assert level(con, "150100", "310100", "202412")[0] == "orange"
    assert rule(con, "150100", "310100", "202412", "W07")["level_reason"] == "无预算"


def test_silence_is_not_zero(region) -> None:
    """Two silent months: rows stand, nothing is told; windows are broken for a year after."""
    r = region()
    r.add("150100", "310100", 800.0, steady(100))
    r.add("150200", "310100", 800.0, steady(100), silent=[(2026, 8), (2026, 9)])
    con = r.build()
    assert level(con, "150200", "310100", "202609")[:3] == ("not_available", "未报送", "same")
    assert level(con, "150200", "310100", "202609")[3] == 2
    assert not con.execute(
        "select bool_or(is_reported) from deficit_warning__fct_warning_level where"
        " area_code = '150200' and period_code = '202609'"
    ).fetchone()[0]
    # 本级 never reported and is expected all the same
    assert level(con, "159900", "310100", "202609")[1] == "未报送"


def test_a_scheme_that_an_area_does_not_run_is_not_silent(region) -> None:
    """本级 reports 职工 and no 居民: no row says 未报送, and the whole area is judged on 职工 alone."""
    r = region()
    r.add("159900", "310100", 800.0, steady(100))
    r.add("150100", "310100", 800.0, steady(100))
    r.add("150100", "390100", 800.0, seasonal(1200.0))
    con = r.build()
    assert level(con, "159900", "390100", "202609") is None
    assert level(con, "159900", "ALL", "202609")[0] == "none"
    assert level(con, "150200", "390100", "202609")[1] == "未报送"


def test_a_scheme_that_was_never_reported_is_silent_where_it_is_run(region) -> None:
    r = region()
    r.add("150100", "390100", 800.0, seasonal(1200.0))
    r.add("150200", "310100", 800.0, steady(100))
    con = r.build()
    assert level(con, "150200", "390100", "202609")[:2] == ("not_available", "未报送")
    assert level(con, "150200", "ALL", "202609")[0] == "not_available"


def test_a_period_with_only_the_undivided_fund_is_told_by_it(region) -> None:
    r = region()
    r.add("150100", "310100", 800.0, steady(100), silent=[(2026, 9)])
    r.add("150100", "310000", 900.0, steady(100))
    con = r.build()
    assert level(con, "150100", "310100", "202609") is None
    assert level(con, "150100", "310000", "202609")[0] == "none"
    assert level(con, "150100", "310000", "202608") is None
    assert con.execute(
        "select areas_reported_count, areas_expected_count from deficit_warning__fct_level_count where"
        " fund_code = '310100' and period_code = '202608'"
    ).fetchone() == (1, 3)


def test_a_gap_hides_a_level_without_ending_it(region) -> None:
    r = region(first=(2024, 1), last=(2026, 9))
    r.add("150100", "330100", 50.0, lambda m: (100.0, 102.0))
    r.add("150200", "330100", 1000.0, steady(100), silent=[(2025, 6)])
    con = r.build()
    assert level(con, "150200", "330100", "202505")[0] == "none"
    assert level(con, "150200", "330100", "202506")[0] == "not_available"
    assert level(con, "150200", "330100", "202606")[:3] == (
        "none",
        level(con, "150200", "330100", "202606")[1],
        "same",
    )
    # yellow from month 12, orange a year later, red when exhausted
    assert [level(con, "150100", "330100", p)[0] for p in ("202412", "202512", "202601")] == [
        "yellow",
        "orange",
        "red",
    ]
    assert level(con, "150100", "330100", "202601")[2] == "raised"


def test_budget_rules_take_the_revised_budget(region) -> None:
    r = region()
    r.add("150100", "310100", 800.0, steady(100))
    r.add_year("150100", "310100", 2025, 1200, 1300, 700, statement="budget")
    r.add_year("150100", "310100", 2025, 1300, 1300, 800, statement="revised_budget")
    r.add_year("150100", "310100", 2026, 1200, 2100, -1, statement="budget")
    con = r.build()
    assert rule(con, "150100", "310100", "202503", "W07")["level_code"] == "none"
    assert rule(con, "150100", "310100", "202603", "W07")["level_code"] == "yellow"
    assert rule(con, "150100", "310100", "202603", "W08")["level_code"] == "orange"
    assert rule(con, "150100", "310100", "202412", "W08")["level_reason"] == "无预算"


def test_prepayment_is_refused_after_a_deficit_year(region) -> None:
    r = region()
    r.add("150100", "310100", 1000.0, lambda m: (99.0, 100.0) if m[0] == 2024 else (101.0, 100.0))
    con = r.build()
    assert rule(con, "150100", "310100", "202512", "W06")["level_code"] == "blue"
    assert rule(con, "150100", "310100", "202601", "W06")["level_code"] == "none"


def test_undivided_employees_fund_has_no_pooled_band(region) -> None:
    r = region()
    r.add("150100", "310000", 100.0, steady(100))
    r.add("150200", "310100", 800.0, steady(100))
    con = r.build()
    codes = {
        row[0]
        for row in con.execute(
            "select rule_code from deficit_warning__fct_warning where area_code = '150100'"
        ).fetchall()
    }
    assert codes == {"W06", "W07", "W08", "W25"}
    # the count of 职工 is one of all areas
    assert (
        con.execute(
            "select areas_expected_count from deficit_warning__fct_level_count where"
            " fund_code = '310100' and period_code = '202609'"
        ).fetchone()[0]
        == 3
    )


def test_split_area_has_no_level_for_the_whole_fund_or_the_accounts(region) -> None:
    r = region()
    for fund in ("310100", "310200", "310000"):
        r.add("150100", fund, 800.0, steady(100))
    con = r.build()
    funds = {
        row[0]
        for row in con.execute(
            "select distinct fund_code from deficit_warning__fct_warning where area_code = '150100'"
        ).fetchall()
    }
    assert funds == {"310100"}


def test_whole_area_takes_the_worst_and_names_its_fund(region) -> None:
    r = region()
    r.add("150100", "310100", 800.0, steady(100))
    r.add("150100", "390100", 0.0, seasonal(1190.0))
    found = (
        r.build()
        .execute(
            "select level_code, leading_fund_code from deficit_warning__fct_warning_level where fund_code = 'ALL'"
            " and area_code = '150100' and period_code = '202606'"
        )
        .fetchone()
    )
    assert found == ("red", "390100")


def test_trend_needs_points_and_agreement(region) -> None:
    r = region()
    r.add("150100", "310100", 1500.0, lambda m: (98.0, 100.0))
    con = r.build()
    assert level(con, "150100", "310100", "202503")[4] == "not_available"
    assert level(con, "150100", "310100", "202506")[4] == "worsening"


def test_all_green_and_all_red(region) -> None:
    for opening, code in ((800.0, "none"), (100.0, "red")):
        r = region()
        for area in ("159900", "150100", "150200"):
            r.add(area, "310100", opening, steady(100.0))
        con = r.build()
        counts = con.execute(
            "select red_count, none_count, not_available_count from deficit_warning__fct_level_count"
            " where fund_code = '310100' and period_code = '202609'"
        ).fetchone()
        assert counts == ((0, 3, 0) if code == "none" else (3, 0, 0))
        sentence = con.execute(
            "select sentence_zh from deficit_warning__fct_summary_sentence where"
            " fund_code = '310100' and period_code = '202609'"
        ).fetchone()[0]
        body = "无列级预警" if code == "none" else "红色3个"
        assert sentence == f"2026年9月末，3个统筹区中3个已报送：{body}；与上月相比无变化。"


def test_sentence_names_changes_and_the_silent(region) -> None:
    r = region()
    r.add("159900", "310100", 800.0, steady(100), silent=[(2026, 9)])
    r.add("150100", "310100", 800.0, lambda m: (100.0, 100.0) if m < (2026, 9) else (0.0, 250.0))
    r.add("150200", "310100", 301.0, lambda m: (100.0, 100.0) if m < (2026, 9) else (95.0, 100.0))
    con = r.build()
    sentence = con.execute(
        "select sentence_zh from deficit_warning__fct_summary_sentence where"
        " fund_code = '310100' and period_code = '202609'"
    ).fetchone()[0]
    assert sentence == (
        "2026年9月末，3个统筹区中2个已报送：红色1个、橙色1个；与上月相比新增1个（甲市）、升级1个（乙市）；自治区本级未报送。"
    )


def test_published_rule_leads_a_tie(region) -> None:
    r = region()
    r.add_year("150100", "310100", 2024, 12_000_000, 12_000_000, 2_000_000)
    found = (
        r.build()
        .execute(
            "select leading_rule_code, rules_hit_count from deficit_warning__fct_warning_level"
            " where fund_code = '310100' and area_code = '150100'"
        )
        .fetchone()
    )
    assert found == ("W03", 2)


def test_area_of_no_pack_has_only_its_own_span(region) -> None:
    r = region(areas=[("100000", "全国", "other", False), ("530427", "新平县", "other", False)])
    r.add_year("100000", "310100", 2020, 1200, 1100, 900)
    r.add_year("100000", "310100", 2024, 1200, 1100, 900)
    r.first = (2019, 1)
    r.add_year("530427", "310100", 2021, 1200, 1100, 900)
    con = r.build()
    spans = con.execute(
        "select area_code, count(*) from deficit_warning__fct_warning_level where"
        " fund_code = '310100' group by 1 order by 1"
    ).fetchall()
    assert spans == [("100000", 5), ("530427", 1)]
    sentence = con.execute(
        "select sentence_zh from deficit_warning__fct_summary_sentence where"
        " fund_code = '310100' and period_code = '2024'"
    ).fetchone()[0]
    assert sentence.startswith("2024年末，1个地区中1个有数据：")

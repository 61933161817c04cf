"""Enrolment, indicators, drivers of spending and collection against numbers worked by hand."""

from __future__ import annotations

from decimal import Decimal
from math import log

import duckdb
import pytest

QUARTER = ("202401", "202402", "202403")


def rows(con: duckdb.DuckDBPyConnection, sql: str, *values: object) -> list[dict]:
    cursor = con.execute(sql, list(values))
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def indicator(con, area: str, scheme: str, period: str, code: str) -> dict | None:
    found = rows(
        con,
        "select * from prefecture_comparison__fct_prefecture_indicator"
        " where area_code = ? and scheme_code = ? and period_code = ? and indicator_code = ?",
        area, scheme, period, code,
    )  # fmt: skip
    assert len(found) <= 1
    return found[0] if found else None


def value(con, area: str, scheme: str, period: str, code: str) -> float | None:
    found = indicator(con, area, scheme, period, code)
    return None if found is None else float(found["indicator_value"])


# --- enrolment -------------------------------------------------------------------------------


def test_insured_of_groups_schemes_and_region(region) -> None:
    region.insured("150100", "202401", 70, group="in_service")
    region.insured("150100", "202401", 30, group="retired")
    region.insured("150100", "202401", 200, insutype="390", group="adult", double=5)
    region.insured("150200", "202401", 10, group="in_service")
    region.insured("159900", "202401", 4, group="retired")
    region.insured("990000", "202401", 99)
    region.insured("150100", "202401", 8, insutype="330")  # a side fund has the same people
    con = region.build()
    found = {
        (row["area_code"], row["scheme_code"], row["person_group_code"]): row
        for row in rows(con, "select * from enrolment__fct_insured_month")
    }
    assert found["150100", "employee", "all"]["insured_count"] == 100
    assert found["150100", "employee", "all"]["in_service_count"] == 70
    assert found["150100", "employee", "all"]["retired_count"] == 30
    assert found["150100", "resident", "all"]["double_enrolled_count"] == 5
    assert found["150100", "all", "all"]["insured_count"] == 295  # who is in both counts once
    whole = found["150000", "employee", "all"]
    assert (whole["insured_count"], whole["areas_reported_count"]) == (114, 3)
    assert found["150000", "all", "all"]["insured_count"] == 309
    assert ("990000", "employee", "all") in found
    # nothing lost, nothing doubled
    core = rows(
        con, "select sum(insured_count) as n from agg_enrolment_month where insutype_code in ('310', '390')"
    )
    mart = rows(
        con,
        "select sum(insured_count) as n from enrolment__fct_insured_month where scheme_code <> 'all'"
        " and person_group_code <> 'all' and area_code <> '150000'",
    )
    assert core == mart


def test_a_silent_area_is_not_counted_on(region) -> None:
    for month in QUARTER:
        region.insured("150100", month, 100)
        region.insured("150200", month, 50)
        region.contribution("150100", month, month, 1)
    region.contribution("150200", "202401", "202401", 1)
    con = region.build()
    found = rows(
        con,
        "select area_code, period_code, insured_count, areas_reported_count from enrolment__fct_insured_month"
        " where scheme_code = 'employee' and person_group_code = 'all' and area_code <> '150100' order by all",
    )
    assert [tuple(row.values()) for row in found] == [
        ("150000", "202401", 150, 2),
        ("150000", "202402", 100, 1),
        ("150000", "202403", 100, 1),
        ("150200", "202401", 50, None),
    ]


# --- months of cover and months of spending ----------------------------------------------------


def test_a_period_needs_every_one_of_its_months(region) -> None:
    for month in QUARTER:
        region.insured("150100", month, 100)
    for month in QUARTER[:2]:
        region.care("150100", month, "inpatient", 5, 1000, 600)
    con = region.build()
    assert value(con, "150100", "employee", "202401", "inpatient_ratio") == 0.05
    assert indicator(con, "150100", "employee", "2024Q1", "inpatient_ratio") is None  # March has not arrived


def test_heads_are_the_mean_of_the_month_ends_and_nothing_fans_out(region) -> None:
    for month, heads in zip(QUARTER, (100, 110, 120), strict=True):
        region.insured("150100", month, heads - 20, group="in_service")
        region.insured("150100", month, 20, group="retired")
        for county_kind in ("inpatient", "outpatient"):
            for _ in range(2):  # two cells of the aggregate in a month
                region.care("150100", month, county_kind, 11, 5500, 3300, days=99, in_scope=4400)
    con = region.build()
    assert value(con, "150100", "employee", "2024Q1", "inpatient_ratio") == 0.6  # 66 / 110
    assert value(con, "150100", "employee", "2024Q1", "cost_per_admission_yuan") == 500
    assert value(con, "150100", "employee", "2024Q1", "inpatient_days") == 9
    assert value(con, "150100", "employee", "2024Q1", "policy_reimbursement_ratio") == 0.75
    assert value(con, "150100", "employee", "2024Q1", "in_service_retired_ratio") == 5  # March: 100 / 20
    whole = rows(
        con,
        "select sum(spending_yuan) as yuan, sum(visit_count) as visits, max(head_count) as heads"
        " from prefecture_comparison__fct_spending_driver where area_code = '150100'"
        " and scheme_code = 'employee' and medical_kind_code <> 'all' and period_type = 'month'",
    )[0]
    assert whole["yuan"] == Decimal(3300) * 12
    assert whole["visits"] == 11 * 12


def test_a_scheme_missing_in_a_month_has_no_mean(region) -> None:
    for month in QUARTER:
        region.insured("150100", month, 100)
    region.insured("150100", "202403", 500, insutype="390", group="adult")
    for month in QUARTER:
        region.care("150100", month, "inpatient", 1, 10, 6, insutype="390")
        region.care("150100", month, "inpatient", 1, 10, 6)
    con = region.build()
    assert value(con, "150100", "employee", "2024Q1", "inpatient_ratio") == 0.03
    assert indicator(con, "150100", "resident", "2024Q1", "inpatient_ratio") is None
    assert value(con, "150100", "resident", "202403", "inpatient_ratio") == 0.002


# --- indicators ------------------------------------------------------------------------------


def test_zero_denominators_give_no_value(region) -> None:
    region.insured("150100", "202401", 100)  # nobody has retired
    region.care("150100", "202401", "outpatient", 5, 0, 0)  # nothing was paid, nobody admitted
    region.contribution("150100", "202401", "202401", 0)
    con = region.build()
    for code in (
        "in_service_retired_ratio", "out_of_area_ratio", "inpatient_ratio", "cost_per_admission_yuan",
        "collection_ratio", "insured_ratio", "beds_per_thousand",
    ):  # fmt: skip
        assert indicator(con, "150100", "employee", "202401", code) is None, code


def test_admissions_that_cancel_out_give_no_cost(region) -> None:
    region.insured("150100", "202401", 100)
    region.care("150100", "202401", "inpatient", -1, -900, -500, occurrences=-1)
    con = region.build()
    assert indicator(con, "150100", "employee", "202401", "cost_per_admission_yuan") is None
    driver = rows(
        con,
        "select * from prefecture_comparison__fct_spending_driver where area_code = '150100'"
        " and medical_kind_code = 'all' and scheme_code = 'employee' and period_code = '202401'",
    )[0]
    assert driver["spending_yuan"] == -500
    assert driver["growth_yuan"] is None


def test_region_is_the_ratio_of_sums_and_own_level_is_not_ranked(region) -> None:
    for area, visits, fee in (("150100", 10, 10000), ("150200", 30, 60000), ("159900", 10, 30000)):
        region.insured(area, "202401", 1000)
        region.care(area, "202401", "inpatient", visits, fee, fee * 0.6)
    region.insured("990000", "202401", 1)
    region.care("990000", "202401", "inpatient", 1, 900000, 1)
    con = region.build()
    code = "cost_per_admission_yuan"
    assert (
        value(con, "150000", "employee", "202401", code) == 2000
    )  # 100,000 / 50, not the mean of 1000, 2000, 3000
    first, second = (indicator(con, area, "employee", "202401", code) for area in ("150100", "150200"))
    assert (first["rank"], second["rank"], first["ranked_count"]) == (1, 2, 2)  # the cheaper one leads
    assert first["region_value"] == 2000
    assert indicator(con, "159900", "employee", "202401", code)["rank"] is None
    outside = indicator(con, "990000", "employee", "202401", code)
    assert (outside["rank"], outside["region_value"]) == (None, None)


def test_insured_ratio_only_where_a_population_is_published(region) -> None:
    for month in ("202301", "202312", "202401", "202501"):
        region.insured("150200", month, 2_000_000)
        region.insured("150200", month, 500_000, insutype="390", group="adult", double=100_000)
        region.insured("150100", month, 1_000_000)
    con = region.build()
    assert value(con, "150200", "all", "202312", "insured_ratio") == pytest.approx(
        2_400_000 / 2_761_700, abs=1e-6
    )
    # next year's figure is not out yet: the last one stands for one year and no longer
    assert value(con, "150200", "all", "202401", "insured_ratio") == pytest.approx(
        2_400_000 / 2_761_700, abs=1e-6
    )
    assert indicator(con, "150200", "all", "202501", "insured_ratio") is None
    assert indicator(con, "150100", "all", "202312", "insured_ratio") is None
    # the region has a published population of its own; 3.4 of 23.96 million cannot be everybody
    whole = indicator(con, "150000", "all", "202312", "insured_ratio")
    assert float(whole["denominator"]) == 23_960_000
    assert whole["is_suppressed"] and whole["region_value"] is None
    assert not indicator(con, "150200", "all", "202312", "insured_ratio")["is_suppressed"]


def test_money_per_head_and_share_away(region) -> None:
    region.insured("150100", "202401", 200, insutype="390", group="adult")
    region.care("150100", "202401", "inpatient", 2, 900, 500, insutype="390")
    region.care("150100", "202401", "inpatient", 1, 900, 300, insutype="390", place="cross_province")
    region.care("150100", "202401", "outpatient", 9, 900, 200, insutype="390", place="region")
    region.balance("150100", "390100", "202401", 4000, 3000)
    con = region.build()
    assert value(con, "150100", "resident", "202401", "funding_per_head_yuan") == 20
    assert value(con, "150100", "resident", "202401", "expenditure_per_head_yuan") == 15
    assert value(con, "150100", "resident", "202401", "out_of_area_ratio") == 0.5
    assert indicator(con, "150100", "resident", "202401", "expenditure_per_head_yuan")["region_value"] == 15


def test_beds_open_at_the_end(region) -> None:
    region.insured("150100", "202401", 1000)
    region.insured("150200", "202401", 1000)
    for code, begin, end, beds in (
        ("H1", "2020-01-01", None, 30),
        ("H2", "2020-01-01", "2024-01-30", 50),
        ("H3", "2024-02-01", None, 70),
        ("P1", "2020-01-01", None, None),
    ):
        region.add(
            "dim_institution",
            institution_code=code,
            area_code="150100",
            begin_at=begin,
            end_at=end,
            bed_count=beds,
        )
    region.add("dim_institution", institution_code="H9", area_code="150200", begin_at="2020-01-01")
    con = region.build()
    assert value(con, "150100", "all", "202401", "beds_per_thousand") == 30
    assert indicator(con, "150200", "all", "202401", "beds_per_thousand") is None


# --- drivers of spending -----------------------------------------------------------------------


def driver_rows(con, **where: str) -> list[dict]:
    clause = " and ".join(f"{name} = ?" for name in where)
    return rows(
        con, f"select * from prefecture_comparison__fct_spending_driver where {clause}", *where.values()
    )


def two_years(region) -> duckdb.DuckDBPyConnection:
    for area, before, now in (("150100", 100, 110), ("150200", 1000, 900)):
        region.insured(area, "202301", before)
        region.insured(area, "202401", now)
        region.care(area, "202301", "inpatient", 20, 20000.00, 12000.00)
        region.care(area, "202401", "inpatient", 33, 36300.37, 23595.11)
        region.care(area, "202301", "outpatient", 300, 30000.00, 15000.00)
        region.care(area, "202401", "outpatient", 300, 30000.00, 15000.00)
    region.care("150100", "202401", "maternity", 1, 5000, 3000)  # none last year: no logarithm
    region.insured("159900", "202401", 50)  # an area without last year
    region.care("159900", "202401", "inpatient", 1, 700, 400)
    return region.build()


def test_factors_multiply_to_spending_and_contributions_add_up_to_the_cent(region) -> None:
    con = two_years(region)
    inpatient = driver_rows(
        con, area_code="150100", scheme_code="employee", period_code="202401", medical_kind_code="inpatient"
    )[0]
    assert float(inpatient["visits_per_head"]) == pytest.approx(0.3)
    assert inpatient["cost_per_visit_yuan"] == Decimal("1100.01")
    growth = 23595.11 - 12000
    weight = growth / log(23595.11 / 12000)
    assert float(inpatient["heads_contribution_yuan"]) == round(weight * log(1.1), 2)
    assert float(inpatient["visits_contribution_yuan"]) == round(weight * log(0.3 / 0.2), 2)
    assert float(inpatient["cost_contribution_yuan"]) == round(weight * log(36300.37 / 33 / 1000), 2)
    share = weight * log(23595.11 / 36300.37 / 0.6)
    assert abs(float(inpatient["share_contribution_yuan"]) - share) < 0.02
    assert inpatient["unsplit_contribution_yuan"] == 0
    parts = [f"{name}_contribution_yuan" for name in ("heads", "visits", "cost", "share", "unsplit")]
    for row in rows(con, "select * from prefecture_comparison__fct_spending_driver"):
        if row["growth_yuan"] is not None:
            assert sum(row[part] for part in parts) == row["growth_yuan"], row
            assert row["growth_yuan"] == row["spending_yuan"] - row["prior_spending_yuan"]


def test_sums_are_the_sums_of_the_splits(region) -> None:
    con = two_years(region)
    for name in ("spending_yuan", "heads_contribution_yuan", "share_contribution_yuan"):
        of_kinds = rows(
            con,
            f"select sum({name}) as yuan from prefecture_comparison__fct_spending_driver where period_code = '202401'"
            " and scheme_code = 'employee' and medical_kind_code <> 'all' and area_kind <> 'region'",
        )[0]["yuan"]
        whole = driver_rows(
            con, area_code="150000", scheme_code="all", period_code="202401", medical_kind_code="all"
        )[0]
        assert whole[name] == of_kinds
    assert whole["head_count"] == 110 + 900 + 50
    assert (whole["areas_reported_count"], whole["areas_compared_count"]) == (3, 2)
    # the maternity of one area and the whole of the new one cannot be split
    assert whole["unsplit_contribution_yuan"] == 3000 + 400
    total = rows(
        con, "select sum(fund_pay_yuan) as yuan from agg_settlement_month where event_month = '202401'"
    )
    assert whole["spending_yuan"] == total[0]["yuan"]


def test_unchanged_spending_still_splits(region) -> None:
    for month, heads, fee in (("202301", 100, 1000.0), ("202401", 200, 1000.0)):
        region.insured("150100", month, heads)
        region.care("150100", month, "inpatient", 10, fee, 600.0)
    row = driver_rows(
        region.build(),
        area_code="150100",
        scheme_code="employee",
        period_code="202401",
        medical_kind_code="inpatient",
    )[0]
    assert row["growth_yuan"] == 0
    assert (
        row["heads_contribution_yuan"] == -row["visits_contribution_yuan"] == round(Decimal(600 * log(2)), 2)
    )


# --- collection ------------------------------------------------------------------------------


def collection(
    con, period: str, payer: str = "all", area: str = "150100", item: str = "premium", fund="310000"
) -> dict:
    found = rows(
        con,
        "select * from fund_balance__fct_collection where area_code = ? and fund_code = ? and period_code = ?"
        " and item_code = ? and payer_code = ?",
        area, fund, period, item, payer,
    )  # fmt: skip
    assert len(found) == 1
    return found[0]


def test_due_collected_late_and_arrears_by_age(region) -> None:
    region.contribution("150100", "202401", "202401", 20, employer=80)
    region.contribution("150100", "202401", "202403", 2, employer=8, late_fee=1)  # two months late
    region.contribution("150100", "202401", "202401", 5, collected=False)  # never came
    region.contribution("150100", "202402", "202402", 30, employer=70)
    region.contribution("150100", "202403", "202402", 40)  # paid ahead
    region.contribution("150100", "202403", "202403", -6, kind="refund")
    for month in ("202404", "202405", "202406"):
        region.contribution("150100", month, month, 1)
    con = region.build()
    january = collection(con, "202401")
    assert (january["due_yuan"], january["collected_of_due_yuan"], january["arrears_yuan"]) == (115, 100, 15)
    assert january["collected_yuan"] == 100
    assert january["collection_ratio"] == Decimal("0.869565")
    march = collection(con, "202403")
    assert (march["due_yuan"], march["collected_of_due_yuan"], march["on_time_yuan"]) == (40, 40, 40)
    assert (march["collected_yuan"], march["refund_yuan"], march["collected_arrears_yuan"]) == (4, -6, 10)
    assert march["late_fee_yuan"] == 1
    quarter = collection(con, "2024Q1")
    assert (quarter["due_yuan"], quarter["on_time_yuan"], quarter["late_yuan"]) == (255, 240, 10)
    assert quarter["collected_yuan"] == 244
    assert (quarter["arrears_yuan"], quarter["arrears_short_yuan"]) == (5, 5)
    half = collection(con, "2024H1")
    assert (half["arrears_short_yuan"], half["arrears_medium_yuan"], half["arrears_long_yuan"]) == (0, 5, 0)
    assert collection(con, "2024Q1", "employer")["due_yuan"] == 158
    assert collection(con, "202401", area="150000")["due_yuan"] == 115
    # Σ months = Σ core, per payer and in all
    cash = rows(
        con,
        "select payer_code, sum(collected_yuan) as yuan from fund_balance__fct_collection"
        " where area_code = '150100' and period_type = 'month' group by 1 order by 1",
    )
    core = rows(
        con,
        "select sum(employer_yuan) as employer, sum(person_yuan) as person from agg_contribution_month"
        " where is_collected",
    )[0]
    assert {row["payer_code"]: row["yuan"] for row in cash} == {
        "all": core["employer"] + core["person"],
        "employer": core["employer"],
        "other": 0,
        "person": core["person"],
    }


def test_an_arrear_grows_old(region) -> None:
    region.contribution("150100", "202401", "202401", 7, collected=False)
    for month in (f"{year}{number:02d}" for year in (2024, 2025) for number in range(1, 13)):
        region.contribution("150100", month, month, 1)
    con = region.build()
    ages = {
        period: [collection(con, period)[f"arrears_{age}_yuan"] for age in ("short", "medium", "long")]
        for period in ("202403", "202404", "202412", "202501")
    }
    assert ages == {"202403": [7, 0, 0], "202404": [0, 7, 0], "202412": [0, 7, 0], "202501": [0, 0, 7]}


def test_next_years_premiums_are_marked(region) -> None:
    region.contribution("150100", "202411", "202411", 400, insutype="390", next_year=True)
    region.contribution("150100", "202411", "202411", 40, insutype="390")
    con = region.build()
    found = collection(con, "202411", fund="390100")
    assert (found["collected_yuan"], found["prepaid_yuan"]) == (440, 400)


def test_subsidies_by_level_up_to_the_period(region) -> None:
    for level, due, arrived, date in (
        ("1", 600, 600, "2024-03-15"),
        ("2", 200, 150, "2024-06-30"),
        ("3", 200, 0, None),
    ):
        region.add(
            "fct_subsidy", area_code="150100", year_code="2024", government_level_code=level,
            due_yuan=due, arrived_yuan=arrived, arrived_date=date,
        )  # fmt: skip
    con = region.build()
    march = collection(con, "202403", item="subsidy", fund="390100")
    assert (march["due_yuan"], march["collected_of_due_yuan"]) == (1000, 600)
    june = collection(con, "2024H1", item="subsidy", fund="390100")
    assert (june["collected_of_due_yuan"], june["arrears_yuan"]) == (750, 250)
    assert collection(con, "2024H1", "2", item="subsidy", fund="390100")["collection_ratio"] == Decimal(
        "0.75"
    )
    assert value(con, "150100", "resident", "2024H1", "subsidy_arrival_ratio") == 0.75
    # what is not over yet has no row
    assert not rows(con, "select 1 from fund_balance__fct_collection where period_code = '202407'")


def test_collection_ratio_of_the_region(region) -> None:
    region.contribution("150100", "202401", "202401", 90)
    region.contribution("150100", "202401", "202401", 10, collected=False)
    region.contribution("150200", "202401", "202401", 300)
    region.contribution("150200", "202401", "202401", 600, collected=False)
    con = region.build()
    assert value(con, "150000", "employee", "202401", "collection_ratio") == 0.39
    assert indicator(con, "150200", "employee", "202401", "collection_ratio")["rank"] == 2


def test_a_fund_booked_for_its_payers_only_has_no_ratio(region) -> None:
    for month in ("202401", "202402", "202403"):
        region.contribution("150100", month, month, 90)
        region.contribution("150100", month, month, 400, insutype="390")
        region.contribution("150200", month, month, 300, insutype="390")
    region.contribution("150100", "202403", "202403", 10, collected=False)
    con = region.build()
    for area in ("150100", "150200", "150000"):
        found = collection(con, "202401", area=area, fund="390100")
        assert (found["collection_ratio"], found["collection_state_code"]) == (None, "payers_only")
        assert found["due_yuan"] == found["collected_of_due_yuan"] > 0
        assert not rows(
            con,
            "select 1 from prefecture_comparison__fct_prefecture_indicator where indicator_code = 'collection_ratio'"
            " and scheme_code = 'resident' and area_code = ?",
            area,
        )
    # one unpaid row anywhere says that what is due is booked: a month without arrears is a true 100 %
    january = collection(con, "202401")
    assert (january["collection_ratio"], january["collection_state_code"]) == (1, "available")


def test_one_late_payer_is_enough_to_tell_what_was_due(region) -> None:
    region.contribution("150100", "202401", "202402", 90, insutype="390")
    region.contribution("150200", "202401", "202401", 90, insutype="390")
    for area in ("150100", "150200"):
        for month in ("202401", "202402"):
            region.contribution(area, month, month, 1, insutype="390")
    con = region.build()
    assert collection(con, "202401", area="150200", fund="390100")["collection_state_code"] == "available"
    assert collection(con, "202401", area="150200", fund="390100")["collection_ratio"] == 1

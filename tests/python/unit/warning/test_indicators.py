"""Indicators: ratio of sums for the region, ranks among 盟市, residents at the year end."""

from __future__ import annotations

import csv

import pytest
import rendering


def indicator(con, area: str, scheme: str, period: str, code: str) -> dict:
    found = con.execute(
        "select * from prefecture_comparison__fct_prefecture_indicator where area_code = ? and scheme_code = ?"
        " and period_code = ? and indicator_code = ?",
        [area, scheme, period, code],
    ).df()
    assert len(found) == 1
    return found.iloc[0].to_dict()


@pytest.fixture
def con(region):
    r = region()
    r.add("150100", "310100", 800.0, lambda m: (110.0, 100.0))
    r.add("150200", "310100", 2000.0, lambda m: (300.0, 400.0))
    r.add("159900", "310100", 500.0, lambda m: (50.0, 50.0))
    r.add("150100", "390100", 600.0, lambda m: (410.0 if m[1] > 9 else 0.0, 100.0))
    r.add("150100", "POOLED", 1400.0, lambda m: (110.0 + (410.0 if m[1] > 9 else 0.0), 200.0))
    r.add_year("150100", "310100", 2026, 1320, 1200, 900, statement="budget")
    return r.build()


def test_region_is_the_ratio_of_sums(con) -> None:
    found = indicator(con, "150100", "employee", "202609", "surplus_ratio")
    assert float(found["indicator_value"]) == pytest.approx(10 / 110, abs=1e-6)
    assert float(found["region_value"]) == pytest.approx((10 - 100 + 0) / (110 + 300 + 50), abs=1e-6)
    assert (
        indicator(con, "150000", "employee", "202609", "surplus_ratio")["region_value"]
        == found["region_value"]
    )


def test_ranks_are_among_prefectures(con) -> None:
    first, second, own = (
        indicator(con, area, "employee", "202609", "surplus_ratio") for area in ("150100", "150200", "159900")
    )
    assert (first["rank"], second["rank"], first["ranked_count"]) == (1, 2, 2)
    assert own["rank"] is None  # shown, not ranked


def test_residents_reserve_is_that_of_the_year_end(con) -> None:
    found = indicator(con, "150100", "resident", "202609", "reserve_months")
    at_end = indicator(con, "150100", "resident", "202512", "reserve_months")
    assert found["indicator_value"] == at_end["indicator_value"]
    assert float(found["numerator"]) == 600 + 2 * (1230 - 1200)


def test_reserve_equals_the_balance_mart(con) -> None:
    worst = con.execute(
        "select max(abs(i.indicator_value - b.reserve_months)), count(*)"
        " from prefecture_comparison__fct_prefecture_indicator as i"
        " inner join fund_balance__fct_fund_balance as b using (area_code, fund_code, period_type, period_code)"
        " where b.is_actual and i.indicator_code = 'reserve_months' and i.scheme_code = 'employee'"
    ).fetchone()
    assert worst[1] == 66
    assert worst[0] == 0


def test_whole_is_its_own_fund_at_the_year_end(con) -> None:
    areas = con.execute(
        "select distinct area_code from prefecture_comparison__fct_prefecture_indicator where"
        " scheme_code = 'all' order by 1"
    ).fetchall()
    assert areas == [("150000",), ("150100",)]
    found = indicator(con, "150100", "all", "202609", "reserve_months")
    assert float(found["numerator"]) == 1400 + 2 * (12 * 110 + 3 * 410 - 12 * 200)


def test_budget_execution_is_year_to_date(con) -> None:
    found = indicator(con, "150100", "employee", "202609", "budget_income_execution")
    assert float(found["indicator_value"]) == pytest.approx(9 * 110 / 1320, abs=1e-6)


def test_every_indicator_and_rule_metric_is_in_the_catalogue() -> None:
    def column(path: str, name: str) -> set[str]:
        with (rendering.ROOT / "seeds" / path).open(encoding="utf-8") as handle:
            return {row[name] for row in csv.DictReader(handle)}

    known = column("reference/metric.csv", "metric_code")
    assert column("reference/prefecture_indicator.csv", "indicator_code") <= known
    assert column("warning/warning_threshold.csv", "metric_code") <= known
    assert len(column("warning/warning_threshold_reference.csv", "reference_code")) == 25

"""这个数从哪来: a sum of funds or areas is shown as the sum of its parts, to the cent."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from dashboards import data
from dashboards.access import Scope
from dashboards.components.provenance import SUMMED, Figure, add_up, sum_sentence

SCOPE = Scope(everything=True)


def parts_in(home: Path, figure: Figure, period: str) -> tuple[pd.DataFrame, dict]:
    """The dialog's parts of a figure in a month of a home, and the figure's own row."""
    build = data.current_build(home)
    assert build is not None
    of = {"area_code": figure.area_code, "fund_code": figure.fund_code}
    of |= {"period_type": "month", "period_code": period}
    row = data.first(data.rows(build, SCOPE, "balance", **of))
    assert row is not None
    return add_up(data.rows(build, SCOPE, "balance_parts", **of), figure, row), row


@pytest.mark.parametrize("metric", SUMMED)
@pytest.mark.parametrize("fund", ["310000", "POOLED", "ALL"])
def test_a_sum_of_funds_adds_up(
    demo_home: Path, ask: Callable[..., pd.DataFrame], metric: str, fund: str
) -> None:
    found = ask(
        demo_home,
        "select max(period_code) as code from fund_balance.fct_fund_balance"
        " where is_actual and period_type = 'month' and fund_code = ? and area_code = '152200'",
        [fund],
    )
    parts, row = parts_in(demo_home, Figure(metric, "152200", fund), str(found["code"].iloc[0]))
    assert len(parts) >= 3
    assert parts["part_yuan"].iloc[:-1].sum() == pytest.approx(row[metric], abs=0.001)
    assert parts["part_yuan"].iloc[-1] == row[metric]


def test_the_regions_closing_is_the_sum_of_its_areas_and_the_adjustment_fund(
    demo_home: Path, ask: Callable[..., pd.DataFrame]
) -> None:
    found = ask(
        demo_home,
        "select area_code, max(period_code) as code from fund_balance.fct_fund_balance"
        " where is_actual and period_type = 'month' and area_kind = 'region' group by area_code",
    )
    area, period = found.iloc[0]
    parts, row = parts_in(demo_home, Figure("actual_closing_yuan", area, "310100"), period)
    assert "职工医保自治区级调剂金" in parts["part"].tolist()
    assert parts["part_yuan"].iloc[:-1].sum() == pytest.approx(row["actual_closing_yuan"], abs=0.001)


def test_parts_that_do_not_add_up_are_no_formula() -> None:
    """Stated closings of the parts make the sum where the accounts of the sum itself do not."""
    found = pd.DataFrame(
        {
            "fund_code": ["310100", "390100"],
            "fund_name": ["职工统筹", "居民"],
            "area_name": ["兴安盟", "兴安盟"],
            "actual_closing_yuan": [2108100.0, 3123400.0],
            "is_of_area": [False, False],
            "is_closing_stated": [True, False],
        }
    )
    figure = Figure("actual_closing_yuan", "152200", "POOLED")
    parts = add_up(found, figure, {"actual_closing_yuan": 5231500.0})
    assert parts["basis"].tolist() == ["列报", "计算", "上列之和"]
    assert sum_sentence(figure, parts, "累计结余").startswith("合计 = 下列2个部分的累计结余之和")
    assert add_up(found, figure, {"actual_closing_yuan": 5231200.0}).empty
    assert add_up(found.iloc[:1], figure, {"actual_closing_yuan": 2108100.0}).empty

"""How many areas stand behind the region's figures, where two of them that are set side by side do not have the same."""

from __future__ import annotations

from typing import Any

import pandas as pd

from dashboards import data
from dashboards.components.frame import View
from dashboards.labels import is_missing


def counts_differ(one: Any, other: Any) -> bool:
    """Whether both counts are known and not the same."""
    return not is_missing(one) and not is_missing(other) and int(one) != int(other)


def prior_note(view: View, area_code: str, fund_code: str) -> str:
    """Why the region's table has no last year: not as many areas had reported then, so the two do not compare."""
    row = data.first(view.rows("balance", area_code=area_code, fund_code=fund_code)) or {}
    now, before = row.get("areas_reported_count"), row.get("prior_areas_reported_count")
    if not counts_differ(now, before):
        return ""
    return (
        f"全区本期由{int(now)}个统筹区报送，上年同期由{int(before)}个，两期不可比，这张表不列全区的上年同期和同比；"
        "两期都报送的统筹区合计的同比，见“统筹区画像”的“与其他统筹区比较”。"
    )


TRANSFERS = (
    "remittance_to_superior_expenditure",
    "subordinate_remittance_income",
    "superior_subsidy_income",
    "subsidy_to_subordinate_expenditure",
)
CENT = 0.005


def transfer_note(view: View, accounts: pd.DataFrame) -> str:
    """Why transfers inside the region do not cancel out in its own accounts, where they do not."""
    if not view.whole_region:
        return ""
    own = accounts[accounts["account_code"].isin(TRANSFERS)]
    if not (own[["amount_yuan", "ytd_yuan"]].astype(float).abs() > CENT).any(axis=None):
        return ""
    return (
        "全区合并时上下级之间的上解、补助相互抵销；没有抵销完的，是有统筹区未报送、双方记账不在同一期，"
        "或以万元列报的尾差，见检查 M06。"
    )


def budget_note(budget: dict[str, Any] | None) -> str:
    """That the region's budget and its actual figures are not of the same areas, or that only some areas revised theirs."""
    row = budget or {}
    planned, done = row.get("budget_areas_count"), row.get("actual_areas_count")
    words = []
    if counts_differ(planned, done):
        words.append(f"预算为{int(planned)}个统筹区之和，执行为已报送的{int(done)}个之和，不是同一范围")
    revised = row.get("partly_revised_count")
    if not is_missing(revised):
        words.append(f"全区为年初预算之和，{int(revised)}个统筹区的调整预算未并入")
    return "；".join(words)


def course_note(series: pd.DataFrame, period_code: str, budget: dict[str, Any]) -> str:
    """What does not compare in the course of a year: this year, last year and the budget of as many areas or not."""
    words = [budget_note(budget)]
    chosen = data.first(series[series["period_code"] == period_code]) or {}
    now, before = chosen.get("areas_reported_count"), chosen.get("prior_areas_reported_count")
    if counts_differ(now, before):
        words.append(f"上年同期由{int(before)}个统筹区报送、本期由{int(now)}个")
    return "；".join(word for word in words if word)

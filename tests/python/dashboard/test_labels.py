"""One formatter: what a figure looks like, and that six states look different."""

from __future__ import annotations

import math
from decimal import Decimal

import pytest

from dashboards import labels
from shouzhi.words import LEVELS


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (Decimal("12345650"), "万元", "1,234.57"),
        (12345650.0, "万元", "1,234.57"),
        (Decimal("-12345650"), "万元", "−1,234.57"),
        (0, "万元", "0.00"),
        (Decimal("-0.001"), "万元", "0.00"),
        (123456789012.34, "亿元", "1,234.57"),
        (0.125, "%", "12.5%"),
        (5.96, "月", "6.0"),
        (None, "万元", "—"),
        (math.nan, "万元", "—"),
        (math.inf, "万元", "—"),
        (13, "个", "13"),
    ],
)
def test_numbers(value: object, unit: str, expected: str) -> None:
    assert labels.fmt(value, unit) == expected


def test_signs_and_units() -> None:
    assert labels.fmt(10000, "万元", signed=True) == "+1.00"
    assert labels.fmt(10000, "万元", with_unit=True) == "1.00 万元"
    assert labels.fmt(6, "月", with_unit=True) == "6.0 个月"
    assert labels.fmt_difference(-10000, "万元") == "▼ 少 1.00"
    assert labels.fmt_difference(10000, "万元") == "▲ 多 1.00"


def test_a_used_up_fund_has_no_negative_months() -> None:
    assert labels.fmt_months(-2.3) == "已用尽"
    assert labels.fmt_months(0) == "已用尽"
    assert labels.fmt_months(None) == "—"


def test_six_states_look_different() -> None:
    looks = {
        labels.NOT_REPORTED,
        labels.NOT_APPLICABLE,
        labels.fmt(0, "万元"),
        labels.fmt_held(labels.fmt(0, "万元"), True),
        labels.NO_PERMISSION,
        labels.NO_RESULT,
    }
    assert len(looks) == 6


def test_levels_are_never_colour_alone() -> None:
    marks = [labels.level_mark(code) for code in LEVELS]
    assert marks == ["■ 红色", "▲ 橙色", "◆ 黄色", "● 蓝色", "— 无预警", "? 无法判断"]
    assert labels.level_mark(None) == "? 无法判断"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2026-09", "202609"),
        ("202609", "202609"),
        ("2026年9月", "202609"),
        ("2026Q3", "2026Q3"),
        ("2026年三季度", "2026Q3"),
        ("2026年上半年", "2026H1"),
        ("2026H2", "2026H2"),
        ("2026", "2026"),
        ("2026年", "2026"),
        ("2026-13", None),
        ("2026H3", None),
        ("九月", None),
    ],
)
def test_periods(text: str, code: str | None) -> None:
    assert labels.parse_period(text) == code


def test_rule_values_carry_their_unit() -> None:
    assert labels.fmt_metric(2.81, "months") == "2.8 个月"
    assert labels.fmt_metric(Decimal("0.0512"), "ratio") == "5.1%"
    assert labels.fmt_metric(-15108_1700, "yuan") == "−15,108.17 万元"
    assert labels.fmt_metric(None, "months") == "—"


def test_used_up_months_are_said_where_they_stand_for_themselves() -> None:
    assert labels.fmt_value(-0.3, "months") == "已用尽"
    assert labels.fmt_value(2.25, "months") == "2.3 个月"
    assert labels.fmt_metric(-2.3, "months") == "−2.3 个月"
    assert labels.fmt_value(-0.054, "ratio") == "−5.4%"


def test_a_bare_clause_number_is_said_to_be_one() -> None:
    assert labels.clause_text("1.2.3(1)") == "条款 1.2.3(1)"
    assert labels.clause_text("1.2.2、1.2.3(1)") == "条款 1.2.2、1.2.3(1)"
    assert labels.clause_text("第28条") == "第28条"
    assert labels.clause_text(None) == ""


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        ("150700|310100|quarter|2025Q1|execution", "呼伦贝尔市 · 职工统筹 · 2025年一季度 · 执行"),
        ("150700|execution|premium_income|ytd", "呼伦贝尔市 · 执行 · 保险费收入 · 本年累计数"),
        ("150700|310100|202303", "呼伦贝尔市 · 职工统筹 · 2023年3月"),
        ("county", "旗县"),
        ("27500000000631 27500000006181", "27500000000631 27500000006181"),
        (None, "—"),
    ],
)
def test_the_key_of_a_failed_row_is_told_in_words(keys: str | None, text: str) -> None:
    names = {
        "150700": "呼伦贝尔市",
        "310100": "职工统筹",
        "execution": "执行",
        "premium_income": "保险费收入",
    }
    assert labels.key_text(keys, names) == text

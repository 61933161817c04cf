from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shouzhi.intake.cells import cell_text, column_letter, parse_amount, precision_yuan, to_yuan


@pytest.mark.parametrize(
    ("text", "value", "decimals", "unit"),
    [
        ("１，２３４．５０", "1234.50", 2, None),
        ("1,234.00", "1234.00", 2, None),
        ("(1,234.00)", "-1234.00", 2, None),
        ("（1234）", "-1234", 0, None),
        ("△12.5", "-12.5", 1, None),
        ("▲12", "-12", 0, None),
        ("−5", "-5", 0, None),
        ("－5", "-5", 0, None),
        ("5-", "-5", 0, None),
        ("￥1,000元", "1000", 0, "yuan"),
        ("12.3万元", "12.3", 1, "wan"),
        ("\t'123", "123", 0, None),
        (" 1 234.5 ", "1234.5", 1, None),
        (".5", "0.5", 1, None),
    ],
)
def test_amounts_are_cleaned(text, value, decimals, unit):
    amount = parse_amount(text)
    assert (amount.status, amount.value, amount.decimals, amount.unit_code) == (
        "ok",
        Decimal(value),
        decimals,
        unit,
    )


@pytest.mark.parametrize("text", ["×", "—", "——", "-", "/", "…", "无"])
def test_marks_mean_not_given(text):
    assert parse_amount(text).status == "not_given"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("#REF!", "错误值"),
        ("1.2E+07", "科学计数法"),
        ("abc", "不是数"),
        ("1,23", "千分位"),
        ("9" * 15, "过大"),
    ],
)
def test_what_is_no_amount_says_why(text, reason):
    amount = parse_amount(text)
    assert amount.status == "problem"
    assert reason in amount.problem


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=2))
def test_amounts_round_trip_through_every_dress(value):
    plain, bracketed = f"{value:,.2f}", f"({-value:,.2f})" if value < 0 else f"{value:.2f}"
    for text in (plain, bracketed, f" {value:.2f} ", f"¥{value:.2f}"):
        assert parse_amount(text).value == value


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=2))
def test_spreadsheet_numbers_keep_their_cents(value):
    assert Decimal(cell_text(float(value))) == value


def test_precision_is_the_weight_of_the_last_digit():
    assert precision_yuan(2, "wan") == Decimal("100.00")
    assert precision_yuan(0, "yuan") == Decimal("1.00")
    assert precision_yuan(4, "yuan") == Decimal("0.01")
    assert precision_yuan(2, "yi") == Decimal("1000000.00")


def test_yuan_are_rounded_half_away_from_zero():
    assert to_yuan(Decimal("0.0000005"), "wan") == Decimal("0.01")
    assert to_yuan(Decimal("-0.0000005"), "wan") == Decimal("-0.01")
    assert to_yuan(Decimal(10) ** 13, "yi") is None


def test_columns_have_spreadsheet_letters():
    assert [column_letter(index) for index in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]

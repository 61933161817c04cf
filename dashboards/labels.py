"""Words and numbers as readers see them: one formatter, one vocabulary for links, six states.

Pages, charts and downloads all come here, so that the same figure is the same string everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pandas as pd

from shouzhi.words import (
    LEVEL_SYMBOL,
    LEVEL_TEXT,
    MEASURE_TEXT,
    PERIOD_TYPE_TEXT,
    QUARTERS,
    VOCABULARIES,
    period_label,
)

# --- numbers ---------------------------------------------------------------------------------

NOT_APPLICABLE = "—"
NOT_REPORTED = "? 未报送"
HELD_TAG = "待核"
NO_PERMISSION = "您无权查看该统筹区"
NO_RESULT = "没有符合条件的数据"


@dataclass(frozen=True)
class Unit:
    """How one unit is written: stored amount ÷ divisor, with a number of decimals."""

    text: str
    divisor: Decimal
    decimals: int


UNITS = {
    "元": Unit("元", Decimal(1), 2),
    "万元": Unit("万元", Decimal(10_000), 2),
    "亿元": Unit("亿元", Decimal(100_000_000), 2),
    "月": Unit("个月", Decimal(1), 1),
    "%": Unit("%", Decimal("0.01"), 1),
    "百分点": Unit("个百分点", Decimal("0.01"), 1),
    "个": Unit("个", Decimal(1), 0),
    "项": Unit("项", Decimal(1), 0),
    "行": Unit("行", Decimal(1), 0),
    "元整": Unit("元", Decimal(1), 0),
    "人": Unit("人", Decimal(1), 0),
    "人次": Unit("人次", Decimal(1), 0),
    "次": Unit("次", Decimal(1), 4),
    "天": Unit("天", Decimal(1), 1),
    "张": Unit("张", Decimal(1), 2),
    "倍": Unit("", Decimal(1), 2),
    "": Unit("", Decimal(1), 4),
}


def is_missing(value: Any) -> bool:
    """True for None, NaN, NaT and NA."""
    return bool(pd.isna(value))


def fmt(value: Any, unit: str, *, signed: bool = False, with_unit: bool = False) -> str:
    """A stored figure as text in a unit, rounded half up, with thousands separators.

    ``fmt(12345650, "万元")`` is ``"1,234.57"``; a missing value is ``"—"``; a true zero is ``"0.00"``;
    the minus sign is U+2212.  Never raises for a value that is not a number: it is returned as text.
    """
    if is_missing(value):
        return NOT_APPLICABLE
    spec = UNITS[unit]
    try:
        exact = Decimal(str(value)) / spec.divisor
    except ArithmeticError:
        return str(value)
    if not exact.is_finite():
        return NOT_APPLICABLE
    rounded = exact.quantize(Decimal(1).scaleb(-spec.decimals), rounding=ROUND_HALF_UP)
    sign = "−" if rounded < 0 else ("+" if signed and rounded > 0 else "")
    tail = spec.text if with_unit or unit == "%" else ""
    gap = "" if unit in {"%", "个", "项", "行", "人", "人次", ""} or not tail else " "
    return f"{sign}{abs(rounded):,.{spec.decimals}f}{gap}{tail}"


def fmt_months(value: Any) -> str:
    """Reserve months; at or below zero the fund is used up and no negative months are printed."""
    if is_missing(value):
        return NOT_APPLICABLE
    return "已用尽" if float(value) <= 0 else fmt(value, "月", with_unit=True)


def fmt_held(text: str, held: bool) -> str:
    """A figure that failed a check carries its mark."""
    return f"{text} {HELD_TAG}" if held else text


def fmt_difference(value: Any, unit: str) -> str:
    """A difference in words and an arrow, without red or green: ▲ 多 / ▼ 少."""
    if is_missing(value):
        return NOT_APPLICABLE
    number = float(value)
    if number == 0:
        return f"持平 {fmt(0, unit)}"
    return f"{'▲ 多' if number > 0 else '▼ 少'} {fmt(abs(number), unit)}"


# unit codes of the metric catalogue that are written in a unit of their own
CATALOGUE_UNITS = {"yuan_each": "元整", "quotient": "倍", "persons": "人", "days": "天", "beds": "张"}


def fmt_metric(value: Any, unit: str | None) -> str:
    """A rule's or indicator's figure in the unit its catalogue entry names."""
    name = (unit or "").strip()
    if is_missing(value):
        return NOT_APPLICABLE
    if name in {"月", "个月", "months"}:
        return fmt(value, "月", with_unit=True)
    if name in {"比率", "ratio", "%", "百分比"}:
        return fmt(value, "%")
    if name in {"元", "yuan"}:
        return fmt(value, "万元", with_unit=True)
    if name in {"万元", "亿元"}:
        return fmt(value, name, with_unit=True)
    if name in CATALOGUE_UNITS:
        return fmt(value, CATALOGUE_UNITS[name], with_unit=True)
    if name in {"rows", "行"}:
        return fmt(value, "行", with_unit=True)
    if name in {"期", "年", "次", "count", "个"}:
        return f"{fmt(value, '个')}{'' if name == 'count' else name}"
    return plain(value) + (f" {name}" if name else "")


def fmt_value(value: Any, unit: str | None) -> str:
    """A rule's or indicator's figure where it stands for itself: months that are used up are said to be so.

    Distances to a threshold and other differences are written by ``fmt_metric``: they may be negative.
    """
    return fmt_months(value) if (unit or "").strip() in {"月", "个月", "months"} else fmt_metric(value, unit)


def fmt_parameter(value: Any, unit: str | None) -> str:
    """A policy parameter as documents write it: 7%, 35,000 元, 是."""
    if is_missing(value):
        return NOT_APPLICABLE
    if unit == "ratio":
        return f"{plain(float(value) * 100)}%"
    if unit == "yuan":
        return f"{float(value):,.2f}".removesuffix(".00") + " 元"
    if unit == "flag":
        return "是" if float(value) else "否"
    return plain(value)


def plain(value: Any) -> str:
    """A figure without a known unit: no trailing zeros, at most four decimals."""
    if is_missing(value):
        return NOT_APPLICABLE
    if isinstance(value, str):
        return value
    text = f"{Decimal(str(value)).quantize(Decimal('0.0001'), rounding=ROUND_HALF_UP):,f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace("-", "−")


# --- the public vocabulary of links: these words stand in URLs and are never renamed ----------

SCHEMES = {"职工": "employee", "居民": "resident", "合计": "all"}
BASES = {"统筹基金": "pooled", "含个人账户": "with_account"}
PERIOD_TYPES = {"月": "month", "季": "quarter", "半年": "half", "年": "year"}
COMPARES = ("同比", "预算", "全区均值")
WHOLE_REGION = "全区"
ALL_AREAS = "全部地区"


def word(column: str, code: Any) -> str:
    """The Chinese word of a code; an unknown code is shown as it is, a missing one as ``—``."""
    if is_missing(code):
        return NOT_APPLICABLE
    return VOCABULARIES.get(column, {}).get(str(code), str(code))


PERIOD_CODE = re.compile(r"(19|20)\d\d(0[1-9]|1[0-2]|Q[1-4]|H[12])?")


def key_text(keys: Any, names: Mapping[str, str]) -> str:
    """The key of a failed row with its codes in words; numbers of persons and settlements stand as they are."""
    if is_missing(keys):
        return NOT_APPLICABLE
    parts = [part for part in str(keys).split("|") if part and part not in PERIOD_TYPE_TEXT]
    return " · ".join(
        names.get(part)
        or (period_label(part) if PERIOD_CODE.fullmatch(part) else None)
        or MEASURE_TEXT.get(part)
        or word("government_level_code", part)
        for part in parts
    )


def document_text(doc_no: Any, doc_title: Any, *, with_title: bool = True) -> str:
    """A document as readers cite it: number and 《title》; a document without an official number by its title."""
    if is_missing(doc_no) or doc_no == "":
        return NOT_APPLICABLE
    if is_missing(doc_title) or doc_title == "":
        return str(doc_no)
    if str(doc_no).isascii():
        return str(doc_title)
    return f"{doc_no}《{doc_title}》" if with_title else str(doc_no)


def clause_text(clause: Any) -> str:
    """A clause as readers cite it: a bare number is said to be one (``条款 1.2.3(1)``), words stand as they are."""
    if is_missing(clause) or clause == "":
        return ""
    return f"条款 {clause}" if re.fullmatch(r"[\d.()（）、]+", str(clause)) else str(clause)


def level_mark(code: Any) -> str:
    """Level as symbol and text, never colour alone: ``■ 红色``."""
    key = "not_available" if is_missing(code) else str(code)
    return f"{LEVEL_SYMBOL.get(key, '?')} {LEVEL_TEXT.get(key, key)}"


# --- periods ---------------------------------------------------------------------------------


def period_end_label(period_code: str) -> str:
    """How the end of a period reads in a sentence: ``2026年9月末``."""
    return f"{period_label(period_code)}末"


def parse_period(text: str) -> str | None:
    """A period code from a label or from what other systems write (2026-09, 202609, 2026Q3, 2026年9月)."""
    cleaned = text.strip().upper()
    month = re.fullmatch(r"(\d{4})[-/.年]?(\d{1,2})月?", cleaned)
    if month and 1 <= int(month[2]) <= 12:
        return f"{month[1]}{int(month[2]):02d}"
    part = re.fullmatch(r"(\d{4})[-年]?([QH])([1-4])", cleaned)
    if part and (part[2] == "Q" or part[3] in "12"):
        return f"{part[1]}{part[2]}{part[3]}"
    quarter = re.fullmatch(r"(\d{4})年(?:第)?([一二三四])季度", cleaned)
    if quarter:
        return f"{quarter[1]}Q{QUARTERS.index(quarter[2]) + 1}"
    half = re.fullmatch(r"(\d{4})年([上下])半年", cleaned)
    if half:
        return f"{half[1]}H{1 if half[2] == '上' else 2}"
    year = re.fullmatch(r"(\d{4})年?", cleaned)
    return year[1] if year else None


FUND_NAMES = {"ALL": "合计（职工含个人账户＋居民）", "POOLED": "合计（职工统筹＋居民）"}

RESIDENT_SEASON_NOTE = (
    "居民医保个人缴费多在第四季度集中到账、待遇逐月发生，年内累计收支在时间上不匹配；"
    "判断风险看最近一个年末的结余、上年同月与近12个月滚动数，不看单月结余。"
)
RESERVE_NOTE = "可支付月数：职工按近一年月均支出滚动计算；居民和合计受季节影响，按最近一个年末的结余计算。"
ROUNDING_NOTE = "因四舍五入，合计可能不等于分项之和。"

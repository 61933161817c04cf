"""Cells: cleaning of text and amounts, Excel values to text, and cell references."""

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from shouzhi.intake.periods import NUMERIC_MARK
from shouzhi.intake.vocabulary import code_list, normalise_text, unit_factor, words
from shouzhi.intake.xlsx_marks import NO_VALUE_MARK

CENT = Decimal("0.01")
MAX_YUAN = Decimal(10) ** 17
SCIENTIFIC = re.compile(r"^[+-]?\d+(\.\d+)?[eE][+]?\d+$")
_NUMBER = re.compile(r"^(\d+(\.\d*)?|\.\d+)$")
_GROUPED = re.compile(r"^\d{1,3}(,\d{3})+(\.\d*)?$")
_COUNTED = re.compile(r"^[+-]?[\d,]+(?:\.\d+)?([^\d.,]+)$")
_ERROR_CELL = re.compile(
    r"^#(REF|DIV/0|N/A|NAME\?|NULL|NUM|VALUE|SPILL|CALC|GETTING_DATA)!?\??$", re.IGNORECASE
)


@dataclass(frozen=True)
class Amount:
    """A cleaned amount: ``value`` in the cell's unit, or why there is none.

    ``status`` is ``ok``, ``blank``, ``not_given``, ``not_money`` (16.8%, 31245人) or ``problem``; ``unit_code`` is
    set where the cell itself names its unit; ``decimals`` counts the decimals as printed.
    """

    status: str
    value: Decimal | None = None
    decimals: int = 0
    unit_code: str | None = None
    problem: str | None = None


def column_letter(index: int) -> str:
    """Return the spreadsheet letter of a zero-based column: 0 is A, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def float_text(number: float) -> str:
    """Write a spreadsheet number as exact decimal text through 15 significant digits."""
    text = format(Decimal(format(number, ".15g")), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def cell_text(value: object) -> str:
    """Write any cell value of a spreadsheet as text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (int, float)):
        return float_text(value)
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    return str(value)


def is_scientific(text: str | None) -> bool:
    """True where a code was written in scientific notation: its digits are lost."""
    return bool(text) and bool(SCIENTIFIC.match(normalise_text(text)))


def clean_text(text: str | None) -> str | None:
    """Half width, blanks at both ends out, blanks inside kept single; empty is None."""
    if text is None:
        return None
    folded = re.sub(r"\s+", " ", normalise_text_keep_blanks(text)).strip()
    return folded or None


def normalise_text_keep_blanks(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text)
    folded = re.sub(r'^\s*="(.*)"\s*$', r"\1", folded)
    return re.sub(r"[\u200b-\u200f\ufeff\u00ad]", "", folded).strip().strip("'\"‘’“”`")


def parse_amount(text: str | None) -> Amount:
    """Clean one amount cell; see ``docs/数据接口规范.md`` for what is accepted."""
    word = normalise_text(text)
    if not word:
        return Amount("blank")
    if word.lower() in words("not_given"):
        return Amount("not_given")
    if _ERROR_CELL.match(word):
        return Amount("problem", problem=f"单元格是 Excel 错误值 {word}，请改正公式后重新导出")
    if word == NO_VALUE_MARK:
        return Amount("problem", problem="公式没有保存计算结果，请在 Excel 中打开、重新计算并保存")
    counted = _COUNTED.match(word)
    if counted and counted.group(1).lower() in words("not_money_units"):
        return Amount("not_money")
    body, unit_code = _split_unit(word.removesuffix(normalise_text(NUMERIC_MARK)))
    body, negative = _split_sign(body)
    body = body.replace("，", ",")
    if _GROUPED.match(body):
        body = body.replace(",", "")
    elif "," in body and re.match(r"^\d+(,\d+)*(\.\d*)?$", body):
        return Amount("problem", problem="千分位的位置不对，无法确定数值，请填写如 1,234.56 或 1234.56 的数")
    if SCIENTIFIC.match(body):
        return _from_scientific(body, negative, unit_code)
    if not _NUMBER.match(body):
        return Amount("problem", problem="不是数，请填写如 1234.56 的数；没有数的留空或填 ×")
    return _from_digits(body, negative, unit_code)


def _split_unit(word: str) -> tuple[str, str | None]:
    body = re.sub(r"^(人民币|￥|¥|CNY|RMB)", "", word, flags=re.IGNORECASE)
    found = re.search(r"(亿元|万元|元|亿|万)$", body)
    if not found:
        return body, None
    return body[: found.start()], code_list("units").find(found.group(1))


def _split_sign(body: str) -> tuple[str, bool]:
    bracketed = re.match(r"^[(（](.+)[)）]$", body)
    negative = bool(bracketed)
    if bracketed:
        body = bracketed.group(1)
    found = re.match(r"^([-−–—－﹣△▲负]|\+)", body)
    if found:
        negative = negative != (found.group(1) != "+") or (bool(bracketed) and found.group(1) != "+")
        body = body[found.end() :]
    elif re.search(r"\d[-−]$", body):
        negative, body = True, body[:-1]
    return re.sub(r"^(￥|¥)", "", body), negative


def _from_scientific(body: str, negative: bool, unit_code: str | None) -> Amount:
    return Amount(
        "problem",
        unit_code=unit_code,
        problem="金额是科学计数法，位数可能已丢失，请把该列设为数值格式后重新导出",
    )


def _from_digits(body: str, negative: bool, unit_code: str | None) -> Amount:
    try:
        value = Decimal(body)
    except InvalidOperation:
        return Amount("problem", problem="不是数，请填写如 1234.56 的数")
    if abs(value) >= Decimal(10) ** 14:
        return Amount("problem", unit_code=unit_code, problem="金额过大，超出 14 位整数，请核对单位")
    decimals = len(body.partition(".")[2])
    value = value.quantize(Decimal(1).scaleb(-min(decimals, 14)), rounding=ROUND_HALF_UP)
    return Amount("ok", -value if negative else value, decimals, unit_code)


def to_yuan(value: Decimal, unit_code: str) -> Decimal | None:
    """Turn an amount into yuan and cents; None where it does not fit."""
    exact = value * unit_factor(unit_code)
    if abs(exact) >= MAX_YUAN:
        return None
    return exact.quantize(CENT, rounding=ROUND_HALF_UP)


def precision_yuan(decimals: int, unit_code: str) -> Decimal:
    """Return the weight of the last printed digit: 万元 with two decimals is 100 yuan; never below a cent."""
    return max(Decimal(unit_factor(unit_code)).scaleb(-decimals), CENT).quantize(CENT)

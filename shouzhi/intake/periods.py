"""Periods: every wording a statement uses for a year, half, quarter or month, and what it says of the measure."""

import datetime as dt
import re
from dataclasses import dataclass

from shouzhi.intake.vocabulary import normalise_text

FIRST_YEAR, LAST_YEAR = 1990, 2099
EXCEL_EPOCH = dt.date(1899, 12, 30)
NUMERIC_MARK = "〔数值〕"
_DIGITS = {"零": "0", "〇": "0", "○": "0", "◯": "0", "Ｏ": "0", "O": "0", "o": "0", "0": "0"} | {
    char: str(number) for number, char in enumerate("一二三四五六七八九", start=1)
}
_YEAR = r"(?P<y>\d{4})"
_SEPARATOR = r"(?:-|–|—|−|~|～|至|到|－|─)+"


class PeriodError(ValueError):
    """A period that cannot be understood; the message is Chinese."""


@dataclass(frozen=True)
class Period:
    """``period_type`` month, quarter, half or year; ``measure_code`` only where the wording says it."""

    period_type: str
    period_code: str
    measure_code: str | None = None


def chinese_to_digits(text: str) -> str:
    """Turn 二○二四年 into 2024年 and 九月, 十二月, 第三季度 into digits."""
    zero_class = "零〇○◯ＯOo0"
    text = re.sub(
        rf"[一二三四五六七八九{zero_class}]{{4}}(?=年)",
        lambda found: "".join(_DIGITS.get(char, char) for char in found.group()),
        text,
    )
    return re.sub(
        rf"[一二三四五六七八九十]{{1,3}}(?=月|季|日|号|{_SEPARATOR}[一二三四五六七八九十\d]{{1,3}}(?:月|季))|(?<=前)[一二两三四](?=个?季|个?月)",
        lambda found: str(_small_number(found.group())),
        text,
    )


def _small_number(text: str) -> int:
    text = text.replace("两", "二")
    if "十" not in text:
        return int("".join(_DIGITS[char] for char in text))
    tens, _, ones = text.partition("十")
    return (int(_DIGITS[tens]) if tens else 1) * 10 + (int(_DIGITS[ones]) if ones else 0)


def year_period(year: int, measure: str | None = None) -> Period:
    return Period("year", f"{_checked_year(year)}", measure)


def half_period(year: int, half: int, measure: str | None = None) -> Period:
    if half not in (1, 2):
        raise PeriodError("没有这个半年，请填 2024H1 或 2024H2")
    return Period("half", f"{_checked_year(year)}H{half}", measure)


def quarter_period(year: int, quarter: int, measure: str | None = None) -> Period:
    if not 1 <= quarter <= 4:
        raise PeriodError(f"没有第 {quarter} 季度，请填 2024Q1 至 2024Q4")
    return Period("quarter", f"{_checked_year(year)}Q{quarter}", measure)


def month_period(year: int, month: int, measure: str | None = None) -> Period:
    if not 1 <= month <= 12:
        raise PeriodError(f"没有 {month:02d} 月，请填 01 至 12 月，如 202401")
    return Period("month", f"{_checked_year(year)}{month:02d}", measure)


def period_end(period_type: str, period_code: str) -> dt.date:
    """Return the last day of a period."""
    year, part = int(period_code[:4]), period_code[4:].lstrip("HQ")
    month = {"year": 12, "half": 6, "quarter": 3, "month": 1}[period_type] * int(part or 1)
    return dt.date(year + month // 12, month % 12 + 1, 1) - dt.timedelta(days=1)


def _checked_year(year: int) -> int:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise PeriodError(f"年份 {year} 不在 {FIRST_YEAR} 至 {LAST_YEAR} 之间，请核对")
    return year


def _date_period(year: int, month: int, day: int) -> Period:
    try:
        dt.date(year, month, day)
    except ValueError as error:
        raise PeriodError("没有这一天，请核对日期") from error
    return month_period(year, month)


def _range_period(year: int, first: int, last: int) -> Period:
    month_period(year, first), month_period(year, last)
    if first > last:
        raise PeriodError("起始月在截止月之后，请核对")
    if first == 1:
        return month_period(year, last, "ytd")
    if (first, last) == (7, 12):
        return half_period(year, 2, "period")
    if first % 3 == 1 and last == first + 2:
        return quarter_period(year, (last + 2) // 3, "period")
    raise PeriodError("这几个月不是从 1 月起的累计，也不是一个季度或半年，请按月、季、半年或 1 月起累计填报")


def parse_period(text: str | None) -> Period:
    """Read a period; raises ``PeriodError`` with a Chinese sentence."""
    raw = normalise_text(text)
    if not raw:
        raise PeriodError("期间为空，请填如 2024、2024H1、2024Q1、202401")
    if normalise_text(NUMERIC_MARK) in raw:
        raise PeriodError("期间是带小数的数值，分不清是 1 月还是 10 月，请把该列设为文本，填如 202401")
    word, measure = _split_measure(chinese_to_digits(raw))
    period = _parse_word(word)
    if measure and period.measure_code and measure != period.measure_code:
        raise PeriodError("期间的写法既像当期又像累计，请只写一种")
    code = measure or period.measure_code
    return Period(period.period_type, period.period_code, code)


def _split_measure(word: str) -> tuple[str, str | None]:
    measure = None
    if word.startswith(("截至", "截止", "年初至")):
        word, measure = re.sub(r"^(截至到|截止到|截至|截止|年初至)", "", word), "ytd"
    found = re.search(
        r"\(?(本年累计|年累计|累计数|累计|当月数|当月|当期数|当期|当季|本期数|本期|单月)\)?$", word
    )
    if found:
        word = word[: found.start()]
        measure = "ytd" if "累计" in found.group(1) else "period"
    return re.sub(r"(末|底|止)$", "", word), measure


def _parse_word(word: str) -> Period:
    for pattern, build in _PATTERNS:
        found = pattern.fullmatch(word)
        if found:
            return build({key: value for key, value in found.groupdict().items() if value is not None})
    raise PeriodError("看不懂的期间，请填如 2024、2024H1、2024Q1、202401 或 2024年1-3月")


def _numbers(groups: dict[str, str]) -> dict[str, int]:
    return {key: int(value) for key, value in groups.items() if value.isdigit()}


def _build_year(groups: dict[str, str]) -> Period:
    return year_period(int(groups["y"]))


def _build_half(groups: dict[str, str]) -> Period:
    return half_period(int(groups["y"]), {"上": 1, "下": 2}.get(groups["h"]) or int(groups["h"]))


def _build_first_half(groups: dict[str, str]) -> Period:
    return half_period(int(groups["y"]), 1)


def _build_quarter(groups: dict[str, str]) -> Period:
    return quarter_period(int(groups["y"]), int(groups["q"]))


def _build_quarters_to_date(groups: dict[str, str]) -> Period:
    return quarter_period(int(groups["y"]), int(groups["q"]), "ytd")


def _build_month(groups: dict[str, str]) -> Period:
    return month_period(int(groups["y"]), int(groups["m"]))


def _build_month_to_date(groups: dict[str, str]) -> Period:
    return month_period(int(groups["y"]), int(groups["m"]), "ytd")


def _build_date(groups: dict[str, str]) -> Period:
    numbers = _numbers(groups)
    return _date_period(numbers["y"], numbers["m"], numbers["d"])


def _build_range(groups: dict[str, str]) -> Period:
    numbers = _numbers(groups)
    if numbers.get("y2", numbers["y"]) != numbers["y"]:
        raise PeriodError("期间跨了年度，请按年度分开填报")
    return _range_period(numbers["y"], numbers["m"], numbers["m2"])


def _build_serial(groups: dict[str, str]) -> Period:
    date = EXCEL_EPOCH + dt.timedelta(days=int(groups["serial"]))
    return month_period(date.year, date.month)


_PATTERNS = [
    (re.compile(pattern, re.IGNORECASE), build)
    for pattern, build in [
        (rf"{_YEAR}(\.0+)?(年度?|全年|年全年|财年)?", _build_year),
        (rf"{_YEAR}年?度?-?H(?P<h>\d)", _build_half),
        (rf"{_YEAR}年?度?(?P<h>[上下])半年度?", _build_half),
        (rf"{_YEAR}年?半年度?", _build_first_half),
        (rf"{_YEAR}年?度?-?Q(?P<q>\d)", _build_quarter),
        (rf"{_YEAR}年?度?-?第?(?P<q>\d)季度?", _build_quarter),
        (rf"{_YEAR}年?度?前(?P<q>\d)个?季度?", _build_quarters_to_date),
        (rf"{_YEAR}年?度?第?1(季度?)?{_SEPARATOR}第?(?P<q>\d)季度?", _build_quarters_to_date),
        (rf"{_YEAR}年?度?前(?P<m>\d{{1,2}})个?月", _build_month_to_date),
        (rf"{_YEAR}(?P<m>\d{{2}})(\.0+)?", _build_month),
        (rf"{_YEAR}[-/.](?P<m>\d{{1,2}})", _build_month),
        (rf"{_YEAR}年度?(?P<m>\d{{1,2}})(月份?)?", _build_month),
        (rf"{_YEAR}-?M(?P<m>\d{{1,2}})", _build_month),
        (rf"{_YEAR}(?P<m>\d{{2}})(?P<d>\d{{2}})(\.0+)?", _build_date),
        (
            rf"{_YEAR}[-/.](?P<m>\d{{1,2}})[-/.](?P<d>\d{{1,2}})(T?\d{{1,2}}:\d{{2}}(:\d{{2}}(\.\d+)?)?)?",
            _build_date,
        ),
        (rf"{_YEAR}年(?P<m>\d{{1,2}})月(?P<d>\d{{1,2}})[日号]?", _build_date),
        (rf"{_YEAR}年度?(?P<m>\d{{1,2}})(月份?)?{_SEPARATOR}(?P<m2>\d{{1,2}})月份?", _build_range),
        (rf"{_YEAR}年?-?(?P<m>\d{{2}})月?{_SEPARATOR}(?P<y2>\d{{4}})年?-?(?P<m2>\d{{2}})月?", _build_range),
        (rf"{_YEAR}年(?P<m>\d{{1,2}})月{_SEPARATOR}(?P<y2>\d{{4}})年(?P<m2>\d{{1,2}})月", _build_range),
        (r"(?P<serial>[2-6]\d{4})(\.0+)?", _build_serial),
    ]
]

_IN_TEXT = re.compile(
    r"(?:截至|截止)?\d{4}年度?(?:"
    rf"\d{{1,2}}月?{_SEPARATOR}\d{{1,2}}月份?(?:累计)?|\d{{1,2}}月(?:\d{{1,2}}日|份)?[末底]?(?:累计)?|"
    rf"第?\d(?:季度?)?{_SEPARATOR}第?\d季度?|前\d个?季度?|第?\d季度?(?:累计)?|[上下]半年|半年度?)?"
    r"|(?<!\d)\d{4}(?:H[12]|Q[1-4]|(?:0[1-9]|1[0-2])(?!\d))|(?<!\d)(?:19|20)\d{2}(?!\d)"
)


def periods_in(text: str | None) -> list[Period]:
    """Return the periods named inside a title, sheet name or file name, in order, each once."""
    found: list[Period] = []
    for match in _IN_TEXT.finditer(chinese_to_digits(normalise_text(text))):
        try:
            period = parse_period(match.group())
        except PeriodError:
            continue
        if period not in found:
            found.append(period)
    return found

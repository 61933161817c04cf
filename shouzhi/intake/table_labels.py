"""Column labels of the statutory table: which column is what, and which period, statement and measure it holds."""

import re
from dataclasses import dataclass

from shouzhi.intake.funds import fund_in_label
from shouzhi.intake.periods import Period, PeriodError, chinese_to_digits, parse_period, periods_in
from shouzhi.intake.vocabulary import code_list

ITEM = re.compile(r"^(基金)?(收入|支出|收支|预算|会计)?(项目|科目|指标|栏目|内容)(名称)?(\(.*\))?$")
ITEM_WEAK = re.compile(r"^(本年|基金)*(收入|支出)(部分|类|方)?$")
AMOUNT = re.compile(
    r"执行|预算|决算|金额|数$|本年|上年|去年|当年|本月|本期|当月|当期|累计|预计|实际|快报|完成|发生|\d{4}年|\d月|季度|半年|万元|亿元"
)
_KINDS = [
    (
        "change",
        re.compile(
            r"增减|增长|增幅|降幅|增加|减少|%|占比|比重|比例|完成率|差额|差异|执行率|进度|同比|环比|[比较为占](上年|去年|预算|\d)|±"
        ),
    ),
    ("order", re.compile(r"^(序号|行次|栏次|编号|行号|次序)$")),
    ("code", re.compile(r"^(科目|项目|会计科目|预算科目|功能科目)?(编码|代码)$")),
    (
        "area",
        re.compile(
            r"^(统筹区|统筹地区|统筹区划|区划|行政区划|医保区划|地区|盟市|旗县|市县|地市|县区|编报单位|单位名称|填报单位)(名称|代码)?$"
        ),
    ),
    ("other_insurance", re.compile(r"养老|失业|工伤")),
    ("note", re.compile(r"^(备注|说明|注|注释)$")),
]
_STATEMENTS = [
    ("estimate", r"预计|预执行"),
    ("revised_budget", r"调整.{0,3}预算|预算调整|变动预算|调整数"),
    ("execution", r"预算执行"),
    ("budget", r"预算"),
    ("final", r"决算|公报|审定"),
    ("execution", r"执行|实际|完成|快报|发生"),
]
_TITLE_STATEMENTS = [
    ("estimate", r"预计执行"),
    ("revised_budget", r"调整预算|预算调整|调整后预算"),
    (
        "execution",
        r"执行情况|预算执行|执行表|执行数|月报|季报|快报|收支情况|运行情况|收支完成|收支报表|收支月|收支季",
    ),
    ("final", r"决算|公报"),
    ("budget", r"预算"),
    ("execution", r"收支表|收支明细表|收支总表|收支统计表"),
]
_YTD = re.compile(r"累计|年初至|截至|截止")
_CURRENT = re.compile(r"本月|当月|本期|当期|本季|当季|发生额|单月")
_PART_OF_YEAR = re.compile(
    r"\d{1,2}月?(?:-|–|—|~|至|到|─)+\d{1,2}月|前\d个?季度?|第?\d季度|[上下]半年|\d{1,2}月(?:份)?[末底]?|[QH]\d"
)


@dataclass(frozen=True)
class ColumnKey:
    """What one amount column holds; ``problem`` says what cannot be told."""

    period: Period | None = None
    statement_code: str | None = None
    measure_code: str | None = None
    unit_code: str | None = None
    fund_code: str | None = None
    problem: str | None = None


@dataclass(frozen=True)
class TitleFacts:
    """What the title says: the period of the table (with measure), its statement, unit and fund."""

    period: Period | None = None
    statement_code: str | None = None
    unit_code: str | None = None
    fund_code: str | None = None

    @property
    def year(self) -> int | None:
        return int(self.period.period_code[:4]) if self.period else None


def column_kind(label: str) -> str:
    """Return item, amount, change, order, code, area, other_insurance, note or empty."""
    if not label:
        return "empty"
    if ITEM.match(label):
        return "item"
    return next((kind for kind, pattern in _KINDS if pattern.search(label)), "amount")


def statement_in_title(text: str) -> str | None:
    return next((code for code, pattern in _TITLE_STATEMENTS if re.search(pattern, text)), None)


def unit_in(text: str) -> str | None:
    found = re.search(r"[(（:：/](亿元|万元|元)(?:[)）]|$)", text) or re.search(
        r"(?:单位:?|^(?:金额)?)(亿元|万元|元)(?=$|\d{4}|预算|决算|执行|本|上)", text
    )
    return code_list("units").find(found.group(1)) if found else None


def resolve_column(label: str, title: TitleFacts) -> ColumnKey:
    """Read one column label in the light of the title; nothing is guessed."""
    word = chinese_to_digits(label)
    unit, fund = unit_in(word) or title.unit_code, fund_in_label(word, title.fund_code)

    def unclear(problem: str, period: Period | None = None, statement: str | None = None) -> ColumnKey:
        return ColumnKey(period, statement, None, unit, fund, f"列“{label}”{problem}")

    statement = next((code for code, pattern in _STATEMENTS if re.search(pattern, word)), None)
    measure = "ytd" if _YTD.search(word) else "period" if _CURRENT.search(word) else None
    try:
        period = _period(word, statement, measure, title)
    except PeriodError as error:
        return unclear(f"的期间{error}", statement=statement)
    if period is None:
        return unclear("看不出是哪一年的数，请在标题或列名中写明年份，如 2024年预算数", statement=statement)
    if statement is None:
        statement = _inherited_statement(period, title)
    if statement is None:
        return unclear("看不出是预算、执行还是决算，请在列名中写明，如 2023年执行数", period)
    if period.period_type == "year":
        return ColumnKey(period, statement, "period", unit, fund)
    inherited = title.period.measure_code if title.period and not _names_period(word) else None
    code = measure or period.measure_code or inherited
    if code is None:
        return unclear("看不出是当期数还是累计数，请在列名中写明，如 本月数、本年累计数", period, statement)
    return ColumnKey(period, statement, code, unit, fund)


def _names_period(word: str) -> bool:
    return bool(_PART_OF_YEAR.search(word)) or bool(periods_in(word))


def _inherited_statement(period: Period, title: TitleFacts) -> str | None:
    """A column without a statement has the title's, except last year's column of a budget."""
    is_other_year = title.year is not None and int(period.period_code[:4]) != title.year
    if is_other_year and title.statement_code in {"budget", "revised_budget", "estimate"}:
        return None
    return title.statement_code


def _period(word: str, statement: str | None, measure: str | None, title: TitleFacts) -> Period | None:
    explicit = periods_in(word)
    if explicit:
        return _explicit(explicit[-1], statement, measure, title)
    year = _relative_year(word, title.year)
    part = _PART_OF_YEAR.search(word)
    if part and not re.search(r"本月|当月", part.group()):
        return parse_period(f"{year}年{part.group()}") if year else None
    if title.period is None or year is None:
        return None
    is_part = title.period.period_type != "year"
    if is_part and "同期" in word:
        return _shifted(title.period, year)
    if is_part and year != title.year:
        return _shifted(title.period, year) if measure else parse_period(str(year))
    if is_part and statement in {"budget", "revised_budget"} and measure is None:
        return parse_period(str(year))
    if is_part and re.search("全年", word):
        return parse_period(str(year))
    return title.period if is_part else parse_period(str(year))


def _explicit(period: Period, statement: str | None, measure: str | None, title: TitleFacts) -> Period:
    is_part = title.period is not None and title.period.period_type != "year"
    if period.period_type != "year" or not is_part or title.period is None:
        return period
    if measure and int(period.period_code) == title.year:
        return title.period
    if measure:
        return _shifted(title.period, int(period.period_code))
    if int(period.period_code) == title.year and statement not in {"budget", "revised_budget", "final"}:
        raise PeriodError("不清楚：表是月、季或半年表，这一列没有说明是当期、累计还是全年，请写明")
    return period


def _relative_year(word: str, base: int | None) -> int | None:
    if base is None:
        return None
    if re.search(r"上上年|前年", word):
        return base - 2
    if re.search(r"上年|去年|上一年", word):
        return base - 1
    if re.search(r"下年|次年|下一年", word):
        return base + 1
    return base


def _shifted(period: Period, year: int) -> Period:
    return Period(period.period_type, f"{year}{period.period_code[4:]}", period.measure_code)

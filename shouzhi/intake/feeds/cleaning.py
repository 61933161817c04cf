"""SQL that turns one text cell into a typed value: a cheap way for clean cells, a careful one for the rest.

Texts are one expression of the raw cell. Figures, dates and periods have two: ``quick`` of the raw cell is null where
the cell is not clean, and ``careful`` is asked only then, of the cell's ``plain`` word. Every value is null where the
text is blank or cannot be read. Neither evaluates anything twice. DuckDB casts to ``decimal(18,2)`` a hundred times faster than to ``decimal(20,2)``, so money goes
through the narrow type; sixteen digits before the point are far above any extract's amounts.
"""

from dataclasses import dataclass

FULL_WIDTH = "０１２３４５６７８９．，－−＋（）：／％　ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ"
HALF_WIDTH = "0123456789.,--+():/% ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_SPACES = " \t\r\n\u00a0\u3000\u200b\ufeff"
_QUOTES = "''\"‘’“”`"
SCIENTIFIC = r"[+-]?\d+(\.\d+)?[eE]\+?\d+"
TOTAL_WORDS = r"(本页|本月|本年|全部|累计)?(合|总|小|共)计([:(0-9].*)?"


def plain(raw: str) -> str:
    """Text without blanks, tabs and quotes around it, digits and letters half width; ``="123"`` is 123."""
    folded = f"translate({raw}, '{FULL_WIDTH}', '{HALF_WIDTH}')"
    return f"nullif(trim(regexp_replace({folded}, '^\\s*=\\s*\"', ''), '{_SPACES}{_QUOTES}'), '')"


def text(raw: str, odd_ends: tuple[str, ...] = ()) -> str:
    """A clean cell begins with a digit or a letter and does not end in a blank, a tab or one of ``odd_ends``."""
    ends = " or ".join(
        f"suffix({raw}, {end})" for end in ("' '", "chr(9)", *(f"'{each}'" for each in odd_ends))
    )
    clean = f"{raw} >= '0' and {raw} < '{{' and not {raw} between '=' and '>' and not ({ends})"
    return f"case when {raw} is null or {clean} then {raw} else {plain(raw)} end"


def identifier(raw: str, odd_ends: tuple[str, ...] = ()) -> str:
    """A text; what a spreadsheet wrote as 123.0 is 123."""
    number_text = f"regexp_replace({plain(raw)}, '^(\\d+)\\.0$', '\\1')"
    return f"case when suffix({raw}, '.0') then {number_text} else {text(raw, odd_ends)} end"


def is_scientific(raw: str) -> str:
    """True where digits of an identifier or an amount are lost."""
    has_letter = f"(contains({raw}, 'E') or contains({raw}, 'e') or contains({raw}, 'Ｅ'))"
    return guarded(has_letter, f"regexp_full_match({plain(raw)}, '{SCIENTIFIC}')")


def guarded(cheap: str, costly: str) -> str:
    """Both conditions; ``and`` would evaluate the costly one for every row."""
    return f"(case when {cheap} then {costly} else false end)"


def is_low(raw: str) -> str:
    """True where a cell is null, or begins with a blank or a tab: it may be empty; cheap for clean cells."""
    return f"({raw} is null or {raw} < '!' or {raw} between '　' and '、')"


def is_total(raw: str) -> str:
    """True where a cell says 合计 or the like; clean identifiers begin with a digit or a letter."""
    return guarded(f"{raw} > '~'", f"regexp_full_match(replace({plain(raw)}, ' ', ''), '{TOTAL_WORDS}')")


def has_odd_letters(raw: str) -> str:
    """True where a cell has characters beyond ASCII; cheap for those that have none."""
    return f"(strlen({raw}) <> length({raw}))"


def is_broken(raw: str) -> str:
    """True where what stands for bytes that were no text is in a cell, itself or as GB18030 shows it."""
    return guarded(has_odd_letters(raw), f"(contains({raw}, '\ufffd') or contains({raw}, '锟斤拷'))")


def empty_kind(line: str) -> str:
    """What a line without a key is, its cells joined by chr(1): ``blank``, or ``total`` where any cell says 合计."""
    folded = f"translate({line}, '{FULL_WIDTH}', '{HALF_WIDTH}')"
    cell = (
        r"(^|\x01)[\s'\"]*(本页|本月|本年|全部|累计)?(合|总|小|共)\s*计([:(0-9][^\x01]*)?\s*(\x01|$)".replace(
            "'", "''"
        )
    )
    return (
        f"case when regexp_full_match({folded}, '[\\s\\x01]*') then 'blank'"
        f" when regexp_matches({folded}, '{cell}') then 'total' end"
    )


@dataclass(frozen=True)
class Reading:
    """How the cells of a column become values: of a clean cell, and of the word of any other, which is made once."""

    quick: str
    word: str
    careful: str


def _has_exponent(raw: str) -> str:
    return f"contains({raw}, 'e') or contains({raw}, 'E')"


def number(raw: str, word: str, scale: int, kind: str, factor: int = 1) -> Reading:
    """A number as ``kind``; thousands separators, brackets for minus, ￥ and 元 are understood."""
    careful = _scaled(_ungrouped(word), scale, kind, factor)
    return Reading(
        f"case when {_has_exponent(raw)} then null else {_scaled(raw, scale, kind, factor)} end",
        bare_number(raw),
        f"case when {_has_exponent(raw)} then null else {careful} end",
    )


def _scaled(text: str, scale: int, kind: str, factor: int) -> str:
    if factor == 1:
        return f"try_cast({text} as decimal(18,{scale}))"
    inner = scale + 4
    # the product in the widest type: no cell overflows it
    wide = f"cast(try_cast({text} as decimal(18,{inner})) as decimal(38,{inner}))"
    return f"try_cast({wide} * {factor} as {kind})"


def bare_number(raw: str) -> str:
    """The word of a number: no blanks within, no ￥ or 元, a minus for brackets."""
    tidy = f"regexp_replace(regexp_replace(replace({plain(raw)}, ' ', ''), '^[￥¥]', ''), '元$', '')"
    return f"regexp_replace({tidy}, '^\\((.*)\\)$', '-\\1')"


def _ungrouped(bare: str) -> str:
    return (
        f"case when contains({bare}, ',') then case when"
        f" regexp_full_match({bare}, '-?\\d{{1,3}}(,\\d{{3}})+(\\.\\d*)?') then replace({bare}, ',', '') end"
        f" else {bare} end"
    )


def ratio(raw: str, word: str) -> Reading:
    """A ratio; 7% is 0.07."""
    percent = f"try_cast(try_cast(replace({word}, '%', '') as decimal(18,6)) / 100 as decimal(12,6))"
    return Reading(
        f"try_cast({raw} as decimal(12,6))",
        plain(raw),
        f"case when suffix({word}, '%') then {percent} else try_cast({word} as decimal(12,6)) end",
    )


def timestamp(raw: str, word: str) -> Reading:
    """A moment from 2024-01-31 [08:05:00], 2024/1/31, 20240131[080500], 2024年1月31日, 31-1月 -24 or an Excel serial."""
    return Reading(_since_1800(f"try_cast({raw} as timestamp)"), plain(raw), _careful_timestamp(word))


def _since_1800(moment: str) -> str:
    """No earlier moment is what a cell means; said without naming ``moment`` twice."""
    before = "timestamp '1799-12-31 23:59:59.999999'"
    return f"nullif(greatest({moment}, {before}), {before})"


def _careful_timestamp(word: str) -> str:
    dashed = f"trim(regexp_replace(regexp_replace({word}, '[年月./]', '-', 'g'), '[日号]\\s*', ' ', 'g'))"
    oracle = f"regexp_replace({word}, '^(\\d{{1,2}})-(\\d{{1,2}})月\\s*-(\\d{{2}})(.*)$', '20\\3-\\2-\\1')"
    serial = f"try_cast({word} as decimal(12,6))"
    day = f"date '1899-12-30' + cast(floor({serial}) as integer)"
    seconds = f"to_seconds(cast(round(({serial} - floor({serial})) * 86400) as integer))"
    return (
        "case"
        f" when regexp_full_match({word}, '(18|19|20|99)\\d{{6}}(\\.0)?') then try_strptime(left({word}, 8), '%Y%m%d')"
        f" when regexp_full_match({word}, '(18|19|20)\\d{{6}} +\\d.*') then try_strptime({word}, ['%Y%m%d %H:%M:%S', '%Y%m%d %H:%M'])"
        f" when regexp_full_match({word}, '(18|19|20)\\d{{12}}') then try_strptime({word}, '%Y%m%d%H%M%S')"
        f" when regexp_full_match({word}, '(18|19|20)\\d{{10}}') then try_strptime({word}, '%Y%m%d%H%M')"
        f" when regexp_full_match({word}, '[1-7]\\d{{4}}(\\.\\d+)?') then {day} + {seconds}"
        f" when contains({word}, '月') and regexp_matches({word}, '^\\d{{1,2}}-') then try_cast({oracle} as timestamp)"
        f" when regexp_matches({word}, '^\\d{{1,2}}-[A-Za-z]{{3}}-\\d{{2}}')"
        f" then try_strptime({word}, ['%d-%b-%y', '%d-%b-%Y', '%d-%b-%y %H:%M:%S'])"
        f" else {_since_1800(f'try_cast({dashed} as timestamp)')} end"
    )


def month(raw: str, word: str) -> Reading:
    """YYYYMM from 202401, 2024-01, 2024年1月 or any date."""
    usual = f"length({raw}) = 6 and try_cast({raw} as integer) % 100 between 1 and 12 and {raw} > '1800'"
    parts = f"regexp_replace({word}, '^(\\d{{4}})[-/.年](\\d{{1,2}})月?(份)?$', '\\1-\\2-1')"
    moment = f"coalesce(try_cast({parts} as timestamp), {_careful_timestamp(word)})"
    digits = f"regexp_replace({word}, '\\.0$', '')"
    return Reading(
        f"case when {usual} then {raw} end",
        plain(raw),
        f"case when regexp_full_match({digits}, '(18|19|20)\\d\\d(0[1-9]|1[0-2])') then {digits}"
        f" when regexp_full_match({digits}, '\\d{{6}}') then null"
        f" else {month_of(moment)} end",
    )


def month_of(moment: str) -> str:
    return f"cast(year({moment}) * 100 + month({moment}) as varchar)"


def year(raw: str, word: str) -> Reading:
    """YYYY from 2024, 2024年, 2024.0 or any date."""
    usual = (
        f"length({raw}) = 4 and {raw} between '1800' and '2999' and try_cast({raw} as integer) is not null"
    )
    pattern = "^((18|19|20)\\d\\d)(年度?|\\.0|[-/.年]\\d.*|(0[1-9]|1[0-2])(\\d\\d)?)?$"
    return Reading(
        f"case when {usual} then {raw} end", plain(raw), f"nullif(regexp_extract({word}, '{pattern}', 1), '')"
    )


def period(raw: str, word: str) -> Reading:
    """A period code: 2024, 2024H1, 2024Q1 or 202401."""
    upper = f"upper(replace({word}, ' ', ''))"
    quarter = f"translate(regexp_replace({upper}, '^(\\d{{4}})年?第?([1-4一二三四])季度?$', '\\1Q\\2'), '一二三四', '1234')"
    half = f"replace(replace(regexp_replace({upper}, '年?度?$', ''), '年上半', 'H1'), '年下半', 'H2')"
    of_month = month(raw, word)
    return Reading(
        of_month.quick,
        of_month.word,
        f"case when regexp_full_match({upper}, '\\d{{4}}(Q[1-4]|H[12])') then {upper}"
        f" when regexp_full_match({quarter}, '\\d{{4}}Q[1-4]') then {quarter}"
        f" when regexp_full_match({half}, '\\d{{4}}H[12]') then {half}"
        f" when regexp_full_match({upper}, '\\d{{4}}(年|年度|\\.0)?') then left({upper}, 4)"
        f" else {of_month.careful} end",
    )


def period_month(period_code: str) -> str:
    """The last month of a period: 2024Q1 ends in 202403."""
    return (
        f"case when length({period_code}) = 4 then {period_code} || '12'"
        f" when right({period_code}, 2) = 'H1' then left({period_code}, 4) || '06'"
        f" when right({period_code}, 2) = 'H2' then left({period_code}, 4) || '12'"
        f" when contains({period_code}, 'Q') then"
        f" left({period_code}, 4) || lpad(cast(cast(right({period_code}, 1) as integer) * 3 as varchar), 2, '0')"
        f" else {period_code} end"
    )

"""SQL that turns one text cell into a typed value: a cheap way for clean cells, a careful one for the rest.

Every function takes the SQL of a raw text and returns the SQL of a value that is null where the text is blank or
cannot be read. DuckDB casts to ``decimal(18,2)`` a hundred times faster than to ``decimal(20,2)``, so money goes
through the narrow type; sixteen digits before the point are far above any extract's amounts.
"""

FULL_WIDTH = "０１２３４５６７８９．，－＋（）：／％　ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ"
HALF_WIDTH = "0123456789.,-+():/% ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_SPACES = " \t\r\n\u00a0\u3000\u200b\ufeff"
_QUOTES = "''\"‘’“”`"
SCIENTIFIC = r"[+-]?\d+(\.\d+)?[eE]\+?\d+"
TOTAL_WORDS = r"(本页|本月|本年|全部)?(合|总|小|共)计[:：]?.*"


def plain(raw: str) -> str:
    """Text without blanks, tabs and quotes around it, digits and letters half width; ``="123"`` is 123."""
    folded = f"translate({raw}, '{FULL_WIDTH}', '{HALF_WIDTH}')"
    return f"nullif(trim(regexp_replace({folded}, '^\\s*=\\s*\"', ''), '{_SPACES}{_QUOTES}'), '')"


def text(raw: str) -> str:
    """A clean cell begins with a digit or a letter and does not end in a blank or a tab."""
    begins = f"(({raw} >= '0' and {raw} < ':') or ({raw} >= 'A' and {raw} < '{{'))"
    clean = f"{begins} and not (suffix({raw}, ' ') or suffix({raw}, chr(9)))"
    return f"case when {raw} is null or {clean} then {raw} else {plain(raw)} end"


def identifier(raw: str) -> str:
    """A text; what a spreadsheet wrote as 123.0 is 123."""
    return f"case when suffix({raw}, '.0') then regexp_replace({plain(raw)}, '^(\\d+)\\.0$', '\\1') else {text(raw)} end"


def is_scientific(raw: str) -> str:
    """True where digits of an identifier or an amount are lost."""
    has_letter = f"(contains({raw}, 'E') or contains({raw}, 'e') or contains({raw}, 'Ｅ'))"
    return guarded(has_letter, f"regexp_full_match({plain(raw)}, '{SCIENTIFIC}')")


def guarded(cheap: str, costly: str) -> str:
    """Both conditions; ``and`` would evaluate the costly one for every row."""
    return f"(case when {cheap} then {costly} else false end)"


def is_total(raw: str) -> str:
    """True where a cell says 合计 or the like; clean identifiers begin with a digit or a letter."""
    return guarded(f"{raw} > '~'", f"regexp_full_match(replace({plain(raw)}, ' ', ''), '{TOTAL_WORDS}')")


def number(raw: str, scale: int, kind: str, factor: int = 1) -> str:
    """A number as ``kind``; thousands separators, brackets for minus, ￥ and 元 are understood."""
    width = 18
    inner = scale + (4 if factor > 1 else 0)
    tidy = f"regexp_replace(regexp_replace(replace({plain(raw)}, ' ', ''), '^[￥¥]', ''), '元$', '')"
    bare = f"regexp_replace({tidy}, '^\\((.*)\\)$', '-\\1')"
    grouped = (
        f"case when contains({raw}, ',') or contains({raw}, '，') then case when"
        f" regexp_full_match({bare}, '-?\\d{{1,3}}(,\\d{{3}})+(\\.\\d*)?') then replace({bare}, ',', '') end"
        f" else {bare} end"
    )
    fast = f"try_cast({raw} as decimal({width},{inner}))"
    value = f"coalesce({fast}, try_cast({grouped} as decimal({width},{inner})))"
    if factor > 1:
        value = f"try_cast({value} * {factor} as decimal(38,{inner}))"
    typed = f"cast({value} as {kind})" if factor == 1 else f"try_cast({value} as {kind})"
    return f"case when contains({raw}, 'e') or contains({raw}, 'E') then null else {typed} end"


def ratio(raw: str) -> str:
    """A ratio; 7% is 0.07."""
    percent = f"try_cast(try_cast(replace({plain(raw)}, '%', '') as decimal(18,6)) / 100 as decimal(12,6))"
    odd = f"case when contains({raw}, '%') then {percent} else try_cast({plain(raw)} as decimal(12,6)) end"
    return f"coalesce(try_cast({raw} as decimal(12,6)), case when {raw} is not null then {odd} end)"


def timestamp(raw: str) -> str:
    """A moment from 2024-01-31 [08:05:00], 2024/1/31, 20240131[080500], 2024年1月31日, 31-1月 -24 or an Excel serial."""
    fast = f"try_cast({raw} as timestamp)"
    usual = f"case when {fast} >= timestamp '1800-01-01' then {fast} end"
    return f"coalesce({usual}, case when {raw} is not null then {_odd_timestamp(plain(raw))} end)"


def _odd_timestamp(word: str) -> str:
    dashed = f"trim(regexp_replace(regexp_replace({word}, '[年月./]', '-', 'g'), '[日号]\\s*', ' ', 'g'))"
    oracle = f"regexp_replace({word}, '^(\\d{{1,2}})-(\\d{{1,2}})月\\s*-(\\d{{2}})(.*)$', '20\\3-\\2-\\1')"
    serial = f"try_cast({word} as decimal(12,6))"
    day = f"date '1899-12-30' + cast(floor({serial}) as integer)"
    seconds = f"to_seconds(cast(round(({serial} - floor({serial})) * 86400) as integer))"
    checked = f"try_cast({dashed} as timestamp)"
    return (
        "case"
        f" when regexp_full_match({word}, '(18|19|20|99)\\d{{6}}') then try_strptime({word}, '%Y%m%d')"
        f" when regexp_full_match({word}, '(18|19|20)\\d{{12}}') then try_strptime({word}, '%Y%m%d%H%M%S')"
        f" when regexp_full_match({word}, '(18|19|20)\\d{{10}}') then try_strptime({word}, '%Y%m%d%H%M')"
        f" when regexp_full_match({word}, '[1-7]\\d{{4}}(\\.\\d+)?') then {day} + {seconds}"
        f" when contains({word}, '月') and regexp_matches({word}, '^\\d{{1,2}}-') then try_cast({oracle} as timestamp)"
        f" when regexp_matches({word}, '^\\d{{1,2}}-[A-Za-z]{{3}}-\\d{{2}}')"
        f" then try_strptime({word}, ['%d-%b-%y', '%d-%b-%Y', '%d-%b-%y %H:%M:%S'])"
        f" when {checked} >= timestamp '1800-01-01' then {checked}"
        " end"
    )


def month(raw: str) -> str:
    """YYYYMM from 202401, 2024-01, 2024年1月 or any date."""
    usual = f"length({raw}) = 6 and try_cast({raw} as integer) % 100 between 1 and 12 and {raw} > '1800'"
    word = plain(raw)
    parts = f"regexp_replace({word}, '^(\\d{{4}})[-/.年](\\d{{1,2}})月?(份)?$', '\\1-\\2-1')"
    odd = f"coalesce(try_cast({parts} as timestamp), {_odd_timestamp(word)})"
    digits = f"regexp_replace({word}, '\\.0$', '')"
    return (
        f"case when {raw} is null then null when {usual} then {raw}"
        f" when regexp_full_match({digits}, '(18|19|20)\\d\\d(0[1-9]|1[0-2])') then {digits}"
        f" when regexp_full_match({digits}, '\\d{{6}}') then null"
        f" else {month_of(odd)} end"
    )


def month_of(moment: str) -> str:
    return f"cast(year({moment}) * 100 + month({moment}) as varchar)"


def year(raw: str) -> str:
    """YYYY from 2024, 2024年, 2024.0 or any date."""
    found = f"nullif(regexp_extract({plain(raw)}, '^((18|19|20)\\d\\d)(年度?|\\.0|[-/.年]\\d.*|(0[1-9]|1[0-2])(\\d\\d)?)?$', 1), '')"
    usual = (
        f"length({raw}) = 4 and {raw} between '1800' and '2999' and try_cast({raw} as integer) is not null"
    )
    return f"case when {raw} is null then null when {usual} then {raw} else {found} end"


def period(raw: str) -> str:
    """A period code: 2024, 2024H1, 2024Q1 or 202401."""
    word = f"upper(replace({plain(raw)}, ' ', ''))"
    quarter = f"translate(regexp_replace({word}, '^(\\d{{4}})年?第?([1-4一二三四])季度?$', '\\1Q\\2'), '一二三四', '1234')"
    half = f"replace(replace(regexp_replace({word}, '年?度?$', ''), '年上半', 'H1'), '年下半', 'H2')"
    return (
        f"case when regexp_full_match({word}, '\\d{{4}}(Q[1-4]|H[12])') then {word}"
        f" when regexp_full_match({quarter}, '\\d{{4}}Q[1-4]') then {quarter}"
        f" when regexp_full_match({half}, '\\d{{4}}H[12]') then {half}"
        f" when regexp_full_match({word}, '\\d{{4}}(年|年度)?') then left({word}, 4)"
        f" else {month(raw)} end"
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

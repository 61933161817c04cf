"""SQL of one pass over text tables of one layout: typed rows, event month, and the fault of a row that has one.

A fault is ``reason:column``; ``blank:``, ``total:`` and ``header:`` are lines that are no data; that of a row with fewer
cells than the header is ``few_cells:5:reason:column``. Conditions that decide whether a row has any fault are evaluated
for all rows, which fault it is only for those that have one. What is only noted of a row reads alike. What a
later step names more than once (a cell's word) is a column of the step before: else it would be planned as often.
"""

from shouzhi.intake.contract import Column, Feed
from shouzhi.intake.feeds import cleaning
from shouzhi.intake.feeds.columns import SQL_TYPES, event_grain
from shouzhi.intake.feeds.layout import Layout
from shouzhi.intake.vocabulary import code_list, normalise_word, unit_factor

NON_DATA = ("blank", "total", "header")
READ_OPTIONS = "header = false, auto_detect = false, store_rejects = true, max_line_size = 4194304"
NULL_WORDS = ("", "null", "NULL", "Null", "(null)", "\\N")
# no cell says this: where cells are padded, only those that are not there are null
NO_WORD = "'\x1f'"
# tried in this order: regular tables are read a third faster; the others forgive short lines and odd quotes
READ_MODES = {
    "strict": "strict_mode = true",
    "forgiving": "strict_mode = false, null_padding = true",
    "sequential": "strict_mode = false, null_padding = true, parallel = false",
}
DATE_TYPES = ("date", "datetime")
TIME_TYPES = (*DATE_TYPES, "month", "year", "period")
WIDE_BLANKS = ("\u3000", "\u00a0")
# the platform's own columns about a row, the last of most extracts: a row says all of its business without them
BOOKKEEPING = ("rid", "updt_time")
MONEY_TYPES = ("amount", "number", "ratio")


def read_sql(paths: list[str], layout: Layout, mode: str) -> str:
    """Return ``read_csv`` of some files; but for strict, one column more than the header catches cells beyond it."""
    width = len(layout.header) + (mode != "strict")
    names = ", ".join(f"'c{index}': 'varchar'" for index in range(width))
    words = ", ".join(f"'{word}'" for word in NULL_WORDS) if mode == "strict" else NO_WORD
    quote = '"' if layout.has_quotes else ""
    listed = ", ".join("'" + path.replace("'", "''") + "'" for path in paths)
    delimiter = "\\t" if layout.delimiter == "\t" else layout.delimiter
    return (
        f"read_csv([{listed}], delim = '{delimiter}', quote = '{quote}', escape = '{quote}', skip = {layout.skip},"
        f" {READ_OPTIONS}, nullstr = [{words}], {READ_MODES[mode]}, columns = {{{names}}})"
    )


def counted_sql(layout: Layout, source: str) -> str:
    """Return the query of rows of a mode that pads short lines, with ``cell_count``; empty cells are null again."""
    places = range(len(layout.header) + 1)
    # nested: a list of words takes twice as long to plan
    otherwise = "".join(f", '{word}')" for word in NULL_WORDS)
    cells = ", ".join(f"{'nullif(' * len(NULL_WORDS)}c{index}{otherwise} as c{index}" for index in places)
    count = " + ".join(f"cast(c{index} is not null as integer)" for index in places)
    full = f"c{layout.width - 1} is not null"
    return f"select {cells}, case when {full} then {layout.width} else {count} end as cell_count, file_index from {source}"


def stage_sql(feed: Feed, layout: Layout, source: str, mode: str) -> str:
    """Return the query of all rows of ``source``: ``read_sql``, or in other modes than strict what ``counted_sql`` made.

    Columns: the feed's contract columns (identifiers of persons still as they came: parts get their pseudonyms),
    ``event_month``, ``file_index``, ``fault``, ``fault_text`` (what its cell said, never of a personal column) and
    ``noted`` (what is told of a row that is loaded: the optional date that stays empty, say).
    """
    index = layout.index
    stored = [column for column in feed.columns if column.privacy != "drop"]
    present = [column for column in stored if column.name in index]
    raws = [f'c{index[column.name]} as "r_{column.name}"' for column in present]
    readings = {column.name: _reading(column, layout) for column in present if _is_read(column)}
    quick = "".join(f'\n        {each.quick} as "q_{name}",' for name, each in readings.items())
    words = "".join(f"\n        {_word(name, each)}," for name, each in readings.items())
    words += "".join(
        f'\n        {_code_word(each)} as "w_{each.name}",' for each in present if each.code_list
    )
    values = [f'{_value(column, layout, readings)} as "{column.name}"' for column in present]
    absent = [
        f'cast(null as {SQL_TYPES[column.type]}) as "{column.name}"'
        for column in stored
        if column not in present
    ]
    faults = _faults(feed, layout, present, mode)
    is_faulty = " or ".join(condition for condition, _, _ in faults)
    whens = {
        is_data: "\n".join(
            f"            when {condition} then '{name}'"
            for condition, name, _ in faults
            if (name.partition(":")[0] not in NON_DATA) == is_data
        )
        for is_data in (False, True)
    }
    few = f"case when cell_count < {layout.width} then 'few_cells:' || cell_count || ':' else '' end"
    prefix = "" if mode == "strict" else f"{few} || "
    text = "\n".join(f"            when {condition} then {raw}" for condition, _, raw in faults if raw)
    outer = ", ".join(f'"{column.name}"' for column in stored)
    notes = "".join(
        f"\n            when {condition} then '{name}'"
        for condition, name in _noted(feed, present, layout, mode)
    )
    # only columns that are read anyway, and the first, where a total may stand
    cells = ", ".join(f"coalesce(c{position}, '')" for position in sorted({0, *index.values()}))
    key = next((f"c{index[name]}" for name in feed.key if name in index), "c0")
    extra = f"c{len(layout.header)}" if mode != "strict" else "null"
    return f"""
with raw as (
    select
        {", ".join(raws)},
        {f"c{layout.unit_position} as unit_cell," if layout.unit_position is not None else ""}
        {extra} as extra_cell,
        {"cell_count," if mode != "strict" else ""}
        case when {cleaning.is_low(key)} then {cleaning.empty_kind(f"concat_ws(chr(1), {cells})")} end as empty_kind,
        file_index,
    from {source}
),

quick as (
    select
        *,{quick}
    from raw
),

-- only of cells that are not clean
worded as (
    select
        *,{words}
    from quick
),

typed as (
    select
        *,
        {", ".join([*values, *absent])},
    from worded
),

dated as (
    select
        *,
        {_event_month(feed, index)} as event_month,
    from typed
),

judged as (
    select
        *,
        case when {is_faulty} then true else false end as is_faulty,
    from dated
)

select
    {outer},
    event_month,
    file_index,
    case when is_faulty then case
{whens[False]}
            else {prefix}case
{whens[True]}
    end end end as fault,
    case when is_faulty then case
{text or "            when false then ''"}
    end end as fault_text,
    {f"case{notes} end" if notes else "cast(null as varchar)"} as noted,
from judged
"""


def has_personal(feed: Feed) -> bool:
    return any(column.privacy == "pseudonymise" for column in feed.columns)


def _is_read(column: Column) -> bool:
    """True of figures, dates and periods; the rest is text."""
    return column.code_list is None and column.type in {*MONEY_TYPES, *TIME_TYPES}


def _word(name: str, reading: cleaning.Reading) -> str:
    return f'case when "q_{name}" is null and "r_{name}" is not null then {reading.word} end as "w_{name}"'


def _value(column: Column, layout: Layout, readings: dict[str, cleaning.Reading]) -> str:
    raw = f'"r_{column.name}"'
    odd_ends = WIDE_BLANKS if layout.has_wide_blanks else ()
    if column.name in readings:
        quick, word, careful = f'"q_{column.name}"', f'"w_{column.name}"', readings[column.name].careful
        return f"cast(case when {word} is null then {quick} else {careful} end as {SQL_TYPES[column.type]})"
    if column.code_list:
        return _coded(column.code_list, f'"w_{column.name}"', raw)
    if column.type == "text":
        return cleaning.text(raw, odd_ends)
    return cleaning.identifier(raw, odd_ends)


def _reading(column: Column, layout: Layout) -> cleaning.Reading:
    raw, word = f'"r_{column.name}"', f'"w_{column.name}"'
    factor = next(each for name, _, each in layout.columns if name == column.name)
    match column.type:
        case "amount" if layout.unit_position is not None:
            return _by_unit(raw, word, factor)
        case "amount":
            return cleaning.number(raw, word, 2, SQL_TYPES["amount"], factor)
        case "number":
            return cleaning.number(raw, word, 4, SQL_TYPES["number"])
        case "ratio":
            return cleaning.ratio(raw, word)
        case "month":
            return cleaning.month(raw, word)
        case "year":
            return cleaning.year(raw, word)
        case "period":
            return cleaning.period(raw, word)
        case _:
            return cleaning.timestamp(raw, word)


def _by_unit(raw: str, word: str, factor: int) -> cleaning.Reading:
    """Money in the unit that the row's own cell says, else in the header's: no cell is clean on its own."""
    units = code_list("units")
    kind = SQL_TYPES["amount"]

    def money(factor: int) -> str:
        reading = cleaning.number(raw, word, 2, kind, factor)
        return f"coalesce({reading.quick}, {reading.careful})"

    cases = "".join(
        f" when {cleaning.plain('unit_cell')} in ({words}) then {money(unit_factor(code))}"
        for code in units.labels
        for words in [", ".join(f"'{each}'" for each, of in units.codes.items() if of == code)]
    )
    careful = f"case when unit_cell is null then {money(factor)}{cases} end"
    return cleaning.Reading(f"cast(null as {kind})", cleaning.bare_number(raw), careful)


def _code_word(column: Column) -> str:
    raw = f'"r_{column.name}"'
    return f"lower(replace({cleaning.plain(raw)}, ' ', ''))"


def _coded(name: str, word: str, raw: str) -> str:
    """A code by its word, and as it is where nobody knows it."""
    pairs = " ".join(
        f"when '{each.replace(chr(39), chr(39) * 2)}' then '{code}'"
        for each, code in code_list(name).codes.items()
        if each != normalise_word(code)
    )
    return f"case {word} {pairs} else {cleaning.text(raw)} end"


def _event_month(feed: Feed, index: dict[str, int]) -> str:
    if event_grain(feed) == "all":
        return "'all'"
    months = [
        _month(feed.column(name))
        for name in (feed.event_time, feed.event_fallback)
        if name is not None and name in index
    ]
    return f"coalesce({', '.join([*months, 'null'])})"


def _month(column: Column) -> str:
    name = f'"{column.name}"'
    match column.type:
        case "date" | "datetime":
            return cleaning.month_of(name)
        case "year":
            return f"{name} || '12'"
        case "period":
            return cleaning.period_month(name)
        case _:
            return name


def essential_columns(feed: Feed) -> list[str]:
    """Return the columns without which a row cannot be used: its key, its time where that is no fallback's."""
    names = list(feed.key)
    if feed.event_time and not feed.event_fallback:
        names.append(feed.event_time)
    if feed.group == "enrolment" and any(column.name == "psn_no" for column in feed.columns):
        names.append("psn_no")
    return [name for name in dict.fromkeys(names) if not _may_be_blank(feed, name)]


def _may_be_blank(feed: Feed, name: str) -> bool:
    return feed.column(name).required == "no" or (name == feed.event_time and feed.event_fallback is not None)


def _faults(
    feed: Feed, layout: Layout, present: list[Column], mode: str
) -> list[tuple[str, str, str | None]]:
    """Return condition, fault and the raw text to show, in the order in which they are asked."""
    by_name = {column.name: column for column in present}
    keys = [name for name in feed.key if name in by_name and by_name[name].code_list is None]
    faults: list[tuple[str, str, str | None]] = [
        ("empty_kind = 'blank'", "blank:", None),
        ("empty_kind = 'total'", "total:", None),
    ]
    for key in keys[:1]:
        cell = layout.header[layout.index[key]].strip().replace("'", "''")
        raw = f'"r_{key}"'
        faults.append((f"{raw} = '{cell}' or trim({raw}) = '{cell}'", "header:", None))
    for key in keys:
        faults.append((cleaning.is_total(f'"r_{key}"'), "total:", None))
    faults.append(("extra_cell is not null", "extra_cells:", None))
    for column in present:
        if column.type in {"id", "area"}:
            raw = f'"r_{column.name}"'
            shown = raw if column.privacy is None else None
            faults.append((cleaning.is_scientific(raw), f"lost_digits:{column.name}", shown))
        # who or what a row is of cannot be told: a pseudonym of it would be nobody's
        if column.privacy == "pseudonymise" or column.name in keys:
            faults.append((cleaning.is_broken(f'"r_{column.name}"'), f"broken_text:{column.name}", None))
    for name in essential_columns(feed):
        if name in by_name and by_name[name].type not in TIME_TYPES:
            faults.append((f'"{name}" is null', f"key_missing:{name}", None))
    for column in present:
        faults.extend(_value_faults(column, feed, by_name))
    if event_grain(feed) == "month" and feed.event_time in by_name:
        faults.append(("event_month is null", f"date_missing:{feed.event_time}", None))
    if mode != "strict":
        # an amount or a flag that a row breaks off before is not empty: read so, it would count as nothing or as invalid
        for column in sorted(present, key=lambda each: layout.index[each.name]):
            is_needed = column.required == "yes" and column.name not in BOOKKEEPING
            if is_needed or column.type in MONEY_TYPES:
                broken = f"cell_count <= {layout.index[column.name]}"
                faults.append((broken, f"broken_off:{column.name}", None))
    return faults


def _noted(feed: Feed, present: list[Column], layout: Layout, mode: str) -> list[tuple[str, str]]:
    """Return condition and name of what is told of rows that are loaded all the same."""
    found = [] if mode == "strict" else [(f"cell_count < {layout.width}", "few_cells:")]
    for column in present:
        if column.privacy == "pseudonymise" and column.required == "yes":
            found.append((cleaning.has_odd_letters(f'"{column.name}"'), f"odd_letters:{column.name}"))
        if column.type in DATE_TYPES and not _is_date_needed(column, feed):
            found.append((_is_unread_date(column), f"unread_date:{column.name}"))
    return found


# 0000-00-00 and the like stand for no date
PLACEHOLDER = "[0/: .-]+"


def _is_unread_date(column: Column) -> str:
    word = f'"w_{column.name}"'
    return cleaning.guarded(_is_unread(column), f"not regexp_full_match({word}, '{PLACEHOLDER}')")


def _is_unread(column: Column) -> str:
    return f'("w_{column.name}" is not null and "{column.name}" is null)'


def _value_faults(
    column: Column, feed: Feed, present: dict[str, Column]
) -> list[tuple[str, str, str | None]]:
    raw, name = f'"r_{column.name}"', f'"{column.name}"'
    unread = _is_unread(column)
    is_essential = column.name in essential_columns(feed)
    found: list[tuple[str, str, str | None]] = []
    if column.type in MONEY_TYPES:
        found.append((unread, f"{column.type}:{column.name}", raw))
        if column.name == feed.control_amount:
            found.append((f"{name} is null", f"amount_missing:{column.name}", None))
    elif column.type in TIME_TYPES:
        if _is_date_needed(column, feed):
            if not is_essential:
                unread = _is_unread_date(column)
            found.append((unread, f"{_kind(column)}:{column.name}", raw))
        if is_essential:
            found.append((f"{name} is null", f"date_missing:{column.name}", None))
    return found


def _is_date_needed(column: Column, feed: Feed) -> bool:
    """Of other dates, what cannot be read stays empty, with a note: the money is real."""
    return column.required == "yes" or column.name in {*essential_columns(feed), feed.event_time}


def _kind(column: Column) -> str:
    return "date" if column.type in DATE_TYPES else column.type

"""SQL of one pass over text tables of one layout: typed rows, event month, and the fault of a row that has one.

A fault is ``reason:column``; ``blank:``, ``total:`` and ``header:`` are lines that are no data. Conditions that decide
whether a row has any fault are evaluated for all rows, which fault it is only for those that have one.
"""

from shouzhi.intake.contract import Column, Feed
from shouzhi.intake.feeds import cleaning
from shouzhi.intake.feeds.columns import SQL_TYPES, event_grain
from shouzhi.intake.feeds.layout import Layout
from shouzhi.intake.vocabulary import code_list, normalise_word

NON_DATA = ("blank", "total", "header")
READ_OPTIONS = (
    "header = false, auto_detect = false, store_rejects = true, nullstr = ['', 'null', 'NULL'],"
    " max_line_size = 4194304"
)
# tried in this order: regular tables are read a third faster; the others forgive short lines and odd quotes
READ_MODES = {
    "strict": "strict_mode = true",
    "forgiving": "strict_mode = false, null_padding = true",
    "sequential": "strict_mode = false, null_padding = true, parallel = false",
}
DATE_TYPES = ("date", "datetime")
MONEY_TYPES = ("amount", "number", "ratio")


def read_sql(paths: list[str], layout: Layout, mode: str) -> str:
    """Return ``read_csv`` of some files; but for strict, one column more than the header catches cells beyond it."""
    width = len(layout.header) + (mode != "strict")
    names = ", ".join(f"'c{index}': 'varchar'" for index in range(width))
    quote = '"' if layout.has_quotes else ""
    listed = ", ".join("'" + path.replace("'", "''") + "'" for path in paths)
    delimiter = "\\t" if layout.delimiter == "\t" else layout.delimiter
    return (
        f"read_csv([{listed}], delim = '{delimiter}', quote = '{quote}', escape = '{quote}', skip = {layout.skip},"
        f" {READ_OPTIONS}, {READ_MODES[mode]}, columns = {{{names}}})"
    )


def stage_sql(feed: Feed, layout: Layout, source: str, mode: str) -> str:
    """Return the query of all rows of ``source`` (the SQL of ``read_sql`` in the same mode).

    Columns: the feed's contract columns (identifiers of persons still as they came: parts get their pseudonyms), ``event_month``, ``file_index``, ``fault``, ``fault_text`` (what its cell
    said, never of a personal column) and ``has_unread_date`` (an optional date stays empty).
    """
    index = layout.index
    stored = [column for column in feed.columns if column.privacy != "drop"]
    present = [column for column in stored if column.name in index]
    raws = [f'c{index[column.name]} as "r_{column.name}"' for column in present]
    values = [f'{_value(column, layout)} as "{column.name}"' for column in present]
    absent = [
        f'cast(null as {SQL_TYPES[column.type]}) as "{column.name}"'
        for column in stored
        if column not in present
    ]
    faults = _faults(feed, layout, present)
    is_faulty = " or ".join(f"coalesce({condition}, false)" for condition, _, _ in faults)
    fault = "\n".join(f"            when {condition} then '{name}'" for condition, name, _ in faults)
    text = "\n".join(f"            when {condition} then {raw}" for condition, _, raw in faults if raw)
    outer = ", ".join(f'"{column.name}"' for column in stored)
    loose = [column for column in present if column.type in DATE_TYPES and not _is_date_needed(column, feed)]
    unread = " or ".join(f'("r_{column.name}" is not null and "{column.name}" is null)' for column in loose)
    every = " and ".join(f"c{position} is null" for position in sorted(index.values()))
    extra = f"c{len(layout.header)}" if mode != "strict" else "null"
    return f"""
with raw as (
    select
        {", ".join(raws)},
        c0 as first_cell,
        {extra} as extra_cell,
        {every} as is_blank,
        file_index,
    from {source}
),

typed as (
    select
        *,
        {", ".join([*values, *absent])},
    from raw
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
        ({is_faulty}) as is_faulty,
    from dated
)

select
    {outer},
    event_month,
    file_index,
    case when is_faulty then case
{fault}
    end end as fault,
    case when is_faulty then case
{text or "            when false then ''"}
    end end as fault_text,
    {unread or "false"} as has_unread_date,
from judged
"""


def has_personal(feed: Feed) -> bool:
    return any(column.privacy == "pseudonymise" for column in feed.columns)


def _value(column: Column, layout: Layout) -> str:
    raw = f'"r_{column.name}"'
    factor = next(each for name, _, each in layout.columns if name == column.name)
    if column.code_list:
        return _coded(column.code_list, raw)
    match column.type:
        case "amount":
            return cleaning.number(raw, 2, SQL_TYPES["amount"], factor)
        case "number":
            return cleaning.number(raw, 4, SQL_TYPES["number"])
        case "ratio":
            return cleaning.ratio(raw)
        case "date":
            return f"cast({cleaning.timestamp(raw)} as date)"
        case "datetime":
            return cleaning.timestamp(raw)
        case "month":
            return cleaning.month(raw)
        case "year":
            return cleaning.year(raw)
        case "period":
            return cleaning.period(raw)
        case "id" | "area":
            return cleaning.identifier(raw)
        case _:
            return cleaning.text(raw)


def _coded(name: str, raw: str) -> str:
    """A code by its words, and as it is where nobody knows it."""
    pairs = " ".join(
        f"when '{word.replace(chr(39), chr(39) * 2)}' then '{code}'"
        for word, code in code_list(name).codes.items()
        if word != normalise_word(code)
    )
    word = f"lower(replace({cleaning.plain(raw)}, ' ', ''))"
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


def _faults(feed: Feed, layout: Layout, present: list[Column]) -> list[tuple[str, str, str | None]]:
    """Return condition, fault and the raw text to show, in the order in which they are asked."""
    by_name = {column.name: column for column in present}
    key = next((name for name in feed.key if name in by_name), None)
    faults: list[tuple[str, str, str | None]] = [("is_blank", "blank:", None)]
    faults.append((cleaning.is_total("first_cell"), "total:", None))
    if key:
        cell = layout.header[layout.index[key]].strip().replace("'", "''")
        raw = f'"r_{key}"'
        faults.append((f"{raw} = '{cell}' or trim({raw}) = '{cell}'", "header:", None))
        faults.append((cleaning.is_total(raw), "total:", None))
    faults.append(("extra_cell is not null", "extra_cells:", None))
    for column in present:
        if column.type in {"id", "area"}:
            raw = f'"r_{column.name}"'
            shown = raw if column.privacy is None else None
            faults.append((cleaning.is_scientific(raw), f"lost_digits:{column.name}", shown))
    for name in essential_columns(feed):
        if name in by_name and by_name[name].type not in {*DATE_TYPES, "month", "year", "period"}:
            faults.append((f'"{name}" is null', f"key_missing:{name}", None))
    for column in present:
        faults.extend(_value_faults(column, feed, by_name))
    if event_grain(feed) == "month" and feed.event_time in by_name:
        faults.append(("event_month is null", f"date_missing:{feed.event_time}", None))
    return faults


def _value_faults(
    column: Column, feed: Feed, present: dict[str, Column]
) -> list[tuple[str, str, str | None]]:
    raw, name = f'"r_{column.name}"', f'"{column.name}"'
    unread = cleaning.guarded(f"{raw} is not null and {name} is null", f"{cleaning.plain(raw)} is not null")
    is_essential = column.name in essential_columns(feed)
    found: list[tuple[str, str, str | None]] = []
    if column.type in MONEY_TYPES:
        found.append((unread, f"{column.type}:{column.name}", raw))
        if column.name == feed.control_amount:
            found.append((f"{name} is null", f"amount_missing:{column.name}", None))
    elif column.type in {*DATE_TYPES, "month", "year", "period"}:
        if _is_date_needed(column, feed):
            if not is_essential:
                # placeholders such as 0000-00-00 stand for no date
                unread = cleaning.guarded(unread, f"not regexp_full_match({raw}, '[0/: .-]+')")
            found.append((unread, f"{_kind(column)}:{column.name}", raw))
        if is_essential:
            found.append((f"{name} is null", f"date_missing:{column.name}", None))
    return found


def _is_date_needed(column: Column, feed: Feed) -> bool:
    """Of other dates, what cannot be read stays empty, with a note: the money is real."""
    return column.required == "yes" or column.name in {*essential_columns(feed), feed.event_time}


def _kind(column: Column) -> str:
    return "date" if column.type in DATE_TYPES else column.type

"""fund_statement as lists: one line an amount. Cleaned column by column, many lists classified by one statement."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from itertools import accumulate, islice

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from shouzhi.intake.cells import clean_text, column_letter, parse_amount
from shouzhi.intake.contract import Feed
from shouzhi.intake.list_codes import with_codes
from shouzhi.intake.list_header import ListHeader, period_texts
from shouzhi.intake.parsed import (
    QUARANTINE_SCHEMA,
    ROW_SCHEMA,
    Note,
    ParsedPart,
    not_money_notes,
    sum_yuan,
)
from shouzhi.intake.sheets import Sheet
from shouzhi.intake.statement_list_sql import CLASSIFY, QUARANTINED, ROWS

CHUNK_ROWS = 50_000
LOGICAL_COLUMNS = [
    "period",
    "admdvs",
    "admdvs_name",
    "fund_code",
    "statement",
    "account_code",
    "account_name",
    "amount",
    "unit",
    "measure",
    "side",
    "doc_no",
]


@dataclass(frozen=True)
class ListRows:
    """The rows of one list, cleaned and with their codes; the sheet they came from need not stay in memory."""

    sheet_name: str | None
    header: ListHeader
    feed: Feed
    rows: pa.Table


def open_list(sheet: Sheet, header: ListHeader, feed: Feed) -> ListRows:
    """Clean a list; the header must have the required columns (see ``ListHeader.missing``)."""
    return ListRows(sheet.name, header, feed, with_codes(_arrow_rows(sheet, header)))


def read_lists(lists: Sequence[ListRows]) -> list[ParsedPart]:
    """Classify many lists at once, each by itself: to plan the statements takes longer than a month's list does."""
    if not lists:
        return []
    connection = _workspace()
    numbers = [pa.array([number] * each.rows.num_rows, pa.int32()) for number, each in enumerate(lists)]
    rows = pa.concat_tables(
        each.rows.append_column("list_no", number) for number, each in zip(numbers, lists, strict=True)
    ).unify_dictionaries()
    connection.register("raw", rows)
    _map_amounts(connection, rows)
    _register_headers(connection, lists)
    connection.execute(CLASSIFY)
    connection.unregister("raw")
    del rows
    parts = _collect(connection, lists)
    connection.execute("drop table classified")
    for part, given in zip(parts, lists, strict=True):
        part.non_data_count += given.header.index + 1
        part.notes.extend(_header_notes(given))
        part.notes.extend(_measure_notes(part, given))
    return parts


@cache
def _workspace() -> duckdb.DuckDBPyConnection:
    """One working database for all lists of a process: opening one for each of many small files costs seconds."""
    connection = duckdb.connect()
    connection.execute("set enable_progress_bar = false")
    return connection


def _arrow_rows(sheet: Sheet, header: ListHeader) -> pa.Table:
    # a workbook has no short rows, it has empty cells
    named = header.width if sheet.text is not None else 0
    numbered = islice(sheet.numbered_rows(), header.index + 1, None)
    batches = []
    while chunk := list(islice(numbered, CHUNK_ROWS)):
        batches.append(_batch(chunk, header, named))
    if not batches:
        batches = [_batch([], header, named)]
    return pa.Table.from_batches(batches)


def _batch(chunk: list[tuple[int, list[str]]], header: ListHeader, named: int) -> pa.RecordBatch:
    """``named`` cells are what a row has to have not to be a short one."""
    width, amount_index = len(header.cells), header.columns["amount"]
    cells = [row if len(row) >= width else row + [""] * (width - len(row)) for _, row in chunk]
    columns: dict[str, pa.Array] = {
        "line_no": pa.array([number for number, _ in chunk], pa.int32()),
        "first_text": pa.array(
            [next((each for each in row if each and not each.isspace()), "") for row in cells]
        ),
        "filled_count": pa.array([_filled(row, amount_index) for row in cells], pa.int32()),
        "is_overlong": pa.array(
            [len(row) > width and any(each.strip() for each in row[width:]) for row in cells]
        ),
        "short_count": pa.array([len(row) if len(row) < named else None for _, row in chunk], pa.int32()),
        "is_repeated_header": pa.array([_is_repeated(row, header) for row in cells], pa.bool_()),
    }
    for name in LOGICAL_COLUMNS:
        index = header.columns.get(name)
        if name == "period":
            values = period_texts(cells, header)
        else:
            values = [""] * len(cells) if index is None else [row[index] for row in cells]
        columns[name] = pa.array(values, pa.string())
    columns["first_text"] = columns["first_text"].cast(pa.string())
    columns["is_overlong"] = columns["is_overlong"].cast(pa.bool_())
    return pa.RecordBatch.from_pydict(columns)


def _filled(row: list[str], amount_index: int) -> int:
    """Count the filled cells, where it matters: the amount is blank."""
    if row[amount_index].strip():
        return 99
    return sum(1 for each in row if each.strip())


def _is_repeated(row: list[str], header: ListHeader) -> bool:
    index = header.columns["amount"]
    if row[index] != header.cells[index] or not row[index].strip():
        return False
    return all(row[each].strip() == header.cells[each].strip() for each in header.columns.values())


def _register(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    fields: list[tuple[str, pa.DataType]],
    records: Iterable[tuple],
) -> None:
    rows = list(records)
    arrays = [pa.array([row[index] for row in rows], kind) for index, (_, kind) in enumerate(fields)]
    connection.register(f"{name}_arrow", pa.table(arrays, schema=pa.schema(fields)))
    connection.execute(f"create or replace temp table {name} as select * from {name}_arrow")
    connection.unregister(f"{name}_arrow")


def _register_headers(connection: duckdb.DuckDBPyConnection, lists: Sequence[ListRows]) -> None:
    number = ("list_no", pa.int32())
    settings = [
        (index, each.sheet_name, each.header.unit_code, each.header.width) for index, each in enumerate(lists)
    ]
    kinds = [("sheet_name", pa.string()), ("header_unit", pa.string()), ("header_width", pa.int32())]
    _register(connection, "setting", [number, *kinds], settings)
    letters = [
        (index, name, column_letter(position), each.header.cells[position].strip())
        for index, each in enumerate(lists)
        for name, position in each.header.columns.items()
    ]
    fields = [(name, pa.string()) for name in ("name", "letter", "label")]
    _register(connection, "header_column", [number, *fields], letters)


def _map_amounts(connection: duckdb.DuckDBPyConnection, rows: pa.Table) -> None:
    """Plain numbers are read by the database; every other wording goes through ``parse_amount`` once."""
    plain = pc.match_substring_regex(rows["amount"], r"^-?\d{1,13}(\.\d{1,14})?$")
    odd = pc.unique(rows["amount"].filter(pc.invert(plain))).to_pylist()
    parsed = [(text, parse_amount(text)) for text in odd]
    fields = [
        ("text", pa.string()),
        ("status", pa.string()),
        ("value", pa.decimal128(28, 14)),
        ("decimals", pa.int32()),
        ("unit_code", pa.string()),
        ("problem", pa.string()),
    ]
    records = [
        (text, each.status, each.value, each.decimals, each.unit_code, each.problem) for text, each in parsed
    ]
    _register(connection, "map_amount", fields, records)


def _collect(connection: duckdb.DuckDBPyConnection, lists: Sequence[ListRows]) -> list[ParsedPart]:
    rows = _by_list(connection, ROWS, ROW_SCHEMA, len(lists))
    quarantine = _by_list(connection, QUARANTINED, QUARANTINE_SCHEMA, len(lists))
    parts = [ParsedPart(rows=each, quarantine=faults) for each, faults in zip(rows, quarantine, strict=True)]
    for number, received_count, non_data_count, received_yuan, residual in connection.execute(
        "select"
        "    list_no,"
        "    count(*) filter (where status <> 'non_data'),"
        "    count(*) filter (where status = 'non_data'),"
        "    coalesce(sum(amount_yuan) filter (where status <> 'non_data'), 0),"
        "    coalesce(sum(exact_yuan - amount_yuan) filter (where status = 'loaded'), 0)"
        " from classified group by list_no"
    ).fetchall():
        part = parts[number]
        part.received_count, part.non_data_count = received_count, non_data_count
        part.received_yuan = Decimal(received_yuan).quantize(Decimal("0.01"))
        part.sub_cent_residual_yuan = Decimal(residual).quantize(Decimal("0.000001"))
    for part, given in zip(parts, lists, strict=True):
        difference = part.received_yuan - sum_yuan(part.rows) - sum_yuan(part.quarantine)
        taken_count = part.rows.num_rows + part.quarantine.num_rows
        if (
            part.received_count != taken_count
            or part.received_count + part.non_data_count != given.rows.num_rows
            or difference
        ):
            raise AssertionError(
                f"rows or yuan lost at intake: {part.received_count} received, {difference} yuan"
            )
    _add_value_notes(connection, lists, parts)
    return parts


def _by_list(
    connection: duckdb.DuckDBPyConnection, sql: str, schema: pa.Schema, list_count: int
) -> list[pa.Table]:
    """Run a query in order of ``list_no`` and return the rows of each list, as tables of their own."""
    table = connection.execute(sql).to_arrow_table()
    counts = [0] * list_count
    for each in pc.value_counts(table["list_no"]):
        counts[each["values"].as_py()] = each["counts"].as_py()
    table = table.drop_columns("list_no").cast(schema)
    firsts = accumulate(counts, initial=0)
    return [table.slice(first, count) for first, count in zip(firsts, counts, strict=False)]


def _add_value_notes(
    connection: duckdb.DuckDBPyConnection, lists: Sequence[ListRows], parts: list[ParsedPart]
) -> None:
    for number, text, count, line in connection.execute(
        "select list_no, side, count(*), min(line_no) from classified"
        " where side_problem is not null and status <> 'non_data' group by list_no, side order by 1, 4"
    ).fetchall():
        sentence = f"收支方向“{clean_text(text)}”看不懂（{count} 行），按科目判断方向；请填收入或支出"
        parts[number].notes.append(Note("warning", "unknown_side", sentence, lists[number].sheet_name, line))
    for number, count in connection.execute(
        "select list_no, count(*) from classified where non_data_reason = 'not_given' group by list_no"
    ).fetchall():
        sentence = f"{count} 行的金额写作 ×、— 之类，按未填处理"
        parts[number].notes.append(Note("info", "not_given", sentence, lists[number].sheet_name))
    not_money: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for number, name, line in connection.execute(
        "select list_no, coalesce(bare_name, account_name), line_no from classified"
        " where non_data_reason = 'not_money' order by list_no, line_no"
    ).fetchall():
        not_money[number].append((name, line))
    for number, found in not_money.items():
        parts[number].notes.extend(not_money_notes(found, lists[number].sheet_name))


def _header_notes(given: ListRows) -> list[Note]:
    header = given.header
    known = {*header.columns.values(), header.month_column}
    unknown = [cell.strip() for index, cell in enumerate(header.cells) if index not in known and cell.strip()]
    if not unknown:
        return []
    text = f"有 {len(unknown)} 列不在接口规范中，未读取：{'、'.join(unknown[:12])}{' 等' if len(unknown) > 12 else ''}"
    return [Note("info", "unknown_column", text, given.sheet_name, header.row_number)]


def _measure_notes(part: ParsedPart, given: ListRows) -> list[Note]:
    if "measure" in given.header.columns:
        return []
    count = (
        part.quarantine["reason_code"].to_pylist().count("measure_missing") if part.quarantine.num_rows else 0
    )
    if not count:
        return []
    text = f"缺少列“计量口径”（measure）：有 {count} 行月、季或半年数据因此隔离，请加一列“计量口径”，填“期间”或“累计”"
    return [Note("problem", "column_missing", text, given.sheet_name, given.header.row_number)]

"""fund_statement as a list: one line an amount. Cleaned column by column, classified by one statement."""

from collections.abc import Iterable
from decimal import Decimal
from functools import cache
from itertools import islice
from typing import Any

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


def read_list(sheet: Sheet, header: ListHeader, feed: Feed, first_record_no: int = 1) -> ParsedPart:
    """Read a list; the header must have the required columns (see ``ListHeader.missing``)."""
    connection = _workspace()
    rows = with_codes(_arrow_rows(sheet, header))
    connection.register("raw", rows)
    _map_amounts(connection, rows)
    _register_header(connection, header)
    connection.execute(CLASSIFY)
    connection.unregister("raw")
    del rows
    part = _collect(connection, sheet, first_record_no)
    part.non_data_count += header.index + 1
    part.notes.extend(_header_notes(header, feed, sheet))
    part.notes.extend(_measure_notes(part, header, sheet))
    return part


@cache
def _workspace() -> duckdb.DuckDBPyConnection:
    """One working database for all lists of a process: opening one for each of many small files costs seconds."""
    connection = duckdb.connect()
    connection.execute("set enable_progress_bar = false")
    return connection


def _arrow_rows(sheet: Sheet, header: ListHeader) -> pa.Table:
    width = len(header.cells)
    numbered = islice(sheet.numbered_rows(), header.index + 1, None)
    batches = []
    while chunk := list(islice(numbered, CHUNK_ROWS)):
        batches.append(_batch(chunk, header, width))
    if not batches:
        batches = [_batch([], header, width)]
    return pa.Table.from_batches(batches)


def _batch(chunk: list[tuple[int, list[str]]], header: ListHeader, width: int) -> pa.RecordBatch:
    amount_index = header.columns["amount"]
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


def _distinct(connection: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    return connection.execute(sql).fetchall()


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


def _register_header(connection: duckdb.DuckDBPyConnection, header: ListHeader) -> None:
    _register(connection, "setting", [("header_unit", pa.string())], [(header.unit_code,)])
    letters = [
        (name, column_letter(index), header.cells[index].strip()) for name, index in header.columns.items()
    ]
    fields = [(name, pa.string()) for name in ("name", "letter", "label")]
    _register(connection, "header_column", fields, letters)


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


def _collect(connection: duckdb.DuckDBPyConnection, sheet: Sheet, first_record_no: int) -> ParsedPart:
    parameters = {"sheet_name": sheet.name, "first_record_no": first_record_no}
    rows = connection.execute(ROWS, parameters).to_arrow_table().cast(ROW_SCHEMA)
    quarantine = connection.execute(QUARANTINED, {"sheet_name": sheet.name}).to_arrow_table()
    received_count, non_data_count, received_yuan, residual = connection.execute(
        "select"
        "    count(*) filter (where status <> 'non_data'),"
        "    count(*) filter (where status = 'non_data'),"
        "    coalesce(sum(amount_yuan) filter (where status <> 'non_data'), 0),"
        "    coalesce(sum(exact_yuan - amount_yuan) filter (where status = 'loaded'), 0)"
        " from classified"
    ).fetchone()
    part = ParsedPart(
        rows=rows,
        quarantine=quarantine.cast(QUARANTINE_SCHEMA),
        received_count=received_count,
        received_yuan=Decimal(received_yuan).quantize(Decimal("0.01")),
        non_data_count=non_data_count,
        sub_cent_residual_yuan=Decimal(residual).quantize(Decimal("0.000001")),
    )
    difference = part.received_yuan - sum_yuan(part.rows) - sum_yuan(part.quarantine)
    if part.received_count != part.rows.num_rows + part.quarantine.num_rows or difference:
        raise AssertionError(
            f"rows or yuan lost at intake: {part.received_count} received, {difference} yuan"
        )
    part.notes.extend(_value_notes(connection, sheet))
    return part


def _value_notes(connection: duckdb.DuckDBPyConnection, sheet: Sheet) -> list[Note]:
    sides = _distinct(
        connection,
        "select side, count(*), min(line_no) from classified where side_problem is not null and status <> 'non_data' group by side",
    )
    notes = [
        Note(
            "warning",
            "unknown_side",
            f"收支方向“{clean_text(text)}”看不懂（{count} 行），按科目判断方向；请填收入或支出",
            sheet.name,
            line,
        )
        for text, count, line in sides
    ]
    not_given = _distinct(connection, "select count(*) from classified where non_data_reason = 'not_given'")[
        0
    ][0]
    if not_given:
        notes.append(Note("info", "not_given", f"{not_given} 行的金额写作 ×、— 之类，按未填处理", sheet.name))
    return [*notes, *not_money_notes(_not_money(connection), sheet.name)]


def _not_money(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, int]]:
    return _distinct(
        connection,
        "select coalesce(bare_name, account_name), line_no from classified"
        " where non_data_reason = 'not_money' order by line_no",
    )


def _header_notes(header: ListHeader, feed: Feed, sheet: Sheet) -> list[Note]:
    known = {*header.columns.values(), header.month_column}
    unknown = [cell.strip() for index, cell in enumerate(header.cells) if index not in known and cell.strip()]
    if not unknown:
        return []
    text = f"有 {len(unknown)} 列不在接口规范中，未读取：{'、'.join(unknown[:12])}{' 等' if len(unknown) > 12 else ''}"
    return [Note("info", "unknown_column", text, sheet.name, header.row_number)]


def _measure_notes(part: ParsedPart, header: ListHeader, sheet: Sheet) -> list[Note]:
    if "measure" in header.columns:
        return []
    count = (
        part.quarantine["reason_code"].to_pylist().count("measure_missing") if part.quarantine.num_rows else 0
    )
    if not count:
        return []
    text = f"缺少列“计量口径”（measure）：有 {count} 行月、季或半年数据因此隔离，请加一列“计量口径”，填“期间”或“累计”"
    return [Note("problem", "column_missing", text, sheet.name, header.row_number)]

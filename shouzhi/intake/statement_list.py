"""fund_statement as a list: one line an amount. Cleaned by mapping the distinct values of each column."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Any

import duckdb
import pyarrow as pa

from shouzhi.intake.cells import SCIENTIFIC, clean_text, column_letter, is_scientific, parse_amount
from shouzhi.intake.contract import Feed
from shouzhi.intake.names import account_of, area_of, header_unit
from shouzhi.intake.parsed import QUARANTINE_SCHEMA, ROW_SCHEMA, Note, ParsedPart, sum_yuan
from shouzhi.intake.periods import PeriodError, parse_period
from shouzhi.intake.sheets import Sheet
from shouzhi.intake.statement_list_sql import CLASSIFY, QUARANTINED, RESOLVE, ROWS
from shouzhi.intake.vocabulary import (
    code_list,
    find_fund,
    find_statement,
    normalise_text,
    normalise_word,
    words,
)

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
REQUIRED = {
    "period": ["period"],
    "fund_code": ["fund_code"],
    "statement": ["statement"],
    "admdvs 或 admdvs_name": ["admdvs", "admdvs_name"],
    "account_code 或 account_name": ["account_code", "account_name"],
    "amount": ["amount"],
}


@dataclass(frozen=True)
class ListHeader:
    """The header of a list: its place, and the column index of each contract column found."""

    index: int
    row_number: int
    cells: list[str]
    columns: dict[str, int]
    unit_code: str | None
    month_column: int | None = None

    def missing(self) -> list[str]:
        return [
            name for name, choices in REQUIRED.items() if not any(each in self.columns for each in choices)
        ]


def find_list_header(head: list[tuple[int, list[str]]], feed: Feed) -> ListHeader | None:
    """Return the header row of a list among the first rows, or None where this is no list."""
    words_map = feed.header_map()
    for index, (row_number, cells) in enumerate(head):
        columns: dict[str, int] = {}
        unit_code = None
        for position, cell in enumerate(cells):
            word, cell_unit = header_unit(cell)
            name = words_map.get(normalise_word(cell)) or words_map.get(word)
            if name and name not in columns:
                columns[name] = position
                unit_code = cell_unit if name == "amount" and cell_unit else unit_code
        if len(columns) >= 4 or (len(columns) >= 3 and "period" in columns):
            return ListHeader(index, row_number, cells, columns, unit_code, _month_column(cells, columns))
    return None


def _month_column(cells: list[str], columns: dict[str, int]) -> int | None:
    """Where a list keeps 年度 and 月份 (or 季度) in two columns, both say the period."""
    if "period" not in columns or normalise_word(cells[columns["period"]]) not in {
        "年度",
        "年份",
        "year",
        "年",
    }:
        return None
    words = {"月份", "月", "month", "季度", "季", "期别"}
    return next((index for index, cell in enumerate(cells) if normalise_word(cell) in words), None)


def _period_texts(cells: list[list[str]], header: ListHeader) -> list[str]:
    index, month = header.columns["period"], header.month_column
    if month is None:
        return [row[index] for row in cells]
    is_quarter = "季" in header.cells[month]
    return [_joined_period(row[index], row[month], is_quarter) for row in cells]


def _joined_period(year: str, part: str, is_quarter: bool) -> str:
    word = normalise_text(part).removesuffix(".0")
    if not word or not normalise_text(year):
        return year
    suffix = ("季度" if is_quarter else "月") if word.isdigit() and len(word) <= 2 else ""
    return f"{normalise_text(year).removesuffix('.0').removesuffix('年')}年{word}{suffix}"


def read_list(sheet: Sheet, header: ListHeader, feed: Feed, first_record_no: int = 1) -> ParsedPart:
    """Read a list; the header must have the required columns (see ``ListHeader.missing``)."""
    with duckdb.connect() as connection:
        connection.execute("set enable_progress_bar = false")
        connection.register("raw_batches", _arrow_rows(sheet, header))
        connection.execute("create temp table raw as select * from raw_batches")
        _map_all(connection, header)
        connection.execute(RESOLVE)
        connection.execute(CLASSIFY)
        part = _collect(connection, sheet, first_record_no)
    part.non_data_count += header.index + 1
    part.notes.extend(_header_notes(header, feed, sheet))
    part.notes.extend(_measure_notes(part, header, sheet))
    return part


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
            values = _period_texts(cells, header)
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
    connection.execute(f"create temp table {name} as select * from {name}_arrow")
    connection.unregister(f"{name}_arrow")


def _text_fields(*names: str) -> list[tuple[str, pa.DataType]]:
    return [(name, pa.string()) for name in names]


def _map_all(connection: duckdb.DuckDBPyConnection, header: ListHeader) -> None:
    """Create one mapping table a column: text to code, or to the problem with it."""
    single: list[tuple[str, list[str], Callable[[str], tuple]]] = [
        ("period", ["period_type", "period_code", "measure_hint", "problem"], _map_period),
        ("fund_code", ["code", "problem"], _map_fund),
        ("statement", ["code", "problem"], _map_statement),
        ("unit", ["code", "problem"], _map_unit),
        ("measure", ["code", "problem"], _map_measure),
        ("side", ["code", "problem"], _map_side),
        ("doc_no", ["clean"], lambda text: (clean_text(text),)),
        ("first_text", ["kind"], _map_first_text),
    ]
    for column, fields, function in single:
        values = _distinct(connection, f"select distinct {column} from raw")
        records = [(text, *function(text)) for (text,) in values]
        _register(connection, f"map_{column}", _text_fields("text", *fields), records)
    pairs = _distinct(connection, "select distinct admdvs, admdvs_name from raw")
    fields = _text_fields("text", "name_text", "admdvs", "area_name", "problem", "problem_column")
    _register(connection, "map_area", fields, [(*pair, *area_of(*pair)) for pair in pairs])
    pairs = _distinct(connection, "select distinct account_code, account_name from raw")
    account_fields = [
        *_text_fields("text", "name_text", "given_code", "account_name"),
        ("is_of_which", pa.bool_()),
        *_text_fields("problem", "problem_column"),
    ]
    _register(connection, "map_account", account_fields, [(*pair, *account_of(*pair)) for pair in pairs])
    _map_amounts(connection)
    _register(
        connection,
        "setting",
        [("header_unit", pa.string())],
        [(header.unit_code,)],
    )
    letters = [
        (name, column_letter(index), header.cells[index].strip()) for name, index in header.columns.items()
    ]
    _register(connection, "header_column", _text_fields("name", "letter", "label"), letters)


def _map_amounts(connection: duckdb.DuckDBPyConnection) -> None:
    """Plain numbers are read by the database; every other wording goes through ``parse_amount`` once."""
    odd = _distinct(
        connection,
        r"select distinct amount from raw where not regexp_full_match(amount, '-?\d{1,13}(\.\d{1,14})?')",
    )
    parsed = [(text, parse_amount(text)) for (text,) in odd]
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


def _map_period(text: str) -> tuple[str | None, str | None, str | None, str | None]:
    try:
        period = parse_period(text)
    except PeriodError as error:
        return None, None, None, str(error)
    return period.period_type, period.period_code, period.measure_code, None


def _code_or_problem(code: str | None, text: str, expected: str) -> tuple[str | None, str | None]:
    if code is not None:
        return code, None
    if not normalise_text(text):
        return None, f"为空，请填写{expected}"
    if is_scientific(text):
        return None, f"是科学计数法，位数可能已丢失，请把该列设为文本后重填{expected}"
    return None, f"看不懂，请填写{expected}"


def _map_fund(text: str) -> tuple[str | None, str | None]:
    word = normalise_text(text).removesuffix(".0")
    return _code_or_problem(find_fund(word), text, "基金代码或名称，如 310100、390100、职工统筹、城乡居民")


def _map_statement(text: str) -> tuple[str | None, str | None]:
    return _code_or_problem(find_statement(text), text, "预算、调整预算、预计执行、执行或决算")


def _map_unit(text: str) -> tuple[str | None, str | None]:
    if not normalise_text(text):
        return None, None
    return _code_or_problem(code_list("units").find(text), text, "元、万元或亿元")


def _map_measure(text: str) -> tuple[str | None, str | None]:
    if not normalise_text(text) or normalise_word(text) in words("not_given"):
        return None, None
    return _code_or_problem(code_list("measures").find(text), text, "期间或累计")


def _map_side(text: str) -> tuple[str | None, str | None]:
    code = code_list("sides").find(text)
    return (code or None), (None if code is not None or not normalise_text(text) else "看不懂")


def _map_first_text(text: str) -> tuple[str]:
    word = normalise_word(text).rstrip(":：")
    if not word:
        return ("blank",)
    if word in words("total_words"):
        return ("total",)
    return ("note" if any(word.startswith(each) for each in words("note_words")) else "other",)


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
    return notes


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
    text = f"缺少列 measure（计量口径）：有 {count} 行是月、季或半年数据，请加一列 measure，填“期间”或“累计”"
    return [Note("problem", "column_missing", text, sheet.name, header.row_number)]


__all__ = ["SCIENTIFIC", "ListHeader", "find_list_header", "read_list"]

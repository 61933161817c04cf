"""Read-only questions to one build, and how their answers are printed."""

import csv
import datetime
import io
import json
import math
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from shouzhi.errors import UserError
from shouzhi.terminal import width
from shouzhi.warehouse.rows import attach_rows

LOCKED_CONFIG = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
}
# what DuckDB raises on a file that is cut off or overwritten, when it is opened or in the midst of a query
DAMAGES = (duckdb.IOException, duckdb.SerializationException, duckdb.FatalException, duckdb.InternalException)
ALLOWED_STATEMENTS = {duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN}


def open_tables(marts: Path) -> duckdb.DuckDBPyConnection:
    """A connection for our own questions to the tables of a build: what its rows would take to open is left away."""
    try:
        return duckdb.connect(str(marts), read_only=True, config=LOCKED_CONFIG)
    except DAMAGES as error:
        with marts.open("rb"):  # whoever may not read it is told so
            raise UserError(damage_sentence(marts)) from error


def damage_sentence(marts: Path) -> str:
    return (
        f"版本 {marts.parent.name} 的文件 {marts} 已损坏或不完整，读不出来。请用任一报表文件夹（可以是空的）"
        "运行 shouzhi run，会由数据湖重建；或用 shouzhi publish 改为发布另一个版本，见 shouzhi builds。"
    )


def open_locked(
    marts: Path, *, memory_limit: str | None = None, threads: int | None = None
) -> duckdb.DuckDBPyConnection:
    """A connection that can read this one build, its rows as ``rows.*`` included, and nothing else."""
    con = open_tables(marts)
    # Connections of one process to one file share what was attached and locked.
    if con.execute("select count(*) from duckdb_databases() where database_name = 'rows'").fetchone() == (0,):
        attach_rows(con, marts.parent)
        if memory_limit:
            con.execute(f"set memory_limit = '{memory_limit}'")
        if threads:
            con.execute(f"set threads = {threads}")
        con.execute("set lock_configuration = true")
    return con


def checked_statement(sql: str) -> str:
    """The one reading statement in ``sql``; a Chinese sentence for anything else."""
    try:
        statements = duckdb.extract_statements(sql)
    except duckdb.Error as error:
        raise UserError(f"查询语句有语法错误，请检查拼写、标点和括号。（{first_line(error)}）") from error
    if not statements:
        raise UserError('没有写查询语句。请在引号里写一条，如 shouzhi query "select * from core.dim_area"。')
    if len(statements) != 1:
        raise UserError(f"一次只能执行一条查询语句，现在有 {len(statements)} 条。请分开执行。")
    statement = statements[0]
    # explain analyze executes what it explains, a copy too.
    is_executed = statement.type == duckdb.StatementType.EXPLAIN and re.search(
        r"\banaly[sz]e\b", statement.query, re.IGNORECASE
    )
    if statement.type not in ALLOWED_STATEMENTS or is_executed:
        raise UserError(
            "这里只能查询（select、with、describe、show、explain），不能写入、附加数据库、导出文件或修改设置。"
        )
    return statement.query


def first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0]


def run_query(marts: Path, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Column names and rows; decimals stay ``Decimal``."""
    statement = checked_statement(sql)
    with open_locked(marts) as con:
        try:
            cursor = con.execute(statement)
            columns = [item[0] for item in cursor.description or []]
            return columns, cursor.fetchall()
        except DAMAGES as error:
            raise UserError(damage_sentence(marts)) from error
        except duckdb.Error as error:
            raise UserError(query_error_sentence(error)) from error


TABLES_SQL = """
select
    published.relation as "表",
    lineage.relation_label_zh as "内容",
    count(*) as "列数"
from data_quality.dim_column as published
left join data_quality.dim_lineage as lineage on published.relation = lineage.relation_name
group by published.relation, lineage.relation_label_zh
order by published.relation
"""
COLUMNS_SQL = """
select
    column_name as "列",
    label_zh as "中文名称",
    unit_zh as "单位",
    data_type as "类型",
    source_field as "国家平台字段"
from data_quality.dim_column
where relation = ?
order by column_position
"""


def published_tables(marts: Path) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Every table that a query may read, with what it holds."""
    with open_tables(marts) as con:
        found = con.execute(TABLES_SQL)
        return [item[0] for item in found.description or []], found.fetchall()


def published_columns(marts: Path, relation: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    """The columns of one of them; a Chinese sentence where there is no such table."""
    with open_tables(marts) as con:
        found = con.execute(COLUMNS_SQL, [relation])
        columns, rows = [item[0] for item in found.description or []], found.fetchall()
    if not rows:
        raise UserError(f"没有名为 {relation} 的表。有哪些表见 shouzhi tables。")
    return columns, rows


def query_error_sentence(error: duckdb.Error) -> str:
    match error:
        case duckdb.PermissionException():
            what = "不允许的操作：查询只能读取这一个版本的表"
        case duckdb.CatalogException():
            what = "查询没有执行成功：没有这个表或函数，有哪些表见 shouzhi tables"
        case duckdb.BinderException():
            what = "查询没有执行成功：列名、类型或分组不对，表有哪些列见 shouzhi tables 表名"
        case duckdb.ConversionException():
            what = "查询没有执行成功：有值不能转换成所要的类型"
        case _:
            what = "查询没有执行成功"
    return f"{what}。（{first_line(error)}）"


def formatted(columns: list[str], rows: list[tuple[Any, ...]], kind: str) -> str:
    """The answer as ``csv``, ``json`` or an aligned ``table``; always ends with a line break."""
    return {"csv": as_csv, "json": as_json, "table": as_table}[kind](columns, rows)


def as_text(value: Any) -> str:
    """One cell as text; amounts keep every digit, NULL is empty."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case Decimal():
            return format(value, "f")
        case datetime.datetime():
            return value.isoformat(sep=" ")
        case list() | dict():
            return json_token(value)
        case _:
            return str(value)


def json_token(value: Any) -> str:
    """JSON text of one value; decimals are written as numbers with every digit they have."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case Decimal():
            return format(value, "f") if value.is_finite() else "null"
        case int():
            return str(value)
        case float():
            return repr(value) if math.isfinite(value) else "null"
        case list() | tuple():
            return "[" + ", ".join(json_token(item) for item in value) + "]"
        case dict():
            pairs = (f"{json_token(str(key))}: {json_token(item)}" for key, item in value.items())
            return "{" + ", ".join(pairs) + "}"
        case _:
            return json.dumps(as_text(value), ensure_ascii=False)


def as_csv(columns: list[str], rows: list[tuple[Any, ...]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([as_text(value) for value in row] for row in rows)
    return out.getvalue()


def as_json(columns: list[str], rows: list[tuple[Any, ...]]) -> str:
    lines = [json_token(dict(zip(columns, row, strict=True))) for row in rows]
    return "[" + ",\n ".join(lines) + "]\n"


def as_table(columns: list[str], rows: list[tuple[Any, ...]]) -> str:
    grid = [columns, *[[as_text(value).replace("\n", " ") for value in row] for row in rows]]
    numeric = [
        bool(rows) and all(isinstance(row[i], int | float | Decimal) or row[i] is None for row in rows)
        for i in range(len(columns))
    ]
    widths = [max(width(line[i]) for line in grid) for i in range(len(columns))]

    def aligned(line: list[str]) -> str:
        cells = []
        for text, full, is_right in zip(line, widths, numeric, strict=True):
            gap = " " * (full - width(text))
            cells.append(gap + text if is_right else text + gap)
        return "  ".join(cells).rstrip()

    rule = "  ".join("-" * full for full in widths)
    return "\n".join([aligned(grid[0]), rule, *map(aligned, grid[1:]), f"（{len(rows)} 行）"]) + "\n"

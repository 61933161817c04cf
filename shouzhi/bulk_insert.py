"""Many rows from Python into DuckDB in one statement: ``executemany`` takes milliseconds a row."""

from collections.abc import Sequence
from typing import Any

import duckdb
import pyarrow as pa


def insert_rows(
    connection: duckdb.DuckDBPyConnection, table: str, records: Sequence[tuple[Any, ...]]
) -> None:
    """Append ``records`` (values in the order of the table's columns) to a table; DuckDB casts them to its types."""
    if not records:
        return
    columns = zip(*records, strict=True)
    connection.register(
        "given_rows", pa.table({f"c{number}": list(values) for number, values in enumerate(columns)})
    )
    connection.execute(f"insert into {table} select * from given_rows")
    connection.unregister("given_rows")

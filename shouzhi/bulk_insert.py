"""Many rows from Python into DuckDB in one statement: ``executemany`` takes milliseconds a row."""

from collections.abc import Sequence
from typing import Any

import duckdb
import pyarrow as pa

# what is bound as parameters; from about twenty records on, a table handed over costs less
FEW_RECORDS = 10


def insert_rows(
    connection: duckdb.DuckDBPyConnection, table: str, records: Sequence[tuple[Any, ...]]
) -> None:
    """Append ``records`` (values in the order of the table's columns) to a table; DuckDB casts them to its types."""
    if not records:
        return
    if len(records) <= FEW_RECORDS:
        places = ", ".join(f"({', '.join('?' for _ in record)})" for record in records)
        connection.execute(
            f"insert into {table} values {places}", [value for record in records for value in record]
        )
        return
    columns = zip(*records, strict=True)
    connection.register(
        "given_rows", pa.table({f"c{number}": list(values) for number, values in enumerate(columns)})
    )
    connection.execute(f"insert into {table} select * from given_rows")
    connection.unregister("given_rows")

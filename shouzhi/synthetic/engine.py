"""The working DuckDB of a run.

Persons and their spells stand in a file of a temporary folder, so that memory does not grow with the sample; what is
carried from month to month and handed from thread to thread stands in ``carried``, a database in memory (spilt to the
folder where it grows), because every commit to a file is written twice and waits for the disk.

Statements here are small: DuckDB's own worker threads cost more than they save, and with them the order of rows could
differ from run to run. So every connection works in the thread that calls it, and ``sample`` has several.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import duckdb

_DECIMAL = re.compile(r"(?<![\w'.])(\d+\.\d+)(?![\w.'])")


class Engine:
    """A connection in whose statements 0.05 is a double: DuckDB reads it as a decimal, which overflows in products."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        # a name is looked for among the persons' tables first, then among what is carried
        self.connection.execute("set search_path = 'work.main,carried.main'")

    @classmethod
    def open(cls, folder: Path, memory: str = "320MB") -> Engine:
        config = {"memory_limit": memory, "temp_directory": str(folder / "spill"), "threads": 1}
        connection = duckdb.connect(str(folder / "work.duckdb"), config=config)
        connection.execute("set enable_progress_bar = false; attach ':memory:' as carried")
        return cls(connection)

    def beside(self) -> Engine:
        """A connection of its own to the same tables, for another thread; temporary tables are not shared."""
        return Engine(self.connection.cursor())

    def execute(self, statement: str) -> duckdb.DuckDBPyConnection:
        return self.connection.execute(_DECIMAL.sub(r"\1e0", statement))

    def insert(self, table: str, rows: list[tuple[Any, ...]]) -> None:
        """All rows in one statement: one by one each would be a commit."""
        marks = ", ".join(f"({', '.join('?' * len(row))})" for row in rows)
        self.connection.execute(
            f"insert into {table} values {marks}", [value for row in rows for value in row]
        )

    def register(self, name: str, columns: dict[str, Any]) -> None:
        """Arrays of equal length as a relation, until ``unregister``."""
        self.connection.register(name, columns)

    def unregister(self, name: str) -> None:
        self.connection.unregister(name)

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        return self.execute(statement).fetchall()

    def close(self) -> None:
        self.connection.close()

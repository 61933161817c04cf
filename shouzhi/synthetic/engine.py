"""The working DuckDB of a run: on disk in a temporary folder, so that memory does not grow with the sample."""

import re
from pathlib import Path
from typing import Any

import duckdb

_DECIMAL = re.compile(r"(?<![\w'.])(\d+\.\d+)(?![\w.'])")


class Engine:
    """A connection in whose statements 0.05 is a double: DuckDB reads it as a decimal, which overflows in products."""

    def __init__(self, path: Path, memory: str = "2GB") -> None:
        self.connection = duckdb.connect(
            str(path), config={"memory_limit": memory, "temp_directory": str(path.parent / "spill")}
        )
        self.connection.execute("set enable_progress_bar = false")

    def execute(self, statement: str) -> duckdb.DuckDBPyConnection:
        return self.connection.execute(_DECIMAL.sub(r"\1e0", statement))

    def executemany(self, statement: str, rows: list[tuple[Any, ...]]) -> None:
        self.connection.executemany(statement, rows)

    def register(self, name: str, columns: dict[str, Any]) -> None:
        """Arrays of equal length as a relation, until ``unregister``."""
        self.connection.register(name, columns)

    def unregister(self, name: str) -> None:
        self.connection.unregister(name)

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        return self.execute(statement).fetchall()

    def close(self) -> None:
        self.connection.close()

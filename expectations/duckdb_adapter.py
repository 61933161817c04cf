"""What Great Expectations 1.24.1 lacks to work on DuckDB, and nothing more.

1. It reads a result after the connection went back to the pool; four dialects are exempt by name, DuckDB
   is not (upstream issues 10738, 11579). We add it to the exempt.
2. A failing statement leaves the transaction aborted, and every later expectation then fails too. We roll
   back after a failing statement.

Both lean on private names, therefore the version assert. A native engine is draft PR 12084: when it is
released, this module goes.
"""

import os
from pathlib import Path
from typing import Any

from expectations.late_import import import_late
from shouzhi.cores import ONE_CORE

# Before the import: the package reads it once.
os.environ["GX_ANALYTICS_ENABLED"] = "false"
import_late("scipy", "stats")

import great_expectations as gx  # noqa: E402
from great_expectations.execution_engine import sqlalchemy_execution_engine as gx_engine  # noqa: E402

SUPPORTED_VERSION = "1.24.1"


class _DuckDB(str):
    """A dialect name with the ``value`` that the engine asks its enum members for."""

    __slots__ = ()

    @property
    def value(self) -> str:
        return str(self)


DIALECT = _DuckDB("duckdb")


def execute_or_roll_back(connection: Any, query: Any) -> Any:
    """Execute; after an error the connection is clean again for the next expectation."""
    try:
        return connection.execute(query)
    except Exception:
        connection.rollback()
        raise


def install() -> None:
    """Patch the SQL engine; a second call changes nothing."""
    assert gx.__version__ == SUPPORTED_VERSION, (
        f"expectations/duckdb_adapter.py was proven with great_expectations {SUPPORTED_VERSION}, "
        f"not {gx.__version__}: run its unit test and adjust it first"
    )
    if DIALECT not in gx_engine._PERSISTED_CONNECTION_DIALECTS:
        gx_engine._PERSISTED_CONNECTION_DIALECTS = (*gx_engine._PERSISTED_CONNECTION_DIALECTS, DIALECT)
    gx_engine.SqlAlchemyExecutionEngine._execute_query_with_recovery = staticmethod(execute_or_roll_back)


def read_only_source(context: Any, name: str, database: Path) -> Any:
    """A data source over one DuckDB file that cannot be written through it."""
    install()
    return context.data_sources.add_sql(
        name=name,
        connection_string=f"duckdb:///{database}",
        kwargs={"connect_args": {"read_only": True, "config": ONE_CORE}},
    )

"""The checks in a process of their own: Great Expectations and dbt would wait for one interpreter, both are Python throughout.

It imports while the delivery is read, and checks while the tables are written.
"""

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from shouzhi import own_process
from shouzhi.errors import UserError


class Checker:
    """``runner.check_warehouse``, asked of that process."""

    def __init__(self, process: own_process.Waiting) -> None:
        self._process = process

    def get_ready(self) -> None:
        self._process.get_ready()

    def check_warehouse(self, warehouse: Path, data_docs: Path) -> list[dict[str, Any]]:
        """One row per expectation; raises ``UserError`` where the process was killed."""
        try:
            return self._process.ask(warehouse, data_docs)
        except own_process.Killed as error:
            raise UserError(
                f"检验数据形状的进程中途被终止（信号 {error.signal_number}），没有发布。"
                "多半是内存不够：请关掉其他程序后再运行一次。"
            ) from error


@contextmanager
def checker_process() -> Iterator[Checker]:
    """A checker that stands by until this is left."""
    with own_process.waiting(_import, _check) as process:
        yield Checker(process)


def _import() -> None:
    for name in ("expectations.runner", "great_expectations.expectations", "duckdb_sqlalchemy"):
        importlib.import_module(name)


def _check(warehouse: Path, data_docs: Path) -> list[dict[str, Any]]:
    from expectations import runner

    return runner.check_warehouse(warehouse, data_docs)

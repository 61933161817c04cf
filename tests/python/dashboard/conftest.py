"""Homes in which the pages are driven, and the app as a test sees it."""

from __future__ import annotations

import csv
import io
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from shouzhi.warehouse.query import open_locked
from tests.python.conftest import Once, built_home, run_shouzhi

ROOT = Path(__file__).resolve().parents[3]
APP = ROOT / "dashboards" / "app.py"

# scheme → year → opening, income, expenditure: 2023 is calm everywhere, 2024 leaves one month's spending
EXTREMES = {
    ("310100", 2023): (600, 1250, 1150),
    ("310100", 2024): (700, 900, 1500),
    ("390100", 2023): (700, 1250, 1150),
    ("390100", 2024): (800, 800, 1500),
}
ACCOUNTS = {"310100": "社会保险费收入", "390100": "城乡居民基本医疗保险费收入"}


def expected_reporters() -> list[tuple[str, str]]:
    """Code and name of the areas of the sample region that are expected to report."""
    with (ROOT / "seeds" / "reference" / "area.csv").open(encoding="utf-8") as file:
        return [
            (row["admdvs"], row["area_name"])
            for row in csv.DictReader(file)
            if row["region_pack"] == "neimenggu" and row["is_expected_reporter"] == "true"
        ]


def extremes_csv() -> str:
    """Yearly final accounts of every expected reporter: all calm in 2023, all red in 2024."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(
        [
            "period",
            "admdvs",
            "admdvs_name",
            "fund_code",
            "statement",
            "account_name",
            "side",
            "amount",
            "unit",
        ]
    )
    for number, (code, name) in enumerate(expected_reporters(), start=1):
        for (fund, year), (opening, income, expenditure) in EXTREMES.items():
            lines = [
                ("上年结余", "", opening),
                (ACCOUNTS[fund], "收入", income),
                ("社会保险待遇支出", "支出", expenditure),
                ("年末滚存结余", "", opening + income - expenditure),
            ]
            for account, side, amount in lines:
                writer.writerow([year, code, name, fund, "决算", account, side, amount * number, "万元"])
    return buffer.getvalue()


@pytest.fixture(scope="session")
def extremes_home(once: Once, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A yearly-only home whose areas are all calm in 2023 and all red in 2024."""
    if given := os.environ.get("SHOUZHI_TEST_EXTREMES_HOME"):
        return Path(given)

    def make(home: Path) -> None:
        folder = tmp_path_factory.mktemp("extremes")
        (folder / "fund_statement_2024_全区决算.csv").write_text(extremes_csv(), encoding="utf-8")
        built_home(home, folder, "极端情况", "neimenggu")

    return once("extremes_home", make)


@pytest.fixture(scope="session")
def empty_home(once: Once) -> Path:
    """A home that was set up and never run."""

    def make(home: Path) -> None:
        made = run_shouzhi("init", "--home", home, "--title", "空库", "--region", "neimenggu")
        assert made.returncode == 0, made.stderr

    return once("empty_home", make)


BUSINESS_FILES = ("fixmedins_b*", "psn_info_b*", "psn_insu_d*", "setl_d_202511*", "setl_d_202512*")


@pytest.fixture(scope="session")
def business_home(once: Once, demo_extracts: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with persons, insurance spells and two months of settlements, and no fund statement."""
    if given := os.environ.get("SHOUZHI_TEST_BUSINESS_HOME"):
        return Path(given)

    def make(home: Path) -> None:
        folder = tmp_path_factory.mktemp("business")
        for pattern in BUSINESS_FILES:
            for file in demo_extracts.glob(pattern):
                shutil.copy(file, folder)
        built_home(home, folder, "只有业务数据", "neimenggu")

    return once("business_home", make)


def marts_of(home: Path) -> Path:
    """The published file of a home."""
    return home / "builds" / (home / "CURRENT").read_text(encoding="utf-8").strip() / "marts.duckdb"


@pytest.fixture
def ask() -> Callable[..., pd.DataFrame]:
    """``ask(home, sql, parameters)``: a direct query on the published file, past the dashboards' own code."""

    from dashboards import data

    def query(home: Path, sql: str, parameters: dict[str, Any] | None = None) -> pd.DataFrame:
        # the pages' own connection has settings of its own; two of one file must not differ
        data.clear_caches()
        with open_locked(marts_of(home)) as connection:
            return connection.execute(sql, parameters or {}).df()

    return query


@pytest.fixture
def open_page(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """``open_page("risk", home, xz="职工")`` → the AppTest after its run."""
    from streamlit.testing.v1 import AppTest

    from dashboards import data

    monkeypatch.setenv("SHOUZHI_DASHBOARD_LOG", str(tmp_path / "dashboard.log"))
    # a connection of the app must not outlive the test: the direct queries open the same file differently
    data.clear_caches()

    def open_(page: str, *homes: Path, **words: str) -> Any:
        labels = ["演示数据", "公开数据", "第三"][: len(homes)]
        pairs = ";".join(f"{label}={home}" for label, home in zip(labels, homes, strict=True))
        monkeypatch.setenv("SHOUZHI_HOMES", pairs)
        app = AppTest.from_file(str(APP), default_timeout=60)
        for key, value in words.items():
            app.query_params[key] = value
        app.run()
        if page != "risk":
            app.switch_page(f"app_pages/{page}.py").run()
        log = tmp_path / "dashboard.log"
        assert not app.exception, [error.message for error in app.exception]
        assert not app.error, (
            [error.value for error in app.error],
            log.read_text("utf-8") if log.exists() else "",
        )
        return app

    yield open_
    data.clear_caches()

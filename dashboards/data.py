"""The only door to the data: finds the published build of a home and runs the queries of ``queries/``.

A build is a file of its own (``HOME/builds/<id>/marts.duckdb``), named by the pointer ``HOME/CURRENT``.
It is opened read-only and locked down, once per path; every query gets its own cursor; results are
cached by build path, so a newly published build is picked up by the next rerun and the old cache ages out.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import streamlit as st

from dashboards.access import Scope
from shouzhi.warehouse.query import open_locked
from shouzhi.warehouse.restated import Restatement, read_restatement

QUERIES = Path(__file__).parent / "queries"
DEFAULT_HOMES = "演示数据=./var;公开数据=./var-public"
# The most rows that a page lists of anything; every query that lists rows is bound to it as ``$shown``.
ROWS_SHOWN = 500


@dataclass(frozen=True)
class Build:
    """One published build of one home."""

    build_id: str
    path: str
    manifest: Mapping[str, Any] = field(default_factory=dict, compare=False, hash=False)

    @property
    def short_id(self) -> str:
        """The first eight characters, as status lines print them."""
        return self.build_id[:8]


def homes() -> dict[str, Path]:
    """Label → home, from ``SHOUZHI_HOMES`` (``标签=路径;标签=路径``); without it the two default homes that exist."""
    given = os.environ.get("SHOUZHI_HOMES", "").strip()
    pairs = [item.split("=", 1) for item in (given or DEFAULT_HOMES).split(";") if "=" in item]
    found = {label.strip(): Path(path.strip()) for label, path in pairs}
    if given or not any(path.exists() for path in found.values()):
        return found
    return {label: path for label, path in found.items() if path.exists()}


def build_of(home: Path, build_id: str) -> Build | None:
    """A build of a home by its id, or None where its file is missing."""
    folder = home / "builds" / build_id
    marts = folder / "marts.duckdb"
    if not build_id or not marts.is_file():
        return None
    return Build(build_id, str(marts.resolve()), read_manifest(str(folder / "manifest.json")))


def current_build(home: Path) -> Build | None:
    """The build that the home's pointer names, or None before the first publication."""
    try:
        build_id = (home / "CURRENT").read_text(encoding="utf-8").strip()
    except OSError:
        return None
    return build_of(home, build_id)


@lru_cache(maxsize=64)
def read_manifest(path: str) -> dict[str, Any]:
    """A build's manifest; an empty one where it cannot be read."""
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def list_builds(home: Path) -> list[Build]:
    """Every build that a home still keeps, newest first."""
    folder = home / "builds"
    if not folder.is_dir():
        return []
    found = (build_of(home, path.parent.name) for path in folder.glob("*/manifest.json"))
    builds = [build for build in found if build is not None]
    return sorted(
        builds, key=lambda build: (str(build.manifest.get("built_at", "")), build.build_id), reverse=True
    )


def _close(connection: duckdb.DuckDBPyConnection) -> None:
    connection.close()


@st.cache_resource(max_entries=6, show_spinner=False, on_release=_close)
def connection(path: str) -> duckdb.DuckDBPyConnection:
    """One read-only, locked-down connection per build path: its marts and ``rows.*``, no other file, no settings."""
    return open_locked(Path(path), memory_limit="512MB", threads=2)


@lru_cache(maxsize=256)
def sql_text(name: str) -> str:
    """The text of ``queries/<name>.sql``."""
    return (QUERIES / f"{name}.sql").read_text(encoding="utf-8")


@lru_cache(maxsize=256)
def parameters_of(name: str) -> frozenset[str]:
    """The bound parameters (``$name``) that a query uses."""
    return frozenset(re.findall(r"\$([a-z_]+)", strip_comments(sql_text(name))))


def strip_comments(sql: str) -> str:
    """SQL without its ``--`` comments."""
    return re.sub(r"--[^\n]*", "", sql)


def relations_of(name: str) -> frozenset[str]:
    """The published relations (``schema.table``) that a query reads."""
    return frozenset(re.findall(r"(?:from|join)\s+([a-z_]+\.[a-z_]+)", strip_comments(sql_text(name))))


@st.cache_data(max_entries=600, show_spinner=False)
def _rows(path: str, name: str, scope: str, parameters: tuple[tuple[str, Any], ...]) -> pd.DataFrame:
    wanted = parameters_of(name)
    bound = {
        key: value for key, value in (*parameters, ("scope", scope), ("shown", ROWS_SHOWN)) if key in wanted
    }
    missing = wanted - bound.keys()
    if missing:
        raise ValueError(f"query {name}: no value for {', '.join(sorted(missing))}")
    return connection(path).cursor().execute(sql_text(name), bound).df()


def rows(build: Build, scope: Scope, name: str, **parameters: Any) -> pd.DataFrame:
    """The result of ``queries/<name>.sql`` on a build, within a reader's scope (one row per row of the query)."""
    return _rows(build.path, name, scope.text, tuple(sorted(parameters.items())))


@st.cache_data(max_entries=30, show_spinner="正在比较两个版本…")
def _restatement(
    former: str, made: str, scope: str, kind: str, area: str, period: str, shown: int
) -> Restatement:
    return read_restatement(
        Path(former), Path(made), scope=scope, kind=kind, area=area, period=period, shown=shown
    )


def restatement(
    former: Build, made: Build, scope: Scope, *, kind: str, area: str, period: str, shown: int
) -> Restatement:
    """The figures that differ between two builds, within a reader's scope; the product's own comparison."""
    return _restatement(former.path, made.path, scope.text, kind, area, period, shown)


def has_rows(build: Build) -> bool:
    """Whether a build keeps the rows behind its figures."""
    return (Path(build.path).parent / "rows" / "relations.json").is_file()


def first(frame: pd.DataFrame) -> dict[str, Any] | None:
    """The first row as a dict, or None for an empty result."""
    if frame.empty:
        return None
    return frame.iloc[0].to_dict()


def column_labels(build: Build, scope: Scope) -> dict[str, str]:
    """Column name → Chinese label, as the marts document them (same meaning, same name, everywhere)."""
    frame = rows(build, scope, "column_labels")
    return dict(zip(frame["column_name"], frame["label_zh"], strict=True))


def clear_caches() -> None:
    """Forget cached results and connections (tests use it between homes)."""
    _rows.clear()
    connection.clear()
    read_manifest.cache_clear()

"""Run dbt models straight in DuckDB: Jinja with the project's macros, seeds from their files, mock tables for the rest."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import duckdb
import jinja2
import yaml

ROOT = Path(__file__).resolve().parents[4]
# Blocks that only dbt's own Jinja knows.
DBT_BLOCK = re.compile(r"{%-? *(test|materialization)\b")
MACRO_FILES = sorted((ROOT / "macros").rglob("*.sql"))


class Adapter:
    """Stands in for dbt's adapter: the default implementation of a dispatched macro."""

    def __init__(self) -> None:
        self.module: object = None

    def dispatch(self, name: str, package: str = "") -> object:
        return getattr(self.module, f"default__{name}")


@cache
def environment() -> jinja2.Environment:
    """A Jinja environment in which the project's macros can be called as in dbt."""
    sources = "\n".join(
        text
        for path in MACRO_FILES
        if not DBT_BLOCK.search(text := path.read_text(encoding="utf-8")) and "generate_" not in path.name
    )
    env = jinja2.Environment(extensions=["jinja2.ext.do"])
    adapter = Adapter()
    env.globals |= {
        "ref": lambda name: name,
        "config": lambda **_: "",
        "return": lambda value: value,
        "adapter": adapter,
        "target": SimpleNamespace(schema="main"),
    }
    adapter.module = env.from_string(sources).module
    env.globals |= {k: v for k, v in vars(adapter.module).items() if not k.startswith("_")}
    return env


@cache
def render(path: Path) -> str:
    """The SQL of one model, refs as plain table names."""
    return environment().from_string(path.read_text(encoding="utf-8")).render()


def model_path(name: str) -> Path:
    """The file of a model by its project-unique name."""
    found = list((ROOT / "models").rglob(f"{name}.sql"))
    assert len(found) == 1, f"{name}: {found}"
    return found[0]


def load_seeds(con: duckdb.DuckDBPyConnection, names: list[str]) -> None:
    """Seeds with the column types of their property files."""
    types: dict[str, dict[str, str]] = {}
    for path in (ROOT / "seeds").rglob("*.yml"):
        for seed in yaml.safe_load(path.read_text(encoding="utf-8")).get("seeds", []):
            types[seed["name"]] = seed.get("config", {}).get("column_types", {})
    for name in names:
        (path,) = (ROOT / "seeds").rglob(f"{name}.csv")
        columns = {k: v.upper() for k, v in types.get(name, {}).items()}
        options = f", types={columns!r}" if columns else ""
        con.execute(
            f"create or replace table {name} as select * from read_csv('{path}', header=true{options})"
        )


def build(con: duckdb.DuckDBPyConnection, names: list[str]) -> None:
    """The models as tables, each after those that it reads."""
    wanted = set(names)
    done: set[str] = set()

    def build_one(name: str) -> None:
        if name in done:
            return
        text = model_path(name).read_text(encoding="utf-8")
        for parent in re.findall(r"ref\(['\"](\w+)['\"]\)", text):
            if parent in wanted:
                build_one(parent)
        con.execute(f"create or replace table {name} as {render(model_path(name))}")
        done.add(name)

    for name in names:
        build_one(name)

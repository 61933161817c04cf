"""What the catalogue page needs to know about relations and pages."""

from __future__ import annotations

import ast
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from dashboards import data
from dashboards.components.frame import View
from dashboards.labels import NOT_APPLICABLE, is_missing
from shouzhi.warehouse.restated import READS

PAGES = {
    "risk": "风险总览",
    "region": "统筹区画像",
    "flows": "基金收支",
    "policy": "政策参数",
    "metrics": "指标口径",
    "data": "数据质量",
}
# no query of ours but a comparison of two builds, which reads relations too
RESTATEMENT = "restatement"
ROOT = Path(__file__).resolve().parents[1]


def _module_path(module: str) -> Path | None:
    path = ROOT.parent / (module.replace(".", "/") + ".py")
    return path if path.is_file() else None


@lru_cache(maxsize=64)
def _named(path: Path) -> tuple[frozenset[str], frozenset[Path]]:
    """The queries that a file names in calls, and the files of ours that it imports from."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    known = {query.stem for query in data.QUERIES.glob("*.sql")}
    queries, imports = set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "rows":
            queries |= {
                arg.value for arg in node.args if isinstance(arg, ast.Constant) and arg.value in known
            }
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "rows":
            queries |= {
                arg.value for arg in node.args if isinstance(arg, ast.Constant) and arg.value in known
            }
        if isinstance(node, ast.Attribute) and node.attr == RESTATEMENT:
            queries.add(RESTATEMENT)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("dashboards"):
            imports.add(_module_path(str(node.module)))
            imports |= {_module_path(f"{node.module}.{name.name}") for name in node.names}
    return frozenset(queries), frozenset(path for path in imports if path)


@lru_cache(maxsize=16)
def _read_by(page: str) -> frozenset[str]:
    todo, seen, queries = [ROOT / "app_pages" / f"{page}.py"], set(), set()
    while todo:
        path = todo.pop()
        if path in seen:
            continue
        seen.add(path)
        named, imports = _named(path)
        queries |= named
        todo += imports
    return frozenset(queries)


def queries_of(page: str) -> frozenset[str]:
    """Every query a page can run, itself or through the components it imports."""
    return _read_by(page) - {RESTATEMENT}


@lru_cache(maxsize=16)
def relations_of_page(page: str) -> frozenset[str]:
    """Every published relation a page reads."""
    read = {relation for query in queries_of(page) for relation in data.relations_of(query)}
    if RESTATEMENT in _read_by(page):
        read |= {*READS}
    return frozenset(read)


def relations_in(entry: dict[str, Any]) -> list[str]:
    """The relations that a catalogue entry names, whatever its column is called."""
    for column in ("source_relations", "relations", "relation"):
        value = entry.get(column)
        if isinstance(value, str) and value:
            return [part for part in re.split(r"[,;，、\s]+", value) if part]
    return []


def relation_names(view: View) -> dict[str, str]:
    """Relation → its Chinese name, as the models give it."""
    lineage = view.rows("lineage")
    return dict(zip(lineage["relation_name"], lineage["relation_label_zh"], strict=True))


def model_text(view: View, relation: str) -> str:
    """A relation by its Chinese name, and what it is built from; technical names in brackets, for who looks them up."""
    lineage = view.rows("lineage")
    found = lineage[lineage["relation_name"] == relation]
    name = relation_names(view).get(relation, relation)
    if found.empty:
        return f"{name}（{relation}）"
    return f"{name}（{relation}），由以下各表生成：{found.iloc[0]['depends_on']}"


def with_relation_names(view: View, frame: pd.DataFrame, column: str) -> pd.DataFrame:
    """The frame with the relations of a column (``a.b, c.d``) in Chinese."""
    names = relation_names(view)
    texts = [
        NOT_APPLICABLE
        if is_missing(cell)
        else "、".join(names.get(part, part) for part in str(cell).split(", "))
        for cell in frame[column]
    ]
    return frame.assign(**{column: texts})


# relations with one row per metric: a query that reads them shows whichever metric it is asked for
LONG_RELATIONS = {"deficit_warning.fct_warning", "prefecture_comparison.fct_prefecture_indicator"}
CATALOGUE_PAGE = "metrics"


@lru_cache(maxsize=16)
def _shown_by(page: str) -> frozenset[str]:
    """The queries of a page without those of the frame, which every page has."""
    frame, _ = _named(ROOT / "components" / "frame.py")
    return queries_of(page) - frame


def _shows(query: str, code: str, relations: set[str]) -> bool:
    """Whether a query brings a metric: it reads its relation and names its column (or takes all of them)."""
    read = data.relations_of(query) & relations
    if not read or read & LONG_RELATIONS:
        return bool(read)
    sql = data.strip_comments(data.sql_text(query))
    stem = code.removesuffix("_yuan")
    names = "|".join(re.escape(name) for name in {code, stem, f"{stem}_yuan", f"actual_{stem}_yuan"})
    return bool(re.search(rf"\b({names})\b|\.\*|select \*", sql))


def pages_using(code: str, relations: list[str]) -> list[tuple[str, str]]:
    """(page, title) of the pages that show a metric of these relations; the catalogue itself is none of them."""
    wanted = set(relations)
    return [
        (page, title)
        for page, title in PAGES.items()
        if page != CATALOGUE_PAGE and any(_shows(query, code, wanted) for query in _shown_by(page))
    ]


def _sources(lineage: pd.DataFrame) -> dict[str, list[str]]:
    return {
        str(row.relation_name): [
            part.strip() for part in str(row.depends_on or "").split(",") if part.strip()
        ]
        for row in lineage.itertuples()
    }


def upstream(lineage: pd.DataFrame, ends: list[str]) -> list[str]:
    """Some relations and everything they are built from, back to the received statements."""
    sources, found, front = _sources(lineage), [], list(ends)
    while front:
        name = front.pop(0)
        if name not in found:
            found.append(name)
            front += sources.get(name, [])
    return found


def lineage_dot(lineage: pd.DataFrame, ends: list[str]) -> str:
    """The graph of what some relations are directly built from, in DOT."""
    sources = _sources(lineage)
    lines = [
        'digraph { rankdir=LR; ranksep=1.2; node [shape=box, style=rounded, fontsize=12, fontname="sans-serif"];'
    ]
    lines += [f'"{source}" -> "{name}";' for name in ends for source in sources.get(name, [])]
    lines += [f'"{name}" [style="rounded,filled", fillcolor="#DCE8F2"];' for name in ends]
    return "\n".join([*lines, "}"])

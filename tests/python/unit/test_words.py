"""One word for one thing, wherever a user reads it: on the command line, on pages, in labels, in documents."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
READ_BY_USERS = ("README.md", "docs", "shouzhi", "dashboards", "models", "seeds", "expectations", "macros")
KINDS = {".md", ".py", ".sql", ".yml", ".yaml", ".csv"}


def lines() -> list[str]:
    paths = [
        path
        for name in READ_BY_USERS
        for path in [ROOT / name, *(ROOT / name).rglob("*")]
        if path.suffix in KINDS
    ]
    return [
        f"{path.relative_to(ROOT)}: {line}"
        for path in paths
        for line in path.read_text(encoding="utf-8").splitlines()
    ]


@pytest.mark.parametrize(
    ("other", "word", "excused"),
    [
        ("替代", "替换", ()),
        ("入湖", "入库", ()),
        ("装载", "入库", ()),
        # money goes back with a reversal; a file is 拒收, a version is gone back to (回退)
        ("退回", "拒收", ("冲正",)),
    ],
)
def test_one_word_stands_for_one_thing(other: str, word: str, excused: tuple[str, ...]) -> None:
    read = lines()
    assert any(word in line for line in read)
    assert [line for line in read if other in line and not any(each in line for each in excused)] == []


def test_pages_leave_no_english_word_of_the_framework_that_can_be_set() -> None:
    """A choice says 请选择 where it is empty; headings have no link that is named in English."""
    left = []
    for path in (ROOT / "dashboards").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                given = {keyword.arg for keyword in node.keywords}
                needed = {"selectbox": "placeholder", "subheader": "anchor", "title": "anchor"}.get(
                    node.func.attr
                )
                is_text = isinstance(node.func.value, ast.Constant)
                if needed and needed not in given and not is_text:
                    left.append(f"{path.name}:{node.lineno} {node.func.attr}")
    assert left == []

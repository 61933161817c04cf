"""Small feed files for tests: rows with sensible defaults, written as CSV, and the lake as relations."""

import csv
import io
from pathlib import Path
from typing import Any

import duckdb
import pytest

from shouzhi.intake import register, take_in
from shouzhi.intake.contract import Feed, load_feeds

DEFAULTS = {
    "date": "2024-01-15",
    "datetime": "2024-01-15 08:30:00",
    "month": "202401",
    "year": "2024",
    "period": "202401",
    "amount": "0",
    "number": "0",
    "ratio": "0.07",
    "area": "150102",
    "flag": "1",
    "text": "文字",
    "code": "310",
}
KEY = bytes(range(32))


@pytest.fixture(autouse=True)
def key_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A key of the test's own, outside the user's configuration."""
    path = tmp_path / "config" / "pseudonym.key"
    path.parent.mkdir()
    path.write_text(KEY.hex() + "\n", encoding="ascii")
    monkeypatch.setenv("SHOUZHI_KEY_FILE", str(path))
    return path


def feed(code: str) -> Feed:
    return load_feeds()[code]


def row(code: str, number: int, **values: Any) -> dict[str, str]:
    """One row of a feed: identifiers by ``number``, defaults for the rest; optional personal columns are left out."""
    made = {}
    for column in feed(code).columns:
        if column.required == "yes" or column.name in values or column.name in {"rid", "updt_time"}:
            given = values.get(column.name)
            default = f"15010{number:018d}" if column.type == "id" else DEFAULTS[column.type]
            made[column.name] = default if given is None and column.name not in values else str(given or "")
    return made


def rows(code: str, count: int, first: int = 1, **values: Any) -> list[dict[str, str]]:
    return [row(code, number, **values) for number in range(first, first + count)]


def csv_text(given: list[dict[str, str]], delimiter: str = ",", header: dict[str, str] | None = None) -> str:
    target = io.StringIO()
    names = list(given[0])
    writer = csv.writer(target, delimiter=delimiter, lineterminator="\n")
    writer.writerow([(header or {}).get(name, name) for name in names])
    writer.writerows([each.get(name, "") for name in names] for each in given)
    return target.getvalue()


def write_feed(
    folder: Path, name: str, given: list[dict[str, str]], encoding: str = "utf-8", **options: Any
) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(csv_text(given, **options).encode(encoding))
    return path


class Lake:
    """A lake in a folder of its own; every ``take`` is one delivery of files in a fresh folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._count = 0

    def folder(self) -> Path:
        self._count += 1
        path = self.root / f"in{self._count}"
        path.mkdir(parents=True)
        return path

    @property
    def path(self) -> Path:
        return self.root / "lake"

    def take(self, **files: list[dict[str, str]]):
        """Deliver files by name without suffix, as CSV."""
        folder = self.folder()
        for name, given in files.items():
            write_feed(folder, f"{name}.csv", given)
        return take_in(folder, self.path).report

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect() as connection:
            register(connection, self.path)
            return connection.execute(sql).fetchall()

    def control(self) -> tuple[Any, ...]:
        """Received, loaded, superseded, quarantined: rows and yuan; proven to add up per file, month and area."""
        uneven = self.ask(
            "select * from lake.feed_control where received_count <> loaded_count + superseded_count + quarantined_count"
            " or received_yuan <> loaded_yuan + superseded_yuan + quarantined_yuan"
        )
        assert uneven == []
        names = ("received", "loaded", "superseded", "quarantined")
        sums = ", ".join(f"sum({name}_count), sum({name}_yuan)" for name in names)
        return self.ask(f"select {sums} from lake.feed_control")[0]

"""Intake of ``setl_d`` against a plain ``COPY`` of the contract's columns as text, and peak memory at two sizes.

python benchmarks/intake_feed.py [ROWS] [FOLDER]

Four runs each in a process of its own, two threads: the plain COPY of the UTF-8 file, intake of the same file, intake
of it as GB18030, and intake of a file four times as long. Ratios are of wall seconds and of processor seconds of the
same run. The rows are made here, set-based; names are in them, as in a real extract.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from shouzhi.intake import take_in
from shouzhi.intake.contract import Feed, load_feeds

ROWS = 1_000_000
LONGER = 4
REPEATS = 3
PERSONAL = {"psn_name": "张三丰", "opter_name": "李四", "crter_name": "王五", "certno": "150102199001011234"}


def column_sql(feed: Feed, name: str) -> str:
    """One column of the made rows, by its contract type."""
    column, salt = feed.column(name), sum(map(ord, name))
    made = {
        "setl_id": "'15010000000000' || lpad(cast(i as varchar), 16, '0')",
        "rid": "'15' || lpad(cast(i as varchar), 28, '0')",
        "init_setl_id": "''",
        "psn_no": "'150102' || lpad(cast(hash(i, 1) % 100000 as varchar), 14, '0')",
        "setl_time": "strftime(timestamp '2024-01-01' + to_seconds(hash(i, 7) % 2600000), '%Y-%m-%d %H:%M:%S')",
        "insu_admdvs": "'1501' || lpad(cast(hash(i, 3) % 9 + 2 as varchar), 2, '0')",
        "insutype": "case when hash(i, 2) % 3 = 0 then '310' else '390' end",
        "opter_id": "'U' || cast(hash(i, 50) % 200 as varchar)",
        "crter_id": "'U' || cast(hash(i, 51) % 200 as varchar)",
    }
    kinds = {
        "id": f"'1501' || lpad(cast(hash(i, {salt}) % 5000 as varchar), 16, '0')",
        "area": "'150102'",
        "code": f"cast(hash(i, {salt}) % 4 + 11 as varchar)",
        "flag": "'1'",
        "year": "'2024'",
        "date": f"strftime(date '2024-01-01' + cast(hash(i, {salt}) % 31 as integer), '%Y-%m-%d')",
        "datetime": f"strftime(timestamp '2024-02-01' + to_seconds(hash(i, {salt}) % 2600000), '%Y-%m-%d %H:%M:%S')",
        "amount": f"cast(cast(hash(i, {salt}) % 900000 as decimal(12, 2)) / 100 as varchar)",
        "ratio": "'0.85'",
        "text": f"'{PERSONAL.get(name, '01')}'",
    }
    return f'{made.get(name, kinds[column.type])} as "{name}"'


def make_file(path: Path, rows: int) -> None:
    feed = load_feeds()["setl_d"]
    columns = ", ".join(column_sql(feed, column.name) for column in feed.columns)
    with duckdb.connect() as connection:
        connection.execute("set threads = 2; set memory_limit = '1GB'; set enable_progress_bar = false")
        connection.execute(f"copy (select {columns} from range({rows}) as made (i)) to '{path}' (header)")


def to_gb18030(source: Path, target: Path) -> None:
    with source.open(encoding="utf-8") as reader, target.open("w", encoding="gb18030") as writer:
        while piece := reader.read(1 << 22):
            writer.write(piece)


def plain(path: Path, folder: Path) -> None:
    feed = load_feeds()["setl_d"]
    names = ", ".join(f'"{column.name}"' for column in feed.columns if column.privacy != "drop")
    with duckdb.connect() as connection:
        connection.execute("set threads = 2; set enable_progress_bar = false; set memory_limit = '1GB'")
        connection.execute(
            f"copy (select {names} from read_csv('{path}', all_varchar = true)) to '{folder / 'plain.parquet'}'"
        )


def measured(kind: str, path: Path) -> dict[str, float]:
    """Run one measurement in a process of its own."""
    command = [sys.executable, __file__, "--one", kind, str(path)]
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        environment = os.environ | {"SHOUZHI_KEY_FILE": f"{folder}/config/pseudonym.key"}
        output = subprocess.run(
            [*command, folder], check=True, capture_output=True, text=True, env=environment
        ).stdout
    return json.loads(output.splitlines()[-1])


def one(kind: str, path: Path, folder: Path) -> None:
    source = folder / "in"
    source.mkdir()
    os.link(path, source / "setl_d_202401.csv")
    load_feeds()
    started, used = time.monotonic(), processor_seconds()
    if kind == "plain":
        plain(path, folder)
    else:
        report = take_in(source, folder / "lake").report
        assert report.status == "clean", report.render()
    facts = {
        "wall": time.monotonic() - started,
        "processor": processor_seconds() - used,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    print(json.dumps(facts))


def processor_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    with tempfile.TemporaryDirectory(dir=sys.argv[2] if len(sys.argv) > 2 else None) as name:
        folder = Path(name)
        utf8, gb18030, longer = (folder / f"{each}.csv" for each in ("utf8", "gb18030", "longer"))
        make_file(utf8, rows)
        to_gb18030(utf8, gb18030)
        make_file(longer, LONGER * rows)
        print(f"{rows:,} rows, {utf8.stat().st_size / 2**20:,.0f} MB; best of {REPEATS} by wall, two threads")
        best = {
            kind: min((measured(kind, path) for _ in range(REPEATS)), key=lambda each: each["wall"])
            for kind, path in (("plain", utf8), ("utf8", utf8), ("gb18030", gb18030))
        }
        best["longer"] = measured("longer", longer)
    base = best["plain"]
    for kind, label in (
        ("plain", "plain COPY"),
        ("utf8", "intake UTF-8"),
        ("gb18030", "intake GB18030"),
        ("longer", f"intake UTF-8, {LONGER} times the rows"),
    ):
        facts, factor = best[kind], LONGER if kind == "longer" else 1
        print(
            f"{label:34} {facts['wall']:7.1f} s {facts['processor']:7.1f} cpu s"
            f"  ÷ plain {facts['wall'] / base['wall'] / factor:5.2f} wall"
            f" {facts['processor'] / base['processor'] / factor:5.2f} cpu  peak {facts['peak']:6.0f} MB"
        )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        one(sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]))
    else:
        main()

"""Variable cost of the build against one ``CREATE TABLE`` of the rows that it is made from.

    python -m benchmarks.build_variable [SETTLEMENTS ...]        (default: 1000000 10000000)
    python -m benchmarks.build_variable --home HOME [HOME ...]   (homes whose lake is filled already)

For each size: a sample region with about that many settlements goes into a new home; then the home's builds are taken
away and everything is built again from the lake alone. variable = that run - the same run over a tiny lake (fixed);
it is divided by the seconds that DuckDB takes, with the same memory and threads, for a table of the settlements and
contributions that stand. Memory is the highest resident size of the run.
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import duckdb

from shouzhi.home import existing_home
from shouzhi.intake import lake

ROOT = Path(__file__).resolve().parents[1]
MONTHS = 48
SETTLEMENTS_PER_PERSON = 14.4
TINY_PERSONS = 100
TABLES = ("setl_d", "staf_psn_clct_detl_d", "rsdt_psn_clct_detl_d")


def shouzhi(*arguments: object) -> None:
    command = [sys.executable, "-m", "shouzhi.cli", *map(str, arguments)]
    result = subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode not in {0, 1}:
        sys.exit(result.stdout + result.stderr)


def filled_home(folder: Path, persons: int, months: int) -> Path:
    """A home whose lake holds a sample of that size; its extracts are removed again."""
    home, extracts = folder / f"home{persons}", folder / f"extracts{persons}"
    shouzhi("synth", extracts, "--persons", persons, "--months", months, "--scenario", "steady")
    shouzhi("init", "--home", home, "--region", "neimenggu")
    taking_in = (
        "import sys; from pathlib import Path; from shouzhi.intake import take_in; "
        "take_in(Path(sys.argv[1]), Path(sys.argv[2]) / 'lake')"
    )
    subprocess.run([sys.executable, "-c", taking_in, extracts, home], cwd=ROOT, check=True)
    shutil.rmtree(extracts)
    return home


def cpu_seconds(who: int) -> float:
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


def rebuilt(home: Path, nothing: Path) -> dict[str, Any]:
    """The run log's entry of a run that takes nothing in and builds everything, with its processor seconds."""
    shutil.rmtree(home / "builds", ignore_errors=True)
    (home / "CURRENT").unlink(missing_ok=True)
    before = cpu_seconds(resource.RUSAGE_CHILDREN)
    shouzhi("run", nothing, "--home", home)
    return last_entry(home) | {"cpu": cpu_seconds(resource.RUSAGE_CHILDREN) - before}


def last_entry(home: Path) -> dict[str, Any]:
    return json.loads((home / "run_log.jsonl").read_text(encoding="utf-8").splitlines()[-1])


def create_table_seconds(home: Path, folder: Path) -> tuple[float, float, dict[str, int]]:
    """Wall and processor seconds of the tables, and their rows."""
    place = existing_home(home)
    target = folder / "create_table.duckdb"
    counts = {}
    with duckdb.connect(str(target)) as con:
        con.execute(f"set memory_limit = '{place.config.memory_limit_gb}GB'")
        con.execute(f"set threads = {place.config.threads}")
        con.execute("set preserve_insertion_order = false")
        lake.register(con, place.lake)
        started, before = time.monotonic(), cpu_seconds(resource.RUSAGE_SELF)
        for table in TABLES:
            con.execute(f"create table standing_{table} as select * from lake.{table}")
        con.execute("checkpoint")
        seconds, cpu = time.monotonic() - started, cpu_seconds(resource.RUSAGE_SELF) - before
        for table in TABLES:
            counts[table] = con.execute(f"select count(*) from standing_{table}").fetchall()[0][0]
    target.unlink()
    return seconds, cpu, counts


def measured(home: Path, fixed: dict[str, Any], folder: Path, nothing: Path) -> None:
    entry = rebuilt(home, nothing)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
    seconds, cpu, counts = create_table_seconds(home, folder)
    contributions = counts["staf_psn_clct_detl_d"] + counts["rsdt_psn_clct_detl_d"]
    variable = entry["seconds"] - fixed["seconds"]
    print(
        f"{counts['setl_d']:,} settlements, {contributions:,} contributions:"
        f" run {entry['seconds']:.1f} s - fixed {fixed['seconds']:.1f} s = variable {variable:.1f} s;"
        f" CREATE TABLE {seconds:.1f} s; ratio {variable / seconds:.2f}"
    )
    print(
        f"  processor seconds: variable {entry['cpu'] - fixed['cpu']:.1f}, CREATE TABLE {cpu:.1f},"
        f" ratio {(entry['cpu'] - fixed['cpu']) / cpu:.2f}; peak memory of a process so far {peak:.1f} GB"
    )
    steps = ", ".join(f"{name} {value:.1f}" for name, value in entry["step_seconds"].items())
    print(f"  steps: {steps}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("settlements", nargs="*", type=int)
    parser.add_argument("--home", nargs="*", type=Path, default=[])
    given = parser.parse_args()
    sizes = given.settlements or ([] if given.home else [1_000_000, 10_000_000])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        nothing = folder / "nothing"
        nothing.mkdir()
        fixed = rebuilt(filled_home(folder, TINY_PERSONS, 1), nothing)
        print(
            f"fixed: {fixed['seconds']:.1f} s, {fixed['cpu']:.1f} processor seconds ({TINY_PERSONS} persons, one month)",
            flush=True,
        )
        for home in given.home:
            measured(home, fixed, folder, nothing)
        for size in sizes:
            home = filled_home(folder, round(size / SETTLEMENTS_PER_PERSON), MONTHS)
            measured(home, fixed, folder, nothing)
            shutil.rmtree(home)


if __name__ == "__main__":
    main()

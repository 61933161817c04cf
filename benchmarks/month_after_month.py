"""Cost of one more month after 12 and after 36 months.

    python -m benchmarks.month_after_month [PERSONS]        (default: 100000)

The sample's first months go in at once, the next month as a second delivery: the whole command of the second run is
measured, intake included. Target: <= fixed + 2 x variable(36) / 36, and the same after 12 and after 36 within 20 %.
The sample delivers the whole enrolment list with December and with the last month of a run; months within the year have
none. The next month is such a month, and the last one, with the list, is measured as a third delivery beside it.
The fixed cost is measured three times between the others, because a machine's speed drifts: the mean counts.
"""

import os
import re
import resource
import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks.build_variable import TINY_PERSONS, cpu_seconds, last_entry, shouzhi

YEAR = 2022


def month_label(number: int) -> str:
    return f"{YEAR + (number - 1) // 12}{(number - 1) % 12 + 1:02d}"


def label_of(name: str) -> str:
    """The period in a file's name; a year's file comes with the last month of its year."""
    found = re.search(r"_(\d{6}|\d{4})(?:\D|$)", name)
    label = found.group(1) if found else "000000"
    return label if len(label) == 6 else f"{label}12"


def moved(source: Path, target: Path, until: str) -> None:
    """Move the files up to a month into a delivery of their own."""
    target.mkdir()
    for path in sorted(source.iterdir()):
        if path.is_file() and path.suffix in {".csv", ".xlsx"} and label_of(path.name) <= until:
            path.rename(target / path.name)


def run_seconds(what: str, extracts: Path, home: Path) -> tuple[float, float]:
    """Wall and processor seconds of one run; a line about it."""
    # a month is not delivered while the disk still writes what a load of years left in memory
    os.sync()
    before = cpu_seconds(resource.RUSAGE_CHILDREN)
    shouzhi("run", extracts, "--home", home)
    entry, cpu = last_entry(home), cpu_seconds(resource.RUSAGE_CHILDREN) - before
    steps = ", ".join(f"{name} {seconds:.1f}" for name, seconds in entry["step_seconds"].items())
    print(f"{what}: {entry['seconds']:.1f} s, {cpu:.1f} processor seconds ({steps})", flush=True)
    return entry["seconds"], cpu


def main(persons: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shouzhi("synth", folder / "tiny", "--persons", TINY_PERSONS, "--months", 1, "--scenario", "steady")

        def fixed_seconds(number: int) -> tuple[float, float]:
            what = f"fixed, {TINY_PERSONS} persons and one month"
            return run_seconds(what, folder / "tiny", folder / f"tiny_home{number}")

        fixed = [fixed_seconds(0)]
        first: dict[int, tuple[float, float]] = {}
        more: dict[int, tuple[float, float]] = {}
        listed: dict[int, tuple[float, float]] = {}
        for months in (12, 36):
            source, home = folder / f"source{months}", folder / f"home{months}"
            shouzhi("synth", source, "--persons", persons, "--months", months + 2, "--scenario", "steady")
            parts = [folder / f"{name}{months}" for name in ("first", "more", "listed")]
            for later, part in enumerate(parts):
                moved(source, part, month_label(months + later))
            first[months] = run_seconds(f"{months} months at once", parts[0], home)
            more[months] = run_seconds(f"month {months + 1}", parts[1], home)
            listed[months] = run_seconds(f"month {months + 2}, with the enrolment list", parts[2], home)
            fixed.append(fixed_seconds(months))
            for each in (source, home, *parts):
                shutil.rmtree(each)
        for number, kind in enumerate(("wall", "processor")):
            mean = sum(each[number] for each in fixed) / len(fixed)
            limit = mean + 2 * (first[36][number] - mean) / 36
            print(
                f"{kind} seconds: limit fixed + 2 x variable(36) / 36 = {limit:.1f};"
                f" month 37 {more[36][number]:.1f}; after 36 / after 12 = {more[36][number] / more[12][number]:.2f};"
                f" with the list {listed[36][number]:.1f}; {listed[36][number] / listed[12][number]:.2f}"
            )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)

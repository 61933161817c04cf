"""Cost of one more month after 12 and after 36 months.

    python -m benchmarks.month_after_month [PERSONS]        (default: 100000)

The sample's first months go in at once, the next month as a second delivery: the whole command of the second run is
measured, intake included. Target: <= fixed + 2 x variable(36) / 36, and the same after 12 and after 36 within 20 %.
The sample delivers the whole enrolment list with December and with the last month of a run; months within the year have
none. The next month is such a month, and the last one, with the list, is measured as a third delivery beside it.
A machine's speed drifts by a fifth within minutes: every run is measured in units of the fixed cost just before and after it,
in rounds whose medians count, and told in seconds of the median fixed cost.
"""

import os
import re
import resource
import shutil
import sys
import tempfile
from pathlib import Path
from statistics import median

from benchmarks.build_variable import TINY_PERSONS, cpu_seconds, last_entry, shouzhi

YEAR = 2022
ROUNDS = 3
# wall and processor
Seconds = tuple[float, ...]


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


def run_seconds(what: str, extracts: Path, home: Path) -> Seconds:
    """Wall and processor seconds of one run; a line about it."""
    # a month is not delivered while the disk still writes what a load of years left in memory
    os.sync()
    before = cpu_seconds(resource.RUSAGE_CHILDREN)
    shouzhi("run", extracts, "--home", home)
    entry, cpu = last_entry(home), cpu_seconds(resource.RUSAGE_CHILDREN) - before
    steps = ", ".join(f"{name} {seconds:.1f}" for name, seconds in entry["step_seconds"].items())
    print(f"{what}: {entry['seconds']:.1f} s, {cpu:.1f} processor seconds ({steps})", flush=True)
    return entry["seconds"], cpu


def deliveries(folder: Path, persons: int, months: int) -> list[tuple[str, Path]]:
    """The sample as it would come: its first months, the next one, and the last with the list."""
    source, parts = folder / "source", [folder / f"{months + later}" for later in (0, 1, 2)]
    shouzhi("synth", source, "--persons", persons, "--months", months + 2, "--scenario", "steady")
    for later, part in enumerate(parts):
        moved(source, part, month_label(months + later))
    shutil.rmtree(source)
    names = (
        f"{months} months at once",
        f"month {months + 1}",
        f"month {months + 2}, with the enrolment list",
    )
    return list(zip(names, parts, strict=True))


def main(persons: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tiny, home = folder / "tiny", folder / "home"
        shouzhi("synth", tiny, "--persons", TINY_PERSONS, "--months", 1, "--scenario", "steady")
        given = [deliveries(folder, persons, 12), deliveries(folder, persons, 36)]
        fixed: list[Seconds] = []
        times: dict[str, list[Seconds]] = {what: [] for each in given for what, _ in each}

        def measure_fixed() -> None:
            fixed.append(
                run_seconds(f"fixed, {TINY_PERSONS} persons and one month", tiny, folder / "tiny_home")
            )
            shutil.rmtree(folder / "tiny_home")

        for _ in range(ROUNDS):
            measure_fixed()
            for each in given:
                for what, extracts in each:
                    taken = run_seconds(what, extracts, home)
                    measure_fixed()
                    times[what].append(tuple(map(in_fixed, taken, *fixed[-2:])))
                shutil.rmtree(home)
        for number, kind in enumerate(("wall", "processor")):
            unit = median(each[number] for each in fixed)
            _, more12, listed12, all36, more36, listed36 = (
                unit * median(each[number] for each in taken) for taken in times.values()
            )
            print(
                f"{kind} seconds: fixed {unit:.1f}; 36 months at once {all36:.1f};"
                f" limit fixed + 2 x variable(36) / 36 = {unit + 2 * (all36 - unit) / 36:.1f};"
                f" month 37 {more36:.1f}; after 36 / after 12 = {more36 / more12:.2f};"
                f" with the list {listed36:.1f}; {listed36 / listed12:.2f}"
            )


def in_fixed(taken: float, before: float, after: float) -> float:
    """A time in units of the fixed cost as it was just before and just after."""
    return taken / ((before + after) / 2)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)

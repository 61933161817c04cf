"""Cost of one more month after 12 and after 36 months.

    python -m benchmarks.month_after_month [PERSONS]        (default: 100000)

The sample's first months go in at once, the next month as a second delivery: the whole command of the second run is
measured, intake included. Target: <= fixed + 2 x variable(36) / 36, and the same after 12 and after 36 within 20 %.
"""

import re
import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks.build_variable import TINY_PERSONS, last_entry, shouzhi

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


def run_seconds(extracts: Path, home: Path) -> tuple[float, dict[str, float]]:
    shouzhi("run", extracts, "--home", home)
    entry = last_entry(home)
    return entry["seconds"], entry["step_seconds"]


def steps_text(steps: dict[str, float]) -> str:
    return ", ".join(f"{name} {seconds:.1f}" for name, seconds in steps.items())


def main(persons: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shouzhi("synth", folder / "tiny", "--persons", TINY_PERSONS, "--months", 1, "--scenario", "steady")
        fixed, _ = run_seconds(folder / "tiny", folder / "tiny_home")
        print(f"fixed: {fixed:.1f} s ({TINY_PERSONS} persons, one month)", flush=True)
        more: dict[int, float] = {}
        limit = 0.0
        for months in (12, 36):
            source, home = folder / f"source{months}", folder / f"home{months}"
            shouzhi("synth", source, "--persons", persons, "--months", months + 1, "--scenario", "steady")
            moved(source, folder / f"first{months}", month_label(months))
            moved(source, folder / f"more{months}", month_label(months + 1))
            first, steps = run_seconds(folder / f"first{months}", home)
            print(f"{months} months at once: {first:.1f} s ({steps_text(steps)})", flush=True)
            more[months], steps = run_seconds(folder / f"more{months}", home)
            print(f"month {months + 1}: {more[months]:.1f} s ({steps_text(steps)})", flush=True)
            limit = fixed + 2 * (first - fixed) / months
            for each in (source, home, folder / f"first{months}", folder / f"more{months}"):
                shutil.rmtree(each)
        print(f"limit fixed + 2 x variable(36) / 36: {limit:.1f} s")
        print(f"after 36 / after 12: {more[36] / more[12]:.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)

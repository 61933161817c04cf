"""Seconds, rows and peak memory of ``shouzhi synth`` at growing numbers of persons, each in a process of its own.

python benchmarks/synth_time.py [MONTHS] [PERSONS ...]      (48 months; 100,000 and 400,000 persons by default)

Wall seconds depend on what else the machine does; processor seconds (user + system) much less. Linear means no more
microseconds of processor a person and month (about a second of every run is fixed); memory must not grow with persons
beyond the range that is worked on at a time (``output.RANGE``).
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ONE_RUN = """
import json, resource, sys, time
from pathlib import Path
from shouzhi.synthetic import generate
started = time.monotonic()
rows = generate(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), 1, "deficit", "202201")
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps([time.monotonic() - started, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, sum(rows.values())]))
"""


def measure(persons: int, months: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-c", ONE_RUN, f"{folder}/extracts", str(persons), str(months)]
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        result = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        wall, processor, memory, rows = json.loads(result.stdout)
        size = sum(path.stat().st_size for path in Path(folder).rglob("*.csv")) / 1e6
    each = processor / persons / months * 1e6
    print(
        f"{persons:,} persons × {months} months: {wall:.1f} s wall, {processor:.1f} s processor, {rows:,} rows,"
        f" {size:,.0f} MB, peak memory {memory:,.0f} MB, {each:.2f} µs of processor a person and month"
    )


def main() -> None:
    months = int(sys.argv[1]) if len(sys.argv) > 1 else 48
    for persons in [int(text) for text in sys.argv[2:]] or [100_000, 400_000]:
        measure(persons, months)


if __name__ == "__main__":
    main()

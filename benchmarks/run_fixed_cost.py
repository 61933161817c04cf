"""Fixed cost of ``shouzhi run``: a tiny input into a new home, an unchanged and a corrected delivery, and another new home.

The first home is that of a product version that dbt has never parsed; the others find what it parsed.

    python benchmarks/run_fixed_cost.py [REPEATS]

Prints the wall and processor seconds of the whole command and where the wall seconds go, from the run log of the home itself.
"""

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
STATEMENT = """\
period,measure,admdvs,admdvs_name,fund_code,statement,account_name,side,amount,unit
2024,,150100,呼和浩特市,390100,决算,上年结余,,1000.00,元
2024,,150100,呼和浩特市,390100,决算,保险费收入,收入,600.00,元
2024,,150100,呼和浩特市,390100,决算,社会保险待遇支出,支出,{amount},元
"""


def processor_seconds() -> float:
    """User and system seconds of the commands that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def timed_run(extracts: Path, home: Path) -> dict[str, float]:
    """Seconds of the command and of its steps."""
    started, used = time.monotonic(), processor_seconds()
    command = [sys.executable, "-m", "shouzhi.cli", "run", str(extracts), "--home", str(home)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    wall = time.monotonic() - started
    if result.returncode not in {0, 1}:
        sys.exit(result.stdout + result.stderr)
    entry = json.loads((home / "run_log.jsonl").read_text(encoding="utf-8").splitlines()[-1])
    return {
        "wall": round(wall, 2),
        "processor": round(processor_seconds() - used, 2),
        "start and imports": round(wall - entry["seconds"], 2),
        **entry["step_seconds"],
    }


DELIVERIES = (
    ("new home, nothing parsed", "home", "500.00"),
    ("unchanged", "home", "500.00"),
    ("corrected", "home", "510.00"),
    ("another new home", "other", "500.00"),
)


def main(repeats: int) -> None:
    for number in range(1, repeats + 1):
        shutil.rmtree(ROOT / "target" / "parse", ignore_errors=True)
        with tempfile.TemporaryDirectory() as folder:
            extracts = Path(folder) / "extracts"
            extracts.mkdir()
            statement = extracts / "fund_statement_2024.csv"
            for label, home, amount in DELIVERIES:
                statement.write_text(STATEMENT.format(amount=amount), encoding="utf-8")
                parts = timed_run(extracts, Path(folder) / home)
                listed = ", ".join(
                    f"{name} {seconds:.1f}"
                    for name, seconds in parts.items()
                    if name not in {"wall", "processor"}
                )
                print(
                    f"run {number}, {label}: {parts['wall']:.1f} s, processor {parts['processor']:.1f} s ({listed})",
                    flush=True,
                )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1)

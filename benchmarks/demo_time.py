"""Wall seconds of ``make demo SERVE=0`` after set-up, into new homes.

python benchmarks/demo_time.py
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        settings = [f"HOME_DIR={folder}/var", f"PUBLIC_DIR={folder}/var-public", "SERVE=0"]
        started = time.monotonic()
        result = subprocess.run(
            ["make", "--no-print-directory", "demo", *settings],
            cwd=ROOT,
            env=os.environ,
            capture_output=True,
            text=True,
            check=False,
        )
        seconds = time.monotonic() - started
    if result.returncode != 0:
        sys.exit(result.stdout + result.stderr)
    print(f"make demo SERVE=0: {seconds:.1f} s")


if __name__ == "__main__":
    main()

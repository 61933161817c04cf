"""Great Expectations starts without the modules that no check of ours needs, and finds them when it does."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[4]


def said(program: str) -> str:
    command = [sys.executable, "-c", program]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def test_the_checks_do_not_load_scipy_stats() -> None:
    program = "import sys, expectations.runner; print('scipy.stats._stats_py' in sys.modules)"
    assert said(program) == "False\n"


def test_what_is_asked_for_is_loaded() -> None:
    program = (
        "import expectations.runner\n"
        "from great_expectations.expectations.core import expect_column_kl_divergence_to_be_less_than as divergence\n"
        "print(float(divergence.stats.entropy([0.5, 0.5], [0.5, 0.5])))\n"
        "import scipy.stats\n"
        "print(scipy.stats is divergence.stats)\n"
    )
    assert said(program) == "0.0\nTrue\n"


def test_whoever_looks_through_all_modules_does_not_load_scipy_stats() -> None:
    program = (
        "import inspect, sys, expectations.runner\n"
        "found = [inspect.getmodule(frame[0]) for frame in inspect.stack()]\n"
        "print('scipy.stats' in sys.modules, 'scipy.stats._stats_py' in sys.modules)"
    )
    assert said(program) == "True False\n"

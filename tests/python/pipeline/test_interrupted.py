"""A run that ends before its build: by Ctrl+C while dbt works, or early while the imports still go on."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.pipeline

ROOT = Path(__file__).resolve().parents[3]
# The command line, told when the first model of dbt has run.
RUN_AND_TELL = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from shouzhi import cli
from shouzhi.warehouse import dbt_events

fire = dbt_events.WarningsAndErrors.fire_event

def told(self, e, *more, **named):
    if type(e).__name__ == "NodeFinished":
        print("node", flush=True, file=sys.__stdout__)
    fire(self, e, *more, **named)

dbt_events.WarningsAndErrors.fire_event = told
cli.main(sys.argv[1:])
"""
# The command line, whose imports begin at once and whose delivery is refused at once.
END_EARLY = """
import sys
from shouzhi import cli, run
from shouzhi.errors import UserError

def refuse(extracts, lake_root, progress, when_new):
    when_new()
    raise {error}

run.take_in_apart = refuse
cli.main(sys.argv[1:])
"""


def started(program: str, *arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", program, *(str(each) for each in arguments)]
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_while_dbt_works_publishes_nothing(
    tiny_extracts: Path, tmp_path: Path, shouzhi: Callable, number: signal.Signals
) -> None:
    home = tmp_path / "home"
    running = started(RUN_AND_TELL, "run", tiny_extracts, "--home", home)
    assert running.stdout is not None and "node\n" in iter(running.stdout.readline, "")
    running.send_signal(number)
    _, said = running.communicate(timeout=120)
    assert running.returncode == 2, said
    told = "已中断，没有发布新的版本。本次的报表已经入库，下一次运行时发布。"
    assert said.splitlines()[-1] == told and "Traceback" not in said
    assert not (home / "CURRENT").exists()
    log = json.loads((home / "run_log.jsonl").read_text(encoding="utf-8"))
    assert (log["exit_code"], log["message"]) == (2, told)

    again = shouzhi("run", tiny_extracts, "--home", home)
    assert again.returncode == 0, again.stdout + again.stderr
    assert (home / "CURRENT").exists()


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        ('UserError("没有发布。")', "没有发布。"),
        ("KeyboardInterrupt", "已中断，没有发布新的版本。"),
        # as DuckDB tells of Ctrl+C in the midst of a statement
        ('RuntimeError("Query interrupted")', "已中断，没有发布新的版本。"),
    ],
)
def test_a_run_that_ends_early_waits_for_its_imports(
    tiny_extracts: Path, tmp_path: Path, error: str, sentence: str
) -> None:
    running = started(END_EARLY.format(error=error), "run", tiny_extracts, "--home", tmp_path / "home")
    _, said = running.communicate(timeout=120)
    assert running.returncode == 2
    assert said.splitlines()[-1] == sentence and "Traceback" not in said, said

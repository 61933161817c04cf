"""Work in a process of its own: what it returns, raises and says is here as if it had been done here."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from shouzhi import own_process
from shouzhi.errors import UserError
from shouzhi.home import PRODUCT_ROOT
from shouzhi.intake.contract import load_feeds
from shouzhi.progress import Progress, silent

Work = Callable[[Progress, Callable[[], None]], object]
# A process that tells its own number and that of its child, which would work for a minute.
LONG_WORK = """
import os, signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)
from shouzhi import own_process
from shouzhi.progress import silent

def work(told, tell_new):
    print(os.getpid(), flush=True)
    time.sleep(60)

own_process.call(work, silent(), lambda: None)
"""
# The same with one that waits to be told.
LONG_WAIT = """
import os, signal, time
signal.signal(signal.SIGINT, signal.default_int_handler)
from shouzhi import own_process

with own_process.waiting(lambda: print(os.getpid(), flush=True), print) as process:
    process.get_ready()
    time.sleep(60)
"""


def done(work: Work) -> object:
    return own_process.call(work, silent(), lambda: None)


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and waits to be asked does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def ends(pid: int) -> bool:
    until = time.monotonic() + 20
    while is_alive(pid) and time.monotonic() < until:
        time.sleep(0.02)
    return not is_alive(pid)


def test_it_returns_what_the_work_returns_from_another_process() -> None:
    pid, feed = done(lambda told, tell_new: (os.getpid(), load_feeds()["setl_d"]))
    assert pid != os.getpid()
    assert feed is load_feeds()["setl_d"], "a feed is the one of its code"


def test_lines_and_news_come_here_in_their_order() -> None:
    stream, seen = io.StringIO(), []

    def work(told: Progress, tell_new: Callable[[], None]) -> None:
        told.line("一")
        tell_new()
        with told.step("二"):
            pass

    own_process.call(
        work, Progress(stream), lambda: seen.append((os.getpid(), stream.getvalue().count("\n")))
    )
    assert [line.split("] ")[1] for line in stream.getvalue().splitlines()] == ["一", "二"]
    assert seen == [(os.getpid(), 1)]


def test_a_users_mistake_keeps_its_sentence_and_its_code() -> None:
    def work(*_: object) -> None:
        raise UserError("不行。", exit_code=7)

    with pytest.raises(UserError) as caught:
        done(work)
    assert (str(caught.value), caught.value.sentence, caught.value.exit_code) == ("不行。", "不行。", 7)
    assert any("in work" in note for note in caught.value.__notes__), "where it was raised"


def test_an_error_that_cannot_be_sent_is_told() -> None:
    class Local(Exception):
        pass

    def work(*_: object) -> None:
        raise Local("坏了")

    with pytest.raises(RuntimeError) as caught:
        done(work)
    assert str(caught.value) == "Local: 坏了"


def test_an_error_of_whoever_is_told_ends_the_work() -> None:
    def work(told: Progress, tell_new: Callable[[], None]) -> None:
        told.line(str(os.getpid()))
        tell_new()
        time.sleep(60)

    def refuse() -> None:
        raise UserError("没有地方。")

    stream = io.StringIO()
    with pytest.raises(UserError, match="没有地方"):
        own_process.call(work, Progress(stream), refuse)
    assert ends(int(stream.getvalue().split()[-1]))


def test_a_killed_process_is_told_with_its_signal() -> None:
    with pytest.raises(own_process.Killed) as caught:
        done(lambda *_: os.kill(os.getpid(), signal.SIGKILL))
    assert caught.value.signal_number == signal.SIGKILL


def test_one_that_waits_gets_ready_and_answers_as_often_as_it_is_asked() -> None:
    done_before: list[int] = []

    def work(number: int) -> tuple[int, list[int]]:
        if number == 0:
            raise UserError("零不行。", exit_code=7)
        return os.getpid(), [number, *done_before]

    with own_process.waiting(lambda: done_before.append(99), work) as process:
        process.get_ready()
        pid, found = process.ask(1)
        assert (found, done_before) == ([1, 99], []), "it is not done here"
        with pytest.raises(UserError, match="零不行") as caught:
            process.ask(0)
        assert caught.value.exit_code == 7
        assert process.ask(2) == (pid, [2, 99])
        assert pid != os.getpid() and is_alive(pid)
    assert ends(pid)


def test_one_that_could_not_get_ready_works_all_the_same() -> None:
    def get_ready() -> None:
        raise ImportError("没有这个模块")

    with own_process.waiting(get_ready, lambda: "做完") as process:
        process.get_ready()
        assert process.ask() == "做完"


def test_one_that_was_killed_while_it_waited_is_told_when_it_is_asked() -> None:
    with own_process.waiting(lambda: None, os.getpid) as process:
        os.kill(process.ask(), signal.SIGKILL)
        process.get_ready()
        with pytest.raises(own_process.Killed) as caught:
            process.ask()
    assert caught.value.signal_number == signal.SIGKILL


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("parent", [LONG_WORK, LONG_WAIT])
def test_it_ends_with_its_parent(parent: str, number: signal.Signals) -> None:
    running = subprocess.Popen(
        [sys.executable, "-c", parent],
        cwd=PRODUCT_ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert running.stdout is not None
    child = int(running.stdout.readline())
    assert child != running.pid and is_alive(child)
    running.send_signal(number)
    assert running.wait(timeout=20) != 0
    assert ends(child)

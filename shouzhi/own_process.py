"""Work in a process of its own, for what would otherwise wait for the interpreter that imports modules meanwhile.

The process is forked: it has whatever its parent has loaded, at once. It works at once (``call``) or waits to be told
(``waiting``), tells its progress and what it found over a pipe, ends with its parent in whatever way that ends, and leaves Ctrl+C to it.
"""

import contextlib
import gc
import multiprocessing
import os
import pickle
import signal
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, TypeVar

from shouzhi.interruption import SIGNALS
from shouzhi.progress import Progress

Result = TypeVar("Result")
LOW_PRIORITY = 10
FORK = multiprocessing.get_context("fork")


class Killed(Exception):
    """The process ended before its work did; ``signal_number`` says what ended it, 0 where no signal did."""

    def __init__(self, signal_number: int) -> None:
        super().__init__(f"ended by signal {signal_number}")
        self.signal_number = signal_number


class _Sent(Progress):
    """A reporter whose lines are printed by the parent, which knows since when it counts."""

    def __init__(self, sender: Connection) -> None:
        super().__init__()
        self._sender = sender
        self._sending = threading.Lock()

    def line(self, text: str) -> None:
        self.send("line", text)

    def send(self, kind: str, content: Any) -> None:
        with self._sending:
            self._sender.send((kind, content))


def call(
    work: Callable[[Progress, Callable[[], None]], Result],
    progress: Progress,
    when_new: Callable[[], object],
) -> Result:
    """Return what ``work`` returns, or raise what it raises; it is given a progress and ``when_new`` to call from there.

    Raises ``Killed`` where somebody or the system ended the process.
    """
    receiver, sender = FORK.Pipe(duplex=False)
    with _forked(_work, work, sender) as process:
        sender.close()
        try:
            while True:
                kind, content = _received(receiver, process)
                match kind:
                    case "line":
                        progress.line(content)
                    case "new":
                        when_new()
                    case "raised":
                        raise content
                    case _:
                        return content
        finally:
            receiver.close()


class Waiting:
    """A process that does nothing until it is told to."""

    def __init__(self, process: BaseProcess, pipe: Connection) -> None:
        self._process = process
        self._pipe = pipe

    def get_ready(self) -> None:
        """Have it do what needs no question yet; a process that is gone is told with the answer."""
        with contextlib.suppress(OSError):
            self._pipe.send(("get_ready", ()))

    def ask(self, *arguments: Any) -> Any:
        """What the work returns for these arguments, or what it raises; ``Killed`` where the process is gone."""
        with contextlib.suppress(OSError):
            self._pipe.send(("work", arguments))
        kind, content = _received(self._pipe, self._process)
        if kind == "raised":
            raise content
        return content


@contextmanager
def waiting(get_ready: Callable[[], object], work: Callable[..., Any]) -> Iterator[Waiting]:
    """A process that stands by until this is left; begin it before any thread.

    What ``get_ready`` raises, ``work`` meets again.
    """
    here, there = FORK.Pipe()
    with _forked(_wait, get_ready, work, here, there) as process:
        there.close()
        try:
            yield Waiting(process, here)
        finally:
            here.close()


@contextmanager
def _forked(target: Callable[..., None], *arguments: Any) -> Iterator[BaseProcess]:
    """A child that is there as long as this is."""
    process = FORK.Process(target=target, args=arguments, name="own process", daemon=True)
    with _interruption_held():
        process.start()
    try:
        yield process
    finally:
        process.terminate()
        process.join()


def _received(receiver: Connection, process: BaseProcess) -> tuple[str, Any]:
    try:
        return receiver.recv()
    except (EOFError, OSError):
        # it went away between two messages, or in the midst of one
        process.join()
        raise Killed(max(0, -(process.exitcode or 0))) from None


def _work(work: Callable[[Progress, Callable[[], None]], Any], sender: Connection) -> None:
    _begin_child()
    sent = _Sent(sender)
    _answer(sent.send, lambda: work(sent, lambda: sent.send("new", None)))


def _wait(
    get_ready: Callable[[], object], work: Callable[..., Any], parents: Connection, own: Connection
) -> None:
    _begin_child()
    parents.close()
    with contextlib.suppress(EOFError):
        while True:
            kind, arguments = own.recv()
            if kind == "get_ready":
                thread = threading.Thread(target=_unhurried, args=(get_ready,))
                thread.start()
                thread.join()
            else:
                _answer(lambda *told: own.send(told), lambda given=arguments: work(*given))


def _unhurried(work: Callable[[], object]) -> None:
    """Work with the cores that nobody else wants: on Linux a thread has a priority of its own."""
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), LOW_PRIORITY)
    with contextlib.suppress(Exception):
        work()


def _answer(send: Callable[[str, Any], None], work: Callable[[], Any]) -> None:
    """Tell what came of it."""
    try:
        result = work()
    except BaseException as error:
        send("raised", _portable(error))
    else:
        send("done", result)


def _begin_child() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
    # what the parent left lying is not ours to clean up: its threads are not here
    gc.freeze()
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _portable(error: BaseException) -> BaseException:
    """The error as the parent can raise it, with a note of where it came from."""
    error.add_note("".join(traceback.format_exception(error)))
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        told = RuntimeError(f"{type(error).__name__}: {error}")
        told.__notes__ = error.__notes__
        return told
    return error


@contextmanager
def _interruption_held() -> Iterator[None]:
    """Interruptions wait until the child, which leaves them to its parent, has begun."""
    former = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, former)

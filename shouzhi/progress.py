"""One small progress reporter, used by every step: a line with the elapsed seconds on standard error."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO


class Progress:
    """Print what is being done and how long the whole has taken so far.

    ``quiet`` prints nothing, for tests and for callers that want only the result.
    """

    def __init__(self, stream: TextIO | None = None, *, quiet: bool = False) -> None:
        self._stream = stream
        self._quiet = quiet
        self._started = time.monotonic()

    @property
    def elapsed_seconds(self) -> float:
        return time.monotonic() - self._started

    def line(self, text: str) -> None:
        """Print one line such as ``[  3.2 秒] 读取 基金收支表_2024.xlsx``."""
        if self._quiet:
            return
        stream = self._stream or sys.stderr
        print(f"[{self.elapsed_seconds:6.1f} 秒] {text}", file=stream, flush=True)

    @contextmanager
    def step(self, text: str) -> Iterator[None]:
        """Print ``text`` when the step starts and, when it took over a second, how long it took."""
        self.line(text)
        started = time.monotonic()
        yield
        seconds = time.monotonic() - started
        if seconds > 1:
            self.line(f"{text}：完成，用时 {seconds:.1f} 秒")


def silent() -> Progress:
    """A reporter that prints nothing."""
    return Progress(quiet=True)

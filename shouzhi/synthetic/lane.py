"""Work in threads: pieces of one kind one after the other, few at a time, so that memory stays flat.

DuckDB and numpy let other threads work while they do, so that drawing, settling and writing overlap; each has a
connection of its own. What is done, and in which order, does not depend on how fast anyone is.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Any, TypeVar

Item = TypeVar("Item")


class Lane:
    """A thread that takes its pieces in the order in which they are given; at most ``room`` of them at a time."""

    def __init__(self, room: int) -> None:
        self.room = room
        self._pool = ThreadPoolExecutor(1)
        self._given: deque[Future[Any]] = deque()

    def put(self, work: Callable[..., Any], *arguments: Any) -> None:
        """Waits where there is no room; raises what an earlier piece raised."""
        if len(self._given) == self.room:
            self._given.popleft().result()
        self._given.append(self._pool.submit(work, *arguments))

    def ahead(self, work: Callable[[Item], Any], items: Iterable[Item]) -> Iterator[Item]:
        """The items, each when it is done; the next ones are worked on while the caller has it."""
        given: deque[Item] = deque()
        for item in items:
            self.put(work, item)
            given.append(item)
            if len(given) == self.room:
                self._given.popleft().result()
                yield given.popleft()
        for item in given:
            self._given.popleft().result()
            yield item

    def __enter__(self) -> Lane:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(cancel_futures=error is not None)
        if error is None:
            for piece in self._given:
                piece.result()

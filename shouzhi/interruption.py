"""An interruption from outside: Ctrl+C, or the signal by which a scheduler ends a command."""

import signal
from typing import Any, NoReturn

SIGNALS = (signal.SIGINT, signal.SIGTERM)
# what the Python client of DuckDB makes of an interruption in the midst of a statement
DUCKDB_SAYS = "Query interrupted"


def heed_termination() -> None:
    """Being ended by a scheduler or a closing session is like Ctrl+C: it is said and logged, and no text stays behind."""
    signal.signal(signal.SIGTERM, _interrupt)


def _interrupt(number: int, frame: Any) -> NoReturn:
    raise KeyboardInterrupt


def is_interruption(error: BaseException) -> bool:
    """Whether somebody interrupted, whatever the library that was at work made of it."""
    return isinstance(error, KeyboardInterrupt) or (
        isinstance(error, RuntimeError) and str(error) == DUCKDB_SAYS
    )

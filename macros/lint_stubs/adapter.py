"""What sqlfluff's templater needs of dbt's `adapter`: a dispatch that leaves the expression as it is."""

from __future__ import annotations

from collections.abc import Callable


def dispatch(macro_name: str, _package: str) -> Callable[..., str]:
    return lambda expression, *_: f"{macro_name}({expression})"

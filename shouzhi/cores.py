"""How many cores one statement of DuckDB has.

While another of DuckDB's threads has the work, the Python client asks without a pause whether it is done, and takes the
interpreter each time: it keeps a core busy for nothing and whoever runs Python waiting. Connections that work beside each
other, or beside Python that has to get on, do their work themselves: each on one core. Only statements over many millions of
rows gain more by a second core than that costs.
"""

CORES = 2
# Half as many are worked off as fast by one core a statement, half as many again a quarter slower.
MANY_ROWS = 12_000_000


def on_cores(count: int) -> dict[str, str | bool | int | float | list[str]]:
    """The configuration of a connection whose statements have as many cores."""
    return {"threads": count}


ONE_CORE = on_cores(1)


def cores_for(row_count: int) -> int:
    """Cores for a statement of a build that has to work through about as many rows of the lake."""
    return CORES if row_count > MANY_ROWS else 1

"""Which files of the lake can hold a row that comes again, without reading their rows.

A Parquet file's footer names the least and the greatest value of each column. Identifiers are given out in the order of
time, so that the rows of one delivery touch the files of few months, however many there are.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from shouzhi.bulk_insert import insert_rows

# a footer holds the beginning of a longer value
TOLD_BYTES = 256


def files_within(
    connection: duckdb.DuckDBPyConnection, files: Sequence[Path], columns: Sequence[str], incoming: str
) -> dict[str, set[Path]]:
    """Return, by column (a text), those of ``files`` within whose range some value of ``incoming`` lies.

    A file whose footer does not tell its range is among them; one that has no value of the column is not.
    """
    found: dict[str, set[Path]] = {column: set() for column in columns}
    told: dict[str, list[tuple[int, str, str]]] = {column: [] for column in columns}
    # every footer is read once, for all columns
    for index, path in enumerate(files):
        footer = pq.read_metadata(path)
        positions = {name: position for position, name in enumerate(footer.schema.names)}
        for column in positions.keys() & set(columns):
            groups = (footer.row_group(number) for number in range(footer.num_row_groups))
            chunks = [group.column(positions[column]) for group in groups]
            filled = [chunk for chunk in chunks if not _is_empty(chunk)]
            if not all(_is_told(chunk.statistics) for chunk in filled):
                found[column].add(path)
            elif filled:
                first = min(chunk.statistics.min for chunk in filled)
                told[column].append((index, first, max(chunk.statistics.max for chunk in filled)))
    for column, ranges in told.items():
        found[column].update(files[index] for index in _hit(connection, ranges, column, incoming))
    return found


def _hit(
    connection: duckdb.DuckDBPyConnection, ranges: list[tuple[int, str, str]], column: str, incoming: str
) -> list[int]:
    """Return the numbers of the ranges within which some value of ``incoming`` lies."""
    if not ranges:
        return []
    connection.execute(
        "create or replace temp table key_range (number bigint, first_value varchar, last_value varchar)"
    )
    insert_rows(connection, "key_range", ranges)
    # most of what comes is new, and lies beyond all that stands
    return [
        number
        for (number,) in connection.execute(
            f"""
with given as (
    select "{column}" as value
    from {incoming}
    where "{column}" between ? and ?
)

-- the first value that comes at or after the file's first is the one that could lie within
select key_range.number
from key_range
asof inner join given on key_range.first_value <= given.value
where given.value <= key_range.last_value
""",
            [min(first for _, first, _ in ranges), max(last for _, _, last in ranges)],
        ).fetchall()
    ]


def _is_empty(chunk: Any) -> bool:
    statistics = chunk.statistics
    return statistics is not None and statistics.has_null_count and statistics.null_count == chunk.num_values


def _is_told(statistics: Any) -> bool:
    return (
        statistics is not None
        and statistics.has_min_max
        and isinstance(statistics.max, str)
        and len(statistics.max.encode()) < TOLD_BYTES
    )

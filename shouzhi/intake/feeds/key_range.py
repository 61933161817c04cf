"""Which files of the lake can hold a row that comes again, without reading their rows.

A Parquet file's footer names the least and the greatest value of each column. Identifiers are given out in the order of
time, so that the rows of one delivery touch the files of few months, however many there are.
"""

from collections.abc import Sequence
from pathlib import Path

import duckdb

# a footer holds the beginning of a longer value
TOLD_BYTES = 256


def files_within(
    connection: duckdb.DuckDBPyConnection, files: Sequence[Path], column: str, incoming: str
) -> set[Path]:
    """Return those of ``files`` within whose range of ``column`` (a text) some value of ``incoming`` lies.

    A file whose footer does not tell its range is among them; one that has no value of the column is not.
    """
    if not files:
        return set()
    listed = ", ".join("'" + str(path.resolve()).replace("'", "''") + "'" for path in files)
    found = connection.execute(
        f"""
with footer as (
    select
        file_name,
        min(stats_min_value) as first_value,
        max(stats_max_value) as last_value,
        bool_and(stats_null_count is not null and stats_null_count = num_values) as is_empty,
        bool_or(
            stats_null_count is distinct from num_values
            and (
                stats_min_value is null
                or stats_max_value is null
                or strlen(stats_max_value) >= {TOLD_BYTES}
            )
        ) as is_untold,
    from parquet_metadata([{listed}])
    where path_in_schema = '{column}'
    group by file_name
),

given as (
    select distinct "{column}" as value
    from {incoming}
    where "{column}" is not null
)

select footer.file_name
from footer
where footer.is_untold
union all
-- the first value that comes at or after the file's first is the one that could lie within
select footer.file_name
from footer
asof inner join given on footer.first_value <= given.value
where not footer.is_untold and not footer.is_empty and given.value <= footer.last_value
"""
    ).fetchall()
    names = {name for (name,) in found}
    return {path for path in files if str(path.resolve()) in names}

"""Which rows no longer stand after a delivery: of older deliveries and of this one.

*merge*: rows with the same key or the same ``rid`` are versions of one row; the latest ``updt_time`` stands (the later
arrival where one of them has none), so an old version that arrives late does not. A file marked 全量 replaces its
areas in its period first. *replace*: a delivered group (``replace_by``) replaces the group as it stood. *snapshot*: the
rows of an area replace that area's earlier snapshot; a snapshot named for an earlier period than the one that stands
is itself superseded. Rows that name no area (persons, where the column is left out) are one snapshot of their own.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from shouzhi.bulk_insert import insert_rows
from shouzhi.intake.contract import Feed
from shouzhi.intake.feeds.batch import area_sql, control_sql
from shouzhi.intake.feeds.columns import FILE_SHIFT, contract_columns
from shouzhi.intake.feeds.file_names import FULL_MARK, file_period
from shouzhi.intake.feeds.key_range import files_within
from shouzhi.intake.feeds.relations import FeedState, Part, standing_sql

FIRST_MONTH, LAST_MONTH = "000000", "999999"


@dataclass(frozen=True)
class Replaced:
    """What of older deliveries a delivery replaced in one month, and the month before and after; rows and yuan.

    ``moved`` are the rows that stand in this month now in the place of rows of another one.
    """

    event_month: str
    gone: tuple[int, Decimal]
    moved: tuple[int, Decimal]
    before: tuple[int, Decimal]
    after: tuple[int, Decimal]


@dataclass
class Superseded:
    """The manifest's entry (None where everything stands), rows and yuan of this delivery's own files, and of others."""

    entry: dict[str, Any] | None = None
    own: dict[int, tuple[int, Decimal]] = field(default_factory=dict)
    replaced: list[Replaced] = field(default_factory=list)


def write_superseded(
    connection: duckdb.DuckDBPyConnection,
    feed: Feed,
    state: FeedState,
    parts: list[dict[str, Any]],
    folder: Path,
    delivery_no: int,
    file_names: dict[int, str],
) -> Superseded:
    """Write ``superseded.parquet`` of one feed's delivery where any row no longer stands."""
    listed = ", ".join("'" + str(folder / part["path"]).replace("'", "''") + "'" for part in parts)
    incoming = f"read_parquet([{listed}], hive_partitioning = false)"
    connection.execute(
        "create or replace temp table gone"
        " (delivery_no integer, row_id bigint, event_month varchar, admdvs varchar, control_yuan decimal(20,2),"
        # of the version that stands in its place, where that is another month's
        " month_now varchar, yuan_now decimal(20,2))"
    )
    _describe_files(connection, file_names)
    # among which parts a row that came can still have its like
    parts = state.standing
    if feed.delivery_mode == "snapshot":
        parts = _snapshot(connection, feed, state, incoming, delivery_no)
    elif feed.delivery_mode == "replace":
        # groups were replaced whole; within a file two rows of one key are one row given twice
        _replace(connection, feed, state, incoming)
        parts = []
    else:
        _full(connection, feed, state, incoming, file_names)
    _merge(connection, feed, state, parts, incoming)
    written = _written(connection, feed, folder, delivery_no)
    if written.entry:
        written.replaced = _replaced(connection, feed, state, delivery_no)
    return written


def _describe_files(connection: duckdb.DuckDBPyConnection, names: dict[int, str]) -> None:
    connection.execute(
        "create or replace temp table incoming_file"
        " (file_no integer, period varchar, is_full boolean, first_month varchar, last_month varchar)"
    )
    records = []
    for file_no, name in names.items():
        period = file_period(name)
        first = period if period and len(period) == 6 else f"{period}01" if period else FIRST_MONTH
        last = period if period and len(period) == 6 else f"{period}12" if period else LAST_MONTH
        records.append((file_no, period or "", FULL_MARK in name, first, last))
    insert_rows(connection, "incoming_file", records)


def _row(feed: Feed, alias: str) -> str:
    area = f"{alias}.{area_sql(feed)}" if feed.area else area_sql(feed)
    yuan = f"{alias}.{control_sql(feed)}" if feed.control_amount else control_sql(feed)
    return f"{alias}.delivery_no, {alias}.row_id, {alias}.event_month, {area}, {yuan}, null, null"


def _standing(feed: Feed, state: FeedState) -> str | None:
    return f"({standing_sql(feed, state)})" if state.standing else None


def _snapshot(
    connection: duckdb.DuckDBPyConnection, feed: Feed, state: FeedState, incoming: str, delivery_no: int
) -> list[Part]:
    """The latest period of each area stands; without a period in the name, the later delivery.

    Return the parts of the lake of which any row is left.
    """
    area = area_sql(feed)
    connection.execute(
        f"""
create or replace temp table given_area as
select distinct
    incoming.{area} as admdvs,
    incoming_file.period,
from {incoming} as incoming
inner join incoming_file on incoming_file.file_no = incoming.row_id >> {FILE_SHIFT}
"""
    )
    connection.execute(
        """
create or replace temp table latest_area as
select
    admdvs,
    max(period) as period,
from given_area
group by admdvs
"""
    )
    # within the delivery: an earlier period's rows of an area give way to the latest one's
    if (
        connection.execute("select count(*) from given_area").fetchone()
        != connection.execute("select count(*) from latest_area").fetchone()
    ):
        connection.execute(
            f"""
insert into gone
select {_row(feed, "incoming")}
from {incoming} as incoming
inner join incoming_file on incoming_file.file_no = incoming.row_id >> {FILE_SHIFT}
inner join latest_area on latest_area.admdvs is not distinct from incoming.{area}
where {_is_earlier("incoming_file.period", "latest_area.period")} and incoming_file.period <> ''
"""
        )
    standing = _standing(feed, state)
    if standing is None:
        return []
    _describe_standing(connection, state)
    # of the lake: replaced, unless its own period is later; then what came now gives way
    connection.execute(
        f"""
insert into gone
select {_row(feed, "standing")}
from {standing} as standing
inner join latest_area on latest_area.admdvs is not distinct from standing.{area}
left join standing_file
    on standing_file.delivery_no = standing.delivery_no and standing_file.file_no = standing.file_no
where latest_area.period = '' or not {_is_earlier("latest_area.period", "coalesce(standing_file.period, '')")}
"""
    )
    replaced = connection.execute(f"select count(*) from gone where delivery_no <> {delivery_no}").fetchone()
    if replaced == (sum(state.counts.values()),):
        return []
    connection.execute(
        f"""
insert into gone
with later as (
    select
        standing.{area} as admdvs,
        max(standing_file.period) as period,
    from {standing} as standing
    inner join standing_file
        on standing_file.delivery_no = standing.delivery_no and standing_file.file_no = standing.file_no
    group by standing.{area}
)

select {_row(feed, "incoming")}
from {incoming} as incoming
inner join latest_area on latest_area.admdvs is not distinct from incoming.{area}
inner join later on later.admdvs is not distinct from incoming.{area}
where latest_area.period <> '' and {_is_earlier("latest_area.period", "later.period")}
    and incoming.row_id not in (select row_id from gone where delivery_no = {delivery_no})
"""
    )
    return state.standing


def _is_earlier(period: str, other: str) -> str:
    """A year says nothing of the months within it: then neither is earlier, and the later delivery stands."""
    return f"left({period}, length({other})) < left({other}, length({period}))"


def _describe_standing(connection: duckdb.DuckDBPyConnection, state: FeedState) -> None:
    connection.execute(
        "create or replace temp table standing_file (delivery_no integer, file_no integer, period varchar)"
    )
    insert_rows(
        connection,
        "standing_file",
        [(*key, file_period(name) or "") for key, name in state.file_names.items()],
    )


def _replace(connection: duckdb.DuckDBPyConnection, feed: Feed, state: FeedState, incoming: str) -> None:
    """A group that came replaces the same group of the lake; of two files, the later one's stands."""
    names = feed.replace_by or feed.key
    groups = ", ".join(f'"{name}"' for name in names)
    same = " and ".join(f'given."{name}" is not distinct from old."{name}"' for name in names)
    connection.execute(
        f"create or replace temp table given as select {groups}, max(row_id >> {FILE_SHIFT}) as file_no"
        f" from {incoming} group by {groups}"
    )
    connection.execute(
        f"insert into gone select {_row(feed, 'old')} from {incoming} as old"
        f" inner join given on {same} where old.row_id >> {FILE_SHIFT} < given.file_no"
    )
    standing = _standing(feed, state)
    if standing is not None:
        connection.execute(
            f"insert into gone select {_row(feed, 'old')} from {standing} as old inner join given on {same}"
        )


def _full(
    connection: duckdb.DuckDBPyConnection,
    feed: Feed,
    state: FeedState,
    incoming: str,
    file_names: dict[int, str],
) -> None:
    """A file marked 全量 replaces what stands of its areas in its period."""
    standing = _standing(feed, state)
    if standing is None or not any(FULL_MARK in name for name in file_names.values()):
        return
    area = f"incoming.{area_sql(feed)}" if feed.area else area_sql(feed)
    old_area = f"standing.{area_sql(feed)}" if feed.area else area_sql(feed)
    connection.execute(
        f"""
insert into gone
with given as (
    select distinct
        {area} as admdvs,
        first_month,
        last_month,
    from {incoming} as incoming
    inner join incoming_file on incoming_file.file_no = incoming.row_id >> {FILE_SHIFT}
    where incoming_file.is_full
)

select distinct {_row(feed, "standing")}
from {standing} as standing
inner join given on given.admdvs is not distinct from {old_area}
where standing.event_month = 'all' or standing.event_month between given.first_month and given.last_month
"""
    )


def _merge(
    connection: duckdb.DuckDBPyConnection, feed: Feed, state: FeedState, parts: list[Part], incoming: str
) -> None:
    """Of the versions of one row the latest stands: by key, then by ``rid``."""
    names = contract_columns(feed)
    identities = [list(feed.key)]
    if "rid" in names and feed.delivery_mode == "merge":
        identities.append(["rid"])
    version = '"updt_time"' if "updt_time" in names else "cast(null as timestamp)"
    within = _within(connection, feed, parts, identities, incoming)
    for identity, chosen in zip(identities, within, strict=True):
        standing = f"({standing_sql(feed, state, chosen)})" if chosen else None
        _merge_by(connection, feed, identity, version, incoming, standing)


def _within(
    connection: duckdb.DuckDBPyConnection,
    feed: Feed,
    parts: list[Part],
    identities: list[list[str]],
    incoming: str,
) -> list[list[Part]]:
    """By identity, the parts in which a row that came can have its like; in a snapshot everything comes again."""
    columns = contract_columns(feed)
    told = [next((name for name in identity if columns[name] == "varchar"), None) for identity in identities]
    if feed.delivery_mode == "snapshot" or not parts:
        return [parts for _ in identities]
    names = [name for name in told if name is not None]
    files = files_within(connection, [part.path for part in parts], names, incoming)
    return [[part for part in parts if name is None or part.path in files[name]] for name in told]


def _merge_by(
    connection: duckdb.DuckDBPyConnection,
    feed: Feed,
    identity: list[str],
    version: str,
    incoming: str,
    standing: str | None,
) -> None:
    listed = ", ".join(f'"{name}"' for name in identity)
    given = " and ".join(f'"{name}" is not null' for name in identity if identity == ["rid"]) or "true"
    connection.execute(
        f"""
create or replace temp table repeated as
select hash({listed}) as identity_hash
from {incoming}
where {given}
group by hash({listed})
having count(*) > 1
"""
    )
    if standing is not None:
        connection.execute(
            f"""
insert into repeated
select distinct hash({listed}) as identity_hash
from {standing} as rows_of
anti join gone on gone.delivery_no = rows_of.delivery_no and gone.row_id = rows_of.row_id
where {given} and hash({listed}) in (select hash({listed}) from {incoming})
"""
        )
    if connection.execute("select count(*) from repeated").fetchone() == (0,):
        return
    sources = [incoming, *([standing] if standing else [])]
    candidates = " union all ".join(
        f"select delivery_no, row_id, {listed} from {source} as part"
        f" where {given} and hash({listed}) in (select identity_hash from repeated)"
        for source in sources
    )
    # few columns first: whole rows are read only where two of them still stand
    connection.execute(
        f"""
create or replace temp table contested as
select hash({listed}) as identity_hash
from ({candidates}) as rows_of
anti join gone on gone.delivery_no = rows_of.delivery_no and gone.row_id = rows_of.row_id
group by hash({listed})
having count(*) > 1
"""
    )
    if connection.execute("select count(*) from contested").fetchone() == (0,):
        return
    content = ", ".join(f'"{name}"' for name in contract_columns(feed))
    rows = " union all ".join(
        f"select delivery_no, row_id, event_month, {area_sql(feed)} as admdvs, {control_sql(feed)} as control_yuan,"
        f" {version} as version_at, hash({content}) as content_hash, {listed} from {source} as part"
        f" where {given} and hash({listed}) in (select identity_hash from contested)"
        for source in sources
    )
    connection.execute(
        f"""
insert into gone
with versions as (
    select
        rows_of.*,
        count(version_at) over (partition by {listed}) = count(*) over (partition by {listed}) as is_dated,
    from ({rows}) as rows_of
    anti join gone on gone.delivery_no = rows_of.delivery_no and gone.row_id = rows_of.row_id
),

latest as (
    select
        *,
        first_value(content_hash) over (
            partition by {listed}
            order by case when is_dated then version_at end desc nulls last, delivery_no desc, row_id desc
        ) as latest_hash,
    from versions
),

-- a row that comes again unchanged leaves the one that stands in its place
ranked as (
    select
        *,
        row_number() over in_place as place,
        first_value(event_month) over in_place as standing_month,
        first_value(control_yuan) over in_place as standing_yuan,
    from latest
    window in_place as (
        partition by {listed}
        order by content_hash <> latest_hash, delivery_no, row_id desc
    )
)

select
    delivery_no,
    row_id,
    event_month,
    admdvs,
    control_yuan,
    case when standing_month <> event_month then standing_month end as month_now,
    case when standing_month <> event_month then standing_yuan end as yuan_now,
from ranked
where place > 1
"""
    )


def _written(connection: duckdb.DuckDBPyConnection, feed: Feed, folder: Path, delivery_no: int) -> Superseded:
    months = connection.execute(
        "select delivery_no, event_month, count(*) from gone group by delivery_no, event_month order by 1, 2"
    ).fetchall()
    if not months:
        return Superseded()
    name = f"{feed.feed}/superseded.parquet"
    path = str(folder / name).replace("'", "''")
    connection.execute(
        "copy (select delivery_no, row_id, event_month, admdvs, control_yuan from gone order by delivery_no, row_id)"
        f" to '{path}' (compression zstd)"
    )
    own = {
        int(file_no): (int(count), Decimal(yuan).quantize(Decimal("0.01")))
        for file_no, count, yuan in connection.execute(
            f"select row_id >> {FILE_SHIFT}, count(*), coalesce(sum(control_yuan), 0) from gone"
            " where delivery_no = ? group by 1",
            [delivery_no],
        ).fetchall()
    }
    entry = {
        "path": name,
        "row_count": sum(count for _, _, count in months),
        "months": [list(each) for each in months],
    }
    return Superseded(entry, own)


def _replaced(
    connection: duckdb.DuckDBPyConnection, feed: Feed, state: FeedState, delivery_no: int
) -> list[Replaced]:
    """The months of which older rows gave way, and those that got rows for them; ``control`` holds what came."""
    gone = _sums(
        connection,
        f"select event_month, count(*), sum(control_yuan) from gone where delivery_no <> {delivery_no} group by 1",
    )
    if not gone:
        return []
    moved = _sums(
        connection,
        "select month_now, count(*), sum(yuan_now) from gone"
        f" where delivery_no <> {delivery_no} and month_now is not null group by 1",
    )
    # a file marked 全量 is all of its period: what it gives is told of every month
    full = connection.execute(
        "select distinct event_month from control inner join incoming_file using (file_no)"
        " where is_full and written_count > 0"
    ).fetchall()
    months = sorted(gone.keys() | moved.keys() | {month for (month,) in full})
    if feed.control_amount:
        parts = [part for part in state.standing if part.event_month in months]
        before = _sums(
            connection,
            f"select event_month, count(*), sum({control_sql(feed)}) from ({standing_sql(feed, state, parts)}) group by 1",
        )
    else:
        before = {month: (state.counts[month], Decimal("0.00")) for month in months}
    came = _sums(
        connection,
        "select event_month, sum(written_count), sum(written_yuan) from control group by event_month",
    )
    own = _sums(
        connection,
        f"select event_month, count(*), sum(control_yuan) from gone where delivery_no = {delivery_no} group by 1",
    )
    nothing = (0, Decimal("0.00"))
    replaced = []
    for month in months:
        lost, had = gone.get(month, nothing), before.get(month, nothing)
        got = _added(came.get(month, nothing), own.get(month, nothing), -1)
        now = _added(_added(had, lost, -1), got)
        replaced.append(Replaced(month, lost, moved.get(month, nothing), had, now))
    return [each for each in replaced if each.gone[0] or each.before != each.after]


def _sums(connection: duckdb.DuckDBPyConnection, sql: str) -> dict[str, tuple[int, Decimal]]:
    return {
        month: (int(count), Decimal(yuan or 0).quantize(Decimal("0.01")))
        for month, count, yuan in connection.execute(sql).fetchall()
    }


def _added(one: tuple[int, Decimal], other: tuple[int, Decimal], sign: int = 1) -> tuple[int, Decimal]:
    return one[0] + sign * other[0], one[1] + sign * other[1]

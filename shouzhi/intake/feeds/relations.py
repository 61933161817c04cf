"""What stands of each business feed: relations ``lake.<feed>``, ``lake.feed_control`` and ``lake.feed_month``.

A manifest entry holds, under ``feeds``, for each feed the delivery's ``parts`` (one Parquet file an event month or
``all``), its ``superseded`` entries (rows of this or older deliveries that no longer stand, counted by delivery and
month), its ``control`` sums and its ``quarantine`` files. Nothing is ever rewritten: what stands is computed here.
"""

import hashlib
import json
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from shouzhi.bulk_insert import insert_rows
from shouzhi.intake.contract import Feed, business_feeds
from shouzhi.intake.feeds.columns import FILE_SHIFT, ROW_MASK, lake_columns
from shouzhi.intake.feeds.enrolment_month import insert_enrolment_months, insert_person_months

ENROLMENT_FEEDS = ("psn_insu_d", "psn_insu_his_d")
CONTROL_COLUMNS = {
    "file_name": "varchar",
    "feed_code": "varchar",
    "event_month": "varchar",
    "admdvs": "varchar",
    "received_count": "bigint",
    "received_yuan": "decimal(20,2)",
    "loaded_count": "bigint",
    "loaded_yuan": "decimal(20,2)",
    "superseded_count": "bigint",
    "superseded_yuan": "decimal(20,2)",
    "quarantined_count": "bigint",
    "quarantined_yuan": "decimal(20,2)",
    "unreadable_count": "bigint",
}


@dataclass(frozen=True)
class Part:
    """One Parquet file of a delivery. Of its month's rows in that delivery all (``is_dead``) or some may stand no longer."""

    feed: str
    path: Path
    delivery_no: int
    event_month: str
    row_count: int
    is_dead: bool
    is_touched: bool


@dataclass
class FeedState:
    """Everything of one feed in the lake; files stand with the number of their delivery."""

    parts: list[Part] = field(default_factory=list)
    superseded: list[tuple[int, Path]] = field(default_factory=list)
    control: list[tuple[int, Path]] = field(default_factory=list)
    # (event month) -> what its fingerprint is made of
    facts: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))
    counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    # (delivery, file) -> name
    file_names: dict[tuple[int, int], str] = field(default_factory=dict)

    @property
    def standing(self) -> list[Part]:
        return [part for part in self.parts if not part.is_dead]


def feed_states(lake_root: Path, entries: list[dict[str, Any]]) -> dict[str, FeedState]:
    """Return the state of every business feed from the manifest alone."""
    gone: dict[tuple[str, int, str], int] = defaultdict(int)
    for entry in entries:
        for code, given in entry.get("feeds", {}).items():
            for delivery_no, month, count in given["superseded"]["months"] if given["superseded"] else []:
                gone[code, delivery_no, month] += count
    states = {code: FeedState() for code in business_feeds()}
    for entry in entries:
        for code, given in entry.get("feeds", {}).items():
            if code in states:
                _add(states[code], code, entry["delivery_no"], given, gone, lake_root)
        for record in entry["files"]:
            if record["feed_code"] in states and "file_no" in record:
                key = (entry["delivery_no"], record["file_no"])
                states[record["feed_code"]].file_names[key] = record["file_name"]
    return states


def _add(
    state: FeedState,
    code: str,
    delivery_no: int,
    given: dict[str, Any],
    gone: dict[tuple[str, int, str], int],
    lake_root: Path,
) -> None:
    rows: dict[str, int] = defaultdict(int)
    for part in given["parts"]:
        rows[part["event_month"]] += part["row_count"]
    for part in given["parts"]:
        month = part["event_month"]
        # the manifest tells what is gone of a delivery's month, not of which of its parts
        gone_count = gone[code, delivery_no, month]
        is_dead = gone_count >= rows[month]
        path = lake_root / part["path"]
        state.parts.append(Part(code, path, delivery_no, month, part["row_count"], is_dead, gone_count > 0))
    own = _own_superseded(given, delivery_no)
    # months of which nothing stood from the beginning (rows that came again, late old versions) are as they were
    idle = {month for month, count in rows.items() if own[month] >= count}
    for month, count in rows.items():
        state.counts[month] += count
        if month not in idle:
            state.facts[month].append(["rows", delivery_no, given["content"], count])
    if given["superseded"]:
        state.superseded.append((delivery_no, lake_root / given["superseded"]["path"]))
        for of_delivery, month, count in given["superseded"]["months"]:
            state.counts[month] -= count
            if of_delivery != delivery_no or month not in idle:
                state.facts[month].append(["superseded", delivery_no, of_delivery, count])
    if given["control"]:
        state.control.append((delivery_no, lake_root / given["control"]))


def _own_superseded(given: dict[str, Any], delivery_no: int) -> dict[str, int]:
    own: dict[str, int] = defaultdict(int)
    for of_delivery, month, count in given["superseded"]["months"] if given["superseded"] else []:
        if of_delivery == delivery_no:
            own[month] += count
    return own


def standing_sql(feed: Feed, state: FeedState, parts: list[Part] | None = None) -> str:
    """Return a query of the standing rows of a feed, all its columns, or of some of its parts."""
    chosen = state.standing if parts is None else [part for part in parts if not part.is_dead]
    names = ", ".join(_column(name) for name in lake_columns(feed))
    whole = [part.path for part in chosen if not part.is_touched]
    touched = [part.path for part in chosen if part.is_touched]
    # stored parts hold no file_no or row_number: row_id says both
    stored = no_rows(feed)
    queries = []
    if whole:
        queries.append(f"select {names} from ({stored} union all by name {read_parts(whole)}) as part")
    if touched:
        queries.append(
            f"select {names} from ({stored} union all by name {read_parts(touched)}) as part"
            # said as a join: a correlated "not exists" first gathers every row's keys
            f" anti join ({read_parts([path for _, path in state.superseded])}) as gone"
            " on gone.delivery_no = part.delivery_no and gone.row_id = part.row_id"
        )
    return " union all ".join(queries) if queries else stored


def no_rows(feed: Feed) -> str:
    """The columns of a feed in the lake without any row."""
    columns = ", ".join(f"cast(null as {kind}) as {name}" for name, kind in lake_columns(feed).items())
    return f"select {columns} where false"


def _column(name: str) -> str:
    if name == "file_no":
        return f"cast(row_id >> {FILE_SHIFT} as integer) as file_no"
    if name == "row_number":
        return f"row_id & {ROW_MASK} as row_number"
    return f'"{name}"'


def read_parts(paths: list[Path]) -> str:
    listed = ", ".join("'" + str(path.absolute()).replace("'", "''") + "'" for path in paths)
    return f"select * from read_parquet([{listed}], hive_partitioning = false, union_by_name = true)"


def register_feeds(
    connection: duckdb.DuckDBPyConnection, lake_root: Path, entries: list[dict[str, Any]], known: int = 0
) -> list[Path]:
    """Create ``lake.<feed>`` for every business feed, ``feed_control`` and ``feed_month``; return the files used.

    The control sums of the deliveries up to ``known`` stand in ``feed_control`` already.
    """
    states = feed_states(lake_root.resolve(), entries)
    used: list[Path] = []
    for code, feed in business_feeds().items():
        state = states[code]
        used.extend([*(part.path for part in state.standing), *(path for _, path in state.superseded)])
        kind = "view" if state.standing else "table"
        drop_relation(connection, code)
        connection.execute(f"create {kind} lake.{code} as {standing_sql(feed, state)}")
    if not known:
        _create_control(connection)
    _add_control(connection, states, [entry for entry in entries if entry["delivery_no"] > known])
    _create_months(connection, states)
    return used


def _create_control(connection: duckdb.DuckDBPyConnection) -> None:
    drop_relation(connection, "feed_control")
    declared = {
        "delivery_no": "integer",
        "file_no": "integer",
        "content_hash": "varchar",
        **CONTROL_COLUMNS,
    }
    body = ", ".join(f"{name} {kind}" for name, kind in declared.items())
    connection.execute(f"create table lake.feed_control ({body})")


def _add_control(
    connection: duckdb.DuckDBPyConnection, states: dict[str, FeedState], entries: list[dict[str, Any]]
) -> None:
    """Add the sums of these deliveries, and take what gave way to them out of the sums that it stood in."""
    deliveries = {entry["delivery_no"] for entry in entries}
    control = _of_all_feeds({code: state.control for code, state in states.items()}, deliveries)
    gone = _of_all_feeds({code: state.superseded for code, state in states.items()}, deliveries)
    if control:
        connection.execute(
            "create or replace temp table given_file"
            " (delivery_no integer, file_no integer, file_name varchar, content_hash varchar)"
        )
        insert_rows(
            connection,
            "given_file",
            [
                (
                    entry["delivery_no"],
                    record.get("file_no", index),
                    record["file_name"],
                    record["content_hash"],
                )
                for entry in entries
                for index, record in enumerate(entry["files"], start=1)
            ],
        )
        connection.execute(_control_sql(control))
        connection.execute("drop table given_file")
    if gone:
        connection.execute(_superseded_sql(gone))


def _of_all_feeds(files: dict[str, list[tuple[int, Path]]], deliveries: set[int]) -> str:
    """A query of what lies in these deliveries' files of every feed; nothing where there are none."""
    chosen = {code: [path for number, path in given if number in deliveries] for code, given in files.items()}
    return " union all by name ".join(
        f"select '{code}' as feed_code, * from ({read_parts(paths)})"
        for code, paths in chosen.items()
        if paths
    )


def _control_sql(control: str) -> str:
    return f"""
insert into lake.feed_control by name
select
    control.delivery_no,
    control.file_no,
    given_file.content_hash,
    given_file.file_name,
    control.feed_code,
    control.event_month,
    control.admdvs,
    control.received_count,
    control.received_yuan,
    control.written_count as loaded_count,
    control.written_yuan as loaded_yuan,
    0 as superseded_count,
    0 as superseded_yuan,
    control.quarantined_count,
    control.quarantined_yuan,
    control.unreadable_count,
from ({control}) as control
inner join given_file
    on given_file.delivery_no = control.delivery_no
    and given_file.file_no = control.file_no
order by control.feed_code, control.delivery_no, control.file_no, control.event_month, control.admdvs
"""


def _superseded_sql(gone: str) -> str:
    return f"""
update lake.feed_control
set
    loaded_count = feed_control.loaded_count - gone.superseded_count,
    loaded_yuan = feed_control.loaded_yuan - gone.superseded_yuan,
    superseded_count = feed_control.superseded_count + gone.superseded_count,
    superseded_yuan = feed_control.superseded_yuan + gone.superseded_yuan
from (
    select
        feed_code,
        delivery_no,
        cast(row_id >> {FILE_SHIFT} as integer) as file_no,
        event_month,
        admdvs,
        count(*) as superseded_count,
        coalesce(sum(control_yuan), 0) as superseded_yuan,
    from ({gone})
    group by feed_code, delivery_no, row_id >> {FILE_SHIFT}, event_month, admdvs
) as gone
where
    gone.feed_code = feed_control.feed_code
    and gone.delivery_no = feed_control.delivery_no
    and gone.file_no = feed_control.file_no
    and gone.event_month is not distinct from feed_control.event_month
    and gone.admdvs is not distinct from feed_control.admdvs
"""


def _create_months(connection: duckdb.DuckDBPyConnection, states: dict[str, FeedState]) -> None:
    drop_relation(connection, "feed_month")
    connection.execute(
        "create table lake.feed_month"
        " (feed_code varchar, event_month varchar, fingerprint varchar, row_count bigint)"
    )
    by_facts = [code for code in states if code not in {*ENROLMENT_FEEDS, "psn_info_b"}]
    records = [
        (code, month, _digest(facts), states[code].counts[month])
        for code in by_facts
        for month, facts in sorted(states[code].facts.items())
    ]
    insert_rows(connection, "lake.feed_month", records)
    if any(states[code].standing for code in ENROLMENT_FEEDS):
        insert_enrolment_months(connection)
    if states["psn_info_b"].standing:
        insert_person_months(connection)


def _digest(facts: list[Any]) -> str:
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:32]


def drop_relation(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """Drop ``lake.<name>`` where it is there, view or table."""
    for kind in ("view", "table"):
        try:
            connection.execute(f"drop {kind} if exists lake.{name}")
        except duckdb.CatalogException:
            # it is of the other kind
            continue

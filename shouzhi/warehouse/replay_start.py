"""What the benefit replay of a run starts from: the rows of the build before, and what came or went in the lake since.

``lake.former_replay`` are those rows, ``lake.changed_settlement`` the versions of settlements that came or gave way with the
deliveries since that build, ``lake.changed_bill`` the settlements whose bill lines did. The lake is only ever added to, so
this is all there is to know of them. Where there is no such build, or the lake is not the one it was made from with more
deliveries, none of the three stands and every settlement is worked out.
"""

from pathlib import Path
from typing import Any

import duckdb

from shouzhi.intake import lake
from shouzhi.intake.contract import business_feeds
from shouzhi.intake.feeds.relations import no_rows, read_parts
from shouzhi.warehouse import publish, replay_rows

RELATIONS = {"former_replay": "view", "changed_settlement": "table", "changed_bill": "table"}
SETTLEMENT_COLUMNS = {
    "setl_id": "settlement_id",
    "init_setl_id": "original_settlement_id",
    "psn_no": "person_key",
    "year": "benefit_year_code",
    "enddate": "service_end_date",
    "event_month": "event_month",
}


def start_replay(con: duckdb.DuckDBPyConnection, lake_root: Path, former: publish.Build | None) -> None:
    """Put the three relations into the working file, or none of them."""
    for name, kind in RELATIONS.items():
        con.execute(f"drop {kind} if exists lake.{name}")
    entries = lake.read_manifest(lake_root)
    known = known_deliveries(entries, former)
    files = replay_rows.files_of(former) if former else []
    if not known or not files:
        return
    listed = ", ".join("'" + str(path.resolve()).replace("'", "''") + "'" for path in files)
    con.execute(f"create view lake.former_replay as select * from read_parquet([{listed}])")
    columns = ", ".join(f"{given} as {name}" for given, name in SETTLEMENT_COLUMNS.items())
    for feed, relation, selected in (
        ("setl_d", "changed_settlement", columns),
        ("fee_list_d", "changed_bill", "setl_id as settlement_id"),
    ):
        versions = changed_versions(lake_root, entries, known, feed)
        con.execute(
            f"create table lake.{relation} as select distinct {selected} from ({versions}) as version"
        )


def known_deliveries(entries: list[dict[str, Any]], former: publish.Build | None) -> int:
    """The last delivery that a build was made from, where the lake is that one with more deliveries; else 0."""
    inputs = former.manifest.get("inputs", []) if former else []
    last = max((int(each["delivery_no"]) for each in inputs), default=0)
    is_continued = {(each["delivery_no"], each["content_hash"]) for each in inputs} == {
        (entry["delivery_no"], record["content_hash"])
        for entry in entries
        if entry["delivery_no"] <= last
        for record in entry["files"]
    }
    return last if is_continued else 0


def changed_versions(lake_root: Path, entries: list[dict[str, Any]], last: int, feed: str) -> str:
    """The query of a feed's rows that came with deliveries after ``last`` or gave way to them, as they lie in the lake."""
    given = {
        entry["delivery_no"]: entry["feeds"][feed] for entry in entries if feed in entry.get("feeds", {})
    }
    later = [each for delivery_no, each in given.items() if delivery_no > last]
    came = [lake_root / part["path"] for each in later for part in each["parts"]]
    gone = [each["superseded"] for each in later if each["superseded"]]
    months = {(delivery_no, month) for each in gone for delivery_no, month, _ in each["months"]}
    older = [
        lake_root / part["path"]
        for delivery_no, each in given.items()
        if delivery_no <= last
        for part in each["parts"]
        if (delivery_no, part["event_month"]) in months
    ]
    queries = [no_rows(business_feeds()[feed])]
    if came:
        queries.append(read_parts(came))
    if older:
        queries.append(
            f"select part.* from ({read_parts(older)}) as part"
            f" semi join ({read_parts([lake_root / each['path'] for each in gone])}) as gone"
            " on gone.delivery_no = part.delivery_no and gone.row_id = part.row_id"
        )
    return " union all by name ".join(queries)

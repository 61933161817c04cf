"""What the working file holds before dbt starts: the lake, the home's parameters, and the tables of the build before.

Where the build before was made by the same code for the same region, the working file goes on from its own (see
``standing``), which is looked for while the delivery is read. Aggregates are kept by month:
``lake.changed_month`` names the months whose rows are not the same any more; dbt makes those anew and nothing else. Without
such a build every month is made.

The benefit replay is kept by person and benefit year: see ``replay_start``.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

import duckdb

from shouzhi.errors import UserError
from shouzhi.home import Home
from shouzhi.intake import lake
from shouzhi.warehouse import publish, replay_start, standing

FREE_BYTES_AT_LEAST = 200 * 1024 * 1024
# Marts that are kept by benefit year and month, as the replay's rows are.
REPLAY_MARTS = ("fct_benefit_month", "fct_benefit_difference", "fct_benefit_cap")
EVERY_MONTH_SQL = """
create or replace table lake.changed_month as
select feed_code, event_month from lake.feed_month
"""
CHANGED_MONTH_SQL = """
create or replace table lake.changed_month as
select
    coalesce(now.feed_code, before.feed_code) as feed_code,
    coalesce(now.event_month, before.event_month) as event_month
from lake.feed_month as now
full outer join core.fct_feed_month as before
    on now.feed_code = before.feed_code and now.event_month = before.event_month
where now.fingerprint is distinct from before.fingerprint
"""


@dataclass(frozen=True)
class Beginning:
    """The build from whose working file a run goes on, and that file."""

    former: publish.Build
    file: Path
    sources: dict[str, standing.Source]
    compiled: dict[str, str]


def begin_file(home: Home, code_hash: str) -> Beginning | None:
    """The working file of the build before; nothing where there is no such build.

    Raises ``UserError`` where there is no room for it.
    """
    require_space(home)
    clear_working_file(home)
    former = former_build(home, code_hash)
    sources = standing.kept_sources(home, former.build_id) if former else None
    if former is None or sources is None:
        return None
    file = standing.kept_file(home, former.build_id)
    return Beginning(former, file, sources, standing.read_compiled(home, former.build_id))


def require_space(home: Home) -> None:
    sizes = [build.marts.stat().st_size for build in publish.finished_builds(home) if build.marts.is_file()]
    kept = [standing.kept_file(home, build_id).stat().st_size for build_id in standing.kept_builds(home)]
    needed = max([FREE_BYTES_AT_LEAST, *(3 * size for size in sizes[:1]), *kept])
    free = shutil.disk_usage(home.root).free
    if free < needed:
        raise UserError(
            f"磁盘空间不够：{home.root} 所在磁盘还剩 {free // 2**20} MB，本次至少需要 {needed // 2**20} MB。没有发布。"
        )


def clear_working_file(home: Home) -> None:
    """What a killed run left is never read again."""
    home.work.mkdir(parents=True, exist_ok=True)
    for leftover in home.work.glob("warehouse.duckdb*"):
        leftover.unlink()


def new_rows(home: Home, beginning: Beginning | None) -> int:
    """Rows of the lake that came since the build that is gone on from; all where there is none."""
    entries = lake.read_manifest(home.lake)
    known = replay_start.known_deliveries(entries, beginning.former if beginning else None)
    return sum(lake.row_count(entry) for entry in entries if entry["delivery_no"] > known)


def prepare_lake(
    con: duckdb.DuckDBPyConnection, home: Home, beginning: Beginning | None
) -> standing.Start | None:
    """Fill the working file; what of it stands, if it goes on from another."""
    former = beginning.former if beginning else None
    # every commit waits for the disk
    con.begin()
    con.execute("create schema if not exists lake")
    known = replay_start.known_deliveries(lake.read_manifest(home.lake), former)
    lake.register(con, home.lake, known)
    con.execute(
        "create or replace table lake.home_parameter (parameter_code varchar, parameter_value varchar)"
    )
    con.execute(
        "insert into lake.home_parameter values ('region', ?), ('policy_sample', ?)",
        [home.config.region, "true" if home.config.sample_policy else "false"],
    )
    name_changes(con, is_started=beginning is not None)
    replay_start.start_replay(con, home.lake, former)
    con.commit()
    if beginning is None:
        return None
    return standing.start(
        beginning.former.build_id, beginning.sources, standing.sources(con), beginning.compiled
    )


def name_changes(con: duckdb.DuckDBPyConnection, *, is_started: bool) -> None:
    """Name the months that are made anew: those that changed, or all where nothing was kept."""
    con.execute(CHANGED_MONTH_SQL if is_started else EVERY_MONTH_SQL)


def former_build(home: Home, code_hash: str) -> publish.Build | None:
    """The undamaged build of the same code, region and choice of sample parameters whose working file was kept."""
    kept = standing.kept_builds(home)
    for build in publish.finished_builds(home):
        same = (
            build.build_id in kept
            and build.manifest.get("code_hash") == code_hash
            and build.manifest.get("region") == home.config.region
            and (build.manifest.get("policy_sample") == "true") == home.config.sample_policy
        )
        if same and publish.is_intact(build):
            return build
    return None

"""What the working file holds before dbt starts: the lake, the home's parameters, and the tables of the build before.

Where the build before was made by the same code for the same region, the working file starts as a copy of its own (see
``standing``). Aggregates are kept by month: ``lake.changed_month`` names the months whose rows are not the same any more;
dbt makes those anew and nothing else. Without such a build every month is made.

The benefit replay is kept by person and benefit year: see ``replay_start``.
"""

import duckdb

from shouzhi.home import Home
from shouzhi.intake import lake
from shouzhi.warehouse import publish, replay_start, standing

# The working file is read by this version of DuckDB alone; in its newest format texts are compressed in two thirds of the
# time. A file keeps the format that it was made in.
NEW_FILE = {"storage_compatibility_version": "latest"}
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


def prepare_lake(home: Home, code_hash: str) -> standing.Start | None:
    """Fill the working file; the build that it starts from, if there is one."""
    former = former_build(home, code_hash)
    if former is not None and not standing.copy_to(home, former.build_id):
        former = None
    with duckdb.connect(str(home.warehouse), config=NEW_FILE) as con:
        con.execute("set autoinstall_known_extensions = false")
        con.execute("create schema if not exists lake")
        before = standing.sources(con)
        lake.register(con, home.lake)
        con.execute(
            "create or replace table lake.home_parameter (parameter_code varchar, parameter_value varchar)"
        )
        con.execute(
            "insert into lake.home_parameter values ('region', ?), ('policy_sample', ?)",
            [home.config.region, "true" if home.config.sample_policy else "false"],
        )
        name_changes(con, is_started=former is not None)
        replay_start.start_replay(con, home.lake, former)
        if former is None:
            return None
        compiled = standing.read_compiled(home, former.build_id)
        return standing.start(former.build_id, before, standing.sources(con), compiled)


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

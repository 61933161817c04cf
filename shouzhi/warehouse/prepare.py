"""What the working file holds before dbt starts: the lake, the home's parameters, and the tables of the build before.

Where the build before was made by the same code for the same region, the working file starts as a copy of its own (see
``standing``). Aggregates are kept by month: ``lake.changed_month`` names the months whose rows are not the same any more;
dbt makes those anew and nothing else. Without such a build every month is made.

The benefit replay is kept by benefit year (a person's limits are a year's): ``lake.changed_benefit_year`` names the years
that a changed month of settlements or bills touches, before or now; ``lake.replayed_month`` the months in which settlements
of those years lie, so that no other is read.
"""

import duckdb

from shouzhi.home import Home
from shouzhi.intake import lake
from shouzhi.warehouse import publish, standing

# Marts that are kept by benefit year.
YEARLY_MARTS = ("fct_benefit_month", "fct_benefit_difference", "fct_benefit_cap")
# As the macro benefit_year_of has it, of the lake's own columns.
YEAR = "coalesce({0}.year, substr(cast({0}.enddate as varchar), 1, 4), 'unknown')"
EVERY_YEAR_SQL = f"""
create or replace table lake.changed_benefit_year as
select distinct {YEAR.format("settlement")} as benefit_year_code from lake.setl_d as settlement;
create or replace table lake.replayed_month as
select distinct event_month from lake.setl_d
"""
EVERY_MONTH_SQL = f"""
create or replace table lake.changed_month as
select feed_code, event_month from lake.feed_month;
{EVERY_YEAR_SQL}
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
# A reversal belongs to its original's year, whichever of the two came first or changed. What a changed month held before
# is known by the former replay; a bill that is gone may be of its month's year or the next. Where the settlements of a year
# lie is known by the former replay too, but for what came now and what that takes into another year.
CHANGED_YEAR_SQL = f"""
create or replace temp table touched as
with moved as (
    select
        settlement.setl_id, settlement.init_setl_id, settlement.event_month, {YEAR.format("settlement")} as benefit_year_code
    from lake.setl_d as settlement
    where settlement.event_month in (select event_month from lake.changed_month where feed_code = 'setl_d')
),
billed as (
    select distinct line.setl_id
    from lake.fee_list_d as line
    where line.event_month in (select event_month from lake.changed_month where feed_code = 'fee_list_d')
)
select benefit_year_code, event_month from moved
union
select {YEAR.format("original")}, original.event_month
from lake.setl_d as original inner join moved on original.setl_id = moved.init_setl_id
union
select {YEAR.format("reversal")}, reversal.event_month
from lake.setl_d as reversal inner join moved on reversal.init_setl_id = moved.setl_id
union
select {YEAR.format("settlement")}, settlement.event_month
from lake.setl_d as settlement inner join billed on settlement.setl_id = billed.setl_id;

create or replace table lake.changed_benefit_year as
select benefit_year_code from touched
union
select benefit_year_code
from benefits.fct_benefit_month
where event_month in (select event_month from lake.changed_month where feed_code = 'setl_d')
union
select cast(cast(substr(event_month, 1, 4) as integer) + later as varchar)
from lake.changed_month cross join (values (0), (1)) as around (later)
where feed_code = 'fee_list_d' and event_month <> 'all';

create or replace table lake.replayed_month as
select event_month from touched
union
select event_month
from benefits.fct_benefit_month
where benefit_year_code in (select benefit_year_code from lake.changed_benefit_year)
"""


def prepare_lake(home: Home, code_hash: str) -> standing.Start | None:
    """Fill the working file; the build that it starts from, if there is one."""
    former = former_build(home, code_hash)
    if former is not None and not standing.copy_to(home, former.build_id):
        former = None
    with duckdb.connect(str(home.warehouse)) as con:
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
        if former is None:
            return None
        compiled = standing.read_compiled(home, former.build_id)
        return standing.start(former.build_id, before, standing.sources(con), compiled)


def name_changes(con: duckdb.DuckDBPyConnection, *, is_started: bool) -> None:
    """Name the months and benefit years that are made anew: those that changed, or all where nothing was kept."""
    if not is_started:
        con.execute(EVERY_MONTH_SQL)
        return
    con.execute(CHANGED_MONTH_SQL)
    kept = con.execute("select table_name from duckdb_tables() where schema_name = 'benefits'").fetchall()
    is_replayed = set(YEARLY_MARTS) <= {table for (table,) in kept}
    con.execute(CHANGED_YEAR_SQL if is_replayed else EVERY_YEAR_SQL)


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

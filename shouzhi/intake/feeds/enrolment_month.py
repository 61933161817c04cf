"""Fingerprints by month where a row is no event but a state: cover in a month, deaths in a month.

A spell touches every month from its begin to its end. Its hash enters the running ``bit_xor`` at its begin month and
leaves it in the month after its end, so a month's value is the xor over the spells that touch it, whatever their
order, and costs one pass over the spells.
"""

import duckdb

SPELL_COLUMNS = {
    "psn_insu_d": "psn_insu_rlts_id",
    "psn_insu_his_d": "psn_insu_detl_id",
}
LAST_MONTH = "'999912'"


def insert_enrolment_months(connection: duckdb.DuckDBPyConnection) -> None:
    """Fill ``lake.feed_month`` for ``psn_insu_d`` (current and history rows together)."""
    spells = "\n    union all\n".join(
        f"""    select
        hash(
            {key}, psn_no, insutype, crt_insu_date, paus_insu_date, psn_insu_stas, psn_type, insutype_retr_flag,
            retr_trt_begn_date, emp_no, insu_admdvs, '{feed}'
        ) as spell_hash,
        crt_insu_date as begin_date,
        paus_insu_date as end_date,
    from lake.{feed}"""
        for feed, key in SPELL_COLUMNS.items()
    )
    connection.execute(
        f"""
insert into lake.feed_month
with spells as (
{spells}
),

events as (
    select
        cast(year(begin_date) * 100 + month(begin_date) as varchar) as event_month,
        spell_hash,
        1 as row_count,
    from spells
    union all
    select
        cast(year(next_date) * 100 + month(next_date) as varchar) as event_month,
        spell_hash,
        -1 as row_count,
    from (
        select
            greatest(end_date, begin_date) + interval 1 month as next_date,
            spell_hash,
        from spells
        where end_date is not null and end_date < date '9000-01-01'
    )
),

changes as (
    select
        coalesce(event_month, {LAST_MONTH}) as event_month,
        bit_xor(spell_hash) as month_hash,
        sum(row_count) as row_count,
    from events
    group by coalesce(event_month, {LAST_MONTH})
)

select
    'psn_insu_d' as feed_code,
    event_month,
    cast(bit_xor(month_hash) over (order by event_month) as varchar) as fingerprint,
    cast(sum(row_count) over (order by event_month) as bigint) as row_count,
from changes
order by event_month
"""
    )


def insert_person_months(connection: duckdb.DuckDBPyConnection) -> None:
    """Fill ``lake.feed_month`` for ``psn_info_b``: by month of death, and ``all`` for everybody."""
    connection.execute(
        """
insert into lake.feed_month
with persons as (
    select
        cast(year(die_date) * 100 + month(die_date) as varchar) as death_month,
        hash(psn_no, gend, brdy, surv_stas, die_date) as person_hash,
    from lake.psn_info_b
)

select
    'psn_info_b' as feed_code,
    coalesce(death_month, 'all') as event_month,
    cast(bit_xor(person_hash) as varchar) as fingerprint,
    count(*) as row_count,
from persons
group by grouping sets ((), (death_month))
having grouping(death_month) = 1 or death_month is not null
order by event_month
"""
    )

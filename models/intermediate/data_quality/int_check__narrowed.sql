{{ config(materialized='table') }}
-- Persons whose rows may be in doubt now and were not in the build before: the day after which a settlement's service ends, the
-- month after which a contribution is due (an empty text: any month). Too many rows of theirs may be looked at, never too few:
-- whether a row is in doubt is judged anew. What did not change since is compared with itself.
{% set cover, state = ref('int_check__cover'), ref('int_check__person_state') %}
with lost_cover as (
    select person_key, scheme_code, before_date, last_date from {{ former_of(cover) or cover }}
    except
    select person_key, scheme_code, before_date, last_date from {{ cover }}
),

changed_state as (
    select person_key, is_known, death_date, retired_month from {{ state }}
    except
    select person_key, is_known, death_date, retired_month from {{ former_of(state) or state }}
),

lost_state as (
    select person_key, is_known, death_date, retired_month from {{ former_of(state) or state }}
    except
    select person_key, is_known, death_date, retired_month from {{ state }}
),

narrowed as (
    -- what another spell, begun as early, still covers is in order
    select
        lost.person_key,
        greatest(lost.before_date, coalesce(max(cover.last_date), lost.before_date)) as service_end_date,
        cast(null as varchar) as due_month
    from lost_cover as lost
    left join {{ cover }} as cover
        on
            lost.person_key = cover.person_key
            and lost.scheme_code = cover.scheme_code
            and lost.before_date >= cover.before_date
    group by lost.person_key, lost.scheme_code, lost.before_date, lost.last_date
    union all
    select
        changed.person_key,
        case when changed.death_date < coalesce(lost.death_date, date '9999-12-31') then changed.death_date end,
        case when changed.retired_month < coalesce(lost.retired_month, '999999') then changed.retired_month end
    from changed_state as changed
    left join lost_state as lost on changed.person_key = lost.person_key
    -- who was unknown where persons are known was in doubt
    where lost.is_known or not {{ is_delivered(ref('dim_person')) }}
    union all
    select
        lost.person_key,
        date '0001-01-01',
        ''
    from lost_state as lost
    left join changed_state as changed on lost.person_key = changed.person_key
    where lost.is_known and not coalesce(changed.is_known, false)
)

select
    person_key,
    min(service_end_date) as service_end_date,
    min(due_month) as due_month
from narrowed
where service_end_date is not null or due_month is not null
group by person_key

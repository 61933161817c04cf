{{ config(materialized='table') }}
-- Every value that decides what is due, in force for whole months: 1.1.1 speaks of months, so that the value of a month is
-- that of its first day (a change within a month begins with the next one).
-- The credit to personal accounts stands in the bracket seed; of it the persons in service are taken, whose base is known.
with dated as (
    select
        area_code,
        parameter_code,
        valid_from_date,
        coalesce(valid_to_date, date '9999-12-31') as valid_to_date,
        parameter_value,
        doc_no,
        clause,
        basis
    from {{ ref('int_benefits__policy_in_force') }}
    where parameter_code in (select item.parameter_code from {{ ref('contribution_item') }} as item)
    union all
    select
        area_code,
        parameter_code,
        valid_from_date,
        coalesce(valid_to_date, date '9999-12-31'),
        parameter_value,
        doc_no,
        clause,
        basis
    from {{ ref('int_benefits__bracket_in_force') }}
    where
        parameter_code = 'account_credit_ratio' and person_group_code = 'in_service' and bracket_no = 1
        -- depends on neither level nor place of care
        and hospital_level_code = '3' and place_code = 'local'
)

select
    area_code,
    parameter_code,
    valid_from_date,
    case
        when extract(day from valid_from_date) = 1 then {{ month_code('valid_from_date') }}
        else {{ month_code(dbt.dateadd('day', 1, 'last_day(valid_from_date)')) }}
    end as from_month,
    case
        when valid_to_date = date '9999-12-31' then '999999'
        when extract(day from valid_to_date) = 1 then {{ month_code('valid_to_date') }}
        else {{ month_code(dbt.dateadd('day', 1, 'last_day(valid_to_date)')) }}
    end as to_month,
    cast(parameter_value as decimal(18, 6)) as parameter_value,
    doc_no,
    clause,
    basis
from dated

{{ config(materialized='table', meta={'keeps_former': true}) }}
-- Contributions that are not plainly in order against persons and retirement: few.
{% set own_columns %}
        contribution_id, county_code, insutype_code, contribution_type_code, event_month, due_month, person_key, total_yuan
{%- endset %}
{% set columns = own_columns ~ ", feed_code, has_base" %}
{% set queries = [] %}
{% for feed, base in [
    ('staf_psn_clct_detl_d', "insutype_code = '310' and coalesce(employer_base_yuan, person_base_yuan, 0) > 0"),
    ('rsdt_psn_clct_detl_d', 'false'),
] %}
{% set query %}
    select {{ own_columns }}, '{{ feed }}' as feed_code, coalesce({{ base }}, false) as has_base
    from {{ ref('stg_' ~ feed) }}
    where true
{%- endset %}
{% do queries.append(query) %}
{% endfor %}
{% set months = doubted_months(['staf_psn_clct_detl_d', 'rsdt_psn_clct_detl_d']) %}
with given as (
    select {{ is_delivered(ref('dim_person')) }} as has_persons
),

-- Every contribution of a month is read for it, therefore by the columns that tell alone.
contribution as (
    {{ looked_at(columns, queries, months, 'due_month') }}
)

-- distinct: a contribution may be looked at twice
select distinct
    contribution.contribution_id,
    contribution.county_code,
    contribution.insutype_code,
    contribution.contribution_type_code,
    contribution.event_month,
    contribution.due_month,
    contribution.person_key,
    contribution.total_yuan,
    contribution.feed_code,
    contribution.has_base,
    given.has_persons and not coalesce(person.is_known, false) as is_unknown,
    coalesce(contribution.has_base and contribution.due_month > person.retired_month, false) as is_after_retirement
from contribution
cross join given
left join {{ ref('int_check__person_state') }} as person on contribution.person_key = person.person_key
where
    (given.has_persons and not coalesce(person.is_known, false))
    or (contribution.has_base and contribution.due_month > person.retired_month)

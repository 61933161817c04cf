{{ config(materialized='table', meta={'keeps_former': true}) }}
-- What all settlements and contributions are in order by, whoever's they are: each institution that is known, and each feed that
-- never came, against which nothing is judged. Where one of them is gone, all rows are looked at (macros/checks/doubt.sql).
select
    'institution' as premise_code,
    institution_code as premise_key
from {{ ref('dim_institution') }}
where institution_code is not null
{%- for feed in ('dim_institution', 'dim_person', 'fct_insurance_spell') %}
union all
select
    'undelivered' as premise_code,
    '{{ feed }}' as premise_key
where not {{ is_delivered(ref(feed)) }}
{%- endfor %}

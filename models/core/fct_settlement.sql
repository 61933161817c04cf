{{ config(materialized='view') }}

-- Both views of a settlement as columns: is_valid with its own month is the settlement view (a reversal counts in its
-- own month), is_occurrence is the statutory report's filter. A reversal names the settlement that it takes back.
{{ settlement_facts(ref('stg_setl_d')) }}

{{ config(materialized='table') }}
-- Each fund's level against the last known one.
{{ level_history(ref('int_deficit_warning__level'), ["area_code", "fund_code", "period_type"]) }}

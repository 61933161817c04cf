{{ config(materialized='table') }}
-- Which parameter fills which place of the replay's arithmetic, by scheme, kind of care and place.
{{ benefit_slots() }}

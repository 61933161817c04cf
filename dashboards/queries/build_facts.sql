-- One row per fact about the build.
select
    "key" as fact_key,
    "value" as fact_value,
from data_quality.dim_build

-- One row per metric of the catalogue.
select *
from data_quality.dim_metric
order by metric_code

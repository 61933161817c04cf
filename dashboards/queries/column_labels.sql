-- One row per column name: its Chinese label (same meaning, same name, everywhere).
select
    column_name,
    min(label_zh) as label_zh,
from data_quality.dim_column
where label_zh is not null
group by column_name

-- One row per published relation: what it is built from and which tests guard it.
select
    relation_name,
    coalesce(relation_label_zh, relation_name) as relation_label_zh,
    description,
    depends_on,
    tests,
from data_quality.dim_lineage
order by relation_name

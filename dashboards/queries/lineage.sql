-- One row per published relation: what it is built from and which tests guard it.
select
    relation_name,
    description,
    depends_on,
    tests,
from data_quality.dim_lineage
order by relation_name

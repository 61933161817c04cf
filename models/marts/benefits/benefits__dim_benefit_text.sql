select
    text_kind_code,
    text_code,
    name_zh,
    sort_order
from {{ ref('benefit_text') }}

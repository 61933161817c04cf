select
    insutype_code,
    insutype_name,
    scheme_code,
    fund_code,
    is_basic
from {{ ref('insutype') }}

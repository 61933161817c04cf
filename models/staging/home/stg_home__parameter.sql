select
    parameter_code,
    parameter_value
from {{ source('lake', 'home_parameter') }}

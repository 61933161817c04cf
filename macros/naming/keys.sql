{# One key of a statement: area, fund, period type, period and statement. #}
{% macro statement_key(area='area_code', fund='fund_code', period_type='period_type', period='period_code', statement='statement_code') -%}
    concat_ws('|', {{ area }}, {{ fund }}, {{ period_type }}, {{ period }}, {{ statement }})
{%- endmacro %}

{# One series of periods: area, fund, period type and statement. #}
{% macro series_key(area='area_code', fund='fund_code', period_type='period_type', statement='statement_code') -%}
    concat_ws('|', {{ area }}, {{ fund }}, {{ period_type }}, {{ statement }})
{%- endmacro %}

{# A broken integrity rule stops the build: nothing is published. #}
{% test no_integrity_violation(model) %}
select
    check_id,
    area_code,
    fund_code,
    period_code,
    violated_count,
    sample_keys
from {{ model }}
where kind = 'integrity' and violated_count > 0
{% endtest %}

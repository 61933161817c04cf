{#  What is told of a quarantined row or cell: the same columns in staging, core and marts.
    ``amount`` is how the amount is written there.  #}
{% macro quarantine_columns(amount="amount_yuan") -%}
delivery_no,
    content_hash,
    file_name,
    feed_code,
    sheet_name,
    row_number,
    cell_ref,
    column_name,
    reason_code,
    reason_zh,
    raw_text,
    {{ amount }} as amount_yuan,
    admdvs,
    admdvs_name,
    fund_code,
    statement_code,
    period_type,
    period_code
{%- endmacro %}

{#
    How many periods in a row, up to this one, a condition has held. Unknown counts as not held.
    Needs the column position (1, 2, … without gaps) in the series.
#}
{% macro run_length(condition, series) %}
position - coalesce(
    max(case when {{ condition }} then null else position end) over (
        partition by {{ series | join(", ") }} order by position rows between unbounded preceding and current row
    ),
    0
)
{%- endmacro %}

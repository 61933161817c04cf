{#
    Settlements and contributions in doubt, against persons, cover and institutions. Nearly all are plainly in order, and stay so
    until their month changes or what they were in order by does. So those that were in doubt in the build before are judged
    again, and with them the months that changed and the rows of persons whose ground got narrower since
    (int_check__narrowed). All rows are where there is no such build, or where a premise is gone (int_check__premise).
#}

{# The months that are looked at whole: those of the feeds that changed; none where all are. #}
{% macro doubted_months(feeds) -%}
    {%- set premise, former_doubt = ref('int_check__premise'), former_of(this) -%}
    {%- if former_doubt is none -%}{{ return(none) }}{%- endif -%}
    {%- set former_premise = former_of(premise) -%}
    {%- if former_premise is not none -%}
        {%- set query -%}
            select count(*)
            from {{ former_premise }} as former
            left join {{ premise }} as premise
                on former.premise_code = premise.premise_code and former.premise_key = premise.premise_key
            where premise.premise_key is null
        {%- endset -%}
        {%- if run_query(query).rows[0][0] -%}{{ return(none) }}{%- endif -%}
    {%- endif -%}
    {{ return(changed_months(feeds)) }}
{%- endmacro %}

{#
    The rows that are looked at; one may be there twice.

    columns    of a row, and of the model
    queries    select them of the feeds, of all months, and end in a condition
    months     doubted_months()
    date       the column of a row by which int_check__narrowed, under the same name, bounds it
#}
{% macro looked_at(columns, queries, months, date) -%}
    {%- set narrowed = ref('int_check__narrowed') -%}
    {%- for query in queries %}
    {{ 'union all' if not loop.first }}
    {{ query }}{{ in_months(months) }}
    {%- endfor %}
    {%- if months is not none %}
    {%- set others = " and event_month not in (" ~ quoted_list(months) ~ ")" if months else "" %}
    union all
    select {{ columns }}
    from {{ former_of(this) }}
    where true{{ others }}
    {%- set bound = run_query("select count(" ~ date ~ "), min(" ~ date ~ ") from " ~ narrowed).rows[0] %}
    {%- if bound[0] %}
    {%- for query in queries %}
    union all
    {{ query }}{{ others }}
        and person_key in (select narrowed.person_key from {{ narrowed }} as narrowed where narrowed.{{ date }} is not null)
        {%- if bound[1] %} and {{ date }} > '{{ bound[1] }}'{% endif %}
    {%- endfor %}
    {%- endif %}
    {%- endif %}
{%- endmacro %}

{#
    Tables and views under their own name at once, on DuckDB. The working file of a run is new and nobody else reads it, so
    nothing has to be built beside, renamed and dropped afterwards, which costs more than the statement of a small model
    itself. Where a relation stands all the same, it goes first. Other engines keep the ways of dbt.
#}
{% materialization table, adapter='duckdb' %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {%- do drop_former(this) -%}
    {%- call statement('main') -%}
        {{ create_table_as(False, target_relation, sql) }}
    {%- endcall -%}
    {%- do create_indexes(target_relation) -%}
    {%- do persist_docs(target_relation, model) -%}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {%- do adapter.commit() -%}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{% materialization view, adapter='duckdb' %}
    {%- set target_relation = this.incorporate(type='view') -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {%- do drop_former(this) -%}
    {%- call statement('main') -%}
        {{ create_view_as(target_relation, sql) }}
    {%- endcall -%}
    {%- do persist_docs(target_relation, model) -%}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {%- do adapter.commit() -%}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{#
    What is kept by month or year: the pre-hook took out what is made anew, the rest of the query's rows are put in without a
    table between. The columns need not be compared with those that stand: another query is another version of the product,
    which starts from nothing.
#}
{% materialization incremental, adapter='duckdb' %}
    {%- if config.get('incremental_strategy') != 'append' -%}
        {%- do exceptions.raise_compiler_error("only incremental_strategy='append' is known here") -%}
    {%- endif -%}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set is_standing = is_incremental() -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {%- if not is_standing -%}{%- do drop_former(this) -%}{%- endif -%}
    {%- call statement('main') -%}
        {%- if is_standing -%}
            {%- if config.get('contract').enforced -%}{{ get_assert_columns_equivalent(sql) }}{%- endif -%}
            insert into {{ target_relation }} by name
            select * from (
                {{ sql }}
            ) as made_anew
        {%- else -%}
            {{ create_table_as(False, target_relation, sql) }}
        {%- endif -%}
    {%- endcall -%}
    {%- do create_indexes(target_relation) -%}
    {%- do persist_docs(target_relation, model) -%}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {%- do adapter.commit() -%}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{% macro drop_former(relation) %}
    {%- set former = load_cached_relation(relation) -%}
    {%- if former is not none -%}{%- do adapter.drop_relation(former) -%}{%- endif -%}
{% endmacro %}

{#
    A seed in one statement. The way of dbt reads the file a first time in Python, to learn the columns, and then leaves it to
    DuckDB all the same. A column without a declared type is text.
#}
{% materialization seed, adapter='duckdb' %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {%- do drop_former(this) -%}
    {%- call statement('main') -%}
        create table {{ target_relation }} as
        {{ seed_rows(adapter.get_seed_file_path(model), config.get('column_types', {})) }}
    {%- endcall -%}
    {#- what `dbt seed --show` would print -#}
    {%- do store_result('agate_table', response='OK') -%}
    {%- do create_indexes(target_relation) -%}
    {%- do persist_docs(target_relation, model) -%}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {%- do adapter.commit() -%}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{% macro seed_rows(path, column_types) -%}
    select *
    {%- if column_types %} replace (
        {%- for name, type in column_types.items() -%}
            cast({{ name }} as {{ type }}) as {{ name }}{% if not loop.last %}, {% endif %}
        {%- endfor -%}
    )
    {%- endif %}
    from read_csv(
        '{{ path | replace("'", "''") }}', header = true, delim = ',', quote = '"', escape = '"', all_varchar = true
    )
{%- endmacro %}

{{ config(materialized='table') }}
-- Income and expenditure of each statement, per measure: the sum of the parts; where there are none, the stated total.
with pivoted as (
    select
        statement_key,
        measure_code,
        {% for side in ('income', 'expenditure') %}
        {% set is_part = "side_code = '" ~ side ~ "' and account_role = 'addend'" %}
        {{ sum_money('case when ' ~ is_part ~ ' then amount_yuan end') }} as {{ side }}_parts,
        {{ sum_money('case when ' ~ is_part ~ ' and is_level_transfer then amount_yuan end') }} as {{ side }}_level_transfer,
        coalesce(sum(case when {{ is_part }} then line_count end), 0) as {{ side }}_terms,
        coalesce(sum(case when {{ is_part }} and not is_level_transfer and is_in_total = 0 then 1 end), 0) as {{ side }}_details,
        coalesce(sum(case when {{ is_part }} and is_in_total = 1 then 1 end), 0) as {{ side }}_items,
        max(case when account_code = '{{ side }}_subtotal' then amount_yuan end) as {{ side }}_subtotal,
        max(case when account_code = '{{ side }}_total' then amount_yuan end) as {{ side }}_total,
        max(case when account_code = 'grand_total_{{ side }}' then amount_yuan end) as grand_total_{{ side }}_yuan,
        {% endfor %}
        max(case when account_code = 'opening_balance' then amount_yuan end) as opening_yuan,
        max(case when account_code = 'current_surplus' then amount_yuan end) as stated_surplus_yuan,
        max(case when account_code = 'closing_balance' then amount_yuan end) as closing_yuan,
        max(precision_yuan) as precision_yuan
    from {{ ref('int_fund_balance__statement_account') }}
    group by statement_key, measure_code
),

sided as (
    select
        pivoted.*,
        {% for side in ('income', 'expenditure') %}
        case
            when {{ side }}_details > 0 then {{ side }}_parts
            -- Only 上解 or 补助 given beside a total: all there is (the total within rounding), or one line out of it.
            when abs({{ side }}_total - {{ side }}_parts) <= {{ rounding_tolerance('precision_yuan', side ~ '_terms') }}
                then {{ side }}_parts
            when {{ side }}_subtotal is not null
                then {{ yuan(side ~ '_subtotal + coalesce(' ~ side ~ '_level_transfer, 0)') }}
            when {{ side }}_total is not null then {{ side }}_total
            else {{ side }}_parts
        end as {{ side }}_yuan{{ ',' if not loop.last }}
        {% endfor %}
    from pivoted
)

select
    statement_key,
    measure_code,
    {% for side in ('income', 'expenditure') %}
    {{ side }}_yuan,
    cast(greatest({{ side }}_terms, case when {{ side }}_yuan is null then 0 else 1 end) as integer) as {{ side }}_terms,
    {{ side }}_details = 0 and {{ side }}_yuan is not null and not ({{ side }}_items > 0 and {{ side }}_parts = {{ side }}_yuan)
        as is_{{ side }}_undetailed,
    {{ side }}_total,
    case
        -- Items of a total that come to more than it.
        when {{ side }}_details = 0 and {{ side }}_items > 0 and {{ side }}_parts > {{ side }}_yuan
            then {{ yuan(side ~ '_yuan - ' ~ side ~ '_parts') }}
        when {{ side }}_total <> {{ side }}_yuan then {{ yuan(side ~ '_total - ' ~ side ~ '_yuan') }}
        when {{ side }}_subtotal is not null
            then {{ yuan(side ~ '_subtotal - (' ~ side ~ '_yuan - coalesce(' ~ side ~ '_level_transfer, 0))') }}
        when {{ side }}_total is not null then {{ yuan('0') }}
    end as stated_{{ side }}_difference_yuan,
    grand_total_{{ side }}_yuan,
    {% endfor %}
    {{ yuan('coalesce(income_yuan - expenditure_yuan, stated_surplus_yuan)') }} as surplus_yuan,
    stated_surplus_yuan,
    {{ yuan('stated_surplus_yuan - (income_yuan - expenditure_yuan)') }} as stated_surplus_difference_yuan,
    opening_yuan,
    closing_yuan,
    precision_yuan
from sided

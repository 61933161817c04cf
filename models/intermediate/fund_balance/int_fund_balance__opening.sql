{{ config(materialized='table') }}
-- Opening and closing of each statement. Opening = stated; else stated closing - surplus; else the prior closing (stated,
-- else computed). The prior closings are carried through a series, and looked up again where another kind of statement
-- or period comes first; hence two rounds. Kept over 150 lines: the rounds stand out.
with year_opened as (
    select
        *,
        -- The opening of 1 January, by the row itself, else by the first period or another year-to-date row of the year.
        coalesce(
            january_opening_yuan,
            max(case when period_no = 1 then stated_opening_yuan end) over (partition by series_key, year_number),
            min(january_opening_yuan) over (partition by series_key, year_number)
        ) as year_opening_yuan
    from {{ ref('int_fund_balance__leaf_statement') }}
),

own as (
    select
        statement_key,
        series_key,
        period_index,
        period_index - period_no as year_end_index,
        surplus_yuan,
        ytd_surplus_yuan,
        stated_opening_yuan,
        stated_closing_yuan,
        -- In year-to-date rows the stated opening is that of 1 January: the own opening of a month, and of a quarter
        -- built from such months, is the prior closing.
        stated_opening_yuan is null and has_january_opening as is_prior_preferred,
        {{ yuan('stated_closing_yuan - surplus_yuan') }} as opening_from_closing_yuan,
        {{ yuan('year_opening_yuan + ytd_surplus_yuan') }} as closing_from_january_yuan,
        {{ yuan('year_opening_yuan + ytd_surplus_yuan - surplus_yuan') }} as opening_from_january_yuan
    from year_opened
),

closing_1 as (
    select
        statement_key,
        {{ yuan('coalesce(stated_closing_yuan, stated_opening_yuan + surplus_yuan, closing_from_january_yuan)') }}
            as closing_yuan
    from own
),

{% for round in (1, 2) %}
ranked_{{ round }} as (
    select
        candidate.statement_key,
        closing.closing_yuan,
        row_number() over (
            partition by candidate.statement_key order by candidate.preference, candidate.prior_key
        ) as rank_no
    from {{ ref('int_fund_balance__prior_candidate') }} as candidate
    inner join closing_{{ round }} as closing on candidate.prior_key = closing.statement_key
    where closing.closing_yuan is not null
),

year_end_{{ round }} as (
    select
        own.series_key,
        own.period_index,
        closing.closing_yuan
    from own
    inner join closing_{{ round }} as closing on own.statement_key = closing.statement_key
),

anchored_{{ round }} as (
    select
        own.statement_key,
        own.series_key,
        own.period_index,
        own.surplus_yuan,
        -- After a missing period the year-to-date goes on from the last year's end.
        {{ yuan('coalesce(closing_1.closing_yuan, ranked.closing_yuan + own.surplus_yuan, year_end.closing_yuan + own.ytd_surplus_yuan)') }}
            as anchor_yuan
    from own
    inner join closing_1 on own.statement_key = closing_1.statement_key
    left join year_end_{{ round }} as year_end
        on own.series_key = year_end.series_key and own.year_end_index = year_end.period_index
    left join ranked_{{ round }} as ranked on own.statement_key = ranked.statement_key and ranked.rank_no = 1
),

grouped_{{ round }} as (
    select
        anchored.*,
        count(anchor_yuan) over (partition by series_key order by period_index) as anchor_no
    from anchored_{{ round }} as anchored
),

carried_{{ round }} as (
    select
        grouped.*,
        max(anchor_yuan) over (partition by series_key, anchor_no) as last_anchor_yuan,
        min(period_index) over (partition by series_key, anchor_no) as anchor_index,
        sum(case when anchor_yuan is null then surplus_yuan end) over since_anchor as since_yuan,
        count(case when anchor_yuan is null then surplus_yuan end) over since_anchor as since_count
    from grouped_{{ round }} as grouped
    window
        since_anchor as (
            partition by series_key, anchor_no
            order by period_index
            rows between unbounded preceding and current row
        )
),

closing_{{ round + 1 }} as (
    select
        statement_key,
        case
            when anchor_no > 0 and since_count = period_index - anchor_index
                then {{ yuan('last_anchor_yuan + coalesce(since_yuan, 0)') }}
        end as closing_yuan
    from carried_{{ round }}
),
{% endfor %}

ranked_3 as (
    select
        candidate.statement_key,
        closing.closing_yuan,
        earlier.precision_yuan,
        earlier.origin_code,
        row_number() over (
            partition by candidate.statement_key order by candidate.preference, candidate.prior_key
        ) as rank_no
    from {{ ref('int_fund_balance__prior_candidate') }} as candidate
    inner join closing_3 as closing on candidate.prior_key = closing.statement_key
    inner join {{ ref('int_fund_balance__leaf_statement') }} as earlier on candidate.prior_key = earlier.statement_key
    where closing.closing_yuan is not null
),

year_end_3 as (
    select
        own.series_key,
        own.period_index,
        closing_3.closing_yuan
    from own
    inner join closing_3 on own.statement_key = closing_3.statement_key
),

opened as (
    select
        own.*,
        case
            when own.stated_opening_yuan is not null then 'stated'
            when own.is_prior_preferred and ranked_3.closing_yuan is not null then 'prior_closing'
            when own.opening_from_closing_yuan is not null then 'derived'
            when ranked_3.closing_yuan is not null then 'prior_closing'
            when own.opening_from_january_yuan is not null then 'derived'
            else 'not_available'
        end as opening_basis,
        ranked_3.closing_yuan as prior_closing_yuan,
        ranked_3.precision_yuan as prior_precision_yuan,
        ranked_3.origin_code as prior_origin_code,
        {{ yuan('year_end.closing_yuan + own.ytd_surplus_yuan') }} as closing_from_year_end_yuan
    from own
    left join year_end_3 as year_end
        on own.series_key = year_end.series_key and own.year_end_index = year_end.period_index
    left join ranked_3 on own.statement_key = ranked_3.statement_key and ranked_3.rank_no = 1
),

valued as (
    select
        opened.*,
        case
            when opening_basis = 'stated' then stated_opening_yuan
            when opening_basis = 'prior_closing' then prior_closing_yuan
            when opening_basis = 'derived' then coalesce(opening_from_closing_yuan, opening_from_january_yuan)
        end as opening_yuan
    from opened
)

select
    statement_key,
    opening_basis,
    opening_yuan,
    prior_closing_yuan,
    prior_precision_yuan,
    prior_origin_code,
    {{ yuan('coalesce(opening_yuan + surplus_yuan, closing_from_january_yuan, closing_from_year_end_yuan)') }}
        as closing_yuan,
    {{ yuan('coalesce(stated_closing_yuan, opening_yuan + surplus_yuan, closing_from_january_yuan, closing_from_year_end_yuan)') }}
        as actual_closing_yuan
from valued

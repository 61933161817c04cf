-- Counts and names of a period as one neutral sentence; it asserts no cause.
with first_period as (
    select
        fund_code,
        period_type,
        min(period_end_date) as first_end_date
    from {{ ref('deficit_warning__fct_level_count') }}
    group by fund_code, period_type
),

phrase as (
    select
        level_count.fund_code,
        level_count.period_type,
        level_count.period_code,
        level_count.period_end_date,
        coalesce(period.period_label_zh, level_count.period_code)
        || '末，' || cast(level_count.areas_expected_count as varchar)
        || case when part.is_any_expected = 1 then '个统筹区中' else '个地区中' end
        || cast(level_count.areas_reported_count as varchar)
        || case when part.is_any_expected = 1 then '个已报送' else '个有数据' end as reported_zh,
        {{ counted_zh("红色", "level_count.red_count") }}
        || {{ counted_zh("橙色", "level_count.orange_count") }}
        || {{ counted_zh("黄色", "level_count.yellow_count") }}
        || {{ counted_zh("蓝色", "level_count.blue_count") }} as levels_zh,
        {{ counted_zh("数据不足无法评级", "part.untold_count") }} as untold_zh,
        {{ counted_zh("新增", "level_count.new_count", "part.new_names") }}
        || {{ counted_zh("升级", "level_count.raised_count", "part.raised_names") }}
        || {{ counted_zh("降级", "level_count.lowered_count", "part.lowered_names") }}
        || {{ counted_zh("解除", "level_count.cleared_count", "part.cleared_names") }} as changes_zh,
        case level_count.period_type
            when 'month' then '与上月相比'
            when 'quarter' then '与上季度相比'
            when 'half' then '与上个半年相比'
            else '与上年相比'
        end as compared_zh,
        part.silent_names,
        part.is_any_expected,
        level_count.none_count,
        level_count.period_end_date = first_period.first_end_date as is_first_period
    from {{ ref('deficit_warning__fct_level_count') }} as level_count
    inner join {{ ref('int_deficit_warning__sentence_part') }} as part
        on
            level_count.fund_code = part.fund_code
            and level_count.period_type = part.period_type
            and level_count.period_code = part.period_code
    inner join first_period
        on
            level_count.fund_code = first_period.fund_code
            and level_count.period_type = first_period.period_type
    left join {{ ref('dim_period') }} as period
        on
            level_count.period_type = period.period_type
            and level_count.period_code = period.period_code
)

select
    fund_code,
    period_type,
    period_code,
    period_end_date,
    reported_zh || '：'
    || case
        when levels_zh <> '' then substr(levels_zh, 2) || replace(untold_zh, '、', '，')
        when none_count > 0 then '无列级预警' || replace(untold_zh, '、', '，')
        when untold_zh <> '' then substr(untold_zh, 2)
        else '没有可评级的地区'
    end
    || case
        when is_first_period then ''
        when changes_zh = '' then '；' || compared_zh || '无变化'
        else '；' || compared_zh || substr(changes_zh, 2)
    end
    || coalesce('；' || silent_names || case when is_any_expected = 1 then '未报送' else '无数据' end, '')
    || '。' as sentence_zh
from phrase

-- One row per settlement behind a figure of spending, the largest first, with the number and sum of all; persons are masked.
select
    settlement.settlement_id,
    concat(substr(settlement.person_key, 1, 8), '…') as person_mask,
    area.area_short_name as area_name,
    insutype.insutype_name,
    settlement.institution_code,
    settlement.medical_kind_code,
    settlement.event_month,
    settlement.service_end_date,
    settlement.is_reversal,
    settlement.medical_fee_yuan,
    settlement.fund_pay_yuan as amount_yuan,
    count(*) over () as rows_count,
    sum(settlement.fund_pay_yuan) over () as rows_yuan,
from rows.settlement as settlement
inner join core.dim_insutype as insutype on settlement.insutype_code = insutype.insutype_code
inner join core.dim_area as area
    on settlement.area_code = area.area_code
    and (area.area_code = $area_code or (area.region_code = $area_code and area.area_kind in ('pooling_area', 'prov_level')))
-- an area counts in the region's figure where its whole period is there
inner join prefecture_comparison.fct_spending_driver as counted
    on settlement.area_code = counted.area_code
    and insutype.scheme_code = counted.scheme_code
    and counted.medical_kind_code = 'all'
    and counted.period_type = $period_type
    and counted.period_code = $period_code
where settlement.is_valid
    and settlement.event_month between $first_month and $last_month
    and insutype.scheme_code in ('employee', 'resident')
    and ($scheme = 'all' or insutype.scheme_code = $scheme)
    and ($kind = 'all' or settlement.medical_kind_code = $kind)
    and ($scope = '*' or list_contains(string_split($scope, ','), settlement.area_code))
order by abs(settlement.fund_pay_yuan) desc, settlement.settlement_id
limit $shown

-- One row: how many fund parts of payments stand behind a benefit line, and their sum.
select
    count(*) as rows_count,
    cast(coalesce(sum(payment.paid_yuan), 0) as decimal(20, 2)) as amount_yuan,
from rows.payment as payment
inner join core.dim_area as area
    on payment.area_code = area.area_code
    and (area.area_code = $area_code or (area.region_code = $area_code and area.area_kind in ('pooling_area', 'prov_level')))
-- an area counts in the region's figure where it has both sides
inner join fund_balance.fct_reconciliation as counted
    on payment.area_code = counted.area_code
    and payment.fund_code = counted.fund_code
    and counted.line_code = 'benefit_expenditure'
    and counted.period_type = $period_type
    and counted.period_code = $period_code
where payment.payment_month between $first_month and $last_month
    and payment.fund_code = $row_fund
    and ($scope = '*' or list_contains(string_split($scope, ','), payment.area_code))

-- One row per fund part of a payment to institutions behind a benefit line, the largest first, with the number and sum of all.
select
    payment.payment_id,
    area.area_short_name as area_name,
    payment.fund_code,
    payment.source_code,
    payment.payee_code,
    payment.charge_month,
    payment.payment_month,
    payment.paid_yuan as amount_yuan,
    count(*) over () as rows_count,
    sum(payment.paid_yuan) over () as rows_yuan,
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
order by abs(payment.paid_yuan) desc, payment.payment_id
limit $shown

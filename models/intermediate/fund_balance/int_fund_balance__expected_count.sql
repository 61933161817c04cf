-- How many areas of a region are waited for, fund by fund: an expected reporter that does not run a fund is not.
select
    area.region_code,
    fund.fund_code,
    count(*) as areas_expected_count
from {{ ref('dim_area') }} as area
cross join {{ ref('dim_fund') }} as fund
left join {{ ref('map_fund_exemption') }} as exemption
    on area.area_code = exemption.area_code and fund.fund_code = exemption.fund_code
where area.is_expected_reporter and exemption.area_code is null
group by area.region_code, fund.fund_code

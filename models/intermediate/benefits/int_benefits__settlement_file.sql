{{ config(materialized='table') }}
-- The files in which settlements came, numbered over all deliveries: with the row's place in its file, a settlement's number.
select
    delivery_no,
    file_no,
    row_number() over (order by delivery_no, file_no) as settlement_file_no
from {{ ref('stg_setl_d') }}
group by delivery_no, file_no

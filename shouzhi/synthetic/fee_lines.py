"""fee_list_d: the lines of the month's bills; those of reversals stand as negative rows that point to the original ones."""

from shouzhi.synthetic.bills import SLOTS, Lines
from shouzhi.synthetic.output import Step, Writer, first_day, last_day_text, yuan

COLUMNS = ", ".join(Lines.__dataclass_fields__)


def write_lines(writer: Writer, step: Step, lines: Lines) -> None:
    """One file. Lines of settlements that are taken back next month are kept in a table of the range."""
    con, month, waiting = writer.con, step.month, f"pending_line_{step.low}"
    con.register("line_array", {name: getattr(lines, name) for name in Lines.__dataclass_fields__})
    con.execute(
        f"""
        create or replace temp table line as
        select {COLUMNS}, priced.* from line_array
        inner join (
            select
                row_number() over () - 1 as number, id, person, county, institution, fate,
                cast({first_day("(service_month - months_late)")} + (day - 1) as date) as ended_on
            from {step.priced}
        ) as priced on line_array.bill = priced.number
        """
    )
    con.unregister("line_array")
    con.execute(f"create temp table if not exists {waiting} as select * from line limit 0")
    kinds = ", ".join(
        f"({slot}, '{catalogue}', '{charge}', '{level}')"
        for slot, (catalogue, charge, level, _) in SLOTS.items()
    )
    writer.copy(
        "fee_list_d",
        month,
        f"""
        with listed as (
            select *, id as settlement, cast(null as bigint) as original, 1 as sign from line
            union all
            select *, id + 500, id, -1 from line where fate = 1
            union all
            select *, id + 500, id, -1 from {waiting} where id in (select id from {step.claim} where is_update)
        )
        select
            '15' || settlement || lpad(cast(listed.line as varchar), 2, '0') as bkkp_sn,
            '150000' || settlement as setl_id,
            '1500' || (1000000000000000 + person * 7) as psn_no,
            county.code as insu_admdvs,
            institution.code as fixmedins_code,
            'M' || (100000 + item) as med_list_codg,
            kind.catalogue as list_type,
            kind.charge as med_chrgitm_type,
            kind.class as chrgitm_lv,
            sign * quantity as cnt,
            {yuan("price")} as pric,
            case when price_limit >= 0 then {yuan("price_limit")} end as pric_uplmt_amt,
            {yuan("sign * cost")} as det_item_fee_sumamt,
            case when percent >= 0 then cast(percent * 0.01 as decimal(5, 2)) end as selfpay_prop,
            {yuan("sign * listed.own")} as fulamt_ownpay_amt,
            {yuan("sign * over_limit")} as overlmt_selfpay,
            {yuan("sign * first_self_pay")} as preselfpay_amt,
            {yuan("sign * in_scope")} as inscp_amt,
            '15' || original || lpad(cast(listed.line as varchar), 2, '0') as init_feedetl_sn,
            cast(ended_on as varchar) || ' 12:00:00' as fee_ocur_time,
            '{last_day_text(month)} 21:00:00' as updt_time
        from listed
        inner join (values {kinds}) as kind(line, catalogue, charge, class) on listed.line = kind.line
        inner join (select county, code from county) as county on listed.county = county.county
        inner join (select institution, code from institution) as institution on listed.institution = institution.institution
        order by settlement, listed.line
        """,
        step.part,
    )
    con.execute(f"create or replace temp table {waiting} as select * from line where fate = 2")

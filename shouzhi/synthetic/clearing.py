"""From settlements to money: clearing with institutions, and every payment by fund in the month it is made.

Deductions, deposits and the gain or loss of case groups hit the pooled fund only; the other funds and the personal
accounts are passed on as settled.
"""

from shouzhi.synthetic.engine import Engine
from shouzhi.synthetic.output import Writer, first_day, month_text, yuan
from shouzhi.synthetic.population import OUTSIDE, TERTIARY
from shouzhi.synthetic.settings import month_of

PARTS = ("hifp", "cvlserv", "hifob", "hifmi", "maf", "acct")
FUND_OF = {"cvlserv": "320100", "hifob": "330100", "hifmi": "390200", "maf": "610100", "acct": "310200"}


def create(writer: Writer) -> None:
    writer.con.execute(
        "create table carried.cell_sum (month integer, institution integer, area integer, scheme integer, clr_type varchar,"
        " fee bigint, fund bigint, hifp bigint, cvlserv bigint, hifob bigint, hifmi bigint, maf bigint, acct bigint);"
        "create table carried.manual_claim (month integer, id bigint, area integer, scheme integer, clr_type varchar, person bigint, day integer,"
        " hifp bigint, cvlserv bigint, hifob bigint, hifmi bigint, maf bigint);"
        "create table carried.clearing (clearing bigint, month integer, pay_month integer, institution integer, area integer, scheme integer,"
        " clr_type varchar, fee bigint, fund bigint, payable bigint, deduction bigint, deposit bigint, hifp bigint, hifp_paid bigint,"
        " cvlserv bigint, hifob bigint, hifmi bigint, maf bigint, acct bigint);"
        "create table carried.payment (payment bigint, source varchar, source_number varchar, month integer, charge_month integer,"
        " area integer, scheme integer, clr_type varchar, object varchar, object_code varchar, day integer,"
        " hifp bigint, cvlserv bigint, hifob bigint, hifmi bigint, maf bigint, acct bigint);"
        "create table carried.flow (month integer, area integer, flow varchar, fen hugeint)"
    )


def clear_month(writer: Writer, month: int, is_written: bool, stop: str) -> None:
    """One row an institution, area, scheme and kind of care; paid one or two months later."""
    con, plan, p = writer.con, writer.plan, writer.plan.parameters
    key = f"(cast({month} as bigint) * 10000000 + institution * 100 + area) * 10 + (scheme - 1) * 3 + (case clr_type when '21' then 0 when '41' then 2 else 1 end)"
    inpatient = "clr_type = '21' and hifp > 0"
    con.execute(
        f"""
        insert into clearing
        select
            clearing, {month}, case when {plan.uniform("pay month", "institution", month)} < {p["paid_next_month"]} then {month + 1} else {month + 2} end,
            institution, area, scheme, clr_type, fee, fund, fund + gain, deduction, deposit,
            hifp, hifp + gain - deduction - deposit, cvlserv, hifob, hifmi, maf, acct
        from (
            select
                *,
                case when {inpatient} and institution < {OUTSIDE}
                    then cast(round(hifp * {p["case_group_spread"]} * (2 * {plan.uniform("case group", "clearing")} - 1)) as bigint) else 0 end as gain,
                case when hifp > 0 and {plan.uniform("deduction", "clearing")} < {p["deduction.share"]}
                    then cast(round(hifp * {p["deduction.rate"]} * {plan.uniform("deducted", "clearing")}) as bigint) else 0 end as deduction,
                case when {inpatient} and institution < {OUTSIDE} then cast(round(hifp * {p["deposit.rate"]}) as bigint) else 0 end as deposit
            from (
                select
                    {key} as clearing, institution, area, scheme, clr_type,
                    cast(sum(fee) as bigint) as fee, cast(sum(fund) as bigint) as fund, cast(sum(hifp) as bigint) as hifp,
                    cast(sum(cvlserv) as bigint) as cvlserv, cast(sum(hifob) as bigint) as hifob, cast(sum(hifmi) as bigint) as hifmi,
                    cast(sum(maf) as bigint) as maf, cast(sum(acct) as bigint) as acct
                from cell_sum where month = {month}
                group by institution, area, scheme, clr_type
            ) as summed
        ) as judged
        order by clearing
        """
    )
    _empty(con, "cell_sum")
    writer.copy(
        "medins_clr_sum_d",
        month,
        f"""
        select
            '15' || clearing as fee_clr_id,
            '16' || clearing as clr_appy_evt_id,
            area.code as clr_optins,
            institution.code as fixmedins_code,
            case scheme when 1 then '310' else '390' end as insutype,
            clr_type,
            null as clr_type_lv2,
            {month_text(str(month))} as clr_ym,
            '50' as clr_stas,
            {yuan("fee")} as medfee_sumamt,
            {yuan("fund")} as fund_appy_sum,
            {yuan("payable")} as dfr_amt,
            {yuan("deposit")} as dpst_sumamt,
            {yuan("deduction")} as det_sumamt,
            {yuan("acct")} as acct_pay,
            {yuan("payable - deduction - deposit")} as act_dfr_amt
        from clearing
        inner join institution on clearing.institution = institution.institution
        inner join area on clearing.area = area.area
        where clearing.month = {month} and clearing.{stop}
        order by clearing
        """,
    )


def pay_month(writer: Writer, month: int, stop: str) -> None:
    """Every payment booked in a month, and its sums by fund into the flows."""
    con, plan, p = writer.con, writer.plan, writer.plan.parameters
    serial = f"cast({month} as bigint) * 10000000"
    con.execute(
        f"""
        create or replace temp table due as
        select '201' as source, '15' || clearing as source_number, clearing.month as charge_month, clearing.area, scheme, clr_type, '31' as object,
            institution.code as object_code, 10 + cast(floor({plan.uniform("pay date", "clearing")} * 16) as integer) as day,
            hifp_paid as hifp, cvlserv, hifob, hifmi, maf, acct
        from clearing inner join institution on clearing.institution = institution.institution
        where pay_month = {month}
        union all
        select '101', '150000' || id, {month}, area, scheme, clr_type, '11', '1500' || (1000000000000000 + person * 7), least(day + 1, 28), hifp, cvlserv, hifob, hifmi, maf, 0
        from manual_claim where month = {month}
        """
    )
    if month_of(month) == 3:
        con.execute(
            f"""
            insert into due
            select '203', '17' || cast(min(clearing) as varchar), {month}, clearing.area, scheme, '21', '31', institution.code, 25,
                cast(round(sum(deposit) * {p["deposit.released"]}) as bigint), 0, 0, 0, 0, 0
            from clearing inner join institution on clearing.institution = institution.institution
            where month between {month - 14} and {month - 3} and deposit > 0
            group by clearing.area, scheme, institution.code
            """
        )
    if month_of(month) in (1, 11):
        # half a month of last year's average in January, taken back in November
        january = month if month_of(month) == 1 else month - 10
        sign = 1 if month == january else -1
        con.execute(
            f"""
            insert into due
            select '207', '18' || cast({january} as varchar) || cast(clearing.institution as varchar) || '0' || cast(scheme as varchar), {month}, clearing.area, scheme, '21', '31', institution.code, 8,
                {sign} * cast(round(sum(payable) * {p["prepayment.rate"]} / 12) as bigint), 0, 0, 0, 0, 0
            from clearing inner join institution on clearing.institution = institution.institution
            where month between {january - 12} and {january - 1} and {january} > {plan.start + 11} and clr_type = '21'
                and clearing.institution between {TERTIARY} and {OUTSIDE - 1} and clearing.area = institution.area
            group by clearing.area, scheme, clearing.institution, institution.code
            having sum(payable) > 0
            """
        )
    con.execute(
        f"""
        insert into payment
        select {serial} + row_number() over (order by source, source_number, area, scheme), source, source_number, {month}, charge_month, area, scheme, clr_type,
            object, object_code, day, hifp, cvlserv, hifob, hifmi, maf, acct
        from due where {stop} and (hifp <> 0 or cvlserv <> 0 or hifob <> 0 or hifmi <> 0 or maf <> 0 or acct <> 0)
        order by 1
        """
    )
    parts = [
        f"select month, area, clr_type, source, case scheme when 1 then '310100' else '390100' end as fund, hifp as fen, payment, 1 as place, scheme from payment where month = {month} and hifp <> 0"
    ]
    parts += [
        f"select month, area, clr_type, source, '{FUND_OF[part]}', {part}, payment, {place}, scheme from payment where month = {month} and {part} <> 0"
        for place, part in enumerate(PARTS[1:], start=2)
    ]
    con.execute(f"create or replace temp table fund_part as {' union all '.join(parts)}")
    total = "hifp + cvlserv + hifob + hifmi + maf + acct"
    writer.copy(
        "med_dfr_d",
        month,
        f"""
        select
            '15' || payment as dfr_id,
            {month_text("charge_month")} as cashym,
            case object when '11' then '1' else '3' end as dfr_notc_type,
            object as dfr_obj,
            object_code as dfr_obj_code,
            {yuan(total)} as dfr_sumamt,
            area.code as fin_optins,
            source as dfr_souc,
            source_number as souc_sn,
            cast({first_day(str(month))} + (day - 1) as varchar) || ' 16:00:00' as fin_acen_time
        from payment inner join area on payment.area = area.area
        where month = {month} order by payment
        """,
    )
    writer.copy(
        "med_dfr_detl_d",
        month,
        f"""
        select '15' || payment || '1' as dfr_detl_id, '15' || payment as dfr_id, object_code as dfr_obj_code, {yuan(total)} as dfr_sumamt,
            area.code as insu_admdvs, case scheme when 1 then '310' else '390' end as insutype, null as med_type, clr_type, null as clr_type_lv2
        from payment inner join area on payment.area = area.area
        where month = {month} order by payment
        """,
    )
    writer.copy(
        "med_dfr_fund_sbit_d",
        month,
        f"""
        select '15' || payment || '1' || place as fund_sbit_seq, '15' || payment || '1' as dfr_detl_id, '15' || payment as dfr_id,
            fund as fund_pay_type, {yuan("fen")} as fund_payamt
        from fund_part order by payment, place
        """,
    )
    writer.add_flows(
        "select month, area, 'p' || fund || case clr_type when '21' then 'i' else 'o' end, sum(fen) from fund_part group by all"
    )
    _empty(con, "payment")
    _empty(con, "manual_claim")
    _empty(con, "clearing", f"month >= {month - 16}")


def _empty(con: Engine, table: str, kept: str = "false") -> None:
    """Written anew: in memory the room of deleted rows would not be given back."""
    con.execute(f"create or replace table carried.{table} as select * from {table} where {kept}")

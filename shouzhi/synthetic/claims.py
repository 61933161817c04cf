"""Settlements of a month: visits settled by the policy in Python (``settling``), what is taken back, and their files.

A step's visits come from ``visits``; ``settle`` and ``write`` may run in threads of their own, one step after the other.
Longer than 150 lines because a settlement's file has fifty columns.
"""

from typing import Any

from numpy.typing import NDArray

from shouzhi.synthetic.array_calculator import CHRONIC, PHARMACY
from shouzhi.synthetic.bills import Lines
from shouzhi.synthetic.contributions import resident_type
from shouzhi.synthetic.fee_lines import write_lines
from shouzhi.synthetic.output import Step, Writer, first_day, last_day_text, yuan
from shouzhi.synthetic.settings import year_of
from shouzhi.synthetic.settling import AMOUNTS, Settling

DISEASES = ("M03900", "M01600", "M04600", "M07101", "M00500")
KEPT = (
    "service_month", "person", "part", "seq", "scheme", "area", "county", "employer", "is_civil", "is_privileged",
    "is_cadre", "is_flexible", "is_retired", "is_poor", "is_student", "birth", "kind", "is_stay", "med_type",
    "level_code", "place", "is_manual", "institution", "months_late", "from_month", "days", "second", "bits",
)  # fmt: skip


def _due_reversals(writer: Writer, step: Step, due: str) -> dict[str, NDArray[Any]]:
    """Settlements of the month before that are taken back in this one."""
    found: dict[str, NDArray[Any]] = writer.con.execute(
        f"""
        select id, person, part, day, second, 0 as number, 2000 + (service_month - months_late) // 12 as year
        from {due} order by id
        """
    ).fetchnumpy()
    return found


def _visit_columns(writer: Writer, step: Step) -> dict[str, NDArray[Any]]:
    """The priced visits as arrays, in the order of ``step.priced``."""
    month = step.month
    found: dict[str, NDArray[Any]] = writer.con.execute(
        f"""
        select
            id, person, part, seq + 1 as number, scheme, area, kind, level_code, place, bits, is_stay, is_retired, is_civil,
            is_privileged, is_cadre, is_poor, is_manual, med_type in ('23', '990301') as is_referred,
            fee, own, over, preself, day, second, fate,
            2000 + ({month} - months_late) // 12 as year,
            date_diff('day', date '1970-01-01', cast({first_day(f"({month} - months_late)")} + (day - 1) as date)) as ended_day
        from {step.priced}
        """
    ).fetchnumpy()
    return found


def settle(writer: Writer, settling: Settling, step: Step) -> Lines:
    """The step's settlements in ``step.claim``, and their sums for clearing; the lines of their bills are returned.

    Leaves reversals of next month in a table of the range; before the first month there are none, since what comes
    before it is never delivered and nothing can point to it.
    """
    con, month, waiting = writer.con, step.month, f"pending_{step.low}"
    # taken back in this month; nothing waits where the month before was not delivered
    due = f"{waiting} where {step.stop}" if step.low in settling.waiting else f"{step.priced} where false"
    visits, reversals = _visit_columns(writer, step), _due_reversals(writer, step, due)
    amounts, lines = settling.settle(month, step.low, step.high, visits, reversals, step.is_written)
    con.register("amount", amounts)
    con.execute(
        f"""
        create table {step.claim} as
        select priced.* exclude (fee, own, over, preself), cast(null as bigint) as original, amount.*, false as is_update
        from {step.priced} as priced positional join amount
        """
    )
    con.unregister("amount")
    fixed = ", ".join(KEPT)
    columns = ", ".join(AMOUNTS)
    negated = ", ".join(f"-{column} as {column}" if column != "dedc_std" else column for column in AMOUNTS)
    back = f"""
        select {fixed}, id + 500, id, 28, 3, false, {negated} from {step.claim} where fate = 1
    """
    if step.low in settling.waiting:
        back += f"""
            union all
            select {fixed}, id, original, day, 1, true, {columns} from {due}
            union all
            select {fixed}, id + 500, id, day, 4, false, {negated} from {due}
        """
    con.execute(f"insert into {step.claim} ({fixed}, id, original, day, fate, is_update, {columns}) {back}")
    if step.is_written:
        con.execute(
            f"create or replace temp table {waiting} as select * from {step.claim} where fate = 2 and not is_update"
        )
        settling.waiting.add(step.low)
    clr_type = f"case when is_stay then '21' when kind = {PHARMACY} then '41' else '11' end"
    con.execute(
        f"""
        insert into cell_sum
        select
            {month}, institution, area, scheme, {clr_type},
            sum(fee), sum(fund), sum(hifp), sum(cvlserv), sum(hifob), sum(hifmi), sum(maf), sum(acct)
        from {step.claim} where not is_manual and not is_update
        group by institution, area, scheme, 5
        """
    )
    if step.is_written:
        con.execute(
            f"insert into manual_claim select {month}, id, area, scheme, {clr_type}, person, day, hifp, cvlserv, hifob, hifmi, maf"
            f" from {step.claim} where is_manual and fund <> 0"
        )
    else:
        con.execute(f"drop table {step.priced}; drop table {step.claim}")
    return lines


def write(writer: Writer, step: Step, lines: Lines) -> None:
    """The files of a step that was settled: settlements, what the accounts paid, the lines of bills."""
    _write_settlements(writer, step)
    _write_account_payments(writer, step)
    write_lines(writer, step, lines)
    writer.con.execute(f"drop table {step.priced}; drop table {step.claim}")


def _write_settlements(writer: Writer, step: Step) -> None:
    month = step.month
    # a reversal in a later month has its own day there; its service stays where it was
    settled_on = f"case when fate = 4 then {first_day(str(month))} + (day - 1) else {first_day('service_month')} + (day - 1) end"
    disease = f"['{DISEASES[0]}', '{DISEASES[1]}', '{DISEASES[2]}', '{DISEASES[3]}', '{DISEASES[4]}'][1 + person % 5]"
    person_type = (
        "case when scheme = 1 then case when is_retired then '12' else '11' end || case when is_civil then '02' when is_flexible then '03' else '01' end else "
        + resident_type("service_month")
        + " end"
    )
    writer.copy(
        "setl_d",
        month,
        f"""
        with dated as (
            select
                *,
                {settled_on} as settled_on,
                cast({first_day("(service_month - months_late)")} + (day - 1) as date) as ended_on
            from {step.claim}
        )
        select
            '150000' || dated.id as setl_id,
            '150000' || original as init_setl_id,
            '15' || coalesce(original, dated.id) as mdtrt_id,
            '1500' || (1000000000000000 + person * 7) as psn_no,
            case scheme when 1 then '310' else '390' end as insutype,
            {person_type} as psn_type,
            case when is_civil then '1' else '0' end as cvlserv_flag,
            case when is_cadre then '9130' when is_privileged then '07' when is_poor then '23' end as sp_psn_type,
            county.code as insu_admdvs,
            '15' || (1000000000 + employer) as emp_no,
            institution.code as fixmedins_code,
            institution.place_code as fix_blng_admdvs,
            institution.level_code as dedc_hosp_lv,
            case when is_manual then '1' when place = 2 then '4' when place = 1 then '3' else '2' end as pay_loc,
            med_type,
            case when is_manual then '1' else '2' end as setl_type,
            cast(greatest(ended_on - (days - 1), {first_day("from_month")}) as date) as begndate,
            ended_on as enddate,
            cast(cast(settled_on as timestamp) + to_seconds(second) as varchar) as setl_time,
            {yuan("fee")} as medfee_sumamt,
            {yuan("own")} as fulamt_ownpay_amt,
            {yuan("over")} as overlmt_selfpay,
            {yuan("preself")} as preselfpay_amt,
            {yuan("inscp")} as inscp_amt,
            {yuan("dedc_std")} as dedc_std,
            {yuan("dedc_std")} as crt_dedc,
            {yuan("dedc_paid")} as act_pay_dedc,
            {yuan("hifp")} as hifp_pay,
            case when inscp - dedc_paid <> 0 then round(cast(hifp as double) / (inscp - dedc_paid), 4) else 0 end as pool_prop_selfpay,
            {yuan("fee")} as hi_agre_sumfee,
            {yuan("cvlserv")} as cvlserv_pay,
            '0.00' as hifes_pay,
            {yuan("hifmi")} as hifmi_pay,
            {yuan("hifob")} as hifob_pay,
            '0.00' as hifdm_pay,
            {yuan("maf")} as maf_pay,
            '0.00' as othfund_pay,
            {yuan("fund")} as fund_pay_sumamt,
            {yuan("psn")} as psn_pay,
            {yuan("acct")} as acct_pay,
            {yuan("cash")} as cash_payamt,
            '0.00' as ownpay_hosp_part,
            '0.00' as acct_mulaid_pay,
            case when fate in (1, 3, 4) then '1' else '0' end as refd_setl_flag,
            '1' as vali_flag,
            cast(2000 + (service_month - months_late) // 12 as varchar) as year,
            case when kind = {CHRONIC} then {disease} end as dise_no,
            'OP' || (1000 + institution.institution % 97) as opter_id,
            '3' || dated.id as rid,
            case when is_update then '{last_day_text(month)} 22:00:00' else '{last_day_text(month)} 21:00:00' end as updt_time
        from dated
        inner join (select county, code from county) as county on dated.county = county.county
        inner join (select institution, code, place as place_code, level as level_code from institution) as institution
            on dated.institution = institution.institution
        """,
        step.part,
    )


def _write_account_payments(writer: Writer, step: Step) -> None:
    month = step.month
    writer.copy(
        "acct_pay_detl_d",
        month,
        f"""
        select
            '4' || id as acct_pay_detl_id,
            '1500' || (1000000000000000 + person * 7) as psn_no,
            {year_of(month)} as year,
            county.code as insu_admdvs,
            '201' as acct_incexpd_type,
            {yuan("acct")} as pay_sumamt,
            null as balc,
            cast({first_day(str(month))} + (day - 1) as date) as acct_modi_date,
            '4' || id as rid,
            '{last_day_text(month)} 21:00:00' as updt_time
        from {step.claim} as claim
        inner join (select county, code from county) as county on claim.county = county.county
        where acct <> 0 and not is_update
        """,
        step.part,
    )

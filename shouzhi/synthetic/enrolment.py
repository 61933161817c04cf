"""Snapshots: who is insured, who they are, employers, institutions; what was known at the end of a month."""

from shouzhi.synthetic.contributions import resident_type
from shouzhi.synthetic.output import Step, Writer, first_day, last_day_text
from shouzhi.synthetic.population import is_paid
from shouzhi.synthetic.settings import Plan, year_of


def _last_day(month: str) -> str:
    return f"cast({first_day(f'({month} + 1)')} - 1 as date)"


def spells(plan: Plan, month: int, low: int, high: int, stop: str) -> str:
    """SQL: spells of insurance up to a month: person, scheme, area, county, begin, finish (99999 open), is_retired, …"""
    first, last = year_of(plan.start), year_of(month)
    kept = "person, scheme, area, county, employer, is_civil, is_flexible, is_student, birth, pension, death, part"
    within = f"person >= {low} and person < {high} and from_month <= {month} and {stop}"
    return f"""
        -- employees: the part in service and the part in retirement
        select {kept}, from_month as begin, least(to_month, pension - 1) as finish, false as is_retired
        from spell where {within} and scheme = 1 and from_month < pension
        union all
        select {kept}, greatest(from_month, pension), to_month, true
        from spell where {within} and scheme = 1 and to_month >= pension and pension <= {month}
        union all
        select {kept}, from_month, case when is_double and to_month < death then to_month // 12 * 12 + 11 else to_month end, false
        from spell where {within} and scheme = 2 and not is_unsteady
        union all
        -- residents who pay in some years only: years in a row make a spell
        select {kept}, greatest(from_month, (min(year) - 2000) * 12), case when max(year) = {last} then to_month else least(to_month, (max(year) - 2000) * 12 + 11) end, false
        from (
            select *, year - row_number() over (partition by person, part order by year) as island
            from (select *, unnest(range(greatest({first}, from_month // 12 + 2000), {last + 1})) as year from spell where {within} and scheme = 2 and is_unsteady) as years
            where year <= to_month // 12 + 2000 and {is_paid(plan, "year")}
        ) as islands
        group by {kept}, from_month, to_month, island
    """


def write_snapshot(writer: Writer, step: Step) -> None:
    _insured(writer, step)
    if step.is_last:
        _catalogues(writer, step)


def _insured(writer: Writer, step: Step) -> None:
    con, plan, month, low, high = writer.con, writer.plan, step.month, step.low, step.high
    con.execute(
        f"""
        create or replace temp table insured as
        with lists as (
            select *, case scheme when 1 then '310' else '390' end as insutype from ({spells(plan, month, low, high, step.stop)}) as spells
            where finish >= begin
        ),
        numbered as (
            select
                *,
                row_number() over (partition by person, insutype order by begin, finish) as spell_number,
                row_number() over (partition by person, insutype order by begin desc, finish desc) as from_last
            from lists
        )
        select
            *,
            case
                when finish > {month} then '1'
                when finish = death then '4'
                else '2'
            end as status
        from numbered
        order by person, insutype, spell_number
        """
    )
    person_type = (
        "case when scheme = 1 then case when is_retired then '12' else '11' end || case when is_civil then '02' when is_flexible then '03' else '01' end else "
        + resident_type(str(month))
        + " end"
    )

    def columns(insutype: str, digit: str) -> str:
        return f"""
            '{digit}' || (10000000000 + person) as psn_insu_rlts_id,
            '1500' || (1000000000000000 + person * 7) as psn_no,
            {insutype} as insutype,
            {first_day("begin")} as crt_insu_date,
            case when finish <= {month} then {_last_day("finish")} end as paus_insu_date,
            status as psn_insu_stas,
            {person_type} as psn_type,
            case when is_retired then '1' else '0' end as insutype_retr_flag,
            case when is_retired then {first_day("pension")} end as retr_trt_begn_date,
            '15' || (1000000000 + employer) as emp_no,
            county.code as insu_admdvs,
            '7{digit}' || (10000000000 + person) as rid,
            '{last_day_text(month)} 23:00:00' as updt_time
        """

    writer.copy(
        "psn_insu_d",
        month,
        f"""
        select {columns("insutype", "1")} from insured inner join county on insured.county = county.county where from_last = 1 and scheme = 1
        union all
        select {columns("insutype", "2")} from insured inner join county on insured.county = county.county where from_last = 1 and scheme = 2
        union all
        select {columns("'330'", "3")} from insured inner join county on insured.county = county.county where from_last = 1 and scheme = 1
        union all
        select {columns("'320'", "4")} from insured inner join county on insured.county = county.county where from_last = 1 and scheme = 1 and is_civil
        """,
        step.part,
    )
    writer.copy(
        "psn_insu_his_d",
        month,
        f"""
        select (case scheme when 1 then '8' else '9' end) || (100000000000 + person * 100 + spell_number) as psn_insu_detl_id,
            {columns("insutype", "1").replace("'1' ||", "(case scheme when 1 then '1' else '2' end) ||").replace("'71' ||", "(case scheme when 1 then '8' else '9' end) || spell_number ||")}
        from insured inner join county on insured.county = county.county where from_last > 1
        """,
        step.part,
    )
    writer.copy(
        "psn_info_b",
        month,
        f"""
        select
            '1500' || (1000000000000000 + person * 7) as psn_no,
            cast(sex as varchar) as gend,
            cast({first_day("birth")} + (birth_day - 1) as date) as brdy,
            case when death <= {month} then '2' else '1' end as surv_stas,
            case when death <= {month} then cast({first_day("death")} + 27 as date) end as die_date,
            '样例' || person as psn_name
        from person where person >= {low} and person < {high} and entry <= {month}
        """,
        step.part,
    )


def _catalogues(writer: Writer, step: Step) -> None:
    """Employers and institutions do not change here: the first snapshot stands."""
    if writer.rows.get("fixmedins_b"):
        return
    writer.copy(
        "insu_emp_info_b",
        step.month,
        f"""
        select '15' || (1000000000 + employer) as emp_no, kind as emp_type, management as emp_mgt_type, county.code as insu_admdvs
        from employer inner join county on employer.county = county.county
        where employer.{step.stop}
        """,
    )
    writer.copy(
        "fixmedins_b",
        step.month,
        """
        select
            code as fixmedins_code,
            name as fixmedins_name,
            case kind when 'H' then '1' else '2' end as fixmedins_type,
            grade as hosp_lv,
            level as dedc_hosp_lv,
            place as fix_blng_admdvs,
            '2018-01-01 00:00:00' as begntime,
            null as endtime,
            beds as aprv_bed_cnt
        from institution order by institution
        """,
    )

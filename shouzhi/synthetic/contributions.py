"""Contributions of a month: employers' months with their arrears, yearly premiums, residents' fourth quarter."""

from shouzhi.synthetic import contribution_faults as faults
from shouzhi.synthetic import dues
from shouzhi.synthetic.output import Step, Writer, first_day, last_day_text, month_text, yuan
from shouzhi.synthetic.population import is_paid
from shouzhi.synthetic.settings import Plan, month_of, year_of

LAGS = (1, 2, 3, 6)
OUTSTANDING = 99  # never paid so far
RESIDENT_SHARES = (
    (9, 0.04),
    (10, 0.36),
    (11, 0.34),
    (12, 0.20),
)  # by month of the year before; the rest January, February


def lag(plan: Plan, month: str) -> str:
    """SQL on an employer: how many months late it pays a month; offices and the self-employed are on time."""
    p = plan.parameters
    draw = plan.uniform("arrears", "employer", month)
    steps, reached = [], 0.0
    for months, name in ((1, "lag.1"), (2, "lag.2"), (3, "lag.3"), (6, "lag.6"), (OUTSTANDING, "lag.never")):
        reached += p[name]
        steps.append(f"when {draw} < {reached!r} then {months}")
    return f"(case when kind = '30' or management = '02' then 0 {' '.join(steps)} else 0 end)"


def payers(plan: Plan, month: int) -> str:
    """SQL: which employers pay which month now (late ones too), and who lets this month pass."""
    p = plan.parameters
    periods = ", ".join(
        f"({late}, {month - late}, {p.of_year('wage', year_of(month - late)) * 100!r})" for late in (0, *LAGS)
    )
    return f"""
        select employer, late, due, wage_level, late > 0 or lag = 0 as is_collected,
            cast(8 + floor({plan.uniform("pay day", "employer", month)} * 19) as integer) as day
        from (
            select *, {lag(plan, "due")} as lag
            from employer, (values {periods}) as period(late, due, wage_level)
        ) as employer_months
        where late = 0 or lag = late
    """


def wage(plan: Plan, level: str) -> str:
    """SQL: a person's verified wage in fen, before floor and ceiling."""
    p = plan.parameters
    private = p["wage.private"]
    raised = f"exp({p['wage_sigma']} * wage_z - {p['wage_sigma'] ** 2 / 2!r})"
    share = f"(case when is_civil then 1.0 when is_flexible then {private} else {(1 + private) / 2!r} end)"
    return f"cast(round({level} * wage_factor * {share} * {raised}) as bigint)"


COLUMNS = """person, area, county, employer, is_civil, is_flexible, insutype, due, accrual_from, accrual_to, kind, base, wage,
    employer_part, person_part, into_account, person_into, late_fee, is_quota, is_collected, revs, day, id, original,
    said_unit, said_person, fault, right_employer, right_person, right_credit"""
NO_CREDIT = "0 as into_account, 0 as person_into"
RIGHT = "cast(null as varchar) as fault, 0 as right_employer, 0 as right_person, 0 as right_credit"


def staff(plan: Plan, month: int, low: int, high: int, stop: str) -> str:
    """SQL: every 310, 320 and 330 row that is booked in a month; its columns are ``COLUMNS``.

    Money is fen, ``said_unit`` and ``said_person`` are the rates (or fixed amounts) of the row; ``right_…`` is what was due
    where a row is wrong on purpose (``fault``). Needs the relations payer, due_rule and year_rule.
    """
    p = plan.parameters
    year, calendar_month = year_of(month), month_of(month)
    whole = "cast(round({}) as bigint)"
    fee = whole.format(f"(employer_part + person_part) * late * {p['late_fee_day'] * 30!r}")
    level = p.of_year("wage", year) * 100
    within = f"spell.person >= {low} and spell.person < {high} and scheme = 1"

    def parts(base: str, unit: str) -> tuple[str, str]:
        """Unit's and person's part; a flexible worker pays both, each rounded on its own."""
        of_unit, of_person = dues.share(base, unit), dues.share(base, "person_rate")
        return (
            f"case when is_flexible then 0 else {of_unit} end",
            f"{of_person} + case when is_flexible then {of_unit} else 0 end",
        )

    right_employer, right_person = parts("right_base", "unit_rate")
    employer_part, person_part = parts("base", "taken_rate")
    taken = f"case fault when 'rate' then unit_rate - {faults.POINT} when 'area_rate' then unit_rate - {faults.POINT // 2} else unit_rate end"
    credit = dues.share("base", f"(credit_rate - case when fault = 'credit' then {faults.POINT} else 0 end)")
    normal = f"""
        select person, area, county, employer, is_civil, is_flexible, '310' as insutype, due, due as accrual_from,
            due as accrual_to, '10' as kind, base, wanted as wage, employer_part, person_part, into_account,
            least(into_account, person_part) as person_into,
            case when is_collected then {fee} else 0 end as late_fee, '0' as is_quota, is_collected, 'Z' as revs, day,
            cast(due as bigint) * 100000000000 + cast(person as bigint) * 10 + 1 as id, cast(null as bigint) as original,
            case when is_flexible then 0 else taken_rate end / {dues.MILLION} as said_unit,
            (person_rate + case when is_flexible then taken_rate else 0 end) / {dues.MILLION} as said_person,
            fault, right_employer, right_person, right_credit, right_base, civil_rate, unit_rate, person_rate
        from (
            select *, {employer_part} as employer_part, {person_part} as person_part, {credit} as into_account,
                {right_employer} as right_employer, {right_person} as right_person,
                {dues.share("right_base", "credit_rate")} as right_credit
            from (
                select *, least(greatest(wanted, case when fault = 'base' then 0 else floor_fen end), ceiling_fen) as base,
                    least(greatest(wanted, floor_fen), ceiling_fen) as right_base, {taken} as taken_rate
                from (
                    select person, spell.area, spell.county, spell.employer, is_civil, is_flexible, due, late, is_collected,
                        day, floor_fen, ceiling_fen, unit_rate, person_rate, civil_rate, credit_rate,
                        {wage(plan, "wage_level")} as wanted, {faults.cause(plan)} as fault
                    from spell
                    inner join payer on spell.employer = payer.employer
                    inner join area on spell.area = area.area
                    inner join due_rule on spell.area = due_rule.area and due = rule_month
                    where {within} and from_month <= due and to_month >= due and retire > due
                        and spell.{stop} and not {faults.stopped_paying(plan)}
                ) as paying
            ) as based
        ) as shared
    """
    civil = f"""
        select person, area, county, employer, is_civil, is_flexible, '320', due, accrual_from, accrual_to, kind, base, wage,
            {dues.share("base", "civil_rate")}, 0, {NO_CREDIT}, 0, is_quota, is_collected, revs, day, id + 1, original,
            civil_rate / {dues.MILLION}, 0, case when fault = 'base' then fault end,
            {dues.share("right_base", "civil_rate")}, 0, 0
        from normal where is_civil
    """
    # written off: the row and its counter row, neither of them money
    reversed_draw = plan.uniform("write off", "person", month)
    write_offs = f"""
        select person, area, county, employer, is_civil, is_flexible, insutype, due, accrual_from, accrual_to, kind, base, wage,
            sign * employer_part, sign * person_part, {NO_CREDIT}, 0, is_quota, true, revs, day, id + step,
            case when sign < 0 then id + 3 end, said_unit, said_person, {RIGHT}
        from (select * exclude (revs) from normal where due = {month} and is_collected and {reversed_draw} < 0.0008) as chosen,
            (values (1, 3, '+'), (-1, 4, '-')) as pair(sign, step, revs)
    """
    refund_draw = plan.uniform("refund", "person", month)
    refunds = f"""
        select person, area, county, employer, is_civil, is_flexible, insutype, due, accrual_from, accrual_to, '11', base, wage,
            -(employer_part - (into_account - person_into)), -(person_part - person_into), {NO_CREDIT}, 0, is_quota, true, 'Z',
            day, id + 5, id, said_unit, said_person, {RIGHT}
        from normal where due = {month - 1} and is_collected and {refund_draw} < 0.01
    """
    lump_draw = plan.uniform("lump", "person")
    lump = dues.share("base", "(unit_rate + person_rate)")
    lumps = f"""
        select person, area, county, employer, is_civil, is_flexible, '310', {month},
            {month} - cast(12 + floor({lump_draw} * 240) as integer), {month} - 1, '33', base, base, 0,
            {lump} * cast(floor(12 + {lump_draw} * 240) as bigint), {NO_CREDIT}, 0, '0', true, 'Z', 20,
            cast({month} as bigint) * 100000000000 + cast(person as bigint) * 10 + 6, null,
            0, (unit_rate + person_rate) / {dues.MILLION}, {RIGHT}
        from (
            select person, spell.area, county, employer, is_civil, is_flexible, unit_rate, person_rate,
                least(greatest({wage(plan, repr(level))}, floor_fen), ceiling_fen) as base
            from spell
            inner join area on spell.area = area.area
            inner join due_rule on spell.area = due_rule.area and rule_month = {month}
            where {within} and from_month < {month} and to_month >= {month} and retire = {month} and pension = retire
                and spell.{stop}
        ) as retiring
        where {lump_draw} < 0.2
    """
    more = [civil, write_offs, refunds, lumps]
    if calendar_month == 7:
        supplement = plan.uniform("supplement", "person", month)
        more.append(f"""
            select person, area, county, employer, is_civil, is_flexible, '310', {month}, {month - 6}, {month - 1}, '34',
                {whole.format("base * 0.06")}, base, {whole.format("employer_part * 0.36")}, 0, {NO_CREDIT}, 0, '0', true, 'Z',
                22, cast({month} as bigint) * 100000000000 + cast(person as bigint) * 10 + 7, null, said_unit, 0, {RIGHT}
            from normal where due = {month} and is_collected and not is_civil and {supplement} < 0.05
        """)
    if calendar_month <= 3:
        draw = plan.uniform("large claim", "person", year)
        lower, upper = ((0.0, 0.85), (0.85, 0.95), (0.95, 1.0))[calendar_month - 1]
        january = month - calendar_month + 1
        more.append(f"""
            select person, area, county, employer, is_civil, is_flexible, '330', {january}, {january}, {january + 11}, '10', 0, 0,
                large_unit - case when fault is null then 0 else 1000 end, large_person, {NO_CREDIT}, 0, '1', true, 'Z',
                cast(5 + floor({draw} * 20) as integer), cast({january} as bigint) * 100000000000 + cast(person as bigint) * 10 + 8,
                null, large_unit / 100, large_person / 100, fault, large_unit, large_person, 0
            from (
                select spell.*, large_unit, large_person, {faults.premium_cause(plan, month)} as fault
                from spell inner join year_rule on spell.area = year_rule.area and rule_year = {year}
                where {within} and from_month <= {january} and to_month >= {january} and {draw} >= {lower} and {draw} < {upper}
                    and spell.{stop}
            ) as premium
        """)
    return f"with normal as materialized ({normal}) select {COLUMNS} from normal " + " ".join(
        f"union all ({part})" for part in more
    )


def begin_month(writer: Writer, month: int) -> None:
    """What every range of the month needs: who pays, and what is due."""
    con = writer.con
    con.execute(f"create or replace temp table payer as {payers(writer.plan, month)}")
    dues.write_months(con, writer.plan, [month - late for late in (0, *LAGS)])
    dues.write_years(con, writer.plan, (year_of(month), year_of(month) + 1))


def write_staff(writer: Writer, step: Step) -> None:
    """The step's employee contributions; leaves them in the temporary table ``staff_row``."""
    con, month = writer.con, step.month
    con.execute(
        f"create or replace temp table staff_row as {staff(writer.plan, month, step.low, step.high, step.stop)}"
    )
    stamp = f"{first_day(str(month))} + (day - 1)"
    writer.copy(
        "staf_psn_clct_detl_d",
        month,
        f"""
        select
            id as psn_clct_detl_id,
            '1500' || (1000000000000000 + person * 7) as psn_no,
            '15' || (1000000000 + employer) as emp_no,
            insutype,
            case when is_flexible then '1103' when is_civil then '1102' else '1101' end as psn_type,
            {month_text("due")} as cashym,
            {month_text("accrual_from")} as accrym_begn,
            {month_text("accrual_to")} as accrym_end,
            {yuan("base")} as emp_clctstd,
            {yuan("base")} as psn_clctstd,
            {yuan("wage")} as wag,
            round(said_unit, 4) as emp_clct_paraval,
            round(said_person, 4) as psn_clct_paraval,
            {yuan("employer_part")} as emp_clct_amt,
            {yuan("person_part")} as psn_clct_amt,
            {yuan("into_account - person_into")} as emp_clct_into_acct_amt,
            {yuan("person_into")} as psn_clct_into_acct_amt,
            '0.00' as finsubs_amt,
            '0.00' as oth_clct_amt,
            {yuan("employer_part + person_part")} as clct_sumamt,
            {yuan("late_fee")} as latefee,
            is_quota as quot_clct_flag,
            case when is_civil then '11' end as psn_idet_type,
            case when is_collected then '1' else '0' end as clct_flag,
            kind as clct_type,
            case when is_collected then cast({stamp} as varchar) || ' 10:00:00' end as clct_time,
            case when is_collected then cast({stamp} + 1 as varchar) || ' 09:30:00' end as intsury_time,
            case when is_collected then cast({stamp} + 5 as varchar) || ' 09:30:00' end as ursn_time,
            revs as revs_flag,
            original as init_psn_clct_detl_id,
            county.code as insu_admdvs,
            '1' || id as rid,
            case when is_collected then '{last_day_text(month)} 20:00:00' else '{last_day_text(month)} 19:00:00' end as updt_time
        from staff_row
        inner join county on staff_row.county = county.county
        inner join area on staff_row.area = area.area
        """,
        step.part,
    )
    writer.add_flows(
        f"""
        select {month}, area, 'c' || insutype, sum(employer_part + person_part)
        from staff_row where is_collected and revs = 'Z' group by area, insutype
        """
    )


def write_residents(writer: Writer, step: Step) -> None:
    """Premiums of residents: for next year from September, the rest in January and February, newcomers when they come."""
    plan, month = writer.plan, step.month
    year, calendar_month = year_of(month), month_of(month)
    pieces: list[str] = []

    def rows(for_year: int, condition: str, accrual_from: int, day_stream: str) -> str:
        return f"""
            select person, spell.area, county, birth, is_student, is_poor, {for_year} as for_year, {accrual_from} as accrual_from,
                premium, subsidy,
                cast(1 + floor({plan.uniform(day_stream, "person", for_year)} * 27) as integer) as day,
                cast({for_year} as bigint) * 100000000000 + cast(person as bigint) * 10 + 1 as id
            from spell
            inner join year_rule on spell.area = year_rule.area and rule_year = {for_year}
            where person >= {step.low} and person < {step.high} and scheme = 2 and spell.{step.stop} and {condition}
        """

    draw = plan.uniform("resident month", "person", year + 1)
    january = month - calendar_month + 1
    reached = 0.0
    for in_month, share in RESIDENT_SHARES:
        if in_month == calendar_month:
            condition = f"from_month <= {month} and to_month >= {month} and to_month >= {january + 12} and {draw} >= {reached!r} and {draw} < {reached + share!r} and {is_paid(plan, str(year + 1))}"
            pieces.append(rows(year + 1, condition, january + 12, "resident day"))
        reached += share
    if calendar_month <= 2:
        draw = plan.uniform("resident month", "person", year)
        half = reached + (1 - reached) / 2
        lower, upper = ((reached, half), (half, 1.0))[calendar_month - 1]
        condition = f"from_month < {january} and to_month >= {month} and {draw} >= {lower!r} and {draw} < {upper!r} and {is_paid(plan, str(year))}"
        pieces.append(rows(year, condition, january, "resident day"))
    # who only moves to another area has paid already
    pieces.append(rows(year, f"from_month = {month} and not is_move", month, "resident day"))
    union = " union all ".join(f"({piece})" for piece in pieces)
    con = writer.con
    con.execute(
        f"""
        create or replace temp table resident_row as
        select *, case when is_poor then premium * 7 // 10 else 0 end as other, '10' as kind, cast(null as bigint) as original
        from ({union}) as paid
        """
    )
    refund = plan.uniform("resident refund", "person", month)
    con.execute(
        f"""
        insert into resident_row
        select person, area, county, birth, is_student, is_poor, for_year, accrual_from, -premium, -subsidy, day + 5, id + 1,
            -other, '20', id
        from resident_row where {refund} < 0.002 and day < 20
        """
    )
    stamp = f"{first_day(str(month))} + (day - 1)"
    writer.copy(
        "rsdt_psn_clct_detl_d",
        month,
        f"""
        select
            id as rsdt_clct_detl_id,
            '1500' || (1000000000000000 + person * 7) as psn_no,
            null as emp_no,
            '390' as insutype,
            {resident_type(f"{month}")} as psn_type,
            case when is_poor then '23' end as psn_idet_type,
            '{year}{calendar_month:02d}' as cashym,
            {month_text("accrual_from")} as accrym_begn,
            for_year || '12' as accrym_end,
            {yuan("premium - other")} as psn_clct_amt,
            {yuan("subsidy")} as finsubs_amt,
            {yuan("other")} as oth_clct_amt,
            {yuan("premium + subsidy")} as clct_sumamt,
            '1' as quot_clct_flag,
            '1' as clct_flag,
            kind as clct_type,
            cast({stamp} as varchar) || ' 15:00:00' as clct_time,
            cast({stamp} + 1 as varchar) || ' 09:30:00' as intsury_time,
            cast({stamp} + 6 as varchar) || ' 09:30:00' as ursn_time,
            'Z' as revs_flag,
            original as init_rsdt_clct_detl_id,
            county.code as insu_admdvs,
            '2' || id as rid,
            '{last_day_text(month)} 20:00:00' as updt_time
        from resident_row
        inner join county on resident_row.county = county.county
        """,
        step.part,
    )
    writer.add_flows(f"select {month}, area, 'c390', sum(premium) from resident_row group by area")


def resident_type(month: str) -> str:
    """SQL: 人员类别 of a resident in a month."""
    age = f"({month} - birth)"
    return (
        f"case when is_student then '1404' when {age} < 12 then '1401' when {age} < 84 then '1402'"
        f" when {age} < 216 then '1403' when {age} < 720 then '1501' else '16' end"
    )

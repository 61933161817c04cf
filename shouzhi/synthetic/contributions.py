"""Contributions of a month: employers' months with their arrears, yearly premiums, residents' fourth quarter."""

from shouzhi.synthetic.output import Writer, first_day, last_day_text, month_text, yuan
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
        f"({late}, {month - late}, {p.of_year('wage', year_of(month - late)) * 100!r}, {p.of_year('base', year_of(month - late)) * 100!r})"
        for late in (0, *LAGS)
    )
    return f"""
        select employer, late, due, wage_level, standard, late > 0 or lag = 0 as is_collected,
            cast(8 + floor({plan.uniform("pay day", "employer", month)} * 19) as integer) as day
        from (
            select *, {lag(plan, "due")} as lag
            from employer, (values {periods}) as period(late, due, wage_level, standard)
        ) as employer_months
        where late = 0 or lag = late
    """


def base(plan: Plan, wage: str, standard: str) -> str:
    """SQL: a person's contribution base in fen, clamped to floor and ceiling."""
    p = plan.parameters
    private = p["wage.private"]
    raised = f"exp({p['wage_sigma']} * wage_z - {p['wage_sigma'] ** 2 / 2!r})"
    share = f"(case when is_civil then 1.0 when is_flexible then {private} else {(1 + private) / 2!r} end)"
    wanted = f"{wage} * wage_factor * {share} * {raised}"
    return f"cast(round(least(greatest({wanted}, {standard} * {p['base.floor']!r}), {standard} * {p['base.ceiling']!r})) as bigint)"


def staff(plan: Plan, month: int, low: int, high: int, stop: str) -> str:
    """SQL: every 310, 320 and 330 row that is booked in a month.

    Columns: person, area, county, employer, insutype, due, accrual_from, accrual_to, kind, base, wage, employer_part,
    person_part, into_account, late_fee, is_quota, is_collected, revs, day, id, original.
    """
    p = plan.parameters
    year, calendar_month = year_of(month), month_of(month)
    whole = "cast(round({}) as bigint)"
    fee = whole.format(f"(employer_part + person_part) * late * {p['late_fee_day'] * 30!r}")
    wage_level, standard = p.of_year("wage", year) * 100, p.of_year("base", year) * 100
    normal = f"""
        select person, area, county, employer, is_civil, '310' as insutype, due, due as accrual_from, due as accrual_to,
            '10' as kind, base, base as wage, employer_part, person_part, into_account,
            case when is_collected then {fee} else 0 end as late_fee, '0' as is_quota, is_collected, 'Z' as revs, day,
            cast(due as bigint) * 100000000000 + cast(person as bigint) * 10 + 1 as id, cast(null as bigint) as original
        from (
            select *,
                case when is_flexible then 0 else {whole.format("base * employer_rate")} end as employer_part,
                {whole.format(f"base * (case when is_flexible then employer_rate else 0 end + {p['rate.person']!r})")} as person_part,
                {whole.format(f"base * {p['rate.person']!r}")} as into_account
            from (
                select person, spell.area, spell.county, spell.employer, is_civil, is_flexible, employer_rate, due, late,
                    is_collected, day, {base(plan, "wage_level", "standard")} as base
                from spell
                inner join payer on spell.employer = payer.employer
                inner join area on spell.area = area.area
                where spell.person >= {low} and spell.person < {high} and scheme = 1
                    and from_month <= due and to_month >= due and retire > due and spell.{stop}
            ) as based
        ) as shared
    """
    civil = f"""
        select person, area, county, employer, is_civil, '320', due, accrual_from, accrual_to, kind, base, wage,
            {whole.format(f"base * {p['rate.civil']!r}")}, 0, 0, 0, is_quota, is_collected, revs, day, id + 1, original
        from normal where is_civil
    """
    # written off: the row and its counter row, neither of them money
    reversed_draw = plan.uniform("write off", "person", month)
    write_offs = f"""
        select person, area, county, employer, is_civil, insutype, due, accrual_from, accrual_to, kind, base, wage,
            sign * employer_part, sign * person_part, 0, 0, is_quota, true, revs, day, id + step,
            case when sign < 0 then id + 3 end
        from (select * exclude (revs) from normal where due = {month} and is_collected and {reversed_draw} < 0.0008) as chosen,
            (values (1, 3, '+'), (-1, 4, '-')) as pair(sign, step, revs)
    """
    refund_draw = plan.uniform("refund", "person", month)
    refunds = f"""
        select person, area, county, employer, is_civil, insutype, due, accrual_from, accrual_to, '11', base, wage,
            -employer_part, -(person_part - into_account), 0, 0, is_quota, true, 'Z', day, id + 5, id
        from normal where due = {month - 1} and is_collected and {refund_draw} < 0.01
    """
    lump_draw = plan.uniform("lump", "person")
    lumps = f"""
        select person, area, county, employer, is_civil, '310', {month},
            {month} - cast(12 + floor({lump_draw} * 240) as integer), {month} - 1, '33', base, base, 0,
            {whole.format(f"base * (employer_rate + {p['rate.person']!r}) * floor(12 + {lump_draw} * 240)")}, 0, 0, '0', true, 'Z', 20,
            cast({month} as bigint) * 100000000000 + cast(person as bigint) * 10 + 6, null
        from (
            select person, spell.area, county, employer, is_civil, employer_rate, {base(plan, repr(wage_level), repr(standard))} as base
            from spell inner join area on spell.area = area.area
            where spell.person >= {low} and spell.person < {high} and scheme = 1 and from_month < {month}
                and to_month >= {month} and retire = {month} and spell.{stop}
        ) as retiring
        where {lump_draw} < 0.2
    """
    more = [civil, write_offs, refunds, lumps]
    if calendar_month == 7:
        supplement = plan.uniform("supplement", "person", month)
        more.append(f"""
            select person, area, county, employer, is_civil, '310', {month}, {month - 6}, {month - 1}, '34',
                cast(round(base * 0.06) as bigint) as gap, base, {whole.format("employer_part * 0.36")}, 0, 0, 0, '0', true, 'Z', 22,
                cast({month} as bigint) * 100000000000 + cast(person as bigint) * 10 + 7, null
            from normal where due = {month} and is_collected and not is_civil and {supplement} < 0.05
        """)
    if calendar_month <= 3:
        draw = plan.uniform("large claim", "person", year)
        lower, upper = ((0.0, 0.85), (0.85, 0.95), (0.95, 1.0))[calendar_month - 1]
        january = month - calendar_month + 1
        more.append(f"""
            select person, area, county, employer, is_civil, '330', {january}, {january}, {january + 11}, '10', 0, 0,
                {p.fen("premium.large_claim.employer")}, {p.fen("premium.large_claim.person")}, 0, 0, '1', true, 'Z',
                cast(5 + floor({draw} * 20) as integer), cast({january} as bigint) * 100000000000 + cast(person as bigint) * 10 + 8, null
            from spell
            where person >= {low} and person < {high} and scheme = 1 and from_month <= {january} and to_month >= {january}
                and {draw} >= {lower} and {draw} < {upper} and {stop}
        """)
    return f"with normal as materialized ({normal}) select * from normal " + " ".join(
        f"union all ({part})" for part in more
    )


def write_staff(writer: Writer, month: int, low: int, high: int, part: str, stop: str) -> None:
    """The month's employee contributions; leaves them in the temporary table ``staff_row``."""
    con = writer.con
    con.execute(f"create or replace temp table payer as {payers(writer.plan, month)}")
    con.execute(f"create or replace temp table staff_row as {staff(writer.plan, month, low, high, stop)}")
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
            {month_text("due")} as cashym,
            {month_text("accrual_from")} as accrym_begn,
            {month_text("accrual_to")} as accrym_end,
            {yuan("base")} as emp_clctstd,
            {yuan("base")} as psn_clctstd,
            {yuan("wage")} as wag,
            case when insutype = '330' then 100.0000 when insutype = '320' then {writer.plan.parameters["rate.civil"]}
                else round(case when kind = '33' or employer_part = 0 then 0 else employer_rate end, 4) end as emp_clct_paraval,
            case when insutype = '330' then 40.0000 when insutype = '320' or kind = '34' then 0
                else round(case when kind = '33' or employer_part = 0 then employer_rate + {writer.plan.parameters["rate.person"]} else {writer.plan.parameters["rate.person"]} end, 4) end as psn_clct_paraval,
            {yuan("employer_part")} as emp_clct_amt,
            {yuan("person_part")} as psn_clct_amt,
            '0.00' as emp_clct_into_acct_amt,
            {yuan("into_account")} as psn_clct_into_acct_amt,
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
        part,
    )
    writer.add_flows(
        f"""
        select {month}, area, 'c' || insutype, sum(employer_part + person_part)
        from staff_row where is_collected and revs = 'Z' group by area, insutype
        """
    )


def write_residents(writer: Writer, month: int, low: int, high: int, part: str, stop: str) -> None:
    """Premiums of residents: for next year from September, the rest in January and February, newcomers when they come."""
    plan, p = writer.plan, writer.plan.parameters
    year, calendar_month = year_of(month), month_of(month)
    pieces: list[str] = []

    def rows(for_year: int, condition: str, accrual_from: int, day_stream: str) -> str:
        premium, subsidy = (
            round(p.of_year("resident_premium", for_year) * 100),
            round(p.of_year("resident_subsidy", for_year) * 100),
        )
        return f"""
            select person, area, county, birth, is_student, is_poor, {for_year} as for_year, {accrual_from} as accrual_from,
                {premium} as premium, {subsidy} as subsidy,
                cast(1 + floor({plan.uniform(day_stream, "person", for_year)} * 27) as integer) as day,
                cast({for_year} as bigint) * 100000000000 + cast(person as bigint) * 10 + 1 as id
            from spell
            where person >= {low} and person < {high} and scheme = 2 and {stop} and {condition}
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
        part,
    )
    writer.add_flows(f"select {month}, area, 'c390', sum(premium) from resident_row group by area")


def resident_type(month: str) -> str:
    """SQL: 人员类别 of a resident in a month."""
    age = f"({month} - birth)"
    return (
        f"case when is_student then '1404' when {age} < 12 then '1401' when {age} < 84 then '1402'"
        f" when {age} < 216 then '1403' when {age} < 720 then '1501' else '16' end"
    )

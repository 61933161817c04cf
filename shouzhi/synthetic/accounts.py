"""Personal accounts: what is credited, earned, moved in and out. What is spent comes with the claims."""

from shouzhi.synthetic.output import Step, Writer, first_day, last_day_text, yuan
from shouzhi.synthetic.settings import month_of, year_of


def write_income(writer: Writer, step: Step) -> None:
    """Credits of collected contributions (from ``staff_row``) and of retirees, yearly interest, moves between areas."""
    plan, p = writer.plan, writer.plan.parameters
    month, low, high, part, stop = step.month, step.low, step.high, step.part, step.stop
    year = year_of(month)
    credit = round(p.of_year("retiree_credit", year) * 100)
    balance = f"cast(round((800 + 6200 * {plan.uniform('account balance', 'person', year)}) * 100) as bigint)"
    within = f"person >= {low} and person < {high} and scheme = 1"
    pieces = [
        """
        select person, area, county, '101' as kind, into_account - person_into as employer_part, person_into as person_part, 0 as other, day, id
        from staff_row where insutype = '310' and is_collected and revs = 'Z' and into_account <> 0
        """,
        f"""
        select person, area, county, '101', {credit}, 0, 0, 10, cast({month} as bigint) * 100000000000 + cast(person as bigint) * 10 + 9
        from spell where {within} and from_month <= {month} and to_month >= {month} and retire <= {month} and {stop}
        """,
        f"""
        select person, area, county, '107', 0, 0, {balance}, 15, cast({month} as bigint) * 100000000000 + cast(person as bigint) * 10 + 8
        from spell where {within} and is_move and from_month = {month} and {stop}
        """,
    ]
    if month_of(month) == 12:
        pieces.append(f"""
            select person, area, county, '102', 0, 0, cast(round({balance} * {p["interest.account"]}) as bigint), 21, cast({month} as bigint) * 100000000000 + cast(person as bigint) * 10 + 7
            from spell where {within} and from_month <= {month} and to_month >= {month} and {stop}
        """)
    union = " union all ".join(f"({piece})" for piece in pieces)
    writer.con.execute(f"create or replace temp table account_income as {union}")
    writer.copy(
        "acct_inc_detl_d",
        month,
        f"""
        select
            '5' || id as acct_inc_detl_id,
            '1500' || (1000000000000000 + person * 7) as psn_no,
            '{year}' as year,
            county.code as insu_admdvs,
            kind as acct_incexpd_type,
            {yuan("employer_part + person_part + other")} as inc_sumamt,
            {yuan("person_part")} as acct_psn_clct_crtyear_inc,
            {yuan("employer_part")} as emp_clct_into_acct_amt,
            cast({first_day(str(month))} + (day - 1) as date) as acct_modi_date,
            '5' || id as rid,
            '{last_day_text(month)} 21:00:00' as updt_time
        from account_income
        inner join county on account_income.county = county.county
        """,
        part,
    )
    writer.add_flows(
        f"select {month}, area, 'a' || kind, sum(employer_part + person_part + other) from account_income group by area, kind"
    )
    # the other side of a move: what leaves the former area
    former = f"""
        select old.person, old.area, old.county, {balance.replace("person", "new.person")} as amount
        from spell as new
        inner join spell as old on new.person = old.person and old.part < 3 and old.from_month < {month}
        where new.person >= {low} and new.person < {high} and new.scheme = 1 and new.is_move and new.from_month = {month} and new.{stop}
            and not exists (
                select 1 from spell as later
                where later.person = old.person and later.part < 3 and later.part > old.part and later.from_month < {month}
            )
    """
    writer.con.execute(
        f"create or replace temp table account_leave as select * from ({former}) as former where {stop}"
    )
    writer.copy(
        "acct_pay_detl_d",
        month,
        f"""
        select
            '6' || (cast({month} as bigint) * 100000000000 + cast(person as bigint) * 10) as acct_pay_detl_id,
            '1500' || (1000000000000000 + person * 7) as psn_no,
            {year} as year,
            county.code as insu_admdvs,
            '207' as acct_incexpd_type,
            {yuan("amount")} as pay_sumamt,
            null as balc,
            cast({first_day(str(month))} + 14 as date) as acct_modi_date,
            '6' || (cast({month} as bigint) * 100000000000 + cast(person as bigint) * 10) as rid,
            '{last_day_text(month)} 21:00:00' as updt_time
        from account_leave
        inner join county on account_leave.county = county.county
        """,
        f"{part}_转出",
    )
    writer.add_flows(f"select {month}, area, 'a207', sum(amount) from account_leave group by area")

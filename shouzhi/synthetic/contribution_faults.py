"""Contributions that are wrong on purpose (scenario ``deficit``), so that the replay of contributions has something to find.

A row breaks at most one rule. What is planted stands in ``truth/contribution_deviations.csv``: the check that finds it, the
row (or area and month), and what it says less what is due.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from shouzhi.synthetic.engine import Engine
from shouzhi.synthetic.output import Step, month_text, yuan
from shouzhi.synthetic.settings import Plan

SCENARIO = "deficit"
NAME = "contribution_deviations.csv"
HEADER = ("check_id", "area_code", "insutype", "period", "contribution_id", "level", "planted_yuan")
POINT = 10_000  # one percentage point in millionths
LOW_RATE_AREA, OWN_RATE_AREA = "150100", "150300"
SHORT_AREA, MISSING_AREA = "150700", "150500"  # of the subsidies
LOW_STANDARD = 10  # per cent that a level's standard is too low
CHECK = {"rate": "C12", "area_rate": "C12", "base": "C03", "credit": "C14", "premium": "C17"}


def is_planted(plan: Plan) -> bool:
    return plan.scenario == SCENARIO


def months(plan: Plan, first: int, last: int, column: str = "due") -> str:
    """SQL: is the month one of these, counted from the first of the run?"""
    return f"{column} between {plan.start + first - 1} and {plan.start + last - 1}"


def cause(plan: Plan) -> str:
    """SQL on a person's month (spell, payer, due_rule; ``wanted`` the wage): which rule it breaks, if any."""
    if not is_planted(plan):
        return "cast(null as varchar)"
    number = plan.region.number
    return f"""
        case
            when spell.area = {number[OWN_RATE_AREA]} and {months(plan, 9, 10)} then 'area_rate'
            when spell.area = {number[LOW_RATE_AREA]} and not is_flexible and {months(plan, 6, 8)}
                and spell.employer = (select first + employers // 2 from employer_range where area = {number[LOW_RATE_AREA]})
                then 'rate'
            when wanted < floor_fen and {months(plan, 12, 14)} and {plan.uniform("low base", "person")} < 0.1 then 'base'
            when {months(plan, 7, 7)} and {plan.uniform("low credit", "person")} < 0.01 then 'credit'
        end
    """


def premium_cause(plan: Plan, month: int) -> str:
    """SQL on a large-claim premium: ten yuan of the unit's part are missing in the second year."""
    if not is_planted(plan) or plan.serial(month) not in range(13, 25):
        return "cast(null as varchar)"
    return f"case when {plan.uniform('low premium', 'person')} < 0.01 then 'premium' end"


def stopped_paying(plan: Plan) -> str:
    """SQL on a spell and a month ``due``: an early retiree who does not pay on."""
    if not is_planted(plan):
        return "false"
    draw = plan.uniform("stops paying", "person")
    return f"(due >= pension and due < retire and due >= {plan.start + 4} and {draw} < 0.4)"


def low_standard(plan: Plan, area: str, county: int, level: str, year: int) -> bool:
    """The first county of an area names too low a standard for one level, in the first whole year."""
    first = plan.region.areas[plan.region.number[SHORT_AREA]].counties[0]
    return is_planted(plan) and (area, county, level, year) == (SHORT_AREA, first, "盟市", _first_year(plan))


def is_missing(plan: Plan, area: str, level: str, year: int) -> bool:
    """One level of one area is missing from the first whole year."""
    return is_planted(plan) and (area, level, year) == (MISSING_AREA, "旗县", _first_year(plan))


def _first_year(plan: Plan) -> int:
    return (plan.start + 11) // 12 + 2000


class Truth:
    """What was planted: wrong rows in a table, which grows with the sample; areas and months, which are few, by key.

    A row that is delivered again when it arrives is planted once.
    """

    def __init__(self, plan: Plan, engine: Engine) -> None:
        self.plan, self.engine = plan, engine
        self.rows: dict[tuple[str, ...], Decimal] = {}
        columns = ", ".join(f"{name} varchar" for name in HEADER)
        engine.execute(f"create table carried.planted ({columns})")

    def note_staff(self, engine: Engine, step: Step) -> None:
        """The wrong rows of ``staff_row``, the areas that take a rate of their own, and who does not pay on."""
        if not is_planted(self.plan):
            return
        due, checks = (
            month_text("due"),
            " ".join(f"when '{fault}' then '{check}'" for fault, check in CHECK.items()),
        )
        wrong = "staff_row inner join area on staff_row.area = area.area where fault is not null and revs = 'Z' and original is null"
        paid_less = "employer_part + person_part - right_employer - right_person"
        engine.execute(
            f"""
            insert into planted
            select
                case fault {checks} end,
                area.code,
                insutype,
                case when fault = 'premium' then {due}[:4] else {due} end,
                cast(id as varchar),
                '',
                cast({yuan(f"case when fault = 'credit' then into_account - right_credit else {paid_less} end")} as varchar)
            from {wrong}
            """
        )
        for area, period in engine.rows(
            f"select distinct area.code, {due} from {wrong} and fault = 'area_rate'"
        ):
            self.rows["C13", area, "310", period, "", ""] = Decimal("0.00")
        for area, count in engine.rows(
            f"""
            select area.code, count(*)
            from (select *, {step.month} as due from spell) as spell inner join area on spell.area = area.area
            where person >= {step.low} and person < {step.high} and scheme = 1 and from_month <= due and to_month >= due
                and spell.{step.stop} and {stopped_paying(self.plan)}
            group by area.code
            """
        ):
            key = ("C15", area, "310", _code(step.month), "", "")
            self.rows[key] = self.rows.get(key, Decimal(0)) + count

    def note_subsidy(self, area: str, level: str, year: int, fen: int) -> None:
        key = ("S02", area, "390", str(year), "", level)
        self.rows[key] = self.rows.get(key, Decimal(0)) + Decimal(fen).scaleb(-2)

    def write(self, folder: Path) -> None:
        """``planted_yuan``: of C15 the number of persons, since no wage of theirs is known."""
        if not is_planted(self.plan):
            return
        if self.rows:
            self.engine.insert("planted", [(*key, str(amount)) for key, amount in self.rows.items()])
        columns = ", ".join(f"nullif({name}, '') as {name}" for name in HEADER)  # '' would be written as ""
        listed = f"select distinct * from planted order by {', '.join(HEADER)}"
        self.engine.execute(
            f"""
            copy (select {columns} from ({listed}) as listed)
            to '{folder / NAME}' (header, delimiter ',')
            """
        )


def _code(month: int) -> str:
    return f"{2000 + month // 12}{month % 12 + 1:02d}"

"""Contributions that are wrong on purpose (scenario ``deficit``), so that the replay of contributions has something to find.

A row breaks at most one rule. What is planted stands in ``truth/contribution_deviations.csv``: the check that finds it, the
row (or area and month), and what it says less what is due.
"""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

from shouzhi.synthetic.engine import Engine
from shouzhi.synthetic.output import Step, month_text
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
    """What was planted, month by month; a row that is delivered again when it arrives is planted once."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.rows: dict[tuple[str, ...], Decimal] = {}

    def _add(self, yuan: int | Decimal, *key: object) -> None:
        self.rows[tuple(map(str, key))] = Decimal(yuan).scaleb(-2)

    def note_staff(self, engine: Engine, step: Step) -> None:
        """The wrong rows of ``staff_row``, the areas that take a rate of their own, and who does not pay on."""
        if not is_planted(self.plan):
            return
        found = engine.rows(
            f"""
            select fault, area.code, insutype, {month_text("due")}, id,
                employer_part + person_part - right_employer - right_person, into_account - right_credit
            from staff_row inner join area on staff_row.area = area.area
            where fault is not null and revs = 'Z' and original is null
            """
        )
        for fault, area, insutype, due, number, yuan, credit in found:
            period = due[:4] if fault == "premium" else due
            self._add(credit if fault == "credit" else yuan, CHECK[fault], area, insutype, period, number, "")
            if fault == "area_rate":
                self._add(0, "C13", area, "310", due, "", "")
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
        with (folder / NAME).open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(HEADER)
            writer.writerows([*key, amount] for key, amount in sorted(self.rows.items()))


def _code(month: int) -> str:
    return f"{2000 + month // 12}{month % 12 + 1:02d}"

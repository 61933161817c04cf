"""Who goes where for what in a month, and what it costs: drawn and priced in SQL, before anything is settled.

Depends on the population and the plan only, never on the months before, so that a thread can draw ahead. Longer than 150
lines because the shares of every kind of care stand beside the draws that use them.
"""

import math

from shouzhi.synthetic.array_calculator import CHRONIC, INPATIENT, MATERNITY, OTHER, OUTPATIENT, PHARMACY
from shouzhi.synthetic.output import Step, Writer
from shouzhi.synthetic.population import (
    DRUGSTORE,
    OUTSIDE,
    OUTSIDE_PLACES,
    PRIMARY,
    SECONDARY,
    TERTIARY,
    is_paid,
)
from shouzhi.synthetic.settings import Plan, month_of, year_of

CHRONIC_TYPES = ("14", "140104", "140201", "9903", "9933", "15")


def _poisson(mean: float, draw: str) -> str:
    """SQL: a number of visits, at most six, by inversion."""
    reached, term, steps = 0.0, math.exp(-mean), []
    for number in range(1, 7):
        reached += term
        term *= mean / number
        steps.append(f"when {draw} <= {reached!r} then {number - 1}")
    return f"(case {' '.join(steps)} else 6 end)"


def _visits(plan: Plan, month: int, low: int, high: int, stop: str) -> str:
    """SQL: visits of the month, one row each, of who is covered; ``seq`` from 0, hospital stays have 100.

    A person in both schemes counts as an employee: the spell as a resident has ended.
    """
    p = plan.parameters
    season = p[f"season.{month_of(month)}"]
    cases = []
    for scheme, name in ((1, "employee"), (2, "resident")):
        more, share = p[f"visits.chronic.{name}"], p[f"share_chronic.{name}"]
        average = p[f"visits.{name}"] / 12 * season / (1 - share + share * more)
        cases.append(f"when scheme = {scheme} and is_chronic then {_poisson(average * more, 'draw')}")
        cases.append(f"when scheme = {scheme} then {_poisson(average, 'draw')}")
    age = f"({month} - birth)"
    rates = [
        p[f"inpatient.{group}"] / 12 * season
        for group in ("retired", "in_service", "child", "adult", "elder")
    ]
    rate = (
        f"(case when scheme = 1 and retire <= {month} then {rates[0]!r} when scheme = 1 then {rates[1]!r}"
        f" when {age} < 216 then {rates[2]!r} when {age} < 720 then {rates[3]!r} else {rates[4]!r} end)"
    )
    kept = (
        "person, part, scheme, area, county, employer, is_civil, is_privileged, is_cadre, is_flexible, is_chronic, is_poor,"
        " is_student, is_unsteady, sex, birth, from_month"
    )
    return f"""
        select {kept}, is_retired, case when number >= visits then 100 else number end as seq, number >= visits as is_stay
        from (
            select {kept}, is_retired, visits, unnest(range(visits + stays)) as number
            from (
                select {kept}, retire <= {month} and scheme = 1 as is_retired, case {" ".join(cases)} end as visits,
                    cast({plan.uniform("stay", "person", month)} < {rate} as integer) as stays
                from (
                    select *, {plan.uniform("visits", "person", month)} as draw
                    from spell
                    where person >= {low} and person < {high} and from_month <= {month} and to_month >= {month} and {stop}
                        and (scheme = 1 or {is_paid(plan, str(year_of(month)))})
                ) as covered
            ) as counted
            where visits + stays > 0
        ) as numbered
    """


def _chosen(draw: str, choices: list[tuple[str, float]]) -> str:
    """SQL: a code by its share; the last takes what is left."""
    reached, steps = 0.0, []
    for code, share in choices[:-1]:
        reached += share
        steps.append(f"when {draw} < {reached!r} then '{code}'")
    return f"case {' '.join(steps)} else '{choices[-1][0]}' end"


def _priced(plan: Plan, month: int, drift: str) -> str:
    """SQL over ``visit``: where each is treated and what it costs; ``drift`` is a factor by area and scheme."""
    p = plan.parameters
    keys = ("person", "seq", month)

    def u(stream: str) -> str:
        return plan.uniform(stream, *keys)

    years = (month - (plan.start)) / 12
    growth = {s: (1 + p[f"cost_growth.{s}"]) ** years for s in ("employee", "resident")}
    areas = len(plan.region.areas)
    sigma, small = p["inpatient_sigma"], p["outpatient_sigma"]
    resident_scale = 1.11  # residents go to lower levels; keeps their mean cost
    mean = f"""(case
        when is_stay and scheme = 1 and is_retired then {p["inpatient_cost.retired"]}
        when is_stay and scheme = 1 then {p["inpatient_cost.in_service"]}
        when is_stay then {p["inpatient_cost.resident"] * resident_scale!r}
        when kind = {PHARMACY} then {p["pharmacy_cost"]}
        when kind = {CHRONIC} and scheme = 1 then {p["chronic_cost.employee"]}
        when kind = {CHRONIC} then {p["chronic_cost.resident"]}
        when scheme = 1 then {p["outpatient_cost.employee"]}
        else {p["outpatient_cost.resident"]}
    end)"""
    employee_types = [
        ("41", 0.37),
        ("93", 0.01),
        ("11", 0.40),
        ("110104", 0.10),
        ("12", 0.02),
        ("13", 0.02),
        ("15", 0.005),
        ("16", 0.03),
        ("19", 0.01),
        ("51", 0.01),
        ("53", 0.005),
        ("71", 0.005),
        ("91", 0.0),
    ]
    chronic_types = [
        ("41", 0.30),
        ("11", 0.20),
        ("110104", 0.06),
        ("14", 0.24),
        ("140104", 0.12),
        ("140201", 0.06),
        ("9933", 0.0),
    ]
    resident_types = [
        ("11", 0.62),
        ("110104", 0.18),
        ("12", 0.03),
        ("13", 0.03),
        ("16", 0.04),
        ("19", 0.03),
        ("41", 0.02),
        ("51", 0.02),
        ("81", 0.01),
        ("91", 0.0),
    ]
    resident_chronic = [
        ("11", 0.42),
        ("9903", 0.10),
        ("14", 0.28),
        ("140104", 0.12),
        ("140201", 0.07),
        ("9933", 0.0),
    ]
    stay_types = [("22", 0.03), ("24", 0.025), ("26", 0.015), ("28", 0.03), ("92", 0.005), ("21", 0.0)]
    # away: 转外诊治住院 is referred, 自主就医 is not
    away_types = [("23", p["referred.outside"]), ("27", 0.0)]
    region_types = [("23", p["referred.region"]), ("27", 0.0)]
    chronic_list = ", ".join(f"'{code}'" for code in CHRONIC_TYPES)
    tail = plan.uniform("day of stay", *keys)
    drawn = f"""
        select
            *,
            case
                when med_type in ('51', '52', '53') then {MATERNITY}
                when is_stay then {INPATIENT}
                when med_type in ('41', '93') then {PHARMACY}
                when med_type in ({chronic_list}) then {CHRONIC}
                when med_type = '71' then {OTHER}
                else {OUTPATIENT}
            end as kind,
            case
                when place = 2 then 3
                when place = 1 then case when level_draw < 0.85 then 3 else 2 end
                when is_stay and scheme = 1 then case when level_draw < 0.45 then 3 when level_draw < 0.86 then 2 else 1 end
                when is_stay then case when level_draw < 0.27 then 3 when level_draw < 0.77 then 2 else 1 end
                when scheme = 1 then case when level_draw < 0.35 then 3 when level_draw < 0.70 then 2 else 1 end
                else case when level_draw < 0.10 then 3 when level_draw < 0.45 then 2 else 1 end
            end as level
        from (
            select
                * exclude (place_drawn),
                case when not is_stay and med_type in ({chronic_list}) then 0 else place_drawn end as place
            from (
            select
                *,
                case
                    when is_stay and place_drawn = 2 then {_chosen("type_draw", away_types)}
                    when is_stay and place_drawn = 1 then {_chosen("type_draw", region_types)}
                    when is_stay and sex = 2 and {month} - birth between 240 and 500 and type_draw > 0.72 then '52'
                    when is_stay then {_chosen("type_draw", stay_types)}
                    when scheme = 1 and is_chronic then {_chosen("type_draw", chronic_types)}
                    when scheme = 1 then {_chosen("type_draw", employee_types)}
                    when is_chronic then {_chosen("type_draw", resident_chronic)}
                    else {_chosen("type_draw", resident_types)}
                end as med_type
            from (
                select
                    *,
                    case
                        when is_stay and place_draw < {p["place.outside"]} then 2
                        when is_stay and place_draw < {p["place.outside"] + p["place.region"]!r} then 1
                        when place_draw < {p["place.outpatient"] / 4!r} then 2
                        when place_draw < {p["place.outpatient"]} then 1
                        else 0
                    end as place_drawn
                from (
                    select
                        *,
                        {u("medical type")} as type_draw,
                        {u("place")} as place_draw,
                        {u("level")} as level_draw,
                        {u("institution")} as institution_draw,
                        {u("settlement")} as way_draw,
                        {plan.normal("cost", *keys)} as cost_z,
                        {u("own share")} as own_draw,
                        {tail} as day_draw
                    from visit
                ) as draws
            ) as sited
            ) as typed
        ) as placed
    """
    manual_and_late = f"""
        select
            *,
            way_draw < {p["claims.manual"]} as is_manual,
            case
                when way_draw < {p["claims.manual"]} then 1 + cast(floor(way_draw / {p["claims.manual"]} * 6) as integer)
                when way_draw < {p["claims.manual"] + p["claims.late"]!r} then 1 + cast(floor((way_draw - {p["claims.manual"]}) / {p["claims.late"]} * 3) as integer)
                else 0
            end as wanted_lag,
            case
                when kind = {PHARMACY} then county * 10 + {DRUGSTORE} + cast(floor(institution_draw * 2) as integer)
                when place = 2 then {OUTSIDE} + cast(floor(institution_draw * {len(OUTSIDE_PLACES)}) as integer)
                when place = 1 then {TERTIARY} + (case when other_area = drawn.area then (drawn.area + 1) % {areas} else other_area end) * 10 + cast(floor(institution_draw * 2) as integer)
                when level = 3 then {TERTIARY} + drawn.area * 10 + cast(floor(institution_draw * 2) as integer)
                when level = 2 then county * 10 + {SECONDARY}
                else county * 10 + {PRIMARY} + cast(floor(institution_draw * 1.6) as integer)
            end as institution,
            cast(greatest(round(
                100 * {mean} * (case when scheme = 1 then {growth["employee"]!r} else {growth["resident"]!r} end) * (case when scheme = 1 then area.cost_employee else area.cost_resident end) * {drift}
                * (case when is_stay then case level when 3 then 1.32 when 2 then 0.82 else 0.42 end else 1.0 end)
                * (case
                    when is_stay then exp({sigma} * cost_z - {sigma**2 / 2!r})
                    else exp({small} * cost_z - {small**2 / 2!r})
                end)
            ), 100) as bigint) as fee
        from (
            select *, case when level_draw < 0.5 then {1 % areas} else cast(floor(level_draw * {areas * 13}) as integer) % {areas} end as other_area
            from ({drawn}) as drawn
        ) as drawn
        inner join area on drawn.area = area.area
    """
    own_share = f"(case when is_stay and scheme = 1 then {p['own.inpatient.employee']} when is_stay then {p['own.inpatient.resident']} when kind = {PHARMACY} then 0.3 else {p['own.outpatient']} end)"
    split = f"""
        select
            * exclude (wanted_lag, wage_factor, cost_employee, cost_resident, code, name, county_first, county_count, area_1),
            -- settled late only where the person was already covered at the time of service
            case
                when {month} - wanted_lag < from_month then 0
                when is_unsteady and ({month} - wanted_lag) // 12 < {month // 12} then 0
                else wanted_lag
            end as months_late,
            cast(floor(fee * {own_share} * 2 * own_draw) as bigint) as own,
            cast(floor(fee * {p["over"]} * 2 * (own_draw * 7 % 1.0)) as bigint) as over,
            cast(floor(fee * {p["preself"]} * 2 * (own_draw * 31 % 1.0)) as bigint) as preself
        from ({manual_and_late}) as ways
    """
    return f"""
        select split.*, cast(institution.level as integer) as level_code, {plan.bits("bill", *keys)} as bits
        from ({split}) as split
        inner join institution on split.institution = institution.institution
    """


def draw(writer: Writer, step: Step, drift: str) -> None:
    """Leaves the step's visits in ``step.priced``, a table that other connections see."""
    plan, month, p = writer.plan, step.month, writer.plan.parameters
    reverse = plan.uniform("reversal", "person", "seq", month)
    same, later = p["claims.reversed_same"], p["claims.reversed_later"]
    # stored in between: what is left of the covered persons comes in crumbs, and every draw would pay for each of them
    visits = _visits(plan, month, step.low, step.high, step.stop)
    writer.con.execute(f"create or replace temp table visit as {visits}")
    writer.con.execute(
        f"""
        create table {step.priced} as
        select
            cast({month} as bigint) * 1000000000000 + cast(person as bigint) * 1000 + seq as id,
            {month} as service_month,
            person, part, seq, scheme, area, county, employer, is_civil, is_privileged, is_cadre, is_flexible, is_retired, is_poor,
            is_student, birth, kind, is_stay, med_type, level_code, place, is_manual, institution, months_late, from_month,
            1 + cast(floor(day_draw * 27) as integer) as day,
            case when is_stay then 1 + cast(floor(-ln(1 - own_draw * 0.98) * {p["inpatient_days"]} * 1.02) as integer) else 1 end as days,
            cast(floor(way_draw * 36000000) as integer) % 36000 + 28800 as second,
            case when is_manual then 0 when {reverse} < {same} then 1 when {reverse} < {same + later!r} then 2 else 0 end as fate,
            bits, fee, own, over, preself
        from ({_priced(plan, month, drift)}) as claims
        """
    )

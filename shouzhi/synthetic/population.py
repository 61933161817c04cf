"""Who lives in the sample region: institutions, employers, persons, and the spells in which they are insured.

Everything about a person follows from hashes of the seed and the person's number; what depends on time is a month
in which it happens. Scheme 1 is 职工, 2 居民. Months are counted from January 2000.
"""

from itertools import accumulate

from shouzhi.synthetic.engine import Engine
from shouzhi.synthetic.output import ranges
from shouzhi.synthetic.settings import Plan, year_of

NEVER = 99_999
SECONDARY, PRIMARY, UNGRADED, DRUGSTORE, DRUGSTORE_2 = range(5)  # an institution's place in its county
TERTIARY, OUTSIDE = 10_000, 20_000  # keys: of an area's tertiary hospitals, of those outside the region
OUTSIDE_PLACES = (
    "110105",
    "110108",
    "210102",
    "220102",
    "130102",
    "120101",
    "310104",
    "640104",
    "610102",
    "410105",
)
GOLDEN = 0.6180339887498949


def build(con: Engine, plan: Plan) -> None:
    _areas(con, plan)
    _institutions(con, plan)
    _employers(con, plan)
    for low, high, _ in ranges(plan.persons):
        _append(con, "person", _persons(plan, low, high), low)
        _append(con, "spell", _spells(plan, low, high), low)


def _append(con: Engine, table: str, query: str, low: int) -> None:
    """Range by range, so that memory does not depend on the number of persons; the first one makes the table."""
    con.execute(f"create table {table} as {query}" if low == 0 else f"insert into {table} {query}")


def _areas(con: Engine, plan: Plan) -> None:
    region = plan.region
    con.execute(
        "create table area (area integer, code varchar, name varchar, wage_factor double,"
        " cost_employee double, cost_resident double, county_first integer, county_count integer)"
    )
    con.insert(
        "area",
        [
            (
                a.number,
                a.code,
                a.name,
                a.wage_factor,
                a.cost_employee,
                a.cost_resident,
                a.counties[0],
                len(a.counties),
            )
            for a in region.areas
        ],
    )
    con.execute("create table county (county integer, code varchar, name varchar, area integer)")
    con.insert(
        "county",
        [(number, code, name, area) for number, (code, name, area) in enumerate(region.counties)],
    )


def _shares(plan: Plan) -> list[tuple[float, int, int]]:
    """Area and scheme on [0, 1): upper end, area, scheme."""
    areas = plan.region.areas
    cells = [(a.number, 1, a.employees) for a in areas] + [(a.number, 2, a.residents) for a in areas]
    total = sum(size for _, _, size in cells)
    reached = list(accumulate(size / total for _, _, size in cells))
    return [(upper, area, scheme) for upper, (area, scheme, _) in zip(reached, cells, strict=True)]


def _picked(draw: str, ends: list[tuple[float, int]]) -> str:
    """SQL: the value whose part of [0, 1) the draw falls into."""
    cases = " ".join(f"when {draw} < {upper!r} then {value}" for upper, value in ends[:-1])
    return f"(case {cases} else {ends[-1][1]} end)"


def _institutions(con: Engine, plan: Plan) -> None:
    """Per county one secondary, one primary, one ungraded hospital and two pharmacies; per area two tertiary ones."""
    region = plan.region
    beds = plan.persons * plan.parameters["beds_per_thousand"] / 1000
    shares = {SECONDARY: 0.45 / len(region.counties), PRIMARY: 0.10 / len(region.counties)}
    tertiary_share = 0.45 / (2 * len(region.areas))
    rows: list[tuple] = []
    for number, (code, name, area) in enumerate(region.counties):
        for place, label, kind, grade, level in (
            (SECONDARY, "人民医院", "H", "05", "2"),
            (PRIMARY, "中心卫生院", "H", "08", "1"),
            (UNGRADED, "社区卫生服务站", "H", "11", "9"),
            (DRUGSTORE, "惠民大药房", "P", "11", "9"),
            (DRUGSTORE_2, "康泰大药房", "P", "11", "9"),
        ):
            held = round(beds * shares.get(place, 0))
            rows.append(
                (
                    number * 10 + place,
                    f"{kind}{code}{place + 1:05d}",
                    f"样例{name}{label}",
                    kind,
                    grade,
                    level,
                    code,
                    area,
                    held,
                )
            )
    for item in region.areas:
        main = region.counties[item.counties[0]][0]
        for place in (0, 1):
            label = f"样例{item.name}{('中心', '第二')[place]}医院"
            rows.append(
                (
                    TERTIARY + item.number * 10 + place,
                    f"H{main}{10 + place:05d}",
                    label,
                    "H",
                    "02",
                    "3",
                    main,
                    item.number,
                    round(beds * tertiary_share),
                )
            )
    for place, code in enumerate(OUTSIDE_PLACES):
        rows.append(
            (OUTSIDE + place, f"H{code}00099", f"样例区外医院{place + 1}", "H", "02", "3", code, -1, None)
        )
    con.execute(
        "create table institution (institution integer, code varchar, name varchar, kind varchar, grade varchar,"
        " level varchar, place varchar, area integer, beds integer)"
    )
    con.insert("institution", rows)


def _employers(con: Engine, plan: Plan) -> None:
    """Employers of each area: first the offices (公务员), then public institutions, then companies, last the pool of
    the self-employed."""
    total = sum(a.employees + a.residents for a in plan.region.areas)
    con.execute(
        "create table employer_range (area integer, first integer, employers integer, offices integer)"
    )
    first, ranges = 0, []
    for area in plan.region.areas:
        in_service = plan.persons * area.employees / total * (1 - plan.parameters["share_retired"])
        count = max(8, round(in_service / 18))
        share = "share_civil.office" if area == plan.region.office else "share_civil"
        offices = max(1, round(count * plan.parameters[share]))
        ranges.append((area.number, first, count, offices))
        first += count
    con.insert("employer_range", ranges)
    con.execute(
        f"""
        create table employer as
        select
            first + ordinal as employer,
            employer_range.area,
            county_first + cast(floor({plan.uniform("employer county", "first + ordinal")} * county_count) as integer) as county,
            case when ordinal < offices then '30' when ordinal < offices * 5 // 2 then '50' else '10' end as kind,
            case when ordinal = employers - 1 then '02' else '01' end as management
        from employer_range, range(employers) as numbers(ordinal), area
        where employer_range.area = area.area
        order by 1
        """
    )


def _persons(plan: Plan, low: int, high: int) -> str:
    """SQL: everything about the persons of a range that does not change."""
    p, start = plan.parameters, plan.start

    def u(stream: str) -> str:
        return plan.uniform(stream, "person")

    shares = _shares(plan)
    employees = [(upper, area) for upper, area, scheme in shares if scheme == 1]
    scale = employees[-1][0]
    # persons are spread over areas and schemes evenly, not by chance, so that a small sample has every cell
    position = f"((number + 0.5) * {GOLDEN} % 1.0)"
    rate = (
        f"least(0.35, {p['death_rate.25']} * exp({p['death_rate.slope']} * (greatest(age, 300) / 12.0 - 25)))"
    )
    return f"""
        with placed as (
            select
                number as person,
                {_picked(position, [(upper, area) for upper, area, _ in shares])} as area,
                case when {position} < {scale!r} then 1 else 2 end as scheme,
                cast(floor({plan.uniform("sex", "number")} * 2) as integer) + 1 as sex,
                {plan.uniform("role", "number")} as role_draw,
                {plan.uniform("age", "number")} as age_draw,
                {plan.uniform("entrant", "number")}
                < (case when {position} < {scale!r} then {p["share_entrant.employee"]} else {p["share_entrant.resident"]} end) as is_entrant
            from (select range as number from range({low}, {high})) as numbers
        ),
        aged as (
            select
                *,
                case when sex = 1 then 720 else 660 end as retire_age,
                scheme = 2 and area = 0 as is_student,
                case
                    when scheme = 1 and is_entrant then 264 + 120 * age_draw
                    when scheme = 1 and role_draw < {p["share_retired"]}
                        then (case when sex = 1 then 720 else 660 end) + 360 * power(age_draw, 1.6)
                    when scheme = 1 then 264 + ((case when sex = 1 then 720 else 660 end) - 264) * age_draw
                    when area = 0 then 216 + 60 * age_draw
                    when role_draw < {p["share_child"]} then 216 * age_draw
                    when role_draw < 1 - {p["share_elder"]} then 216 + 504 * age_draw
                    else 720 + 380 * power(age_draw, 1.5)
                end as age
            from placed
        ),
        dated as (
            select
                *,
                case
                    when is_entrant then {start} + 1 + cast(floor({u("entry")} * 120) as integer)
                    else {start} - 12 - cast(floor({u("entry")} * 180) as integer)
                end as wanted_entry,
                cast({start} - floor(age) as integer) as wanted_birth,
                {start} + cast(least({NEVER}, floor(ln(1 - {u("death")}) / ln(1 - {rate} / 12))) as integer) as wanted_death,
                {u("switch")} < {p["share_switch"]} as is_switching,
                {start} + 1 + cast(floor({u("switch month")} * 120) as integer) as wanted_switch,
                {u("switch kind")} as switch_draw,
                {u("gap")} as gap_draw,
                {u("gap 2")} as gap_draw_2,
                {u("target")} as target_draw
            from aged
        ),
        entered as (
            select
                *,
                -- a child that comes in later is born then
                case when is_entrant and scheme = 2 and age < 216 and not is_student then wanted_entry else wanted_birth end as birth,
                greatest(wanted_entry, case when is_entrant then wanted_entry else wanted_birth + 1 end) as entry
            from dated
        ),
        switched as (
            select
                entered.* exclude (wanted_entry, wanted_birth, wanted_death, wanted_switch),
                greatest(wanted_death, entry + 2) as death,
                -- the month after the birthday; NMG-2007 1.1.5: until then whoever retired earlier is in service
                birth + retire_age + case when {u("birth day")} * 28 < 1 then 0 else 1 end as retire,
                case when is_switching and wanted_switch > entry + 1 then wanted_switch else {NEVER} end as switch,
                case
                    when scheme = 1 and birth + retire_age > wanted_switch and switch_draw >= 0.7 then 2
                    when scheme = 1 then 1
                    when is_student then 1
                    when wanted_switch - birth between 216 and 600 and switch_draw < 0.6 then 1
                    else 2
                end as scheme_2,
                {_picked("target_draw", [(upper / scale, area) for upper, area in employees])} as drawn_area
            from entered
        ),
        settled as (
            select
                *,
                case
                    when is_student or scheme = scheme_2 then case when drawn_area = area then (area + 1) % {len(plan.region.areas)} else drawn_area end
                    else area
                end as area_2
            from switched
        )
        select
            person,
            scheme,
            scheme_2,
            settled.area,
            area_2,
            home.county_first + cast(greatest(floor({u("county")} * (home.county_count + 1)) - 1, 0) as integer) as county,
            case when area_2 = settled.area
                then home.county_first + cast(greatest(floor({u("county")} * (home.county_count + 1)) - 1, 0) as integer)
                else away.county_first + cast(greatest(floor({u("county 2")} * (away.county_count + 1)) - 1, 0) as integer)
            end as county_2,
            sex,
            birth,
            1 + cast(floor({u("birth day")} * 28) as integer) as birth_day,
            retire,
            case
                when scheme = 1 and sex = 1 and gap_draw >= {p["share_gap"]} and gap_draw_2 >= {p["share_gap"]}
                    and {u("flexible")} >= {p["share_flexible"]} and {u("early")} < {p["share_early"]}
                    then retire - 12 - cast(floor({u("early")} / {p["share_early"]} * 48) as integer)
                else retire
            end as pension,
            entry,
            death,
            switch,
            case when scheme = 1 and gap_draw < {p["share_gap"]} then {start} + cast(floor(gap_draw / {p["share_gap"]} * 60) as integer) else {NEVER} end as gap,
            case when scheme = 1 and gap_draw_2 < {p["share_gap"]} then {start} + 60 + cast(floor(gap_draw_2 / {p["share_gap"]} * 60) as integer) else {NEVER} end as gap_2,
            2 + cast(floor({u("gap length")} * 6) as integer) as gap_length,
            {u("flexible")} < {p["share_flexible"]} as is_flexible,
            {u("employer")} as employer_draw,
            {u("employer 2")} as employer_draw_2,
            {plan.normal("wage", "person")} as wage_z,
            {u("chronic")} < (case when scheme = 1 then {p["share_chronic.employee"]} else {p["share_chronic.resident"]} end) as is_chronic,
            scheme = 2 and not is_student and {u("poor")} < {p["share_poor"]} as is_poor,
            is_student,
            {u("unsteady")} < {p["resident_unsteady"]} as is_unsteady,
            scheme = 2 and scheme_2 = 1 and {u("double")} < {p["share_double"]} as is_double
        from settled
        inner join area as home on settled.area = home.area
        inner join area as away on settled.area_2 = away.area
        order by person
    """


def _spells(plan: Plan, low: int, high: int) -> str:
    """SQL: spells of presence: from and to month, both included. A resident is covered in the years that are paid for."""
    p = plan.parameters

    def drawn(stream: str) -> str:
        return plan.uniform(stream, "placed.person")

    return f"""
        with parts as (
            select
                person.*,
                part,
                case part when 3 then switch when 0 then entry when 1 then first_gap + gap_length else second_gap + gap_length end as from_month,
                case part
                    when 3 then death
                    when 0 then least(death, switch - 1, first_gap - 1)
                    when 1 then least(death, switch - 1, second_gap - 1)
                    else least(death, switch - 1)
                end as to_month
            from (
                select
                    *,
                    -- a break in service: only before retirement, and after the person came in
                    case
                        when gap > entry and gap + gap_length < retire then gap
                        when gap_2 > entry and gap_2 + gap_length < retire then gap_2
                        else {NEVER}
                    end as first_gap,
                    case
                        when gap > entry and gap + gap_length < retire and gap_2 > entry and gap_2 + gap_length < retire then gap_2
                        else {NEVER}
                    end as second_gap
                from person
                where person >= {low} and person < {high}
            ) as person,
            (values (0), (1), (2), (3)) as parts(part)
        ),
        placed as (
            select
                * exclude (scheme, scheme_2, area, area_2, county, county_2, employer_draw, employer_draw_2),
                case when part = 3 then scheme_2 else scheme end as scheme,
                case when part = 3 then area_2 else area end as area,
                case when part = 3 then county_2 else county end as county,
                case when part = 3 then employer_draw_2 else employer_draw end as employer_draw,
                part = 3 and scheme = scheme_2 as is_move
            from parts
            where from_month <= to_month and not (part = 3 and switch > death)
        )
        select
            placed.person,
            part,
            placed.scheme,
            placed.area,
            county,
            case
                when placed.scheme = 2 then null
                when is_flexible then first + employers - 1
                else first + cast(floor(employer_draw * (employers - 1)) as integer)
            end as employer,
            not is_flexible and placed.scheme = 1 and floor(employer_draw * (employers - 1)) < offices as is_civil,
            -- 享受医疗照顾 among civil servants; 省级干部 at 自治区本级 only (NMG-2007 1.3, 1.4.1)
            is_civil and {drawn("privileged")} < {p["share_privileged"]} as is_privileged,
            is_civil and placed.area = {plan.region.office.number} and {drawn("cadre")} < {p["share_cadre"]} as is_cadre,
            is_flexible and placed.scheme = 1 as is_flexible,
            from_month,
            to_month,
            sex,
            birth,
            retire,
            pension,
            death,
            wage_z,
            is_chronic,
            is_poor and placed.scheme = 2 as is_poor,
            is_student and placed.scheme = 2 as is_student,
            is_unsteady and placed.scheme = 2 as is_unsteady,
            is_double and part = 0 as is_double,
            is_move
        from placed
        inner join employer_range on placed.area = employer_range.area
        order by placed.person, part
    """


def is_paid(plan: Plan, year: str) -> str:
    """SQL on a resident's spell: is the year paid for? The year of entry always is."""
    draw = plan.uniform("resident pays", "person", year)
    return (
        f"(not is_unsteady or {draw} < {plan.parameters['resident_unsteady_pay']}"
        f" or {year} <= from_month // 12 + 2000 or {year} < {year_of(plan.start)})"
    )

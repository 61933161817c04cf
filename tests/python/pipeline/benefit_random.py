"""Random years of insured persons that meet every limit, gap and reversal, from a seed."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal

from shouzhi.synthetic.calculator import Composition, Settlement

# Days around the changes of the parameters, so that one benefit year has several of them.
DAYS = (
    dt.date(2006, 12, 20), dt.date(2007, 1, 10), dt.date(2007, 6, 1), dt.date(2020, 12, 30), dt.date(2021, 1, 5),
    dt.date(2023, 3, 1), dt.date(2024, 5, 1), dt.date(2024, 5, 2), dt.date(2024, 11, 30),
)  # fmt: skip
AREAS = ("159900", "150100", "152900")
SCALES = (200, 3_000, 30_000, 120_000)


def money(draw: random.Random, most: float) -> Decimal:
    return Decimal(int(draw.random() ** 2 * most * 100)).scaleb(-2)


def random_cost(draw: random.Random, most: int) -> Composition:
    parts = [money(draw, most * share) for share in (0.1, 0.05, 0.1, 1.0, 0.5)]
    return Composition(*(part if draw.random() < 0.8 else Decimal("0.00") for part in parts))


def random_year(draw: random.Random, person: str) -> list[Settlement]:
    """A person's settlements of one or two benefit years, some taken back, a few twice or too early."""
    scheme = draw.choice(("employee", "employee", "resident"))
    population = draw.choice(("", "", "", "privileged", "assisted", "cadre"))
    area = draw.choice(AREAS)
    is_civil = draw.random() < 0.4
    group = "all" if scheme == "resident" else draw.choice(("in_service", "retired"))
    most = draw.choice(SCALES)
    era = draw.choice((DAYS[:3], DAYS[3:5], DAYS[5:6], DAYS[6:], DAYS[6:], DAYS))
    made: list[Settlement] = []
    for number in range(draw.randint(1, 14)):
        day = draw.choice(era)
        settled = dt.datetime.combine(day, dt.time(draw.randint(8, 17))) + dt.timedelta(
            days=draw.randint(0, 40)
        )
        originals = [item for item in made if item.original_id is None]
        if originals and draw.random() < 0.15:
            original = draw.choice(originals)
            later = dt.timedelta(hours=draw.choice((-3, 1, 30, 300)))
            made.append(
                Settlement(
                    f"{person}-{number:02d}", original.setl_time + later, person, area, scheme, original.kind,
                    original.end_date, original_id=original.setl_id, year=original.year,
                )
            )  # fmt: skip
            continue
        kind = draw.choice(
            ("inpatient", "inpatient", "chronic", "outpatient", "outpatient", "pharmacy", "maternity")
        )
        place = draw.choice(("local", "local", "referred", "unreferred")) if kind == "inpatient" else "local"
        made.append(
            Settlement(
                f"{person}-{number:02d}", settled, person, area, scheme, kind, day, random_cost(draw, most),
                draw.choice("1239"), place, group, is_civil_servant=is_civil and scheme == "employee",
                is_privileged=population == "privileged", is_provincial_cadre=population == "cadre",
                is_assisted=population == "assisted",
                year=draw.choice((None, era[0].year, era[-1].year)),
            )
        )  # fmt: skip
    return made


def random_settlements(seed: int, persons: int) -> list[Settlement]:
    draw = random.Random(seed)
    return [item for number in range(persons) for item in random_year(draw, f"P{number:05d}")]

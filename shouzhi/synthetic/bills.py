"""The bills of admissions and of chronic care: three to ten lines each, in whole fen, that add up to the settlement.

A line has a quantity times a price; what is above the price limit, the first self-payment of class-B and partly covered
items (half up to the fen) and what is left in scope follow from it as the calculator's ``composition`` says. Ordinary
outpatient care and purchases at a pharmacy have no lines; their amounts are drawn as totals.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Fen = NDArray[np.int64]
Bits = NDArray[np.uint64]

# line number: catalogue, kind of charge, class, first self-payment in per cent (none: the person's own, or class A)
SLOTS: dict[int, tuple[str, str, str, int | None]] = {
    1: ("101", "11", "03", None),  # outside the list: the person's own
    2: ("301", "08", "01", 20),  # material with a price limit, partly covered
    3: ("101", "09", "02", 10),
    4: ("101", "11", "02", 15),
    5: ("201", "03", "02", 30),
    6: ("201", "02", "01", None),
    7: ("201", "07", "01", None),
    8: ("201", "04", "01", None),
    9: ("101", "09", "01", None),
    10: ("201", "01", "01", None),  # what is left
}
OWN, MATERIAL, REST = 1, 2, 10
CLASS_B, CLASS_A = (3, 4, 5), (6, 7, 8, 9)


@dataclass(frozen=True)
class Lines:
    """One element a line; ``bill`` is the element of the settlement. ``price_limit`` and ``percent`` are −1 where there is none."""

    bill: Fen
    line: Fen
    quantity: Fen
    price: Fen
    price_limit: Fen
    percent: Fen
    cost: Fen
    own: Fen
    over_limit: Fen
    first_self_pay: Fen
    in_scope: Fen
    item: Fen  # of the catalogue


@dataclass(frozen=True)
class Totals:
    """What the lines of each bill add up to."""

    own: Fen
    over_limit: Fen
    first_self_pay: Fen
    plain: Fen
    partial: Fen


def itemised(
    fee: Fen, own: Fen, over: Fen, first: Fen, is_stay: NDArray[np.bool_], bits: Bits
) -> tuple[Totals, Lines]:
    """Lines for every bill: ``own`` exactly, ``over`` and ``first`` about as much as is asked for, ``fee`` exactly."""
    found: list[Lines] = []

    def draw(shift: int, count: int) -> Fen:
        return ((bits >> np.uint64(shift)) & np.uint64(1023)).astype(np.int64) * count >> 10

    def add(slot: int, cost: Fen, quantity: Fen, price: Fen, limit: Fen | None = None) -> Fen:
        """A line where there is any cost; what it costs."""
        cost = np.where(price > 0, cost, 0)
        where = np.flatnonzero(cost > 0)
        percent = SLOTS[slot][3]
        above = np.zeros_like(cost) if limit is None else (price - limit) * quantity
        is_own = np.full(len(cost), slot == OWN)
        paid_first = ((cost - above) * (percent or 0) + 50) // 100
        columns = (
            np.full(len(cost), slot), quantity, price, np.full(len(cost), -1) if limit is None else limit,
            np.full(len(cost), -1 if percent is None else percent), cost, np.where(is_own, cost, 0), above, paid_first,
            np.where(is_own, 0, cost - above - paid_first), draw(7 + slot, 400) + slot * 1000,
        )  # fmt: skip
        found.append(Lines(where, *(column[where] for column in columns)))
        return cost

    def priced(slot: int, wanted: Fen, quantity: Fen) -> Fen:
        price = wanted // quantity
        return add(slot, price * quantity, quantity, price)

    one = np.ones_like(fee)
    left = fee - add(OWN, own, one, own)
    quantity = 1 + draw(0, 4)
    each = np.where(is_stay, over // quantity, 0)
    limit = each * (3 + draw(10, 8))
    each = np.where((each + limit) * quantity * 2 <= left, each, 0)
    price = np.where(each > 0, each + limit, 0)
    left = left - add(MATERIAL, price * quantity, quantity, price, np.where(each > 0, limit, 0))
    partly = np.minimum(first * 8, left * 9 // 10)
    count = np.where(is_stay, 1 + draw(20, 3), 1)
    for number, slot in enumerate(CLASS_B):
        wanted = np.where(number < count, partly // count, 0)
        left = left - priced(slot, wanted, 1 + draw(24 + 4 * number, 7))
    count = np.where(is_stay, draw(36, 5), 0)
    whole = left
    for number, slot in enumerate(CLASS_A):
        wanted = np.where(number < count, whole // (count + 1), 0)
        left = left - priced(slot, wanted, 1 + draw(38 + 4 * number, 12))
    add(REST, left, one, left)

    lines = Lines(
        *(np.concatenate([getattr(part, name) for part in found]) for name in Lines.__dataclass_fields__)
    )

    def total(amount: Fen, where: NDArray[np.bool_] | None = None) -> Fen:
        weights = amount if where is None else np.where(where, amount, 0)
        summed = np.zeros(len(fee), np.int64)
        np.add.at(summed, lines.bill, weights)
        return summed

    is_partial = np.isin(lines.line, (MATERIAL, *CLASS_B))
    return Totals(
        total(lines.own),
        total(lines.over_limit),
        total(lines.first_self_pay),
        total(lines.in_scope, ~is_partial),
        total(lines.in_scope, is_partial),
    ), lines

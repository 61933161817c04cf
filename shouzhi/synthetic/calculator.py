"""Benefits and contributions, worked out one by one in plain Python: the path beside the warehouse's SQL.

No SQL, no data frames, exact decimals. It settles the sample region's claims and is tested by hand-worked cases
(``tests/fixtures/policy/cases.csv``); the set-based replay of the warehouse has to agree with it to the cent. Every
line of a result names the parameter rows it used, so that a settlement can be shown step by step with its clauses.

Rounding: half up to the cent, once for each amount that a fund pays and for each amount that moves on.

Where NMG-2007 or AR-POOL-DRAFT is silent, this is what we decided; each decision is a place in the code (D1 …).

D1   1.1.3, 1.2.2, 1.4: "一个年度" is the settlement's ``year`` (the year of the end of service where none is given); the
     parameters are those in force on the day on which the service ended.
D2   1.1.3: the accumulators of a person are kept by pooling area, scheme and year; settlements count in the order
     (setl_time, setl_id). An original counts until its reversal; a reversal gives back exactly what its original took,
     in the original's year, and nothing in between is computed again. A reversed admission is no admission any more.
D3   1.1.3: the cap counts everything that the pooled fund pays, whatever the kind of care. What the fund would have
     paid beyond it is turned back into cost with the ratio of its bracket, highest bracket first; a bracket of which
     nothing is paid moves whole. The deductible does not move.
D4   1.2.3: what moves has the composition of the settlement's in-scope cost, pro rata (class-B and partly covered items
     against plain ones). Inpatient and chronic-disease cost moves; ordinary outpatient care has its own yearly limit
     and is no 大额医疗费用. A cost that the yearly limit of ordinary outpatient care cuts off does not move either.
D5   1.2.3(2): "其费用本人自付20％" is of the item's whole cost: its share of the first self-payment moves on together
     with the in-scope part, and 80 % (70 % referred) of both is paid; 95 % is not applied again. Only inpatient care
     has this ratio; class-B items of chronic outpatient care are paid as plain ones on their in-scope part.
D6   1.2.3, 2.2 of the first document: a referral goes only to an institution that the agency has designated. Care
     outside without one has no ratio in the large-claim layer, so that layer pays nothing; the basic fund's ratio for
     it is a sample parameter.
D7   1.1.5: before the statutory retirement date a retired person is in service: on the day for benefits, on the first
     day of the month for contributions. The date comes from outside (national rules).
D8   1.3: "实报实销" is the whole medical fee, from the original channel OFF130; no basic fund pays and nothing counts
     against a cap. OFF130 is no fund: it is not in the sum of the funds' payments.
D9   1.4.1: ordinary outpatient cost of privileged persons, in scope, goes through this layer alone (限额管理); the basic
     fund does not pay the same cost. Chronic diseases stay with the basic fund (2.2 rules them apart). Where no row of
     1.4.1 binds (before 2007, other areas) the layer does not exist.
D10  1.4.2: the 65,000 count inpatient subsidy and, by the parameter privileged_in_civil_servant_cap, the privileged
     outpatient layer. The inpatient subsidy is a share (sample) of the in-scope cost that basic and large-claim fund
     leave, deductible included.
D11  1.1.1: the rate of a month is that of its first day; a change within the month applies from the next one. The base
     is clamped to floor and ceiling, both rounded to whole yuan as they are published.
D12  1.1.2: the base of "统一提高0.2％" is not stated: it is added to the former share, in points, on the same base
     (contribution base in service, pension retired). An area that no such row binds has no uplift.
D13  1.2.1: the premium is a yearly amount of the standard in force on the first day of the year; the parts of unit and
     person before 2007 are not stated and stay empty.
D14  Subsidy (AR-POOL-DRAFT 2.2): heads × standard; the levels' shares are rounded, the county bears what is left.
D15  Maternity care and other kinds have no rule here: ``outside_rules``, and they count against no cap. Purchases at a
     pharmacy are the account's: no fund pays. How a person's part divides into account and cash is no rule either.
D16  A settlement whose parameter no document states is ``not_replayable``, and so is everything after it in the same
     year of that person that would need the accumulators. Never a guessed amount.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from shouzhi.synthetic.policy_book import NotReplayable, Parameter, PolicyBook

ZERO = Decimal("0.00")
CENT = Decimal("0.01")
YUAN = Decimal(1)
POOLED = {"employee": "310100", "resident": "390100"}
LARGE, CIVIL, CRITICAL, ASSISTANCE, OFF_FUND, ACCOUNT = (
    "330100",
    "320100",
    "390200",
    "610100",
    "OFF130",
    "310200",
)
ADMISSION_CODES = ("first", "second", "later")

Scheme = Literal["employee", "resident"]
Kind = Literal["inpatient", "chronic", "outpatient", "pharmacy", "maternity", "other"]
Place = Literal["local", "referred", "unreferred"]
Group = Literal["in_service", "retired", "all"]
Status = Literal["replayed", "not_replayable", "outside_rules"]


def cents(amount: Decimal) -> Decimal:
    """Half up to the cent."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def at_least_zero(amount: Decimal) -> Decimal:
    return amount if amount > ZERO else ZERO


# --- what a settlement is made of ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the bill. ``item_class`` is A, B or C (甲乙丙); without ``self_pay_ratio`` the default of class B holds."""

    cost: Decimal
    item_class: Literal["A", "B", "C"] = "A"
    self_pay_ratio: Decimal | None = None
    quantity: Decimal = Decimal(1)
    price: Decimal | None = None
    price_limit: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Composition:
    """A settlement's cost: fee = own + over_limit + first_self_pay + plain + partial (the last two are in scope)."""

    own: Decimal = ZERO
    over_limit: Decimal = ZERO
    first_self_pay: Decimal = ZERO
    plain: Decimal = ZERO
    partial: Decimal = ZERO

    @property
    def in_scope(self) -> Decimal:
        return self.plain + self.partial

    @property
    def fee(self) -> Decimal:
        return self.own + self.over_limit + self.first_self_pay + self.plain + self.partial


def composition(items: Iterable[Item], default_ratio: Decimal | None = None) -> Composition:
    """Class C is the person's own; above the price limit too; of the rest the first self-payment, then what is in scope.

    Class B and every item with a first self-payment are partly covered; the others are plain.
    """
    own = over_limit = first = plain = partial = ZERO
    for item in items:
        if item.item_class == "C":
            own += item.cost
            continue
        over = ZERO
        if item.price is not None and item.price_limit is not None and item.price > item.price_limit:
            over = min(item.cost, cents((item.price - item.price_limit) * item.quantity))
        ratio = item.self_pay_ratio
        if ratio is None:
            ratio = default_ratio if item.item_class == "B" else Decimal(0)
        if ratio is None:
            raise NotReplayable("乙类明细没有自付比例，也没有通用的先行自付比例")
        paid_first = cents((item.cost - over) * ratio)
        covered = item.cost - over - paid_first
        over_limit += over
        first += paid_first
        if item.item_class == "B" or ratio > 0:
            partial += covered
        else:
            plain += covered
    return Composition(own, over_limit, first, plain, partial)


@dataclass(frozen=True, slots=True)
class Settlement:
    """One settlement, or the reversal of another one (``original_id``; its cost is then taken from the original)."""

    setl_id: str
    setl_time: dt.datetime
    person: str
    area_code: str
    scheme: Scheme
    kind: Kind
    end_date: dt.date
    composition: Composition = Composition()
    hospital_level: str = "3"
    place: Place = "local"
    group: Group = "in_service"
    is_civil_servant: bool = False
    is_privileged: bool = False
    is_provincial_cadre: bool = False
    is_assisted: bool = False
    original_id: str | None = None
    year: int | None = None


# --- results ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """One step of the arithmetic: its words, its numbers, its result and the parameter rows behind it."""

    step: str
    fund_code: str
    amount: Decimal
    words: str
    values: tuple[Decimal | int, ...]
    used: tuple[Parameter, ...] = ()

    @property
    def text(self) -> str:
        """The step in Chinese with its numbers and, where a rule stands behind it, document and clause."""
        clauses = "、".join(dict.fromkeys(f"{row.doc_no} {row.clause}" for row in self.used))
        words = self.words.format(*(plain_number(value) for value in self.values))
        return f"{words}＝{plain_number(self.amount)}" + (f"（{clauses}）" if clauses else "")


def plain_number(value: Decimal | int) -> str:
    if isinstance(value, Decimal) and value.as_tuple().exponent in (-6,):  # a ratio of the seeds
        return f"{value.normalize():f}"
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


@dataclass(frozen=True, slots=True)
class Amounts:
    """What a settlement takes from whom; also what it adds to the accumulators."""

    deductible: Decimal = ZERO
    pooled: Decimal = ZERO
    moved: Decimal = ZERO  # cost that left the pooled layer at its cap
    large: Decimal = ZERO
    civil_servant: Decimal = (
        ZERO  # inpatient subsidy and privileged outpatient layer together: one column of setl_d
    )
    privileged: Decimal = ZERO  # of which the privileged outpatient layer
    critical: Decimal = ZERO
    assistance: Decimal = ZERO
    off_fund: Decimal = ZERO

    @property
    def fund_pay(self) -> Decimal:
        return self.pooled + self.large + self.civil_servant + self.critical + self.assistance

    def negated(self) -> Amounts:
        return Amounts(*(-getattr(self, part.name) for part in fields(self)))


@dataclass(frozen=True, slots=True)
class Benefit:
    """A settlement worked out. Without ``status`` replayed the amounts are zero and mean nothing."""

    settlement: Settlement
    status: Status
    reason: str
    composition: Composition
    amounts: Amounts
    lines: tuple[Line, ...]

    @property
    def person_pay(self) -> Decimal:
        return self.composition.fee - self.amounts.fund_pay - self.amounts.off_fund

    def explanation(self) -> list[str]:
        """The arithmetic line by line, with clauses (算给我看)."""
        return [line.text for line in self.lines] or [self.reason]


# --- accumulators ----------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Year:
    """What a person has used of a year so far."""

    admissions: int = 0
    pooled: Decimal = ZERO
    large: Decimal = ZERO
    civil_servant: Decimal = ZERO  # with the privileged outpatient layer
    privileged: Decimal = ZERO
    privileged_scope: Decimal = ZERO
    outpatient: Decimal = ZERO
    outpatient_scope: Decimal = ZERO
    chronic_scope: Decimal = ZERO
    critical: Decimal = ZERO
    critical_scope: Decimal = ZERO
    assistance: Decimal = ZERO
    unknown: list[str] = field(
        default_factory=list
    )  # settlements that could not be replayed, not reversed (D16)


@dataclass(slots=True)
class Step:
    """One settlement in the making."""

    settlement: Settlement
    book: PolicyBook
    before: Year
    lines: list[Line] = field(default_factory=list)
    change: dict[str, Decimal | int] = field(default_factory=dict)

    def need(self, code: str, population: str = "all") -> Parameter:
        return self.book.need(code, self.settlement.area_code, self.settlement.end_date, population)

    def find(self, code: str, population: str = "all") -> Parameter | None:
        return self.book.find(code, self.settlement.area_code, self.settlement.end_date, population)

    def brackets(self, code: str) -> tuple[Parameter, ...]:
        at = self.settlement
        return self.book.brackets(code, at.area_code, at.end_date, at.group, at.hospital_level, at.place)

    def note(
        self,
        step: str,
        fund: str,
        amount: Decimal,
        words: str,
        *values: Decimal | int,
        used: Sequence[Parameter] = (),
    ) -> Decimal:
        self.lines.append(Line(step, fund, amount, words, values, tuple(used)))
        return amount


def calculate(settlements: Iterable[Settlement], book: PolicyBook) -> list[Benefit]:
    """Every settlement in the order (setl_time, setl_id), each on the accumulators that those before it left (D2)."""
    years: dict[tuple[str, str, str, int], Year] = {}
    done: dict[str, tuple[Benefit, dict[str, Decimal | int], Year]] = {}
    reversed_ids: set[str] = set()
    results = []
    for settlement in sorted(settlements, key=lambda item: (item.setl_time, item.setl_id)):
        original_id = settlement.original_id
        if original_id is not None:
            results.append(reversal(settlement, original_id, done, reversed_ids))
            continue
        year = years.setdefault(
            (
                settlement.person,
                settlement.area_code,
                settlement.scheme,
                settlement.year or settlement.end_date.year,
            ),
            Year(),
        )
        step = Step(settlement, book, year)
        benefit = settle(step)
        if benefit.status == "replayed":
            apply(year, step.change, 1)
        elif benefit.status == "not_replayable":
            year.unknown.append(settlement.setl_id)
        done[settlement.setl_id] = (benefit, step.change, year)
        results.append(benefit)
    return results


def apply(year: Year, change: dict[str, Decimal | int], sign: int) -> None:
    for name, amount in change.items():
        setattr(year, name, getattr(year, name) + sign * amount)


def reversal(
    settlement: Settlement,
    original_id: str,
    done: dict[str, tuple[Benefit, dict[str, Decimal | int], Year]],
    reversed_ids: set[str],
) -> Benefit:
    """The original with the opposite sign; its accumulators are given back (D2)."""
    if original_id not in done or original_id in reversed_ids:
        why = "已冲正过" if original_id in reversed_ids else "不在它之前"
        return Benefit(
            settlement, "not_replayable", f"原结算 {original_id} {why}", Composition(), Amounts(), ()
        )
    benefit, change, year = done[original_id]
    reversed_ids.add(original_id)
    if benefit.status == "replayed":
        apply(year, change, -1)
    elif benefit.status == "not_replayable":
        year.unknown.remove(original_id)
    cost = benefit.composition
    negative = Composition(*(-getattr(cost, part.name) for part in fields(cost)))
    line = Line("reversal", "", -benefit.amounts.fund_pay, "冲正原结算，基金支付与年度累计全部退回", ())
    return Benefit(
        settlement,
        benefit.status,
        benefit.reason,
        negative,
        benefit.amounts.negated(),
        (line, *benefit.lines),
    )


def settle(step: Step) -> Benefit:
    """One settlement on the accumulators before it."""
    at = step.settlement
    if at.kind in ("maternity", "other") and not at.is_provincial_cadre:
        return Benefit(
            at,
            "outside_rules",
            "自治区本级职工医保通知和自治区级统筹征求意见稿都没有生育和其他类别的规则",
            at.composition,
            Amounts(),
            (),
        )
    try:
        if step.before.unknown and not at.is_provincial_cadre and at.kind != "pharmacy":
            raise NotReplayable(f"同年在前的结算 {step.before.unknown[0]} 不能重算，年度累计不明")
        amounts = layers(step)
    except NotReplayable as gap:
        return Benefit(at, "not_replayable", str(gap), at.composition, Amounts(), ())
    return Benefit(at, "replayed", "", at.composition, amounts, tuple(step.lines))


def layers(step: Step) -> Amounts:
    """Who pays what, layer upon layer."""
    at, cost = step.settlement, step.settlement.composition
    if at.is_provincial_cadre:
        return Amounts(off_fund=provincial_cadre(step))
    step.note(
        "in_scope",
        "",
        cost.in_scope,
        "范围内费用：总额 {}−自费 {}−超限价 {}−先行自付 {}",
        cost.fee,
        cost.own,
        cost.over_limit,
        cost.first_self_pay,
    )
    if at.kind == "pharmacy":
        return Amounts()
    if (
        at.kind == "outpatient"
        and at.is_privileged
        and (ratio := step.find("privileged_outpatient_ratio", "privileged"))
    ):
        paid = privileged_outpatient(step, ratio)
        return Amounts(civil_servant=paid, privileged=paid)
    deductible, pooled, moved = pooled_layer(step)
    if at.scheme == "resident":
        critical = critical_illness(step, pooled)
        return Amounts(deductible, pooled, critical=critical, assistance=assistance(step, pooled + critical))
    large = large_claim(step, moved) if moved > ZERO else ZERO
    return Amounts(deductible, pooled, moved, large, civil_servant=civil_servant(step, pooled + large))


def provincial_cadre(step: Step) -> Decimal:
    """NMG-2007 1.3: in full, from the original channel (D8)."""
    fee = step.settlement.composition.fee
    ratio = step.need("provincial_cadre_ratio", "provincial_cadre")
    paid = cents(fee * ratio.value)
    return step.note(
        "provincial_cadre", OFF_FUND, paid, "省级干部医药费 {}×{}，原渠道", fee, ratio.value, used=[ratio]
    )


# --- the basic funds -------------------------------------------------------------------------------------------------


def pooled_layer(step: Step) -> tuple[Decimal, Decimal, Decimal]:
    """Deductible, payment of the pooled fund and the cost that moves on at its cap (D3)."""
    at = step.settlement
    prefix = "" if at.scheme == "employee" else "resident_"
    fund = POOLED[at.scheme]
    deductible = take_deductible(step, prefix, fund)
    eligible = at.composition.in_scope - deductible
    wanted = bracketed(step, prefix, fund, eligible)
    limit = sum((pay for _, _, pay in wanted), ZERO)
    if at.kind == "outpatient":
        cap = step.need(prefix + "outpatient_cap_yuan")
        limit = step.note(
            "outpatient_cap",
            fund,
            min(limit, at_least_zero(cap.value - step.before.outpatient)),
            "普通门诊年度限额 {}，已付 {}，本次至多",
            cents(cap.value),
            step.before.outpatient,
            used=[cap],
        )
    cap = step.need(prefix + "pooled_cap_yuan")
    paid = step.note(
        "pooled_cap",
        fund,
        min(limit, at_least_zero(cap.value - step.before.pooled)).quantize(CENT),
        "统筹年度限额 {}，已付 {}，应付 {}，本次支付",
        cents(cap.value),
        step.before.pooled,
        limit,
        used=[cap],
    )
    step.change["pooled"] = paid
    if at.kind == "outpatient":
        step.change["outpatient"] = paid
    moves = at.scheme == "employee" and at.kind in ("inpatient", "chronic")
    moved = cost_of_unpaid(limit - paid, wanted) if moves else ZERO
    if moved > ZERO:
        step.note(
            "moved",
            fund,
            moved,
            "统筹限额外未付 {}，按支付比例还原为费用",
            limit - paid,
            used=[cap, *(row for row, _, _ in wanted)],
        )
    return deductible, paid, moved


def take_deductible(step: Step, prefix: str, fund: str) -> Decimal:
    """Inpatient: by hospital level and order of admission; outpatient and chronic: what is left of the year's."""
    at, cost, before = step.settlement, step.settlement.composition, step.before
    if at.kind == "inpatient":
        order = before.admissions
        step.change["admissions"] = 1
        rows = step.brackets(f"{prefix}inpatient_deductible_{ADMISSION_CODES[min(order, 2)]}_yuan")
        taken = min(cents(rows[0].value), cost.in_scope)
        words = "住院起付线 {}（当年第 {} 次），本次负担"
        return step.note("deductible", fund, taken, words, cents(rows[0].value), order + 1, used=rows)
    row = step.need(f"{prefix}{at.kind}_deductible_yuan")
    scope = before.outpatient_scope if at.kind == "outpatient" else before.chronic_scope
    step.change[f"{at.kind}_scope"] = cost.in_scope
    taken = min(at_least_zero(row.value - scope), cost.in_scope).quantize(CENT)
    words = "年度起付线 {}，此前范围内费用 {}，本次负担"
    return step.note("deductible", fund, taken, words, cents(row.value), scope, used=[row])


def bracketed(
    step: Step, prefix: str, fund: str, eligible: Decimal
) -> list[tuple[Parameter, Decimal, Decimal]]:
    """(row, cost in its bracket, payment) for every bracket of ``eligible``, lowest first."""
    at = step.settlement
    if at.scheme == "resident" and at.kind != "inpatient":
        rows: tuple[Parameter, ...] = (step.need(f"resident_{at.kind}_ratio"),)
    else:
        rows = step.brackets(prefix + {"inpatient": "pooled_ratio"}.get(at.kind, f"{at.kind}_ratio"))
    parts = []
    for row in rows:
        upper = eligible if row.upper_yuan is None else min(eligible, row.upper_yuan)
        cost = at_least_zero(upper - row.lower_yuan)
        if cost > ZERO:
            pay = step.note(
                "pooled_ratio", fund, cents(cost * row.value), "费用段 {}×{}", cost, row.value, used=[row]
            )
            parts.append((row, cost, pay))
    return parts


def cost_of_unpaid(unpaid: Decimal, parts: Sequence[tuple[Parameter, Decimal, Decimal]]) -> Decimal:
    """The cost behind what the cap left unpaid: highest bracket first, a bracket of which nothing is paid whole (D3)."""
    moved = ZERO
    for row, cost, pay in reversed(parts):
        left = min(unpaid, pay)
        if left > ZERO:
            moved += cost if left == pay else cents(left / row.value)
            unpaid -= left
    return moved


# --- the layers above ------------------------------------------------------------------------------------------------


def large_claim(step: Step, moved: Decimal) -> Decimal:
    """NMG-2007 1.2.2, 1.2.3: plain cost 95 % / 85 %, class-B and partly covered cost 80 % / 70 % flat (D4, D5, D6)."""
    at, cost = step.settlement, step.settlement.composition
    if at.place == "unreferred":
        return step.note("large", LARGE, ZERO, "未经转诊在外就医，大额费用 {} 没有支付规定", moved)
    suffix = "_referred_ratio" if at.place == "referred" else "_ratio"
    plain_row = step.need("large" + suffix)
    used = [plain_row]
    partial = ZERO
    if at.kind == "inpatient" and cost.partial > ZERO:
        partial = cents(moved * cost.partial / cost.in_scope)
    plain = moved - partial
    wanted = step.note(
        "large_plain",
        LARGE,
        cents(plain * plain_row.value),
        "大额普通费用 {}×{}",
        plain,
        plain_row.value,
        used=used,
    )
    if partial > ZERO:
        row = step.need("large_partial" + suffix)
        used.append(row)
        whole = partial + cents(cost.first_self_pay * partial / cost.partial)
        wanted += step.note(
            "large_partial",
            LARGE,
            cents(whole * row.value),
            "乙类与部分支付项目费用 {}（含先行自付）×{}",
            whole,
            row.value,
            used=[row],
        )
    cap = step.need("large_cap_yuan")
    paid = min(wanted, at_least_zero(cap.value - step.before.large)).quantize(CENT)
    step.change["large"] = paid
    words = "大额年度限额 {}，已付 {}，应付 {}，本次支付"
    return step.note(
        "large_cap", LARGE, paid, words, cents(cap.value), step.before.large, wanted, used=[cap, *used]
    )


def civil_servant(step: Step, paid_before: Decimal) -> Decimal:
    """NMG-2007 1.4.2: a share of what basic and large-claim fund leave of an admission, within the year's cap (D10)."""
    at = step.settlement
    if not at.is_civil_servant or at.kind != "inpatient":
        return ZERO
    left = at_least_zero(at.composition.in_scope - paid_before)
    ratio = step.need("civil_servant_inpatient_ratio", "civil_servant")
    wanted = step.note(
        "civil_servant", CIVIL, cents(left * ratio.value), "范围内自付 {}×{}", left, ratio.value, used=[ratio]
    )
    return civil_servant_cap(step, wanted)


def civil_servant_cap(step: Step, wanted: Decimal) -> Decimal:
    cap = step.need("civil_servant_cap_yuan", "civil_servant")
    counted = step.before.civil_servant
    used = [cap]
    inside = step.find("privileged_in_civil_servant_cap", "privileged")
    if inside is None or inside.value == 0:
        counted -= step.before.privileged
    else:
        used.append(inside)
    paid = min(wanted, at_least_zero(cap.value - counted)).quantize(CENT)
    step.change["civil_servant"] = paid
    words = "公务员补助年度限额 {}，已付 {}，应付 {}，本次支付"
    return step.note("civil_servant_cap", CIVIL, paid, words, cents(cap.value), counted, wanted, used=used)


def privileged_outpatient(step: Step, ratio: Parameter) -> Decimal:
    """NMG-2007 1.4.1: above 400 yuan of a year 95 %, at most 3,000 a year; inside the 65,000 by parameter (D9, D10)."""
    at, before = step.settlement, step.before
    deductible = step.need("privileged_outpatient_deductible_yuan", "privileged")
    cap = step.need("privileged_outpatient_cap_yuan", "privileged")
    scope = at.composition.in_scope
    above = at_least_zero(before.privileged_scope + scope - deductible.value) - at_least_zero(
        before.privileged_scope - deductible.value
    )
    step.note(
        "privileged_deductible", CIVIL, cents(above), "年度起付线 {}，此前门诊费用 {}，本次 {}，起付线以上",
        cents(deductible.value), before.privileged_scope, scope, used=[deductible],
    )  # fmt: skip
    wanted = step.note(
        "privileged",
        CIVIL,
        cents(above * ratio.value),
        "起付线以上 {}×{}",
        cents(above),
        ratio.value,
        used=[ratio],
    )
    paid = step.note(
        "privileged_cap", CIVIL, min(wanted, at_least_zero(cap.value - before.privileged)).quantize(CENT),
        "门诊年度最高 {}，已付 {}，本次支付", cents(cap.value), before.privileged, used=[cap],
    )  # fmt: skip
    inside = step.find("privileged_in_civil_servant_cap", "privileged")
    if inside is not None and inside.value == 1:
        paid = civil_servant_cap(step, paid)
    step.change |= {"civil_servant": paid, "privileged": paid, "privileged_scope": scope}
    return paid


def critical_illness(step: Step, pooled: Decimal) -> Decimal:
    """Residents' critical-illness insurance (sample): in-scope burden of inpatient and chronic care above the year's line."""
    at, before = step.settlement, step.before
    if at.kind == "outpatient":
        return ZERO
    burden = at.composition.in_scope - pooled
    line, ratio, cap = (
        step.need("critical_deductible_yuan"), step.need("critical_ratio"), step.need("critical_cap_yuan"),
    )  # fmt: skip
    above = at_least_zero(before.critical_scope + burden - line.value) - at_least_zero(
        before.critical_scope - line.value
    )
    step.change["critical_scope"] = burden
    paid = min(cents(above * ratio.value), at_least_zero(cap.value - before.critical)).quantize(CENT)
    step.change["critical"] = paid
    return step.note(
        "critical", CRITICAL, paid, "大病起付线 {}，此前自付 {}，本次自付 {}，超过部分 {}×{}",
        cents(line.value), before.critical_scope, burden, cents(above), ratio.value, used=[line, ratio, cap],
    )  # fmt: skip


def assistance(step: Step, paid_before: Decimal) -> Decimal:
    """Medical assistance (sample): a share of what the others leave of an assisted person's admission."""
    at = step.settlement
    if not at.is_assisted or at.kind != "inpatient":
        return ZERO
    ratio, cap = step.need("assistance_ratio"), step.need("assistance_cap_yuan")
    left = at.composition.in_scope - paid_before
    paid = min(cents(left * ratio.value), at_least_zero(cap.value - step.before.assistance)).quantize(CENT)
    step.change["assistance"] = paid
    words = "范围内自付 {}×{}，年度最高 {}，已付 {}，本次支付"
    return step.note(
        "assistance",
        ASSISTANCE,
        paid,
        words,
        left,
        ratio.value,
        cents(cap.value),
        step.before.assistance,
        used=[ratio, cap],
    )


# --- contributions ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Contribution:
    """What is due for one person and month (or year), to the cent."""

    base: Decimal
    unit: Decimal
    person: Decimal
    into_account: Decimal | None  # none where no source states the former share
    civil_servant: Decimal
    lines: tuple[Line, ...]

    @property
    def total(self) -> Decimal:
        return self.unit + self.person

    @property
    def pooled(self) -> Decimal | None:
        """What the pooled fund keeps of a month's contribution; none where the credit is not known."""
        return None if self.into_account is None else self.total - self.into_account


def person_group(
    book: PolicyBook, area: str, day: dt.date, *, is_retired: bool, statutory_retirement: dt.date | None
) -> Group:
    """NMG-2007 1.1.5: before the statutory date a retired person is treated as in service (D7)."""
    if not is_retired:
        return "in_service"
    if statutory_retirement is not None and day < statutory_retirement:
        return "in_service" if book.need("early_retiree_pays", area, day).value == 1 else "retired"
    return "retired"


def contribution_base(book: PolicyBook, area: str, month: dt.date, wage: Decimal) -> tuple[Decimal, Line]:
    """The verified wage between floor and ceiling of the month (D11)."""
    average = book.need("average_wage_yuan", area, month)
    low, high = book.need("base_floor_ratio", area, month), book.need("base_ceiling_ratio", area, month)
    floor = (average.value * low.value).quantize(YUAN, ROUND_HALF_UP).quantize(CENT)
    ceiling = (average.value * high.value).quantize(YUAN, ROUND_HALF_UP).quantize(CENT)
    base = min(max(wage, floor), ceiling).quantize(CENT)
    words = "核定工资 {}，下限 {}，上限 {}，缴费基数"
    return base, Line("base", "310000", base, words, (wage, floor, ceiling), (average, low, high))


def employee_contribution(
    book: PolicyBook,
    area: str,
    month: dt.date,
    wage: Decimal,
    *,
    is_retired: bool = False,
    statutory_retirement: dt.date | None = None,
    is_civil_servant: bool = False,
    is_flexible: bool = False,
) -> Contribution:
    """One employee's month: ``month`` is its first day; ``wage`` is the verified wage, or the pension of a retired person.

    A flexible worker has no unit and pays both parts. Retired persons owe nothing and are credited from their pension.
    """
    month = month.replace(day=1)
    group = person_group(book, area, month, is_retired=is_retired, statutory_retirement=statutory_retirement)
    lines = []
    unit = person = civil = ZERO
    base = cents(wage)
    if is_retired and group == "in_service":
        early = book.need("early_retiree_pays", area, month)
        lines.append(
            Line("early_retiree", "310000", base, "未到法定退休年龄，按在职继续缴费，工资", (), (early,))
        )
    if group == "in_service":
        base, line = contribution_base(book, area, month, wage)
        unit_rate = book.need("unit_contribution_rate", area, month)
        person_rate = book.need("person_contribution_rate", area, month)
        unit, person = cents(base * unit_rate.value), cents(base * person_rate.value)
        lines += [
            line,
            Line("unit", POOLED["employee"], unit, "单位缴费 {}×{}", (base, unit_rate.value), (unit_rate,)),
            Line("person", ACCOUNT, person, "个人缴费 {}×{}", (base, person_rate.value), (person_rate,)),
        ]
        if is_flexible:
            unit, person = ZERO, unit + person
        elif is_civil_servant:
            rate = book.need("civil_servant_contribution_ratio", area, month, "civil_servant")
            civil = cents(base * rate.value)
            lines.append(
                Line("civil_servant", CIVIL, civil, "公务员补助缴费 {}×{}", (base, rate.value), (rate,))
            )
    credit, credit_lines = account_credit(book, area, month, base, group)
    lines += credit_lines
    return Contribution(base, unit, person, credit, civil, tuple(lines))


def account_credit(
    book: PolicyBook, area: str, month: dt.date, base: Decimal, group: Group
) -> tuple[Decimal | None, list[Line]]:
    """NMG-2007 1.1.2: the former share plus 0.2 points where that clause binds (D12); none without a former share."""
    try:
        share = book.brackets("account_credit_ratio", area, month, group, "all", "all")[0]
    except NotReplayable:
        return None, []
    uplift = book.find("account_credit_uplift_ratio", area, month)
    more = uplift.value if uplift is not None else Decimal(0)
    credit = cents(base * (share.value + more))
    used = (share,) if uplift is None else (share, uplift)
    words = "划入个人账户 {}×（{}＋{}）"
    return credit, [Line("account_credit", ACCOUNT, credit, words, (base, share.value, more), used)]


@dataclass(frozen=True, slots=True)
class Premium:
    """A year's fixed premium of ``heads`` persons; the parts are empty where no document states them (D13)."""

    heads: int
    total: Decimal
    unit: Decimal | None
    person: Decimal | None
    lines: tuple[Line, ...]


def large_claim_premium(book: PolicyBook, area: str, year: int, heads: int) -> Premium:
    """NMG-2007 1.2.1: 140 = 100 + 40 a person and year, retired persons included (D13)."""
    day = dt.date(year, 1, 1)
    standard = book.need("large_premium_yuan", area, day)
    unit, person = (book.find(f"large_premium_{part}_yuan", area, day) for part in ("unit", "person"))

    def times(row: Parameter | None) -> Decimal | None:
        return None if row is None else cents(heads * row.value)

    total = cents(heads * standard.value)
    used = tuple(row for row in (standard, unit, person) if row is not None)
    line = Line("premium", LARGE, total, "大额保费 {} 人×{}", (heads, cents(standard.value)), used)
    return Premium(heads, total, times(unit), times(person), (line,))


@dataclass(frozen=True, slots=True)
class ResidentDue:
    """A year's premium of ``heads`` residents and the subsidy due from each level of government."""

    heads: int
    premium: Decimal
    subsidy: Decimal
    by_level: dict[str, Decimal]
    lines: tuple[Line, ...]


SUBSIDY_LEVELS = ("central", "region", "prefecture", "county")


def resident_due(book: PolicyBook, area: str, year: int, heads: int) -> ResidentDue:
    """AR-POOL-DRAFT 2.2: residents pay the year's standard, government adds its own; by level (D14)."""
    day = dt.date(year, 1, 1)
    premium_row, subsidy_row = (
        book.need("resident_premium_yuan", area, day), book.need("resident_subsidy_yuan", area, day),
    )  # fmt: skip
    premium, subsidy = cents(heads * premium_row.value), cents(heads * subsidy_row.value)
    rows = {level: book.need(f"subsidy_{level}_ratio", area, day) for level in SUBSIDY_LEVELS}
    shares = {level: cents(subsidy * rows[level].value) for level in SUBSIDY_LEVELS[:-1]}
    shares[SUBSIDY_LEVELS[-1]] = subsidy - sum(shares.values(), ZERO)
    fund = POOLED["resident"]
    lines = [
        Line(
            "premium", fund, premium, "个人缴费 {} 人×{}", (heads, cents(premium_row.value)), (premium_row,)
        ),
        Line(
            "subsidy", fund, subsidy, "财政补助 {} 人×{}", (heads, cents(subsidy_row.value)), (subsidy_row,)
        ),
    ]
    lines += [
        Line(
            f"subsidy_{level}",
            fund,
            shares[level],
            "补助 {}×{}",
            (subsidy, rows[level].value),
            (rows[level],),
        )
        for level in SUBSIDY_LEVELS
    ]
    return ResidentDue(heads, premium, subsidy, shares, tuple(lines))

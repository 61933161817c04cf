"""What a claim costs whom: the arithmetic of one settlement, in fen.

One function, from a relation of priced visits to the same relation with every amount column of a settlement. It knows
one settlement at a time (no yearly accumulators), reads its ratios from ``parameter.csv`` and keeps the identities of
the national platform: fee = own + over limit + first self-pay + in scope; fee = funds + person; person = account + cash.
Another calculator takes its place by offering the same columns.
"""

from shouzhi.synthetic.settings import Parameters

INPATIENT, OUTPATIENT, CHRONIC, PHARMACY_VISIT = 1, 2, 3, 4
AMOUNTS = (
    "fee",
    "own",
    "over",
    "preself",
    "inscp",
    "dedc_std",
    "dedc_paid",
    "hifp",
    "cvlserv",
    "hifes",
    "hifmi",
    "hifob",
    "hifdm",
    "maf",
    "oth",
    "fund",
    "psn",
    "acct",
    "cash",
)


def settled(p: Parameters, visits: str) -> str:
    """SQL: ``visits`` with the amounts.

    Needs kind, scheme (1 职工, 2 居民), is_retired, level (1 to 3), place (0 local, 1 in the region, 2 outside),
    is_civil, is_poor, is_manual, fee, own, over, preself (fen).
    """
    inpatient = f"kind = {INPATIENT}"
    employee = "scheme = 1"

    def fen(name: str) -> str:
        return str(p.fen(name))

    def levels(name: str, value: str) -> str:
        at = p.fen if value == "fen" else p.__getitem__
        return f"case level when 3 then {at(f'{name}.3')} when 2 then {at(f'{name}.2')} else {at(f'{name}.1')} end"

    deductible = f"""case
        when {inpatient} and {employee} then {levels("deductible.inpatient.employee", "fen")}
        when {inpatient} then {levels("deductible.inpatient.resident", "fen")}
        when kind = {OUTPATIENT} and {employee} then {fen("deductible.outpatient.employee")}
        when kind = {OUTPATIENT} then {fen("deductible.outpatient.resident")}
        else 0
    end"""
    away = (
        f"case place when 0 then 1.0 when 1 then {p['ratio.away.region']} else {p['ratio.away.outside']} end"
    )
    ratio = f"""case
        when {inpatient} and {employee}
            then ({levels("ratio.inpatient.in_service", "ratio")} + case when is_retired then {p["ratio.inpatient.retired_more"]} else 0 end) * {away}
        when {inpatient} then ({levels("ratio.inpatient.resident", "ratio")}) * {away}
        when kind = {OUTPATIENT} and {employee} then {p["ratio.outpatient.employee"]}
        when kind = {OUTPATIENT} then {p["ratio.outpatient.resident"]}
        when kind = {CHRONIC} and {employee} then {p["ratio.chronic.employee"]}
        when kind = {CHRONIC} then {p["ratio.chronic.resident"]}
        else 0.0
    end"""
    cap = f"""case
        when {inpatient} and {employee} then {fen("cap.inpatient.employee")}
        when {inpatient} then {fen("cap.inpatient.resident")}
        when kind = {OUTPATIENT} and {employee} then {fen("cap.outpatient.employee")}
        when kind = {OUTPATIENT} then {fen("cap.outpatient.resident")}
        when kind = {CHRONIC} then {fen("cap.chronic")}
        else 0
    end"""
    large = f"case place when 0 then {p['ratio.large_claim.local']} else {p['ratio.large_claim.away']} end"

    def whole(expression: str) -> str:
        return f"cast(round({expression}) as bigint)"

    return f"""
        select
            * exclude (ratio, layer, acct_wanted),
            0 as hifes, 0 as hifdm, 0 as oth,
            hifp + cvlserv + hifmi + hifob + maf as fund,
            fee - (hifp + cvlserv + hifmi + hifob + maf) as psn,
            acct_wanted as acct,
            fee - (hifp + cvlserv + hifmi + hifob + maf) - acct_wanted as cash
        from (
            select
                *,
                case
                    when scheme = 2 or is_manual then 0
                    when kind = {PHARMACY_VISIT} then {whole(f"(fee - hifp) * {p['account_use.pharmacy']}")}
                    when {inpatient} then {whole(f"(fee - hifp - cvlserv - hifob) * {p['account_use.inpatient']}")}
                    else {whole(f"(fee - hifp - cvlserv) * {p['account_use.outpatient']}")}
                end as acct_wanted
            from (
                select
                    *,
                    case when is_poor and {inpatient} then {whole(f"greatest(inscp - hifp - hifmi, 0) * {p['ratio.assistance']}")} else 0 end as maf,
                    case when is_civil and kind in ({INPATIENT}, {CHRONIC}) then {whole(f"greatest(inscp - hifp - hifob, 0) * {p['ratio.civil']}")} else 0 end as cvlserv
                from (
                    select
                        *,
                        case
                            when {employee} and {inpatient}
                                then {whole(f"least(greatest(inscp - dedc_paid - layer, 0), {fen('cap.large_claim')}) * {large}")}
                            else 0
                        end as hifob,
                        case
                            when scheme = 2 and {inpatient}
                                then {whole(f"greatest(inscp - hifp - {fen('deductible.critical')}, 0) * {p['ratio.critical']}")}
                            else 0
                        end as hifmi
                    from (
                        select *, {whole("layer * ratio")} as hifp
                        from (
                            select
                                *,
                                least(inscp - dedc_paid, {cap}) as layer
                            from (
                                select *, least(dedc_std, inscp) as dedc_paid
                                from (
                                    select
                                        *,
                                        fee - own - over - preself as inscp,
                                        {deductible} as dedc_std,
                                        {ratio} as ratio
                                    from ({visits}) as visits
                                ) as scoped
                            ) as deducted
                        ) as layered
                    ) as pooled
                ) as topped
            ) as assisted
        ) as paid
    """

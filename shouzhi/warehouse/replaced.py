"""What a correction changed: the balances of the published build beside those of the new one."""

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb

from shouzhi.warehouse.query import DAMAGES

SHOWN = 10
YUAN_PER_WAN = 10_000

# Set-based over the keys that came since the former build was made and for which it already had rows.
REPLACED_SQL = """
with former as (
    select
        area_code,
        fund_code,
        period_type,
        period_code,
        statement_code,
        count(*) as row_count
    from former.fund_balance.fct_statement_line
    where is_active
    group by area_code, fund_code, period_type, period_code, statement_code
),

delivered as (
    select distinct
        area_code,
        fund_code,
        period_type,
        period_code,
        statement_code
    from made.fund_balance.fct_statement_line
    where
        is_active
        and delivery_no > (select coalesce(max(delivery_no), 0) from former.data_quality.fct_intake_batch)
)

select
    coalesce(area.area_name, delivered.area_code) as area_name,
    coalesce(fund.fund_short_name, delivered.fund_code) as fund_name,
    delivered.period_code,
    coalesce(statement.statement_name, delivered.statement_code) as statement_name,
    former.row_count,
    before.income_yuan,
    after.income_yuan,
    before.expenditure_yuan,
    after.expenditure_yuan,
    before.actual_closing_yuan,
    after.actual_closing_yuan
from delivered
inner join former
    on
        delivered.area_code = former.area_code
        and delivered.fund_code = former.fund_code
        and delivered.period_type = former.period_type
        and delivered.period_code = former.period_code
        and delivered.statement_code = former.statement_code
left join former.fund_balance.fct_fund_balance as before
    on
        delivered.area_code = before.area_code
        and delivered.fund_code = before.fund_code
        and delivered.period_type = before.period_type
        and delivered.period_code = before.period_code
        and delivered.statement_code = before.statement_code
left join made.fund_balance.fct_fund_balance as after
    on
        delivered.area_code = after.area_code
        and delivered.fund_code = after.fund_code
        and delivered.period_type = after.period_type
        and delivered.period_code = after.period_code
        and delivered.statement_code = after.statement_code
left join made.core.dim_area as area on delivered.area_code = area.area_code
left join made.core.dim_fund as fund on delivered.fund_code = fund.fund_code
left join made.core.dim_statement as statement on delivered.statement_code = statement.statement_code
order by
    case
        when
            before.income_yuan is not distinct from after.income_yuan
            and before.expenditure_yuan is not distinct from after.expenditure_yuan
            and before.actual_closing_yuan is not distinct from after.actual_closing_yuan
            then 1
        else 0
    end,
    area.sort_order,
    delivered.area_code,
    fund.sort_order,
    delivered.period_code,
    delivered.statement_code
"""


@dataclass(frozen=True)
class Replaced:
    """One key (area, fund, period, statement) that a newer delivery replaced."""

    area_name: str
    fund_name: str
    period_code: str
    statement_name: str
    row_count: int
    income: tuple[Decimal | None, Decimal | None]
    expenditure: tuple[Decimal | None, Decimal | None]
    closing: tuple[Decimal | None, Decimal | None]

    @property
    def text(self) -> str:
        amounts = [amount for pair in (self.income, self.expenditure, self.closing) for amount in pair]
        is_wan = all(amount is None or amount % 100 == 0 for amount in amounts)
        pairs = (("收入", self.income), ("支出", self.expenditure), ("结余", self.closing))
        changes = "，".join(f"{name} {change(pair, is_wan)}" for name, pair in pairs if any_amount(pair))
        key = f"{self.area_name} {self.fund_name} {self.period_code} {self.statement_name}"
        return f"{key}：{changes or '没有金额'}（原 {self.row_count} 行）"


def any_amount(pair: tuple[Decimal | None, Decimal | None]) -> bool:
    return any(amount is not None for amount in pair)


def change(pair: tuple[Decimal | None, Decimal | None], is_wan: bool) -> str:
    """``1,400.00 → 1,450.00 元``; whole hundreds of yuan are told in 万元, where two decimals are exact."""
    unit = "万元" if is_wan else "元"
    before, after = (
        "无" if amount is None else f"{amount / YUAN_PER_WAN if is_wan else amount:,.2f}" for amount in pair
    )
    return f"{before} → {after} {unit}" if before != after else f"{after} {unit}（未变）"


def read_replaced(former: Path, made: Path) -> list[Replaced]:
    """The keys that ``made`` has anew over ``former``; none where ``former`` has another shape or is damaged."""
    with duckdb.connect() as con:
        try:
            for name, marts in (("former", former), ("made", made)):
                con.execute(f"attach '{str(marts).replace(chr(39), chr(39) * 2)}' as {name} (read_only)")
            rows = con.execute(REPLACED_SQL).fetchall()
        except (duckdb.BinderException, duckdb.CatalogException, *DAMAGES):
            # A build of an earlier version of the product, or a damaged one: there is nothing to compare with.
            return []
    return [Replaced(*row[:5], row[5:7], row[7:9], row[9:11]) for row in rows]


def replaced_sentences(replaced: list[Replaced]) -> list[str]:
    sentences = [f"替换：{each.text}" for each in replaced[:SHOWN]]
    return [*sentences, f"替换：等 {len(replaced)} 项"] if len(replaced) > SHOWN else sentences

"""Why did this number change: the figures that differ between two builds, beside the files that came in between.

Both builds are read only. A figure's cause is looked for among the deliveries that one build has and the other has not:
first those of the same area whose period overlaps the figure's, of the same fund (or of a fund in it) before others;
then those of earlier periods, which reach the figure through openings, rolling sums and comparisons. A figure that rests
on statements is never laid to a business feed, nor one of the feeds alone to a statement. Nothing is guessed: where no delivery touches the figure, only whether
the program differs is told.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from shouzhi.warehouse.restated_business import BUSINESS, insert_changed

SHOWN = 500
FILES_NAMED = 3
BALANCE_ITEMS = {
    "opening_yuan": "期初结余",
    "income_yuan": "收入",
    "expenditure_yuan": "支出",
    "actual_closing_yuan": "期末结余（有列报数的用列报数）",
    "reserve_months": "可支付月数",
}
# accounts that are computed from the others, beside which a stated figure may stand
COMPUTED = {"closing_balance", "current_surplus"}
# a derived fund and the received funds in it (seeds/reference/fund_composition.csv, with the undivided employees' fund)
FUND_PARTS = {
    "310000": ("310100", "310200"),
    "ALL": ("310000", "310100", "310200", "390100"),
    "POOLED": ("310000", "310100", "390100"),
}
KINDS = {"balance": "基金收支与结余", "account": "分科目收支", "indicator": "统筹区比较指标"} | {
    kind: compared.label for kind, compared in BUSINESS.items()
}
CAUSES = {
    "delivery": "同期报送",
    "earlier_delivery": "此前期间的报送（经期初、滚动或同比传到这里）",
    "earlier_or_program": "此前期间的报送，或程序、参考数据更新",
    "program": "程序或参考数据更新",
    "unknown": "没有找到涉及的报送",
}
KEYS = {
    "balance": ("area_code", "fund_code", "period_type", "period_code", "statement_code"),
    "account": ("area_code", "fund_code", "period_type", "period_code", "statement_code", "account_code"),
    "indicator": ("area_code", "scheme_code", "period_type", "period_code", "indicator_code"),
}
RELATIONS = {
    "balance": "fund_balance.fct_fund_balance",
    "account": "fund_balance.fct_fund_account",
    "indicator": "prefecture_comparison.fct_prefecture_indicator",
}
# everything of a build that a comparison reads
READS = (
    *RELATIONS.values(),
    *(compared.relation for compared in BUSINESS.values()),
    "core.dim_area",
    "core.dim_fund",
    "core.dim_period",
    "core.dim_statement",
    "data_quality.dim_build",
    "data_quality.fct_feed_delivery",
    "data_quality.fct_intake_batch",
    "fund_balance.fct_statement_line",
)

CHANGED_DDL = """
create temp table changed (
    kind_code varchar,
    area_code varchar,
    area_name varchar,
    fund_code varchar,
    fund_name varchar,
    period_type varchar,
    period_code varchar,
    period_end_date date,
    statement_code varchar,
    item_code varchar,
    item_name varchar,
    unit varchar,
    value_before decimal(26, 6),
    value_after decimal(26, 6)
)
"""

# What came between the builds, per file, area, fund and period; a feed says no fund, and no period where it has none.
ARRIVED_SQL = """
create temp table arrived as
with statement_file as (
    select
        delivery_no,
        file_name,
        '基金收支表' as feed_name,
        area_code,
        fund_code,
        period_type,
        period_code,
        count(*) as row_count,
        true as is_statement
    from later.fund_balance.fct_statement_line
    where delivery_no > $first_no and delivery_no <= $last_no
    group by delivery_no, file_name, area_code, fund_code, period_type, period_code
),

feed_file as (
    {feed_file}
),

given as (
    select * from statement_file
    union all
    select * from feed_file
)

select
    given.*,
    period.period_start_date,
    period.period_end_date
from given
left join later.core.dim_period as period
    on given.period_type = period.period_type and given.period_code = period.period_code
"""
FEED_FILE_SQL = """
    select
        delivery_no,
        file_name,
        feed_name,
        area_code,
        cast(null as varchar) as fund_code,
        'month' as period_type,
        event_month as period_code,
        received_rows as row_count,
        false as is_statement
    from later.data_quality.fct_feed_delivery
    where delivery_no > $first_no and delivery_no <= $last_no
"""
NO_FEED_FILE_SQL = "select * from statement_file where false"

SHOWN_SQL = """
create temp table shown as
select
    changed.*,
    {origin} as origin_code,
    row_number() over (
        order by
            case kind_code when 'balance' then 1 when 'account' then 2 when 'indicator' then 3 else 4 end,
            case when changed.area_code in (select area.area_code from later.core.dim_area as area where area.area_kind = 'region') then 2 else 1 end,
            case when unit = 'yuan' then abs(coalesce(value_after, 0) - coalesce(value_before, 0)) else 0 end desc,
            changed.period_end_date, changed.area_code, changed.fund_code, changed.statement_code, item_code,
            changed.period_code
    ) as place_no
from changed
left join later.fund_balance.fct_fund_balance as balance
    on
        changed.kind_code in ('balance', 'account')
        and changed.area_code = balance.area_code
        and changed.fund_code = balance.fund_code
        and changed.period_type = balance.period_type
        and changed.period_code = balance.period_code
        and changed.statement_code = balance.statement_code
where
    ($kind = '*' or kind_code = $kind)
    and ($area = '*' or changed.area_code = $area)
    and ($period = '*' or changed.period_code = $period)
order by place_no
limit $shown
"""

# A region's figure is touched by what any of its areas delivered.
CAUSE_SQL = """
with fund_part as (
    {fund_part}
),

touched as (
    select
        shown.place_no,
        arrived.file_name,
        arrived.feed_name,
        arrived.delivery_no,
        case
            when
                arrived.period_end_date is null
                or (
                    arrived.period_end_date >= period.period_start_date
                    and arrived.period_start_date <= shown.period_end_date
                )
                then 1
            when arrived.period_end_date < period.period_start_date then 3
        end
        + case
            when
                arrived.fund_code is null
                or arrived.fund_code = shown.fund_code
                or fund_part.fund_code is not null
                then 0
            else 1
        end as rank_no
    from shown
    inner join later.core.dim_period as period
        on shown.period_type = period.period_type and shown.period_code = period.period_code
    left join later.core.dim_area as area on shown.area_code = area.area_code
    inner join arrived
        on
            (arrived.is_statement or shown.origin_code is distinct from 'statement')
            and (not arrived.is_statement or shown.kind_code not in ({feed_only}))
            and (
                arrived.area_code = shown.area_code
                or (
                    area.area_kind = 'region'
                    and arrived.area_code in (
                        select of.area_code from later.core.dim_area as of where of.region_code = shown.area_code
                    )
                )
            )
    left join fund_part
        on shown.fund_code = fund_part.fund_code and arrived.fund_code = fund_part.part_fund_code
),

nearest as (
    select distinct
        place_no,
        file_name,
        feed_name,
        delivery_no,
        rank_no,
        min(rank_no) over (partition by place_no) as best_no
    from touched
    where rank_no is not null
),

cause as (
    select
        place_no,
        best_no,
        count(*) as file_count,
        list(file_name || '（' || feed_name || '，第 ' || delivery_no || ' 批）' order by delivery_no desc, file_name) as files
    from nearest
    where rank_no = best_no
    group by place_no, best_no
)

select
    shown.kind_code,
    shown.area_code,
    shown.area_name,
    shown.fund_code,
    coalesce(fund.fund_short_name, shown.fund_name) as fund_name,
    shown.period_type,
    shown.period_code,
    shown.statement_code,
    statement.statement_name,
    shown.item_code,
    shown.item_name,
    shown.unit,
    shown.value_before,
    shown.value_after,
    cause.best_no,
    cause.file_count,
    cause.files[1:$named] as files
from shown
left join cause on shown.place_no = cause.place_no
left join later.core.dim_fund as fund on shown.fund_code = fund.fund_code
left join later.core.dim_statement as statement on shown.statement_code = statement.statement_code
order by shown.place_no
"""


@dataclass(frozen=True)
class Restated:
    """One figure that differs."""

    kind_code: str
    area_code: str
    area_name: str
    fund_code: str
    fund_name: str
    period_type: str
    period_code: str
    statement_code: str | None
    statement_name: str | None
    item_code: str
    item_name: str
    unit: str
    before: Decimal | None
    after: Decimal | None
    cause_code: str
    file_count: int
    files: tuple[str, ...]

    @property
    def difference(self) -> Decimal | None:
        """New less old; nothing where one side has no figure."""
        return None if self.before is None or self.after is None else self.after - self.before

    @property
    def cause(self) -> str:
        """The cause in words, with the files that are named."""
        more = f"等 {self.file_count} 份" if self.file_count > len(self.files) else ""
        named = "、".join(self.files) + more
        return f"{CAUSES[self.cause_code]}：{named}" if named else CAUSES[self.cause_code]


@dataclass(frozen=True)
class Arrived:
    """One file that came between the builds."""

    delivery_no: int
    file_name: str
    feed_name: str
    area_names: str
    first_period: str
    last_period: str
    row_count: int


@dataclass
class Restatement:
    """What differs between two builds and what came in between."""

    counts: dict[str, int] = field(default_factory=dict)
    rows: list[Restated] = field(default_factory=list)
    arrived: list[Arrived] = field(default_factory=list)
    is_program_changed: bool = False
    not_comparable: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def read_restatement(
    former: Path,
    made: Path,
    *,
    kind: str = "*",
    area: str = "*",
    period: str = "*",
    scope: str = "*",
    shown: int = SHOWN,
) -> Restatement:
    """The figures of ``made`` that differ from those of ``former``; ``scope`` = area codes a reader may see.

    ``counts`` are of all figures in scope; ``rows`` are those of the asked kind, area and period, balances first, the
    largest amounts first, at most ``shown``.
    """
    with duckdb.connect() as con:
        for name, marts in (("former", former), ("made", made)):
            con.execute(f"attach '{str(marts).replace(chr(39), chr(39) * 2)}' as {name} (read_only)")
        numbers = {name: last_delivery(con, name) for name in ("former", "made")}
        later = "made" if numbers["made"] >= numbers["former"] else "former"
        con.execute("set enable_external_access = false")
        con.execute("set lock_configuration = true")
        result = Restatement(
            is_program_changed=fact(con, "former", "code_hash") != fact(con, "made", "code_hash")
        )
        con.execute(CHANGED_DDL)
        for each in KINDS:
            try:
                if each in BUSINESS:
                    insert_changed(con, each, scope)
                else:
                    con.execute(changed_sql(each), {"scope": scope})
            except (duckdb.BinderException, duckdb.CatalogException):
                # A build of another version of the product has another shape; the rest is compared.
                result.not_comparable.append(KINDS[each])
        found = dict(con.execute("select kind_code, count(*) from changed group by kind_code").fetchall())
        result.counts = {each: found.get(each, 0) for each in KINDS}
        bounds = {"first_no": min(numbers.values()), "last_no": max(numbers.values())}
        feed_file = FEED_FILE_SQL if has_feeds(con, later) else NO_FEED_FILE_SQL
        con.execute(of_build(ARRIVED_SQL.replace("{feed_file}", feed_file), later), bounds)
        result.arrived = read_arrived(con, later, scope)
        # a build of an older version of the product does not say what its figures rest on
        origin = "balance.origin_code" if has_column(con, later, "origin_code") else "cast(null as varchar)"
        con.execute(
            of_build(SHOWN_SQL.replace("{origin}", origin), later),
            {"kind": kind, "area": area, "period": period, "shown": shown},
        )
        result.rows = [
            restated(row, result.is_program_changed)
            for row in con.execute(of_build(cause_sql(), later), {"named": FILES_NAMED}).fetchall()
        ]
        return result


def of_build(sql: str, build: str) -> str:
    """The statement with ``later`` standing for one of the two attached builds."""
    return sql.replace("later.", f"{build}.")


def fact(con: duckdb.DuckDBPyConnection, build: str, key: str) -> str | None:
    found = con.execute(
        f'select "value" from {build}.data_quality.dim_build where "key" = ?', [key]
    ).fetchone()
    return found[0] if found else None


def last_delivery(con: duckdb.DuckDBPyConnection, build: str) -> int:
    found = con.execute(
        f"select coalesce(max(delivery_no), 0) from {build}.data_quality.fct_intake_batch"
    ).fetchone()
    return int(found[0]) if found else 0


def has_feeds(con: duckdb.DuckDBPyConnection, build: str) -> bool:
    found = con.execute(
        """
        select 1
        from information_schema.tables
        where table_catalog = ? and table_schema = 'data_quality' and table_name = 'fct_feed_delivery'
        """,
        [build],
    ).fetchone()
    return found is not None


def has_column(con: duckdb.DuckDBPyConnection, build: str, column: str) -> bool:
    """Whether the balances of a build have a column."""
    found = con.execute(
        """
        select 1
        from information_schema.columns
        where table_catalog = ? and table_schema = 'fund_balance' and table_name = 'fct_fund_balance' and column_name = ?
        """,
        [build, column],
    ).fetchone()
    return found is not None


def cause_sql() -> str:
    """``CAUSE_SQL`` with the funds that are parts of others and the kinds that no statement reaches."""
    pairs = [
        f"select '{fund}' as fund_code, '{part}' as part_fund_code"
        for fund, parts in FUND_PARTS.items()
        for part in parts
    ]
    feed_only = ", ".join(f"'{kind}'" for kind in BUSINESS if kind != "reconciliation")
    return CAUSE_SQL.replace("{fund_part}", "\n    union all\n    ".join(pairs)).replace(
        "{feed_only}", feed_only
    )


def changed_sql(kind: str) -> str:
    """Insert into ``changed`` the figures of one kind that are not the same in both builds."""
    relation, keys = RELATIONS[kind], KEYS[kind]
    on_keys = " and ".join(f"before.{key} = after.{key}" for key in keys)
    both = {
        name: f"coalesce(after.{name}, before.{name})"
        for name in (*keys, "area_name", "period_end_date", "fund_code", "fund_name")
    }
    if kind == "balance":
        items = [
            (f"'{column}'", f"'{label}'", unit_of(column), column) for column, label in BALANCE_ITEMS.items()
        ]
    elif kind == "account":
        computed = ", ".join(f"'{code}'" for code in sorted(COMPUTED))
        items = [
            (
                both["account_code"],
                "coalesce(after.account_name, before.account_name)"
                f" || case when {both['account_code']} in ({computed}) then '（计算数）' else '' end",
                "'yuan'",
                "amount_yuan",
            )
        ]
    else:
        items = [
            (
                both["indicator_code"],
                "coalesce(after.indicator_name, before.indicator_name)",
                "coalesce(after.unit, before.unit)",
                "indicator_value",
            )
        ]
    statement = both.get("statement_code", "cast(null as varchar)")
    selects = [
        f"""
        select
            '{kind}', {both["area_code"]}, {both["area_name"]}, {both["fund_code"]}, {both["fund_name"] if kind != "indicator" else "null"},
            {both["period_type"]}, {both["period_code"]}, {both["period_end_date"]}, {statement},
            {code}, {label}, {unit},
            cast(before.{column} as decimal(26, 6)), cast(after.{column} as decimal(26, 6))
        from former.{relation} as before
        full outer join made.{relation} as after on {on_keys}
        where
            before.{column} is distinct from after.{column}
            and ($scope = '*' or list_contains(string_split($scope, ','), {both["area_code"]}))
        """
        for code, label, unit, column in items
    ]
    return "insert into changed " + " union all ".join(selects)


def unit_of(column: str) -> str:
    return "'yuan'" if column.endswith("_yuan") else "'months'"


def read_arrived(con: duckdb.DuckDBPyConnection, build: str, scope: str) -> list[Arrived]:
    """One row per file that came in between, newest first."""
    rows = con.execute(
        f"""
        select
            arrived.delivery_no,
            arrived.file_name,
            arrived.feed_name,
            string_agg(distinct coalesce(area.area_name, arrived.area_code), '、'),
            min(case when arrived.period_code <> 'all' then arrived.period_code end),
            max(case when arrived.period_code <> 'all' then arrived.period_code end),
            cast(sum(arrived.row_count) as bigint)
        from arrived
        left join {build}.core.dim_area as area on arrived.area_code = area.area_code
        where $scope = '*' or list_contains(string_split($scope, ','), arrived.area_code)
        group by arrived.delivery_no, arrived.file_name, arrived.feed_name
        order by arrived.delivery_no desc, arrived.file_name
        """,
        {"scope": scope},
    ).fetchall()
    return [Arrived(*row) for row in rows]


def restated(row: tuple[Any, ...], is_program_changed: bool) -> Restated:
    """A row of ``CAUSE_SQL`` with its cause as a code."""
    *given, best_no, file_count, files = row
    if best_no in (1, 2):
        cause = "delivery"
    elif best_no in (3, 4):
        cause = "earlier_or_program" if is_program_changed else "earlier_delivery"
    else:
        cause = "program" if is_program_changed else "unknown"
    return Restated(*given, cause, file_count or 0, tuple(files or ()))

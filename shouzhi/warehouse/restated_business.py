"""Which figures of the business feeds two builds publish differently.

Every measure of a relation is compared: the columns whose names end as money, counts and ratios end. Figures of the year
before are those of their own period and left out, as are the counts of areas behind a figure.
"""

import re
from dataclasses import dataclass, field

import duckdb

from shouzhi.words import VOCABULARIES

MEASURE = re.compile(r"^(?!prior_|areas_).*_(yuan|count|ratio)$")
UNIT_CODES = {"元": "yuan", "%": "ratio", "人": "persons", "个月": "months"}


@dataclass(frozen=True)
class Compared:
    """One relation: its keys besides area and period, and which of them name the figure, by word or by a column."""

    label: str
    relation: str
    keys: tuple[str, ...]
    named: tuple[str, ...] = ()
    names: dict[str, str] = field(default_factory=dict)
    month: str | None = None
    only: str = "true"

    @property
    def fund(self) -> str | None:
        """The key that is a fund; other relations go by scheme."""
        return "fund_code" if "fund_code" in self.keys else None


BUSINESS = {
    "insured": Compared(
        "参保人数",
        "enrolment.fct_insured_month",
        ("scheme_code", "person_group_code"),
        ("person_group_code",),
    ),
    "collection": Compared(
        "征缴与补助",
        "fund_balance.fct_collection",
        ("fund_code", "item_code", "payer_code"),
        ("item_code", "payer_code"),
    ),
    "driver": Compared(
        "支出增减的因素",
        "prefecture_comparison.fct_spending_driver",
        ("scheme_code", "medical_kind_code"),
        ("medical_kind_code",),
    ),
    "reconciliation": Compared(
        "业务与报表对账",
        "fund_balance.fct_reconciliation",
        ("fund_code", "line_code"),
        ("line_code",),
        {"line_code": "line_name"},
    ),
    "contribution": Compared(
        "缴费复算",
        "benefits.fct_contribution_replay",
        ("fund_code", "item_code"),
        ("item_code",),
        {"item_code": "item_name"},
        only="status_code = 'replayed'",
    ),
    "benefit": Compared(
        "待遇复算",
        "benefits.fct_benefit_month",
        ("fund_code",),
        month="event_month",
        only="status_code = 'replayed'",
    ),
}


def insert_changed(con: duckdb.DuckDBPyConnection, kind: str, scope: str) -> None:
    """Insert into ``changed`` what differs of one kind; raises where a build has not the relation."""
    compared = BUSINESS[kind]
    measures = measures_of(con, compared.relation)
    differs = " or ".join(f"before.{name} is distinct from after.{name}" for name in measures)
    both = ", ".join(
        f"coalesce(after.{name}, before.{name}) as {name}"
        for name in (
            "area_code", "area_name", "fund_code", "fund_name", "period_type", "period_code",
            "period_end_date", "item_code", "item_name",
        )
    )  # fmt: skip
    pairs = ", ".join(f"before.{name} as before_{name}, after.{name} as after_{name}" for name in measures)
    con.execute(
        f"""
        create or replace temp table pair as
        select {both}, {pairs}
        from ({side_sql(compared, "former", list(measures))}) as before
        full outer join ({side_sql(compared, "made", list(measures))}) as after
            on
                before.area_code = after.area_code
                and before.period_type = after.period_type
                and before.period_code = after.period_code
                and before.item_code = after.item_code
        where
            ({differs})
            and (
                $scope = '*'
                or list_contains(string_split($scope, ','), coalesce(after.area_code, before.area_code))
            )
        """,
        {"scope": scope},
    )
    for name, (label, unit) in measures.items():
        con.execute(
            f"""
            insert into changed
            select
                '{kind}', area_code, area_name, fund_code, fund_name, period_type, period_code, period_end_date,
                cast(null as varchar), item_code || '|{name}', concat_ws('：', item_name, $label), $unit,
                before_{name}, after_{name}
            from pair
            where before_{name} is distinct from after_{name}
            """,
            {"label": label, "unit": unit},
        )
    con.execute("drop table pair")


def measures_of(con: duckdb.DuckDBPyConnection, relation: str) -> dict[str, tuple[str, str]]:
    """The measures that both builds have, with the newer one's label and the code of its unit."""
    found = con.execute(
        """
        select made.column_name, coalesce(made.label_zh, made.column_name), coalesce(made.unit_zh, '')
        from made.data_quality.dim_column as made
        inner join former.data_quality.dim_column as former
            on made.relation = former.relation and made.column_name = former.column_name
        where made.relation = ?
        order by made.column_position
        """,
        [relation],
    ).fetchall()
    measures = {
        name: (label, UNIT_CODES.get(unit, unit)) for name, label, unit in found if MEASURE.match(name)
    }
    if not measures:
        raise duckdb.CatalogException(relation)
    return measures


def side_sql(compared: Compared, build: str, measures: list[str]) -> str:
    """The relation in one build with one row per figure, what it is of in words."""
    period_type, period_code = (
        ("'month'", f"given.{compared.month}")
        if compared.month
        else ("given.period_type", "given.period_code")
    )
    item = " || '|' || ".join(f"given.{key}" for key in compared.keys)
    texts = [
        f"given.{compared.names[key]}" if key in compared.names else word_sql(key) for key in compared.named
    ]
    fund = f"given.{compared.fund}" if compared.fund else "cast(null as varchar)"
    fund_name = "cast(null as varchar)" if compared.fund else word_sql("scheme_code")
    sums = ", ".join(f"cast(sum(given.{name}) as decimal(26, 6)) as {name}" for name in measures)
    return f"""
        select
            given.area_code,
            min(area.area_name) as area_name,
            min({fund}) as fund_code,
            min({fund_name}) as fund_name,
            {period_type} as period_type,
            {period_code} as period_code,
            min(period.period_end_date) as period_end_date,
            {item} as item_code,
            min({f"concat_ws('·', {', '.join(texts)})" if texts else "cast(null as varchar)"}) as item_name,
            {sums}
        from {build}.{compared.relation} as given
        left join {build}.core.dim_area as area on given.area_code = area.area_code
        left join {build}.core.dim_period as period
            on {period_type} = period.period_type and {period_code} = period.period_code
        where {compared.only}
        group by given.area_code, {period_code}, {item}{"" if compared.month else ", given.period_type"}
    """


def word_sql(column: str) -> str:
    """The Chinese word of a code in SQL."""
    cases = " ".join(f"when '{code}' then '{text}'" for code, text in VOCABULARIES[column].items())
    return f"case given.{column} {cases} else given.{column} end"

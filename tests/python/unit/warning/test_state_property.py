"""The SQL state machine against a plain Python reference, over random series, many series in one query."""

from __future__ import annotations

from decimal import Decimal

import duckdb
import rendering
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

SQL = rendering.render(rendering.model_path("int_deficit_warning__threshold_state"))
VALUES = st.one_of(st.none(), st.integers(0, 80).map(lambda n: Decimal(n) / 10))
CASE = st.fixed_dictionaries(
    {
        "series": st.lists(VALUES, min_size=1, max_size=30),
        "operator": st.sampled_from(["<", "<=", ">", ">="]),
        "limit": st.integers(10, 60).map(lambda n: Decimal(n) / 10),
        "margin": st.sampled_from([Decimal("0"), Decimal("0.2"), Decimal("1")]),
        "raise_after": st.integers(1, 3),
        "clear_after": st.integers(1, 3),
    }
)


def reference(case: dict) -> list[bool]:
    """Walk the series once: counters of consecutive periods, the last signal, nothing else."""
    state, beyond_run, clear_run, active = 0, 0, 0, []
    below = case["operator"] in ("<", "<=")
    strict = case["operator"] in ("<", ">")
    for value in case["series"]:
        beyond = clear = False
        if value is not None:
            distance = value - case["limit"] if below else case["limit"] - value
            beyond = distance < 0 if strict else distance <= 0
            clear = distance >= case["margin"] if strict else distance > case["margin"]
        beyond_run = beyond_run + 1 if beyond else 0
        clear_run = clear_run + 1 if clear else 0
        if beyond_run >= case["raise_after"]:
            state = 1
        elif clear_run >= case["clear_after"]:
            state = 0
        active.append(state == 1 and value is not None)
    return active


def run_sql(cases: list[dict]) -> list[list[bool]]:
    """All cases in one query: each is a rule of its own on an area of its own."""
    con = duckdb.connect()
    con.execute(
        "create table int_deficit_warning__metric_value (area_code varchar, fund_code varchar, period_type varchar,"
        " period_code varchar, period_end_date date, position integer, is_reported boolean, metric_code varchar,"
        " metric_value decimal(26, 6), missing_reason varchar)"
    )
    con.execute(
        "create table warning_threshold (rule_code varchar, fund_code varchar, threshold_no integer,"
        " metric_code varchar, operator varchar, threshold_value decimal(18, 6), level_code varchar,"
        " is_required boolean)"
    )
    con.execute("create table warning_rule (rule_code varchar, is_enabled boolean)")
    con.execute(
        "create table warning_rule_period (rule_code varchar, period_type varchar, periods_to_raise integer,"
        " periods_to_clear integer, clear_margin decimal(18, 6))"
    )
    for number, case in enumerate(cases):
        key = f"r{number}"
        con.execute("insert into warning_rule values (?, true)", [key])
        con.execute(
            "insert into warning_rule_period values (?, 'month', ?, ?, ?)",
            [key, case["raise_after"], case["clear_after"], case["margin"]],
        )
        con.execute(
            "insert into warning_threshold values (?, ?, 1, 'm', ?, ?, 'red', true)",
            [key, key, case["operator"], case["limit"]],
        )
        con.executemany(
            "insert into int_deficit_warning__metric_value values"
            " ('a', ?, 'month', ?, date '2024-01-31', ?, true, 'm', ?, null)",
            [[key, str(n), n + 1, value] for n, value in enumerate(case["series"])],
        )
    rows = con.execute(f"select rule_code, is_active from ({SQL}) order by rule_code, position").fetchall()
    return [[active for key, active in rows if key == f"r{number}"] for number in range(len(cases))]


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(st.lists(CASE, min_size=1, max_size=25))
def test_sql_state_equals_the_reference(cases: list[dict]) -> None:
    assert run_sql(cases) == [reference(case) for case in cases]


def test_reference_and_sql_on_a_series_that_flaps() -> None:
    """3.1 neither raises nor clears (margin 0.2): the level stands until two periods at 3.2 or more."""
    series = [Decimal(text) for text in ("2.9", "3.1", "3.2", "3.1", "3.2", "3.3", "2.9", "3.2", "3.2")]
    case = {
        "series": series,
        "operator": "<",
        "limit": Decimal(3),
        "margin": Decimal("0.2"),
        "raise_after": 1,
        "clear_after": 2,
    }
    expected = [True, True, True, True, True, False, True, True, False]
    assert reference(case) == expected
    assert run_sql([case]) == [expected]


def test_a_period_without_data_breaks_a_run_and_keeps_the_state() -> None:
    case = {
        "series": [Decimal(2), None, Decimal(4), None, Decimal(4), Decimal(4)],
        "operator": "<",
        "limit": Decimal(3),
        "margin": Decimal(0),
        "raise_after": 1,
        "clear_after": 2,
    }
    assert run_sql([case]) == [[True, False, True, False, True, False]]

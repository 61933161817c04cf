"""The demonstration extracts: the same on every run, footing to the fen, and telling the story they promise."""

from pathlib import Path

import pytest

from shouzhi.synthetic import extracts, region
from shouzhi.synthetic.extracts import generate
from shouzhi.synthetic.series import Series, simulate

SEED = 20261001


@pytest.fixture(scope="module")
def accounts() -> dict[tuple[str, str], Series]:
    return simulate(SEED, extracts.RESTATED_OPENING, extracts.IN_TRANSIT)


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_same_seed_same_bytes(tmp_path: Path) -> None:
    generate(tmp_path / "a")
    generate(tmp_path / "b")
    first = files_of(tmp_path / "a")
    assert first == files_of(tmp_path / "b")
    assert 60 <= len(first) <= 80
    assert "虚构" in first["说明.md"].decode("utf-8")


def test_another_seed_other_amounts(tmp_path: Path) -> None:
    generate(tmp_path / "a", SEED)
    generate(tmp_path / "b", SEED + 1)
    name = "fund_statement_2024_全区决算.csv"
    assert (tmp_path / "a" / name).read_bytes() != (tmp_path / "b" / name).read_bytes()


def test_each_month_opens_where_the_last_one_closed(accounts: dict[tuple[str, str], Series]) -> None:
    broken = [
        (key, code)
        for key, series in accounts.items()
        for before, code in zip(list(series)[:-1], list(series)[1:], strict=True)
        if series[code].opening != series[before].closing
    ]
    assert broken == [(("150700", "310100"), "202601"), (("150500", "390100"), "202601")]


def test_transfers_between_levels_agree_but_for_the_one_in_transit(
    accounts: dict[tuple[str, str], Series],
) -> None:
    differing: dict[str, list[str]] = {}
    for fund, adjustment_fund in region.ADJUSTMENT_FUND.items():
        regional = accounts[region.REGION_OFFICE, adjustment_fund]
        local = [series for (_, code), series in accounts.items() if code == fund]
        for code, month in regional.items():
            remitted = sum(series[code].flows["to_superior"] for series in local)
            granted = sum(series[code].flows["from_superior"] for series in local)
            assert granted == month.flows["to_subordinates"]
            if remitted != month.flows["from_subordinates"]:
                differing.setdefault(fund, []).append(code)
    assert differing == {"310100": ["202606", "202607"]}


def test_only_the_planted_budget_has_a_deficit(accounts: dict[tuple[str, str], Series]) -> None:
    budgets = extracts.make_budgets(accounts, SEED).budget
    assert [key for key, budget in budgets.items() if budget.closing < budget.opening] == [
        extracts.DEFICIT_BUDGET
    ]


def test_only_the_exhausted_fund_falls_below_zero(accounts: dict[tuple[str, str], Series]) -> None:
    year_ends = [f"{year}12" for year in range(2022, 2026)]
    below = [
        (key, code) for key, series in accounts.items() for code in year_ends if series[code].closing <= 0
    ]
    assert below == [(("150300", "390100"), "202512")]


@pytest.mark.parametrize(
    ("amount", "typo"), [(1_234_567, 1_243_567), (-1_234_567, -1_243_567), (1_222_345, 1_223_245)]
)
def test_typing_error_swaps_two_neighbours(amount: int, typo: int) -> None:
    assert extracts.transposed(amount) == typo
    assert extracts.transposed(amount) % 9 == amount % 9

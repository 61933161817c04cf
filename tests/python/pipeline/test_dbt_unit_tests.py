"""The dbt unit tests of the project, run against a small built warehouse (dbt reads column types from it)."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.model_harness import Lines, build, run_dbt


@pytest.mark.pipeline
def test_dbt_unit_tests_pass(tmp_path: Path) -> None:
    lines = Lines().add(
        "150100", "310100", "2024", {"基本医疗保险费收入": 100, "上年结余": 50, "基本医疗保险待遇支出": 90}
    )
    warehouse = build(tmp_path, lines)
    assert warehouse.is_success, warehouse.failures
    is_success, failures = run_dbt(
        warehouse.path, tmp_path / "target", ["test", "--select", "test_type:unit"]
    )
    assert is_success, failures
    levels = warehouse.rows(
        "select level_code, level_reason from deficit_warning.fct_warning_level"
        " where area_code = '150100' and fund_code = '310100' and period_code = '2024'"
    )
    assert [(row["level_code"], row["level_reason"]) for row in levels] == [
        ("none", "可支付月数 8.0 个月，不低于 6 个月")
    ]

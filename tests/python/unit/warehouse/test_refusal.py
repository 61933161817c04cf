"""A refused build says in one sentence which check failed, where, and how much."""

import os
import signal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from expectations.apart import Checker
from shouzhi import own_process
from shouzhi.errors import UserError
from shouzhi.home import open_home
from shouzhi.progress import silent
from shouzhi.warehouse import build, publish
from shouzhi.warehouse.dbt_build import DbtOutcome, FailedNode, failure_sentence
from shouzhi.warehouse.issues import Issues


def node(kind: str, status: str, sql: str | None = None, message: str = "") -> FailedNode:
    return FailedNode("conserved_x", kind, status, message, 2, sql, (), {"label_zh": "金额守恒"})


def outcome(*failed: FailedNode) -> DbtOutcome:
    return DbtOutcome(False, failed, 3, 0, (), {})


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as con:
        con.execute("create schema data_quality")
        con.execute(
            "create table data_quality.fct_check_result as select * from (values "
            "('M01', '期末恒等', 'integrity', '150100', '390100', '2024', 1, 12.50::decimal(20, 2), 'fail', ''), "
            "('M10', '守恒', 'integrity', '150200', '390100', '2024', 1, -99.00, 'fail', ''), "
            "('M02', '期初', 'statement', '150100', '390100', '2024', 1, 5.00, 'fail', '')) "
            "as t (check_id, check_name, kind, area_code, fund_code, period_code, violated_count, evidence_yuan, status, sample_keys)"
        )
    return path


def test_the_largest_integrity_fault_is_named_with_its_yuan(warehouse: Path) -> None:
    expected = (
        "完整性检验 M10（守恒）没有通过：150200、390100、2024，1 行不符，涉及 -99.00 元（另有 1 处）。"
        "没有发布，上一次发布的版本保持不变。"
    )
    with duckdb.connect(str(warehouse)) as con, pytest.raises(build.NotPublished) as refusal:
        build.refuse_integrity_faults(con)
    assert str(refusal.value) == expected
    assert refusal.value.exit_code == 2 and isinstance(refusal.value, UserError)


def test_names_stand_for_codes_and_a_file_for_a_place(warehouse: Path) -> None:
    with duckdb.connect(str(warehouse)) as con:
        con.execute("create schema core")
        con.execute("create table core.dim_area as select '150200' as area_code, '包头市' as area_name")
        with pytest.raises(build.NotPublished, match="没有通过：包头市、390100、2024，"):
            build.refuse_integrity_faults(con)
        con.execute("delete from data_quality.fct_check_result where check_id <> 'M10'")
        con.execute(
            "update data_quality.fct_check_result set area_code = null, fund_code = null, period_code = null, "
            "sample_keys = '报表.csv'"
        )
        with pytest.raises(build.NotPublished, match=r"没有通过：报表\.csv，1 行不符"):
            build.refuse_integrity_faults(con)


def test_differences_of_a_source_refuse_nothing(warehouse: Path) -> None:
    with duckdb.connect(str(warehouse)) as con:
        con.execute("delete from data_quality.fct_check_result where kind = 'integrity'")
        build.refuse_integrity_faults(con)
        con.execute("drop table data_quality.fct_check_result")
        build.refuse_integrity_faults(con)


def test_a_failed_test_shows_its_first_row(warehouse: Path) -> None:
    sql = "select '150100' as area_code, '2024' as period_code, 3.20::decimal(20, 2) as difference_yuan"
    with duckdb.connect(str(warehouse)) as con:
        sentence = failure_sentence(outcome(node("test", "fail", sql)), con)
    assert "检验 金额守恒，2 处不符，第一处：150100、2024，difference_yuan 3.20 元" in sentence
    assert "没有发布" in sentence


def test_a_broken_model_shows_its_error(warehouse: Path) -> None:
    message = "Runtime Error in model x\n  Binder Error: no column y\n  LINE 1"
    with duckdb.connect(str(warehouse)) as con:
        sentence = failure_sentence(outcome(node("model", "error", None, message)), con)
    assert "建模时 conserved_x 出错" in sentence and "Binder Error: no column y" in sentence


def test_a_failed_expectation_refuses_and_a_warning_does_not() -> None:
    row = {
        "check_id": "GX-1", "check_name": "列齐全", "relation": "s.t",
        "violated_count": 4, "status": "warn", "sample_keys": None,
    }  # fmt: skip
    build.refuse_failed_expectations([row])
    with pytest.raises(build.NotPublished, match=r"GX-1（列齐全）没有通过：表 s.t 有 4 处不符。没有发布"):
        build.refuse_failed_expectations([row | {"status": "fail"}])


@pytest.mark.parametrize(
    ("issues", "code", "words"),
    [
        ((0, 0, 0), 0, "没有拒收、隔离或待核"),
        ((1, 0, 0), 1, "1 个文件被拒收"),
        ((0, 2, 3), 1, "2 行被隔离，3 处标为待核"),
    ],
)
def test_issues_decide_the_exit_code(issues: tuple[int, int, int], code: int, words: str) -> None:
    found = Issues(*issues)
    assert (found.exit_code, found.sentence) == (code, words)


def test_tables_and_rows_written_beside_failed_expectations_are_not_kept(
    warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = open_home(tmp_path / "var", region="neimenggu")
    staging = publish.staging_folder(home, "b")
    seen: list[list[dict[str, Any]]] = []

    def write_tables(warehouse: Path, marts: Path, *given: Any) -> dict[str, int]:
        marts.touch()
        seen.append(given[2]())
        return {}

    def write_rows(*given: Any) -> dict[str, int]:
        (staging / "rows").mkdir()
        return {}

    failed = {
        "check_id": "GX-1", "check_name": "列齐全", "status": "fail", "relation": "core.t", "violated_count": 2,
        "sample_keys": None,
    }  # fmt: skip
    monkeypatch.setattr(build, "build_facts", lambda *_: {})
    monkeypatch.setattr(build.export, "export_marts", write_tables)
    monkeypatch.setattr(build.rows, "write_rows", write_rows)

    asked = own_process.waiting(lambda: None, lambda *_: [failed])
    with (
        asked as process,
        pytest.raises(
            build.NotPublished, match=r"数据形状检验 GX-1（列齐全）没有通过：表 core\.t 有 2 处不符"
        ),
    ):
        build.check_and_write(
            home, {}, build.Steps(silent()), warehouse, staging, outcome(), None, Checker(process), 1
        )
    assert seen == [[failed]]
    build.keep_refusal(home, staging, {"build_id": "b"}, "原因")
    assert [path.name for path in (home.builds / "rejected-b").iterdir()] == ["refused.json"]


def test_a_killed_checker_says_so() -> None:
    def killed(*_: Path) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    expected = pytest.raises(UserError, match=r"检验数据形状的进程中途被终止（信号 9），没有发布")
    with own_process.waiting(lambda: None, killed) as process, expected:
        Checker(process).check_warehouse(Path("w"), Path("d"))

"""Why did this number change: two builds with a correction between them, on the command line and on the page."""

from __future__ import annotations

import csv
import io
import re
import shutil
import subprocess
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dashboards.components.versions import manifest_differences
from shouzhi.home import existing_home
from shouzhi.warehouse.publish import named_build
from shouzhi.warehouse.restated import CHANGED_DDL, SHOWN_SQL, cause_sql, read_restatement
from tests.python.conftest import CORRECTION_FILE as FILE

pytestmark = [pytest.mark.dashboard]


def paths(home: Path) -> tuple[Path, Path]:
    place = existing_home(home)
    return named_build(place, "previous").marts, named_build(place, "current").marts


def test_the_changed_figures_with_old_new_and_difference(corrected_home: Path) -> None:
    result = read_restatement(*paths(corrected_home), kind="balance", area="150100", period="2023")
    found = {
        row.item_code: (row.before, row.after, row.difference)
        for row in result.rows
        if row.fund_code == "390100" and row.statement_code == "final"
    }
    assert found["income_yuan"] == (Decimal(1500), Decimal(1550), Decimal(50))
    assert found["actual_closing_yuan"] == (Decimal(1300), Decimal(1350), Decimal(50))
    assert "expenditure_yuan" not in found
    assert {row.cause_code for row in result.rows} == {"delivery"}
    assert all(FILE in row.cause for row in result.rows)


def test_the_account_that_was_corrected(corrected_home: Path) -> None:
    result = read_restatement(*paths(corrected_home), kind="account", area="150100", period="2023")
    assert {(row.item_name, row.difference) for row in result.rows} == {
        (row.item_name, Decimal(50)) for row in result.rows
    }
    assert any("保险费" in row.item_name for row in result.rows)
    assert not any("财政补贴" in row.item_name for row in result.rows)


def test_a_later_period_is_traced_to_the_earlier_delivery(corrected_home: Path) -> None:
    result = read_restatement(*paths(corrected_home), area="150100", period="2024")
    assert result.rows
    assert {row.cause_code for row in result.rows} == {"earlier_delivery"}
    assert not result.is_program_changed


def test_the_region_is_touched_by_what_its_areas_delivered(corrected_home: Path) -> None:
    result = read_restatement(*paths(corrected_home), kind="balance", area="150000", period="2023")
    assert result.rows
    assert {row.cause_code for row in result.rows} == {"delivery"}


def test_what_came_in_between(corrected_home: Path) -> None:
    former, made = paths(corrected_home)
    result = read_restatement(former, made)
    assert [(each.delivery_no, each.file_name, each.area_names) for each in result.arrived] == [
        (2, FILE, "呼和浩特市")
    ]
    # the other way round: the same files, the figures exchanged
    back = read_restatement(made, former)
    assert back.counts == result.counts
    assert back.arrived == result.arrived
    assert {(row.area_code, row.item_code, row.period_code, row.difference) for row in back.rows} == {
        (row.area_code, row.item_code, row.period_code, row.difference and -row.difference)
        for row in result.rows
    }


def test_a_reader_sees_only_the_areas_in_scope(corrected_home: Path) -> None:
    former, made = paths(corrected_home)
    other = read_restatement(former, made, scope="150400")
    assert other.total == 0
    assert other.rows == []
    assert other.arrived == []


def test_a_build_is_the_same_as_itself(corrected_home: Path) -> None:
    former, _ = paths(corrected_home)
    copy = corrected_home.parent / "copy.duckdb"
    shutil.copy(former, copy)
    result = read_restatement(former, copy)
    assert (result.total, result.rows, result.arrived) == (0, [], [])


def test_the_command_says_it_in_chinese(
    corrected_home: Path, shouzhi: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    told = shouzhi("builds", "--diff", "previous", "current", "--home", corrected_home)
    assert told.returncode == 0, told.stderr
    assert "数值不同的有" in told.stdout
    assert f"第 2 批 {FILE}（基金收支表；呼和浩特市；2023年；5 行）" in told.stdout
    assert f"同期报送：{FILE}（基金收支表，第 2 批）" in told.stdout
    assert "2023年" in told.stdout and not re.search(r" 2023 ", told.stdout)
    listed = shouzhi(
        "builds", "--diff", "previous", "current", "--format", "csv", "--home", corrected_home
    ).stdout
    rows = list(csv.DictReader(io.StringIO(listed)))
    assert len(rows) == read_restatement(*paths(corrected_home)).total
    income = next(
        row
        for row in rows
        if row["项目"] == "收入" and row["基金"] == "居民" and row["统筹区"] == "呼和浩特市"
    )
    assert income["统计期"] == "2023"
    assert (income["原数"], income["新数"], income["差额"]) == ("1,500.00", "1,550.00", "50.00")


def test_mistakes_are_one_sentence(
    corrected_home: Path, tiny_home: Path, shouzhi: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    same = shouzhi("builds", "--diff", "current", "current", "--home", corrected_home)
    assert same.returncode == 2
    assert "没有可比较的" in same.stderr
    none = shouzhi("builds", "--diff", "previous", "current", "--home", tiny_home)
    assert none.returncode == 2
    assert "没有保留更早的版本" in none.stderr
    unknown = shouzhi("builds", "--diff", "zzzz", "current", "--home", corrected_home)
    assert unknown.returncode == 2
    assert "没有以“zzzz”开头的版本" in unknown.stderr


def test_the_page_tells_the_same(corrected_home: Path, open_page: Callable[..., Any]) -> None:
    result = read_restatement(*paths(corrected_home))
    app = open_page("data", corrected_home, bq="数据版本")
    text = "\n".join(str(element.value) for element in app.markdown)
    assert f"数值不同的共{result.total}个" in text
    assert "两个版本之间报送的文件 1 份" in text
    tables = [element.value for element in app.dataframe]
    figures = next(table for table in tables if "由来" in table)
    assert len(figures) == len(result.rows)
    assert figures["由来"].tolist() == [row.cause for row in result.rows]
    income = figures[(figures["项目"] == "收入") & (figures["统筹区"] == "呼和浩特市")].iloc[0]
    assert income[["原数", "新数", "差额"]].tolist() == ["1,500.00 元", "1,550.00 元", "50.00 元"]
    ratio = figures[figures["原数"].str.endswith("%")]
    assert len(ratio) and ratio["差额"].str.endswith(" 个百分点").all()
    # one area, one kind
    app = open_page("data", corrected_home, bq="数据版本", qu="呼和浩特市", lb="分科目收支")
    figures = next(element.value for element in app.dataframe if "由来" in element.value)
    assert set(figures["统筹区"]) == {"呼和浩特市"}
    assert set(figures["类别"]) == {"分科目收支"}
    assert len(figures) == len(read_restatement(*paths(corrected_home), kind="account", area="150100").rows)


# one figure of each relation of the business feeds: its keys and a measure
FED = {
    "insured": (
        "enrolment.fct_insured_month",
        "'employee' as scheme_code, 'retired' as person_group_code",
        "insured_count",
    ),
    "collection": (
        "fund_balance.fct_collection",
        "'390100' as fund_code, 'premium' as item_code, 'person' as payer_code",
        "arrears_yuan",
    ),
    "driver": (
        "prefecture_comparison.fct_spending_driver",
        "'resident' as scheme_code, 'inpatient' as medical_kind_code",
        "spending_yuan",
    ),
    "reconciliation": (
        "fund_balance.fct_reconciliation",
        "'390100' as fund_code, 'premium_income' as line_code, '保险费收入' as line_name",
        "unexplained_yuan",
    ),
    "contribution": (
        "benefits.fct_contribution_replay",
        "'310100' as fund_code, '310' as insutype_code, 'person' as item_code, '个人缴费' as item_name, "
        "'replayed' as status_code",
        "arrears_yuan",
    ),
    "benefit": (
        "benefits.fct_benefit_month",
        "'390100' as fund_code, '390' as insutype_code, '2024' as benefit_year_code, 'replayed' as status_code",
        "difference_yuan",
    ),
}


def fed(marts: Path, target: Path, value: str) -> Path:
    """A copy of a build with one figure of each relation of the business feeds."""
    shutil.copy(marts, target)
    target.chmod(0o644)
    with duckdb.connect(str(target)) as con:
        for relation, keys, measure in FED.values():
            period = "'month' as period_type, '202401' as period_code"
            if relation == "benefits.fct_benefit_month":
                period = "'202401' as event_month"
            con.execute(
                f"insert into {relation} by name select '150100' as area_code, {period}, {keys}, {value} as {measure}"
            )
    return target


def test_the_figures_of_business_feeds_that_differ_are_told_in_words(tiny_home: Path, tmp_path: Path) -> None:
    marts = named_build(existing_home(tiny_home), "current").marts
    former, made = fed(marts, tmp_path / "former.duckdb", "7"), fed(marts, tmp_path / "made.duckdb", "9")
    result = read_restatement(former, made)
    assert result.not_comparable == []
    assert {kind: count for kind, count in result.counts.items() if count} == dict.fromkeys(FED, 1)
    assert {(row.before, row.after) for row in result.rows} == {(7, 9)}
    told = {row.kind_code: (row.area_name, row.fund_name, row.item_name, row.unit) for row in result.rows}
    assert told == {
        "insured": ("呼和浩特市", "职工", "退休：参保人数", "persons"),
        "collection": ("呼和浩特市", "居民", "保险费·个人：期末欠费", "yuan"),
        "driver": ("呼和浩特市", "居民", "住院：基金支付", "yuan"),
        "reconciliation": ("呼和浩特市", "居民", "保险费收入：未解释", "yuan"),
        "contribution": ("呼和浩特市", "职工统筹", "个人缴费：欠缴", "yuan"),
        "benefit": ("呼和浩特市", "居民", "实际减应付", "yuan"),
    }
    assert read_restatement(former, made, scope="150200").total == 0
    one = read_restatement(former, made, kind="insured")
    assert [row.kind_code for row in one.rows] == ["insured"] and one.total == len(FED)


def test_a_figure_of_a_feed_is_never_laid_to_a_statement() -> None:
    with duckdb.connect() as con:
        con.execute("attach ':memory:' as made")
        for sql in TWO_DELIVERIES:
            con.execute(sql)
        con.execute(
            "update changed set kind_code = case fund_code when '390100' then 'collection' else 'reconciliation' end"
        )
        con.execute(SHOWN_SQL.replace("{origin}", "balance.origin_code").replace("later.", "made."), ASKED)
        found = con.execute(cause_sql().replace("later.", "made."), {"named": 3}).fetchall()
    causes = {row[3]: row[16] for row in found}
    assert causes["390100"] == ["setl_d_202401.csv（结算，第 2 批）"]
    assert "statement.csv（基金收支表，第 2 批）" in causes["ALL"]


def test_a_feed_is_no_cause_of_a_stated_figure() -> None:
    """A settlement file and a statement come together: the statement's figure, on whatever level, names the statement."""
    with duckdb.connect() as con:
        con.execute("attach ':memory:' as made")
        for sql in TWO_DELIVERIES:
            con.execute(sql)
        con.execute(SHOWN_SQL.replace("{origin}", "balance.origin_code").replace("later.", "made."), ASKED)
        found = {
            row[3]: (row[14], row[16])
            for row in con.execute(cause_sql().replace("later.", "made."), {"named": 3}).fetchall()
        }
    assert found == {
        "390100": (1, ["statement.csv（基金收支表，第 2 批）"]),
        "ALL": (1, ["statement.csv（基金收支表，第 2 批）"]),
        "320100": (1, ["setl_d_202401.csv（结算，第 2 批）"]),
    }


ASKED = {"kind": "*", "area": "*", "period": "*", "shown": 10}
TWO_DELIVERIES = (
    CHANGED_DDL,
    *(
        f"""
        insert into changed values ('balance', '150100', '呼和浩特市', '{fund}', '', 'month', '202401', '2024-01-31',
            'execution', 'income_yuan', '收入', 'yuan', 1, 2)
        """
        for fund in ("390100", "ALL", "320100")
    ),
    "create schema made.core",
    "create schema made.fund_balance",
    "create table made.core.dim_area as select '150100' as area_code, 'pooling_area' as area_kind, '150000' as region_code",
    "create table made.core.dim_fund as select '390100' as fund_code, '居民' as fund_short_name",
    "create table made.core.dim_statement as select 'execution' as statement_code, '执行' as statement_name",
    """
    create table made.core.dim_period as
    select 'month' as period_type, '202401' as period_code, date '2024-01-01' as period_start_date
    """,
    """
    create table made.fund_balance.fct_fund_balance as
    select '150100' as area_code, fund_code, 'month' as period_type, '202401' as period_code,
        'execution' as statement_code, origin_code
    from (values ('390100', 'statement'), ('ALL', 'statement'), ('320100', 'business')) as t (fund_code, origin_code)
    """,
    """
    create temp table arrived as
    select 2 as delivery_no, file_name, feed_name, '150100' as area_code, fund_code, 'month' as period_type,
        '202401' as period_code, 1 as row_count, is_statement, date '2024-01-01' as period_start_date,
        date '2024-01-31' as period_end_date
    from (values
        ('statement.csv', '基金收支表', '390100', true), ('setl_d_202401.csv', '结算', null, false)
    ) as t (file_name, feed_name, fund_code, is_statement)
    """,
)


def test_the_manifests_differ_in_words() -> None:
    """No path of the stored file stands on the page: items are named, relations by their Chinese name."""
    one = {
        "build_id": "a",
        "issues": {"rejected_files": 1},
        "row_counts": {"core.t": 1200},
        "row_files": {"x": 5},
    }
    other = {
        "build_id": "b",
        "started_from": None,
        "issues": {"rejected_files": 2},
        "row_counts": {"core.t": 1300},
        "row_files": {"x": 5, "y": 1000},
        "inputs": [
            {"file_name": "坏.xlsx", "delivery_no": 3, "status_code": "rejected", "content_hash": "f"}
        ],
    }
    found = manifest_differences(one, other, {"core.t": "结算"})
    assert found.to_numpy().tolist() == [
        ["版本号", "a", "b"],
        ["待处理事项：拒收的文件", "1", "2"],
        ["各表行数：结算（core.t）", "1,200", "1,300"],
        ["逐笔数据文件", "1 个，5 字节", "2 个，1,005 字节"],
        ["输入文件：坏.xlsx（第 3 批）", "—", "整份拒收"],
    ]

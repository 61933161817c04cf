"""The last lines of a run name what was not taken and what a correction changed."""

from decimal import Decimal
from pathlib import Path

import pytest

from shouzhi.intake import take_in
from shouzhi.intake.report import ContractReport, FileReport
from shouzhi.run import issue_sentences
from shouzhi.warehouse.issues import OpenFile, OpenIssues
from shouzhi.warehouse.replaced import Replaced, replaced_sentences


def report(name: str, status: str) -> FileReport:
    return FileReport(name, None, status_code=status, first_reason=f"{name}的原因")


def test_every_file_not_taken_is_named_and_counted() -> None:
    files = [report(f"{number}.pdf", "unknown") for number in range(7)]
    files += [report("坏.xlsx", "rejected"), report("好.csv", "known")]
    found = OpenIssues(
        (
            OpenFile("坏.xlsx", 2, True, 0, "坏"),
            OpenFile("旧.xlsx", 1, True, 0, "打不开"),
            OpenFile("好.csv", 1, False, 6, "A2：没有 13 月"),
        ),
        (),
    )
    sentences = issue_sentences(ContractReport(files), found)
    untaken = [line for line in sentences if line.startswith("  拒收：")]
    assert len(untaken) == 9
    assert untaken[-2:] == [
        "  拒收：坏.xlsx：坏.xlsx的原因",
        "  拒收：旧.xlsx（第 1 批报送）：打不开",
    ]
    assert any(
        line.startswith("  有问题：好.csv（第 1 批报送）：A2：没有 13 月（等 6 行，") for line in sentences
    )
    assert sentences[-1].startswith("需要处理：9 个文件被拒收，6 行被隔离。")


def test_more_than_ten_files_are_counted() -> None:
    sentences = issue_sentences(
        ContractReport([report(f"{number}.pdf", "unknown") for number in range(14)]), OpenIssues((), ())
    )
    assert "  拒收：9.pdf：9.pdf的原因" in sentences
    assert "  拒收：……另有 4 个" in sentences
    assert "需要处理：14 个文件被拒收" in sentences[-1]


def test_what_came_and_what_it_replaced_is_told_by_feed(tmp_path: Path) -> None:
    header = (
        "period,admdvs,fund_code,fiscal_account,income_account,expenditure_account,advances,payables,loans"
    )
    line = "202403,150100,310100,{},0,0,0,0,0"
    for number, (name, yuan) in enumerate((("a", "100.00"), ("b", "120.50"))):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / f"fund_asset_202403_{name}.csv").write_text(
            f"{header}\n{line.format(yuan)}\n", encoding="utf-8"
        )
        given = take_in(folder, tmp_path / "lake").report
    sentences = issue_sentences(given, OpenIssues((), ()))
    assert sentences[1].startswith(
        "  基金资产存放（fund_asset）1 份：收到 1 行，入库 1 行，被替换 0 行，隔离 0 行；"
    )
    assert given.replaced_lines == [
        "基金资产存放 202403：原有 1 行 100.00 元被替换；该月 1 行 100.00 元 → 1 行 120.50 元（+20.50 元）"
    ]


def test_every_feed_of_a_delivery_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [f"类别{number}：收到 1 行" for number in range(18)]
    monkeypatch.setattr(ContractReport, "feed_lines", lines)
    sentences = issue_sentences(ContractReport([report("好.csv", "known")]), OpenIssues((), ()))
    assert sentences[1:] == [f"  {line}" for line in lines]


def replaced(amount: str) -> Replaced:
    new = Decimal(amount)
    pair = (Decimal("145525800.00"), Decimal("145525800.00"))
    return Replaced("乌海市", "职工统筹", "202507", "执行", 4, (pair[0], new), pair, (None, None))


def test_a_replacement_is_told_without_rounding() -> None:
    assert replaced("150525800.00").text == (
        "乌海市 职工统筹 202507 执行：收入 14,552.58 → 15,052.58 万元，支出 14,552.58 万元（未变）（原 4 行）"
    )
    assert "收入 145,525,800.00 → 145,525,800.01 元" in replaced("145525800.01").text
    assert replaced_sentences([replaced("1.00")] * 12)[-1] == "替换：等 12 项"
    assert replaced_sentences([]) == []

"""The main job: intake, build, check, publish, under the home's lock, with one line in the run log."""

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from shouzhi import __version__
from shouzhi.errors import INTERRUPTED, RECEIVED, UserError
from shouzhi.home import PRODUCT_ROOT, Home, append_run_log, home_lock, open_home, require_apart
from shouzhi.intake import ContractReport, take_in_apart
from shouzhi.intake.lake import damage_named, delivery_count, read_manifest
from shouzhi.intake.report import FileReport
from shouzhi.interruption import is_interruption
from shouzhi.progress import Progress
from shouzhi.warehouse import build, identity, publish
from shouzhi.warehouse.fault import fault_point
from shouzhi.warehouse.issues import OpenIssues, read_issues
from shouzhi.warehouse.query import open_tables
from shouzhi.warehouse.replaced import read_replaced, replaced_sentences

LISTED = 10
UNTAKEN_STATUSES = {"rejected", "unknown"}


@dataclass(frozen=True)
class RunResult:
    """How a run ended: 0 clean, 1 published with something to look at, 2 nothing published."""

    exit_code: int
    build_id: str | None
    sentences: tuple[str, ...]


def run(extracts: Path, home_root: Path, progress: Progress) -> RunResult:
    """Take ``extracts`` in and publish what the lake then says.

    Raises ``UserError`` where nothing could be published; the run log has a line in every case.
    """
    require_apart(extracts, home_root)
    home = open_home(home_root)
    with home_lock(home, f"shouzhi run {extracts}"):
        steps = build.Steps(progress)
        entry: dict[str, Any] = {
            "started_at": build.now(),
            "product_version": __version__,
            "extracts": str(extracts),
        }
        started, before = time.monotonic(), delivery_count(home.lake)
        try:
            with damage_named(home.lake):
                result = locked_run(home, extracts, steps)
            entry |= {"exit_code": result.exit_code, "build_id": result.build_id}
            entry["message"] = " ".join(result.sentences)
            return result
        except UserError as error:
            entry |= {"exit_code": error.exit_code, "message": str(error)}
            raise
        except BaseException as error:
            if is_interruption(error):
                has_come = delivery_count(home.lake) > before
                sentence = INTERRUPTED + (RECEIVED if has_come else "")
                entry |= {"exit_code": 2, "message": sentence}
                raise KeyboardInterrupt(sentence) from error
            entry |= {"exit_code": 2, "message": f"{type(error).__name__}: {error}"}
            raise
        finally:
            entry["seconds"] = round(time.monotonic() - started, 2)
            entry["step_seconds"] = steps.seconds
            append_run_log(home, entry)


def locked_run(home: Home, extracts: Path, steps: build.Steps) -> RunResult:
    publish.clear_leftovers(home)
    code_hash = identity.code_hash(PRODUCT_ROOT)
    with build.beginning(home, code_hash) as begin:
        with steps.step("intake", f"读取报表 {extracts}"):
            report = take_in_apart(extracts, home.lake, steps.progress, begin).report
        fault_point("after_intake")
        with steps.step("identity", "核对版本"):
            refuse_empty_lake(home, report)
            ids = build.build_identity(home, code_hash)
            known = build.known_build(home, ids["build_id"])
        made = known or build.make_build(home, ids, begin, steps)
    steps.done = build.STEP_COUNT - 1
    with steps.step("publish", "发布"):
        was_published = publish.published_id(home) == made.build_id
        former = None if was_published else former_marts(home)
        if not was_published:
            publish.point_to(home, made.build_id)
        replaced = read_replaced(former, made.marts) if former else []
        publish.keep_recent(home, home.config.keep_builds)
    return RunResult(
        max(made.manifest["exit_code"], int(has_problems(report))),
        made.build_id,
        (
            *issue_sentences(report, open_issues(made)),
            *(f"替换：{line}" for line in listed(report.replaced_lines)),
            *replaced_sentences(replaced),
            published_sentence(made, is_known=known is not None, was_published=was_published),
        ),
    )


def former_marts(home: Home) -> Path | None:
    """The tables of the build that is published now, where they are still there."""
    build_id = publish.published_id(home)
    former = publish.read_build(home.builds / build_id) if build_id else None
    return former.marts if former and former.marts.is_file() else None


def open_issues(made: publish.Build) -> OpenIssues:
    with open_tables(made.marts) as con:
        return read_issues(con)


def refuse_empty_lake(home: Home, report: ContractReport) -> None:
    """Nothing was ever loaded, so there is nothing to publish."""
    if any(
        record["status_code"] == "loaded" for entry in read_manifest(home.lake) for record in entry["files"]
    ):
        return
    reasons = listed([f"{each.name}：{each.first_reason}" for each in report.files if each.first_reason])
    told = f"原因：{'；'.join(reasons)}。" if reasons else ""
    raise UserError(f"没有发布：{report.summary.rstrip('。')}。{told}".replace("。。", "。"))


def has_problems(report: ContractReport) -> bool:
    return any(each.has_problems for each in report.files)


def listed(lines: list[str]) -> list[str]:
    """Up to ten, then how many more."""
    rest = len(lines) - LISTED
    return [*lines[:LISTED], f"……另有 {rest} 个"] if rest > 0 else lines


def issue_sentences(report: ContractReport, found: OpenIssues) -> list[str]:
    """Everything that the user must look at, of this delivery and of earlier ones, plainly."""
    given = {each.name for each in report.files}
    untaken = [
        f"{each.name}：{each.first_reason}" for each in report.files if each.status_code in UNTAKEN_STATUSES
    ]
    untaken += [
        f"{each.file_name}（第 {each.delivery_no} 批报送）：{each.first_reason}"
        for each in found.files
        if each.is_rejected and each.file_name not in given
    ]
    told = [each for each in report.files if each.status_code == "loaded" and each.has_problems]
    problems = [loaded_problem(each) for each in told]
    problems += [
        f"{each.file_name}（第 {each.delivery_no} 批报送）：{first_of(each.first_reason, each.quarantined_rows)}"
        for each in found.files
        if not each.is_rejected and each.file_name not in {one.name for one in told}
    ]
    unread = [f"{each.name}：{each.first_reason}" for each in report.files if each.status_code == "not_read"]
    sentences = [f"收到：{report.summary}"] if report.files else []
    sentences += [f"  {line}" for line in report.feed_lines]
    sentences += [f"  拒收：{line}" for line in listed(untaken)]
    sentences += [f"  有问题：{line}" for line in listed(problems)]
    sentences += [f"  尚不读取：{line}" for line in listed(unread)]
    issues = replace(found.counted, rejected_files=len(untaken))
    if found.holds:
        sentences.append(f"  待核：{found.holds_named}")
    if found.unheld:
        sentences.append(f"  检查不通过（占比小，不列待核）：{'；'.join(found.unheld)}")
    if issues.exit_code:
        sentences.append(
            f"需要处理：{issues.sentence}。看板“数据质量”页有逐项清单；改正后用原文件名重新报送即可"
            + (
                "；不必再报送的文件用 shouzhi dismiss 文件名 --reason 原因 注明。"
                if issues.rejected_files or issues.quarantined_rows
                else "。"
            )
        )
    return sentences


def loaded_problem(each: FileReport) -> str:
    return f"{each.name}：{first_of(each.first_reason, each.quarantined_count)}"


def first_of(reason: str | None, count: int) -> str:
    """The first reason, and of how many quarantined rows it is one."""
    more = f"（等 {count} 行，逐行清单见看板“数据质量”页 /data 或 shouzhi check）" if count > 1 else ""
    return f"{reason or '见 shouzhi check 的报告'}{more}"


def published_sentence(made: publish.Build, *, is_known: bool, was_published: bool) -> str:
    date = made.manifest.get("data_date") or "未知"
    if is_known and was_published:
        return f"数据与程序都没有变化，版本 {made.build_id} 已经发布，不必重建。数据截至 {date}。"
    if is_known:
        return f"版本 {made.build_id} 以前建过且完好，已重新发布，不必重建。数据截至 {date}。"
    return f"已发布版本 {made.build_id}，数据截至 {date}。"

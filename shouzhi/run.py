"""The main job: intake, build, check, publish, under the home's lock, with one line in the run log."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shouzhi import __version__
from shouzhi.errors import UserError
from shouzhi.home import Home, append_run_log, home_lock, open_home
from shouzhi.intake import ContractReport, take_in
from shouzhi.intake.lake import read_manifest
from shouzhi.progress import Progress
from shouzhi.warehouse import build, publish
from shouzhi.warehouse.fault import fault_point


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
    home = open_home(home_root)
    with home_lock(home, f"shouzhi run {extracts}"):
        steps = build.Steps(progress)
        entry: dict[str, Any] = {
            "started_at": build.now(),
            "product_version": __version__,
            "extracts": str(extracts),
        }
        started = time.monotonic()
        try:
            result = locked_run(home, extracts, steps)
            entry |= {"exit_code": result.exit_code, "build_id": result.build_id}
            entry["message"] = " ".join(result.sentences)
            return result
        except UserError as error:
            entry |= {"exit_code": error.exit_code, "message": str(error)}
            raise
        except Exception as error:
            entry |= {"exit_code": 2, "message": f"{type(error).__name__}: {error}"}
            raise
        finally:
            entry["seconds"] = round(time.monotonic() - started, 2)
            entry["step_seconds"] = steps.seconds
            append_run_log(home, entry)


def locked_run(home: Home, extracts: Path, steps: build.Steps) -> RunResult:
    publish.clear_leftovers(home)
    with steps.step("intake", f"读取报表 {extracts}"):
        report = take_in(extracts, home.lake, progress=steps.progress).report
    fault_point("after_intake")
    with steps.step("identity", "核对版本"):
        refuse_empty_lake(home, report)
        ids = build.build_identity(home)
        known = build.known_build(home, ids["build_id"])
    made = known or build.make_build(home, ids, steps)
    steps.done = build.STEP_COUNT - 1
    with steps.step("publish", "发布"):
        was_published = publish.published_id(home) == made.build_id
        if not was_published:
            publish.point_to(home, made.build_id)
        publish.keep_recent(home, home.config.keep_builds)
    return RunResult(
        max(made.manifest["exit_code"], int(has_problems(report))),
        made.build_id,
        tuple(closing_sentences(made, report, is_known=known is not None, was_published=was_published)),
    )


def refuse_empty_lake(home: Home, report: ContractReport) -> None:
    """Nothing was ever loaded, so there is nothing to publish."""
    if any(
        record["status_code"] == "loaded" for entry in read_manifest(home.lake) for record in entry["files"]
    ):
        return
    reasons = [f"{each.name}：{each.first_reason}" for each in report.files if each.first_reason]
    first = f"第一份的原因：{reasons[0]}。" if reasons else ""
    raise UserError(f"没有发布：{report.summary.rstrip('。')}。{first}".replace("。。", "。"))


def has_problems(report: ContractReport) -> bool:
    return any(each.has_problems for each in report.files)


def closing_sentences(
    made: publish.Build, report: ContractReport, *, is_known: bool, was_published: bool
) -> list[str]:
    """What happened, and everything that the user must look at, plainly."""
    date = made.manifest.get("data_date") or "未知"
    if is_known and was_published:
        first = f"数据与程序都没有变化，版本 {made.build_id} 已经发布，不必重建。数据截至 {date}。"
    elif is_known:
        first = f"版本 {made.build_id} 以前建过且完好，已重新发布，不必重建。数据截至 {date}。"
    else:
        first = f"已发布版本 {made.build_id}，数据截至 {date}。"
    sentences = [f"收到：{report.summary}"] if report.files else []
    for each in report.files:
        if each.has_problems:
            sentences.append(f"  有问题：{each.name}：{each.first_reason or '见 shouzhi check 的报告'}")
    issues = build.Issues(**made.manifest["issues"])
    if issues.exit_code:
        sentences.append(f"需要处理：{issues.sentence}。看板“数据质量”页有逐项清单。")
    return [*sentences, first]

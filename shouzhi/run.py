"""The main job: intake, build, check, publish, under the home's lock, with one line in the run log."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shouzhi import __version__
from shouzhi.errors import UserError
from shouzhi.home import Home, append_run_log, home_lock, open_home
from shouzhi.intake import service as intake
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
        received = intake.take_in(extracts, home.lake, region=home.config.region, progress=steps.progress)
    fault_point("after_intake")
    with steps.step("identity", "核对版本"):
        refuse_empty(home, extracts, received)
        ids = build.build_identity(home)
        known = build.known_build(home, ids["build_id"])
    made = build.make_build(home, ids, steps) if known is None else known
    with steps.step("publish", "发布"):
        was_published = publish.published_id(home) == made.build_id
        if not was_published:
            publish.point_to(home, made.build_id)
        publish.keep_recent(home, home.config.keep_builds)
    return finished(made, received, is_known=known is not None, was_published=was_published)

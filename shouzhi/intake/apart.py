"""The intake of a run, in a process of its own: its readers would wait for the interpreter that imports dbt meanwhile."""

from collections.abc import Callable
from pathlib import Path

from shouzhi import own_process
from shouzhi.errors import UserError
from shouzhi.intake.delivery import Delivery, take_in
from shouzhi.intake.feeds.session import clear_work
from shouzhi.progress import Progress


def take_in_apart(
    extracts: Path, lake_root: Path, progress: Progress, when_new: Callable[[], object]
) -> Delivery:
    """``take_in``, with everything that it asks of its caller asked here; no transcoded text stays, whatever ended it.

    Raises ``UserError`` where the process was killed.
    """

    def work(told: Progress, tell_new: Callable[[], None]) -> Delivery:
        return take_in(extracts, lake_root, told, when_new=tell_new)

    try:
        return own_process.call(work, progress, when_new)
    except own_process.Killed as error:
        raise UserError(
            f"读取报表的进程中途被终止（信号 {error.signal_number}），没有发布。"
            "多半是内存不够：请关掉其他程序后再运行一次。"
        ) from error
    finally:
        clear_work(lake_root)

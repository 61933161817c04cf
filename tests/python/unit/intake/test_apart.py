"""The intake of a run in its own process: the same delivery, and nothing left of one that was killed."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from feed_tools import key_file, rows, write_feed  # noqa: F401 (a fixture)

from shouzhi.errors import UserError
from shouzhi.intake import fingerprint, take_in, take_in_apart
from shouzhi.intake.feeds.feed_reading import FeedReading
from shouzhi.intake.feeds.session import WORK_FOLDER
from shouzhi.progress import silent


def given(folder: Path) -> Path:
    """Two deliveries' worth of settlements, one row of which cannot be read."""
    write_feed(folder, "setl_d_202401.csv", rows("setl_d", 5), encoding="utf-16")
    bad = rows("setl_d", 3, first=6, setl_time="不知道")
    write_feed(folder, "setl_d_202402.csv", bad)
    return folder


def test_it_is_the_delivery_that_is_made_without_it(tmp_path: Path) -> None:
    extracts, told = given(tmp_path / "in"), []
    here = take_in(extracts, tmp_path / "here")
    apart = take_in_apart(extracts, tmp_path / "apart", silent(), lambda: told.append("new"))
    assert (apart.delivery_no, apart.report.render()) == (here.delivery_no, here.report.render())
    assert apart.report.feed_lines == here.report.feed_lines
    assert fingerprint(tmp_path / "apart") == fingerprint(tmp_path / "here")
    assert told == ["new"]
    again = take_in_apart(extracts, tmp_path / "apart", silent(), lambda: told.append("again"))
    assert (again.delivery_no, told) == (None, ["new"])


def test_a_killed_intake_says_so_and_leaves_no_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []

    def killed(*_: object) -> None:
        assert list((tmp_path / WORK_FOLDER).rglob("*.csv")), "the text lies there in UTF-8"
        os.kill(os.getpid(), signal.SIGKILL)

    monkeypatch.setattr(FeedReading, "take", killed)
    with pytest.raises(UserError, match="读取报表的进程中途被终止（信号 9），没有发布"):
        take_in_apart(given(tmp_path / "in"), tmp_path / "lake", silent(), lambda: told.append("new"))
    assert told == ["new"]
    assert not (tmp_path / WORK_FOLDER).exists()

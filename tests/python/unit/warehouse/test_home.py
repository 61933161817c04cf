"""Configuration, lock and durable files of a home."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from shouzhi import home as homes
from shouzhi.cli import cli
from shouzhi.errors import UserError
from shouzhi.progress import silent
from shouzhi.run import run

ROOT = Path(__file__).resolve().parents[4]

HOLD_THE_LOCK = """
import sys, time
from pathlib import Path
from shouzhi.home import home_lock, open_home
with home_lock(open_home(Path(sys.argv[1])), "shouzhi run 报表"):
    print("held", flush=True)
    time.sleep(60)
"""


def test_first_use_writes_a_commented_configuration_that_reads_back(tmp_path: Path) -> None:
    made = homes.open_home(tmp_path / "var", title="演示数据")
    text = (tmp_path / "var" / "shouzhi.toml").read_text(encoding="utf-8")
    assert text.startswith("#") and 'region = "neimenggu"' in text
    assert made.config == homes.Config("演示数据", "neimenggu", 4, 2, 6)
    assert homes.open_home(tmp_path / "var", title="别的").config.title == "演示数据"


def test_sample_parameters_are_asked_for_never_assumed(tmp_path: Path) -> None:
    assert homes.open_home(tmp_path / "real").config.sample_policy is False
    assert homes.open_home(tmp_path / "sample", sample_policy=True).config.sample_policy is True
    assert homes.open_home(tmp_path / "real", sample_policy=True).config.sample_policy is False, (
        "a home that exists keeps its configuration"
    )


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("keep_builds = 0", "不小于 1 的整数"),
        ("threads = true", "不小于 1 的整数"),
        ('memory_limit_gb = "4"', "不小于 1 的整数"),
        ("region = 3", "加引号的文字"),
        ('sample_policy = "true"', "true 或 false"),
        ("retention = 3", "不认识的项目：retention"),
        ("region = ", "读不懂"),
    ],
)
def test_a_wrong_configuration_is_a_sentence(tmp_path: Path, line: str, expected: str) -> None:
    (tmp_path / "shouzhi.toml").write_text(line + "\n", encoding="utf-8")
    with pytest.raises(UserError, match=expected):
        homes.read_config(tmp_path)


def test_unknown_region_names_the_known_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(homes, "known_regions", lambda: {"neimenggu", "public"})
    (tmp_path / "shouzhi.toml").write_text('region = "mars"\n', encoding="utf-8")
    with pytest.raises(UserError, match="没有名为“mars”的地区包。可用的是：neimenggu、public"):
        homes.read_config(tmp_path)


def test_a_missing_home_is_not_created_by_looking(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="不存在"):
        homes.existing_home(tmp_path / "nothing")
    assert not (tmp_path / "nothing").exists()


def test_the_lock_names_its_holder_and_a_kill_releases_it(tmp_path: Path) -> None:
    home = homes.open_home(tmp_path / "var")
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD_THE_LOCK, str(home.root)],
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        text=True,
    )
    try:
        assert holder.stdout is not None and holder.stdout.readline() == "held\n"
        with (
            pytest.raises(
                UserError,
                match=rf"另一个任务正在使用该目录：进程 {holder.pid}（.*），自 20.* 起运行 shouzhi run 报表",
            ),
            homes.home_lock(home, "second"),
        ):
            pass
    finally:
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    with homes.home_lock(home, "third"):
        assert json.loads(home.lock_file.read_text(encoding="utf-8"))["command"] == "third"


def test_a_durable_write_replaces_the_whole_file(tmp_path: Path) -> None:
    target = tmp_path / "CURRENT"
    homes.write_durably(target, "a longer first content\n")
    homes.write_durably(target, "b\n")
    assert target.read_text(encoding="utf-8") == "b\n"
    assert [path.name for path in tmp_path.iterdir()] == ["CURRENT"]


@pytest.mark.parametrize(
    ("extracts", "home", "expected"),
    [
        ("报表", "报表", "就在报表文件夹"),
        ("报表", "报表/var", "就在报表文件夹"),
        ("var/lake", "var", "在数据目录的 lake 里"),
        ("var/builds/abc", "var", "在数据目录的 builds 里"),
        ("var/work", "var", "在数据目录的 work 里"),
    ],
)
def test_extracts_and_home_are_apart(tmp_path: Path, extracts: str, home: str, expected: str) -> None:
    given, root = tmp_path / extracts, tmp_path / home
    given.mkdir(parents=True)
    with pytest.raises(UserError, match=expected):
        run(given, root, silent())
    assert not (root / "shouzhi.toml").exists(), "nothing is created in a home that is refused"
    root.mkdir(exist_ok=True)
    with pytest.raises(UserError, match=expected):
        cli.main(["check", str(given), "--home", str(root)], standalone_mode=False)


def test_extracts_beside_the_home_or_by_themselves_in_it_are_taken(tmp_path: Path) -> None:
    for extracts in ("报表", "var/报表", "var2"):
        homes.require_apart(tmp_path / extracts, tmp_path / "var")

"""``shouzhi check`` on business feeds, and the memory that a large file takes."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from habit_tools import clean_row, clean_rows, put, put_rows, text_table

ROOT = Path(__file__).resolve().parents[4]
MEGABYTE = 1 << 20


def check(folder: Path, key: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(ROOT), "SHOUZHI_KEY_FILE": str(key)}
    command = [sys.executable, "-m", "shouzhi.cli", "check", str(folder)]
    return subprocess.run(
        command, env=environment, cwd=folder.parent, capture_output=True, text=True, timeout=120, check=False
    )


def test_a_clean_folder_exits_zero(tmp_path):
    put_rows(tmp_path / "in", "setl_d_202401.csv", *clean_rows("setl_d"))
    put_rows(tmp_path / "in", "psn_info_b_2024.csv", *clean_rows("psn_info_b"), encoding="gb18030")
    result = check(tmp_path / "in", tmp_path / "key")
    assert result.returncode == 0, result.stdout + result.stderr
    assert "setl_d_202401.csv" in result.stdout and "结算信息" in result.stdout
    assert "没有问题" in result.stdout
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in"]


def test_problems_exit_one_and_name_file_row_and_column(tmp_path):
    rows = clean_rows("setl_d")
    rows[1]["setl_time"] = "2024-02-30"
    rows[2]["mdtrt_id"] = "1.5E+17"
    rows[3]["fund_pay_sumamt"] = ""
    put_rows(tmp_path / "in", "setl_d_202401.csv", *rows, encoding="gb18030")
    names = [name for name in clean_row("psn_insu_d") if name != "crt_insu_date"]
    put(tmp_path / "in", "psn_insu_d_2024.csv", text_table(clean_rows("psn_insu_d"), names))
    result = check(tmp_path / "in", tmp_path / "key")
    assert result.returncode == 1, result.stdout + result.stderr
    lines = result.stdout.splitlines()
    for row_number, column, label, value in (
        (3, "setl_time", "结算时间", "2024-02-30"),
        (4, "mdtrt_id", "就诊ID", "1.5E+17"),
        (5, "fund_pay_sumamt", "基金支付总额", None),
    ):
        (line,) = [each for each in lines if f"第 {row_number} 行" in each]
        assert column in line or label in line
        assert value is None or value in line
        assert re.search(r"请|应", line), "says what is expected or what to do"
    assert "科学计数法" in result.stdout
    (missing,) = [each for each in lines if "缺少列" in each]
    assert "crt_insu_date" in missing and "本次参保日期" in missing and "请" in missing
    assert "Traceback" not in result.stdout + result.stderr


def test_a_folder_nothing_of_which_can_be_read_exits_two(tmp_path):
    put(tmp_path / "in", "setl_d_202401.xlsx", b"broken")
    put(tmp_path / "in", "psn_insu_d_2024.csv", b"")
    result = check(tmp_path / "in", tmp_path / "key")
    assert result.returncode == 2, result.stdout + result.stderr
    assert "setl_d_202401.xlsx" in result.stdout and "没有一份能读" in result.stdout
    assert check(tmp_path / "nothing", tmp_path / "key").returncode == 2


MEASURE = """
import resource, sys
from pathlib import Path
from shouzhi.intake import take_in
from shouzhi.intake.feeds import feed_reading
feed_reading.BATCH_BYTES = 8 << 20
delivery = take_in(Path(sys.argv[1]), Path(sys.argv[2]))
record = delivery.report.files[0]
assert record.status_code == "loaded", record.first_reason
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def peak_megabytes(folder: Path, lake: Path, key: Path) -> int:
    environment = os.environ | {"PYTHONPATH": str(ROOT), "SHOUZHI_KEY_FILE": str(key)}
    result = subprocess.run(
        [sys.executable, "-c", MEASURE, str(folder), str(lake)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return int(result.stdout)


def write_large(path: Path, megabytes: int) -> None:
    """A settlement file in GB18030: distinct keys, a person in fifty repeated, names in Chinese."""
    path.parent.mkdir(parents=True)
    row = clean_row("setl_d")
    template = ",".join("%s" if name in {"setl_id", "rid", "psn_no"} else row[name] for name in row)
    with path.open("wb") as target:
        target.write((",".join(row) + "\n").encode("gb18030"))
        number = 0
        while target.tell() < megabytes * MEGABYTE:
            block = [
                template % (f"S{n:012d}", f"1501{n % 50_000:014d}", f"R{n:012d}")
                for n in range(number, number + 20_000)
            ]
            target.write(("\n".join(block) + "\n").encode("gb18030"))
            number += 20_000


@pytest.mark.pipeline
def test_memory_does_not_grow_with_the_file(tmp_path):
    """Three pieces and nine: of the interpreter, the libraries and one piece (small ones here) is all that is held."""
    peaks = []
    for megabytes in (24, 72):
        folder = tmp_path / f"{megabytes}"
        write_large(folder / "setl_d_2024.csv", megabytes)
        peaks.append(peak_megabytes(folder, tmp_path / f"lake{megabytes}", tmp_path / "key"))
    small, large = peaks
    assert large < 1.1 * small, peaks

"""The sample is the same on every run, begins alike whatever its length, and is dirty only where it says so."""

import json
import zipfile
from collections import Counter
from pathlib import Path

import pytest

from shouzhi.errors import UserError
from shouzhi.synthetic import generate, messy, output, sample
from shouzhi.synthetic.settings import PACKAGE, Parameters, Plan, month_code, month_number, read_region
from shouzhi.synthetic.statements import round_to_wan, transposed
from shouzhi.synthetic.story import story_of

PERSONS = 400


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("synth") / "messy"
    generate(folder, PERSONS, 12, 3, "messy", "202201")
    return folder


def test_a_longer_run_begins_with_the_same_files(tmp_path: Path) -> None:
    generate(tmp_path / "short", PERSONS, 3, 3, "deficit", "202210")
    generate(tmp_path / "long", PERSONS, 5, 3, "deficit", "202210")
    short, long = files_of(tmp_path / "short"), files_of(tmp_path / "long")
    about_the_run = {
        "说明.md",
        "truth/statements.json",
        "truth/benefit_deviations.csv",
        "truth/contribution_deviations.csv",
    }
    differing = {name for name, content in short.items() if long.get(name) != content}
    assert differing <= about_the_run  # 202212 ends a year: its snapshot is part of both
    assert len(short) > 30 and "虚构" in short["说明.md"].decode("utf-8")


def test_another_seed_other_people(tmp_path: Path, year: Path) -> None:
    generate(tmp_path / "other", PERSONS, 1, 4, "messy", "202201")
    name = "fund_asset_202201.csv"
    assert (tmp_path / "other" / name).read_bytes() != (year / name).read_bytes()
    generate(tmp_path / "same", PERSONS, 1, 3, "messy", "202201")
    assert (tmp_path / "same" / name).read_bytes() == (year / name).read_bytes()


def test_a_start_before_the_policy_of_the_sample_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="202109"):
        generate(tmp_path / "early", PERSONS, 1, 1, "steady", "202012")
    assert not (tmp_path / "early").exists()


def test_a_folder_in_use_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("x", encoding="utf-8")
    with pytest.raises(UserError, match="不是空的"):
        generate(tmp_path, PERSONS, 1, 1, "steady", "202201")
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_every_habit_is_planted_and_written_down(year: Path) -> None:
    planted = json.loads((year / "truth" / "habits.json").read_text(encoding="utf-8"))
    habits = {row["habit"] for row in planted}
    assert {
        "encoding gb18030",
        "encoding utf-8-sig",
        "encoding utf-16",
        "same file twice",
        "corrected delivery",
        "overlapping delivery",
        "clutter",
        "identifier in scientific notation",
        "dates in five ways",
        "impossible date",
        "unit in the header",
        "万元 that does not say so",
        "missing file",
        "missing column",
        "other column order and an unknown column",
        "broken identity",
        "orphan person",
        "unknown code",
        "date in the future",
        "file that cannot be read",
        "inside a zip",
        "Excel workbook",
    } <= habits
    for row in planted:
        assert (year / row["file"]).exists() == (row["habit"] != "missing file"), row
    assert (year / "setl_d_202202.csv").read_bytes().decode("gb18030").startswith("结算ID,原结算ID")
    assert (year / "rsdt_psn_clct_detl_d_202202.csv").read_bytes()[:2] in (b"\xff\xfe", b"\xfe\xff")
    assert (year / "setl_d_202203.csv").read_bytes() == (year / "setl_d_202203_副本.csv").read_bytes()
    clutter = (year / "setl_d_202205.csv").read_text(encoding="utf-8").splitlines()
    assert Counter(line.split(",")[0] for line in clutter)["setl_id"] == 2
    assert clutter[-3].startswith("合计,")
    with zipfile.ZipFile(next(year.glob("居民缴费_*.zip"))) as archive:
        assert archive.namelist() == ["rsdt_psn_clct_detl_d_202211.csv"]


def test_messy_money_is_the_clean_money(tmp_path: Path, year: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Habits leave statements and payments as they were."""
    monkeypatch.setattr(sample, "mess_up", lambda *_: [])
    generate(tmp_path / "clean", PERSONS, 6, 3, "messy", "202201")
    touched = {
        row["file"] for row in json.loads((year / "truth" / "habits.json").read_text(encoding="utf-8"))
    }
    same = [
        name
        for name in files_of(tmp_path / "clean")
        if name.startswith(("fund_statement", "med_dfr_fund", "medins_clr")) and name not in touched
    ]
    assert len(same) > 15
    for name in same:
        if (year / name).exists():
            assert (year / name).read_bytes() == (tmp_path / "clean" / name).read_bytes(), name


def test_chinese_titles_come_from_the_contract() -> None:
    assert messy.chinese_titles("setl_d", ["setl_id", "hifp_pay", "unknown"]) == [
        "结算ID",
        "统筹基金支出",
        "unknown",
    ]


def test_every_parameter_has_a_source_or_says_what_it_is() -> None:
    lines = (PACKAGE / "parameter.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "parameter,value,unit,basis,source"
    for line in lines[1:]:
        name, _, _, basis, source = line.split(",")
        assert basis in {"stated", "weak", "assumed", "sample", "derived"}, line
        assert source or basis == "assumed", name
    parameters = Parameters()
    assert parameters.of_year("wage", 2010) == parameters["wage.2021"]
    assert parameters.of_year("wage", 2040) == parameters["wage.2025"]


def test_the_region_pack() -> None:
    region = read_region("neimenggu")
    assert [region.office.code, len(region.areas), len(region.counties)] == ["159900", 13, 104]
    assert all(region.counties[number][2] == area.number for area in region.areas for number in area.counties)


def test_months_and_paths() -> None:
    assert month_number("202401") == 288 and month_code(288) == "202401" and month_code(299) == "202412"
    story = story_of("deficit")
    assert story.reserve("150900", "310100", 48) == 2.8
    assert 2.8 < story.reserve("150900", "310100", 40) < 4.7
    plan = Plan(100, 12, 1, "steady", 288)
    assert (plan.last, plan.serial(288)) == (299, 1)


@pytest.mark.parametrize(
    ("amount", "typo"), [(1_234_567, 1_324_567), (-1_234_567, -1_324_567), (1_112_345, 1_121_345)]
)
def test_typing_error_swaps_two_neighbours(amount: int, typo: int) -> None:
    assert transposed(amount) == typo
    assert transposed(amount) % 9 == amount % 9


def test_wan_has_two_decimals() -> None:
    assert round_to_wan(123_455_000) == 123_460_000 and round_to_wan(-5_000) == -10_000


def test_ranges_of_persons_add_up_to_the_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What memory depends on is a matter of files, not of what they say: reversals find their range's originals."""
    generate(tmp_path / "whole", 900, 4, 3, "steady", "202210")
    monkeypatch.setattr(output, "RANGE", 400)
    generate(tmp_path / "parts", 900, 4, 3, "steady", "202210")

    def lines(folder: str) -> dict[str, list[bytes]]:
        found: dict[str, list[bytes]] = {}
        for name, content in files_of(tmp_path / folder).items():
            whole = name.replace("_01", "").replace("_02", "").replace("_03", "")
            found[whole] = sorted({*found.get(whole, []), *content.splitlines()})
        return found

    whole, parts = lines("whole"), lines("parts")
    assert parts == whole
    assert (tmp_path / "parts" / "setl_d_202211_03.csv").exists()
    # December 2022 is month 275: settlements of it that are taken back in January
    assert any(line.split(b",")[1].startswith(b"150000275") for line in whole["setl_d_202301.csv"])

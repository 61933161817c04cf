"""Nobody can be recognised in the lake: identifying fields never enter it, numbers enter under a keyed pseudonym."""

import io
import json
import stat
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from habit_tools import (
    FEEDS,
    SECRET_WORDS,
    clean_row,
    clean_rows,
    deliver,
    expected,
    person,
    pseudonym,
    put,
    put_rows,
    put_workbook,
    relation,
    standing,
    text_table,
)

from shouzhi.errors import UserError
from shouzhi.intake import check_extracts, lake, take_in
from shouzhi.intake.contract import load_feeds
from shouzhi.progress import Progress

PERSONS = [person(number) for number in range(1, 60)] + [person(number + 5000) for number in range(1, 60)]
ACTORS = [f"{name.upper()}{number:05d}" for name in ("opter_id", "crter_id") for number in range(1, 60)]
FORBIDDEN = [*SECRET_WORDS, *PERSONS, *ACTORS]


def everything(root: Path) -> str:
    """All bytes under a folder as text, the names of the files and every cell and label of Parquet files included."""
    parts = []
    for path in sorted(root.rglob("*")):
        parts.append(path.name)
        if path.is_file():
            data = path.read_bytes()
            parts.extend(data.decode(encoding, errors="ignore") for encoding in ("utf-8", "gb18030"))
            if path.suffix == ".parquet":
                table = pq.read_table(path)
                parts.append(str(table.schema.metadata))
                parts.extend(str(value) for column in table.columns for value in column.unique().to_pylist())
    return "\n".join(parts)


def leaks(text: str) -> list[str]:
    return [word for word in FORBIDDEN if word in text]


def dirty_files(folder: Path) -> None:
    """Clean rows of every feed with identifying columns, and every mishap that could carry them past the reader."""
    for feed in FEEDS:
        put_rows(folder, f"{feed}_2024.csv", *clean_rows(feed, 3))
    rows = [clean_row("setl_d", number) for number in range(10, 20)]
    rows[0]["setl_time"] = "2024-02-30"
    rows[1]["psn_no"] = ""
    rows[2]["fund_pay_sumamt"] = person(12)
    rows[3]["setl_time"] = "欧阳密秘"
    rows[4]["fund_pay_sumamt"] = "13947106666号"
    rows[5]["mdtrt_id"] = "1.5E+17"
    rows[6]["setl_id"] = ""
    rows[7]["begndate"] = "密秘路六十六号"
    names = ["setl_id", "psn_name", *(name for name in rows[0] if name not in {"setl_id", "psn_name"})]
    lines = text_table(rows, names).splitlines()
    lines[9] = lines[9].replace("欧阳密秘", "欧阳密秘,150104196512308888")
    put(folder, "setl_d_202402.csv", "\n".join(lines), "gb18030")
    put(folder, "setl_d_202403.csv", "\n".join(lines[1:]))
    put(folder, "setl_d_202404.csv", "\n".join(line.partition(",")[2] for line in lines))
    put(folder, "psn_info_b_202405.csv", "欧阳密秘 150104196512308888 13947106666\n密秘路六十六号\n")
    people = clean_rows("psn_info_b", 3)
    sheets = {
        "一": [list(people[0]), *[list(row.values()) for row in people]],
        "二": [["欧阳密秘", "13947106666"]],
    }
    put_workbook(folder / "psn_info_b_202406.xlsx", sheets)
    noted = [
        {**row, "备注": "欧阳密秘 13947106666", "phone2": "13947106666"}
        for row in clean_rows("fund_asset", 3)
    ]
    noted[1]["fiscal_account"] = "见备注"
    put_rows(folder, "fund_asset_202407.csv", *noted)


def test_nothing_that_identifies_enters_lake_report_or_log(tmp_path):
    dirty_files(tmp_path / "in")
    log, out = io.StringIO(), io.StringIO()
    with redirect_stderr(log), redirect_stdout(out):
        delivery = take_in(tmp_path / "in", tmp_path / "lake", Progress(log))
        checked = check_extracts(tmp_path / "in", Progress(log))
    assert len(standing(tmp_path / "lake", "setl_d")) >= 3
    assert len(relation(tmp_path / "lake", "quarantine_row")) >= 8
    said = log.getvalue() + out.getvalue() + delivery.report.render() + checked.render()
    assert leaks(everything(tmp_path / "lake")) == []
    assert leaks(said) == []
    told = [*relation(tmp_path / "lake", "quarantine_row"), *relation(tmp_path / "lake", "intake_note")]
    assert leaks(json.dumps(told, default=str, ensure_ascii=False)) == []


@pytest.mark.parametrize("feed", FEEDS)
def test_dropped_columns_are_absent_and_kept_ones_keyed(tmp_path, feed):
    deliver(tmp_path / "in", tmp_path / "lake", {f"{feed}_2024.csv": clean_rows(feed)})
    columns = load_feeds()[feed].columns
    for row in standing(tmp_path / "lake", feed):
        assert not {column.name for column in columns if column.privacy == "drop"} & set(row)
        for column in columns:
            if column.privacy == "pseudonymise" and row[column.name] is not None:
                assert len(row[column.name]) == 32 and set(row[column.name]) <= set("0123456789abcdef")


def test_the_pseudonym_is_pythons_and_the_same_in_every_feed(tmp_path):
    feeds = [feed for feed in FEEDS if "psn_no" in clean_row(feed)]
    deliver(tmp_path / "in", tmp_path / "lake", {f"{feed}_2024.csv": clean_rows(feed) for feed in feeds})
    found = {feed: {row["psn_no"] for row in standing(tmp_path / "lake", feed)} for feed in feeds}
    wanted = {pseudonym(person(number)) for number in range(1, 5)}
    assert found == dict.fromkeys(feeds, wanted)
    (actor, *_) = standing(tmp_path / "lake", "setl_d")
    assert actor["opter_id"] == pseudonym("OPTER_ID00001")


@pytest.mark.parametrize("identifier", ["1", "民族医院0001", "x" * 64, "y" * 65, "z" * 300, "a'b\"c;--"])
def test_the_pseudonym_of_any_text(tmp_path, identifier):
    row = clean_row("psn_info_b", psn_no=identifier)
    deliver(tmp_path / "in", tmp_path / "lake", {"psn_info_b_2024.csv": [row]})
    (found,) = standing(tmp_path / "lake", "psn_info_b")
    assert found["psn_no"] == pseudonym(identifier)


@pytest.fixture
def own_key(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("SHOUZHI_KEY_FILE", str(tmp_path / "configuration" / "key"))
    return tmp_path / "configuration" / "key"


def test_the_key_is_made_once_for_its_owner_alone(tmp_path, own_key):
    rows = clean_rows("psn_info_b")
    deliver(tmp_path / "in", tmp_path / "lake", {"psn_info_b_2024.csv": rows})
    assert stat.S_IMODE(own_key.stat().st_mode) == 0o600
    assert stat.S_IMODE(own_key.parent.stat().st_mode) & 0o077 == 0
    key = own_key.read_bytes()
    assert len(bytes.fromhex(key.decode().strip())) >= 32
    assert key.decode().strip() not in everything(tmp_path / "lake")
    deliver(tmp_path / "in2", tmp_path / "lake", {"psn_insu_d_2024.csv": clean_rows("psn_insu_d")})
    assert own_key.read_bytes() == key
    assert [row["psn_no"] for row in standing(tmp_path / "lake", "psn_info_b")] == [
        expected("psn_info_b", row)["psn_no"] for row in rows
    ]


def test_the_key_lies_in_the_configuration_folder(tmp_path, monkeypatch):
    monkeypatch.delenv("SHOUZHI_KEY_FILE")
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "user"))
    put_rows(tmp_path / "in", "psn_info_b_2024.csv", *clean_rows("psn_info_b"))
    take_in(tmp_path / "in", tmp_path / "home" / "lake")
    made = [path for path in (tmp_path / "user" / ".config" / "shouzhi").rglob("*") if path.is_file()]
    assert len(made) == 1 and stat.S_IMODE(made[0].stat().st_mode) == 0o600
    assert {path.name for path in (tmp_path / "home").iterdir()} == {"lake", "work"}
    assert not any(path.is_file() for path in (tmp_path / "home" / "work").rglob("*"))


def test_two_keys_give_two_pseudonyms(tmp_path, monkeypatch):
    found = []
    for name in ("one", "two"):
        monkeypatch.setenv("SHOUZHI_KEY_FILE", str(tmp_path / name / "key"))
        put_rows(tmp_path / "in", "psn_info_b_2024.csv", *clean_rows("psn_info_b"))
        take_in(tmp_path / "in", tmp_path / name / "lake")
        found.append({row["psn_no"] for row in standing(tmp_path / name / "lake", "psn_info_b")})
    assert found[0] & found[1] == set()


@pytest.mark.parametrize("how", ["lost", "another", "damaged"])
def test_a_lake_is_never_filled_with_another_key(tmp_path, own_key, how):
    deliver(tmp_path / "in", tmp_path / "lake", {"psn_info_b_2024.csv": clean_rows("psn_info_b")})
    if how == "lost":
        own_key.unlink()
    else:
        own_key.write_text("ab" * 32 + "\n" if how == "another" else "not hexadecimal\n")
    put_rows(tmp_path / "in2", "psn_insu_d_2024.csv", *clean_rows("psn_insu_d"))
    with pytest.raises(UserError, match="密钥"):
        take_in(tmp_path / "in2", tmp_path / "lake")
    assert own_key.exists() is (how != "lost")
    assert standing(tmp_path / "lake", "psn_insu_d") == []


def test_a_check_makes_no_key(tmp_path, own_key):
    put_rows(tmp_path / "in", "psn_info_b_2024.csv", *clean_rows("psn_info_b"))
    assert check_extracts(tmp_path / "in").exit_code == 0
    assert not own_key.exists()


def test_a_kill_leaves_no_clear_text_behind(tmp_path, monkeypatch):
    """Whatever a killed run leaves in the home or the temporary folder says nothing of a person."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    monkeypatch.setattr("tempfile.tempdir", None)
    for feed in FEEDS:
        put_rows(tmp_path / "in", f"{feed}_2024.csv", *clean_rows(feed), encoding="gb18030")

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(lake, "_write_manifest", killed)
    with pytest.raises(KeyboardInterrupt):
        take_in(tmp_path / "in", tmp_path / "home" / "lake")
    assert leaks(everything(tmp_path / "home")) == []
    assert leaks(everything(scratch)) == []


def test_nothing_is_left_in_temporary_folders(tmp_path, monkeypatch):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    monkeypatch.setattr("tempfile.tempdir", None)
    dirty_files(tmp_path / "in")
    take_in(tmp_path / "in", tmp_path / "home" / "lake")
    check_extracts(tmp_path / "in")
    assert list(scratch.iterdir()) == []
    found = {path.suffix for path in (tmp_path / "home").rglob("*") if path.is_file()}
    assert found == {".parquet", ".json"}

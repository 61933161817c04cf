"""Aggregates that are kept by month equal those of a full rebuild, whatever came in whatever order."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from shouzhi.home import Home, open_home
from shouzhi.intake import take_in
from shouzhi.progress import silent
from shouzhi.run import UNTAKEN_STATUSES
from shouzhi.warehouse import publish, replay_rows, standing
from tests.python.pipeline.feed_harness import (
    DEFAULTS,
    AggregateBuilds,
    aggregate_rows,
    replay_files,
    write_file,
)
from tests.python.pipeline.test_aggregates import reversed_row

pytestmark = pytest.mark.pipeline

SEQUENCES = int(os.environ.get("SHOUZHI_SEQUENCES", "2"))
# Two benefit years: what changes in one must leave the other alone.
MONTHS = ("202312", "202401", "202402")
COUNTIES = ("150102", "150202", "159901")
PERSONS = ("15010000000000000001", "15010000000000000002", "15010000000000000003")
ACTIONS = (
    "settle", "late", "correct", "move", "reverse", "replace", "contribute", "recontribute", "premium", "snapshot",
    "clear", "pay", "account", "again", "bill", "rebill", "person", "year", "stay", "foreign", "foretell",
    "known", "hospital",
)  # fmt: skip


@dataclass
class World:
    """What was delivered so far: what a correction or a reversal can refer to."""

    settlements: list[dict[str, Any]] = field(default_factory=list)
    contributions: list[dict[str, Any]] = field(default_factory=list)
    clearings: list[dict[str, Any]] = field(default_factory=list)
    lines: list[dict[str, Any]] = field(default_factory=list)
    files: list[tuple[str, str, list[dict[str, Any]]]] = field(default_factory=list)
    serial: int = 0

    def next(self) -> int:
        self.serial += 1
        return self.serial

    @property
    def updated(self) -> str:
        return f"2024-06-01 {self.serial // 60:02d}:{self.serial % 60:02d}:00"


def day(month: str, number: int) -> str:
    return f"{month[:4]}-{month[4:]}-{number:02d}"


def settlement(
    world: World, month: str, county: str, person: str, fund: int, service: str | None = None
) -> dict[str, Any]:
    number = world.next()
    service_day = day(service or month, 5)
    return {
        "setl_id": f"S{number}", "mdtrt_id": f"M{number}", "psn_no": person, "insu_admdvs": county,
        "setl_time": f"{day(month, 12)} 10:00:00", "begndate": service_day, "enddate": service_day,
        "hifp_pay": f"{fund}.00", "fund_pay_sumamt": f"{fund}.00", "psn_pay": f"{100 - fund}.00",
        "cash_payamt": f"{70 - fund}.00", "year": service_day[:4], "rid": f"R{number}", "updt_time": world.updated,
    }  # fmt: skip


def act(
    world: World, action: str, pick: int, month: str, county: str, person: str
) -> tuple[str, str, list[dict[str, Any]]] | None:
    """One file of a delivery: feed, label in its name, rows; nothing where there is nothing to refer to yet."""
    fund = 10 + pick
    known = world.settlements[pick % len(world.settlements)] if world.settlements else None
    match action:
        case "settle" | "late":
            service = MONTHS[max(MONTHS.index(month) - 1, 0)] if action == "late" else None
            world.settlements.append(settlement(world, month, county, person, fund, service))
            return "setl_d", month, [world.settlements[-1]]
        case "correct" | "move" | "reverse" | "foreign" | "person" | "year" if known is None:
            return None
        case "person" | "year":
            # whose it is, or which year's limits it counts against, was wrong
            number = world.next()
            changed = {"psn_no": person} if action == "person" else {"year": month[:4]}
            known.update(changed | {"updt_time": world.updated, "rid": f"R{number}"})
            return "setl_d", month, [dict(known)]
        case "stay":
            # an admission of its own person beyond the pooled cap: what moves on asks the bill
            row = settlement(world, month, county, "15010000000000000009", 0) | {
                "med_type": "21", "medfee_sumamt": "400000.00", "inscp_amt": "390000.00", "fulamt_ownpay_amt": "10000.00",
            }  # fmt: skip
            world.settlements.append(row)
            return "setl_d", month, [row]
        case "correct" | "move":
            number = world.next()
            changed = {
                "hifp_pay": f"{fund}.50",
                "fund_pay_sumamt": f"{fund}.50",
                "updt_time": world.updated,
                "rid": f"R{number}",
            }
            if action == "move":
                changed = {"setl_time": f"{day(month, 20)} 10:00:00", "updt_time": world.updated}
            known.update(changed)
            return "setl_d", month, [dict(known)]
        case "foretell":
            # a reversal of what comes later, if at all
            row = settlement(world, month, county, person, fund)
            world.settlements.append(row)
            reversal = reversed_row(row, f"S{world.next()}", day(month, 25))
            return "setl_d", month, [reversal | {"updt_time": world.updated, "rid": f"R{world.serial}"}]
        case "reverse" | "foreign":
            # foreign: under the number of somebody else
            row = reversed_row(known, f"S{world.next()}", day(month, 25)) | {
                "updt_time": world.updated,
                "rid": f"R{world.serial}",
            }
            if action == "foreign":
                row["psn_no"] = person
            return "setl_d", month, [row]
        case "replace":
            row = settlement(world, month, county, person, fund)
            world.settlements.append(row)
            return "setl_d", f"{month}_全量", [row]
        case "contribute":
            number = world.next()
            row = {
                "psn_clct_detl_id": f"C{number}", "psn_no": person, "insu_admdvs": county, "cashym": month,
                "accrym_begn": month, "accrym_end": month, "clct_time": f"{day(month, 20)} 09:00:00",
                "updt_time": world.updated, "clct_type": "30" if pick % 3 == 0 else "10",
            }  # fmt: skip
            world.contributions.append(row)
            return "staf_psn_clct_detl_d", month, [row]
        case "recontribute" if world.contributions:
            row = world.contributions[pick % len(world.contributions)]
            world.next()
            row.update(
                {"clct_flag": "1", "clct_time": f"{day(month, 28)} 09:00:00", "updt_time": world.updated}
            )
            return "staf_psn_clct_detl_d", month, [dict(row)]
        case "premium":
            number = world.next()
            time = f"{day(month, 15)} 09:00:00"
            row = {
                "rsdt_clct_detl_id": f"D{number}",
                "psn_no": person,
                "insu_admdvs": county,
                "clct_time": time,
                "updt_time": world.updated,
            }
            return "rsdt_psn_clct_detl_d", month, [row]
        case "snapshot":
            begin, end = day(MONTHS[pick % 3], 3), day(month, 17) if pick % 2 else ""
            row = {"psn_no": person, "insu_admdvs": county, "crt_insu_date": begin, "paus_insu_date": end}
            row |= {"psn_insu_stas": "4" if end else "1", "psn_insu_rlts_id": f"L{world.next()}"}
            if pick % 5 == 4:
                row |= {"insutype_retr_flag": "1", "retr_trt_begn_date": begin}
            return "psn_insu_d", month, [row]
        case "known":
            # the persons there are, one of them dead now and then: who is not among them is not known any more
            born = f"{1950 + world.next() % 50}-01-01"
            persons = [each for bit, each in enumerate(PERSONS) if pick >> bit & 1] or [person]
            dead = {"surv_stas": "2", "die_date": day(MONTHS[pick % 3], 1)}
            known_rows = [
                {"psn_no": each, "brdy": born} | (dead if pick >= 16 and each == person else {})
                for each in persons
            ]
            return "psn_info_b", month, known_rows
        case "hospital":
            name = f"医院{world.next()}"
            return (
                "fixmedins_b",
                month,
                [{"fixmedins_code": f"H1501020000{1 + pick % 2}", "fixmedins_name": name}],
            )
        case "clear":
            row = {"fee_clr_id": f"F{world.next()}", "clr_ym": month, "clr_optins": county}
            world.clearings.append(row)
            return "medins_clr_sum_d", month, [row]
        case "pay" if world.clearings:
            source = world.clearings[pick % len(world.clearings)]["fee_clr_id"]
            row = {
                "dfr_id": f"Y{world.next()}",
                "souc_sn": source,
                "fin_acen_time": f"{day(month, 27)} 00:00:00",
            }
            return "med_dfr_d", month, [row]
        case "account":
            row = {
                "acct_inc_detl_id": f"A{world.next()}",
                "psn_no": person,
                "insu_admdvs": county,
                "acct_modi_date": day(month, 21),
            }
            return "acct_inc_detl_d", month, [row]
        case "bill" if known is not None:
            # of an earlier month than the settlement, of its own, or (a mistake) of a later one; now and then of none
            number = world.next()
            fee = "100.00" if pick % 2 else "60.00"
            row = {
                "bkkp_sn": f"K{number}", "setl_id": "nothing" if pick % 7 == 0 else known["setl_id"],
                "insu_admdvs": known["insu_admdvs"], "fee_ocur_time": f"{day(month, 9)} 09:00:00", "rid": f"K{number}",
                "det_item_fee_sumamt": fee, "updt_time": world.updated,
            }  # fmt: skip
            if known.get("med_type") == "21":
                # the whole of an admission, of class B by half of the time
                row |= {
                    "setl_id": known["setl_id"],
                    "inscp_amt": known["inscp_amt"],
                    "chrgitm_lv": f"0{1 + pick % 2}",
                }
            world.lines.append(row)
            return "fee_list_d", month, [row]
        case "rebill" if world.lines:
            row = world.lines[pick % len(world.lines)]
            world.next()
            row.update({"fee_ocur_time": f"{day(month, 10)} 09:00:00", "updt_time": world.updated})
            return "fee_list_d", month, [dict(row)]
        case "again" if world.files:
            return world.files[pick % len(world.files)]
        case _:
            return None


Step = tuple[str, int, str, str, str]
step = st.tuples(
    st.sampled_from(ACTIONS), st.integers(0, 30), st.sampled_from(MONTHS), st.sampled_from(COUNTIES),
    st.sampled_from(PERSONS),
)  # fmt: skip
FIRST: list[Step] = [
    (action, number, month, county, person)
    for action in ("settle", "contribute", "premium", "account")
    for number, (month, county, person) in enumerate(zip(MONTHS, COUNTIES, PERSONS, strict=True))
] + [("bill", number, month, "150102", PERSONS[0]) for number, month in enumerate(MONTHS, start=1)]
FIRST += [("snapshot", 0, "202312", "150102", PERSONS[0]), ("clear", 1, "202401", "150102", PERSONS[0])]


def deliver(home: Home, world: World, steps: list[Step], folder: Path) -> None:
    folder.mkdir(parents=True)
    for number, (action, pick, month, county, person) in enumerate(steps):
        made = act(world, action, pick, month, county, person)
        if made is not None:
            feed, label, rows = made
            world.files.append(made)
            write_file(folder / f"{feed}_{label}_{folder.name}_{number:02d}.csv", feed, rows)
    if any(folder.iterdir()):
        report = take_in(folder, home.lake, progress=silent()).report
        refused = [each.first_reason for each in report.files if each.status_code in UNTAKEN_STATUSES]
        assert not refused, refused


@pytest.fixture(scope="module")
def builds(tmp_path_factory: pytest.TempPathFactory) -> AggregateBuilds:
    return AggregateBuilds(tmp_path_factory.mktemp("parsed"))


@pytest.fixture(autouse=True)
def key_file(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOUZHI_KEY_FILE", str(tmp_path_factory.getbasetemp() / "test_key"))


@settings(
    max_examples=SEQUENCES,
    deadline=None,
    # A failing sequence is short already; making it shorter would cost minutes.
    phases=[Phase.generate],
    derandomize=SEQUENCES <= 6,
    suppress_health_check=list(HealthCheck),
    database=None,
)
@given(later=st.lists(st.lists(step, min_size=1, max_size=5), min_size=2, max_size=3))
def test_run_after_run_equals_one_full_rebuild(
    builds: AggregateBuilds, tmp_path_factory: pytest.TempPathFactory, later: list[list[Step]]
) -> None:
    check_sequence(builds, tmp_path_factory.mktemp("sequence"), later)


def test_what_touches_rows_that_did_not_change_themselves(builds: AggregateBuilds, tmp_path: Path) -> None:
    """The replay keeps whoever is not concerned; here each delivery concerns rows that did not come with it."""
    one, other = PERSONS[:2]
    later: list[list[Step]] = [
        # of former years' rows: a bill of an admission beyond the cap, its reversal under another number, a wrong person
        [
            ("stay", 0, "202312", "150102", one),
            ("stay", 0, "202401", "150102", one),
            ("settle", 1, "202401", "150102", other),
        ],
        [
            ("bill", 3, "202312", "150102", one),
            ("bill", 4, "202401", "150102", one),
            ("person", 0, "202312", "150102", other),
        ],
        [
            ("rebill", 3, "202401", "150102", one),
            ("foreign", 3, "202402", "150102", other),
            ("year", 4, "202312", "150102", one),
        ],
        # the area's month anew: an original and the only settlement of a person are gone; what a reversal named comes after it
        [
            ("replace", 2, "202312", "150102", other),
            ("reverse", 5, "202402", "150102", one),
            ("foretell", 6, "202401", "150102", one),
        ],
        [("move", 7, "202402", "150102", one)],
    ]
    check_sequence(builds, tmp_path, later)


def check_sequence(builds: AggregateBuilds, root: Path, later: list[list[Step]]) -> None:
    """One delivery and build after another give what one build of all gives, the replay's files to the byte."""
    home = open_home(root / "home", region="neimenggu", sample_policy=True)
    world = World()
    for number, steps in enumerate([FIRST, *later]):
        deliver(home, world, steps, root / f"delivery{number}")
        started_from = builds.build(home)
        assert (started_from is None) == (number == 0)
    [newest] = standing.kept_builds(home)
    with duckdb.connect(str(standing.kept_file(home, newest)), read_only=True) as con:
        # whatever number a file and a row have in their delivery: each valid settlement once
        valid = con.execute("select setl_id from lake.setl_d where vali_flag = '1' order by 1").fetchall()
    assert [(row[0],) for row in aggregate_rows(home)["replay"]] == valid
    check_against_rebuild(builds, home)
    shutil.rmtree(root)


def check_against_rebuild(builds: AggregateBuilds, home: Home) -> None:
    """What stands after the newest build is what one build of everything gives."""
    kept_by_month = aggregate_rows(home)
    kept_files = replay_files(home)
    shutil.rmtree(home.builds)
    home.builds.mkdir()
    assert builds.build(home) is None
    made_at_once = aggregate_rows(home)
    assert sum(len(rows) for rows in made_at_once.values()) > 20
    for table, rows in made_at_once.items():
        assert kept_by_month[table] == rows, table
    assert replay_files(home) == kept_files


def test_bills_change_where_the_replay_of_the_build_before_is_lost(
    builds: AggregateBuilds, tmp_path: Path
) -> None:
    """Whose bills they are is not known then: lines are matched anew from the first month in which one changed."""
    home = open_home(tmp_path / "home", region="neimenggu", sample_policy=True)
    world = World()
    deliver(home, world, FIRST, tmp_path / "delivery0")
    assert builds.build(home) is None
    [first] = publish.finished_builds(home)
    for file in replay_rows.files_of(first):
        file.unlink()
    deliver(home, world, [("rebill", 0, "202402", "150102", PERSONS[0])], tmp_path / "delivery1")
    assert builds.build(home) == first.build_id
    check_against_rebuild(builds, home)


def test_who_lost_cover_or_is_not_known_any_more_is_looked_at_in_every_month(
    builds: AggregateBuilds, tmp_path: Path
) -> None:
    """No settlement and no contribution comes here after the first delivery: what they were in order by goes."""
    home = open_home(tmp_path / "home", region="neimenggu")
    world = World()
    one, other, third = PERSONS

    def doubtful(*steps: Step) -> tuple[set[str], set[str]]:
        deliver(home, world, list(steps), tmp_path / f"delivery{world.next()}")
        builds.build(home)
        (build_id,) = standing.kept_builds(home)
        with duckdb.connect(str(standing.kept_file(home, build_id)), read_only=True) as con:
            claims, contributions = (
                {
                    row[0]
                    for row in con.execute(
                        f"select {key} from intermediate.int_check__doubtful_{table}"
                    ).fetchall()
                }
                for key, table in (("settlement_id", "claim"), ("contribution_id", "contribution"))
            )
        return claims, contributions

    assert doubtful(
        *FIRST,
        ("snapshot", 0, "202312", "150202", other),
        ("snapshot", 0, "202312", "159901", third),
        ("known", 7, "202402", "150102", one),
        ("hospital", 0, "202402", "150102", one),
    ) == (set(), set())
    claims = {row["psn_no"]: row["setl_id"] for row in world.settlements}
    due = {row["psn_no"]: row["psn_clct_detl_id"] for row in world.contributions}
    # cover that begins a month later than it did
    assert doubtful(("snapshot", 1, "202402", "150102", one)) == ({claims[one]}, set())
    # cover that ends before it did, and a retirement before what was paid
    assert doubtful(
        ("snapshot", 3, "202401", "159901", third), ("snapshot", 9, "202402", "150202", other)
    ) == ({claims[one], claims[third]}, {due[other]})
    # one who is not known any more, and one who had died before the service
    found = doubtful(("known", 19, "202402", "150102", other))
    assert found[0] == set(claims.values())
    assert found[1] > {due[other], due[third]}
    check_against_rebuild(builds, home)
    # all that was in order is back, but under an institution that is not known
    assert doubtful(
        ("snapshot", 0, "202402", "150102", one),
        ("snapshot", 0, "202402", "150202", other),
        ("snapshot", 0, "202402", "159901", third),
        ("known", 7, "202402", "150102", one),
    ) == (set(), set())
    assert doubtful(("hospital", 1, "202402", "150102", one)) == (set(claims.values()), set())


def test_only_the_months_that_changed_are_written_anew(builds: AggregateBuilds, tmp_path: Path) -> None:
    """The file of a month left alone is the same file in the next build; a reversal's own month is another file."""
    home = open_home(tmp_path / "home", region="neimenggu", sample_policy=True)
    world = World()
    deliver(home, world, FIRST, tmp_path / "delivery0")
    builds.build(home)
    deliver(home, world, [("reverse", 1, "202402", "150102", PERSONS[0])], tmp_path / "delivery1")
    builds.build(home)
    first, second = sorted(build.folder for build in publish.finished_builds(home))
    files = {
        name: [folder / "rows" / "benefit" / f"{name}.parquet" for folder in (first, second)]
        for name in ("2023_202312", "2024_202401", "2024_202402")
    }
    assert {name: one.samefile(other) for name, (one, other) in files.items()} == {
        "2023_202312": True,
        "2024_202401": True,
        "2024_202402": False,
    }
    with duckdb.connect() as con:
        counts = [
            con.execute(f"select count(*) from '{file}' where status_code = 'replayed'").fetchone()
            for file in files["2024_202402"]
        ]
    assert counts == [(0,), (1,)]


def test_only_the_months_that_changed_are_made_anew(builds: AggregateBuilds, tmp_path: Path) -> None:
    """A mark that only a month left alone can keep: it survives the next run, and a new code makes it disappear."""
    home = open_home(tmp_path / "home", region="neimenggu")
    world = World()
    deliver(home, world, FIRST, tmp_path / "delivery0")
    assert builds.build(home) is None
    [first] = publish.finished_builds(home)
    with duckdb.connect(str(standing.kept_file(home, first.build_id))) as con:
        con.execute(
            "update core.agg_settlement_month set medical_fee_yuan = 777 where event_month <> '202401'"
        )
        con.execute(
            "update core.agg_settlement_month set medical_fee_yuan = 888 where event_month = '202401'"
        )
    deliver(home, world, [("late", 3, "202401", "150102", PERSONS[0])], tmp_path / "delivery1")
    assert builds.build(home) == first.build_id

    def fees() -> dict[str, int]:
        (build_id,) = standing.kept_builds(home)
        with duckdb.connect(str(standing.kept_file(home, build_id)), read_only=True) as con:
            rows = con.execute(
                "select event_month, cast(sum(medical_fee_yuan) as integer) from core.agg_settlement_month group by 1"
            ).fetchall()
        return dict(rows)

    assert fees() == {"202312": 777, "202401": 200, "202402": 777}
    # Another version of the product, and another region, start from nothing.
    assert builds.build(home, code_hash="other") is None
    fee = int(float(DEFAULTS["setl_d"]["medfee_sumamt"]))
    assert fees() == {"202312": fee, "202401": 2 * fee, "202402": fee}

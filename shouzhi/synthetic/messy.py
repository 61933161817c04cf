"""Scenario ``messy``: the dirty habits of real extracts, planted on a sample that is otherwise steady.

Every habit takes one file of one month (counted from the first) and leaves the money as it was: what must not be
loaded is added as a copy, so that the funds still reconcile. ``truth/habits.json`` says what stands where.
"""

import csv
import shutil
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter

from shouzhi.intake.contract import load_feeds
from shouzhi.synthetic.settings import Plan, month_code
from shouzhi.synthetic.statutory_table import WRITTEN_AT

Row = dict[str, str]
PHARMACY, ORDINARY = "41", ("11", "110104")
_FULL_WIDTH = str.maketrans("0123456789.", "０１２３４５６７８９．")


@dataclass
class Mess:
    """The folder, the month of a serial number, and what was planted so far."""

    out: Path
    plan: Plan
    planted: list[dict[str, Any]] = field(default_factory=list)

    def path(self, feed: str, serial: int) -> Path | None:
        """The feed's file of a month of the run; None where the run is shorter or there is no such file."""
        found = sorted(self.out.glob(f"{feed}_{month_code(self.plan.start + serial - 1)}*.csv"))
        return found[0] if serial <= self.plan.months and found else None

    def plant(self, habit: str, path: Path, expected: str, rows: int = 0, **more: Any) -> None:
        name = path.relative_to(self.out).as_posix()
        self.planted.append({"habit": habit, "file": name, "expected": expected, "rows": rows} | more)


def read(path: Path) -> tuple[list[str], Iterator[Row]]:
    """Header and rows of a file that the sample wrote."""
    handle = path.open(encoding="utf-8", newline="")
    reader = csv.DictReader(handle)
    return list(reader.fieldnames or []), iter(reader)


def write(
    path: Path,
    header: list[str],
    rows: Iterator[Row],
    *,
    encoding: str = "utf-8",
    titles: list[str] | None = None,
    delimiter: str = ",",
    after: Callable[[int], list[list[str]]] = lambda _: [],
) -> int:
    """Write rows under ``titles``; ``after`` gives raw lines that follow the n-th row (−1: the end)."""
    temporary = path.with_name(path.name + ".part")
    count = 0
    with temporary.open("w", encoding=encoding, newline="") as handle:
        writer = csv.writer(handle, delimiter=delimiter, lineterminator="\r\n")
        writer.writerow(titles or header)
        for row in rows:
            count += 1
            writer.writerow([row[column] for column in header])
            writer.writerows(after(count))
        writer.writerows(after(-1))
    temporary.replace(path)
    return count


def chinese_titles(feed: str, header: list[str]) -> list[str]:
    labels = {column.name: column.label for column in load_feeds()[feed].columns}
    return [labels.get(column, column) for column in header]


def mess_up(out: Path, plan: Plan) -> list[dict[str, Any]]:
    """Plant every habit that the length of the run allows; returns what was planted."""
    mess = Mess(out, plan)
    for habit in (
        _encodings,
        _deliveries,
        _clutter,
        _unusable,
        _dates,
        _units,
        _layouts,
        _broken_rows,
        _containers,
        _missing_and_bad,
    ):
        habit(mess)
    return mess.planted


def _encodings(mess: Mess) -> None:
    for feed, serial, encoding, has_titles in (
        ("setl_d", 2, "gb18030", True),
        ("staf_psn_clct_detl_d", 2, "utf-8-sig", False),
        ("acct_pay_detl_d", 2, "gbk", True),
        ("rsdt_psn_clct_detl_d", 2, "utf-16", True),
    ):
        path = mess.path(feed, serial)
        if path is None:
            continue
        header, rows = read(path)
        count = write(
            path, header, rows, encoding=encoding, titles=chinese_titles(feed, header) if has_titles else None
        )
        mess.plant(f"encoding {encoding}", path, "loaded", count)


def _deliveries(mess: Mess) -> None:
    path = mess.path("setl_d", 3)
    if path is not None:
        copy = path.with_name(f"{path.stem}_副本.csv")
        shutil.copyfile(path, copy)
        mess.plant("same file twice", copy, "duplicate, no effect")
    path = mess.path("setl_d", 4)
    if path is not None:
        header, rows = read(path)
        chosen = [row for row, _ in zip(_normal(rows), range(5), strict=False)]
        for row in chosen:  # one yuan of the self-paid part was booked wrongly; no fund is touched
            row["fulamt_ownpay_amt"] = _plus(row["fulamt_ownpay_amt"], -1)
            row["preselfpay_amt"] = _plus(row["preselfpay_amt"], 1)
            row["updt_time"] = row["updt_time"][:10] + " 23:00:00"
        corrected = path.with_name(f"{path.stem}_更正.csv")
        write(corrected, header, iter(chosen))
        mess.plant(
            "corrected delivery", corrected, "the newer rows stand, the older are superseded", len(chosen)
        )
    path = mess.path("staf_psn_clct_detl_d", 4)
    if path is not None:
        header, rows = read(path)
        chosen = [row for row, _ in zip(rows, range(10), strict=False)]
        overlapping = path.with_name(f"{path.stem}_补发.csv")
        write(overlapping, header, iter(chosen))
        mess.plant("overlapping delivery", overlapping, "superseded by equal rows", len(chosen))
    path = mess.path("acct_inc_detl_d", 6)
    if path is not None:
        whole = path.rename(path.with_name(f"{path.stem}_全量.csv"))
        mess.plant("file marked 全量", whole, "replaces its feed, areas and month")


def _clutter(mess: Mess) -> None:
    """Totals, repeated headers, blank rows, separators, full-width digits, spaces, tabs and quotes."""
    path = mess.path("setl_d", 5)
    if path is None:
        return
    header, rows = read(path)
    total = Decimal(0)

    def dirty() -> Iterator[Row]:
        nonlocal total
        for number, row in enumerate(rows):
            total += Decimal(row["fund_pay_sumamt"])
            match number % 6:
                case 0:
                    row["medfee_sumamt"] = f"{Decimal(row['medfee_sumamt']):,.2f}"
                case 1:
                    row["fund_pay_sumamt"] = row["fund_pay_sumamt"].translate(_FULL_WIDTH)
                case 2:
                    row["insu_admdvs"] += "  "
                    row["med_type"] = " " + row["med_type"]
                case 3:
                    row["setl_id"] = "\t" + row["setl_id"]
                case 4:
                    row["psn_no"] = "'" + row["psn_no"]
            yield row

    def after(number: int) -> list[list[str]]:
        if number == 40:
            return [header]
        if number == -1:
            sums = ["" for _ in header]
            sums[0], sums[header.index("fund_pay_sumamt")] = "合计", f"{total:.2f}"
            return [sums, ["" for _ in header], ["" for _ in header]]
        return []

    count = write(path, header, dirty(), after=after)
    mess.plant("clutter", path, "cleaned and loaded; header, total and blank rows are non-data", count)


def _unusable(mess: Mess) -> None:
    path = mess.path("staf_psn_clct_detl_d", 6)
    if path is None:
        return
    header, rows = read(path)
    yuan = Decimal(0)

    def more() -> Iterator[Row]:
        nonlocal yuan
        for number, row in enumerate(rows):
            yield row
            if number < 3:
                copy = dict(row, psn_clct_detl_id=f"{Decimal(row['psn_clct_detl_id']):.2E}")
                yuan += Decimal(copy["clct_sumamt"])
                yield copy

    write(path, header, more())
    mess.plant("identifier in scientific notation", path, "quarantined", 3, yuan=str(yuan))


def _dates(mess: Mess) -> None:
    path = mess.path("acct_inc_detl_d", 4)
    if path is None:
        return
    header, rows = read(path)
    yuan = Decimal(0)

    def written(text: str, kind: int) -> str:
        day = date.fromisoformat(text)
        forms = (
            text,
            f"{day:%Y%m%d}",
            f"{day.year}/{day.month}/{day.day}",
            f"{text} 00:00:00",
            str((day - date(1899, 12, 30)).days),
        )
        return forms[kind]

    def dated() -> Iterator[Row]:
        nonlocal yuan
        for number, row in enumerate(rows):
            if number == 0:
                wrong = dict(row, acct_inc_detl_id="9" + row["acct_inc_detl_id"], acct_modi_date="2022-02-30")
                yuan += Decimal(row["inc_sumamt"])
                yield wrong
            row["acct_modi_date"] = written(row["acct_modi_date"], number % 5)
            yield row

    count = write(path, header, dated())
    mess.plant("dates in five ways", path, "parsed and loaded", count - 1)
    mess.plant("impossible date", path, "quarantined", 1, yuan=str(yuan))


def _units(mess: Mess) -> None:
    amounts = ("fiscal_account", "income_account", "expenditure_account", "advances", "payables", "loans")
    for serial, says_so in ((5, True), (8, False)):
        path = mess.path("fund_asset", serial)
        if path is None:
            continue
        header, rows = read(path)

        def in_wan(rows: Iterator[Row] = rows) -> Iterator[Row]:
            for row in rows:
                for column in amounts:
                    row[column] = str(Decimal(row[column]).scaleb(-4))
                yield row

        titles = [
            f"{title}（万元）" if column in amounts else title
            for column, title in zip(header, chinese_titles("fund_asset", header), strict=True)
        ]
        count = write(path, header, in_wan(), titles=titles if says_so else None)
        if says_so:
            mess.plant("unit in the header", path, "loaded as yuan", count)
        else:
            mess.plant(
                "万元 that does not say so",
                path,
                "loaded; the balance does not agree with where it is held (M12)",
                count,
            )


def _layouts(mess: Mess) -> None:
    path = mess.path("setl_d", 8)
    if path is not None:
        header, rows = read(path)
        turned = [*reversed(header), "hosp_memo"]
        count = write(path, turned, (row | {"hosp_memo": "备用"} for row in rows))
        mess.plant(
            "other column order and an unknown column", path, "loaded; the unknown column is kept out", count
        )
    path = mess.path("med_dfr_detl_d", 5)
    if path is not None:
        header, rows = read(path)
        count = write(path, header, rows, titles=[column.upper() for column in header])
        mess.plant("upper-case header", path, "loaded", count)
    path = mess.path("med_dfr_d", 4)
    if path is not None:
        header, rows = read(path)
        text = path.with_suffix(".txt")
        count = write(
            text, header, ({k: v or "null" for k, v in row.items()} for row in rows), delimiter="\t"
        )
        path.unlink()
        mess.plant("tab-separated text with null", text, "loaded", count)


def _broken_rows(mess: Mess) -> None:
    """Rows that are loaded and flagged; what a fund paid stays as it was."""
    path = mess.path("setl_d", 9)
    if path is None:
        return
    # rows that no accumulator counts, where there are any: what later settlements are paid by stays known
    taken_back = [row for row in read(path)[1] if row["init_setl_id"]]
    negative = min(taken_back, key=lambda row: row["med_type"] != PHARMACY, default={"setl_id": ""})[
        "setl_id"
    ]
    header, rows = read(path)
    counts = {
        "broken identity": 0,
        "orphan person": 0,
        "unknown code": 0,
        "date in the future": 0,
        "negative without a reversal": 0,
    }

    def broken() -> Iterator[Row]:
        normal = 0
        for row in rows:
            if row["setl_id"] == negative:
                row["init_setl_id"] = ""
                counts["negative without a reversal"] += 1
            elif row["refd_setl_flag"] == "0" and row["pay_loc"] == "2" and row["med_type"] == PHARMACY:
                normal += 1
                if normal <= 3:
                    row["cash_payamt"] = _plus(row["cash_payamt"], 10)
                    counts["broken identity"] += 1
                elif normal <= 6:
                    row["psn_no"] = "15009999999999999" + f"{normal:03d}"
                    counts["orphan person"] += 1
                elif normal <= 8:
                    row["med_type"] = "8888"
                    counts["unknown code"] += 1
                elif normal == 9:
                    row["enddate"] = "2099-01-01"
                    counts["date in the future"] += 1
            yield row

    write(path, header, broken())
    for habit, count in counts.items():
        mess.plant(habit, path, "loaded and flagged", count)


def _containers(mess: Mess) -> None:
    path = mess.path("rsdt_psn_clct_detl_d", 11)
    if path is not None:
        archive = mess.out / f"居民缴费_{month_code(mess.plan.start + 10)}.zip"
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as container:
            # a fixed time keeps the archive's content the same on every run
            container.writestr(zipfile.ZipInfo(path.name, (2000, 1, 1, 0, 0, 0)), path.read_bytes())
        path.unlink()
        mess.plant("inside a zip", archive, "loaded")
    path = mess.path("medins_clr_sum_d", 6)
    if path is not None:
        folder = mess.out / "二季度"
        folder.mkdir(exist_ok=True)
        moved = path.rename(folder / path.name)
        mess.plant("in a sub-folder", moved, "loaded")
    path = mess.path("fin_subsidy", 3)
    if path is not None:
        header, rows = read(path)
        book = path.with_suffix(".xlsx")
        workbook = xlsxwriter.Workbook(str(book))
        workbook.set_properties({"created": WRITTEN_AT})
        sheet = workbook.add_worksheet("财政补助")
        sheet.write_row(0, 0, chinese_titles("fin_subsidy", header))
        count = 0
        for count, row in enumerate(rows, start=1):
            for place, column in enumerate(header):
                if column in {"heads", "standard", "due_amt", "arrived_amt"}:
                    sheet.write_number(count, place, float(row[column]))
                else:
                    sheet.write_string(count, place, row[column])
        workbook.close()
        path.unlink()
        mess.plant("Excel workbook", book, "loaded", count)


def _missing_and_bad(mess: Mess) -> None:
    path = mess.path("acct_pay_detl_d", 9)
    if path is not None:
        path.unlink()
        mess.plant("missing file", path, "the month is shown as not delivered")
    path = mess.path("insu_emp_info_b", 12)
    if path is not None:
        header, rows = read(path)
        lacking = path.with_name(f"{path.stem}_补.csv")
        write(lacking, [column for column in header if column != "emp_type"], rows)
        mess.plant("missing column", lacking, "rejected: emp_type is missing")
    bad = mess.out / f"setl_d_{month_code(mess.plan.start)}_坏.xlsx"
    bad.write_bytes(b"PK\x03\x04" + bytes(range(256)) * 8)
    mess.plant("file that cannot be read", bad, "rejected, the rest loads")


def _normal(rows: Iterator[Row]) -> Iterator[Row]:
    """Settlements of ordinary care that nothing else points to, no lines either."""
    return (
        row
        for row in rows
        if row["refd_setl_flag"] == "0"
        and row["med_type"] in ORDINARY
        and Decimal(row["fulamt_ownpay_amt"]) > 1
    )


def _plus(text: str, yuan: int) -> str:
    return f"{Decimal(text) + yuan:.2f}"

"""Rows of the business feeds made from the contract alone, files of any form, and what the lake must hold of them.

Nothing here uses the reader: a clean row is written by the contract's column types, and ``expected`` says in plain
Python what the lake must hold of it.
"""

import csv
import datetime as dt
import hashlib
import hmac
import io
import os
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

from shouzhi.intake import register, take_in
from shouzhi.intake.contract import Column, Feed, load_feeds

FEEDS = [
    "setl_d",
    "fee_list_d",
    "staf_psn_clct_detl_d",
    "rsdt_psn_clct_detl_d",
    "psn_insu_d",
    "psn_info_b",
    "fixmedins_b",
    "medins_clr_sum_d",
    "fund_asset",
    "fin_subsidy",
]
GIVEN = {
    "insutype": "310",
    "insu_admdvs": "150102",
    "fix_blng_admdvs": "150102",
    "clr_optins": "150199",
    "admdvs": "150100",
    "fund_code": "310100",
    "level": "中央",
    "revs_flag": "Z",
    "fixmedins_name": "某某市䶮记医院",
    "year": "2024",
}
SECRETS = {
    "name": "欧阳密秘",
    "acctname": "欧阳密秘",
    "certno": "150104196512308888",
    "cert_no": "150104196512308888",
    "tel": "13947106666",
    "fax": "04716543210",
    "addr": "密秘路六十六号",
    "email": "mimi@secret.example",
    "invono": "INVOSECRET66",
}
SECRET_WORDS = sorted(set(SECRETS.values()))
Row = dict[str, str]


def person(number: int) -> str:
    """A personal number of eighteen digits, which a spreadsheet would cut to fifteen."""
    return f"15010419800101{number:04d}"


def day(number: int) -> dt.date:
    """Twenty days a row, so that a few rows lie in several months."""
    return dt.date(2024, 1, 5) + dt.timedelta(days=20 * (number - 1))


def clean_row(feed: str, number: int = 1, **given: str) -> Row:
    """A clean row with every column of the contract, those that must not enter the lake included."""
    columns = load_feeds()[feed].columns
    row = {column.name: _clean(column, index, number) for index, column in enumerate(columns, start=1)}
    if feed == "psn_info_b":
        row["psn_no"] = person(number)
    return {**row, **given}


def _clean(column: Column, index: int, number: int) -> str:
    if column.privacy == "drop":
        return next((value for word, value in SECRETS.items() if word in column.name), "01")
    if column.name in GIVEN:
        return GIVEN[column.name]
    if column.name in {"psn_no", "init_psn_no"}:
        return person(number if column.name == "psn_no" else number + 5000)
    date = day(number)
    return {
        "id": f"{column.name.upper()}{number:05d}",
        "code": next(iter(column.codes), "11"),
        "flag": next(iter(column.codes), "0"),
        "area": "150102",
        "text": f"文字{number}",
        "date": date.isoformat(),
        "datetime": f"{date} 08:{number % 60:02d}:30",
        "month": f"{date:%Y%m}",
        "period": f"{date:%Y%m}",
        "year": f"{date:%Y}",
        "amount": f"{100 * number + index}.{number % 100:02d}",
        "ratio": "0.065",
        "number": str(number),
    }[column.type]


def clean_rows(feed: str, count: int = 4) -> list[Row]:
    """Clean rows; the second one has no optional values, and periods of ``fund_asset`` differ."""
    rows = [clean_row(feed, number) for number in range(1, count + 1)]
    for index, row in enumerate(rows, start=1):
        if "period" in row:
            row["period"] = f"2024{index:02d}"
    for column in load_feeds()[feed].columns:
        if column.required == "no" and len(rows) > 1 and column.privacy is None:
            rows[1][column.name] = ""
    return rows


def key_bytes() -> bytes:
    return bytes.fromhex(Path(os.environ["SHOUZHI_KEY_FILE"]).read_text(encoding="ascii").strip())


def pseudonym(identifier: str) -> str:
    return hmac.new(key_bytes(), identifier.encode(), hashlib.sha256).hexdigest()[:32]


def expected(feed: str, row: Mapping[str, str]) -> dict[str, Any]:
    """What the lake must hold of a clean row."""
    return {
        column.name: _typed(column, row.get(column.name, ""))
        for column in load_feeds()[feed].columns
        if column.privacy != "drop"
    }


def _typed(column: Column, text: str) -> Any:
    if text == "":
        return None
    if column.privacy == "pseudonymise":
        return pseudonym(text)
    if column.type == "date":
        return dt.date.fromisoformat(text)
    if column.type == "datetime":
        return dt.datetime.fromisoformat(text)
    scale = {"amount": "0.01", "ratio": "0.000001", "number": "0.0001"}.get(column.type)
    return Decimal(text).quantize(Decimal(scale)) if scale else text


def text_table(
    rows: Sequence[Mapping[str, str]],
    names: Sequence[str] | None = None,
    *,
    header: Sequence[str] | None = None,
    delimiter: str = ",",
    line_end: str = "\n",
    quoting: int = csv.QUOTE_MINIMAL,
    blank: str = "",
) -> str:
    """A text table of rows; ``header`` replaces the columns' names."""
    names = list(names or rows[0])
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=delimiter, lineterminator=line_end, quoting=quoting)
    writer.writerow(header or names)
    for row in rows:
        writer.writerow([row.get(name, "") or blank for name in names])
    return stream.getvalue()


def labels(feed: str, names: Iterable[str]) -> list[str]:
    """The Chinese headers of columns."""
    return [load_feeds()[feed].column(name).label for name in names]


def put(folder: Path, name: str, content: str | bytes, encoding: str = "utf-8") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def put_rows(folder: Path, name: str, *rows: Mapping[str, str], encoding: str = "utf-8") -> Path:
    return put(folder, name, text_table(rows), encoding)


def put_workbook(
    path: Path, sheets: Mapping[str, Sequence[Sequence[Any]]], hidden: Iterable[str] = ()
) -> Path:
    """Write sheets of cells; dates get a date format, text stays text."""
    path.parent.mkdir(parents=True, exist_ok=True)
    book = xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd hh:mm:ss"})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for row_index, cells in enumerate(rows):
            for column_index, value in enumerate(cells):
                if isinstance(value, str):
                    sheet.write_string(row_index, column_index, value)
                elif value is not None:
                    sheet.write(row_index, column_index, value)
        if name in hidden:
            sheet.hide()
    book.close()
    return path


def native(feed: str, row: Mapping[str, str], names: Sequence[str]) -> list[Any]:
    """Cells as a spreadsheet keeps them: dates as dates, money as numbers, identifiers as text."""
    return [_native(load_feeds()[feed].column(name), row[name]) for name in names]


def _native(column: Column, text: str) -> Any:
    if text == "" or column.privacy:
        return text or None
    if column.type in {"date", "datetime"}:
        return dt.datetime.fromisoformat(text)
    return float(text) if column.type in {"amount", "ratio", "number"} else text


def parquet_bytes(feed: Feed, rows: Sequence[Mapping[str, str]], *, typed: bool) -> bytes:
    """A Parquet file: all text, or with decimals, timestamps, and codes without a leading zero as integers."""
    arrays: dict[str, pa.Array] = {}
    for column in feed.columns:
        texts = [row[column.name] or None for row in rows]
        arrays[column.name] = _array(column, texts) if typed else pa.array(texts, pa.string())
    stream = io.BytesIO()
    pq.write_table(pa.table(arrays), stream)
    return stream.getvalue()


def _array(column: Column, texts: list[str | None]) -> pa.Array:
    if column.privacy:
        return pa.array(texts, pa.string())
    if column.type == "amount":
        return pa.array([Decimal(text) if text else None for text in texts], pa.decimal128(18, 2))
    if column.type == "ratio":
        return pa.array([float(text) if text else None for text in texts], pa.float64())
    if column.type == "date":
        return pa.array([dt.date.fromisoformat(text) if text else None for text in texts], pa.date32())
    if column.type == "datetime":
        moments = [dt.datetime.fromisoformat(text) if text else None for text in texts]
        return pa.array(moments, pa.timestamp("us"))
    is_whole = all(text is None or (text.isdigit() and text[0] != "0") for text in texts)
    if column.type in {"code", "month", "year", "number", "area"} and is_whole:
        return pa.array([int(text) if text else None for text in texts], pa.int64())
    return pa.array(texts, pa.string())


_OPEN: dict[str, tuple[object, duckdb.DuckDBPyConnection]] = {}


def registered(lake: Path) -> duckdb.DuckDBPyConnection:
    """A connection with the lake's relations; the last one is kept until its lake gets another delivery."""
    manifest = sorted(path.name for path in (lake / "manifest").glob("*.json"))
    mark = (str(lake), manifest)
    if "last" not in _OPEN or _OPEN["last"][0] != mark:
        if "last" in _OPEN:
            _OPEN.pop("last")[1].close()
        connection = duckdb.connect()
        register(connection, lake)
        _OPEN["last"] = (mark, connection)
    return _OPEN["last"][1]


def relation(lake: Path, name: str, order: str = "all") -> list[dict[str, Any]]:
    """A relation of schema ``lake`` as Python rows."""
    cursor = registered(lake).cursor()
    return cursor.execute(f"select * from lake.{name} order by {order}").to_arrow_table().to_pylist()


def standing(lake: Path, feed: str) -> list[dict[str, Any]]:
    """What stands of a feed, in order of delivery, file and row."""
    return relation(lake, feed, "delivery_no, file_no, row_id")


def contract_part(feed: str, row: Mapping[str, Any]) -> dict[str, Any]:
    names = [column.name for column in load_feeds()[feed].columns if column.privacy != "drop"]
    return {name: row[name] for name in names}


def loaded(lake: Path, feed: str) -> list[dict[str, Any]]:
    """The contract's columns of what stands, in the order of the rows."""
    return [contract_part(feed, row) for row in standing(lake, feed)]


def deliver(
    folder: Path, lake: Path, files: Mapping[str, Sequence[Mapping[str, str]] | str | bytes]
) -> list[dict[str, Any]]:
    """Take in files (rows, text or bytes) of a fresh folder as one delivery, prove it conserved; its file records."""
    for name, content in files.items():
        put(folder, name, content if isinstance(content, str | bytes) else text_table(content))
    delivery = take_in(folder, lake)
    assert_conserved(lake)
    records = relation(lake, "intake_file", "delivery_no, file_no")
    return [record for record in records if record["delivery_no"] == delivery.delivery_no]


def assert_conserved(lake: Path) -> None:
    """Received = loaded + superseded + quarantined, in rows and yuan, for every file; and what stands is it."""
    control = relation(lake, "feed_control")
    quarantined = relation(lake, "quarantine_row")
    sums: dict[tuple[int, int], list[Any]] = {}
    for row in control:
        for unit in ("count", "yuan"):
            parts = [row[f"{part}_{unit}"] for part in ("loaded", "superseded", "quarantined")]
            assert None not in parts, row
            assert row[f"received_{unit}"] == sum(parts), row
            assert row["loaded_count"] >= 0 and row["superseded_count"] >= 0, row
        found = sums.setdefault((row["delivery_no"], row["file_no"]), [0] * 8)
        names = [f"{part}_{unit}" for part in PARTS for unit in ("count", "yuan")]
        sums[row["delivery_no"], row["file_no"]] = [
            total + row[name] for total, name in zip(found, names, strict=True)
        ]
    for record in relation(lake, "intake_file", "delivery_no, file_no"):
        if record["feed_code"] in (None, "fund_statement") or record["status_code"] != "loaded":
            continue
        key = (record["delivery_no"], record["file_no"])
        total = dict(
            zip([f"{part}_{unit}" for part in PARTS for unit in ("count", "yuan")], sums[key], strict=True)
        )
        assert {name: record[name] for name in total} == total, record["file_name"]
        kept = [
            row
            for row in quarantined
            if (row["delivery_no"], row["content_hash"]) == (key[0], record["content_hash"])
        ]
        assert len(kept) == total["quarantined_count"], record["file_name"]
        assert sum(row["amount_yuan"] or 0 for row in kept) == total["quarantined_yuan"]
    for feed in {row["feed_code"] for row in control}:
        amount = load_feeds()[feed].control_amount
        stands: dict[tuple[int, int], list[Any]] = {}
        for row in standing(lake, feed):
            found = stands.setdefault((row["delivery_no"], row["file_no"]), [0, 0])
            found[0] += 1
            found[1] += row[amount] if amount else 0
        for row in control:
            if row["feed_code"] == feed:
                key = (row["delivery_no"], row["file_no"])
                assert stands.get(key, [0, 0]) == sums[key][2:4], (feed, key)


PARTS = ("received", "loaded", "superseded", "quarantined")

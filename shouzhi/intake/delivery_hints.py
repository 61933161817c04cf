"""Hints over all files of a check: unknown areas, one key given twice, a closing balance that does not follow.

They are for the report only. The seeds are read to word a hint; what is loaded never depends on them.
"""

import csv
import re
from functools import cache

import duckdb
import pyarrow as pa

from shouzhi.home import PRODUCT_ROOT
from shouzhi.intake.parsed import Note
from shouzhi.intake.vocabulary import normalise_word

_SHOWN = 10
_KEY = "admdvs, admdvs_name, fund_code, statement_code, period_type, period_code"
_TWICE = f"""
with listed as (
    select
        given.*,
        row_number() over line as place_no,
        count(*) over same as given_count,
        max(amount_yuan) over same - min(amount_yuan) over same as spread_yuan,
        max(precision_yuan) over same as coarsest_yuan,
        first_value(file_name) over line as first_file,
        first_value(cell_ref) over line as first_cell,
        first_value(amount_yuan) over line as first_yuan
    from given
    window
        same as (
            partition by {_KEY}, measure_code, side_code, given_account_code, account_name, is_of_which,
            parent_account_name
        ),
        line as (
            partition by {_KEY}, measure_code, side_code, given_account_code, account_name, is_of_which,
            parent_account_name
            order by file_no, record_no
        )
)

select file_no, sheet_name, row_number, cell_ref, account_name, amount_yuan, first_file, first_cell, first_yuan
from listed
where given_count > 1 and spread_yuan > coarsest_yuan and place_no = given_count
order by file_no, record_no
"""
_CLOSING = f"""
with named as (
    select given.*, named_account.account_code
    from given
    -- one row a name
    inner join named_account on named_account.account_name = given.account_name
    where given.period_type = 'year'
),

keyed as (
    select
        {_KEY},
        max(amount_yuan) filter (where account_code = 'opening_balance') as opening_yuan,
        max(amount_yuan) filter (where account_code = 'income_total') as income_yuan,
        max(amount_yuan) filter (where account_code = 'expenditure_total') as expenditure_yuan,
        max(amount_yuan) filter (where account_code = 'closing_balance') as closing_yuan,
        min(file_no) filter (where account_code = 'closing_balance') as file_no,
        min(sheet_name) filter (where account_code = 'closing_balance') as sheet_name,
        min(row_number) filter (where account_code = 'closing_balance') as row_number,
        min(cell_ref) filter (where account_code = 'closing_balance') as cell_ref,
        max(precision_yuan) as coarsest_yuan
    from named
    group by {_KEY}
    having count(*) = count(distinct account_code)
)

select file_no, sheet_name, row_number, cell_ref, period_code, closing_yuan, opening_yuan, income_yuan,
    expenditure_yuan
from keyed
where abs(closing_yuan - (opening_yuan + income_yuan - expenditure_yuan)) > 2 * coarsest_yuan
order by file_no, row_number, cell_ref
"""


def delivery_hints(files: list[tuple[str, pa.Table]]) -> dict[int, list[Note]]:
    """Return the hints on the files (name and accepted rows), by the index of the file they stand at."""
    hints: dict[int, list[Note]] = {}
    for index, (_, rows) in enumerate(files):
        hints.setdefault(index, []).extend(_unknown_areas(rows))
    tables = [
        rows.append_column("file_no", pa.array([index] * rows.num_rows, pa.int32())).append_column(
            "file_name", pa.array([name] * rows.num_rows, pa.string())
        )
        for index, (name, rows) in enumerate(files)
    ]
    if not tables:
        return {}
    with duckdb.connect() as connection:
        connection.execute("set enable_progress_bar = false")
        connection.register("given", pa.concat_tables(tables))
        connection.register("named_account", _named_accounts())
        twice, closings = connection.execute(_TWICE).fetchall(), connection.execute(_CLOSING).fetchall()
    for index, sheet, row, cell, account, yuan, file_name, first_cell, first_yuan in twice[:_SHOWN]:
        text = (
            f"“{account or ''}”给了不止一次，金额不同：{file_name} 的 {first_cell} 是 {first_yuan:,.2f} 元，"
            f"这里是 {yuan:,.2f} 元，以后一个为准，请核对"
        )
        hints[index].append(Note("warning", "given_twice", text, sheet, row, cell))
    for index, sheet, row, cell, period, closing, opening, income, spent in closings[:_SHOWN]:
        text = (
            f"{period} 期末结余 {closing:,.2f} 元，与 上年结余 {opening:,.2f} ＋ 收入合计 {income:,.2f}"
            f" － 支出合计 {spent:,.2f} ＝ {opening + income - spent:,.2f} 元 不等，请核对"
        )
        hints[index].append(Note("warning", "closing_differs", text, sheet, row, cell))
    return hints


def _unknown_areas(rows: pa.Table) -> list[Note]:
    pairs = rows.select(["admdvs", "admdvs_name"]).group_by(["admdvs", "admdvs_name"]).aggregate([])
    known = _known_areas()
    names = sorted(
        {
            " ".join(filter(None, (pair["admdvs"], pair["admdvs_name"])))
            for pair in pairs.to_pylist()
            if known and not _is_known(pair["admdvs"], pair["admdvs_name"], known)
        }
    )
    return [
        Note("warning", "unknown_area", f"不认识的区划“{name}”：照收，自成一个地区，不进全区合计，请核对")
        for name in names[:_SHOWN]
    ]


def _is_known(code: str | None, name: str | None, known: frozenset[str]) -> bool:
    if code:
        return code[:6] in known
    word = normalise_word(name)
    return word in known or re.sub(r"^[\u4e00-\u9fff]{2,6}?(自治区|省)", "", word) in known


@cache
def _known_areas() -> frozenset[str]:
    areas = (row[name] for row in _seed("area") for name in ("admdvs", "area_name", "area_short_name"))
    aliases = (row["alias_name"] for row in _seed("area_alias"))
    return frozenset(normalise_word(text) for text in (*areas, *aliases) if text)


def _named_accounts() -> pa.Table:
    wanted = {"opening_balance", "income_total", "expenditure_total", "closing_balance"}
    names = {row["account_name"]: row["account_code"] for row in _seed("account")}
    names |= {row["alias_name"]: row["account_code"] for row in _seed("account_alias")}
    kept = {name: code for name, code in names.items() if code in wanted}
    columns = {"account_name": list(kept), "account_code": list(kept.values())}
    return pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})


def _seed(name: str) -> list[dict[str, str]]:
    path = PRODUCT_ROOT / "seeds" / "reference" / f"{name}.csv"
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))

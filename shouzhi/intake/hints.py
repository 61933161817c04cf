"""Hints on what was read and will be loaded all the same: the user is asked to look again."""

import datetime as dt

import pyarrow as pa

from shouzhi.intake.parsed import Note
from shouzhi.intake.periods import period_end

FUTURE_PERIOD = "future_period"
_ACTUAL = {"execution", "final"}
_SHOWN = 12


def future_notes(rows: pa.Table, today: dt.date) -> list[Note]:
    """Execution and final accounts of a period that ends after the current month: loaded, but asked about."""
    last = period_end("month", f"{today:%Y%m}")
    place = ["sheet_name", "row_number", "cell_ref"]
    keys = ["period_type", "period_code", "statement_code"]
    notes, seen = [], set()
    for key in rows.select(keys).group_by(keys).aggregate([]).to_pylist():
        if key["statement_code"] in _ACTUAL and period_end(key["period_type"], key["period_code"]) > last:
            seen.add(key["period_code"])
    for code in sorted(seen)[:_SHOWN]:
        first = _first_row(rows, code, place)
        text = f"期间 {_label(code)} 晚于今天，请核对；已照收"
        notes.append(Note("warning", FUTURE_PERIOD, text, *(first[name] for name in place)))
    return notes


def _first_row(rows: pa.Table, period_code: str, place: list[str]) -> dict:
    import pyarrow.compute as pc

    is_actual = pc.is_in(rows["statement_code"], value_set=pa.array(sorted(_ACTUAL)))
    found = rows.filter(pc.and_(pc.equal(rows["period_code"], period_code), is_actual))
    return found.slice(0, 1).select(place).to_pylist()[0]


def _label(period_code: str) -> str:
    return (
        f"{period_code[:4]}-{period_code[4:]}"
        if len(period_code) == 6 and period_code.isdigit()
        else period_code
    )

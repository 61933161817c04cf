"""What a reader hands on: accepted rows, quarantined rows, notes and counts, with the lake's column types."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pyarrow as pa

YUAN = pa.decimal128(20, 2)

ROW_SCHEMA = pa.schema(
    [
        ("record_no", pa.int32()),
        ("sheet_name", pa.string()),
        ("row_number", pa.int32()),
        ("cell_ref", pa.string()),
        ("period_type", pa.string()),
        ("period_code", pa.string()),
        ("measure_code", pa.string()),
        ("admdvs", pa.string()),
        ("admdvs_name", pa.string()),
        ("fund_code", pa.string()),
        ("statement_code", pa.string()),
        ("given_account_code", pa.string()),
        ("account_name", pa.string()),
        ("is_of_which", pa.bool_()),
        ("parent_account_name", pa.string()),
        ("side_code", pa.string()),
        ("amount_yuan", YUAN),
        ("unit_code", pa.string()),
        ("precision_yuan", YUAN),
        ("doc_no", pa.string()),
    ]
)

QUARANTINE_SCHEMA = pa.schema(
    [
        ("sheet_name", pa.string()),
        ("row_number", pa.int32()),
        ("cell_ref", pa.string()),
        ("column_name", pa.string()),
        ("reason_code", pa.string()),
        ("reason_zh", pa.string()),
        ("raw_text", pa.string()),
        ("amount_yuan", YUAN),
        # what of the row could be read; null where its own cell could not
        ("admdvs", pa.string()),
        ("admdvs_name", pa.string()),
        ("fund_code", pa.string()),
        ("statement_code", pa.string()),
        ("period_type", pa.string()),
        ("period_code", pa.string()),
    ]
)

NOTE_FIELDS = ["severity_code", "note_code", "note_zh", "sheet_name", "row_number", "cell_ref"]


@dataclass(frozen=True)
class Note:
    """Something to tell the user. ``severity_code`` is info, warning or problem (something was left out)."""

    severity_code: str
    note_code: str
    note_zh: str
    sheet_name: str | None = None
    row_number: int | None = None
    cell_ref: str | None = None


@dataclass
class ParsedPart:
    """One sheet (or the one table of a text file), read."""

    rows: pa.Table = field(default_factory=lambda: ROW_SCHEMA.empty_table())
    quarantine: pa.Table = field(default_factory=lambda: QUARANTINE_SCHEMA.empty_table())
    notes: list[Note] = field(default_factory=list)
    received_count: int = 0
    received_yuan: Decimal = Decimal("0.00")
    non_data_count: int = 0
    sub_cent_residual_yuan: Decimal = Decimal(0)
    rejected_reason: str | None = None


def rows_table(records: Iterable[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(list(records), schema=ROW_SCHEMA)


def quarantine_table(records: Iterable[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(list(records), schema=QUARANTINE_SCHEMA)


def sum_yuan(table: pa.Table) -> Decimal:
    """Sum ``amount_yuan`` exactly; unreadable amounts are not in it."""
    import pyarrow.compute as pc

    total = pc.sum(table["amount_yuan"].cast(pa.decimal128(38, 2))).as_py()
    return total if total is not None else Decimal("0.00")


def not_money_notes(found: list[tuple[str, int]], sheet_name: str | None) -> list[Note]:
    """One note on the rows that are no money (name, row number): counted apart as non-data, never loaded."""
    if not found:
        return []
    names = list(dict.fromkeys(name for name, _ in found))
    listed = "、".join(names[:6]) + (" 等" if len(names) > 6 else "")
    text = f"{len(found)} 行是人数、人次、月数、比率或人均数，不是基金的金额，未读取：{listed}"
    return [Note("info", "not_money", text, sheet_name, found[0][1])]

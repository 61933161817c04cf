"""fund_statement as the statutory table: title, 编报单位, 单位, two halves (or one), numbered and indented rows."""

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from shouzhi.intake.cells import CENT, column_letter, precision_yuan
from shouzhi.intake.parsed import (
    Note,
    ParsedPart,
    not_money_notes,
    quarantine_table,
    rows_table,
    sum_yuan,
)
from shouzhi.intake.sheets import Sheet
from shouzhi.intake.table_context import TableContext, read_context
from shouzhi.intake.table_labels import ColumnKey, resolve_column
from shouzhi.intake.table_layout import Layout, find_layouts
from shouzhi.intake.table_walker import Walker, Work, fund_problem


def has_table(sheet: Sheet) -> bool:
    """True where the first rows look like a statutory table."""
    rows = [cells for _, cells in sheet.head()]
    return bool(find_layouts(sheet, rows))


def read_table(sheet: Sheet, file_stem: str) -> ParsedPart:
    """Read all statutory tables of one sheet; what cannot be told rejects the table and is asked for."""
    numbered = list(sheet.numbered_rows())
    numbers, rows = [number for number, _ in numbered], [cells for _, cells in numbered]
    work, context = Work(sheet), None
    for layout in find_layouts(sheet, rows):
        context = read_context(rows[layout.start : layout.top], sheet.name, file_stem, context)
        work.non_data_count += sum(
            any(cell.strip() for cell in row) for row in rows[layout.start : layout.bottom]
        )
        _read_layout(work, layout, context, numbers, rows)
    return _part(work)


def _read_layout(
    work: Work, layout: Layout, context: TableContext, numbers: list[int], rows: list[list[str]]
) -> None:
    keys = {
        column: resolve_column(layout.label(column), context.title)
        for half in layout.halves
        for column in half.amounts
    }
    keys = _with_sibling_funds(layout, keys, context)
    for half in layout.halves:
        half.amounts = [column for column in half.amounts if column in keys]
    reason = _whole_problem(layout, context, keys)
    place = numbers[layout.top]
    if reason:
        work.reasons.append(reason)
        work.notes.append(Note("problem", "table_rejected", reason, work.sheet.name, place))
        return
    work.notes.extend(Note("info", "read_from_name", text, work.sheet.name) for text in context.notes)
    for column, key in keys.items():
        problem = key.problem or (None if key.fund_code else fund_problem(layout.label(column)))
        if problem:
            note = f"{problem}；这一列的数已隔离"
            work.notes.append(
                Note("problem", "column_unclear", note, work.sheet.name, place, column_letter(column))
            )
    walker = Walker(work, layout, context, keys)
    for index in range(layout.bottom, layout.end):
        walker.read_row(index, numbers[index], rows[index])


def _with_sibling_funds(
    layout: Layout, keys: dict[int, ColumnKey], context: TableContext
) -> dict[int, ColumnKey]:
    """Where columns name 职工 and 居民, a 合计 column is their total; beside other insurances it is not read."""
    totals = [column for column in keys if re.search("合计|总计|小计", layout.label(column))]
    named = {keys[column].fund_code for column in keys if re.search("职工|居民", layout.label(column))}
    if context.title.fund_code or not named or not totals:
        return keys
    has_others = "other_insurance" in layout.ignored.values()
    has_others |= any(re.search("救助|公务员|大额", layout.label(column)) for column in keys)
    if has_others:
        layout.ignored.update(dict.fromkeys(totals, "total_of_others"))
        return {column: key for column, key in keys.items() if column not in totals}
    is_both = bool({"310000", "310100"} & named) and "390100" in named
    total = ("ALL" if "310000" in named or "310200" in named else "POOLED") if is_both else None
    return {
        column: replace(key, fund_code=total) if column in totals and key.fund_code is None else key
        for column, key in keys.items()
    }


def _whole_problem(layout: Layout, context: TableContext, keys: dict[int, ColumnKey]) -> str | None:
    """Return what has to be added before this table can be read, or None."""
    if context.problem or layout.problem:
        return context.problem or layout.problem
    wanted = []
    usable = [key for key in keys.values() if not key.problem]
    if not any(key.fund_code for key in keys.values()):
        wanted.append("看不出是哪个险种，请在标题中写明，如“城乡居民基本医疗保险基金收支预算表”")
    if not usable:
        wanted.append(next(key.problem for key in keys.values() if key.problem) or "")
    if not any(key.unit_code for key in usable or keys.values()):
        wanted.append("看不出金额单位，请在表头上方写明，如“单位：万元”")
    if not context.has_area and not layout.area_columns:
        wanted.append("看不出是哪个统筹区，请写明“编报单位：××市医疗保障局”，或在文件名中加上地区名称")
    return "；".join(wanted) if wanted else None


def _part(work: Work) -> ParsedPart:
    precision = {unit: precision_yuan(decimals, unit) for unit, decimals in work.decimals.items()}
    records = [
        {**record, "record_no": order, "precision_yuan": precision[record["unit_code"]]}
        for order, record in enumerate(work.records, start=1)
    ]
    part = ParsedPart(
        rows=rows_table(records),
        quarantine=quarantine_table(work.faults),
        notes=[*work.notes, *_count_notes(work)],
        received_count=len(work.records) + len(work.faults),
        received_yuan=work.received_yuan.quantize(CENT),
        non_data_count=work.non_data_count + work.ignored_count,
        sub_cent_residual_yuan=work.residual.quantize(Decimal("0.000001")),
    )
    if part.received_yuan != sum_yuan(part.rows) + sum_yuan(part.quarantine):
        raise AssertionError("yuan lost while reading a table")
    if not part.received_count and not work.reasons:
        work.reasons.append("表里没有一个金额，请核对是否导出完整")
    part.rejected_reason = "；".join(work.reasons) if not part.received_count else None
    return part


def _count_notes(work: Work) -> Iterator[Note]:
    name = work.sheet.name
    if work.not_given_count:
        yield Note("info", "not_given", f"{work.not_given_count} 个单元格写作 ×、— 之类，按未填处理", name)
    yield from not_money_notes(work.not_money, name)
    if work.ignored_count:
        yield Note(
            "info",
            "ignored_column",
            f"增减、比例、行次、备注、其他险种等列的 {work.ignored_count} 个单元格不是本基金的金额，未读取",
            name,
        )

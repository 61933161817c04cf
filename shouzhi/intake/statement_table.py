"""fund_statement as the statutory table: title, 编报单位, 单位, two halves (or one), numbered and indented rows."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from shouzhi.intake.cells import CENT, Amount, column_letter, parse_amount, precision_yuan, to_yuan
from shouzhi.intake.funds import fund_in_text
from shouzhi.intake.parsed import Note, ParsedPart, quarantine_table, rows_table, sum_yuan
from shouzhi.intake.sheets import Sheet
from shouzhi.intake.table_context import TableContext, read_context, tidy_area
from shouzhi.intake.table_labels import ColumnKey, resolve_column
from shouzhi.intake.table_layout import Half, Layout, find_layouts
from shouzhi.intake.table_rows import HalfState
from shouzhi.intake.vocabulary import normalise_text, unit_factor, words


@dataclass
class _Work:
    """The part being built."""

    sheet: Sheet
    records: list[dict[str, Any]] = field(default_factory=list)
    faults: list[dict[str, Any]] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    non_data_count: int = 0
    ignored_count: int = 0
    not_given_count: int = 0
    residual: Decimal = Decimal(0)
    decimals: dict[str, int] = field(default_factory=dict)
    reasons: list[str] = field(default_factory=list)
    received_yuan: Decimal = Decimal("0.00")


def has_table(sheet: Sheet) -> bool:
    """True where the first rows look like a statutory table."""
    rows = [cells for _, cells in sheet.head()]
    return bool(find_layouts(sheet, rows))


def read_table(sheet: Sheet, file_stem: str, first_record_no: int = 1) -> ParsedPart:
    """Read all statutory tables of one sheet; what cannot be told rejects the table and is asked for."""
    numbered = list(sheet.numbered_rows())
    numbers, rows = [number for number, _ in numbered], [cells for _, cells in numbered]
    work, context = _Work(sheet), None
    for layout in find_layouts(sheet, rows):
        context = read_context(rows[layout.start : layout.top], sheet.name, file_stem, context)
        work.non_data_count += sum(
            any(cell.strip() for cell in row) for row in rows[layout.start : layout.bottom]
        )
        _read_layout(work, layout, context, numbers, rows)
    return _part(work, first_record_no)


def _read_layout(
    work: _Work, layout: Layout, context: TableContext, numbers: list[int], rows: list[list[str]]
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
        problem = key.problem or (None if key.fund_code else _fund_problem(layout.label(column)))
        if problem:
            note = f"{problem}；这一列的数已隔离"
            work.notes.append(
                Note("problem", "column_unclear", note, work.sheet.name, place, column_letter(column))
            )
    walker = _Walker(work, layout, context, keys)
    for index in range(layout.bottom, layout.end):
        walker.read_row(index, numbers[index], rows[index])


def _fund_problem(label: str) -> str:
    return f"列“{label}”看不出是哪个险种的基金"


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
    if context.problem:
        return context.problem
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


class _Walker:
    """Walks the data rows of one table, left half before right half in each row."""

    def __init__(
        self, work: _Work, layout: Layout, context: TableContext, keys: dict[int, ColumnKey]
    ) -> None:
        self.work, self.layout, self.context, self.keys = work, layout, context, keys
        is_single = len(layout.halves) == 1
        self.states = [
            HalfState(half.side or (context.one_side if is_single else None)) for half in layout.halves
        ]
        self.area: tuple[str | None, str | None] = (context.admdvs, context.area_name)
        self.header = [normalise_text(layout.label(half.item)) for half in layout.halves]

    def read_row(self, index: int, number: int, cells: list[str]) -> None:
        work = self.work
        if not any(cell.strip() for cell in cells):
            work.non_data_count += 1
            return
        self._read_area(cells)
        amounts = {column: parse_amount(_cell(cells, column)) for column in self.keys}
        if self._is_non_data(cells, amounts):
            work.non_data_count += 1
            return
        work.ignored_count += sum(1 for column in self.layout.ignored if _cell(cells, column).strip())
        had_data = False
        for half, state in zip(self.layout.halves, self.states, strict=True):
            had_data |= self._read_half(half, state, index, number, cells, amounts)
        work.non_data_count += not had_data

    def _read_area(self, cells: list[str]) -> None:
        texts = [_cell(cells, column).strip() for column in self.layout.area_columns]
        areas = [tidy_area(text) for text in texts if text]
        if areas:
            codes, names = zip(*areas, strict=True)
            self.area = next(filter(None, codes), None), next(filter(None, names), None)

    def _is_non_data(self, cells: list[str], amounts: dict[int, Amount]) -> bool:
        first = normalise_text(next(cell for cell in cells if cell.strip()))
        filled = [normalise_text(cell) for cell in cells if cell.strip()]
        has_number = any(amount.status == "ok" for amount in amounts.values())
        if not has_number and any(first.startswith(word) for word in words("note_words")):
            return True
        if not has_number and re.match(r"单位|金额单位|编报|编制|填报", first):
            return True
        if any(
            _cell_word(cells, half.item) == label
            for half, label in zip(self.layout.halves, self.header, strict=True)
        ):
            return not has_number
        if all(re.fullmatch(r"栏次|甲|乙|丙|行次|序号|\d{1,2}", word) for word in filled):
            return any(re.fullmatch(r"栏次|甲|乙|丙|行次|序号", word) for word in filled)
        return False

    def _read_half(
        self,
        half: Half,
        state: HalfState,
        index: int,
        number: int,
        cells: list[str],
        amounts: dict[int, Amount],
    ) -> bool:
        text = _cell(cells, half.item)
        given = frozenset(column for column in half.amounts if amounts[column].status == "ok")
        present = [column for column in half.amounts if amounts[column].status in {"ok", "problem"}]
        self.work.not_given_count += sum(amounts[column].status == "not_given" for column in half.amounts)
        if not text.strip():
            for column in present:
                self._quarantine(
                    number, column, cells, amounts[column], "account", "有金额但没有项目名称，请补上项目"
                )
            return bool(present)
        item = state.read(text, _indent(text, self.work.sheet, index, half.item), given)
        code = normalise_text(_cell(cells, half.code)) if half.code is not None else None
        for column in present:
            problem = self._problem(column, amounts[column])
            if problem:
                self._quarantine(number, column, cells, amounts[column], *problem)
                continue
            key, amount = self.keys[column], amounts[column]
            unit = amount.unit_code or key.unit_code
            is_of_which = item.is_of_which(column)
            self._load(
                number,
                column,
                key,
                amount,
                unit or "yuan",
                {
                    "given_account_code": code or None,
                    "account_name": item.name,
                    "is_of_which": is_of_which,
                    "parent_account_name": item.parent.name if item.parent and is_of_which else None,
                    "side_code": item.side,
                },
            )
        return bool(present)

    def _problem(self, column: int, amount: Amount) -> tuple[str, str] | None:
        key = self.keys[column]
        if amount.status == "problem":
            return "amount", f"金额不能用：{amount.problem}"
        if key.problem:
            return "column", key.problem
        if key.fund_code is None:
            return "fund", _fund_problem(self.layout.label(column))
        if not (amount.unit_code or key.unit_code):
            return "unit", "看不出这一列的金额单位，请在列名中写明，如 预算数（万元）"
        if self.area == (None, None):
            return "area", "看不出这一行是哪个统筹区，请填写区划"
        unit = amount.unit_code or key.unit_code
        if amount.value is not None and unit and to_yuan(amount.value, unit) is None:
            return "amount_too_large", "金额换算成元后过大，请核对金额和单位"
        return None

    def _load(
        self, number: int, column: int, key: ColumnKey, amount: Amount, unit: str, account: dict[str, Any]
    ) -> None:
        work = self.work
        assert amount.value is not None and key.period is not None
        yuan = to_yuan(amount.value, unit)
        assert yuan is not None
        work.residual += amount.value * unit_factor(unit) - yuan
        work.decimals[unit] = max(work.decimals.get(unit, 0), amount.decimals)
        work.received_yuan += yuan
        work.records.append(
            {
                "sheet_name": work.sheet.name,
                "row_number": number,
                "cell_ref": f"{column_letter(column)}{number}",
                "period_type": key.period.period_type,
                "period_code": key.period.period_code,
                "measure_code": key.measure_code,
                "admdvs": self.area[0],
                "admdvs_name": self.area[1],
                "fund_code": key.fund_code,
                "statement_code": key.statement_code,
                **account,
                "amount_yuan": yuan,
                "unit_code": unit,
                "doc_no": None,
            }
        )

    def _quarantine(
        self, number: int, column: int, cells: list[str], amount: Amount, code: str, reason: str
    ) -> None:
        unit = amount.unit_code or self.keys[column].unit_code
        yuan = to_yuan(amount.value, unit) if amount.value is not None and unit else None
        self.work.received_yuan += yuan or Decimal("0.00")
        self.work.faults.append(
            {
                "sheet_name": self.work.sheet.name,
                "row_number": number,
                "cell_ref": f"{column_letter(column)}{number}",
                "column_name": self.layout.label(column) or None,
                "reason_code": code,
                "reason_zh": reason,
                "raw_text": _cell(cells, column).strip(),
                "amount_yuan": yuan,
            }
        )


def _cell(cells: list[str], column: int) -> str:
    return cells[column] if column < len(cells) else ""


def _cell_word(cells: list[str], column: int) -> str:
    return normalise_text(_cell(cells, column))


def _indent(text: str, sheet: Sheet, row: int, column: int) -> int:
    """Count leading blanks (a full-width blank is two) and the cell's own indent (two each)."""
    leading = text[: len(text) - len(text.lstrip())]
    width = sum(2 if char == "\u3000" else 1 for char in leading if char not in "\r\n")
    return width + 2 * sheet.marks.indents.get((row, column), 0)


def _part(work: _Work, first_record_no: int) -> ParsedPart:
    precision = {unit: precision_yuan(decimals, unit) for unit, decimals in work.decimals.items()}
    records = [
        {**record, "record_no": first_record_no + order, "precision_yuan": precision[record["unit_code"]]}
        for order, record in enumerate(work.records)
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


def _count_notes(work: _Work) -> Iterator[Note]:
    name = work.sheet.name
    if work.not_given_count:
        yield Note("info", "not_given", f"{work.not_given_count} 个单元格写作 ×、— 之类，按未填处理", name)
    if work.ignored_count:
        yield Note(
            "info",
            "ignored_column",
            f"增减、比例、行次、备注、其他险种等列的 {work.ignored_count} 个单元格不是本基金的金额，未读取",
            name,
        )


__all__ = ["fund_in_text", "has_table", "read_table"]

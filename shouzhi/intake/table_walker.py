"""Walk the data rows of one table: left half before right half, every amount to a record or a fault."""

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from shouzhi.intake.cells import Amount, column_letter, parse_amount, to_yuan
from shouzhi.intake.names import is_not_money, split_account
from shouzhi.intake.parsed import Note
from shouzhi.intake.sheets import Sheet
from shouzhi.intake.table_context import TableContext, tidy_area
from shouzhi.intake.table_labels import ColumnKey
from shouzhi.intake.table_layout import Half, Layout
from shouzhi.intake.table_rows import HalfState
from shouzhi.intake.vocabulary import normalise_text, unit_factor, words


@dataclass
class Work:
    """The part being built."""

    sheet: Sheet
    records: list[dict[str, Any]] = field(default_factory=list)
    faults: list[dict[str, Any]] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    non_data_count: int = 0
    ignored_count: int = 0
    not_given_count: int = 0
    not_money: list[tuple[str, int]] = field(default_factory=list)
    residual: Decimal = Decimal(0)
    decimals: dict[str, int] = field(default_factory=dict)
    reasons: list[str] = field(default_factory=list)
    received_yuan: Decimal = Decimal("0.00")


def fund_problem(label: str) -> str:
    return f"列“{label}”看不出是哪个险种的基金"


class Walker:
    """Walks the data rows of one table, left half before right half in each row."""

    def __init__(self, work: Work, layout: Layout, context: TableContext, keys: dict[int, ColumnKey]) -> None:
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
        name = split_account(text)[2]
        counted = [column for column in half.amounts if amounts[column].status == "not_money"]
        if is_not_money(name) or (counted and not present):
            self.work.not_money.append((name, number))
            return False
        present += counted
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
        if amount.status == "not_money":
            return "amount", "金额不能用：这是人数、比率之类，不是金额，请核对"
        if amount.status == "problem":
            return "amount", f"金额不能用：{amount.problem}"
        if key.problem:
            return "column", key.problem
        if key.fund_code is None:
            return "fund", fund_problem(self.layout.label(column))
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
        key = self.keys[column]
        unit = amount.unit_code or key.unit_code
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
                "admdvs": self.area[0],
                "admdvs_name": self.area[1],
                "fund_code": key.fund_code,
                "statement_code": key.statement_code,
                "period_type": key.period.period_type if key.period else None,
                "period_code": key.period.period_code if key.period else None,
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

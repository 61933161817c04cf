"""Rows of a half, one after the other: numbering, indent, 其中 lists, sections and sides."""

import re
from dataclasses import dataclass, field

from shouzhi.intake.names import split_account
from shouzhi.intake.vocabulary import words

TOTAL = re.compile(r"小计|合计|总计|结余|结存|余额|结转|^总?(收入|支出)$|总(收入|支出)$")
SECTION = re.compile(
    r"^(本年|当年|本期|当期|基金|本年基金|基金本年|本月)?(总)?(收入|支出)(部分|类|情况|合计|小计|总计)?$"
)


@dataclass(frozen=True)
class Item:
    """One named row as read: ``parent`` is the row it is part of, ``is_printed`` says it was printed as 其中."""

    name: str
    is_printed: bool
    is_listed: bool
    parent: "Item | None"
    rank: int | None
    indent: int
    side: str | None
    given_columns: frozenset[int]

    def is_of_which(self, column: int) -> bool:
        """True for 其中 items and for children of a row that has an amount in the same column."""
        if self.is_printed or self.is_listed:
            return True
        return self.parent is not None and column in self.parent.given_columns


@dataclass
class HalfState:
    """What the rows above say about the next one. ``fixed_side`` comes from the half or the title."""

    fixed_side: str | None
    side: str | None = None
    stack: list[Item] = field(default_factory=list)
    plain: Item | None = None
    list_head: Item | None = None

    def read(self, text: str, indent: int, given_columns: frozenset[int]) -> Item:
        """Read the next row's name and remember it."""
        rank, is_printed, name = split_account(text)
        is_listed = False
        parent: Item | None = None
        if is_printed:
            parent = self.plain
        elif TOTAL.search(name) or SECTION.match(name):
            self.stack.clear()
            self.list_head = None
        elif self._belongs_to_list(name, rank, indent):
            is_listed, parent = True, self.plain
        else:
            self.list_head = None
            parent = self._ancestor(name, rank, indent)
        item = Item(
            name, is_printed, is_listed, parent, rank, indent, self._side(name, parent), given_columns
        )
        if is_printed:
            self.list_head = item
        elif not is_listed:
            self.plain = item
            if not (TOTAL.search(name) or SECTION.match(name)):
                self.stack.append(item)
        return item

    def _belongs_to_list(self, name: str, rank: int | None, indent: int) -> bool:
        head, plain = self.list_head, self.plain
        if head is None:
            return False
        if plain is not None and min(indent, head.indent) > plain.indent:
            return True
        if rank is not None:
            if plain is not None and plain.rank is not None and rank <= plain.rank:
                return False
            return rank == head.rank or (plain is not None and plain.rank is not None and rank > plain.rank)
        if name in words("top_level_accounts") and indent <= head.indent:
            return False
        if plain is not None and (indent > plain.indent or head.indent > plain.indent):
            return indent > plain.indent
        if plain is not None and plain.rank is not None:
            return True
        return not name.endswith(("收入", "支出"))

    def _ancestor(self, name: str, rank: int | None, indent: int) -> Item | None:
        if rank is None and name in words("top_level_accounts"):
            self.stack.clear()
            return None
        while self.stack and not _is_above(self.stack[-1], rank, indent):
            self.stack.pop()
        return self.stack[-1] if self.stack else None

    def _side(self, name: str, parent: Item | None) -> str | None:
        if self.fixed_side:
            return self.fixed_side
        if parent is not None:
            return parent.side
        if re.search(r"结余|结存|余额|结转", name):
            return None
        found = re.search(r"(收入|支出)(\(.*\))?(合计|小计|总计|部分|数)?$", name)
        if found:
            self.side = "income" if found.group(1) == "收入" else "expenditure"
        return self.side


def _is_above(upper: Item, rank: int | None, indent: int) -> bool:
    if rank is not None and upper.rank is not None:
        return upper.rank < rank
    return indent > upper.indent

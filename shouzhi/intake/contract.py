"""The input contract: every feed, declared in ``contract/*.yaml`` and loaded here as frozen dataclasses."""

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from shouzhi.intake.vocabulary import normalise_word
from shouzhi.yaml_text import parse_yaml

CONTRACT_FOLDER = Path(__file__).with_name("contract")
DELIVERY_MODES = {"merge": "合并", "replace": "替换", "snapshot": "快照"}
COLUMN_TYPES = {
    "period": "期间",
    "area": "医保区划",
    "code": "代码",
    "account": "科目",
    "amount": "金额",
    "number": "数",
    "ratio": "比例",
    "text": "文本",
    "id": "标识（文本）",
    "date": "日期",
    "datetime": "日期时间",
    "year": "年",
    "month": "年月",
    "flag": "标志",
}
PRIVACY_ACTIONS = {"drop": "丢弃", "pseudonymise": "假名化"}


class ContractError(ValueError):
    """The contract itself is wrong: a mistake of the product, found when it is loaded."""


@dataclass(frozen=True)
class Column:
    name: str
    label: str
    type: str
    required: str = "no"
    aliases: tuple[str, ...] = ()
    code_list: str | None = None
    codes: dict[str, str] = field(default_factory=dict)
    privacy: str | None = None
    # a pattern of values that name no person and are kept as they are
    privacy_unless: str | None = None
    note: str = ""
    # of a number, for the page; money is in yuan
    unit: str = ""

    @property
    def header_words(self) -> list[str]:
        return [self.name, self.label, *self.aliases]


@dataclass(frozen=True, eq=False)
class Feed:
    feed: str
    label: str
    group: str
    is_read: bool
    delivery_mode: str
    key: tuple[str, ...]
    control_amount: str | None
    event_time: str | None
    columns: tuple[Column, ...]
    source_table: str | None = None
    source_note: str = ""
    replace_by: tuple[str, ...] = ()
    file_name_patterns: tuple[str, ...] = ()
    event_fallback: str | None = None
    area: str | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        """What another process says of a feed is said of the one feed of that code here."""
        return declared_feed, (self.feed,)

    def column(self, name: str) -> Column:
        return next(each for each in self.columns if each.name == name)

    def header_map(self) -> dict[str, str]:
        """Return column names by every header word, normalised."""
        words: dict[str, str] = {}
        for column in self.columns:
            for word in column.header_words:
                words.setdefault(normalise_word(word), column.name)
        return words


@dataclass(frozen=True)
class Group:
    group: str
    label: str
    feeds: tuple[Feed, ...]


@cache
def load_groups() -> tuple[Group, ...]:
    """Load and validate every ``contract/<group>.yaml``; the order is that of the page."""
    documents = [parse_yaml(path.read_text(encoding="utf-8")) for path in CONTRACT_FOLDER.glob("*.yaml")]
    groups = [_group(each) for each in sorted(documents, key=lambda each: each.get("order", 0))]
    codes = [feed.feed for group in groups for feed in group.feeds]
    repeated = {code for code in codes if codes.count(code) > 1}
    if repeated:
        raise ContractError(f"feeds declared twice: {sorted(repeated)}")
    return tuple(groups)


def load_feeds() -> dict[str, Feed]:
    """Return every declared feed by its code."""
    return {feed.feed: feed for group in load_groups() for feed in group.feeds}


def declared_feed(code: str) -> Feed:
    return load_feeds()[code]


def business_feeds() -> dict[str, Feed]:
    """Return the feeds that are read row by row: every read one but the statements."""
    return {code: feed for code, feed in load_feeds().items() if feed.is_read and code != "fund_statement"}


def _group(document: dict[str, Any]) -> Group:
    name = document["group"]
    return Group(name, document["label"], tuple(_feed(name, each) for each in document["feeds"]))


def _feed(group: str, entry: dict[str, Any]) -> Feed:
    columns = tuple(_column(entry["feed"], each) for each in entry["columns"])
    feed = Feed(
        feed=entry["feed"],
        label=entry["label"],
        group=group,
        is_read=bool(entry["is_read"]),
        delivery_mode=entry["delivery_mode"],
        key=tuple(entry["key"]),
        control_amount=entry.get("control_amount"),
        event_time=entry.get("event_time"),
        columns=columns,
        source_table=entry.get("source_table"),
        source_note=entry.get("source_note", ""),
        replace_by=tuple(entry.get("replace_by", ())),
        file_name_patterns=tuple(entry.get("file_name_patterns", ())),
        event_fallback=entry.get("event_fallback"),
        area=entry.get("area"),
    )
    _validate(feed)
    return feed


def _column(feed: str, entry: dict[str, Any]) -> Column:
    required = entry.get("required", False)
    column = Column(
        name=entry["name"],
        label=entry["label"],
        type=entry["type"],
        required={True: "yes", False: "no"}.get(required, required),
        aliases=tuple(str(each) for each in entry.get("aliases", ())),
        code_list=entry.get("code_list"),
        codes={str(code): label for code, label in entry.get("codes", {}).items()},
        privacy=entry.get("privacy"),
        privacy_unless=entry.get("privacy_unless"),
        note=entry.get("note", ""),
        unit=entry.get("unit", ""),
    )
    if column.type not in COLUMN_TYPES:
        raise ContractError(f"{feed}.{column.name}: unknown type {column.type}")
    if column.privacy and column.privacy not in PRIVACY_ACTIONS:
        raise ContractError(f"{feed}.{column.name}: unknown privacy action {column.privacy}")
    return column


def _validate(feed: Feed) -> None:
    names = [column.name for column in feed.columns]
    if len(names) != len(set(names)):
        raise ContractError(f"{feed.feed}: a column is declared twice")
    if feed.delivery_mode not in DELIVERY_MODES:
        raise ContractError(f"{feed.feed}: unknown delivery mode {feed.delivery_mode}")
    named = {
        *(*feed.key, *feed.replace_by),
        *(feed.control_amount, feed.event_time, feed.event_fallback, feed.area),
    }
    missing = named - set(names) - {None, "event_month"}
    if missing:
        raise ContractError(
            f"{feed.feed}: key, control amount, event time or area not among columns: {sorted(missing)}"
        )
    for pattern in feed.file_name_patterns:
        re.compile(pattern)

"""A batch of a feed's tables, and what comes out of it."""

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from shouzhi.intake.contract import Feed
from shouzhi.intake.feeds.stage_sql import NON_DATA
from shouzhi.intake.feeds.text_tables import TextTable
from shouzhi.intake.parsed import Note

NON_DATA_SQL = "split_part(fault, ':', 1) in ('" + "', '".join(NON_DATA) + "')"


@dataclass(frozen=True)
class Member:
    """One text table of a batch, with its file."""

    file_no: int
    name: str
    digest: str
    table: TextTable


@dataclass(frozen=True)
class Batch:
    """Tables of one feed and one layout."""

    feed: Feed
    members: list[Member]
    folder: Path
    delivery_no: int
    number: int


@dataclass
class Taken:
    """What came out of a batch."""

    parts: list[dict[str, Any]] = field(default_factory=list)
    quarantine: list[str] = field(default_factory=list)
    # received and quarantined rows and yuan by file, month and area
    controls: list[pa.Table] = field(default_factory=list)
    rejected: dict[int, str] = field(default_factory=dict)
    non_data: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    samples: dict[int, pa.Table] = field(default_factory=dict)
    notes: dict[int, list[Note]] = field(default_factory=lambda: defaultdict(list))
    # (file, what is noted of rows that are loaded all the same, columns of the header) -> rows
    noted: dict[tuple[int, str, int], int] = field(default_factory=lambda: defaultdict(int))


def area_sql(feed: Feed) -> str:
    return f'"{feed.area}"' if feed.area else "cast(null as varchar)"


def control_sql(feed: Feed) -> str:
    return f'"{feed.control_amount}"' if feed.control_amount else "cast(0 as decimal(20,2))"


def made_path(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    return str(path).replace("'", "''")

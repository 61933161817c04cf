"""One feed of a delivery: its files cut into batches, which any reader takes, and what came of them in their order.

A batch is read by one statement: text tables of one layout, up to a number of bytes; a larger text is cut into pieces of
at most that size, as many for each reader. What a batch gives does not depend on who read it, or when.
"""

import math
import threading
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from shouzhi.intake.contract import Feed
from shouzhi.intake.discovery import Source
from shouzhi.intake.feeds.batch import Batch, Member, Taken
from shouzhi.intake.feeds.layout import Layout
from shouzhi.intake.feeds.parts import prove
from shouzhi.intake.feeds.reasons import note_of
from shouzhi.intake.feeds.relations import FeedState
from shouzhi.intake.feeds.supersede import Replaced, write_superseded
from shouzhi.intake.feeds.taking import take_batch
from shouzhi.intake.feeds.text_tables import Prepared, Scan, TextTable, pieces, prepare
from shouzhi.intake.parsed import QUARANTINE_SCHEMA, Note
from shouzhi.progress import Progress

# as much text as a reader has in memory at once, whatever the files' sizes; to plan a batch costs more than half a second
BATCH_BYTES = 96 << 20
BATCH_FILES = 400
READERS = 2
# every feed is told once, and what takes a while again
TOLD_MEGABYTES = 50
NOTHING_READ = "文件里没有一行数据，请核对是否导出完整"


@dataclass
class FeedFile:
    """What became of one file of a feed. ``quarantine`` shows its first rows."""

    feed: Feed
    file_no: int
    name: str
    digest: str
    encoding: str = ""
    notes: list[Note] = field(default_factory=list)
    received_count: int = 0
    received_yuan: Decimal = Decimal("0.00")
    loaded_count: int = 0
    loaded_yuan: Decimal = Decimal("0.00")
    superseded_count: int = 0
    superseded_yuan: Decimal = Decimal("0.00")
    quarantined_count: int = 0
    quarantined_yuan: Decimal = Decimal("0.00")
    unreadable_count: int = 0
    non_data_count: int = 0
    months: list[str] = field(default_factory=list)
    areas: list[str] = field(default_factory=list)
    quarantine: pa.Table = field(default_factory=lambda: QUARANTINE_SCHEMA.empty_table())
    # (what is noted of rows that are loaded all the same, columns of the header) -> rows
    noted: dict[tuple[str, int], int] = field(default_factory=lambda: defaultdict(int))
    rejected_reason: str | None = None


@dataclass
class FeedResult:
    """What of one feed goes into the manifest entry; paths are relative to the session's folder."""

    parts: list[dict[str, Any]] = field(default_factory=list)
    quarantine: list[str] = field(default_factory=list)
    superseded: dict[str, Any] | None = None
    control: str | None = None
    replaced: list[Replaced] = field(default_factory=list)


class FeedReading:
    """The batches of one feed, asked for and taken by several readers; the last one to come back finishes it."""

    def __init__(
        self,
        feed: Feed,
        given: list[tuple[FeedFile, Source, Scan]],
        folder: Path,
        delivery_no: int,
        progress: Progress,
    ) -> None:
        self.feed = feed
        self.byte_count = sum(scanned.byte_count for _, _, scanned in given)
        self.result = FeedResult()
        self._files = {feed_file.file_no: feed_file for feed_file, _, _ in given}
        self._given = given
        self._folder = folder
        self._delivery_no = delivery_no
        self._progress = progress
        self._lock = threading.Lock()
        self._batches = self._cut()
        # tables handed out so far, which number the batches
        self._table_count = 0
        self._is_cut = False
        self._is_finished = False
        # batches that readers have
        self._out_count = 0
        self._taken: dict[int, tuple[Batch, Taken]] = {}

    @property
    def has_many_batches(self) -> bool:
        """True where the bytes do not go into one."""
        return self.byte_count > BATCH_BYTES

    def next_batch(self) -> Batch | None:
        """The next batch that nobody has, if there is one."""
        with self._lock:
            batch = next(self._batches, None)
            self._is_cut = batch is None
            self._out_count += batch is not None
            return batch

    def take(self, connection: duckdb.DuckDBPyConnection, batch: Batch, cores: int) -> None:
        """Read a batch, writing on ``cores``."""
        megabytes = sum(each.table.byte_count for each in batch.members) / 2**20
        if batch.number == 0 or megabytes > TOLD_MEGABYTES:
            many = f" 等 {len(batch.members)} 份" if len(batch.members) > 1 else ""
            self._progress.line(f"读取 {batch.members[0].name}{many}，{megabytes:,.1f} MB")
        taken = take_batch(connection, batch, cores)
        self._remove(*(each.table for each in batch.members))
        with self._lock:
            self._taken[batch.number] = (batch, taken)
            for file_no, reason in taken.rejected.items():
                self._files[file_no].rejected_reason = reason
            self._out_count -= 1

    def is_to_finish(self) -> bool:
        """True once, for the reader that finds every batch taken."""
        with self._lock:
            is_now = self._is_cut and not self._out_count and not self._is_finished
            self._is_finished = self._is_finished or is_now
            return is_now

    def finish(self, connection: duckdb.DuckDBPyConnection, state: FeedState) -> None:
        """Join what the batches gave, prove it, and find what it supersedes."""
        feed, folder, result = self.feed, self._folder, self.result
        self._join(connection)
        prove(connection, feed, folder, result.parts)
        gone: dict[int, tuple[int, Decimal]] = {}
        if result.parts:
            names = {each.file_no: each.name for each in self._files.values()}
            superseded = write_superseded(
                connection, feed, state, result.parts, folder, self._delivery_no, names
            )
            result.superseded, gone = superseded.entry, superseded.own
            result.replaced = superseded.replaced
        result.control = f"{feed.feed}/control.parquet"
        path = folder / result.control
        path.parent.mkdir(parents=True, exist_ok=True)
        connection.execute(f"copy ({CONTROL_SQL.format(delivery_no=self._delivery_no)}) to '{_quoted(path)}'")
        _count(connection, list(self._files.values()), gone)
        for feed_file in self._files.values():
            feed_file.notes.extend(_row_notes(feed_file))

    def _cut(self) -> Iterator[Batch]:
        members: list[Member] = []
        for number, (feed_file, source, scanned) in enumerate(self._given):
            folder = self._folder / "text" / f"{self.feed.feed}-{number}"
            folder.mkdir(parents=True)
            prepared = prepare(source, scanned, self.feed, folder)
            _start(feed_file, prepared)
            for table in prepared.tables:
                is_large = table.byte_count > BATCH_BYTES
                if members and (is_large or _is_full(members, table.byte_count, table.layout)):
                    yield self._batch(members)
                    members = []
                if is_large:
                    yield from self._pieces_of(feed_file, table, folder)
                else:
                    members.append(Member(feed_file.file_no, feed_file.name, feed_file.digest, table))
        if members:
            yield self._batch(members)

    def _pieces_of(self, feed_file: FeedFile, table: TextTable, folder: Path) -> Iterator[Batch]:
        """A large text, piece by piece, until one of them cannot be read."""
        self._progress.line(f"读取 {feed_file.name}，{table.byte_count / 2**20:,.0f} MB")
        rounds = math.ceil(table.byte_count / (READERS * BATCH_BYTES))
        for piece in pieces(table, folder, math.ceil(table.byte_count / (READERS * rounds))):
            if feed_file.rejected_reason:
                self._remove(piece)
                break
            yield self._batch([Member(feed_file.file_no, feed_file.name, feed_file.digest, piece)])
        self._remove(table)

    def _batch(self, members: list[Member]) -> Batch:
        batch = Batch(self.feed, members, self._folder, self._delivery_no, self._table_count)
        self._table_count += len(members)
        return batch

    def _remove(self, *tables: TextTable) -> None:
        """Remove texts that were made here; a file that is read where it lies stays."""
        for table in tables:
            if self._folder in table.path.parents:
                table.path.unlink(missing_ok=True)

    def _join(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Put together what the batches gave, in their order; where a piece could not be read, nothing of its file stays."""
        connection.execute("create or replace temp table control " + CONTROL_BODY)
        for _, (batch, taken) in sorted(self._taken.items()):
            if len(batch.members) == 1 and self._files[batch.members[0].file_no].rejected_reason:
                for path in [*(part["path"] for part in taken.parts), *taken.quarantine]:
                    (self._folder / path).unlink()
                continue
            self.result.parts.extend(taken.parts)
            self.result.quarantine.extend(taken.quarantine)
            for control in taken.controls:
                connection.register("counted", control)
                connection.execute("insert into control by name select * from counted")
                connection.unregister("counted")
            for (file_no, *noted), count in taken.noted.items():
                self._files[file_no].noted[tuple(noted)] += count
            for file_no, notes in taken.notes.items():
                self._files[file_no].notes.extend(notes)
            for file_no, count in taken.non_data.items():
                self._files[file_no].non_data_count += count
            for file_no, rows in taken.samples.items():
                given = self._files[file_no]
                given.quarantine = pa.concat_tables([given.quarantine, rows])


def _row_notes(feed_file: FeedFile) -> list[Note]:
    return [
        Note("warning", noted.partition(":")[0], note_of(feed_file.feed, noted, count, expected))
        for (noted, expected), count in sorted(feed_file.noted.items())
    ]


CONTROL_BODY = (
    "(file_no integer, event_month varchar, admdvs varchar, received_count bigint,"
    " received_yuan decimal(20,2), written_count bigint, written_yuan decimal(20,2),"
    " quarantined_count bigint, quarantined_yuan decimal(20,2), unreadable_count bigint)"
)


# the sheets of a workbook are counted one by one
CONTROL_SQL = """
select
    cast({delivery_no} as integer) as delivery_no,
    file_no,
    event_month,
    admdvs,
    cast(sum(received_count) as bigint) as received_count,
    cast(sum(received_yuan) as decimal(20,2)) as received_yuan,
    cast(sum(written_count) as bigint) as written_count,
    cast(sum(written_yuan) as decimal(20,2)) as written_yuan,
    cast(sum(quarantined_count) as bigint) as quarantined_count,
    cast(sum(quarantined_yuan) as decimal(20,2)) as quarantined_yuan,
    cast(sum(unreadable_count) as bigint) as unreadable_count,
from control
group by file_no, event_month, admdvs
order by file_no, event_month, admdvs
"""


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _start(feed_file: FeedFile, prepared: Prepared) -> None:
    feed_file.encoding = prepared.encoding
    feed_file.notes.extend(prepared.notes)
    feed_file.rejected_reason = prepared.rejected_reason


def _is_full(members: list[Member], more_bytes: int, layout: Layout) -> bool:
    return (
        members[0].table.layout != layout
        or len(members) >= BATCH_FILES
        or sum(each.table.byte_count for each in members) + more_bytes > BATCH_BYTES
    )


def _count(
    connection: duckdb.DuckDBPyConnection, files: list[FeedFile], gone: dict[int, tuple[int, Decimal]]
) -> None:
    """Fill in what ``control`` says of each file: rows and yuan, months and areas."""
    counted = connection.execute(
        "select event_month, admdvs, file_no, sum(received_count), sum(received_yuan),"
        " sum(quarantined_count), sum(quarantined_yuan), sum(unreadable_count) from control"
        " group by event_month, admdvs, file_no"
    ).fetchall()
    by_file = defaultdict(list)
    for event_month, admdvs, file_no, *sums in counted:
        by_file[file_no].append((event_month, admdvs, sums))
    for feed_file in files:
        found = by_file[feed_file.file_no]
        sums = [sum(values) for values in zip(*(each for _, _, each in found), strict=True)] or [0] * 5
        feed_file.received_count, feed_file.quarantined_count = int(sums[0]), int(sums[2])
        feed_file.received_yuan, feed_file.quarantined_yuan = _cents(sums[1]), _cents(sums[3])
        feed_file.unreadable_count = int(sums[4])
        lost = gone.get(feed_file.file_no, (0, Decimal("0.00")))
        feed_file.superseded_count, feed_file.superseded_yuan = lost
        feed_file.loaded_count = feed_file.received_count - feed_file.quarantined_count - lost[0]
        feed_file.loaded_yuan = feed_file.received_yuan - feed_file.quarantined_yuan - lost[1]
        feed_file.months = sorted({month for month, _, _ in found} - {None, "all"})
        feed_file.areas = sorted({area for _, area, _ in found} - {None, "all"})
        if feed_file.rejected_reason is None and not feed_file.received_count:
            feed_file.rejected_reason = NOTHING_READ


def _cents(value: Any) -> Decimal:
    return Decimal(value).quantize(Decimal("0.01"))

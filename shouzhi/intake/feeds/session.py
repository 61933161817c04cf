"""The business feeds of one delivery: file after file into batches, batches into parts, then what they supersede.

A batch is read by one statement: text tables of one feed and one layout, up to a number of bytes; a larger text is cut
into pieces of that size. Two feeds are read at a time, each on one core in a DuckDB of its own with bounded memory that
spills into the working folder: two threads of one statement wait for each other, two feeds never do. A feed that is read
alone, or that is still being read when no other is left, has both cores.
"""

import os
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from shouzhi.intake.contract import Feed
from shouzhi.intake.discovery import Source
from shouzhi.intake.feeds.batch import Batch, Member, prove, take_batch
from shouzhi.intake.feeds.pseudonym import KEY_BYTES, key_check, load_key, read_key
from shouzhi.intake.feeds.relations import FeedState
from shouzhi.intake.feeds.stage_sql import has_personal
from shouzhi.intake.feeds.supersede import Replaced, write_superseded
from shouzhi.intake.feeds.text_tables import Prepared, Scan, TextTable, pieces, prepare
from shouzhi.intake.parsed import QUARANTINE_SCHEMA, Note
from shouzhi.progress import Progress

# Beside the lake, never in it: transcoded text still carries names until the columns are dropped.
WORK_FOLDER = Path("work") / "intake"
# as much text as is in memory at once, whatever the files' sizes; to plan a batch costs more than half a second
BATCH_BYTES = 96 << 20
BATCH_FILES = 400
MEMORY_LIMIT = "1GB"
CORES = 2
READERS = 2
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
    unread_dates: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    rejected_reason: str | None = None


@dataclass
class FeedResult:
    """What of one feed goes into the manifest entry; paths are relative to the session's folder."""

    parts: list[dict[str, Any]] = field(default_factory=list)
    quarantine: list[str] = field(default_factory=list)
    superseded: dict[str, Any] | None = None
    control: str | None = None
    replaced: list[Replaced] = field(default_factory=list)
    # tables taken so far, which number the batches
    table_count: int = 0


class FeedSession:
    """One delivery's feeds. A trial does all of it in a folder of its own that is thrown away."""

    def __init__(
        self,
        lake_root: Path | None,
        delivery_no: int,
        expected_key: str | None,
        progress: Progress,
        *,
        is_trial: bool = False,
    ) -> None:
        self.delivery_no = delivery_no
        self.is_trial = is_trial
        self.progress = progress
        self.files: list[FeedFile] = []
        self.results: dict[str, FeedResult] = {}
        self.key_check: str | None = expected_key
        self._expected_key = expected_key
        self._sources: list[tuple[FeedFile, Source, Scan]] = []
        # the readers that are still at work
        self._busy: set[int] = set()
        self._base = lake_root
        self.folder: Path | None = None

    def add(self, feed_file: FeedFile, source: Source, scanned: Scan) -> None:
        self.files.append(feed_file)
        self._sources.append((feed_file, source, scanned))

    def run(self, states: dict[str, FeedState]) -> None:
        """Read everything that was added; ``states`` is what the lake holds before this delivery."""
        if self._base is not None and not self.is_trial:
            shutil.rmtree(self._base.parent / WORK_FOLDER, ignore_errors=True)
        if not self._sources:
            return
        self.folder = self._make_folder()
        sizes: dict[str, int] = defaultdict(int)
        for feed_file, _, scanned in self._sources:
            sizes[feed_file.feed.feed] += scanned.byte_count
        feeds = {each.feed.feed: each.feed for each, _, _ in self._sources}
        key = self._read_key(list(feeds.values()))
        # the largest first, so that none is left over for the end; both readers take from the same list
        waiting = iter(sorted(feeds, key=lambda code: -sizes[code]))

        def read_feeds(number: int) -> dict[str, FeedResult]:
            try:
                with self._connection(number) as connection:
                    if key is not None:
                        load_key(connection, key)
                    return {
                        code: self._run_feed(connection, feeds[code], states.get(code) or FeedState())
                        for code in waiting
                    }
            finally:
                self._busy.discard(number)

        self._busy.update(range(min(READERS, len(feeds))))
        with ThreadPoolExecutor(READERS) as pool:
            reading = [pool.submit(read_feeds, number) for number in sorted(self._busy)]
            results = {code: result for each in reading for code, result in each.result().items()}
        self.results = {code: results[code] for code in feeds}

    def _read_key(self, feeds: list[Feed]) -> bytes | None:
        """The key of the pseudonyms, where any feed holds persons."""
        if not any(has_personal(feed) for feed in feeds):
            return None
        # a first trial makes no key: any will do for what is thrown away
        is_first_trial = self.is_trial and self._expected_key is None
        key = os.urandom(KEY_BYTES) if is_first_trial else read_key(self._expected_key)
        self.key_check = key_check(key)
        return key

    def _make_folder(self) -> Path:
        if self._base is None or self.is_trial:
            return Path(tempfile.mkdtemp(prefix="shouzhi-check-"))
        folder = self._base.parent / WORK_FOLDER
        folder.mkdir(parents=True, mode=0o700)
        return folder

    def close(self) -> None:
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)

    @contextmanager
    def _connection(self, number: int) -> Iterator[duckdb.DuckDBPyConnection]:
        assert self.folder is not None
        spill = self.folder / f"spill{number}"
        spill.mkdir()
        with duckdb.connect() as connection:
            connection.execute("set enable_progress_bar = false")
            connection.execute(f"set memory_limit = '{MEMORY_LIMIT}'")
            # what a batch gave free goes back to the system before the next one
            connection.execute("set allocator_flush_threshold = '16MB'")
            connection.execute("set allocator_bulk_deallocation_flush_threshold = '16MB'")
            connection.execute("set temp_directory = '" + str(spill).replace("'", "''") + "'")
            connection.execute("set autoinstall_known_extensions = false")
            yield connection

    def _share_cores(self, connection: duckdb.DuckDBPyConnection) -> int:
        """Give a reader the cores that are its own from now on, and return how many."""
        cores = CORES // max(1, len(self._busy))
        connection.execute(f"set threads = {cores}")
        return cores

    def _run_feed(self, connection: duckdb.DuckDBPyConnection, feed: Feed, state: FeedState) -> FeedResult:
        assert self.folder is not None
        result = FeedResult()
        given = [each for each in self._sources if each[0].feed.feed == feed.feed]
        if len(given) > 1:
            self.progress.line(f"读取 {feed.feed}（{feed.label}）共 {len(given)} 份文件")
        connection.execute("create or replace temp table control " + CONTROL_BODY)
        members: list[Member] = []
        for number, (feed_file, source, scanned) in enumerate(given):
            folder = self.folder / "text" / f"{feed.feed}-{number}"
            folder.mkdir(parents=True)
            prepared = prepare(source, scanned, feed, folder)
            _start(feed_file, prepared)
            for table in prepared.tables:
                if table.byte_count > BATCH_BYTES:
                    if members:
                        self._take(connection, feed, members, result)
                    members = []
                    self._take_pieces(connection, feed, feed_file, table, result)
                    continue
                if members and _is_full(members, table.byte_count, table.layout):
                    self._take(connection, feed, members, result)
                    members = []
                members.append(Member(feed_file.file_no, feed_file.name, feed_file.digest, table))
        if members:
            self._take(connection, feed, members, result)
        self._finish(connection, feed, state, result, [each for each, _, _ in given])
        return result

    def _take(
        self, connection: duckdb.DuckDBPyConnection, feed: Feed, members: list[Member], result: FeedResult
    ) -> None:
        assert self.folder is not None
        megabytes = sum(each.table.byte_count for each in members) / 2**20
        if megabytes > 50:
            self.progress.line(f"读取 {members[0].name} 等 {len(members)} 份，{megabytes:,.0f} MB")
        cores = self._share_cores(connection)
        batch = Batch(feed, members, self.folder, self.delivery_no, result.table_count, cores)
        result.table_count += len(members)
        taken = take_batch(connection, batch)
        result.parts.extend(taken.parts)
        result.quarantine.extend(taken.quarantine)
        by_no = {each.file_no: each for each in self.files}
        for file_no, reason in taken.rejected.items():
            by_no[file_no].rejected_reason = reason
        for (file_no, name), count in taken.unread_dates.items():
            by_no[file_no].unread_dates[name] += count
        for file_no, count in taken.non_data.items():
            by_no[file_no].non_data_count += count
        for file_no, rows in taken.samples.items():
            by_no[file_no].quarantine = pa.concat_tables([by_no[file_no].quarantine, rows])
        for member in members:
            if self.folder in member.table.path.parents:
                member.table.path.unlink(missing_ok=True)

    def _take_pieces(
        self,
        connection: duckdb.DuckDBPyConnection,
        feed: Feed,
        feed_file: FeedFile,
        table: TextTable,
        result: FeedResult,
    ) -> None:
        """A large text, piece by piece; where one cannot be read, nothing of the file stays."""
        assert self.folder is not None
        part_count, quarantine_count = len(result.parts), len(result.quarantine)
        self.progress.line(f"读取 {feed_file.name}，{table.byte_count / 2**20:,.0f} MB")
        folder = self.folder / "text" / feed.feed
        folder.mkdir(exist_ok=True)
        for piece in pieces(table, folder, BATCH_BYTES):
            self._take(
                connection, feed, [Member(feed_file.file_no, feed_file.name, feed_file.digest, piece)], result
            )
            if feed_file.rejected_reason:
                break
        if feed_file.rejected_reason:
            gone = [part["path"] for part in result.parts[part_count:]] + result.quarantine[quarantine_count:]
            for path in gone:
                (self.folder / path).unlink()
            del result.parts[part_count:], result.quarantine[quarantine_count:]
            connection.execute("delete from control where file_no = ?", [feed_file.file_no])
            feed_file.non_data_count = 0
            feed_file.unread_dates.clear()
            feed_file.quarantine = QUARANTINE_SCHEMA.empty_table()
        if self.folder in table.path.parents:
            table.path.unlink(missing_ok=True)

    def _finish(
        self,
        connection: duckdb.DuckDBPyConnection,
        feed: Feed,
        state: FeedState,
        result: FeedResult,
        files: list[FeedFile],
    ) -> None:
        assert self.folder is not None
        gone: dict[int, tuple[int, Decimal]] = {}
        self._share_cores(connection)
        prove(connection, feed, self.folder, result.parts)
        if result.parts:
            names = {each.file_no: each.name for each in files}
            superseded = write_superseded(
                connection, feed, state, result.parts, self.folder, self.delivery_no, names
            )
            result.superseded, gone = superseded.entry, superseded.own
            result.replaced = superseded.replaced
        path = self.folder / feed.feed / "control.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        connection.execute(f"copy ({CONTROL_SQL.format(delivery_no=self.delivery_no)}) to '{_quoted(path)}'")
        result.control = f"{feed.feed}/control.parquet"
        _count(connection, files, gone)
        for feed_file in files:
            feed_file.notes.extend(_unread_notes(feed_file))


def _unread_notes(feed_file: FeedFile) -> list[Note]:
    notes = []
    for name, count in sorted(feed_file.unread_dates.items()):
        label = f"{feed_file.feed.column(name).label}（{name}）"
        text = f"有 {count} 行的{label}不是有效的日期，已留空，其余照收；请核对，日期应如 2024-01-31"
        notes.append(Note("warning", "unread_date", text))
    return notes


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


def _is_full(members: list[Member], more_bytes: int, layout: Any) -> bool:
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

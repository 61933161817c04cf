"""The business feeds of one delivery: file after file into batches, batches into parts, then what they supersede.

A batch is read by one statement: text tables of one feed and one layout, up to a number of bytes. The session keeps
one DuckDB connection with bounded memory that spills into the working folder.
"""

import shutil
import tempfile
from collections.abc import Iterator
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
from shouzhi.intake.feeds.pseudonym import key_check, load_key, read_key
from shouzhi.intake.feeds.relations import FeedState
from shouzhi.intake.feeds.stage_sql import has_personal
from shouzhi.intake.feeds.supersede import write_superseded
from shouzhi.intake.feeds.text_tables import Prepared, Scan, prepare
from shouzhi.intake.parsed import QUARANTINE_SCHEMA, Note
from shouzhi.progress import Progress

# Beside the lake, never in it: transcoded text still carries names until the columns are dropped.
WORK_FOLDER = Path("work") / "intake"
BATCH_BYTES = 192 << 20
BATCH_FILES = 400
MEMORY_LIMIT = "1GB"
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
    rejected_reason: str | None = None


@dataclass
class FeedResult:
    """What of one feed goes into the manifest entry; paths are relative to the session's folder."""

    parts: list[dict[str, Any]] = field(default_factory=list)
    quarantine: list[str] = field(default_factory=list)
    superseded: dict[str, Any] | None = None
    control: str | None = None


class FeedSession:
    """One delivery's feeds. ``delivery_no`` is None where files are only checked."""

    def __init__(
        self, lake_root: Path | None, delivery_no: int | None, expected_key: str | None, progress: Progress
    ) -> None:
        self.delivery_no = delivery_no
        self.progress = progress
        self.files: list[FeedFile] = []
        self.results: dict[str, FeedResult] = {}
        self.key_check: str | None = expected_key
        self._expected_key = expected_key
        self._sources: list[tuple[FeedFile, Source, Scan]] = []
        self._base = lake_root
        self._batch_number = 0
        self.folder: Path | None = None

    def add(self, feed_file: FeedFile, source: Source, scanned: Scan) -> None:
        self.files.append(feed_file)
        self._sources.append((feed_file, source, scanned))

    def run(self, states: dict[str, FeedState]) -> None:
        """Read everything that was added; ``states`` is what the lake holds before this delivery."""
        if self._base is not None:
            shutil.rmtree(self._base.parent / WORK_FOLDER, ignore_errors=True)
        if not self._sources:
            return
        self.folder = self._make_folder()
        with self._connection() as connection:
            feeds = {each.feed.feed: each.feed for each, _, _ in self._sources}
            if self.delivery_no is not None and any(has_personal(feed) for feed in feeds.values()):
                key = read_key(self._expected_key)
                self.key_check = key_check(key)
                load_key(connection, key)
            for code, feed in feeds.items():
                self._run_feed(connection, feed, states.get(code) or FeedState())

    def _make_folder(self) -> Path:
        if self._base is None or self.delivery_no is None:
            return Path(tempfile.mkdtemp(prefix="shouzhi-check-"))
        folder = self._base.parent / WORK_FOLDER
        folder.mkdir(parents=True, mode=0o700)
        return folder

    def close(self) -> None:
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)

    @contextmanager
    def _connection(self) -> Iterator[duckdb.DuckDBPyConnection]:
        assert self.folder is not None
        spill = self.folder / "spill"
        spill.mkdir()
        with duckdb.connect() as connection:
            connection.execute("set enable_progress_bar = false; set threads = 2")
            connection.execute(f"set memory_limit = '{MEMORY_LIMIT}'")
            connection.execute("set temp_directory = '" + str(spill).replace("'", "''") + "'")
            connection.execute("set autoinstall_known_extensions = false")
            yield connection

    def _run_feed(self, connection: duckdb.DuckDBPyConnection, feed: Feed, state: FeedState) -> None:
        assert self.folder is not None
        result = FeedResult()
        given = [each for each in self._sources if each[0].feed.feed == feed.feed]
        if len(given) > 1:
            self.progress.line(f"读取 {feed.feed}（{feed.label}）共 {len(given)} 份文件")
        connection.execute("create or replace temp table control " + CONTROL_BODY)
        self._batch_number = 0
        members: list[Member] = []
        for number, (feed_file, source, scanned) in enumerate(given):
            folder = self.folder / "text" / f"{feed.feed}-{number}"
            folder.mkdir(parents=True)
            prepared = prepare(source, scanned, feed, folder)
            _start(feed_file, prepared)
            for table in prepared.tables:
                if members and _is_full(members, table.byte_count, table.layout):
                    self._take(connection, feed, members, result)
                    members = []
                members.append(Member(feed_file.file_no, feed_file.name, feed_file.digest, table))
        if members:
            self._take(connection, feed, members, result)
        self._finish(connection, feed, state, result, [each for each, _, _ in given])
        self.results[feed.feed] = result

    def _take(
        self, connection: duckdb.DuckDBPyConnection, feed: Feed, members: list[Member], result: FeedResult
    ) -> None:
        assert self.folder is not None
        megabytes = sum(each.table.byte_count for each in members) / 2**20
        if megabytes > 50:
            self.progress.line(f"读取 {members[0].name} 等 {len(members)} 份，{megabytes:,.0f} MB")
        batch = Batch(feed, members, self.folder, self.delivery_no, self._batch_number)
        self._batch_number += len(members)
        taken = take_batch(connection, batch)
        result.parts.extend(taken.parts)
        result.quarantine.extend(taken.quarantine)
        by_no = {each.file_no: each for each in self.files}
        for file_no, reason in taken.rejected.items():
            by_no[file_no].rejected_reason = reason
        for file_no, notes in taken.notes.items():
            by_no[file_no].notes.extend(notes)
        for file_no, count in taken.non_data.items():
            by_no[file_no].non_data_count += count
        for file_no, rows in taken.samples.items():
            by_no[file_no].quarantine = pa.concat_tables([by_no[file_no].quarantine, rows])
        for member in members:
            if self.folder in member.table.path.parents:
                member.table.path.unlink(missing_ok=True)

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
        if self.delivery_no is not None:
            prove(connection, feed, self.folder, result.parts)
        if self.delivery_no is not None and result.parts:
            names = {each.file_no: each.name for each in files}
            superseded = write_superseded(
                connection, feed, state, result.parts, self.folder, self.delivery_no, names
            )
            result.superseded, gone = superseded.entry, superseded.own
        if self.delivery_no is not None:
            path = self.folder / feed.feed / "control.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            connection.execute(
                f"copy ({CONTROL_SQL.format(delivery_no=self.delivery_no)}) to '{_quoted(path)}'"
            )
            result.control = f"{feed.feed}/control.parquet"
        for feed_file in files:
            _count(connection, feed_file, gone.get(feed_file.file_no, (0, Decimal("0.00"))))


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


def _count(connection: duckdb.DuckDBPyConnection, feed_file: FeedFile, gone: tuple[int, Decimal]) -> None:
    found = connection.execute(
        "select coalesce(sum(received_count), 0), coalesce(sum(received_yuan), 0),"
        " coalesce(sum(quarantined_count), 0), coalesce(sum(quarantined_yuan), 0),"
        " coalesce(sum(unreadable_count), 0) from control where file_no = ?",
        [feed_file.file_no],
    ).fetchone()
    assert found is not None
    feed_file.received_count, feed_file.quarantined_count = int(found[0]), int(found[2])
    feed_file.received_yuan, feed_file.quarantined_yuan = _cents(found[1]), _cents(found[3])
    feed_file.unreadable_count = int(found[4])
    feed_file.superseded_count, feed_file.superseded_yuan = gone
    feed_file.loaded_count = feed_file.received_count - feed_file.quarantined_count - gone[0]
    feed_file.loaded_yuan = feed_file.received_yuan - feed_file.quarantined_yuan - gone[1]
    for attribute, column in (("months", "event_month"), ("areas", "admdvs")):
        listed = connection.execute(
            f"select distinct {column} from control where file_no = ? and {column} is not null order by 1",
            [feed_file.file_no],
        ).fetchall()
        setattr(feed_file, attribute, [value for (value,) in listed if value != "all"])
    if feed_file.rejected_reason is None and not feed_file.received_count:
        feed_file.rejected_reason = NOTHING_READ


def _cents(value: Any) -> Decimal:
    return Decimal(value).quantize(Decimal("0.01"))

"""The walk of one delivery: discover, read, report; and, when asked to, write into the lake."""

import datetime as dt
import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from shouzhi.errors import UserError
from shouzhi.intake import lake
from shouzhi.intake.contract import business_feeds
from shouzhi.intake.delivery_hints import delivery_hints
from shouzhi.intake.discovery import Source, content_hash, discover, format_fault
from shouzhi.intake.feeds.feed_reading import FeedFile
from shouzhi.intake.feeds.relations import feed_states
from shouzhi.intake.feeds.session import FeedSession
from shouzhi.intake.feeds.text_tables import scan
from shouzhi.intake.hints import future_notes
from shouzhi.intake.parsed import QUARANTINE_SCHEMA, ROW_SCHEMA, sum_yuan
from shouzhi.intake.reading import OpenedFile, ParsedFile, finish, open_source
from shouzhi.intake.report import ContractReport, FileReport, describe_rows
from shouzhi.progress import Progress, silent

# as many rows of statements as are classified at once
TOGETHER_ROWS = 100_000


@dataclass(frozen=True)
class Delivery:
    """What ``take_in`` did. ``delivery_no`` is None where nothing new came."""

    delivery_no: int | None
    report: ContractReport

    @property
    def is_new(self) -> bool:
        return self.delivery_no is not None


@dataclass
class _Read:
    report: FileReport
    digest: str
    parsed: ParsedFile | None
    feed_file: FeedFile | None = None
    file_no: int = 0
    opened: OpenedFile | None = None

    @property
    def is_new(self) -> bool:
        return self.report.is_recorded and (self.parsed is not None or self.feed_file is not None)


def check_extracts(
    extracts: Path,
    progress: Progress | None = None,
    today: dt.date | None = None,
    lake_root: Path | None = None,
) -> ContractReport:
    """Read everything under ``extracts`` and report what a run would do; nothing is loaded.

    ``lake_root`` is the lake that the files would come into, so that what they replace there is told; ``today`` tells
    what lies in the future.
    """
    known = lake.known_files(lake_root) if lake_root else {}
    entries = lake.read_manifest(lake_root) if lake_root else []
    delivery_no = lake.next_delivery_no(lake_root) if lake_root else 1
    session = FeedSession(
        lake_root, delivery_no, lake.key_check(entries), progress or silent(), is_trial=True
    )
    try:
        reads = _read_all(Path(extracts), known, session, today or dt.date.today())
        session.run(feed_states(lake_root, entries) if lake_root else {})
        _fill_feeds(reads, known)
        report = _report(reads, session)
    finally:
        session.close()
    parsed = [each.parsed for each in reads if each.parsed is not None]
    names = [each.report.name for each in reads if each.parsed is not None]
    hints = delivery_hints([(name, each.rows) for name, each in zip(names, parsed, strict=True)])
    for index, notes in hints.items():
        parsed[index].notes.extend(notes)
    return report


def take_in(
    extracts: Path,
    lake_root: Path,
    progress: Progress | None = None,
    today: dt.date | None = None,
    when_new: Callable[[], object] = lambda: None,
) -> Delivery:
    """Read everything under ``extracts`` and write what is new into the lake as one delivery.

    ``when_new`` is called once, as soon as something new that may be loaded is known to be there.
    """
    lake_root = Path(lake_root)
    known, entries = lake.known_files(lake_root), lake.read_manifest(lake_root)
    delivery_no = lake.next_delivery_no(lake_root)
    session = FeedSession(lake_root, delivery_no, lake.key_check(entries), progress or silent())
    try:
        reads = _read_all(Path(extracts), known, session, today or dt.date.today(), cache(when_new))
        session.run(feed_states(lake_root, entries))
        _fill_feeds(reads, known)
        report = _report(reads, session)
        new = [each for each in reads if each.is_new]
        if not new:
            lake_root.mkdir(parents=True, exist_ok=True)
            lake.clean_orphans(lake_root)
            return Delivery(None, report)
        statements = [each for each in new if each.parsed is not None]
        rows = pa.concat_tables(
            [
                lake.STATEMENT_FILE_SCHEMA.empty_table(),
                *(_with_origin(each, each.parsed.rows) for each in statements if each.parsed),
            ]
        )
        quarantine = pa.concat_tables(
            [
                lake.QUARANTINE_FILE_SCHEMA.empty_table(),
                *(_quarantine_with_origin(each) for each in statements),
            ]
        )
        records = [_feed_record(each) if each.feed_file else _record(each) for each in new]
        delivery_no = lake.write_delivery(lake_root, records, rows, quarantine, session=session)
        return Delivery(delivery_no, report)
    finally:
        session.close()


def _report(reads: list[_Read], session: FeedSession) -> ContractReport:
    feeds = business_feeds()
    replaced = {feeds[code]: result.replaced for code, result in session.results.items() if result.replaced}
    return ContractReport([each.report for each in reads], replaced)


def _fill_feeds(reads: list[_Read], known: dict[str, dict[str, Any]]) -> None:
    for each in reads:
        if each.feed_file is not None:
            each.report.fill(each.feed_file)
            each.report.is_recorded = not (
                each.feed_file.rejected_reason and _is_rejected(known, each.digest)
            )


def _read_all(
    extracts: Path,
    known: dict[str, dict[str, Any]],
    session: FeedSession,
    today: dt.date,
    when_new: Callable[[], object] = lambda: None,
) -> list[_Read]:
    reads: list[_Read] = []
    seen: dict[str, str] = {}
    feeds = business_feeds()
    waiting: list[_Read] = []
    row_count = 0
    for source in discover(extracts):
        if source.feed is not None and source.feed.feed in feeds:
            reads.append(_scan_feed(source, known, seen, session, len(reads) + 1))
            if session.files:
                when_new()
            continue
        session.progress.line(f"读取 {source.name}")
        read = replace(_read_one(source, known, seen), file_no=len(reads) + 1)
        reads.append(read)
        if read.opened is not None:
            waiting.append(read)
            row_count += read.opened.waiting_count
            if row_count >= TOGETHER_ROWS:
                _finish(waiting, known)
                waiting, row_count = [], 0
    _finish(waiting, known)
    for read in reads:
        if read.parsed is not None:
            read.parsed.notes.extend(future_notes(read.parsed.rows, today))
            if not read.parsed.rejected_reason:
                when_new()
    return reads


def _finish(waiting: list[_Read], known: dict[str, dict[str, Any]]) -> None:
    """Classify the statements that wait, many files in one go."""
    finish([each.opened for each in waiting if each.opened])
    for each in waiting:
        assert each.parsed is not None
        each.report.fill(each.parsed)
        each.report.is_recorded = not (each.parsed.rejected_reason and _is_rejected(known, each.digest))
        each.opened = None


def _scan_feed(
    source: Source,
    known: dict[str, dict[str, Any]],
    seen: dict[str, str],
    session: FeedSession,
    file_no: int,
) -> _Read:
    """Hash a file of a business feed; what is new goes to the session, which reads it by the batch."""
    assert source.feed is not None
    report = FileReport(source.name, source.feed)
    try:
        if source.fault:
            raise UserError(source.fault)
        with source.open() as stream:
            scanned = scan(stream)
        digest = scanned.digest
    except UserError as error:
        source, scanned = replace(source, fault=error.sentence), scan(io.BytesIO())
        digest = content_hash(f"unreadable:{source.name}".encode())
    if digest in seen:
        report.mark_duplicate(seen[digest])
        return _Read(report, digest, None)
    seen[digest] = source.name
    if digest in known and known[digest]["status_code"] == "loaded":
        report.mark_known(known[digest])
        return _Read(report, digest, None)
    if "dismissed" in known.get(digest, {}):
        report.mark_dismissed(known[digest])
        return _Read(report, digest, None)
    feed_file = FeedFile(source.feed, file_no, source.name, digest)
    session.add(feed_file, source, scanned)
    return _Read(report, digest, None, feed_file, file_no)


def _read_one(source: Source, known: dict[str, dict[str, Any]], seen: dict[str, str]) -> _Read:
    report, is_unreadable = FileReport(source.name, source.feed), False
    try:
        data = source.load()
        digest = content_hash(data)
        fault = format_fault(source, data)
        is_unreadable = fault is not None
        source = replace(source, fault=source.fault if fault is None else fault)
    except UserError as error:
        digest = content_hash(f"unreadable:{source.name}".encode())
        source = Source(source.name, source.load, source.feed, error.sentence)
    if _is_rejected(known, digest) and "dismissed" in known[digest]:
        report.mark_dismissed(known[digest])
        return _Read(report, digest, None)
    if source.feed is None or is_unreadable:
        if source.fault:
            report.reject(source.fault)
        else:
            report.mark_unknown()
        mark = f"unread:{digest}"
        report.is_recorded = mark not in seen and digest not in known
        seen.setdefault(mark, source.name)
        return _Read(report, digest, ParsedFile(rejected_reason=report.first_reason))
    if not source.feed.is_read:
        report.mark_not_read()
        return _Read(report, digest, None)
    if digest in seen:
        report.mark_duplicate(seen[digest])
        return _Read(report, digest, None)
    seen[digest] = source.name
    if digest in known and known[digest]["status_code"] == "loaded":
        report.mark_known(known[digest])
        return _Read(report, digest, None)
    opened = open_source(source)
    return _Read(report, digest, opened.parsed, opened=opened)


def _is_rejected(known: dict[str, dict[str, Any]], digest: str) -> bool:
    return digest in known and known[digest]["status_code"] == "rejected"


def _with_origin(read: _Read, table: pa.Table) -> pa.Table:
    count = table.num_rows
    origin = {
        "delivery_no": pa.array([0] * count, pa.int32()),
        "content_hash": pa.array([read.digest] * count, pa.string()),
        "file_name": pa.array([read.report.name] * count, pa.string()),
    }
    columns = {**origin, **{name: table[name] for name in ROW_SCHEMA.names}}
    return pa.table(columns, schema=lake.STATEMENT_FILE_SCHEMA)


def _quarantine_with_origin(read: _Read) -> pa.Table:
    assert read.parsed is not None
    table = read.parsed.quarantine
    count = table.num_rows
    feed = read.report.feed.feed if read.report.feed else None
    origin = {
        "delivery_no": pa.array([0] * count, pa.int32()),
        "content_hash": pa.array([read.digest] * count, pa.string()),
        "file_name": pa.array([read.report.name] * count, pa.string()),
        "feed_code": pa.array([feed] * count, pa.string()),
    }
    columns = {**origin, **{name: table[name] for name in QUARANTINE_SCHEMA.names}}
    return pa.table(columns, schema=lake.QUARANTINE_FILE_SCHEMA)


def _record(read: _Read) -> dict[str, Any]:
    """Return the manifest's record of one file: counts and yuan, and the notes."""
    parsed, report = read.parsed, read.report
    assert parsed is not None
    is_rejected = parsed.rejected_reason is not None
    periods = describe_rows(parsed.rows).periods
    return {
        "content_hash": read.digest,
        "file_name": report.name,
        "feed_code": report.feed.feed if report.feed else None,
        "file_no": read.file_no,
        "period_label": _period_label(periods),
        "status_code": "rejected" if is_rejected else "loaded",
        "encoding_code": parsed.encoding or None,
        "received_count": parsed.received_count,
        "quarantined_count": parsed.quarantine.num_rows,
        "non_data_count": parsed.non_data_count,
        "received_yuan": parsed.received_yuan,
        "quarantined_yuan": sum_yuan(parsed.quarantine),
        "unreadable_amount_count": pc.sum(pc.is_null(parsed.quarantine["amount_yuan"])).as_py() or 0,
        "warning_count": sum(note.severity_code != "info" for note in parsed.notes),
        "first_reason": report.first_reason,
        "sub_cent_residual_yuan": parsed.sub_cent_residual_yuan,
        "notes": [vars(note) for note in parsed.notes],
    }


def _feed_record(read: _Read) -> dict[str, Any]:
    """Return the manifest's record of one file of a business feed."""
    given = read.feed_file
    assert given is not None
    return {
        "content_hash": given.digest,
        "file_name": given.name,
        "feed_code": given.feed.feed,
        "file_no": given.file_no,
        "period_label": _period_label(given.months),
        "status_code": "rejected" if given.rejected_reason else "loaded",
        "encoding_code": given.encoding or None,
        "received_count": given.received_count,
        "quarantined_count": given.quarantined_count,
        "non_data_count": given.non_data_count,
        "received_yuan": given.received_yuan,
        "quarantined_yuan": given.quarantined_yuan,
        "unreadable_amount_count": given.unreadable_count,
        "warning_count": sum(note.severity_code != "info" for note in given.notes),
        "first_reason": read.report.first_reason,
        "sub_cent_residual_yuan": "0.000000",
        "notes": [vars(note) for note in given.notes],
    }


def _period_label(periods: list[str]) -> str | None:
    if not periods:
        return None
    return periods[0] if len(periods) == 1 else f"{periods[0]}–{periods[-1]}"

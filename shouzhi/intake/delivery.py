"""The walk of one delivery: discover, read, report; and, when asked to, write into the lake."""

import datetime as dt
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from shouzhi.errors import UserError
from shouzhi.intake import lake
from shouzhi.intake.delivery_hints import delivery_hints
from shouzhi.intake.discovery import Source, content_hash, discover, format_fault
from shouzhi.intake.hints import future_notes
from shouzhi.intake.parsed import QUARANTINE_SCHEMA, ROW_SCHEMA, sum_yuan
from shouzhi.intake.reading import ParsedFile, read_source
from shouzhi.intake.report import ContractReport, FileReport, describe_rows
from shouzhi.progress import Progress, silent


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


def check_extracts(
    extracts: Path, progress: Progress | None = None, today: dt.date | None = None
) -> ContractReport:
    """Read everything under ``extracts`` and report; nothing is loaded. ``today`` tells what lies in the future."""
    reads = _read_all(Path(extracts), {}, progress or silent(), today or dt.date.today())
    parsed = [each.parsed for each in reads if each.parsed is not None]
    names = [each.report.name for each in reads if each.parsed is not None]
    hints = delivery_hints([(name, each.rows) for name, each in zip(names, parsed, strict=True)])
    for index, notes in hints.items():
        parsed[index].notes.extend(notes)
    return ContractReport([each.report for each in reads])


def take_in(
    extracts: Path, lake_root: Path, progress: Progress | None = None, today: dt.date | None = None
) -> Delivery:
    """Read everything under ``extracts`` and write what is new into the lake as one delivery."""
    lake_root = Path(lake_root)
    known = lake.known_files(lake_root)
    reads = _read_all(Path(extracts), known, progress or silent(), today or dt.date.today())
    report = ContractReport([each.report for each in reads])
    new = [each for each in reads if each.parsed is not None and each.report.is_recorded]
    if not new:
        lake_root.mkdir(parents=True, exist_ok=True)
        lake.clean_orphans(lake_root)
        return Delivery(None, report)
    rows = pa.concat_tables([_with_origin(each, each.parsed.rows) for each in new if each.parsed])
    quarantine = pa.concat_tables([_quarantine_with_origin(each) for each in new if each.parsed])
    delivery_no = lake.write_delivery(lake_root, [_record(each) for each in new], rows, quarantine)
    return Delivery(delivery_no, report)


def _read_all(
    extracts: Path, known: dict[str, dict[str, Any]], progress: Progress, today: dt.date
) -> list[_Read]:
    reads: list[_Read] = []
    seen: dict[str, str] = {}
    for source in discover(extracts):
        progress.line(f"读取 {source.name}")
        read = _read_one(source, known, seen)
        if read.parsed is not None:
            read.parsed.notes.extend(future_notes(read.parsed.rows, today))
        reads.append(read)
    return reads


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
    if source.feed is None or is_unreadable:
        if source.fault:
            report.reject(source.fault)
        else:
            report.mark_unknown()
        mark = f"unread:{digest}"
        report.is_recorded = mark not in seen and digest not in known
        seen.setdefault(mark, source.name)
        return _Read(report, digest, ParsedFile(rejected_reason=report.first_reason))
    if not source.feed.is_read or source.feed.feed != "fund_statement":
        report.mark_not_read()
        return _Read(report, digest, None)
    if digest in seen:
        report.mark_duplicate(seen[digest])
        return _Read(report, digest, None)
    seen[digest] = source.name
    if digest in known and known[digest]["status_code"] == "loaded":
        report.mark_known(known[digest])
        return _Read(report, digest, None)
    parsed = read_source(source)
    report.fill(parsed)
    report.is_recorded = not (parsed.rejected_reason and _is_rejected(known, digest))
    return _Read(report, digest, parsed)


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


def _period_label(periods: list[str]) -> str | None:
    if not periods:
        return None
    return periods[0] if len(periods) == 1 else f"{periods[0]}–{periods[-1]}"

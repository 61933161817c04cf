"""The lake: immutable Parquet a delivery, one JSON manifest entry written last, and the relations over it.

Layout: ``<lake>/fund_statement/delivery=NNNNNN/part.parquet``, ``<lake>/quarantine/delivery=NNNNNN/part.parquet``
and ``<lake>/manifest/NNNNNN.json``. A delivery exists when its manifest entry does; folders without an entry
are what a killed run left, are never read, and are removed when the next delivery is written.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from shouzhi.bulk_insert import insert_rows
from shouzhi.errors import UserError
from shouzhi.intake.contract import business_feeds
from shouzhi.intake.feeds.relations import drop_relation, register_feeds
from shouzhi.intake.feeds.session import FeedSession
from shouzhi.intake.parsed import NOTE_FIELDS, QUARANTINE_SCHEMA, ROW_SCHEMA, YUAN
from shouzhi.interruption import is_interruption

SCHEMA_VERSION = 1
FILE_COLUMNS = {
    "file_name": "varchar",
    "feed_code": "varchar",
    "period_label": "varchar",
    "status_code": "varchar",
    "encoding_code": "varchar",
    "received_count": "integer",
    "quarantined_count": "integer",
    "non_data_count": "integer",
    "received_yuan": "decimal(20,2)",
    "quarantined_yuan": "decimal(20,2)",
    "unreadable_amount_count": "integer",
    "warning_count": "integer",
    "first_reason": "varchar",
    "sub_cent_residual_yuan": "decimal(20,6)",
    "file_no": "integer",
    "dismissed_reason": "varchar",
}
# of business feeds only, where they are known at intake: how much of the file stands
STANDING_COLUMNS = {
    "loaded_count": "bigint",
    "loaded_yuan": "decimal(20,2)",
    "superseded_count": "bigint",
    "superseded_yuan": "decimal(20,2)",
}
NOTE_COLUMNS = {name: "integer" if name == "row_number" else "varchar" for name in NOTE_FIELDS}
ORIGIN_FIELDS = [("delivery_no", pa.int32()), ("content_hash", pa.string()), ("file_name", pa.string())]
STATEMENT_FILE_SCHEMA = pa.schema([*ORIGIN_FIELDS, *ROW_SCHEMA])
QUARANTINE_FILE_SCHEMA = pa.schema([*ORIGIN_FIELDS, ("feed_code", pa.string()), *QUARANTINE_SCHEMA])
RELATIONS = {"fund_statement": STATEMENT_FILE_SCHEMA, "quarantine_row": QUARANTINE_FILE_SCHEMA}
FOLDERS = {"fund_statement": "fund_statement", "quarantine_row": "quarantine"}

STANDING_UPDATE = """
update lake.intake_file
set
    loaded_count = control.loaded_count,
    loaded_yuan = control.loaded_yuan,
    superseded_count = control.superseded_count,
    superseded_yuan = control.superseded_yuan
from (
    select
        delivery_no,
        file_no,
        sum(loaded_count) as loaded_count,
        sum(loaded_yuan) as loaded_yuan,
        sum(superseded_count) as superseded_count,
        sum(superseded_yuan) as superseded_yuan,
    from lake.feed_control
    group by delivery_no, file_no
) as control
where control.delivery_no = intake_file.delivery_no and control.file_no = intake_file.file_no
"""


def manifest_folder(lake_root: Path) -> Path:
    return lake_root / "manifest"


def read_manifest(lake_root: Path) -> list[dict[str, Any]]:
    """Return all manifest entries in order of delivery."""
    entries = []
    for path in sorted(manifest_folder(lake_root).glob("[0-9]*.json")):
        try:
            entries.append(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError) as error:
            raise UserError(
                f"数据湖的清单 {path.name} 已损坏，请从备份恢复 lake/manifest 后再运行。"
            ) from error
    return entries


def known_files(lake_root: Path) -> dict[str, dict[str, Any]]:
    """Return the newest record of each content hash, with its ``delivery_no``; ``dismissed`` is why it stays unread."""
    known: dict[str, dict[str, Any]] = {}
    for entry in read_manifest(lake_root):
        for record in entry["files"]:
            known[record["content_hash"]] = {**record, "delivery_no": entry["delivery_no"]}
        for each in entry.get("dismissals", ()):
            known[each["content_hash"]]["dismissed"] = each["reason"]
    return known


def dismiss(lake_root: Path, file_name: str, reason: str) -> list[dict[str, Any]]:
    """Record that a refused file, or the quarantined rows of a loaded one, need nothing more.

    The record stays, the reason beside it. Return the records of the files.
    """
    reason = " ".join(reason.split())
    if not reason:
        raise UserError("请写明原因，如 --reason 该文件是说明文字，不是数据。")
    known = known_files(lake_root)
    named = [each for each in known.values() if each["file_name"] == file_name]
    named = named or [each for each in known.values() if Path(each["file_name"]).name == file_name]
    open_files = [each for each in named if _is_open(each)]
    if not open_files:
        raise UserError(_not_open(file_name, named, known))
    manifest_folder(lake_root).mkdir(parents=True, exist_ok=True)
    delivery_no = next_delivery_no(lake_root)
    kept = ("content_hash", "file_name", "delivery_no")
    entry = {
        "schema_version": SCHEMA_VERSION,
        "delivery_no": delivery_no,
        "files": [],
        "parts": {},
        "dismissals": [{**{key: each[key] for key in kept}, "reason": reason} for each in open_files],
    }
    _write_manifest(manifest_folder(lake_root), delivery_no, entry)
    return open_files


def _is_open(record: dict[str, Any]) -> bool:
    has_problem = record["status_code"] == "rejected" or record["quarantined_count"]
    return bool(has_problem) and "dismissed" not in record


def _not_open(file_name: str, named: list[dict[str, Any]], known: dict[str, dict[str, Any]]) -> str:
    if any("dismissed" in each for each in named):
        return f"{file_name} 已经注明不再处理，不必重复。"
    if named:
        return f"{file_name} 没有被拒收，也没有隔离的行，不需要注明。"
    names = sorted(each["file_name"] for each in known.values() if _is_open(each))
    there = (
        f"现有被拒收或有行被隔离的文件：{'、'.join(names[:10])}。"
        if names
        else "现在没有被拒收或有行被隔离的文件。"
    )
    return f"没有收到过名为 {file_name} 的文件，请照检查报告里的名称填写。{there}"


def next_delivery_no(lake_root: Path) -> int:
    return max((entry["delivery_no"] for entry in read_manifest(lake_root)), default=0) + 1


def delivery_count(lake_root: Path) -> int:
    """How many entries the manifest has, none of them read."""
    return len(list(manifest_folder(lake_root).glob("[0-9]*.json")))


def row_count(entry: dict[str, Any]) -> int:
    """Rows that came into the lake with the delivery of a manifest entry."""
    of_feeds = [part for given in entry.get("feeds", {}).values() for part in given["parts"]]
    return sum(part["row_count"] for part in [*entry["parts"].values(), *of_feeds])


def fingerprint(lake_root: Path) -> str:
    """Hash over the manifest: equal lakes have equal fingerprints, whenever they were filled."""
    digest = hashlib.sha256()
    for entry in read_manifest(lake_root):
        digest.update(json.dumps(entry, sort_keys=True, ensure_ascii=False).encode())
    return digest.hexdigest()


def clean_orphans(lake_root: Path) -> list[str]:
    """Remove what a killed run left: staging folders and deliveries without a manifest entry."""
    kept = {f"delivery={entry['delivery_no']:06d}" for entry in read_manifest(lake_root)}
    removed = []
    for folder in [*FOLDERS.values(), *business_feeds()]:
        for path in sorted((lake_root / folder).glob("delivery=*")):
            if path.name not in kept:
                shutil.rmtree(path)
                removed.append(f"{folder}/{path.name}")
    for path in [*lake_root.glob(".staging*"), *manifest_folder(lake_root).glob(".*.tmp")]:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
        removed.append(path.name)
    return removed


def write_delivery(
    lake_root: Path,
    files: list[dict[str, Any]],
    rows: pa.Table,
    quarantine: pa.Table,
    before_manifest: Callable[[], None] = lambda: None,
    session: FeedSession | None = None,
) -> int:
    """Write one delivery and return its number.

    ``rows`` and ``quarantine`` are in the lake's file schemas without a delivery number yet (0). The manifest
    entry is written last: until then the delivery does not exist. ``session`` holds the parts of the business feeds.
    ``before_manifest`` is a hook for tests.
    """
    lake_root.mkdir(parents=True, exist_ok=True)
    manifest_folder(lake_root).mkdir(exist_ok=True)
    clean_orphans(lake_root)
    delivery_no = next_delivery_no(lake_root)
    parts = {}
    for relation, table in (("fund_statement", rows), ("quarantine_row", quarantine)):
        if table.num_rows:
            parts[relation] = _write_part(
                lake_root, relation, _numbered(table, relation, delivery_no), delivery_no
            )
    feeds = _settle_feeds(lake_root, session, files, delivery_no) if session else {}
    before_manifest()
    entry = {
        "schema_version": SCHEMA_VERSION,
        "delivery_no": delivery_no,
        "files": [_plain(record) for record in files],
        "parts": parts,
    }
    if session and feeds:
        entry |= {"feeds": feeds, "key_check": session.key_check}
    _write_manifest(manifest_folder(lake_root), delivery_no, entry)
    return delivery_no


def _settle_feeds(
    lake_root: Path, session: FeedSession, files: list[dict[str, Any]], delivery_no: int
) -> dict[str, Any]:
    """Move what the session wrote to its place and return the manifest's entry of it."""
    settled: dict[str, Any] = {}
    for code, result in session.results.items():
        assert session.folder is not None
        source = session.folder / code
        if not source.is_dir():
            continue
        target = lake_root / code / f"delivery={delivery_no:06d}"
        for path in source.iterdir():
            _sync(path)
        target.parent.mkdir(exist_ok=True)
        source.rename(target)
        _sync(target.parent)
        digests = sorted(record["content_hash"] for record in files if record["feed_code"] == code)
        settled[code] = {
            "parts": [{**part, "path": _placed(part["path"], delivery_no)} for part in result.parts],
            "superseded": result.superseded
            and {**result.superseded, "path": _placed(result.superseded["path"], delivery_no)},
            "control": result.control and _placed(result.control, delivery_no),
            "quarantine": [_placed(path, delivery_no) for path in result.quarantine],
            "content": hashlib.sha256("".join(digests).encode()).hexdigest()[:32],
        }
    return settled


def _placed(path: str, delivery_no: int) -> str:
    folder, _, name = path.partition("/")
    return f"{folder}/delivery={delivery_no:06d}/{name}"


def key_check(entries: list[dict[str, Any]]) -> str | None:
    """Return the check value of the pseudonym key that the lake was filled with."""
    return next((entry["key_check"] for entry in reversed(entries) if entry.get("key_check")), None)


def _plain(record: dict[str, Any]) -> dict[str, Any]:
    def text(value: object) -> object:
        return value if value is None or isinstance(value, (int, str, list, bool)) else str(value)

    return {key: text(value) for key, value in record.items()}


def _numbered(table: pa.Table, relation: str, delivery_no: int) -> pa.Table:
    index = table.schema.get_field_index("delivery_no")
    numbers = pa.array([delivery_no] * table.num_rows, pa.int32())
    table = table.set_column(index, "delivery_no", numbers).cast(RELATIONS[relation])
    with duckdb.connect() as connection:
        connection.execute("set enable_progress_bar = false")
        connection.register("part", table)
        order = (
            "coalesce(admdvs, admdvs_name), file_name, record_no"
            if relation == "fund_statement"
            else "file_name, sheet_name nulls first, row_number, cell_ref"
        )
        return (
            connection.execute(f"select * from part order by {order}")
            .to_arrow_table()
            .cast(RELATIONS[relation])
        )


def _write_part(lake_root: Path, relation: str, table: pa.Table, delivery_no: int) -> dict[str, Any]:
    staging = lake_root / f".staging-{delivery_no:06d}"
    staging.mkdir(exist_ok=True)
    staged = staging / FOLDERS[relation]
    staged.mkdir()
    path = staged / "part.parquet"
    pq.write_table(table, path, compression="zstd", store_schema=False)
    _sync(path)
    target = lake_root / FOLDERS[relation] / f"delivery={delivery_no:06d}"
    target.parent.mkdir(exist_ok=True)
    staged.rename(target)
    _sync(target.parent)
    shutil.rmtree(staging)
    digest = hashlib.sha256((target / "part.parquet").read_bytes()).hexdigest()
    return {
        "path": f"{FOLDERS[relation]}/{target.name}/part.parquet",
        "row_count": table.num_rows,
        "sha256": digest,
    }


def _write_manifest(folder: Path, delivery_no: int, entry: dict[str, Any]) -> None:
    temporary = folder / f".{delivery_no:06d}.json.tmp"
    text = json.dumps(entry, ensure_ascii=False, indent=1, sort_keys=True)
    with temporary.open("w", encoding="utf-8") as stream:
        stream.write(text + "\n")
        stream.flush()
        os.fsync(stream.fileno())
    temporary.rename(folder / f"{delivery_no:06d}.json")
    _sync(folder)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def register(connection: duckdb.DuckDBPyConnection, lake_root: Path, known: int = 0) -> None:
    """Create the relations of schema ``lake`` in a DuckDB connection, which may hold those up to delivery ``known``.

    ``fund_statement`` and ``quarantine_row`` are views over exactly the files that the manifest names (empty
    tables where there is none); ``intake_file`` and ``intake_note`` are tables filled from the manifest.
    """
    entries = read_manifest(lake_root)
    connection.execute("create schema if not exists lake")
    for relation, schema in RELATIONS.items():
        paths = [
            lake_root / entry["parts"][relation]["path"] for entry in entries if relation in entry["parts"]
        ]
        if relation == "quarantine_row":
            given = [each for entry in entries for each in entry.get("feeds", {}).values()]
            paths += [lake_root / path for each in given for path in each["quarantine"]]
        _check_present(paths)
        drop_relation(connection, relation)
        if paths:
            listed = ", ".join(_quoted(str(path.resolve())) for path in paths)
            names = ", ".join(schema.names)
            connection.execute(
                f"create view lake.{relation} as select {names} from"
                f" ({_no_rows(schema)} union all by name select * from"
                f" read_parquet([{listed}], hive_partitioning = false, union_by_name = true))"
            )
        else:
            empty = schema.empty_table()
            connection.register("empty_part", empty)
            connection.execute(f"create table lake.{relation} as select * from empty_part")
            connection.unregister("empty_part")
    _check_present(register_feeds(connection, lake_root, entries, known))
    columns = {**FILE_COLUMNS, **STANDING_COLUMNS}
    _create_table(connection, "intake_file", columns, _file_records(entries))
    connection.execute(STANDING_UPDATE)
    _create_table(connection, "intake_note", {"file_name": "varchar", **NOTE_COLUMNS}, _note_records(entries))


def _no_rows(schema: pa.Schema) -> str:
    """Columns that came with a later version are null in the parts that earlier ones wrote."""
    kinds = {pa.int32(): "integer", pa.bool_(): "boolean", YUAN: "decimal(20,2)"}
    columns = (f"cast(null as {kinds.get(field.type, 'varchar')}) as {field.name}" for field in schema)
    return f"select {', '.join(columns)} where false"


def _check_present(paths: list[Path]) -> None:
    missing = [path for path in paths if not path.is_file()]
    if missing:
        raise UserError(
            f"数据湖缺少文件 {missing[0].parent.name}/{missing[0].name}，请从备份恢复 lake 文件夹后再运行。"
        )


def damage(lake_root: Path) -> str | None:
    """A sentence on the first file of the lake that cannot be read to its end; asked when something went wrong."""
    for path in sorted(lake_root.glob("*/delivery=*/**/*.parquet")):
        try:
            with pq.ParquetFile(path) as stored:
                for _ in stored.iter_batches():
                    pass
        except (pa.ArrowException, OSError):
            return (
                f"数据湖的文件 {path.relative_to(lake_root.parent).as_posix()} 已损坏，没有发布。"
                "请从备份恢复 lake 文件夹后再运行。"
            )
    return None


@contextmanager
def damage_named(lake_root: Path) -> Iterator[None]:
    """An error that nothing explains is the lake's where a file of it is damaged."""
    try:
        yield
    except UserError:
        raise
    except Exception as error:
        if not is_interruption(error) and (found := damage(lake_root)):
            raise UserError(found) from error
        raise


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _create_table(
    connection: duckdb.DuckDBPyConnection, name: str, columns: dict[str, str], records: list[tuple[Any, ...]]
) -> None:
    drop_relation(connection, name)
    declared = {"delivery_no": "integer", "content_hash": "varchar", **columns}
    body = ", ".join(f"{column} {kind}" for column, kind in declared.items())
    connection.execute(f"create table lake.{name} ({body})")
    insert_rows(connection, f"lake.{name}", records)


def _file_records(entries: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    dismissed = {
        each["content_hash"]: each["reason"] for entry in entries for each in entry.get("dismissals", ())
    }
    return [
        (
            entry["delivery_no"],
            record["content_hash"],
            *({"file_no": index, **_dismissed(record, dismissed)}[column] for column in FILE_COLUMNS),
            *(None for _ in STANDING_COLUMNS),
        )
        for entry in entries
        for index, record in enumerate(entry["files"], start=1)
    ]


def _dismissed(record: dict[str, Any], reasons: dict[str, str]) -> dict[str, Any]:
    """A file with what somebody said on dismissing it, if anybody did: a refused one, or one with quarantined rows."""
    reason = reasons.get(record["content_hash"])
    if reason is None:
        return {**record, "dismissed_reason": None}
    is_refused = record["status_code"] == "rejected"
    first = f"（{'拒收' if is_refused else '隔离'}原因：{record['first_reason']}）"
    return {
        **record,
        "status_code": "dismissed" if is_refused else record["status_code"],
        "first_reason": f"{'' if is_refused else '隔离的行'}已注明不再处理：{reason}{first}",
        "dismissed_reason": reason,
    }


def _note_records(entries: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [
        (
            entry["delivery_no"],
            record["content_hash"],
            record["file_name"],
            *(note[column] for column in NOTE_COLUMNS),
        )
        for entry in entries
        for record in entry["files"]
        for note in record["notes"]
    ]

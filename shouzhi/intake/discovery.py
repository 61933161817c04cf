"""Discovery: which files an extract holds, sub-folders and zip members included, and which feed each belongs to."""

import hashlib
import io
import os
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from shouzhi.errors import UserError, system_reason
from shouzhi.intake.contract import Feed, load_feeds
from shouzhi.intake.vocabulary import normalise_text

DATA_SUFFIXES = {".csv", ".txt", ".tsv", ".xlsx", ".xlsm", ".xlsb", ".xls", ".parquet"}
OTHER_SUFFIXES = {
    ".pdf",
    ".ofd",
    ".doc",
    ".docx",
    ".wps",
    ".et",
    ".ppt",
    ".pptx",
    ".rtf",
    ".rar",
    ".7z",
    ".gz",
    ".tar",
} | {
    ".jpg",
    ".jpeg",
    ".png",
    ".gif",
    ".bmp",
    ".tif",
    ".tiff",
    ".webp",
    ".mp4",
    ".mp3",
    ".exe",
    ".eml",
    ".msg",
}
EMPTY_FILE = "空文件（0 字节），请重新导出"
OTHER_FORMAT = (
    "不是可以读取的格式（可读：csv txt xlsx xls parquet zip），请另存为其中一种后再放入，或移出文件夹"
)
NOT_READABLE = "不能读取（{why}），请检查它的权限或重新复制一份后再放入"
MAX_ZIP_DEPTH = 3


@dataclass(frozen=True)
class Source:
    """One file or zip member. ``name`` is relative to the extracts; ``fault`` says why it cannot be opened."""

    name: str
    load: Callable[[], bytes]
    feed: Feed | None
    fault: str | None = None
    # where the file lies on disk by itself; None for a member of an archive
    path: Path | None = None
    stream: Callable[[], BinaryIO] | None = None

    def open(self) -> BinaryIO:
        """Open the bytes as a stream, for files that must not be held in memory."""
        if self.path is not None:
            try:
                return self.path.open("rb")
            except OSError as error:
                raise not_readable(error) from error
        return self.stream() if self.stream else io.BytesIO(self.load())

    @property
    def file_name(self) -> str:
        return PurePosixPath(self.name).name

    @property
    def stem(self) -> str:
        return PurePosixPath(self.name).stem

    @property
    def suffix(self) -> str:
        return PurePosixPath(self.name).suffix.lower()


def not_readable(error: OSError) -> UserError:
    return UserError(NOT_READABLE.format(why=system_reason(error)))


def content_hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def format_fault(source: Source, data: bytes) -> str | None:
    """Say why a file is nothing that is read, whatever its name: it is empty, or a document or an image."""
    if not data:
        return EMPTY_FILE
    is_other = source.suffix in OTHER_SUFFIXES or data[:5] == b"%PDF-"
    is_stray = source.feed is None and source.suffix not in {*DATA_SUFFIXES, ".zip"}
    return OTHER_FORMAT if is_other or is_stray else None


def natural_key(name: str) -> list[tuple[int, int | str]]:
    """Sort key in which 2 comes before 10."""
    return [(0, int(part)) if part.isdigit() else (1, part) for part in re.findall(r"\d+|\D+", name)]


def discover(extracts: Path) -> list[Source]:
    """List the sources under a folder, or the one file given, in natural order of their names."""
    if not extracts.exists():
        raise UserError(f"找不到 {extracts}：请给出放数据文件的文件夹，或一个数据文件。")
    closed: list[OSError] = []
    paths = [extracts] if extracts.is_file() else list(_files_under(extracts, closed.append))
    root = extracts.parent if extracts.is_file() else extracts
    sources: list[Source] = []
    for path in paths:
        name = path.relative_to(root).as_posix()
        if is_ignored(name):
            continue
        load = _file_reader(path)
        if path.suffix.lower() == ".zip":
            sources.extend(_zip_sources(name, load, depth=1, path=path))
        else:
            sources.append(Source(name, load, find_feed(name), path=path))
    for error in closed:
        name = Path(error.filename).relative_to(root).as_posix()
        if name == ".":
            raise UserError(f"{extracts} {not_readable(error)}。") from error
        if not is_ignored(name):
            sources.append(
                Source(f"{name}/", _file_reader(Path(error.filename)), None, str(not_readable(error)))
            )
    return sorted(sources, key=lambda source: natural_key(source.name))


def _files_under(folder: Path, when_closed: Callable[[OSError], None]) -> Iterator[Path]:
    """Every file in a folder and its sub-folders; what may not be looked into is told, never passed over."""
    for place, _, names in os.walk(folder, onerror=when_closed):
        for name in names:
            path = Path(place, name)
            try:
                is_file = path.is_file()
            except OSError:  # it is named when it is read
                is_file = True
            if is_file:
                yield path


def _file_reader(path: Path) -> Callable[[], bytes]:
    def read() -> bytes:
        try:
            return path.read_bytes()
        except OSError as error:
            raise not_readable(error) from error

    return read


def is_ignored(name: str) -> bool:
    """True for lock files, system files, text that accompanies the data, and what a sample was planted with."""
    parts = PurePosixPath(name).parts
    file_name = parts[-1]
    if "truth" in parts[:-1]:
        return True
    if any(part == "__MACOSX" or (part.startswith(".") and part not in {".", ".."}) for part in parts):
        return True
    if file_name.startswith(("~$", "._")) or file_name.lower() in {"thumbs.db", "desktop.ini"}:
        return True
    path = PurePosixPath(file_name.lower())
    return path.suffix == ".md" or path.stem in {"readme", "sources", "license", "说明", "使用说明"}


def find_feed(name: str) -> Feed | None:
    """Return the feed that a file name belongs to: its code at the start, or one of the contract's patterns."""
    feeds = load_feeds()
    stem = normalise_text(PurePosixPath(name).stem).lower()
    for code in sorted(feeds, key=len, reverse=True):
        if re.match(rf"{re.escape(code)}(?![a-z])", stem):
            return feeds[code]
    for feed in feeds.values():
        inside = feed.is_read and re.search(rf"(?<![a-z]){re.escape(feed.feed)}(?![a-z])", stem)
        if inside or any(re.search(pattern, stem) for pattern in feed.file_name_patterns):
            return feed
    return None


def _zip_sources(
    name: str, load: Callable[[], bytes], depth: int, path: Path | None = None
) -> Iterator[Source]:
    try:
        archive = zipfile.ZipFile(path or io.BytesIO(load()))
        members = [each for each in archive.infolist() if not each.is_dir()]
    except PermissionError as error:
        yield Source(name, load, None, str(not_readable(error)))
        return
    except UserError as error:
        yield Source(name, load, None, error.sentence)
        return
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        yield Source(name, load, None, "压缩包已损坏或不是 zip 文件，请重新压缩后再放入")
        return
    if not members:
        yield Source(name, load, None, "压缩包是空的，请核对后重新压缩")
    for member in members:
        member_name = member_file_name(member)
        full_name = f"{name}/{member_name}"
        if is_ignored(member_name):
            continue
        if member.flag_bits & 1:
            yield Source(full_name, load, find_feed(member_name), "压缩包有密码，请解除密码后再放入")
            continue
        read = _member_reader(archive, member)
        if PurePosixPath(member_name).suffix.lower() == ".zip":
            if depth < MAX_ZIP_DEPTH:
                yield from _nested(full_name, read, depth)
            else:
                yield Source(full_name, read, None, "压缩包套得太深，请解开一层后再放入")
            continue
        yield Source(full_name, read, find_feed(member_name), stream=_member_opener(archive, member))


def _nested(name: str, read: Callable[[], bytes], depth: int) -> Iterator[Source]:
    try:
        read()
    except UserError as error:
        yield Source(name, read, None, error.sentence)
        return
    yield from _zip_sources(name, read, depth + 1)


def _member_reader(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Callable[[], bytes]:
    def read() -> bytes:
        try:
            return archive.read(member)
        except (
            zipfile.BadZipFile,
            OSError,
            EOFError,
            NotImplementedError,
            RuntimeError,
            ValueError,
        ) as error:
            raise UserError("压缩包中的这个文件已损坏，请重新压缩后再放入") from error
        except Exception as error:  # zlib.error and what other decompressors raise
            raise UserError("压缩包中的这个文件无法解压，请重新压缩后再放入") from error

    return read


class _MemberStream(io.RawIOBase):
    """A member's bytes; damage is told in a sentence, whenever it shows."""

    def __init__(self, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
        self._inner = archive.open(member)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        try:
            data = self._inner.read(len(buffer))
        except Exception as error:  # zipfile.BadZipFile, zlib.error and what other decompressors raise
            raise UserError("压缩包中的这个文件已损坏，请重新压缩后再放入") from error
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._inner.close()
        super().close()


def _member_opener(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Callable[[], BinaryIO]:
    def opened() -> BinaryIO:
        try:
            return io.BufferedReader(_MemberStream(archive, member), 1 << 20)
        except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError, ValueError) as error:
            raise UserError("压缩包中的这个文件无法解压，请重新压缩后再放入") from error

    return opened


def member_file_name(member: zipfile.ZipInfo) -> str:
    """Return a member's name; names without the UTF-8 flag are GBK in Chinese archives."""
    name = member.filename
    if not member.flag_bits & 0x800:
        raw = name.encode("cp437", errors="replace") if not name.isascii() else name.encode()
        for encoding in ("utf-8", "gb18030"):
            try:
                name = raw.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
    return name.replace("\\", "/").lstrip("/")

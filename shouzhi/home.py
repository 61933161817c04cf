"""A home: the folder that holds configuration, lake, builds, the pointer, the run log and the lock."""

import errno
import fcntl
import json
import os
import shutil
import socket
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shouzhi.errors import UserError, system_reason

PRODUCT_ROOT = Path(__file__).resolve().parents[1]
DEFAULT_HOME = Path("var")
CONFIG_NAME = "shouzhi.toml"

CONFIG_TEMPLATE = """\
# 收支（shouzhi）的配置。改过之后重新运行 shouzhi run 即生效。

# 在看板的“数据源”选单里显示的名称。
title = "{title}"

# 地区包：决定统筹区名单、应报单位和方格图的位置。
# "neimenggu"：内蒙古自治区（自治区本级与 12 个盟市）；"public"：全国公开数据。
region = "{region}"

# 建模时最多使用的内存（GB）；同时建几张表，每张占一个处理器核。
memory_limit_gb = {memory_limit_gb}
threads = {threads}

# 保留最近多少个版本；正在发布的版本永远保留。
keep_builds = {keep_builds}

# 样例参数：政策文件没有规定的起付线、支付比例等，只供样例数据使用。真实数据必须为 false。
sample_policy = {sample_policy}
"""


@dataclass(frozen=True)
class Config:
    """What ``shouzhi.toml`` says."""

    title: str
    region: str = "neimenggu"
    memory_limit_gb: int = 4
    threads: int = 2
    keep_builds: int = 6
    sample_policy: bool = False


@dataclass(frozen=True)
class Home:
    """The places inside one home; nothing is created by looking."""

    root: Path
    config: Config

    @property
    def lake(self) -> Path:
        return self.root / "lake"

    @property
    def builds(self) -> Path:
        return self.root / "builds"

    @property
    def work(self) -> Path:
        return self.root / "work"

    @property
    def warehouse(self) -> Path:
        return self.work / "warehouse.duckdb"

    @property
    def dbt_target(self) -> Path:
        return self.work / "dbt"

    @property
    def pointer(self) -> Path:
        return self.root / "CURRENT"

    @property
    def run_log(self) -> Path:
        return self.root / "run_log.jsonl"

    @property
    def lock_file(self) -> Path:
        return self.root / "lock"


def known_regions(product_root: Path = PRODUCT_ROOT) -> set[str]:
    """The region packs that the seeds name; empty where no seed of areas is shipped."""
    import csv

    seed = product_root / "seeds" / "reference" / "area.csv"
    if not seed.is_file():
        return set()
    with seed.open(encoding="utf-8", newline="") as handle:
        return {code for row in csv.DictReader(handle) if (code := row.get("region_pack") or "")}


def read_config(root: Path) -> Config:
    """The home's configuration, or the defaults where there is no file yet."""
    path = root / CONFIG_NAME
    defaults = Config(title=default_title(root))
    if not path.is_file():
        return defaults
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(
            f"配置文件 {path} 读不懂（{error}）。请按文件里的说明改正，或删除它以恢复默认值。"
        ) from error
    return checked_config(path, given, defaults)


def default_title(root: Path) -> str:
    return root.resolve().name


def checked_config(path: Path, given: dict[str, Any], defaults: Config) -> Config:
    """``given`` over ``defaults``; a Chinese sentence for an unknown name or a wrong value."""
    names = set(Config.__dataclass_fields__)
    unknown = sorted(set(given) - names)
    if unknown:
        raise UserError(
            f"配置文件 {path} 里有不认识的项目：{'、'.join(unknown)}。可用的是：{'、'.join(sorted(names))}。"
        )
    for name in ("title", "region"):
        if name in given and (not isinstance(given[name], str) or not given[name].strip()):
            raise UserError(f"配置文件 {path}：{name} 应是加引号的文字。")
    for name in ("memory_limit_gb", "threads", "keep_builds"):
        value = given.get(name, 1)
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise UserError(f"配置文件 {path}：{name} 应是不小于 1 的整数，现在是 {value!r}。")
    if not isinstance(given.get("sample_policy", False), bool):
        raise UserError(
            f"配置文件 {path}：sample_policy 应是 true 或 false（不加引号），现在是 {given['sample_policy']!r}。"
        )
    config = Config(**{name: given.get(name, getattr(defaults, name)) for name in names})
    regions = known_regions()
    if regions and config.region not in regions:
        raise UserError(
            f"配置文件 {path}：没有名为“{config.region}”的地区包。可用的是：{'、'.join(sorted(regions))}。"
        )
    return config


def existing_home(root: Path) -> Home:
    """A home that was used before."""
    if not root.is_dir():
        raise UserError(f"数据目录 {root} 不存在。请先运行 shouzhi run <报表文件夹> --home {root}。")
    return Home(root.resolve(), read_config(root))


def open_home(
    root: Path, *, title: str | None = None, region: str | None = None, sample_policy: bool = False
) -> Home:
    """The home at ``root``; created with a commented configuration on first use.

    ``title``, ``region`` and ``sample_policy`` only fill the configuration that is written on first use.
    """
    try:
        for folder in (root, root / "lake", root / "builds", root / "work"):
            folder.mkdir(parents=True, exist_ok=True)
        if not (root / CONFIG_NAME).is_file():
            defaults = Config(title=title or default_title(root))
            text = CONFIG_TEMPLATE.format(
                title=defaults.title,
                region=region or defaults.region,
                memory_limit_gb=defaults.memory_limit_gb,
                threads=defaults.threads,
                keep_builds=defaults.keep_builds,
                sample_policy="true" if sample_policy else "false",
            )
            write_durably(root / CONFIG_NAME, text)
    except OSError as error:
        raise not_writable(root, error) from error
    return Home(root.resolve(), read_config(root))


def require_apart(extracts: Path, root: Path) -> None:
    """Extracts and home are different folders: what the product writes is never taken for a delivery."""
    given, home = extracts.resolve(), root.resolve()
    if home.is_relative_to(given):
        raise UserError(
            f"数据目录 {root} 就在报表文件夹 {extracts} 里，程序写的文件会被当作报表。"
            "请用 --home 指定报表文件夹以外的数据目录，或给出只放报表的文件夹。"
        )
    own = Home(home, Config(title=""))
    for folder in (own.lake, own.builds, own.work):
        if given.is_relative_to(folder):
            raise UserError(
                f"{extracts} 在数据目录的 {folder.name} 里，那里是程序自己的文件。请给出放报表的文件夹。"
            )


def not_writable(path: Path, error: OSError) -> UserError:
    return UserError(f"数据目录 {path} 不能写入（{system_reason(error)}）。请换一个目录或检查权限。")


def require_writable(home: Home) -> None:
    """Every folder that a command writes into may be written by whoever runs it."""
    for folder in (home.root, home.lake, home.builds, home.work):
        if folder.is_dir() and not os.access(folder, os.W_OK | os.X_OK):
            raise not_writable(folder, PermissionError(errno.EACCES, os.strerror(errno.EACCES)))


def write_durably(path: Path, text: str) -> None:
    """Replace ``path`` by ``text`` so that a reader sees the old or the new content, even after a kill."""
    temporary = path.with_name(f".{path.name}.new")
    with temporary.open("w", encoding="utf-8") as handle:
        handle.write(text)
        handle.flush()
        os.fsync(handle.fileno())
    temporary.replace(path)
    sync_folder(path.parent)


def link(source: Path, target: Path) -> None:
    """A hard link, or a copy where the file system cannot link."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def sync_folder(folder: Path) -> None:
    """Make renames inside ``folder`` durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def home_lock(home: Home, command: str) -> Iterator[None]:
    """Hold the home for one run; the kernel lets go of it when the process ends in whatever way.

    The file stays: what is inside only says who holds it while the kernel's lock is held.
    """
    require_writable(home)
    try:
        descriptor = os.open(home.lock_file, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise not_writable(home.lock_file, error) from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UserError(lock_sentence(home.lock_file)) from None
        holder = {
            "pid": os.getpid(),
            "host": socket.gethostname(),
            "started_at": time.strftime("%Y-%m-%d %H:%M:%S"),
            "command": command,
        }
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps(holder, ensure_ascii=False).encode(), 0)
        yield
    finally:
        os.close(descriptor)


def lock_sentence(path: Path) -> str:
    """Who holds the lock, from what the holder wrote into it."""
    try:
        holder = json.loads(path.read_text(encoding="utf-8"))
        who = (
            f"进程 {holder['pid']}（{holder['host']}），自 {holder['started_at']} 起运行 {holder['command']}"
        )
    except (OSError, ValueError, KeyError, TypeError):
        who = "占用者的信息读不到"
    return f"另一个任务正在使用该目录：{who}。请等它结束后再运行。"


def append_run_log(home: Home, entry: dict[str, Any]) -> None:
    """One line a run."""
    with home.run_log.open("a", encoding="utf-8") as handle:
        handle.write(json.dumps(entry, ensure_ascii=False) + "\n")

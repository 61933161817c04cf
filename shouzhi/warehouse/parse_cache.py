"""What dbt parsed of the product's models, kept beside the product for every home.

Parsing all models takes dbt half as long as building them over a small lake, and what it finds depends on the product and
on dbt alone: ``make setup`` does it once (``parse_models``). A run's own target folder gets a copy, and gives back what is
new. Where the product's folder cannot be written, each home keeps its own.
"""

import contextlib
import filecmp
import os
import shutil
from pathlib import Path

from shouzhi.warehouse.identity import digest

FILE_NAME = "partial_parse.msgpack"
MARK_NAME = "parsed_for"


def parse_key(code_hash: str, product_root: Path) -> str:
    """The parse holds the place of the product too."""
    return digest((code_hash, str(product_root)))[:16]


def kept_parse(key: str, product_root: Path) -> Path:
    return product_root / "target" / "parse" / f"{key}.msgpack"


def lay_out(target: Path, code_hash: str, product_root: Path) -> None:
    """Make ``target`` ready for this product: no parse of another version, the kept one where there is one."""
    key = parse_key(code_hash, product_root)
    target.mkdir(parents=True, exist_ok=True)
    mark, parsed = target / MARK_NAME, target / FILE_NAME
    if not mark.is_file() or mark.read_text(encoding="utf-8") != key:
        parsed.unlink(missing_ok=True)
        mark.write_text(key, encoding="utf-8")
    if not parsed.is_file():
        with contextlib.suppress(OSError):
            shutil.copyfile(kept_parse(key, product_root), parsed)


def keep(target: Path, code_hash: str, product_root: Path) -> None:
    """Keep what dbt parsed in ``target`` for the next home, and nothing of other versions of the product."""
    kept, parsed = kept_parse(parse_key(code_hash, product_root), product_root), target / FILE_NAME
    with contextlib.suppress(OSError):
        if kept.is_file() and filecmp.cmp(parsed, kept, shallow=False):
            return
        kept.parent.mkdir(parents=True, exist_ok=True)
        for other in kept.parent.iterdir():
            other.unlink(missing_ok=True)
        temporary = kept.with_name(f".{kept.name}.{os.getpid()}")
        shutil.copyfile(parsed, temporary)
        temporary.replace(kept)

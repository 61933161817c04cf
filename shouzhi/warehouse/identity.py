"""What a build is made from: hashes of files, code and lake."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

CODE_FOLDERS = ("models", "macros", "seeds", "tests/generic", "tests/sql", "shouzhi", "expectations")
CODE_FILES = ("dbt_project.yml", "profiles.yml", "requirements.lock")
CODE_SUFFIXES = {".sql", ".yml", ".yaml", ".csv", ".py", ".md", ".json", ".toml"}
# The generator of demonstration extracts never touches a build.
NOT_IN_BUILD = ("shouzhi/synthetic",)


def file_hash(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def code_files(product_root: Path) -> list[Path]:
    """Every file that can change what a build contains, in a fixed order."""
    found = [product_root / name for name in CODE_FILES if (product_root / name).is_file()]
    for folder in CODE_FOLDERS:
        found += [
            path
            for path in (product_root / folder).rglob("*")
            if path.suffix in CODE_SUFFIXES
            and path.is_file()
            and not path.relative_to(product_root).as_posix().startswith(NOT_IN_BUILD)
        ]
    return sorted(found)


def code_hash(product_root: Path) -> str:
    return digest(
        f"{path.relative_to(product_root).as_posix()}={file_hash(path)}" for path in code_files(product_root)
    )


def digest(parts: Iterable[str]) -> str:
    """One hash over strings, each kept apart from the next."""
    total = hashlib.sha256()
    for part in parts:
        total.update(part.encode() + b"\0")
    return total.hexdigest()


def build_id(lake_fingerprint: str, code: str, region: str, sample_policy: bool = False) -> str:
    """The same lake, code, region and choice of sample parameters give the same id; nothing else does."""
    return digest((lake_fingerprint, code, region, *(("policy_sample",) if sample_policy else ())))[:12]

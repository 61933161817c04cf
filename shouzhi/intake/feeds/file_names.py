"""What the name of a file says: its period, and whether it holds everything of it."""

import re
from pathlib import PurePosixPath

FULL_MARK = "全量"


def file_period(name: str) -> str | None:
    """Return YYYYMM or YYYY from a file's name, or None; 2024年1月 is 202401."""
    stem = PurePosixPath(name).stem
    chinese = re.search(r"(?<!\d)((?:19|20)\d\d)年(1[0-2]|0?[1-9])月", stem)
    if chinese:
        return f"{chinese[1]}{int(chinese[2]):02d}"
    found = re.search(r"(?<!\d)((?:19|20)\d\d)(0[1-9]|1[0-2])?(?!\d{3})", stem)
    return "".join(part or "" for part in found.groups()) if found else None


def file_month(name: str) -> str | None:
    """Return YYYYMM from a file's name, or None."""
    period = file_period(name)
    return period if period and len(period) == 6 else None

"""What the name of a file says: its period, and whether it holds everything of it."""

import re
from pathlib import PurePosixPath

FULL_MARK = "全量"


def file_period(name: str) -> str | None:
    """Return YYYYMM or YYYY from a file's name, or None."""
    found = re.search(r"(?<!\d)((?:19|20)\d\d)(0[1-9]|1[0-2])?(?!\d{3})", PurePosixPath(name).stem)
    return "".join(part or "" for part in found.groups()) if found else None


def file_month(name: str) -> str | None:
    """Return YYYYMM from a file's name, or None."""
    period = file_period(name)
    return period if period and len(period) == 6 else None

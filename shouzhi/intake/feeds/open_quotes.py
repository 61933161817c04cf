"""A quote that is opened and not closed takes whole rows into its cell until another stray one closes it.

Where a table has fewer rows than lines, this tells rows in a cell from line ends in a cell: a line between two quotes that
is itself as long a row as the others.
"""

from dataclasses import dataclass
from pathlib import Path

# beyond one line in so many the file quotes as a habit, and cannot be read without
HABIT_SHARE = 10


@dataclass(frozen=True)
class OpenQuote:
    """The line on which the first such quote stands, and whether the file puts cells in quotes as a habit."""

    line: int
    is_habit: bool


def find_open_quote(path: Path, delimiter: str, width: int) -> OpenQuote | None:
    """Return the first quote of a UTF-8 text that takes rows into its cell; ``width`` is the header's number of cells."""
    separator = delimiter.encode()
    opening = separator + b'"'
    line_count = quoted_count = opened_at = found = 0
    with path.open("rb") as stream:
        for line in stream:
            line_count += 1
            is_odd = line.count(b'"') % 2 == 1
            quoted_count += b'"' in line
            if opened_at and not found and _is_row(line, separator, width, is_closing=is_odd):
                found = opened_at
            if is_odd:
                opened_at = line_count if not opened_at and (opening in line or line[:1] == b'"') else 0
    return OpenQuote(found, quoted_count * HABIT_SHARE > line_count) if found else None


def _is_row(line: bytes, separator: bytes, width: int, *, is_closing: bool) -> bool:
    """True where a line within a cell is a row of the table; of the last one what stands before its quote tells."""
    if not is_closing:
        return line.count(separator) >= width - 1
    before, _, after = line.partition(b'"')
    count = before.count(separator)
    # an orderly quote ends its cell; a stray one begins another
    is_stray = after[:1] not in (separator, b'"', b"\r", b"\n", b"")
    return count >= max(1, (width - 1) // 2) or (is_stray and count > 0)

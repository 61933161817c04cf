"""Writing: DuckDB's COPY straight into the extract's CSV files, and the sums of what was written."""

from dataclasses import dataclass, field
from pathlib import Path

from shouzhi.synthetic.engine import Engine
from shouzhi.synthetic.settings import Plan, month_code, month_of, year_of

RANGE = 250_000  # persons that are worked on at a time: what memory depends on


def yuan(fen: str) -> str:
    """SQL: whole fen as yuan with two decimals."""
    return f"cast(cast({fen} as decimal(15, 0)) * cast(0.01 as decimal(3, 2)) as decimal(18, 2))"


def first_day(month: str) -> str:
    """SQL: months since January 2000 as a date (negative ones too: births)."""
    return f"make_date(cast(1900 + ({month} + 1200) // 12 as bigint), cast(({month} + 1200) % 12 + 1 as bigint), 1)"


def last_day_text(month: int) -> str:
    """The day on which a month's rows were last changed, as text."""
    return f"{year_of(month)}-{month_of(month):02d}-28"


def month_text(month: str) -> str:
    """SQL: months since January 2000 as YYYYMM."""
    return f"cast((1900 + ({month} + 1200) // 12) * 100 + ({month} + 1200) % 12 + 1 as varchar)"


def ranges(persons: int) -> list[tuple[int, int, str]]:
    """Lower and upper person, and what the file's name gets."""
    bounds = range(0, persons, RANGE)
    one = len(bounds) == 1
    return [
        (low, min(low + RANGE, persons), "" if one else f"_{part:02d}")
        for part, low in enumerate(bounds, start=1)
    ]


@dataclass(frozen=True)
class Step:
    """A month's work on a range of persons; ``number`` tells its tables from those of other steps at hand."""

    number: int
    month: int
    low: int
    high: int
    part: str  # what the names of its files get
    stop: str  # SQL: whose area reports
    is_written: bool  # not the months before the first one, whose sums are paid within the run
    is_first: bool  # of its month
    is_last: bool

    @property
    def priced(self) -> str:
        """The table of the visits, as they were drawn."""
        return f"carried.priced_{self.number}"

    @property
    def claim(self) -> str:
        """The table of the settlements, reversals among them."""
        return f"carried.claim_{self.number}"


@dataclass
class Writer:
    """The folder that is written to; ``flows`` sums are kept in the working file."""

    con: Engine
    plan: Plan
    out: Path
    rows: dict[str, int] = field(default_factory=dict)

    def copy(self, feed: str, month: int | None, query: str, part: str = "", label: str | None = None) -> int:
        """One file of a feed; nothing is written where there is no row."""
        name = f"{feed}_{label if label is not None else month_code(month or 0)}{part}.csv"
        path = self.out / name
        found = self.con.execute(f"copy ({query}) to '{path}' (header, delimiter ',')").fetchone()
        count = int(found[0]) if found else 0
        if count == 0:
            path.unlink(missing_ok=True)
        self.rows[feed] = self.rows.get(feed, 0) + count
        return count

    def add_flows(self, query: str) -> None:
        """Rows of (month, area, flow, fen) into the sums of the month."""
        self.con.execute(f"insert into flow {query}")

"""What a user must look at in a build: a property of everything it holds, not of its last delivery."""

from dataclasses import dataclass

import duckdb

HOLDS_NAMED = 3

# A refused file stands until a later file of its name or content came; quarantined rows until core says that
# something settled them.
OPEN_FILES_SQL = """
with batch as (
    select
        delivery_no,
        file_name,
        status_code,
        first_reason,
        max(delivery_no) over (partition by file_name) as newest_delivery_no,
        max(case when status_code = 'loaded' then delivery_no end) over (
            partition by content_hash
        ) as content_loaded_delivery_no
    from data_quality.fct_intake_batch
),

refused as (
    select
        file_name,
        delivery_no,
        true as is_rejected,
        0 as quarantined_rows,
        first_reason
    from batch
    where
        status_code = 'rejected'
        and delivery_no = newest_delivery_no
        and coalesce(content_loaded_delivery_no, 0) < delivery_no
),

quarantined as (
    select
        file_name,
        delivery_no,
        false as is_rejected,
        count(*) as quarantined_rows,
        arg_min(concat(cell_ref, '：', reason_zh), quarantine_no) as first_reason
    from data_quality.fct_quarantine
    where settled_code is null
    group by file_name, delivery_no, content_hash
)

select file_name, delivery_no, is_rejected, quarantined_rows, first_reason
from refused
union all
select file_name, delivery_no, is_rejected, quarantined_rows, first_reason
from quarantined
order by delivery_no desc, file_name, is_rejected
"""

HOLDS_SQL = """
select concat(
    coalesce(area.area_name, hold.area_code),
    ' ',
    coalesce(fund.fund_short_name, hold.fund_code),
    ' ',
    hold.period_code,
    '（',
    hold.reason,
    '）'
)
from data_quality.fct_hold as hold
left join core.dim_area as area on hold.area_code = area.area_code
left join core.dim_fund as fund on hold.fund_code = fund.fund_code
order by hold.period_code desc, area.sort_order, fund.sort_order, hold.check_id, hold.reason
"""

# A failed check that holds nothing back (too small a part of its month) is said too: the rows are wrong all the same.
UNHELD_SQL = """
select concat(result.check_id, ' ', result.check_name, '（', cast(sum(result.violated_count) as varchar), ' 处）')
from data_quality.fct_check_result as result
where
    result.status = 'fail'
    and result.kind = 'statement'
    and result.check_id not in (select check_id from data_quality.fct_hold)
group by result.check_id, result.check_name
order by result.check_id
"""


@dataclass(frozen=True)
class Issues:
    """What a user must look at; any of them makes the exit code 1."""

    rejected_files: int
    quarantined_rows: int
    holds: int

    @property
    def exit_code(self) -> int:
        return 1 if self.rejected_files or self.quarantined_rows or self.holds else 0

    @property
    def sentence(self) -> str:
        parts = [
            f"{self.rejected_files} 个文件被拒收" if self.rejected_files else "",
            f"{self.quarantined_rows} 行被隔离" if self.quarantined_rows else "",
            f"{self.holds} 处标为待核" if self.holds else "",
        ]
        return "，".join(part for part in parts if part) or "没有拒收、隔离或待核"


@dataclass(frozen=True)
class OpenFile:
    """A file that was refused, or rows of which are quarantined, and that nothing later settled."""

    file_name: str
    delivery_no: int
    is_rejected: bool
    quarantined_rows: int
    first_reason: str | None


@dataclass(frozen=True)
class OpenIssues:
    """The issues of a build one by one."""

    files: tuple[OpenFile, ...]
    holds: tuple[str, ...]
    unheld: tuple[str, ...] = ()

    @property
    def counted(self) -> Issues:
        return Issues(
            sum(file.is_rejected for file in self.files),
            sum(file.quarantined_rows for file in self.files if not file.is_rejected),
            len(self.holds),
        )

    @property
    def holds_named(self) -> str:
        more = f"等 {len(self.holds)} 处" if len(self.holds) > HOLDS_NAMED else ""
        return "；".join([*self.holds[:HOLDS_NAMED], *filter(None, [more])])


def read_issues(con: duckdb.DuckDBPyConnection) -> OpenIssues:
    """The issues of a working warehouse or of exported marts: both hold these tables."""
    files = tuple(OpenFile(*row) for row in con.execute(OPEN_FILES_SQL).fetchall())
    holds, unheld = (
        tuple(text for (text,) in con.execute(sql).fetchall()) for sql in (HOLDS_SQL, UNHELD_SQL)
    )
    return OpenIssues(files, holds, unheld)

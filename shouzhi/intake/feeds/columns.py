"""The columns of a feed in the lake: names and DuckDB types, from the contract."""

from functools import cache

from shouzhi.intake.contract import Feed

SQL_TYPES = {
    "id": "varchar",
    "code": "varchar",
    "flag": "varchar",
    "area": "varchar",
    "text": "varchar",
    "account": "varchar",
    "period": "varchar",
    "month": "varchar",
    "year": "varchar",
    "date": "date",
    "datetime": "timestamp",
    "amount": "decimal(20,2)",
    "ratio": "decimal(12,6)",
    "number": "decimal(20,4)",
}
ORIGIN_COLUMNS = {
    "event_month": "varchar",
    "delivery_no": "integer",
    "file_no": "integer",
    "row_number": "bigint",
    "row_id": "bigint",
}
# row_id = file_no, sheet and row number in one integer: 23, 8 and 32 bits
FILE_SHIFT = 40
SHEET_SHIFT = 32
ROW_MASK = (1 << SHEET_SHIFT) - 1


@cache
def contract_columns(feed: Feed) -> dict[str, str]:
    """Return the contract's columns that enter the lake, with their types."""
    return {each.name: SQL_TYPES[each.type] for each in feed.columns if each.privacy != "drop"}


@cache
def lake_columns(feed: Feed) -> dict[str, str]:
    """Return all columns of ``lake.<feed>``."""
    return {**contract_columns(feed), **ORIGIN_COLUMNS}


def event_grain(feed: Feed) -> str:
    """Return ``month`` where the feed's parts are by event month, ``all`` where they are not."""
    return "all" if feed.event_time is None or feed.delivery_mode == "snapshot" else "month"

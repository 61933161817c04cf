"""What sqlfluff's templater needs of dbt's own cross-database macros."""

from __future__ import annotations


def datediff(first_date: str, second_date: str, datepart: str) -> str:
    return f"date_diff('{datepart}', {first_date}, {second_date})"


def dateadd(datepart: str, interval: int, from_date_or_timestamp: str) -> str:
    return f"date_add({from_date_or_timestamp}, {interval}, '{datepart}')"

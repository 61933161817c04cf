"""Our own counts for a result: Great Expectations only says yes or no (``BOOLEAN_ONLY``).

Its richer result formats carry failing values, later also personal data, into results and Data Docs.
"""

from typing import Any

from expectations.suites import Check, Suite

# These speak about the table, not about its rows: an empty table can fail them.
TABLE_LEVEL = {
    "ExpectTableColumnsToMatchSet",
    "ExpectTableRowCountToBeBetween",
    "ExpectTableRowCountToEqualOtherTable",
}


def is_row_level(check: Check) -> bool:
    return check.expectation not in TABLE_LEVEL


def literal(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    return "'" + str(value).replace("'", "''") + "'"


def violated_sql(suite: Suite, check: Check) -> str | None:
    """A query that counts the rows that break a row-level expectation; None where there is nothing to count."""
    given = check.arguments
    column = given.get("column")
    match check.expectation:
        case "ExpectColumnValuesToNotBeNull":
            return f"select count(*) from {suite.relation} where {column} is null"
        case "ExpectColumnValuesToBeInSet":
            allowed = ", ".join(literal(value) for value in given["value_set"])
            return f"select count(*) from {suite.relation} where {column} not in ({allowed})"
        case "ExpectColumnValuesToBeBetween":
            bounds = []
            if given.get("min_value") is not None:
                bounds.append(
                    f"{column} {'<=' if given.get('strict_min') else '<'} {literal(given['min_value'])}"
                )
            if given.get("max_value") is not None:
                bounds.append(
                    f"{column} {'>=' if given.get('strict_max') else '>'} {literal(given['max_value'])}"
                )
            return f"select count(*) from {suite.relation} where {' or '.join(bounds)}"
        case "ExpectCompoundColumnsToBeUnique":
            keys = ", ".join(given["column_list"])
            doubled = f"select count(*) as n from {suite.relation} group by {keys} having count(*) > 1"
            return f"select coalesce(sum(n), 0)::bigint from ({doubled}) as doubled"
        case "UnexpectedRowsExpectation":
            query = given["unexpected_rows_query"].replace("{batch}", suite.relation)
            return f"select count(*) from ({query}) as unexpected"
        case _:
            return None

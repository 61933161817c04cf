"""The suites as data: one YAML file a suite, read without importing Great Expectations."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shouzhi.yaml_text import parse_yaml_documents

SUITES = Path(__file__).parent / "suites"
KINDS = {"integrity", "lead"}
REQUIRED = {"check_id", "name", "expectation"}
OPTIONAL = {"kind", "arguments", "description"}


@dataclass(frozen=True)
class Check:
    """One expectation with its id and what it protects."""

    check_id: str
    name: str
    kind: str
    expectation: str
    arguments: dict[str, Any]
    description: str


@dataclass(frozen=True)
class Suite:
    """The expectations over one relation (``schema.table``)."""

    relation: str
    endangers: tuple[str, ...]
    checks: tuple[Check, ...]

    @property
    def schema(self) -> str:
        return self.relation.split(".")[0]

    @property
    def table(self) -> str:
        return self.relation.split(".")[1]


def read_suites(folder: Path = SUITES) -> list[Suite]:
    """Every suite; wrong or double entries are an error of ours, not of a user."""
    suites = [
        parsed_suite(document)
        for path in sorted(folder.glob("*.yaml"))
        for document in parse_yaml_documents(path.read_text(encoding="utf-8"))
    ]
    ids = [check.check_id for suite in suites for check in suite.checks]
    doubles = sorted({check_id for check_id in ids if ids.count(check_id) > 1})
    if doubles:
        raise ValueError(f"check ids given twice: {', '.join(doubles)}")
    return suites


def parsed_suite(document: dict[str, Any]) -> Suite:
    relation = document["relation"]
    checks = []
    for entry in document["checks"]:
        names = set(entry)
        if not names >= REQUIRED or names - REQUIRED - OPTIONAL:
            raise ValueError(f"{relation}: {entry}: needs {sorted(REQUIRED)}, may have {sorted(OPTIONAL)}")
        kind = entry.get("kind", "integrity")
        if kind not in KINDS:
            raise ValueError(f"{relation}: {entry['check_id']}: kind {kind}, must be one of {sorted(KINDS)}")
        checks.append(
            Check(
                check_id=entry["check_id"],
                name=entry["name"],
                kind=kind,
                expectation=entry["expectation"],
                arguments=entry.get("arguments") or {},
                description=entry.get("description") or entry["name"],
            )
        )
    return Suite(relation, tuple(document.get("endangers") or (relation,)), tuple(checks))


def registry_rows(suites: list[Suite] | None = None) -> list[dict[str, Any]]:
    """The checks in the columns of ``data_quality.dim_check``, from the same files that are executed."""
    return [
        {
            "check_id": check.check_id,
            "name_zh": check.name,
            "kind": check.kind,
            "tool": "gx",
            "owner_role": "data_engineer",
            "description": check.description,
            "endangered_marts": ", ".join(suite.endangers),
        }
        for suite in (read_suites() if suites is None else suites)
        for check in suite.checks
    ]

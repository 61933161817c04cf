"""Intake: extracts are found, read, cleaned and proven here, and enter the lake once.

``check_extracts`` reports and loads nothing; ``take_in`` writes one delivery (``take_in_apart``: in a process of its own);
``register`` shows the lake to a DuckDB connection as the relations of schema ``lake``; ``fingerprint`` identifies the
lake's contents.
"""

from shouzhi.intake.apart import take_in_apart
from shouzhi.intake.delivery import Delivery, check_extracts, take_in
from shouzhi.intake.lake import fingerprint, register
from shouzhi.intake.report import ContractReport

__all__ = [
    "ContractReport",
    "Delivery",
    "check_extracts",
    "fingerprint",
    "register",
    "take_in",
    "take_in_apart",
]

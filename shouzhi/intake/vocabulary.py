"""Words to codes: funds, statements, measures, units and sides, from ``vocabulary.yaml``."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from shouzhi.yaml_text import parse_yaml

VOCABULARY_PATH = Path(__file__).with_name("vocabulary.yaml")


@dataclass(frozen=True)
class CodeList:
    """A code list: labels by code and codes by normalised word."""

    labels: dict[str, str]
    codes: dict[str, str]

    def find(self, text: str | None) -> str | None:
        """Return the code that ``text`` names (code or word), or None."""
        return self.codes.get(normalise_word(text)) if text else None


def normalise_text(text: str | None) -> str:
    """Full width to half width, all blanks and invisible characters out, leading apostrophe out."""
    if not text:
        return ""
    folded = unicodedata.normalize("NFKC", text)
    folded = re.sub(r"[\s\u200b-\u200f\ufeff\u00ad]+", "", folded)
    folded = re.sub(r'^="(.*)"$', r"\1", folded)
    return folded.strip("'\"‘’“”`")


def normalise_word(text: str | None) -> str:
    """Normalise for comparison: as ``normalise_text``, lower case."""
    return normalise_text(text).lower()


@cache
def _document() -> dict[str, Any]:
    return parse_yaml(VOCABULARY_PATH.read_text(encoding="utf-8"))


@cache
def code_list(name: str) -> CodeList:
    """Return the list ``funds``, ``statements``, ``measures``, ``units`` or ``sides``."""
    labels: dict[str, str] = {}
    codes: dict[str, str] = {}
    for code, entry in _document()[name].items():
        code = str(code)
        labels[code] = entry["label"]
        for word in [code, entry["label"], *entry["words"]]:
            codes.setdefault(normalise_word(str(word)), code)
    return CodeList(labels, codes)


@cache
def words(name: str) -> frozenset[str]:
    """Return a plain word list (``not_given``, ``total_words``, ``note_words``), normalised."""
    return frozenset(normalise_word(str(word)) for word in _document()[name])


@cache
def unit_factor(unit_code: str) -> int:
    return int(_document()["units"][unit_code]["factor"])


def unit_label(unit_code: str) -> str:
    return code_list("units").labels[unit_code]


def find_fund(text: str | None) -> str | None:
    """Return the fund that a cell names; ``基金`` and a surrounding scheme suffix do not matter."""
    word = normalise_word(text)
    if not word:
        return None
    funds = code_list("funds").codes
    candidates = [word, word.removesuffix("基金"), re.sub(r"(保险)?基金$", "", word), word + "基金"]
    return next((funds[each] for each in candidates if each in funds), None)


def find_statement(text: str | None) -> str | None:
    """Return the statement a cell names; a leading year and a trailing 数 or 表 do not matter."""
    word = re.sub(r"^\d{4}年?度?", "", normalise_word(text))
    statements = code_list("statements").codes
    return statements.get(word) or statements.get(word.removesuffix("数").removesuffix("表"))

"""YAML as this product reads it: safe, and by the compiled parser where the wheel carries it (ten times as fast)."""

from collections.abc import Iterator
from typing import Any

import yaml

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def parse_yaml(text: str) -> Any:
    """The one document in ``text``."""
    return yaml.load(text, Loader=LOADER)


def parse_yaml_documents(text: str) -> Iterator[Any]:
    """Every document in ``text``."""
    return yaml.load_all(text, Loader=LOADER)

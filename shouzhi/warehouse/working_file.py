"""The working file, open from its first relation of the lake to dbt's last model.

As long as one connection stands, the others of the process share what it has read, and the file is not written out between
them: that costs tenths of a second each time where the file has hundreds of tables.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import duckdb

from shouzhi.home import PRODUCT_ROOT, Home
from shouzhi.yaml_text import parse_yaml

ASKED = re.compile(r"\{\{ env_var\('(\w+)', '[^']*'\) \}\}")


@contextmanager
def opened(home: Home, cores: int = 1) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to the working file, which is made where there is none, as dbt will open it: a statement has ``cores``.

    What was written is in the file when this is left; where it is left by an error, the file is good for nothing.
    """
    asked = {
        "SHOUZHI_WAREHOUSE": str(home.warehouse),
        "SHOUZHI_MEMORY_LIMIT": f"{home.config.memory_limit_gb}GB",
        "SHOUZHI_STATEMENT_CORES": str(cores),
    }
    os.environ.update(asked)
    profile = read_profile(asked)
    (file,) = profile["attach"]
    options = ", ".join(f"{name} '{value}'" for name, value in file["options"].items())
    place, alias = file["path"].replace("'", "''"), file["alias"]
    with duckdb.connect(profile["path"], config=profile["config_options"]) as con:
        con.execute(f"attach '{place}' as {alias} ({options})")
        con.execute(f"use {alias}")
        for name, value in profile["settings"].items():
            con.execute(f"set {name} = '{value}'")
        yield con
        # not left to the closing, which tells nobody of a full disk
        con.execute(f"checkpoint {alias}")


def left_out_compression() -> str:
    """The ways of compression that no table of ours is written in, as DuckDB's setting names them."""
    return read_profile({})["settings"]["disabled_compression_methods"]


def read_profile(asked: dict[str, str]) -> dict[str, Any]:
    """How dbt opens the file, ``asked`` being the environment; what is not asked for is empty."""
    text = (PRODUCT_ROOT / "profiles.yml").read_text(encoding="utf-8")
    profile = parse_yaml(ASKED.sub(lambda found: asked.get(found[1], ""), text))
    return profile["shouzhi"]["outputs"]["duckdb"]

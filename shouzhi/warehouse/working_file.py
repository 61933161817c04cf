"""The working file, open from its first relation of the lake to dbt's last model.

A run goes on in the file of the build before and needs no copy of it: DuckDB writes into blocks that its last checkpoint
left free, and the file says something else only when the next one is complete. There is one, at the end.

As long as one connection stands, the others of the process share what it has read, and the file is not written out between
them: that costs tenths of a second each time where the file has hundreds of tables.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from shouzhi.home import PRODUCT_ROOT, Home
from shouzhi.yaml_text import parse_yaml

ASKED = re.compile(r"\{\{ env_var\('(\w+)', '[^']*'\) \}\}")


@contextmanager
def opened(home: Home, start: Path | None = None, cores: int = 1) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to the working file as dbt will open it: a statement has ``cores``.

    It is made where there is none. ``start``, the file of the build before, becomes the working file when this is left;
    where it is left by an error or a kill, that file is what it was.
    """
    file = start or home.warehouse
    asked = {
        "SHOUZHI_WAREHOUSE": str(file),
        "SHOUZHI_MEMORY_LIMIT": f"{home.config.memory_limit_gb}GB",
        "SHOUZHI_STATEMENT_CORES": str(cores),
    }
    os.environ.update(asked)
    profile = read_profile(asked)
    (attached,) = profile["attach"]
    options = ", ".join(f"{name} '{value}'" for name, value in attached["options"].items())
    place, alias = attached["path"].replace("'", "''"), attached["alias"]
    with duckdb.connect(profile["path"], config=profile["config_options"]) as con:
        # closing after an error would write what there is
        con.execute("pragma disable_checkpoint_on_shutdown")
        con.execute(f"attach '{place}' as {alias} ({options})")
        con.execute(f"use {alias}")
        for name, value in profile["settings"].items():
            con.execute(f"set {name} = '{value}'")
        yield con
        # no kept file has the name of a build whose tables it does not hold, whatever ends the next line
        file.rename(home.warehouse)
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

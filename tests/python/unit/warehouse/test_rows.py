"""Rows behind a build that cannot be read are noticed before it is published."""

import json
from pathlib import Path

import duckdb
import pytest

from shouzhi.warehouse import rows
from shouzhi.warehouse.export import ROW_RELATIONS


def test_a_file_of_rows_that_cannot_be_decoded_is_noticed(tmp_path: Path) -> None:
    warehouse, build = tmp_path / "warehouse.duckdb", tmp_path / "build"
    folder = build / rows.FOLDER
    folder.mkdir(parents=True)
    part = folder / "part.parquet"
    with duckdb.connect(str(warehouse)) as con:
        con.execute("create schema core")
        con.execute("create table core.dim_area as select '150100' as area_code")
        con.execute(f"copy (select i, hash(i) as digest from range(10000) as t (i)) to '{part}'")
    queries = dict.fromkeys(ROW_RELATIONS, f"select * from read_parquet('{rows.PLACE}/part.parquet')")
    queries["person"] = 'select * from "marts"."core"."dim_area"'
    (folder / rows.RELATIONS_NAME).write_text(json.dumps(queries), encoding="utf-8")
    rows.read_rows(warehouse, build)
    with part.open("r+b") as stream:
        # the end of the file, which names its columns, stays
        stream.seek(4)
        stream.write(bytes(2000))
    with pytest.raises(duckdb.Error):
        rows.read_rows(warehouse, build)

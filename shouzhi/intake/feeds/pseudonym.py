"""Keyed pseudonyms: HMAC-SHA-256 of an identifier, 32 hexadecimal characters, set-based.

The key is made once in the user's configuration directory and never leaves it: DuckDB gets the two padded keys through
bound parameters into a temporary table, never in the text of a statement. The lake keeps only a check value of the
key, so that a lake is never filled with two keys.
"""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

import duckdb

from shouzhi.errors import UserError

KEY_VARIABLE = "SHOUZHI_KEY_FILE"
KEY_BYTES = 32
BLOCK_BYTES = 64
HEX_CHARACTERS = 32


def key_path() -> Path:
    """Return where the key lies: ``SHOUZHI_KEY_FILE``, else ``~/.config/shouzhi/pseudonym.key``."""
    given = os.environ.get(KEY_VARIABLE)
    if given:
        return Path(given)
    base = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(base) / "shouzhi" / "pseudonym.key"


def read_key(expected_check: str | None = None) -> bytes:
    """Return the key, made on first use; refuse another key than the one the lake was filled with."""
    path = key_path()
    if not path.is_file():
        if expected_check is not None:
            raise UserError(
                f"找不到假名密钥 {path}：数据湖里的人员编号是用原来的密钥改写的，换了密钥就对不上了。"
                "请从备份恢复该文件后再运行。"
            )
        _make_key(path)
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except ValueError as error:
        raise UserError(
            f"假名密钥 {path} 的内容已损坏（应是十六进制文字），请从备份恢复该文件后再运行。"
        ) from error
    if expected_check is not None and key_check(key) != expected_check:
        raise UserError(
            f"假名密钥 {path} 与数据湖使用的不是同一个，同一个人前后会对不上。请换回原来的密钥文件后再运行。"
        )
    return key


def _make_key(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        stream.write(secrets.token_hex(KEY_BYTES) + "\n")


def key_check(key: bytes) -> str:
    """Return a value that tells two keys apart and says nothing about either."""
    return pseudonym(key, "shouzhi key check")[:16]


def pseudonym(key: bytes, identifier: str) -> str:
    """Return the pseudonym of one identifier, as the set-based form does."""
    return hmac.new(key, identifier.encode(), hashlib.sha256).hexdigest()[:HEX_CHARACTERS]


def load_key(connection: duckdb.DuckDBPyConnection, key: bytes) -> None:
    """Put the padded keys into the temporary table ``hmac_key`` that ``pseudonym_sql`` reads."""
    block = (hashlib.sha256(key).digest() if len(key) > BLOCK_BYTES else key).ljust(BLOCK_BYTES, b"\0")
    inner = bytes(byte ^ 0x36 for byte in block)
    outer = bytes(byte ^ 0x5C for byte in block)
    connection.execute("create or replace temp table hmac_key (inner_pad blob, outer_pad blob)")
    connection.execute("insert into hmac_key values (?, ?)", [inner, outer])


def pseudonym_sql(text: str) -> str:
    """Return SQL of the pseudonym; ``hmac_key`` must be cross joined."""
    inner = f"unhex(sha256(hmac_key.inner_pad || encode({text})))"
    return f"left(sha256(hmac_key.outer_pad || {inner}), {HEX_CHARACTERS})"

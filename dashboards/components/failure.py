"""What a reader sees when a page fails: a Chinese sentence with a number; the details go to the log file."""

from __future__ import annotations

import logging
import os
import uuid
from pathlib import Path

import duckdb
import streamlit as st

LOGGER = logging.getLogger("shouzhi.dashboards")


def log_path() -> Path:
    """``SHOUZHI_DASHBOARD_LOG``, else ``logs/dashboard.log`` under the working directory."""
    return Path(os.environ.get("SHOUZHI_DASHBOARD_LOG", "logs/dashboard.log"))


def _logger() -> logging.Logger:
    if not LOGGER.handlers:
        path = log_path()
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = logging.FileHandler(path, encoding="utf-8")
        handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
        LOGGER.addHandler(handler)
        LOGGER.propagate = False
    return LOGGER


def report_failure(error: Exception) -> None:
    """Log the error under a number and tell the reader what to do."""
    number = uuid.uuid4().hex[:8].upper()
    try:
        _logger().error("error %s", number, exc_info=error)
        place = f"，详情见日志 {log_path()}"
    except OSError:
        place = ""
    if isinstance(error, duckdb.Error):
        sentence = (
            "读取已发布的数据时出错，可能是数据版本由另一个程序版本生成。请重新运行 shouzhi run 后刷新。"
        )
    else:
        sentence = "本页生成时出错。请刷新一次；仍然出错时，请把错误编号告诉系统管理员。"
    st.error(f"{sentence}错误编号 {number}{place}。", icon=":material/error:")

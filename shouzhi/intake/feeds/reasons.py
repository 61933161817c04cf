"""Why a row is quarantined, as a Chinese sentence that says what to do."""

from shouzhi.intake.contract import Feed

SENTENCES = {
    "extra_cells": "这一行的列数比表头多，可能是金额或文字中的逗号没有加引号，请给该单元格加英文双引号",
    "lost_digits": "{label}是科学计数法，位数已丢失，请把该列设为文本后重新导出",
    "key_missing": "没有{label}，这一行无法识别，请补上",
    "date_missing": "没有{label}，不知道属于哪个月，请补上",
    "amount_missing": "没有{label}，请填写金额；没有发生的请填 0",
    "amount": "{label}不是可用的数（或是科学计数法、千分位位置不对），请填写如 1234.56 的数",
    "number": "{label}不是数，请填写如 1234.56 的数",
    "ratio": "{label}不是比例，请填写如 0.07 或 7% 的数",
    "date": "{label}不是有效的日期，请填写如 2024-01-31 的日期",
    "month": "{label}不是有效的年月，请填写如 202401 的六位年月",
    "year": "{label}不是有效的年度，请填写如 2024 的四位年份",
    "period": "{label}看不懂，请填写如 2024、2024Q1、202401 的期间",
}


def reason_of(feed: Feed, fault: str) -> str:
    """Return the sentence of ``reason:column``."""
    code, _, name = fault.partition(":")
    label = f"{feed.column(name).label}（{name}）" if name else ""
    return SENTENCES[code].format(label=label)

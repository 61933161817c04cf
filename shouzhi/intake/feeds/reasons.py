"""Why a row is quarantined, as a Chinese sentence that says what to do."""

from shouzhi.intake.contract import Feed

SENTENCES = {
    "few_cells": "这一行只有 {found} 列，表头有 {expected} 列，可能少了分隔符或在中间断开，请补齐后重新导出（{rest}）",
    "broken_text": "{label}里有无法识别的文字（乱码，编码错误或传输损坏），认不出是哪一个，请改正后重新导出",
    "broken_off": "没有{label}",
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


# of rows that are loaded all the same
NOTES = {
    "few_cells": "有 {count} 行的列数比表头（{expected} 列）少，缺的末尾各列不影响金额，按空读取，其余照收；请核对是否少了分隔符或在中间断开",
    "odd_letters": "有 {count} 行的{label}含有字母、数字以外的文字，已照收；如是乱码，会被当作另一个编号，请核对",
    "unread_date": "有 {count} 行的{label}不是有效的日期，已留空，其余照收；请核对，日期应如 2024-01-31",
}


def reason_of(feed: Feed, fault: str, expected: int) -> str:
    """Return the sentence of ``reason:column`` or ``few_cells:5:reason:column`` below a header of ``expected`` columns."""
    code, _, rest = fault.partition(":")
    if code == "few_cells":
        found, _, fault = rest.partition(":")
        within = reason_of(feed, fault, expected)
        return SENTENCES[code].format(found=found, expected=expected, rest=within)
    return SENTENCES[code].format(label=_label(feed, rest))


def note_of(feed: Feed, noted: str, count: int, expected: int) -> str:
    """Return the sentence of what is noted of ``count`` rows."""
    code, _, name = noted.partition(":")
    return NOTES[code].format(count=count, expected=expected, label=_label(feed, name))


def _label(feed: Feed, name: str) -> str:
    return f"{feed.column(name).label}（{name}）" if name else ""

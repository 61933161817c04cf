"""The differences of two builds in words, for the command line."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from shouzhi.warehouse.restated import KINDS, Restated, Restatement
from shouzhi.words import period_label

COLUMNS = [
    *("类别", "统筹区", "基金", "统计期", "报表", "项目", "单位"),
    *("原数", "新数", "差额", "由来"),
]
UNITS = {"yuan": "元", "months": "个月", "ratio": "%", "persons": "人", "count": "个"}
FILES_SHOWN = 10


def figure_text(value: Decimal | None, unit: str) -> str:
    """A figure exactly: yuan with two decimals, ratios as per cent with four, the rest with up to six."""
    if value is None:
        return "无"
    if unit == "yuan":
        return f"{value:,.2f}"
    if unit == "ratio":
        return f"{(value * 100).quantize(Decimal('0.0001'), rounding=ROUND_HALF_UP):,f}"
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def table_row(row: Restated, *, is_read: bool = False) -> tuple[Any, ...]:
    """A figure as a row; to be read, its period stands in words, for a program as its code."""
    return (
        KINDS[row.kind_code],
        row.area_name,
        row.fund_name,
        period_label(row.period_code) if is_read else row.period_code,
        row.statement_name or "",
        row.item_name,
        UNITS.get(row.unit, row.unit),
        figure_text(row.before, row.unit),
        figure_text(row.after, row.unit),
        figure_text(row.difference, row.unit) if row.difference is not None else "",
        row.cause,
    )


def restatement_sentences(result: Restatement, former: str, made: str) -> list[str]:
    """What a reader is told above the table."""
    counts = "，".join(f"{KINDS[kind]} {count:,} 个" for kind, count in result.counts.items() if count)
    sentences = [f"版本 {former} → {made}：数值不同的有 {result.total:,} 个（{counts}）。"]
    if not result.total:
        sentences[0] = f"版本 {former} → {made}：收支、结余、科目、指标和业务数据的数值完全相同。"
    if result.not_comparable:
        sentences.append(f"两个版本的表结构不同，没有比较：{'、'.join(result.not_comparable)}。")
    if result.is_program_changed:
        sentences.append("两个版本的程序或参考数据不同，数值的变化也可能由此而来。")
    if result.arrived:
        sentences.append(f"两个版本之间报送的文件 {len(result.arrived)} 份：")
        for each in result.arrived[:FILES_SHOWN]:
            period = "—".join(
                dict.fromkeys(period_label(code) for code in (each.first_period, each.last_period) if code)
            )
            where = f"{each.area_names}；{period or '不分期'}；{each.row_count:,} 行"
            sentences.append(f"  第 {each.delivery_no} 批 {each.file_name}（{each.feed_name}；{where}）")
        if len(result.arrived) > FILES_SHOWN:
            sentences.append(f"  等 {len(result.arrived)} 份")
    else:
        sentences.append("两个版本之间没有报送新的文件。")
    return sentences

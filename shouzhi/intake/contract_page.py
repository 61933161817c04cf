"""Write ``docs/数据接口规范.md`` from the contract: ``python -m shouzhi.intake.contract_page [PATH]``."""

import sys
from pathlib import Path

from shouzhi.intake.contract import COLUMN_TYPES, DELIVERY_MODES, PRIVACY_ACTIONS, Column, Feed, load_groups
from shouzhi.intake.vocabulary import code_list

PAGE_PATH = Path(__file__).parents[2] / "docs" / "数据接口规范.md"
INTRODUCTION_PATH = Path(__file__).with_name("contract_introduction.md")
REQUIRED = {
    "yes": "必填",
    "no": "",
    "one_of_area": "代码、名称至少一项",
    "one_of_account": "代码、名称至少一项",
    "below_year": "年度以下必填",
}
PRIVACY_TEXTS = {
    "drop": f"可识别个人，{PRIVACY_ACTIONS['drop']}，不进入数据湖",
    "pseudonymise": f"可识别个人，{PRIVACY_ACTIONS['pseudonymise']}，原值不进入数据湖",
}
# what a column's cells are counted in where its unit is not declared
TYPE_UNITS = {"amount": "元", "ratio": "比例（0.07 或 7%）"}
_WORDS_SHOWN = 8


def render_page() -> str:
    """Return the page: the written introduction, then code lists and every feed from the contract."""
    parts = [INTRODUCTION_PATH.read_text(encoding="utf-8").rstrip(), _overview(), _code_lists()]
    for group in load_groups():
        parts.append(f"## {group.label}")
        parts.extend(_feed(feed) for feed in group.feeds)
    return "\n\n".join(parts) + "\n"


def _table(header: list[str], rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(header) + " |", "| " + " | ".join("---" for _ in header) + " |"]
    lines.extend("| " + " | ".join(cell.replace("|", "／") for cell in row) + " |" for row in rows)
    return "\n".join(lines)


def _overview() -> str:
    rows = [
        [f"`{feed.feed}`", feed.label, group.label, _read_label(feed), DELIVERY_MODES[feed.delivery_mode]]
        for group in load_groups()
        for feed in group.feeds
    ]
    return "## 数据类别一览\n\n" + _table(["类别代码", "名称", "组", "本版本", "交付方式"], rows)


def _read_label(feed: Feed) -> str:
    return "读取" if feed.is_read else "尚不读取"


def _code_lists() -> str:
    titles = {
        "funds": "基金（fund_code）",
        "statements": "报表类型（statement）",
        "measures": "计量口径（measure）",
        "units": "单位（unit）",
        "sides": "收支方向（side）",
    }
    parts = ["## 代码与认得的写法", "写代码或写名称都可以；全角、空格不影响。"]
    for name, title in titles.items():
        entries = code_list(name)
        rows = [
            [f"`{code}`" if code else "（不填）", label, _words(entries.codes, code, label)]
            for code, label in entries.labels.items()
        ]
        parts.append(f"### {title}\n\n" + _table(["代码", "含义", "也认得"], rows))
    return "\n\n".join(parts)


def _words(codes: dict[str, str], code: str, label: str) -> str:
    words = [word for word, each in codes.items() if each == code and word not in {code.lower(), label}]
    return "、".join(words[:_WORDS_SHOWN]) + (" 等" if len(words) > _WORDS_SHOWN else "")


def _feed(feed: Feed) -> str:
    facts = [
        f"来源表：`{feed.source_table}`" if feed.source_table else f"来源：{feed.source_note}",
        f"本版本：{_read_label(feed)}" + ("" if feed.is_read else "（文件会被认出并说明，原文件不动）"),
        f"交付方式：{DELIVERY_MODES[feed.delivery_mode]}" + _replace_text(feed),
        f"主键：{'、'.join(f'`{name}`' for name in feed.key)}",
        f"控制金额：`{feed.control_amount}`" if feed.control_amount else "控制金额：无",
        _event_text(feed),
    ]
    rows = [
        [
            f"`{column.name}`",
            column.label,
            COLUMN_TYPES[column.type],
            column.unit or TYPE_UNITS.get(column.type, ""),
            REQUIRED[column.required],
            _note(column),
        ]
        for column in feed.columns
    ]
    body = _table(["列", "中文", "类型", "单位", "要求", "说明"], rows)
    return f"### `{feed.feed}` {feed.label}\n\n" + "\n".join(f"- {fact}" for fact in facts) + f"\n\n{body}"


def _event_text(feed: Feed) -> str:
    if not feed.event_time:
        return "业务时间：无（按文件名的期间）"
    fallback = f"，为空时按 `{feed.event_fallback}`" if feed.event_fallback else ""
    return f"业务时间：`{feed.event_time}`{fallback}"


def _replace_text(feed: Feed) -> str:
    if feed.delivery_mode == "merge":
        return "（按主键合并，取更新时间最新的一行；只有标明“全量”的文件整体替换）"
    if feed.delivery_mode == "snapshot":
        if feed.area is None:
            return "（每人最新的一行为准，旧的保留）"
        return f"（按 `{feed.area}`，各区划最新的一份为准，旧的保留）"
    columns = "、".join(feed.replace_by).replace("event_month", "业务月份") if feed.replace_by else "主键"
    return f"（按 {columns} 整体替换，旧的保留可查）"


def _note(column: Column) -> str:
    parts = []
    if column.privacy:
        parts.append(PRIVACY_TEXTS[column.privacy])
    if column.note:
        parts.append(column.note)
    if column.aliases:
        parts.append("也认列名：" + "、".join(column.aliases))
    if column.codes:
        pairs = (code if code == label else f"{code} {label}" for code, label in column.codes.items())
        parts.append("；".join(pairs))
    if column.code_list:
        parts.append("取值见上文代码表")
    return "。".join(parts)


def main() -> None:
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else PAGE_PATH
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(render_page(), encoding="utf-8")
    print(path)


if __name__ == "__main__":
    main()

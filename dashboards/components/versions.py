"""数据版本: the builds a home keeps, and why a number differs between two of them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pandas as pd
import streamlit as st

from dashboards import data
from dashboards.components.catalogue import relation_names
from dashboards.components.frame import View
from dashboards.components.state import prepare
from dashboards.components.tables import Col, download_row, show_table
from dashboards.labels import NOT_APPLICABLE, fmt, is_missing, period_label, word
from shouzhi.warehouse.restated import KINDS, Arrived, Restated
from shouzhi.warehouse.restated_text import UNITS, figure_text

ALL = "全部"
# a difference of two ratios is in percentage points
POINTS = {**UNITS, "ratio": "个百分点"}
ARRIVED_COLUMNS = [
    Col("delivery_no", "count", "批次", 50),
    Col("file_name", header="文件", width=300),
    Col("feed_name", header="数据种类", width=150),
    Col("area_names", header="地区", width=260),
    Col("period_text", header="统计期", width=170),
    Col("row_count", "count", "行数"),
]


def manifest_facts(manifest: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, str]:
    """A manifest as item → content in words; ``names`` are those of the relations."""
    found: dict[str, str] = {}
    for key, value in manifest.items():
        head = word("fact_key", key)
        match key, value:
            case "inputs", list():
                # one file may come in several deliveries, and twice in one
                found |= {
                    f"{head}：{each['file_name']}（第 {each['delivery_no']} 批）": word(
                        "status_code", each["status_code"]
                    )
                    for each in value
                }
            case "row_counts", dict():
                found |= {
                    f"{head}：{names.get(name, name)}（{name}）": f"{count:,}"
                    for name, count in value.items()
                }
            case "row_files", dict():
                found[head] = f"{len(value):,} 个，{sum(value.values()):,} 字节"
            case "issues" | "expectations", dict():
                words = "issue" if key == "issues" else "status"
                found |= {f"{head}：{word(words, code)}": f"{count:,}" for code, count in value.items()}
            case _, list():
                found[head] = f"{len(value):,} 项"
            case _, None:
                continue
            case _:
                found[head] = str(value)
    return found


def manifest_differences(
    one: Mapping[str, Any], other: Mapping[str, Any], names: Mapping[str, str]
) -> pd.DataFrame:
    """What differs between two manifests: item, in the first, in the second."""
    left, right = manifest_facts(one, names), manifest_facts(other, names)
    keys = [key for key in {**left, **right} if left.get(key) != right.get(key)]
    return pd.DataFrame(
        {
            "项目": keys,
            "原版本": [left.get(key, NOT_APPLICABLE) for key in keys],
            "新版本": [right.get(key, NOT_APPLICABLE) for key in keys],
        }
    )


def exact(value: Decimal | None, unit: str, points: Mapping[str, str] = UNITS) -> str:
    """A figure with every digit that it has, so that a difference of a cent is seen as one."""
    if value is None:
        return NOT_APPLICABLE
    return f"{figure_text(value, unit).replace('-', '−')} {points.get(unit, unit)}".replace(" %", "%")


def restated_table(rows: list[Restated]) -> pd.DataFrame:
    """The figures that differ, as text."""
    return pd.DataFrame(
        {
            "类别": [KINDS[row.kind_code] for row in rows],
            "统筹区": [row.area_name for row in rows],
            "基金": [row.fund_name for row in rows],
            "统计期": [period_label(row.period_code) for row in rows],
            "报表": [row.statement_name or "—" for row in rows],
            "项目": [row.item_name for row in rows],
            "原数": [exact(row.before, row.unit) for row in rows],
            "新数": [exact(row.after, row.unit) for row in rows],
            "差额": [exact(row.difference, row.unit, POINTS) for row in rows],
            "由来": [row.cause for row in rows],
        }
    )


def arrived_table(view: View, arrived: list[Arrived]) -> None:
    """The files that came between two builds."""
    if not arrived:
        st.markdown("两个版本之间没有报送新的文件。")
        return
    st.markdown(f"**两个版本之间报送的文件 {len(arrived)} 份**")
    frame = pd.DataFrame([vars(each) for each in arrived])
    frame["period_text"] = [
        "—".join(dict.fromkeys(period_label(code) for code in pair if not is_missing(code))) or "不分期"
        for pair in zip(frame["first_period"], frame["last_period"], strict=True)
    ]
    show_table(
        view,
        frame,
        ARRIVED_COLUMNS,
        key="arrived",
        name="版本之间的报送",
        height=240 if len(frame) > 5 else None,
    )


def restatement_block(view: View, former: data.Build, made: data.Build) -> None:
    """Which figures differ, by how much, and which deliveries stand behind it."""
    st.markdown("**这个数为什么变了**")
    kinds = [ALL, *KINDS.values()]
    prepare("lb", kinds, ALL, "类别")
    chosen = st.segmented_control("类别", kinds, key="lb", required=True)
    only = st.checkbox(f"只看{view.period_text}", key="restated_period")
    codes = {text: code for code, text in KINDS.items()}
    area = view.area_code if view.area_code and not view.whole_region else None
    result = data.restatement(
        former,
        made,
        view.scope,
        kind=codes.get(str(chosen), "*"),
        area=area or "*",
        period=view.period_code if only else "*",
        shown=data.ROWS_SHOWN,
    )
    counts = "，".join(
        f"{KINDS[kind]}{fmt(count, '个', with_unit=True)}" for kind, count in result.counts.items() if count
    )
    if result.not_comparable:
        st.caption(f"两个版本的表结构不同，没有比较：{'、'.join(result.not_comparable)}。")
    if result.is_program_changed:
        st.caption("两个版本的程序或参考数据不同，数值的变化也可能由此而来。")
    if not result.total:
        st.markdown("两个版本的收支、结余、科目、指标和业务数据的数值完全相同。")
        return
    st.markdown(f"数值不同的共{fmt(result.total, '个', with_unit=True)}：{counts}。")
    arrived_table(view, result.arrived)
    if not result.rows:
        st.markdown("所选的类别、统筹区和统计期里没有数值不同的。")
        return
    table = restated_table(result.rows)
    st.dataframe(
        table,
        hide_index=True,
        width="stretch",
        key="build_figures",
        height=560 if len(table) > 15 else "content",
        alt="两个版本之间数值的不同",
        column_config={"由来": st.column_config.TextColumn(width=520)},
    )
    if len(table) >= data.ROWS_SHOWN:
        st.caption(
            f"只列前{data.ROWS_SHOWN}个；可选统筹区、类别、统计期缩小范围，或用命令 shouzhi builds --diff 列出全部。"
        )
    download_row(view, table, "版本差异", "build_figures")


def builds_block(view: View) -> None:
    """The builds a home keeps, and what differs between two of them."""
    builds = data.list_builds(view.home)
    names = {build.build_id: build for build in builds}
    table = pd.DataFrame(
        {
            "数据版本": list(names),
            "状态": ["当前发布" if build.build_id == view.build.build_id else "保留" for build in builds],
            "程序版本": [str(build.manifest.get("product_version", "—")) for build in builds],
            "表结构版本": [str(build.manifest.get("schema_version", "—")) for build in builds],
            "数据截至": [str(build.manifest.get("data_date", "—")) for build in builds],
        }
    )
    st.dataframe(table, hide_index=True, width="stretch", key="builds", alt="数据版本清单")
    st.caption("回到旧版本：shouzhi publish 版本号。页面总是读取“当前发布”的那一份。")
    if len(builds) < 2:
        st.caption("只有一个版本，没有可比较的。")
        facts_table(view)
        return
    order = list(names)
    current = order.index(view.build.build_id) if view.build.build_id in order else 0
    before = current + 1 if current + 1 < len(order) else current - 1
    left, right = st.columns(2)
    one = left.selectbox("原版本", order, placeholder="请选择", key="build_one", index=before)
    other = right.selectbox("新版本", order, placeholder="请选择", key="build_other", index=current)
    if one == other:
        st.caption("请选择两个不同的版本。")
        return
    restatement_block(view, names[one], names[other])
    st.markdown("**清单的不同**（输入、程序、种子、检查）")
    st.dataframe(
        manifest_differences(names[one].manifest, names[other].manifest, relation_names(view)),
        hide_index=True,
        width="stretch",
        key="manifest_differences",
        alt="两个版本的清单的不同",
        column_config={"项目": st.column_config.TextColumn(width=480)},
    )
    facts_table(view)


def facts_table(view: View) -> None:
    """What the published build says about itself."""
    st.markdown("**当前版本的事实**")
    facts = view.rows("build_facts").rename(columns={"fact_key": "项目", "fact_value": "内容"})
    facts["项目"] = [word("fact_key", key) for key in facts["项目"]]
    st.dataframe(facts, hide_index=True, width="stretch", height=220, key="facts", alt="当前版本的事实")

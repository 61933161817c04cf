"""政策参数: what is in force where and when, where areas differ, what changed, and what lacks an approval."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboards.components.frame import View, breadcrumb, view_of_page
from dashboards.components.state import prepare
from dashboards.components.tables import Col, show_table, text_width, wrapped_table
from dashboards.labels import fmt_parameter, is_missing, word
from shouzhi.words import APPROVAL_TEXT, TOPIC_TEXT

ALL_TOPICS = "全部类别"
TOPICS = {ALL_TOPICS: None} | {text: code for code, text in TOPIC_TEXT.items()}
NOT_REGULATED = "× 未规定"
UNEVEN, SOME, EVEN = "各地不一致", "部分有规定", "一致"

# All columns of a table stand within the page: document and clause in one, what begins and ends in one.
IN_FORCE_COLUMNS = [
    Col("parameter_text", header="参数", width=176),
    Col("area_text", header="统筹区", width=112),
    Col("value_text", header="参数值", width=76),
    Col("valid_text", header="施行期", width=104),
    Col("cited_text", header="文件与条款", width=216),
    Col("scope_level_code", "word", "规定层级", 70),
    Col("basis", "word", "数值依据", 70),
    Col("quote", header="原文或转述", width=150),
    Col("note", header="说明", width=100),
]
CHANGE_COLUMNS = [
    Col("valid_from_text", header="施行日", width=86),
    Col("area_name", header="适用地区", width=100),
    Col("parameter_text", header="参数", width=180),
    Col("old_text", header="原值", width=76),
    Col("new_text", header="新值", width=76),
    Col("approval_code", "word", "批准情况", 76),
    Col("cited_text", header="文件与条款", width=216),
    Col("basis", "word", "数值依据", 70),
    Col("approval_no", header="批准文号", width=76),
    Col("note", header="说明", width=110),
]


def with_texts(frame: pd.DataFrame, values: dict[str, str]) -> pd.DataFrame:
    """Values and days as text (units differ from row to row)."""
    shown = frame.copy()
    shown["parameter_text"] = [
        named_for(name, population)
        for name, population in zip(shown["parameter_name"], shown["population_code"], strict=True)
    ]
    for source, target in values.items():
        shown[target] = [
            fmt_parameter(value, unit) for value, unit in zip(shown[source], shown["unit_code"], strict=True)
        ]
    shown["valid_from_text"] = [day_text(day) for day in shown["valid_from_date"]]
    shown["cited_text"] = cited(shown)
    return shown


def day_text(day: object) -> str:
    """A day as it is written."""
    return "" if is_missing(day) else str(pd.Timestamp(day).date())


def cited(frame: pd.DataFrame) -> list[str]:
    """Document and clause in one text."""
    return [
        " ".join(str(part) for part in pair if not is_missing(part))
        for pair in zip(frame["doc_title"], frame["clause"], strict=True)
    ]


def by_rule(in_force: pd.DataFrame, whole: bool) -> pd.DataFrame:
    """One row per parameter and rule with the areas that it holds in; ``whole`` where every area is looked at."""
    if in_force.empty:
        return in_force
    shown = in_force.copy()
    shown["valid_text"] = [
        f"{day_text(begin)} 起" if is_missing(end) else f"{day_text(begin)} 至 {day_text(end)} 前"
        for begin, end in zip(shown["valid_from_date"], shown["valid_to_date"], strict=True)
    ]
    areas = shown["area_code"].nunique()
    rule = [
        *("sort_order", "parameter_text", "value_text", "valid_text", "cited_text"),
        *("scope_level_code", "basis", "quote", "note"),
    ]
    shown[rule] = shown[rule].fillna("")
    grouped = shown.groupby(rule, sort=False)["area_short_name"]
    names = grouped.agg("、".join).rename("area_text").reset_index()
    everywhere = grouped.size().to_numpy() == areas
    return names.assign(area_text=names["area_text"].mask(whole & (areas > 1) & everywhere, "各地一致"))


def named_for(name: str, population: str) -> str:
    """A parameter with the people it applies to, where its name does not already say so."""
    people = word("population_code", population)
    return name if population == "all" or people in name else f"{name}（{people}）"


def of_topic(frame: pd.DataFrame, topic: str | None) -> pd.DataFrame:
    """The rows of a topic; all of them for None."""
    return frame[frame["topic_code"] == topic].reset_index(drop=True) if topic else frame


def alike(matrix: pd.DataFrame) -> pd.DataFrame:
    """Parameter × area with the areas of which every parameter is the same in one column, under all their names."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for name in matrix.columns:
        groups.setdefault(tuple(matrix[name].fillna("")), []).append(name)
    return pd.DataFrame({"、".join(names): matrix[names[0]] for names in groups.values()})


def difference_matrix(view: View, in_force: pd.DataFrame) -> None:
    """Parameter × areas: who has what, where nothing is regulated, and which rows are not the same everywhere."""
    areas = in_force[["area_short_name", "area_sort_order"]].drop_duplicates().sort_values("area_sort_order")
    names = areas["area_short_name"].tolist()
    matrix = in_force.pivot(
        index=["sort_order", "parameter_text"], columns="area_short_name", values="value_text"
    ).reindex(columns=names)
    matrix = alike(matrix)
    partial, uneven = matrix.isna().any(axis=1), matrix.nunique(axis=1) > 1
    state = partial.map({True: SOME, False: EVEN}).mask(uneven, UNEVEN)
    # what differs is what is looked for: it stands on top
    matrix = matrix.assign(state=state, rank=state.map({UNEVEN: 1, SOME: 2, EVEN: 3}))
    shown = matrix.sort_values("rank", kind="stable").drop(columns="rank").fillna(NOT_REGULATED).reset_index()
    counted = state.value_counts()
    words = [f"{counted[each]} 项{each}" for each in (UNEVEN, SOME, EVEN) if each in counted]
    st.markdown(f"**{'，'.join(words)}。**")
    columns = [
        Col("parameter_text", header="参数", width=250, pinned=True),
        Col("state", header="是否一致", width=80, pinned=True),
    ]
    show_table(
        view,
        shown,
        [
            *columns,
            *(Col(name, header=name, width=max(72, text_width(name))) for name in matrix.columns[:-2]),
        ],
        key="policy_matrix",
        name="各地政策差异",
    )
    note = "各项参数都相同的统筹区并为一列。× 未规定：没有载入对该地有效的文件，不等于该地没有规定。征求意见稿不算在内。"
    if (in_force["basis"] == "sample").any():
        note += "样例数据中，文件没有载明的参数用样例参数代替，数值依据为“仅供样例”，不代表任何地区的政策。"
    st.caption(note)


BRACKET_COLUMNS = [
    Col("parameter_name", header="参数", width=198),
    Col("group_text", header="人群", width=74),
    Col("hospital_level_code", "word", "医院级别", 70),
    Col("care_place_code", "word", "就医地", 82),
    Col("span_text", header="费用段", width=144),
    Col("value_text", header="参数值", width=76),
    Col("area_text", header="统筹区", width=130),
    Col("cited_text", header="文件与条款", width=210),
    Col("basis", "word", "数值依据", 70),
]
# what the regional authorities must approve: subject → heading, clause, what stands where there is nothing to approve
APPROVALS = {
    "rate": (
        "费率调整",
        "实施意见征求意见稿二（二）：上调或下调费率须经自治区医保局、财政厅同意",
        "载入的各统筹区费率都是首次规定，此后没有调整，没有须核对批准文号的项。",
    ),
    "benefit": (
        "统筹区自行规定的待遇",
        "实施意见征求意见稿二（三）：未经批准不得出台清单以外的政策",
        "没有载入由盟市自行规定的待遇，没有须核对批准文号的项。",
    ),
}
JUDGED = ("unapproved", "approved")


def cost_span(lower: object, upper: object) -> str:
    """A bracket of cost in words."""
    if is_missing(upper):
        return "不分段" if is_missing(lower) or float(lower) == 0 else f"超过 {fmt_parameter(lower, 'yuan')}"
    return f"{fmt_parameter(lower, 'yuan')} 至 {fmt_parameter(upper, 'yuan')}"


def brackets(view: View, area_code: str | None, topic: str | None) -> None:
    """What depends on person, hospital level, place and cost: deductibles and ratios."""
    found = of_topic(view.rows("policy_brackets", as_of=view.period_end, area_code=area_code or "*"), topic)
    st.subheader("分档标准", anchor=False)
    st.caption("起付线和支付比例随人群、医院级别、就医地和费用段而不同；费用段是起付线以上的范围内费用。")
    found["value_text"] = [
        fmt_parameter(value, unit)
        for value, unit in zip(found["parameter_value"], found["unit_code"], strict=True)
    ]
    found["group_text"] = [
        "不分人群" if code == "all" else word("person_group_code", code)
        for code in found["person_group_code"]
    ]
    found["care_place_code"] = found["place_code"]
    found["cited_text"] = cited(found)
    found["span_text"] = [
        cost_span(*pair) for pair in zip(found["lower_yuan"], found["upper_yuan"], strict=True)
    ]
    found["area_text"] = ["各地一致" if is_missing(names) else str(names) for names in found["area_names"]]
    if area_code:
        found["area_text"] = view.name_of(area_code)
    show_table(
        view,
        found,
        BRACKET_COLUMNS,
        key="policy_brackets",
        name="分档标准",
        empty="这一天没有载入有效的分档标准：没有文件规定时，依赖它的待遇不作复算。",
    )


def approvals(view: View, changes: pd.DataFrame) -> None:
    """Rates that an area changed (2.2) and benefits that it set itself (2.3), those without an approval first."""
    st.subheader("须经批准的事项", anchor=False)
    judged = changes[changes["approval_code"].isin(JUDGED)]
    judged = judged.sort_values("approval_code", ascending=False, kind="stable")
    for subject, (heading, clause, nothing) in APPROVALS.items():
        found = judged[judged["subject_code"] == subject].reset_index(drop=True)
        missing = int((found["approval_code"] == "unapproved").sum())
        said = f"{len(found)} 项，其中 {missing} 项未见批准文号" if len(found) else "无"
        st.markdown(f"**{heading}：{said}**")
        st.caption(clause + "。" + ("" if len(found) else nothing))
        if len(found):
            wrapped_table(view, found, CHANGE_COLUMNS, key=f"approval_{subject}", name=heading)
    if judged.empty:
        st.caption(
            "检查 P01（自行调整的费率、自行规定的待遇有批准）因此没有可检查的项，结果列为“无数据”：既不是通过，也不是不通过。"
        )


def approval_sentence(changes: pd.DataFrame) -> str:
    """How many changes lack the approval that the regional authorities must give."""
    missing = int((changes["approval_code"] == "unapproved").sum())
    if missing:
        return f"{missing} 项调整未见批准文号：请核对批准文件，或在参数表补上文号。"
    return (
        "没有未见批准文号的调整。" if changes["approval_code"].isin(JUDGED).any() else "没有须经批准的调整。"
    )


def main() -> None:
    """The page."""
    view = view_of_page("政策参数", without=("xz", "kj", "db"))
    if view is None:
        return
    breadcrumb(["稽核监管", "政策参数"])
    prepare("lb", list(TOPICS), ALL_TOPICS, "参数类别")
    topic_word = st.segmented_control(
        "参数类别", list(TOPICS), key="lb", label_visibility="collapsed", required=True
    )
    topic = TOPICS.get(topic_word or ALL_TOPICS)
    in_force = with_texts(
        of_topic(view.rows("policy_in_force", as_of=view.period_end), topic),
        {"parameter_value": "value_text"},
    )
    changes = with_texts(
        of_topic(view.rows("policy_changes"), topic), {"old_value": "old_text", "new_value": "new_text"}
    )
    st.markdown(
        f"#### {view.period_end} 有 {in_force['parameter_code'].nunique()} 项参数在用。{approval_sentence(changes)}"
    )
    st.subheader("各地差异", anchor=False)
    if in_force.empty:
        st.info("× 不适用：这一天没有对本数据源的地区有效的政策参数。", icon=":material/inbox:")
    else:
        difference_matrix(view, in_force)
    approvals(view, changes)
    st.subheader("在用参数与条文", anchor=False)
    chosen = view.area_code if view.area_code and not view.whole_region else None
    shown = in_force[in_force["area_code"] == chosen].reset_index(drop=True) if chosen else in_force
    show_table(
        view,
        by_rule(shown, chosen is None),
        IN_FORCE_COLUMNS,
        key="policy_in_force",
        name="在用政策参数",
        empty=f"{view.shown_area}在这一天没有有效的政策参数。",
    )
    brackets(view, chosen, topic)
    st.subheader("调整时间线", anchor=False)
    st.caption(
        "批准情况："
        + "、".join(APPROVAL_TEXT.values())
        + "。统筹区自行调整费率、自行规定待遇而没有文号的，列为“未见批准”。"
    )
    wrapped_table(
        view, changes, CHANGE_COLUMNS, key="policy_changes", name="政策调整时间线", empty="没有政策调整。"
    )


main()

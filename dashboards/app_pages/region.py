"""统筹区画像: why this area stands where it stands, in the order in which a manager must explain it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from dashboards import data
from dashboards.charts_fund import balance_waterfall, budget_bars
from dashboards.charts_risk import peer_bars, reserve_band
from dashboards.components.business import business_block
from dashboards.components.business_source import BusinessFigure, figure_picker
from dashboards.components.cards import chart_card
from dashboards.components.coverage import budget_note
from dashboards.components.drill import account_drill, chosen_account, trail, with_labels
from dashboards.components.frame import View, statements_missing, view_of_page
from dashboards.components.provenance import Figure, source_button
from dashboards.components.state import (
    apply_drill,
    prepare,
    request_page,
    selected_point,
    shared_parameters,
)
from dashboards.components.tables import Col, show_table, wrapped_table
from dashboards.labels import (
    BASES,
    HELD_TAG,
    NOT_APPLICABLE,
    NOT_REPORTED,
    PERIOD_TYPES,
    RESIDENT_SEASON_NOTE,
    SCHEMES,
    clause_text,
    document_text,
    fmt,
    fmt_metric,
    fmt_months,
    fmt_value,
    is_missing,
    level_mark,
    period_label,
    word,
)
from dashboards.palette import LEVEL_COLOR, LEVEL_INK
from shouzhi.words import RULE_BASIS_TEXT

OWN_DESIGN = "DESIGN"
RULE_COLUMNS = [
    Col("level_code", "level", "等级"),
    Col("fund_short", header="基金"),
    Col("rule_text", header="规则", width=110),
    Col("metric_name", header="指标", width=84),
    Col("value_text", header="当前值"),
    Col("threshold_text", header="阈值"),
    Col("margin_text", header="距阈值"),
    Col("months_in_level", "count", "持续期数"),
    Col("change_code", "word", "较上期"),
    Col("level_reason", header="说明", width=180),
    Col("doc_text", header="依据", width=140),
]
INDICATOR_COLUMNS = [
    Col("indicator_name", header="指标", width="medium"),
    Col("value_text", header="本统筹区"),
    Col("region_text", header="各统筹区合计"),
    Col("prior_text", header="上年同期"),
    Col("rank_text", header="位次"),
    Col("direction", "word", "方向"),
]


def of_one_area(view: View) -> View:
    """The view of exactly one area; where none is chosen and there is no region row, the first one."""
    if view.area_code:
        return view
    first = view.areas.iloc[0]
    st.caption(f"请在上方选择统筹区；现在显示的是 {first['area_name']}。")
    return replace(view, area_code=str(first["area_code"]), area_label=str(first["area_name"]))


def level_head(view: View, level: dict[str, Any] | None, balance: dict[str, Any] | None, fund: str) -> None:
    """The level in words, symbol and colour with its trend; beside it the three numbers that matter."""
    awaited = is_awaited(view)
    badge, *cards = st.columns([1.5, 1, 1, 1])
    with badge.container(border=True, height="stretch"):
        if balance is None and (level is None or not level["is_reported"]):
            st.markdown(f"### {NOT_REPORTED if awaited else '— 本期没有数'}")
            st.caption(absence_sentence(view, awaited))
        elif level is None:
            st.markdown("### × 不适用")
            st.caption("这个口径不作预警判断。")
        else:
            code = str(level["level_code"])
            st.html(
                f"<span style='background:{LEVEL_COLOR[code]};color:{LEVEL_INK[code]};padding:4px 16px;"
                f"border:1px solid #C5CCD3;border-radius:5px;font-size:1.3rem;font-weight:700'>"
                f"{level_mark(code)}</span>"
            )
            parts = [
                word("trend_code", level["trend_code"]),
                "最早的一期，没有上期可比"
                if level["is_first_period"]
                else f"较上期：{word('change_code', level['change_code'])}",
            ]
            if not is_missing(level["months_in_level"]):
                parts.append(f"已持续 {fmt(level['months_in_level'], '个')} 期")
            st.markdown("　".join(parts))
            if not is_missing(level.get("level_reason")) and level["level_reason"]:
                st.caption(f"{view.fund_name(level['leading_fund_code'])}：{level['level_reason']}")
            if level.get("surplus_level_code") not in (None, "none", "not_available"):
                st.caption(f"结余偏多：{level_mark(level['surplus_level_code'])}（单列，不抬高等级）")
    held = bool(balance and balance.get("is_held"))
    whose = region_words(balance) if view.whole_region else ""
    absent = NOT_REPORTED if awaited else NOT_APPLICABLE
    for slot, (metric, label) in zip(
        cards,
        (
            ("year_end_reserve_months", "年末可支付月数")
            if view.shows_residents
            else ("reserve_months", "可支付月数"),
            ("actual_closing_yuan", "期末结余"),
            ("surplus_yuan", "当期结余"),
        ),
        strict=True,
    ):
        value = None if balance is None else balance.get(metric)
        unit = "" if metric.endswith("reserve_months") else "（万元）"
        text = fmt_months(value) if metric.endswith("reserve_months") else fmt(value, "万元")
        with slot.container(border=True, height="stretch"):
            mark = f" :orange-badge[{HELD_TAG}]" if held and not is_missing(value) else ""
            st.metric(label + unit + mark, absent if balance is None else text)
            if whose:
                st.caption(whose)
            source_button(view, Figure(metric, str(view.area_code), fund), f"why_{metric}")


def absence_sentence(view: View, awaited: bool) -> str:
    """What is missing: nothing of the period was reported, or only some of its months."""
    if not awaited:
        return f"{view.shown_area}{view.period_text}没有这个险种和口径的数，不作等级判断。"
    months = data.first(view.rows("period_months")) or {}
    found = view.rows("area_figures", area_code=str(view.area_code))
    reported = found.loc[found["period_type"] == "month", "period_code_last"].astype(str)
    last = max(reported, default="")
    if view.period_type != "month" and str(months.get("first_month")) <= last < str(months.get("last_month")):
        return (
            f"{view.shown_area}{view.period_text}只报送到{period_label(last)}，全期没有合计数，"
            "不参与合计与等级判断；已报送的月份见下面的链接。"
        )
    return f"{view.shown_area}{view.period_text}没有报送，不参与合计与等级判断。"


def is_awaited(view: View) -> bool:
    """Whether the chosen area is expected to report."""
    mine = view.areas[view.areas["area_code"] == view.area_code]
    return bool(len(mine) and mine["is_expected_reporter"].iloc[0])


def region_words(balance: dict[str, Any] | None) -> str:
    """What the region's own figures contain, and how many areas stand behind them where some are missing."""
    words = "全区（含调剂金）"
    counts = [(balance or {}).get(f"areas_{which}_count") for which in ("reported", "expected")]
    if any(is_missing(count) for count in counts) or counts[0] >= counts[1]:
        return words
    return f"{words}（{int(counts[0])}/{int(counts[1])}）"


def figures_elsewhere(view: View) -> None:
    """Which schemes, bases and periods an area has figures for, each with a link."""
    found = view.rows("area_figures", area_code=str(view.area_code))
    if found.empty:
        st.caption(f"{view.shown_area}在这个数据版本里没有任何一期的收支数据。")
        return
    # the chosen scheme's other periods are what is looked for; without them, whatever there is
    mine = found[(found["scheme_code"] == view.scheme) & (found["basis_code"] == view.basis)]
    mine = mine if len(mine) else found[found["scheme_code"] == view.scheme]
    found = mine if len(mine) else found
    names = {
        "xz": {code: label for label, code in SCHEMES.items()},
        "kj": {code: label for label, code in BASES.items()},
        "qx": {code: label for label, code in PERIOD_TYPES.items()},
    }
    st.markdown(f"**{view.shown_area}有以下险种、口径和期间的数**（链接打开其中最近的一期）")
    with st.container(horizontal=True, gap="small"):
        for row in found.itertuples():
            patch = {
                "xz": names["xz"][row.scheme_code],
                "kj": names["kj"][row.basis_code],
                "qx": names["qx"][row.period_type],
                "qi": period_label(row.period_code_last),
                "qu": view.area_label,
            }
            span = period_label(row.period_code_last)
            if row.periods_count > 1:
                span = f"{period_label(row.period_code_first)}至{span}（{row.periods_count}期）"
            st.page_link(
                st.session_state["_pages"]["region"],
                label=f"{patch['xz']} · {patch['kj']} · {span}",
                icon=":material/arrow_forward:",
                query_params=shared_parameters() | patch,
            )


HOLDS_NAMED = 5


def region_holds(view: View, held: pd.DataFrame) -> None:
    """待核 of every area of the region in this period, in one banner."""
    if held.empty:
        return
    names = [
        f"{row.area_name} {view.fund_name(row.fund_code)}：{row.reason}（检查 {row.check_id}）"
        for row in held.head(HOLDS_NAMED).itertuples()
    ]
    more = f"；等 {len(held)} 处，全部见“数据质量·待核”" if len(held) > HOLDS_NAMED else ""
    st.warning(f"{HELD_TAG} {len(held)} 处：{'；'.join(names)}{more}", icon=":material/error:")


def hold_banner(view: View, fund: str) -> None:
    """待核: which rule, with its reason."""
    held = view.rows("held")
    if view.whole_region:
        region_holds(view, held)
        return
    mine = held[
        (held["area_code"] == view.area_code)
        & held["fund_code"].isin([*view.parts(fund, str(view.area_code)).split(","), fund])
    ]
    for _, row in mine.iterrows():
        st.warning(
            f"{HELD_TAG}：{row['fund_name']}，{row['reason']}（检查 {row['check_id']}）",
            icon=":material/error:",
        )


def rule_document(doc_no: Any, doc_title: Any, clause: Any, basis: Any) -> str:
    """What a rule rests on, short: number (or title) and clause; our own design by its basis."""
    cited = "" if doc_no == OWN_DESIGN else document_text(doc_no, doc_title, with_title=False)
    parts = [
        str(part)
        for part in (cited, clause_text(clause))
        if not is_missing(part) and part not in ("", NOT_APPLICABLE)
    ]
    return " ".join(parts) or RULE_BASIS_TEXT.get(basis, NOT_APPLICABLE)


def rules_of(view: View) -> pd.DataFrame:
    """The rules behind the level, with values as text in each rule's own unit."""
    code = str(view.area_code)
    fund = view.warning_fund(code)
    funds = fund
    if fund == "ALL":
        funds = f"{view.warning_fund(code, 'employee')},390100"
    rules = view.rows("region_rules", area_code=code, fund_codes=funds)
    rules["fund_short"] = [view.fund_name(code) for code in rules["fund_code"]]
    rules["rule_text"] = rules["rule_code"] + " " + rules["rule_name"]
    rules["doc_text"] = [
        rule_document(*parts)
        for parts in zip(rules["doc_no"], rules["doc_title"], rules["clause"], rules["basis"], strict=True)
    ]
    for source, target, write in (
        ("metric_value", "value_text", fmt_value),
        ("threshold_value", "threshold_text", fmt_metric),
        ("margin", "margin_text", fmt_metric),
    ):
        rules[target] = [write(value, unit) for value, unit in zip(rules[source], rules["unit"], strict=True)]
    unreported = ~rules["is_reported"].fillna(True).astype(bool)
    rules.loc[unreported, ["value_text", "margin_text"]] = NOT_REPORTED
    rules.loc[unreported, "level_reason"] = None
    return rules


def policy_lines(thresholds: pd.DataFrame) -> tuple[tuple[float, float] | None, tuple[float, ...]]:
    """The band (edges that raise no level) and the limits (edges that do) of reserve months."""
    plain = thresholds["level_code"] == "none"
    edges = sorted({float(value) for value in thresholds.loc[plain, "threshold_value"]})
    band = (edges[0], edges[-1]) if len(edges) > 1 else None
    limits = sorted({float(value) for value in thresholds.loc[~plain, "threshold_value"]})
    return band, tuple(limit for limit in limits if not band or limit not in band)


DIFFERENCES = (
    ("opening_restatement_yuan", "期初与上期期末不一致（重述期初）", "本期期初比上期期末"),
    ("closing_difference_yuan", "报表填报的期末与计算数不一致", "填报期末比计算期末"),
    ("stated_income_difference_yuan", "报表收入合计与分项之和不一致", "填报合计比分项之和"),
    ("stated_expenditure_difference_yuan", "报表支出合计与分项之和不一致", "填报合计比分项之和"),
    ("stated_surplus_difference_yuan", "报表当期结余与收入减支出不一致", "填报结余比计算结余"),
    ("final_audit_yuan", "决算与执行数不一致（决算调整）", "决算比执行"),
)


def difference_sentences(balance: dict[str, Any]) -> list[str]:
    """Every difference of a statement as a sentence with its amount; an empty list where all agrees."""
    found = []
    for column, what, compared in DIFFERENCES:
        value = balance.get(column)
        if is_missing(value) or float(value) == 0:
            continue
        more = "多" if float(value) > 0 else "少"
        found.append(f"{what}：{compared}{more} {fmt(abs(float(value)), '元')} 元")
    return found


def difference_block(view: View, fund: str) -> None:
    """What does not agree in the source, as what it is, with its amount; of every fund behind the shown one."""
    st.subheader("报表差异", anchor=False)
    codes = dict.fromkeys([fund, *view.parts(fund, str(view.area_code)).split(",")])
    found, compared = False, False
    for code in codes:
        balance = data.first(view.rows("balance", area_code=str(view.area_code), fund_code=code))
        compared = compared or bool(balance and balance["is_actual"])
        if not balance or not balance["is_actual"] or balance["difference_class"] in (None, "none"):
            continue
        found = True
        amount = fmt(balance["difference_yuan"], "元", signed=True)
        st.markdown(
            f"**{view.fund_name(code)}：{word('difference_class', balance['difference_class'])}　{amount} 元**"
        )
        for text in difference_sentences(balance):
            st.markdown(f"- {text}")
        if not is_missing(balance["precision_yuan"]):
            st.caption(
                f"报表精度 {fmt(balance['precision_yuan'], '元')} 元；精度可能造成的尾差记为四舍五入，超出的记为表内差异。"
            )
    if not compared:
        st.markdown("× 不适用：这一期没有报表。")
    elif not found:
        st.markdown(agreement_sentence(view, fund))


def agreement_sentence(view: View, fund: str) -> str:
    """A sum has no statement of its own: what its parts' stated closings differ by is a step of its balance."""
    steps = view.rows("balance_steps", area_code=str(view.area_code), fund_code=fund)
    gaps = steps.loc[steps["step_code"] == "stated_difference", "step_yuan"]
    if gaps.empty:
        return "报表自身相符：期末＝期初＋收入－支出，合计＝分项之和，期初＝上期期末。"
    amount = fmt(gaps.iloc[0], "元", signed=True)
    return f"所含报表的列报期末与计算期末相差 {amount} 元，逐项见“数据质量”页的报表差异。"


def open_peer() -> None:
    """A click on another area's bar: that area's page."""
    patch = apply_drill(selected_point("peers"))
    if patch:
        request_page("region", patch)


INDICATOR = "prefecture_comparison.fct_prefecture_indicator"


def missing_indicators(view: View, codes: list[str]) -> None:
    """Which indicators this area has no value of in this period: their feed, a part or the denominator is missing."""
    known = view.rows("indicator_names", scheme=view.scheme)
    names = known.loc[~known["indicator_code"].isin(codes), "indicator_name"].tolist()
    if names:
        st.caption(
            f"{view.shown_area}本期没有以下指标的值（没有所需数据、期间内有月份缺报、分母为零或不适用于本险种）：{'、'.join(names)}。"
        )


def peers_block(view: View) -> None:
    """This area among the others."""
    mine = view.rows("region_peers", area_code=str(view.area_code))
    st.subheader("与其他统筹区比较", anchor=False)
    if view.region_code:
        st.caption(
            "全区有两个数：上面的“全区（含调剂金）”包括自治区调剂金，上下级往来相互抵销；"
            "这里比较用“各统筹区合计”，是各统筹区自己的数相加，不含调剂金、不抵销。"
            "其中同比只计两期都报送的统筹区，预算执行率只计预算和执行都有数的统筹区，与预算图和科目表的全区数因此不同。"
        )
    if mine.empty:
        st.markdown("× 不适用：这一期没有可比指标。")
        return
    names = dict(zip(mine["indicator_name"], mine["indicator_code"], strict=True))
    codes = list(names.values())
    default = next((name for name, code in names.items() if code == "reserve_months"), next(iter(names)))
    prepare("zb", list(names), default, "指标")
    left, right = st.columns([1, 1.15])
    with right:
        for source, target in (
            ("indicator_value", "value_text"),
            ("region_value", "region_text"),
            ("prior_year_value", "prior_text"),
        ):
            mine[target] = [
                fmt_value(value, unit) for value, unit in zip(mine[source], mine["unit"], strict=True)
            ]
        mine["rank_text"] = [
            "不排名" if is_missing(rank) else f"{int(rank)}/{int(count)}"
            for rank, count in zip(mine["rank"], mine["ranked_count"], strict=True)
        ]
        mine.loc[mine["is_suppressed"].astype(bool), "value_text"] = "不公布"
        # the region's own figure is the areas' total: it is not printed twice, and has no rank
        columns = [
            column
            for column in INDICATOR_COLUMNS
            if not (view.whole_region and column.name in ("value_text", "rank_text"))
        ]
        show_table(view, mine, columns, key="indicators", name="比较指标")
        missing_indicators(view, codes)
        figures = [
            BusinessFigure(
                row["indicator_code"], INDICATOR, row, row["indicator_name"], unit=str(row["unit"])
            )
            for row in mine[~mine["is_suppressed"].astype(bool)].to_dict("records")
        ]
        figure_picker(view, figures, "indicator_source")
    with left:
        chosen = st.selectbox("指标", list(names), placeholder="请选择", key="zb")
        strip = view.rows("peer_strip", indicator_code=names.get(chosen, codes[0]))
        if strip["indicator_value"].notna().any():
            chart_card(
                view,
                peer_bars(
                    strip, str(view.area_code), view.period_code, view.fund_name(strip["fund_code"].iloc[0])
                ),
                key="peers",
                on_select=open_peer,
            )
        else:
            st.caption("这一期各统筹区都没有这个指标的值。")


def charts_block(view: View, fund: str, fund_name: str) -> None:
    """Reserve months in the policy band, budget and differences beside it, then how the balance formed."""
    code = str(view.area_code)
    left, right = st.columns(2)
    series = view.rows("region_series", area_code=code, fund_code=fund)
    # the page is that of the chosen period: what came later is not known on it
    series = series[series["period_end_date"] <= pd.Timestamp(view.period_end)].reset_index(drop=True)
    with left:
        if series[["reserve_months", "year_end_reserve_months"]].isna().all(axis=None):
            st.subheader("可支付月数", anchor=False)
            st.markdown("× 不适用：已报送的期数不足，或没有连续支出，不能计算可支付月数。")
        else:
            # the band and the limits are rules on the pooled fund, not on one that contains personal accounts
            ruled = view.warning_fund(code)
            of_pooled = fund == ruled or (view.scheme == "all" and view.basis == "pooled")
            lines = view.rows("policy_lines", fund_code=ruled)
            band, limits = policy_lines(lines) if of_pooled else (None, ())
            chart = reserve_band(
                series,
                view.shown_area,
                fund_name,
                band,
                limits,
                seasonal=view.shows_residents,
                period_code=view.period_code,
            )
            chart_card(view, chart, key="reserve")
    with right:
        budget = data.first(view.rows("budget_against_actual", area_code=code, fund_code=fund))
        if budget is None:
            st.subheader("预算与执行", anchor=False)
            st.markdown(f"× 不适用：没有{view.year}年预算。")
        else:
            chart_card(view, budget_bars(budget, view.period_code, budget_note(budget)), key="budget")
        difference_block(view, fund)
    steps = view.rows("balance_steps", area_code=code, fund_code=fund)
    if len(steps) < 2:
        st.info("这一期没有结余形成过程：未报送，或期初无法取得。", icon=":material/inbox:")
    else:
        chart_card(
            view, balance_waterfall(steps, view.shown_area, fund_name, view.period_code), key="waterfall"
        )


def main() -> None:
    """The page."""
    view = view_of_page("统筹区画像")
    if view is None:
        return
    view = of_one_area(view)
    code = str(view.area_code)
    if not view.has_statements:
        statements_missing(view, "收支、结余和风险预警")
        business_block(view, view.warning_fund(code))
        return
    fund = view.fund(code)
    if fund is None:
        st.info(
            f"{view.shown_area}没有{view.scheme_label}（{view.basis_label}）的数据，请换一个险种、口径或统筹区。",
            icon=":material/filter_alt_off:",
        )
        figures_elsewhere(view)
        return
    accounts = with_labels(view.rows("accounts", area_code=code, fund_code=fund))
    trail(view, "region", chosen_account(accounts))
    balance = data.first(view.rows("balance", area_code=code, fund_code=fund))
    balance = balance if balance and balance["is_actual"] else None
    level = data.first(view.rows("region_level", area_code=code, fund_code=view.warning_fund(code)))
    fund_name = view.fund_name(fund)
    level_head(view, level, balance, fund)
    if balance is None:
        figures_elsewhere(view)
    hold_banner(view, fund)
    st.subheader("预警规则", anchor=False)
    rules = rules_of(view)
    wrapped_table(
        view,
        rules,
        RULE_COLUMNS,
        key="rules",
        name="预警规则",
        empty="这一期没有规则结果。",
    )
    if view.basis == "with_account" and view.scheme != "resident":
        st.caption("预警一律按统筹基金判断：表中的可支付月数和结余不含个人账户，与上方含个人账户的数不同。")
    if view.shows_residents:
        st.caption(f"注：{RESIDENT_SEASON_NOTE}")
    charts_block(view, fund, fund_name)
    business_block(view, fund)
    peers_block(view)
    account_drill(view, accounts, code, fund)


main()

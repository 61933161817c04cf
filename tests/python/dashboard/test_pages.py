"""Every page × scheme × situation: no exception, and the figure on the page is the figure in the marts."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from dashboards.labels import SCHEMES, fmt, fmt_months, fmt_parameter, period_label

pytestmark = [pytest.mark.dashboard]

PAGES = ("risk", "region", "flows", "policy", "metrics", "data")
HELD = "待核"


def situations(ask: Callable[..., pd.DataFrame], demo: Path) -> dict[str, str]:
    """Months of the demonstration home: an ordinary one, the first one, one with a missing area."""
    months = ask(
        demo,
        """
        select level.period_code, min(level.areas_reported_count) as reported, max(level.areas_expected_count) as expected
        from deficit_warning.fct_level_count as level
        where level.period_type = 'month' and level.fund_code in ('310100', '390100')
        group by level.period_code
        order by level.period_code
        """,
    )
    most = months["reported"].max()
    return {
        "normal": str(months.loc[months["reported"] == most, "period_code"].iloc[-1]),
        "first": str(months["period_code"].iloc[0]),
        "missing": str(months.loc[months["reported"] < most, "period_code"].iloc[-1]),
    }


def summary_fund(ask: Callable[..., pd.DataFrame], home: Path, scheme: str) -> str:
    if scheme == "all":
        return "ALL"
    if scheme == "resident":
        return "390100"
    found = ask(home, "select 1 from deficit_warning.fct_level_count where fund_code = '310100' limit 1")
    return "310100" if len(found) else "310000"


def texts(app: Any) -> str:
    """Everything in words on the page."""
    elements = [*app.markdown, *app.caption, *app.info, *app.warning, *app.title, *app.subheader]
    return "\n".join(str(element.value) for element in elements)


def metric_values(app: Any) -> dict[str, str]:
    """Label (without its 待核 mark) → value."""
    return {element.label.split(" :orange")[0]: element.value for element in app.metric}


def level_counts(app: Any) -> dict[str, str]:
    """Level mark → count, from the cards of the risk page."""
    cards = next(element.proto.body for element in app.get("html") if "level-count" in element.proto.body)
    found = re.findall(r"<div[^>]*font-size:0.9rem[^>]*>([^<]*)</div><div[^>]*>([^<]*)</div>", cards)
    return dict(found)


def check_risk(
    app: Any, ask: Callable[..., pd.DataFrame], home: Path, scheme: str, period: tuple[str, str]
) -> None:
    fund = summary_fund(ask, home, scheme)
    bound = {"fund": fund, "type": period[0], "code": period[1]}
    where = "where fund_code = $fund and period_type = $type and period_code = $code"
    sentence = ask(home, f"select sentence_zh from deficit_warning.fct_summary_sentence {where}", bound)
    counts = ask(home, f"select * from deficit_warning.fct_level_count {where}", bound)
    if sentence.empty:
        assert "没有预警结果" in texts(app)
        return
    assert sentence["sentence_zh"].iloc[0] in texts(app)
    shown = level_counts(app)
    for label, column in (
        ("■ 红色", "red_count"),
        ("▲ 橙色", "orange_count"),
        ("◆ 黄色", "yellow_count"),
        ("● 蓝色", "blue_count"),
    ):
        assert shown[label] == f"{int(counts[column].iloc[0])}个"


def check_region(
    app: Any, ask: Callable[..., pd.DataFrame], home: Path, scheme: str, period: tuple[str, str]
) -> None:
    found = ask(
        home,
        """
        select balance.*
        from fund_balance.fct_fund_balance as balance
        inner join fund_balance.bridge_fund_scope as scope
            on balance.area_code = scope.area_code and balance.fund_code = scope.fund_code
        where scope.scheme_code = $scheme and scope.basis_code = 'pooled' and balance.area_code = '150400'
            and balance.is_actual and balance.period_type = $type and balance.period_code = $code
        """,
        {"scheme": scheme, "type": period[0], "code": period[1]},
    )
    shown = metric_values(app)
    if found.empty:
        assert shown["期末结余（万元）"] == "? 未报送"
        return
    row = found.iloc[0]
    marks = [HELD in element.label for element in app.metric if element.value not in ("—",)]
    assert all(marks) if row["is_held"] else not any(marks)
    assert shown["期末结余（万元）"] == fmt(row["actual_closing_yuan"], "万元")
    assert shown["当期结余（万元）"] == fmt(row["surplus_yuan"], "万元")
    if scheme == "employee":
        assert shown["可支付月数"] == fmt_months(row["reserve_months"])
    else:
        assert shown["年末可支付月数"] == fmt_months(row["year_end_reserve_months"])


def check_flows(
    app: Any, ask: Callable[..., pd.DataFrame], home: Path, scheme: str, period: tuple[str, str]
) -> None:
    found = ask(
        home,
        """
        select balance.area_name, balance.income_yuan
        from fund_balance.fct_fund_balance as balance
        inner join fund_balance.bridge_fund_scope as scope
            on balance.area_code = scope.area_code and balance.fund_code = scope.fund_code
        where ($scheme = 'all' or scope.scheme_code = $scheme) and scope.basis_code = 'pooled'
            and balance.is_actual and balance.period_type = $type and balance.period_code = $code
            and balance.area_code in ('150000', '150400')
        """,
        {"scheme": scheme, "type": period[0], "code": period[1]},
    )
    if found.empty:
        assert not app.dataframe or "没有收支数据" in texts(app)
        return
    table = app.dataframe[0].value
    assert len(table) == len(found)
    income = next(column for column in table.columns if column.endswith("（万元）"))
    shown = sorted(fmt(value, "万元") for value in table[income])
    assert shown == sorted(fmt(value, "万元") for value in found["income_yuan"])


def check_metrics(
    app: Any, ask: Callable[..., pd.DataFrame], home: Path, scheme: str, period: tuple[str, str]
) -> None:
    metrics = ask(
        home, "select metric_code, label_zh, formula from data_quality.dim_metric order by metric_code"
    )
    assert len(app.dataframe[0].value) == len(metrics)
    assert str(metrics["label_zh"].iloc[0]) in texts(app)
    assert str(metrics["formula"].iloc[0]) in texts(app)


def check_policy(
    app: Any, ask: Callable[..., pd.DataFrame], home: Path, scheme: str, period: tuple[str, str]
) -> None:
    found = ask(
        home,
        """
        select area_name, parameter_code, parameter_value, doc_no
        from benefits.dim_policy_parameter
        where valid_to_date is null and parameter_code in ('unit_contribution_rate', 'pooled_cap_yuan')
        """,
    )
    # the notice of 2007 binds 自治区本级 only; a draft is never in force, a sample's own rows are marked
    stated = found[found["doc_no"] != "SAMPLE"]
    assert sorted(
        zip(
            stated["area_name"],
            stated["parameter_code"],
            stated["parameter_value"].astype(float),
            strict=True,
        )
    ) == [
        ("内蒙古自治区本级", "pooled_cap_yuan", 35000.0),
        ("内蒙古自治区本级", "unit_contribution_rate", 0.07),
    ]
    matrix = app.dataframe[0].value.set_index("参数")
    place = {name: column for column in matrix.columns for name in column.split("、")}
    # areas that are the same in everything share a column, so that the table stands within the page
    assert len(place) == len(set(place)) and not matrix.T.duplicated().any()
    assert matrix.loc["单位缴费率", place["自治区本级"]] == "7%"
    elsewhere = found[
        (found["area_name"] == "呼和浩特市") & (found["parameter_code"] == "unit_contribution_rate")
    ]
    expected = "× 未规定" if elsewhere.empty else fmt_parameter(elsewhere["parameter_value"].iloc[0], "ratio")
    assert matrix.loc["单位缴费率", place["呼和浩特"]] == expected
    assert matrix.loc["统筹基金年度最高支付限额", place["自治区本级"]] == "35,000 元"
    rules = next(table.value for table in app.dataframe if "原文或转述" in table.value)
    # one row per rule, told once for all the areas that it holds in
    assert not rules.drop(columns="统筹区").duplicated().any()
    assert not (rules["数值依据"] == "原文载明").any()
    assert "征求意见稿" in texts(app)


def check_data(
    app: Any, ask: Callable[..., pd.DataFrame], home: Path, scheme: str, period: tuple[str, str]
) -> None:
    like = {"employee": "310%", "resident": "390%", "all": "%"}[scheme]
    missing = ask(
        home,
        """
        select distinct dim_area.area_short_name
        from data_quality.fct_arrival as arrival
        inner join core.dim_area on arrival.area_code = dim_area.area_code
        where arrival.arrival_code = 'missing' and arrival.fund_code like $like
            and arrival.period_type = $type and arrival.period_code = $code
        """,
        {"like": like, "type": period[0], "code": period[1]},
    )
    shown = texts(app)
    assert f"报送 {13 - len(missing)}/13" in shown
    for name in missing["area_short_name"]:
        assert name in shown


CHECKS = {
    "risk": check_risk,
    "region": check_region,
    "flows": check_flows,
    "policy": check_policy,
    "metrics": check_metrics,
    "data": check_data,
}


@pytest.mark.pipeline
@pytest.mark.parametrize("scheme_label", SCHEMES)
@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("situation", ["normal", "first", "missing"])
def test_month(
    page: str,
    scheme_label: str,
    situation: str,
    demo_home: Path,
    open_page: Callable[..., Any],
    ask: Callable[..., Any],
) -> None:
    code = situations(ask, demo_home)[situation]
    words = {"xz": scheme_label, "qi": period_label(code), "qx": "月"}
    if page in {"region", "flows"}:
        words["qu"] = "赤峰市"
    app = open_page(page, demo_home, **words)
    assert not app.warning or page == "region", [element.value for element in app.warning]
    CHECKS[page](app, ask, demo_home, SCHEMES[scheme_label], ("month", code))


@pytest.mark.pipeline
@pytest.mark.parametrize("scheme_label", SCHEMES)
@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(("year", "level"), [("2023", "none"), ("2024", "red")])
def test_all_green_and_all_red_in_a_yearly_home(
    page: str,
    scheme_label: str,
    year: str,
    level: str,
    extremes_home: Path,
    open_page: Callable[..., Any],
    ask: Callable[..., Any],
) -> None:
    words = {"xz": scheme_label, "qi": f"{year}年"}
    if page in {"region", "flows"}:
        words["qu"] = "赤峰市"
    app = open_page(page, extremes_home, **words)
    periods = next(box for box in app.selectbox if box.key == "qx")
    assert list(periods.options) == ["年"]
    CHECKS[page](app, ask, extremes_home, SCHEMES[scheme_label], ("year", year))
    if page == "risk":
        shown = level_counts(app)
        assert shown["■ 红色" if level == "red" else "— 无预警"] == "13个"


@pytest.mark.pipeline
@pytest.mark.parametrize("scheme_label", SCHEMES)
@pytest.mark.parametrize("page", PAGES)
def test_published_accounts(
    page: str, scheme_label: str, public_home: Path, open_page: Callable[..., Any]
) -> None:
    app = open_page(page, public_home, xz=scheme_label)
    assert "不设应报单位" in "".join(str(element.label) for element in app.get("page_link"))


@pytest.mark.parametrize("scheme_label", SCHEMES)
@pytest.mark.parametrize("page", PAGES)
def test_empty_home_says_what_to_do(
    page: str, scheme_label: str, empty_home: Path, open_page: Callable[..., Any]
) -> None:
    app = open_page(page, empty_home, xz=scheme_label)
    assert "还没有已发布的数据版本" in texts(app)
    assert f"shouzhi run 报表文件夹 --home {empty_home}" in app.code[0].value


@pytest.mark.pipeline
def test_every_section_of_the_data_page(
    demo_home: Path, open_page: Callable[..., Any], ask: Callable[..., Any]
) -> None:
    held = ask(demo_home, "select count(*) as n from data_quality.fct_hold")["n"].iloc[0]
    app = open_page("data", demo_home, bq="待核")
    assert len(app.dataframe[0].value) == held
    found = ask(
        demo_home, "select count(*) as n from fund_balance.fct_fund_balance where difference_class <> 'none'"
    )
    app = open_page("data", demo_home, bq="报表差异")
    assert len(app.dataframe[0].value) == found["n"].iloc[0]
    files = ask(demo_home, "select count(*) as n from data_quality.fct_intake_batch")["n"].iloc[0]
    app = open_page("data", demo_home, bq="入库与隔离")
    assert len(app.dataframe[0].value) == files
    checks = ask(demo_home, "select count(distinct check_id) as n from data_quality.fct_check_result")[
        "n"
    ].iloc[0]
    app = open_page("data", demo_home, bq="检查")
    assert len(app.dataframe[0].value) == checks
    app = open_page("data", demo_home, bq="数据版本")
    assert app.dataframe[0].value["状态"].tolist() == ["当前发布"]


@pytest.mark.pipeline
def test_published_differences_stand_on_the_page(
    public_home: Path, open_page: Callable[..., Any], ask: Callable[..., Any]
) -> None:
    expected = ask(
        public_home,
        "select difference_yuan from fund_balance.fct_fund_balance where difference_class <> 'none'",
    )
    app = open_page("data", public_home, bq="报表差异")
    table = app.dataframe[0].value
    assert sorted(table["差异金额（元）"]) == sorted(float(value) for value in expected["difference_yuan"])


@pytest.mark.pipeline
def test_why_is_this_number(demo_home: Path, open_page: Callable[..., Any], ask: Callable[..., Any]) -> None:
    code = situations(ask, demo_home)["normal"]
    app = open_page("region", demo_home, xz="职工", qu="赤峰市", qi=period_label(code))
    next(button for button in app.button if button.key == "why_actual_closing_yuan").click().run()
    row = ask(
        demo_home,
        "select * from fund_balance.fct_fund_balance where area_code = '150400' and fund_code = '310100' "
        "and period_type = 'month' and period_code = $code and is_actual",
        {"code": code},
    ).iloc[0]
    shown = texts(app)
    for step in ("① 算式", "② 原始报表行", "③ 模型", "④ 检查", "⑤ 依据"):
        assert step in shown
    values = next(frame.value for frame in app.dataframe if "精确值（元）" in frame.value.columns)
    assert fmt(row["opening_yuan"], "元") in values["精确值（元）"].tolist()
    assert fmt(row["actual_closing_yuan"], "元") in values["精确值（元）"].tolist()


@pytest.mark.pipeline
def test_a_quarter_built_from_months_lists_their_lines(
    demo_home: Path, open_page: Callable[..., Any]
) -> None:
    app = open_page("region", demo_home, xz="职工", qu="赤峰市", qx="季", qi="2025Q1", km="社会保险费收入")
    assert "由以下月份的报表行汇总" in texts(app)
    periods = set(app.dataframe[-1].value["统计期"])
    assert periods == {"2025年1月", "2025年2月", "2025年3月"}


@pytest.mark.pipeline
def test_an_area_without_the_chosen_figures_names_those_it_has(
    public_home: Path, open_page: Callable[..., Any]
) -> None:
    app = open_page("region", public_home, qu="某县A", qi="2024")
    assert "某县A有以下险种、口径和期间的数" in texts(app)
    assert any("居民 · 统筹基金 · 2023年" in str(link.label) for link in app.get("page_link"))


@pytest.mark.pipeline
def test_the_data_date_is_not_the_chosen_period(
    demo_home: Path, open_page: Callable[..., Any], ask: Callable[..., Any]
) -> None:
    facts = ask(demo_home, 'select "value" as fact from data_quality.dim_build where "key" = \'data_date\'')
    app = open_page("risk", demo_home, qx="季", qi="2025Q1")
    labels = [str(link.label) for link in app.get("page_link")]
    assert f"数据截至 {facts['fact'].iloc[0]}" in labels
    assert "统计期 2025年一季度（至 2025-03-31）" in labels


@pytest.mark.pipeline
def test_the_first_period_is_compared_with_none(demo_home: Path, open_page: Callable[..., Any]) -> None:
    first = {"qx": "半年", "qi": "2022年上半年"}
    said = texts(open_page("risk", demo_home, **first))
    assert "没有上期可比" in said and "与上期相比" not in said
    assert "没有上期可比" in texts(open_page("region", demo_home, qu="呼和浩特市", **first))
    assert "没有上期可比" not in texts(open_page("risk", demo_home, qx="半年", qi="2022年下半年"))


@pytest.mark.pipeline
def test_periods_of_unlike_areas_are_not_compared(
    demo_home: Path, open_page: Callable[..., Any], ask: Callable[..., pd.DataFrame]
) -> None:
    """Where an area has fallen silent, the region's accounts have no last year, and the page says why."""
    compared = ask(
        demo_home,
        """
        select
            balance.period_code,
            any_value(balance.areas_reported_count) as now_count,
            any_value(balance.prior_areas_reported_count) as before_count,
            count(account.prior_year_amount_yuan) as compared_count
        from fund_balance.fct_fund_balance as balance
        inner join fund_balance.fct_fund_account as account
            on balance.area_code = account.area_code and balance.fund_code = account.fund_code
            and balance.period_type = account.period_type and balance.period_code = account.period_code
            and balance.statement_code = account.statement_code
        where balance.area_kind = 'region' and balance.fund_code = 'POOLED' and balance.period_type = 'month'
            and balance.is_actual and balance.prior_areas_reported_count is not null
        group by balance.period_code
        order by balance.period_code desc
        """,
    )
    unlike = compared[compared["now_count"] != compared["before_count"]]
    assert len(unlike) and (unlike["compared_count"] == 0).all()
    assert (compared.loc[compared["now_count"] == compared["before_count"], "compared_count"] > 0).all()
    row = unlike.iloc[0]
    app = open_page("flows", demo_home, qi=period_label(row["period_code"]), qu="全区")
    said = f"本期由{row['now_count']}个统筹区报送，上年同期由{row['before_count']}个，两期不可比，这张表不列"
    assert said in texts(app)
    # the comparison of the areas that reported in both is on the area's page, which says what it is
    app = open_page("region", demo_home, qi=period_label(row["period_code"]), qu="全区")
    assert said in texts(app) and "其中同比只计两期都报送的统筹区" in texts(app)
    indicators = next(frame.value for frame in app.dataframe if "各统筹区合计" in frame.value.columns)
    assert "收入同比" in indicators["指标"].tolist()


def test_the_budget_of_the_region_is_that_of_all_areas(
    demo_home: Path, open_page: Callable[..., Any], ask: Callable[..., pd.DataFrame]
) -> None:
    """One area revised its budget: the region's is still the sum of all, and the page says so."""
    revised = ask(
        demo_home,
        """
        select area_code, fund_code, period_code, areas_reported_count from fund_balance.fct_fund_balance
        where statement_code = 'revised_budget' and area_code = '150000'
            and areas_reported_count < areas_expected_count and fund_code = '310100'
        """,
    )
    assert len(revised), "the sample plants one revised budget"
    year = revised["period_code"].iloc[0]
    whole = ask(
        demo_home,
        """
        select income_yuan, expenditure_yuan from fund_balance.fct_fund_balance
        where statement_code = 'budget' and area_code = '150000' and fund_code = '310100' and period_code = $year
        """,
        {"year": year},
    ).iloc[0]
    app = open_page("flows", demo_home, xz="职工", db="预算", qi=f"{year}12")
    table = next(frame.value for frame in app.dataframe if "收入预算（万元）" in frame.value.columns)
    assert table["收入预算（万元）"].iloc[0] == whole["income_yuan"]
    assert table["支出预算（万元）"].iloc[0] == whole["expenditure_yuan"]
    app = open_page("region", demo_home, xz="职工", qi=f"{year}12")
    specs = [json.loads(chart.proto.spec) for chart in app.get("plotly_chart")]
    written = [json.dumps(spec, ensure_ascii=False).replace("<br>", "") for spec in specs]
    spec = next(text for text in written if "全年预算" in text)
    assert fmt(whole["income_yuan"], "万元") in spec and "1个统筹区的调整预算未并入" in spec


def test_no_data_is_explained_in_words(demo_home: Path, open_page: Callable[..., Any]) -> None:
    app = open_page("data", demo_home, bq="检查")
    assert any("“无数据”的检查" in caption.value and "P01" in caption.value for caption in app.caption)
    app = open_page("policy", demo_home)
    assert any("检查 P01" in caption.value and "无数据" in caption.value for caption in app.caption)


def test_what_was_reported_of_an_unfinished_year_is_said(
    demo_home: Path, open_page: Callable[..., Any]
) -> None:
    app = open_page("region", demo_home, qu="阿拉善盟", qx="年", qi="2025年")
    assert any("只报送到2025年9月" in caption.value for caption in app.caption)
    app = open_page("region", demo_home, qu="阿拉善盟", qi="2025年12月")
    assert any("阿拉善盟2025年12月没有报送" in caption.value for caption in app.caption)


def test_an_area_that_delivered_nothing_is_not_partly_there(
    demo_home: Path, open_page: Callable[..., Any], ask: Callable[..., pd.DataFrame]
) -> None:
    """A month in which one feed is missing and the others may have no rows: nothing came."""
    silent = ask(
        demo_home,
        """
        select event_month from data_quality.fct_feed_arrival
        where area_code = '152900' and feed_group_code = 'claims'
        group by event_month
        having bool_or(arrival_code = 'missing') and not bool_or(arrival_code = 'reported')
        """,
    )["event_month"].tolist()
    assert "202512" in silent
    app = open_page("data", demo_home, bq="报送", sj="待遇结算")
    row = app.dataframe[0].value.set_index("统筹区").loc["阿拉善盟"]
    assert {row[f"{month[:4]}-{month[4:]}"] for month in silent} == {"?"}


def test_what_does_not_cancel_out_in_the_region_is_explained(
    demo_home: Path, open_page: Callable[..., Any]
) -> None:
    app = open_page("flows", demo_home, qu="全区", qi="2025年12月")
    assert any("相互抵销" in caption.value for caption in app.caption)
    app = open_page("flows", demo_home, qu="赤峰市", qi="2025年12月")
    assert not any("相互抵销" in caption.value for caption in app.caption)


def test_a_figure_of_an_area_that_fell_silent_is_of_its_last_month(
    demo_home: Path, open_page: Callable[..., Any]
) -> None:
    app = open_page("flows", demo_home, qu="阿拉善盟", qi="2025年12月")
    specs = [json.loads(chart.proto.spec) for chart in app.get("plotly_chart")]
    titles = [spec["layout"]["title"]["text"].replace("<br>", "") for spec in specs]
    assert any("2025年12月未报送；2025年9月累计收入" in title for title in titles)


@pytest.mark.pipeline
@pytest.mark.parametrize("page", PAGES)
def test_business_data_without_statements_is_shown(
    page: str, business_home: Path, open_page: Callable[..., Any], ask: Callable[..., Any]
) -> None:
    """A home of business feeds only: its months can be chosen, and what needs statements says so."""
    app = open_page(page, business_home)
    said = texts(app)
    assert "还没有已发布的数据版本" not in said
    assert ("只有业务数据，没有基金收支表" in said) == (page in {"risk", "region", "flows"})
    months = ask(business_home, "select max(month_code) as code from core.dim_business_month")
    last = str(months["code"].iloc[0])
    period = next(box for box in app.selectbox if box.key == "qi")
    assert period.value == period_label(last)
    links = "".join(str(element.label) for element in app.get("page_link"))
    facts = ask(
        business_home, 'select "value" as fact from data_quality.dim_build where "key" = \'data_date\''
    )
    assert facts["fact"].iloc[0] == f"{pd.Period(last, freq='M').end_time:%Y-%m-%d}"
    assert f"数据截至 {facts['fact'].iloc[0]}" in links
    assert "没有收到基金收支表" in links
    if page == "region":
        app = open_page(page, business_home, yw="参保")
        insured = ask(
            business_home,
            "select count(*) as n from enrolment.fct_insured_month where period_code = ?",
            [last],
        )
        assert insured["n"].iloc[0] > 0
        assert "业务分析" in texts(app)
        assert "aria-label='参保人数'" in "".join(element.proto.body for element in app.get("html"))

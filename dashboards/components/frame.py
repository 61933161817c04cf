"""The frame of every page: the filter bar, the notices, the status line, and what they decide (a View)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboards import data
from dashboards.access import Scope, current_scope
from dashboards.components.state import NOTICE_SLOT, begin, notice, prepare, shared_parameters
from dashboards.labels import (
    ALL_AREAS,
    BASES,
    COMPARES,
    NO_PERMISSION,
    PERIOD_TYPES,
    SCHEMES,
    WHOLE_REGION,
    is_missing,
    parse_period,
    period_label,
)

PERIOD_WORDS = {code: word for word, code in PERIOD_TYPES.items()}
TYPE_OF_PERIOD = "_type_of_period"
DEFAULT_SCHEME = "合计"
EMPLOYEE_PARTS = "310000,310100,310200"


@dataclass(frozen=True)
class View:
    """What the reader has chosen, resolved against one build."""

    source: str
    home: Path
    build: data.Build
    scope: Scope
    scheme_label: str
    basis_label: str
    period_type: str
    period_code: str
    period_end: str
    area_label: str
    area_code: str | None
    region_code: str | None
    compare: str
    areas: pd.DataFrame
    funds: Mapping[tuple[str, str, str], str]
    present: frozenset[tuple[str, str]]
    fund_names: Mapping[str, str]
    has_statements: bool

    @property
    def scheme(self) -> str:
        """employee, resident or all."""
        return SCHEMES[self.scheme_label]

    @property
    def basis(self) -> str:
        """pooled or with_account."""
        return BASES[self.basis_label]

    @property
    def year(self) -> str:
        """The calendar year of the chosen period."""
        return self.period_code[:4]

    @property
    def period_text(self) -> str:
        """The chosen period as readers write it."""
        return period_label(self.period_code)

    @property
    def data_date(self) -> str:
        """Up to which day the build holds data, whatever period is chosen."""
        return str(self.build.manifest.get("data_date") or self.period_end)

    @property
    def whole_region(self) -> bool:
        """Whether the region's own row is in view."""
        return self.area_code is not None and self.area_code == self.region_code

    @property
    def shows_residents(self) -> bool:
        """Whether residents' figures are in view (their seasonality note is printed then)."""
        return self.scheme in {"resident", "all"}

    @property
    def shown_area(self) -> str:
        """The area in words; the whole region by its own name."""
        return self.name_of(self.area_code) if self.area_code else self.area_label

    def name_of(self, area_code: str | None) -> str:
        """An area's name."""
        found = self.areas.loc[self.areas["area_code"] == area_code, "area_name"]
        return str(found.iloc[0]) if len(found) else str(area_code)

    def fund(self, area_code: str, scheme: str | None = None, basis: str | None = None) -> str | None:
        """The fund that a scheme and a basis mean in an area; None where it has none.

        Where the period has no figures on that basis but on the other one, the other one.
        """
        chosen = basis or self.basis
        other = "with_account" if chosen == "pooled" else "pooled"
        found = [self.funds.get((area_code, scheme or self.scheme, each)) for each in (chosen, other)]
        return next(
            (fund for fund in found if fund and (area_code, fund) in self.present), found[0] or found[1]
        )

    def fund_name(self, fund_code: str | None) -> str:
        """A fund's short name."""
        return self.fund_names.get(str(fund_code), str(fund_code))

    def warning_fund(self, area_code: str, scheme: str | None = None) -> str:
        """The fund whose level stands for a scheme in an area: always the pooled basis."""
        chosen = scheme or self.scheme
        if chosen == "all":
            return "ALL"
        return self.fund(area_code, chosen, "pooled") or ("390100" if chosen == "resident" else "310100")

    def parts(self, fund_code: str, area_code: str) -> str:
        """The funds as they are received behind a fund, joined by commas (a derived fund has several)."""
        if fund_code == "310000":
            return EMPLOYEE_PARTS
        if fund_code == "ALL":
            return f"{EMPLOYEE_PARTS},390100"
        if fund_code == "POOLED":
            return f"{self.fund(area_code, 'employee', 'pooled') or '310100,310000'},390100"
        return fund_code

    def rows(self, name: str, **more: str) -> pd.DataFrame:
        """A query's result with the view's filters bound."""
        bound = {
            "period_type": self.period_type,
            "period_code": self.period_code,
            "scheme": self.scheme,
            "basis": self.basis,
            "year": self.year,
            **more,
        }
        wanted = data.parameters_of(name)
        return data.rows(
            self.build, self.scope, name, **{key: value for key, value in bound.items() if key in wanted}
        )

    def facts(self) -> dict[str, str]:
        """What a download says about itself."""
        held = self.rows("held")
        marks = "；".join(
            f"{row['area_name']} {row['fund_name']}：{row['reason']}（{row['check_id']}）"
            for _, row in held.iterrows()
        )
        return {
            "数据源": self.source,
            "险种": self.scheme_label,
            "口径": self.basis_label,
            "统计期": self.period_text,
            "期末日": self.period_end,
            "统筹区": self.area_label,
            "对比": self.compare,
            "数据截至": self.data_date,
            "数据版本": self.build.build_id,
            "待核": marks or "无",
        }


def _source() -> tuple[str, Path]:
    homes = data.homes()
    names = list(homes)
    prepare("src", names, names[0], "数据源")
    return st.session_state["src"], homes[st.session_state["src"]]


def empty_page(title: str, source: str, home: Path, build: data.Build | None = None) -> None:
    """A home without a published build, or with one that covers no period: what to do, in commands to copy."""
    st.title(title, anchor=False)
    sidebar()
    _source_box()
    if build is None:
        st.info(f"“{source}”还没有已发布的数据版本，所以这里没有数字可看。", icon=":material/inbox:")
    else:
        st.info(
            f"“{source}”已发布版本 {build.short_id}，但其中既没有基金收支表，也没有一个完整月份的业务数据。",
            icon=":material/inbox:",
        )
    how_to_load(home)


def how_to_load(home: Path) -> None:
    """The commands by which statements get into a home."""
    st.markdown("请把基金收支表（Excel、CSV、TXT 或 zip）放进一个文件夹，在命令行运行：")
    st.code(f"shouzhi check 报表文件夹\nshouzhi run 报表文件夹 --home {home}", language="bash")
    st.markdown("运行完成后刷新本页。没有自己的报表时，`make demo` 会生成演示数据。")


def statements_missing(view: View, what: str) -> None:
    """A build of business feeds only: what cannot be shown for want of statements."""
    st.info(
        f"“{view.source}”只有业务数据，没有基金收支表，所以没有{what}。",
        icon=":material/inbox:",
    )


def business_only(view: View, what: str) -> None:
    """A page that is made of statements alone, where there are none: where to look instead, and how to load them."""
    statements_missing(view, what)
    st.markdown("参保、支出、待遇复算和缴费复算见“统筹区画像”，收到的文件与检查见“数据质量”。")
    how_to_load(view.home)


def _source_box() -> None:
    st.selectbox("数据源", list(data.homes()), key="src", placeholder="请选择")


def _area_options(areas: pd.DataFrame) -> tuple[list[str], str | None]:
    region = areas[areas["area_kind"] == "region"]
    code = str(region.iloc[0]["area_code"]) if len(region) else None
    whole = WHOLE_REGION if code else ALL_AREAS
    return [whole, *areas.loc[areas["area_kind"] != "region", "area_name"]], code


def _area_word(areas: pd.DataFrame, options: list[str], region_code: str | None, asked: str) -> str | None:
    if asked in {WHOLE_REGION, ALL_AREAS, region_code}:
        return options[0]
    found = areas.loc[(areas["area_code"] == asked) | (areas["area_name"].str.startswith(asked)), "area_name"]
    if len(found) and asked:
        name = str(found.iloc[0])
        return name if name in options else options[0]
    return None


def _fund_map(build: data.Build, scope: Scope) -> dict[tuple[str, str, str], str]:
    frame = data.rows(build, scope, "fund_scopes")
    return {
        (str(row.area_code), str(row.scheme_code), str(row.basis_code)): str(row.fund_code)
        for row in frame.itertuples()
    }


def _present(
    build: data.Build, scope: Scope, period_type: str, period_code: str
) -> frozenset[tuple[str, str]]:
    frame = data.rows(build, scope, "funds_present", period_type=period_type, period_code=period_code)
    return frozenset(zip(frame["area_code"], frame["fund_code"], strict=True))


def _fund_names(build: data.Build, scope: Scope) -> dict[str, str]:
    frame = data.rows(build, scope, "fund_names")
    return dict(zip(frame["fund_code"], frame["fund_short_name"], strict=True))


# the filters from left to right with their widths
FILTER_WIDTHS = {"src": 1.15, "xz": 0.9, "kj": 1.15, "qx": 0.85, "qi": 1.35, "qu": 1.35, "db": 1.05}


def _filter(slots: Mapping[str, DeltaGenerator], label: str, key: str, options: list[str]) -> str:
    """A filter's word: from its box, or as it was left on another page where this one does not draw it."""
    return str(
        slots[key].selectbox(label, options, placeholder="请选择", key=key)
        if key in slots
        else st.session_state[key]
    )


def view_of_page(title: str, without: Collection[str] = ()) -> View | None:
    """Draw title, filters, notices and status line; None (and a helpful page) where nothing is published yet.

    ``without``: filters (险种 ``xz``, 口径 ``kj``, 对比 ``db``) that change nothing on the page; they are kept, not drawn.
    """
    begin(title)
    scope = current_scope()
    source, home = _source()
    build = data.current_build(home)
    if build is None:
        empty_page(title, source, home)
        return None
    periods = data.rows(build, scope, "periods")
    areas = data.rows(build, scope, "areas")
    if periods.empty or areas.empty:
        empty_page(title, source, home, build)
        return None

    st.title(title, anchor=False)
    types = [word for word, code in PERIOD_TYPES.items() if (periods["period_type"] == code).any()]
    options, region_code = _area_options(areas)
    prepare("xz", list(SCHEMES), DEFAULT_SCHEME, "险种")
    prepare("kj", list(BASES), "统筹基金", "口径")
    prepare("qx", types, types[0], "期间类型")
    prepare("db", list(COMPARES), COMPARES[0], "对比")
    # ``?c=<area code>`` is the alias for links from other systems
    code = st.query_params.get("c")
    if code and not scope.allows(code):
        notice(NO_PERMISSION + "。")
        code = None
    prepare(
        "qu",
        options,
        options[0],
        "统筹区",
        translate=lambda asked: _area_word(areas, options, region_code, asked),
        alias=code,
    )

    drawn = {key: width for key, width in FILTER_WIDTHS.items() if key not in without}
    slots = dict(zip(drawn, st.columns(list(drawn.values()), gap="small"), strict=True))
    with slots["src"]:
        _source_box()
    scheme_label = _filter(slots, "险种", "xz", list(SCHEMES))
    basis_label = _filter(slots, "口径", "kj", list(BASES))
    type_label = slots["qx"].selectbox("期间类型", types, placeholder="请选择", key="qx")
    period_type = PERIOD_TYPES[type_label]
    of_type = periods[periods["period_type"] == period_type]
    codes = {period_label(code): code for code in of_type["period_code"]}
    labels = list(codes)
    retyped = st.session_state.get(TYPE_OF_PERIOD, type_label) != type_label
    st.session_state[TYPE_OF_PERIOD] = type_label
    asked = str(st.session_state.get("qi") or "")
    prepare(
        "qi",
        labels,
        (retyped and _same_year(asked, codes)) or default_period(of_type),
        "统计期",
        translate=lambda asked: _period_word(asked, codes),
        follows=retyped,
    )
    period_word = slots["qi"].selectbox("统计期", labels, placeholder="请选择", key="qi")
    area_label = slots["qu"].selectbox("统筹区", options, placeholder="请选择", key="qu")
    compare = _filter(slots, "对比", "db", list(COMPARES))

    period_code = codes[period_word]
    end = of_type.loc[of_type["period_code"] == period_code, "period_end_date"].iloc[0]
    found = areas.loc[areas["area_name"] == area_label, "area_code"]
    view = View(
        source=source,
        home=home,
        build=build,
        scope=scope,
        scheme_label=scheme_label,
        basis_label=basis_label,
        period_type=period_type,
        period_code=period_code,
        period_end=pd.Timestamp(end).strftime("%Y-%m-%d"),
        area_label=area_label,
        area_code=region_code if area_label == options[0] else str(found.iloc[0]),
        region_code=region_code,
        compare=compare,
        areas=areas,
        funds=_fund_map(build, scope),
        present=_present(build, scope, period_type, period_code),
        fund_names=_fund_names(build, scope),
        has_statements=bool(periods["has_statements"].any()),
    )
    sidebar()
    st.session_state[NOTICE_SLOT] = st.container()
    status_line(view)
    return view


SECTIONS = {
    "风险监测": ("risk", "region", "flows"),
    "稽核监管": ("policy",),
    "数据与口径": ("metrics", "data"),
}


def sidebar() -> None:
    """The navigation: every link carries the filters, so that a page is always opened as it was left."""
    pages = st.session_state["_pages"]
    with st.sidebar:
        for section, names in SECTIONS.items():
            st.caption(section)
            for name in names:
                st.page_link(pages[name], query_params=shared_parameters())


def default_period(periods: pd.DataFrame) -> str:
    """The newest period in which at least half as many figures stand as in the fullest one."""
    full = periods[periods["figures_count"] * 2 >= periods["figures_count"].max()]
    return period_label(str(full["period_code"].iloc[0]))


def _same_year(asked: str, codes: Mapping[str, str]) -> str | None:
    """The last period of the year that was in view, when only the type of period has changed."""
    year = (parse_period(asked) or "")[:4]
    return next((label for label, code in codes.items() if year and code.startswith(year)), None)


def _period_word(asked: str, codes: Mapping[str, str]) -> str | None:
    code = parse_period(asked)
    return next((label for label, known in codes.items() if known == code), None)


def arrival_text(view: View) -> str:
    """``报送 12/13（未报送：阿拉善盟）``, or how many areas have figures where nobody is expected to report."""
    if not view.has_statements:
        return "报送：没有收到基金收支表，只有业务数据"
    expected = view.areas[view.areas["is_expected_reporter"].astype(bool)]
    if expected.empty:
        return f"报送：本数据源不设应报单位，共{len(view.areas)}个地区"
    missing = view.rows("missing_areas")["area_short_name"].tolist()
    text = f"报送 {len(expected) - len(missing)}/{len(expected)}"
    return text + (f"（未报送：{'、'.join(missing)}）" if missing else "")


def checks_text(view: View) -> str:
    """How many checks passed, how many warn or fail."""
    row = data.first(view.rows("check_status"))
    if row is None or is_missing(row["checks_count"]) or not row["checks_count"]:
        return "检查 尚无结果"
    text = f"检查 {int(row['pass_count'])}/{int(row['checks_count'])}通过"
    extra = [
        f"{int(row[column])}项{word}"
        for column, word in (("fail_count", "不通过"), ("warn_count", "警告"), ("no_data_count", "无数据"))
        if row[column]
    ]
    return text + (f"（{'、'.join(extra)}）" if extra else "")


def status_line(view: View) -> None:
    """数据截至 · 统计期 · 报送 · 检查 · 版本, each a link to the page that explains it."""
    held = view.rows("held")
    with st.container(horizontal=True, gap="small", key="status_line"):
        parts = [
            (f"数据截至 {view.data_date}", ":material/event:", "入库与隔离"),
            (f"统计期 {view.period_text}（至 {view.period_end}）", ":material/date_range:", "报送"),
            (arrival_text(view), ":material/inventory:", "报送"),
            (checks_text(view), ":material/fact_check:", "检查"),
            (f"版本 {view.build.short_id}", ":material/tag:", "数据版本"),
        ]
        if len(held):
            parts.insert(3, (f"本期待核 {len(held)}项", ":material/error:", "待核"))
        for label, icon, section in parts:
            st.page_link(
                st.session_state["_pages"]["data"],
                label=label,
                icon=icon,
                query_params=shared_parameters() | {"bq": section},
            )


def breadcrumb(parts: list[str]) -> None:
    """Where the reader is, in one line."""
    st.caption(" › ".join(parts))

"""Entry point of the dashboards: navigation, and the last net for errors.  Nothing else."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import streamlit as st

from dashboards.components.failure import report_failure
from dashboards.components.state import finish, follow_request

PAGES = Path(__file__).parent / "app_pages"
ASSETS = Path(__file__).parent / "assets"

st.set_page_config(
    page_title="收支 · 医保基金监测", page_icon=ASSETS / "icon.svg", layout="wide", initial_sidebar_state=210
)
st.logo(ASSETS / "logo.svg", size="large", icon_image=ASSETS / "icon.svg")


def _start() -> None:
    """The bare address leads to 风险总览, with whatever filters it carries."""
    st.switch_page(st.session_state["_pages"]["risk"], query_params=st.query_params.to_dict())


home = st.Page(_start, title="首页", default=True, visibility="hidden")
pages = {
    "risk": st.Page(PAGES / "risk.py", title="风险总览", icon=":material/monitoring:", url_path="risk"),
    "region": st.Page(
        PAGES / "region.py", title="统筹区画像", icon=":material/location_city:", url_path="region"
    ),
    "flows": st.Page(PAGES / "flows.py", title="基金收支", icon=":material/swap_vert:", url_path="flows"),
    "policy": st.Page(PAGES / "policy.py", title="政策参数", icon=":material/gavel:", url_path="policy"),
    "metrics": st.Page(
        PAGES / "metrics.py", title="指标口径", icon=":material/menu_book:", url_path="metrics"
    ),
    "data": st.Page(PAGES / "data.py", title="数据质量", icon=":material/fact_check:", url_path="data"),
}
st.session_state["_pages"] = pages

# the sidebar is drawn by the frame, with the present filters in every link
page = st.navigation([home, *pages.values()], position="hidden")

asked = follow_request()
if asked:
    st.switch_page(pages[asked[0]], query_params=asked[1])

try:
    page.run()
    finish()
except Exception as error:  # the reader gets a sentence and a number, the log gets the rest
    report_failure(error)

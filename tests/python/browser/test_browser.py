"""The pages in a real browser: drawn, drilled into, gone back from; nothing leaves the machine."""

from __future__ import annotations

import re
import urllib.parse
from pathlib import Path
from typing import Any

import pytest

from dashboards.palette import LEVEL_COLOR
from shouzhi.warehouse.query import open_locked
from shouzhi.words import LEVEL_TEXT
from tests.python.browser.conftest import Visit, start_server, stop

pytestmark = [pytest.mark.browser]

PAGES = {
    "risk": ("风险总览", "变化清单", 2100),
    "region": ("统筹区画像", "预警规则", 2900),
    "flows": ("基金收支", "收支与结余", 2500),
    "policy": ("政策参数", "须经批准的事项", 2600),
    "metrics": ("指标口径", "检查目录与最近结果", 1900),
    "data": ("数据质量", "报送", 1200),
}
ENGLISH = ("Traceback", "Error running", "Select", "Choose an option", "No results", "Press Enter")


def path_of(visit: Any) -> str:
    return urllib.parse.urlparse(visit.page.url).path


@pytest.mark.parametrize("source", ["演示数据", pytest.param("公开数据", marks=pytest.mark.long)])
@pytest.mark.parametrize("page", PAGES)
def test_every_page_is_drawn(visit: Any, page: str, source: str) -> None:
    title, heading, height = PAGES[page]
    area = "&qu=赤峰市" if page == "region" and source == "演示数据" else ""
    visit.open(f"/{page}?src={source}{area}")
    assert visit.page.locator("h1").first.inner_text() == title
    body = visit.page.locator("body").inner_text()
    assert heading in body
    for word in ("数据截至", "检查", "版本"):
        assert word in body
    for word in ENGLISH:
        assert word not in body
    assert visit.page.locator("[data-testid=stException]").count() == 0
    assert (
        visit.picture(f"{page}_{'demo' if source == '演示数据' else 'public'}", height).stat().st_size
        > 20_000
    )


def test_the_bare_address_is_the_risk_page(visit: Any) -> None:
    visit.open("/")
    visit.page.wait_for_url("**/risk", timeout=20_000)
    assert visit.page.locator("h1").first.inner_text() == "风险总览"


def test_drill_by_select_box_and_browser_back(visit: Any) -> None:
    visit.open("/risk?xz=职工")
    visit.select("查看统筹区画像", "赤峰市")
    visit.page.get_by_role("button", name="打开画像").click()
    visit.page.wait_for_url("**/region**", timeout=20_000)
    visit.settle()
    assert visit.chosen("统筹区") == "赤峰市"
    assert visit.chosen("险种") == "职工"
    visit.page.go_back()
    visit.page.wait_for_url("**/risk**", timeout=20_000)
    visit.settle()
    assert visit.page.locator("h1").first.inner_text() == "风险总览"
    assert visit.chosen("险种") == "职工"
    assert visit.chosen("统筹区") == "全区"


def test_drill_by_a_click_on_a_table_row_and_the_back_button(visit: Any) -> None:
    visit.open("/risk?xz=居民")
    table = visit.page.locator("[data-testid=stDataFrame]").last
    table.scroll_into_view_if_needed()
    box = table.bounding_box()
    # the selection column of the first row: below the header, at the left edge
    visit.page.mouse.click(box["x"] + 16, box["y"] + 50)
    visit.page.wait_for_url("**/region**", timeout=20_000)
    visit.settle()
    assert visit.chosen("统筹区") != "全区"
    assert visit.chosen("险种") == "居民"
    visit.page.get_by_role("button", name="返回风险总览").click()
    visit.page.wait_for_url("**/risk**", timeout=20_000)
    visit.settle()
    assert visit.chosen("险种") == "居民"
    assert visit.chosen("统筹区") == "全区"


def test_drill_by_a_click_on_a_square(visit: Any) -> None:
    visit.open("/risk?xz=职工")
    square = visit.page.locator(".st-key-tile_150400 button")
    assert square.inner_text().startswith("赤峰\n")
    square.click()
    visit.page.wait_for_url("**/region**", timeout=20_000)
    visit.settle()
    assert visit.page.locator("h1").first.inner_text() == "统筹区画像"
    assert visit.chosen("统筹区") == "赤峰市"
    visit.page.go_back()
    visit.page.wait_for_url("**/risk**", timeout=20_000)
    visit.settle()
    assert visit.chosen("统筹区") == "全区"


def test_the_squares_stand_in_their_places_and_answer_the_keyboard(visit: Any) -> None:
    visit.open("/risk?xz=职工")
    boxes = {
        code: visit.page.locator(f".st-key-tile_{code} button").bounding_box()
        for code in ("159900", "150700", "150400", "152900")
    }
    assert boxes["159900"]["y"] == boxes["150700"]["y"]
    assert boxes["159900"]["x"] < boxes["150400"]["x"] < boxes["150700"]["x"]
    assert boxes["159900"]["y"] < boxes["150400"]["y"] < boxes["152900"]["y"]
    assert len({round(box["width"]) for box in boxes.values()}) == 1
    style = visit.page.locator(".st-key-tile_150400 button").evaluate(
        "square => getComputedStyle(square).backgroundColor"
    )
    shown = "#{:02X}{:02X}{:02X}".format(*(int(part) for part in style.strip("rgb()").split(",")))
    text = visit.page.locator(".st-key-tile_150400 button").inner_text()
    assert [word for code, word in LEVEL_TEXT.items() if LEVEL_COLOR[code] == shown and word in text]
    # Tab leads from square to square in reading order, Enter opens
    visit.page.locator(".st-key-tile_159900 button").focus()
    visit.page.keyboard.press("Tab")
    assert visit.page.evaluate("document.activeElement.innerText").startswith("呼伦贝尔")
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_url("**/region**", timeout=20_000)
    visit.settle()
    assert visit.chosen("统筹区") == "呼伦贝尔市"


def test_an_account_row_leads_to_the_cell(visit: Any) -> None:
    visit.open("/region?xz=职工&qu=赤峰市")
    visit.select("科目", "社会保险费收入")
    assert "km=" in visit.page.url
    assert "报表原始行 · 社会保险费收入" in visit.page.locator("body").inner_text()


def test_a_number_says_where_it_comes_from(visit: Any) -> None:
    visit.open("/region?xz=职工&qu=赤峰市")
    visit.page.get_by_role("button", name="这个数从哪来").first.click()
    dialog = visit.page.get_by_role("dialog")
    dialog.wait_for(timeout=20_000)
    visit.page.wait_for_timeout(1500)
    text = dialog.inner_text()
    for step in ("① 算式", "② 原始报表行", "③ 模型", "④ 检查", "⑤ 依据"):
        assert step in text
    visit.picture("why", 1000)


def test_a_settlement_is_shown_step_by_step(visit: Any, demo_home: Path) -> None:
    marts = (
        demo_home / "builds" / (demo_home / "CURRENT").read_text(encoding="utf-8").strip() / "marts.duckdb"
    )
    with open_locked(marts) as connection:
        found = connection.execute(
            "select settlement_id, event_month from benefits.fct_benefit_replay where cause_code = 'deductible'"
            " order by settlement_id limit 1"
        ).fetchone()
    assert found, "the sample plants a wrong deductible"
    settlement, month = found
    visit.open(f"/region?qx=月&qi={month[:4]}年{int(month[4:])}月&yw=待遇复算&js={settlement}")
    dialog = visit.page.get_by_role("dialog")
    dialog.wait_for(timeout=20_000)
    visit.page.wait_for_timeout(1500)
    text = dialog.inner_text()
    for word in (settlement, "与规定不符", "起付线", "怎样算出来的", "按规定应付"):
        assert word in text
    visit.picture("settlement", 1000)
    visit.page.keyboard.press("Escape")
    dialog.wait_for(state="hidden", timeout=20_000)
    # the box keeps the number, and the button opens it again
    visit.page.get_by_role("button", name="算给我看").click()
    dialog.wait_for(timeout=20_000)
    assert f"js={settlement}" in visit.page.url


def test_a_changed_filter_stands_in_the_link(visit: Any) -> None:
    visit.open("/flows")
    visit.select("险种", "居民")
    visit.select("统筹区", "乌海市")
    words = dict(urllib.parse.parse_qsl(urllib.parse.urlparse(visit.page.url).query))
    assert words["xz"] == "居民"
    assert words["qu"] == "乌海市"
    visit.page.go_back()
    visit.page.wait_for_timeout(800)
    visit.settle()
    assert visit.chosen("统筹区") == "全区"
    assert visit.chosen("险种") == "居民"


def test_the_status_line_leads_to_its_section(visit: Any) -> None:
    visit.open("/risk?xz=职工")
    visit.page.locator("[data-testid=stPageLink] a", has_text="检查").first.click()
    visit.page.wait_for_url("**/data**", timeout=20_000)
    visit.settle()
    assert path_of(visit) == "/data"
    assert "不通过与警告的明细" in visit.page.locator("body").inner_text()
    assert visit.chosen("险种") == "职工"


def test_a_download_carries_its_provenance(visit: Any) -> None:
    visit.open("/flows?xz=职工")
    with visit.page.expect_download(timeout=20_000) as started:
        visit.page.get_by_role("button", name="下载 CSV").first.click()
    content = started.value.path().read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    text = content.decode("utf-8-sig")
    for fact in ("# 险种：职工", "# 统计期：", "# 数据截至：", "# 数据版本：", "# 待核："):
        assert fact in text


def test_batches_are_chosen_by_kind_of_data(visit: Any) -> None:
    visit.open("/data?bq=入库与隔离")
    body = visit.page.locator("body").inner_text()
    assert "收到 = 入库 + 被替换 + 隔离" in body
    assert "读取提示" in body
    visit.picture("data_intake", 1500)


def test_why_a_number_changed(chromium: Any, corrected_home: Path, tmp_path: Path) -> None:
    process, address = start_server(f"更正={corrected_home}", tmp_path / "server.log")
    try:
        page = chromium.new_context(viewport={"width": 1440, "height": 1400}, locale="zh-CN").new_page()
        visit = Visit(page, address)
        page.on("request", lambda request: visit.requests.append(request.url))
        visit.open("/data?bq=数据版本")
        body = page.locator("body").inner_text()
        assert re.search(r"数值不同的共\d+个：基金收支与结余\d+个", body)
        assert "两个版本之间报送的文件 1 份" in body
        current = visit.chosen("新版本")
        assert visit.chosen("原版本") != current
        visit.picture("data_versions", 1400)
        # narrowed to one kind, by the reader and in the link
        page.get_by_text("统筹区比较指标", exact=True).first.click()
        page.wait_for_timeout(600)
        visit.settle()
        assert "lb=" in page.url
        # the same version twice is no comparison
        visit.select("原版本", current)
        assert "请选择两个不同的版本" in page.locator("body").inner_text()
        assert visit.outside() == []
        assert not (tmp_path / "server.errors").exists()
    finally:
        stop(process)

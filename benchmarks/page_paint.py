"""How long a reader waits: in Chromium until the sentence, the counts, the changes and the tile grid of /risk are
there, on a cold server and on a warm one; and server side, a rerun after a filter change on every page.

    .venv/bin/python -m benchmarks.page_paint --home var [--home var-public] [--rounds 5]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

PAGES = ("risk", "region", "flows", "metrics", "data")
# what must be on the page, in the order in which a reader needs it
PARTS = {
    "sentence": "h4",
    "counts": ".level-count",
    "change list": "[class*=st-key-changes] table",
    "tile grid": ".st-key-tiles button p",
}


def homes_text(homes: list[Path]) -> str:
    """The value of SHOUZHI_HOMES for some homes."""
    return ";".join(f"{'演示数据' if not n else f'数据{n}'}={home.resolve()}" for n, home in enumerate(homes))


def paint(homes: list[Path], rounds: int) -> dict[str, Any]:
    """Seconds from navigation to each part of /risk: the first tab of a new server, then fresh tabs."""
    import shutil

    from playwright.sync_api import sync_playwright

    from tests.python.browser.conftest import FLAGS, start_server, stop

    executable = shutil.which("chromium") or shutil.which("chromium-browser")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        process, address = start_server(homes_text(homes), Path(folder) / "server.log")
        browser = play.chromium.launch(executable_path=executable, args=FLAGS)
        try:
            # one reader's browser: the first tab has nothing cached, on a server that has served nobody yet
            context = browser.new_context(viewport={"width": 1440, "height": 2000}, locale="zh-CN")
            runs = [one_paint(context, address) for _ in range(rounds + 1)]
            # another reader's first visit, on the warm server
            fresh = one_paint(browser.new_context(viewport={"width": 1440, "height": 2000}), address)
        finally:
            browser.close()
            stop(process)
    warm = {part: round(statistics.median(run[part] for run in runs[1:]), 2) for part in PARTS}
    return {"cold": runs[0], "warm_server_new_browser": fresh, "warm_median": warm}


def one_paint(context: Any, address: str) -> dict[str, float]:
    """One new tab."""
    page = context.new_page()
    started = time.perf_counter()
    page.goto(f"{address}/risk", wait_until="commit")
    seen = {}
    for part, selector in PARTS.items():
        page.wait_for_selector(selector, timeout=60_000, state="attached")
        seen[part] = round(time.perf_counter() - started, 2)
    page.close()
    return seen


def reruns(homes: list[Path], rounds: int) -> dict[str, float]:
    """Median milliseconds of a run after a filter change, server side, per page (no browser)."""
    os.environ["SHOUZHI_HOMES"] = homes_text(homes)
    from streamlit.testing.v1 import AppTest

    medians = {}
    for page in PAGES:
        app = AppTest.from_file(str(ROOT / "dashboards" / "app.py"), default_timeout=60).run()
        if page != "risk":
            app.switch_page(f"app_pages/{page}.py").run()
        times = []
        for number in range(rounds * 2):
            for key in ("xz", "qi"):
                box = next(box for box in app.selectbox if box.key == key)
                option = box.options[(number + 1) % min(3, len(box.options))]
                box.select(option)
                started = time.perf_counter()
                app.run()
                times.append((time.perf_counter() - started) * 1000)
        assert not app.exception and not app.error, page
        medians[page] = round(statistics.median(times))
    return medians


def main() -> None:
    """Measure and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, action="append", required=True)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    result = {
        "rerun_ms_median": reruns(given.home, given.rounds),
        "risk_paint_seconds": paint(given.home, given.rounds),
        "targets": {
            "rerun_ms": 300,
            "sentence_counts_changes_s": 3,
            "tile_grid_cold_s": 8,
            "tile_grid_warm_s": 3,
        },
    }
    print(json.dumps(result, ensure_ascii=False, indent=2))


if __name__ == "__main__":
    main()

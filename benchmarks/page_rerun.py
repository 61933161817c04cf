"""Server-side rerun of each page after a filter change, on a published home.

    python benchmarks/page_rerun.py [HOME] [ROUNDS]

Every page is opened once; then the scheme is changed round and round, and the kind of period with each round, so that
most reruns ask for figures that no earlier rerun has fetched. Median and slowest are printed in milliseconds.
No browser and no network are in the measure.
"""

import logging
import os
import statistics
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
TARGET_MILLISECONDS = 300


def changed(app: Any, label: str, step: int) -> None:
    """Choose another option of the select box with this label."""
    box = next((widget for widget in app.selectbox if widget.label == label), None)
    if box is None:  # a page about the whole build has no such filter
        return
    box.set_value(box.options[step % len(box.options)])


def reruns(page: str, rounds: int) -> list[float]:
    """Milliseconds of each rerun of one page."""
    from streamlit.testing.v1 import AppTest

    from dashboards.components.state import GOTO

    app = AppTest.from_file(str(ROOT / "dashboards" / "app.py"), default_timeout=120)
    app.session_state[GOTO] = (page, {})
    app.run()
    measured = []
    for number in range(rounds):
        for scheme in range(3):
            changed(app, "险种", scheme)
            if scheme == 0:
                changed(app, "期间类型", number)
            started = time.perf_counter()
            app.run()
            measured.append((time.perf_counter() - started) * 1000)
            if app.exception or app.error:
                sys.exit(f"{page}: {(app.exception or app.error)[0].value}")
    return measured


def main(home: Path, rounds: int) -> None:
    os.environ["SHOUZHI_HOMES"] = f"测量={home.resolve()}"
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    logging.disable(logging.WARNING)
    for path in sorted((ROOT / "dashboards" / "app_pages").glob("[!_]*.py")):
        measured = reruns(path.stem, rounds)
        print(
            f"/{path.stem}: median {statistics.median(measured):.0f} ms, slowest {max(measured):.0f} ms, "
            f"{len(measured)} reruns (target: median ≤ {TARGET_MILLISECONDS} ms)"
        )


if __name__ == "__main__":
    main(
        Path(sys.argv[1]) if len(sys.argv) > 1 else Path("var"), int(sys.argv[2]) if len(sys.argv) > 2 else 5
    )

"""Server-side rerun of each page after a filter change, on a published home.

    python benchmarks/page_rerun.py [HOME] [REPEATS]

Every page is loaded once, then rerun with a filter changed back and forth; the median and the slowest
rerun are printed in milliseconds. No browser and no network are in the measure.
"""

import os
import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
SCHEMES = ("职工", "居民")


def filter_widgets(app: object) -> list[object]:
    """The widgets that offer both schemes."""
    return [
        widget
        for kind in ("selectbox", "segmented_control", "button_group", "radio")
        for widget in getattr(app, kind, [])
        if set(SCHEMES) <= {str(option) for option in getattr(widget, "options", [])}
    ]


def rerun_milliseconds(page: Path, repeats: int) -> tuple[list[float], bool]:
    """Milliseconds of each rerun, and whether a filter was changed for it."""
    from streamlit.testing.v1 import AppTest

    app = AppTest.from_file(str(page), default_timeout=60)
    app.run()
    if app.exception:
        sys.exit(f"{page.name}: {app.exception[0].value}")
    measured = []
    changed = False
    for number in range(repeats):
        for widget in filter_widgets(app)[:1]:
            widget.set_value(SCHEMES[number % 2])
            changed = True
        started = time.perf_counter()
        app.run()
        measured.append((time.perf_counter() - started) * 1000)
    return measured, changed


def main(home: Path, repeats: int) -> None:
    os.environ["SHOUZHI_HOMES"] = f"测量={home.resolve()}"
    os.chdir(ROOT)
    for page in sorted((ROOT / "dashboards" / "app_pages").glob("*.py")):
        if page.name.startswith("_"):
            continue
        measured, changed = rerun_milliseconds(page, repeats)
        kind = "filter change" if changed else "plain rerun"
        print(
            f"{page.stem}: median {statistics.median(measured):.0f} ms, slowest {max(measured):.0f} ms ({kind})"
        )


if __name__ == "__main__":
    main(
        Path(sys.argv[1]) if len(sys.argv) > 1 else Path("var"), int(sys.argv[2]) if len(sys.argv) > 2 else 11
    )

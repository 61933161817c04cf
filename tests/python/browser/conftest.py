"""A real server on a loopback port, and a real Chromium that may talk to nobody else."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]
ARTIFACTS = ROOT / "test-artifacts"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_server(homes: str, log: Path) -> tuple[subprocess.Popen[bytes], str]:
    """A dashboard server of our own; the caller ends it by its process."""
    port = free_port()
    environment = os.environ | {
        "SHOUZHI_HOMES": homes,
        "SHOUZHI_DASHBOARD_LOG": str(log.with_suffix(".errors")),
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-m", "streamlit", "run", "dashboards/app.py", "--server.port", str(port)]
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
    address = f"http://127.0.0.1:{port}"
    for _ in range(120):
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=1) as answer:
                if answer.status == 200:
                    return process, address
        except OSError:
            time.sleep(0.5)
    process.terminate()
    raise AssertionError(f"the dashboard did not start: {log.read_text(encoding='utf-8')}")


def stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(timeout=15)


@pytest.fixture(scope="session")
def server(
    demo_home: Path, public_home: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Path]]:
    """Address of a running dashboard, and its log of page errors."""
    log = tmp_path_factory.mktemp("server") / "server.log"
    process, address = start_server(f"演示数据={demo_home};公开数据={public_home}", log)
    yield address, log.with_suffix(".errors")
    stop(process)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """Debian's Chromium under Playwright."""
    from playwright.sync_api import sync_playwright

    executable = shutil.which("chromium") or shutil.which("chromium-browser")
    assert executable, "没有找到 chromium：请安装 chromium 和 fonts-noto-cjk"
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=executable, args=FLAGS)
        yield browser
        browser.close()


@dataclass
class Visit:
    """One browser tab and every request that it made."""

    page: Any
    address: str
    requests: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        """Go to a page by its link and wait until it is drawn."""
        self.page.goto(self.address + path)
        self.settle()

    def settle(self) -> None:
        """Wait for the title, the end of the run and every chart."""
        self.page.wait_for_selector("h1", timeout=60_000)
        self.page.wait_for_function(
            """() => {
                const app = document.querySelector('[data-testid=stApp]');
                const running = app && app.getAttribute('data-test-script-state') === 'running';
                const charts = [...document.querySelectorAll('[data-testid=stPlotlyChart]')];
                const waiting = document.querySelectorAll('[data-testid=stSkeleton]').length;
                return !running && !waiting && charts.every(chart => chart.querySelector('.main-svg'));
            }""",
            timeout=60_000,
        )
        self.page.wait_for_selector("[data-testid=stPageLink] a", timeout=60_000)
        self.page.wait_for_timeout(400)

    def outside(self) -> list[str]:
        """Requests that left this machine."""
        return [
            url
            for url in self.requests
            if not url.startswith((self.address, self.address.replace("http", "ws"), "data:", "blob:"))
        ]

    def box(self, label: str) -> Any:
        """The select box with exactly this label."""
        boxes = self.page.locator("[data-testid=stSelectbox]")
        return boxes.filter(has=self.page.get_by_text(label, exact=True)).first

    def select(self, label: str, option: str) -> None:
        """Choose in a select box by its label, as a reader does."""
        box = self.box(label)
        box.scroll_into_view_if_needed()
        box.locator("input").click()
        self.page.get_by_role("option", name=option, exact=True).click()
        self.page.wait_for_timeout(600)
        self.settle()

    def chosen(self, label: str) -> str:
        """What a select box shows."""
        box = self.box(label)
        return box.locator("input").get_attribute("value") or box.inner_text().strip().splitlines()[-1]

    def picture(self, name: str, height: int = 1800) -> Path:
        """A screenshot kept as an artefact."""
        ARTIFACTS.mkdir(exist_ok=True)
        self.page.set_viewport_size({"width": 1440, "height": height})
        self.page.wait_for_timeout(1500)
        self.settle()
        path = ARTIFACTS / f"{name}.png"
        self.page.screenshot(path=str(path))
        return path


@pytest.fixture(scope="session")
def profile(chromium: Any) -> Iterator[Any]:
    """One browser profile for all tabs: what the dashboard's scripts weigh is loaded once."""
    context = chromium.new_context(locale="zh-CN")
    yield context
    context.close()


@pytest.fixture
def visit(profile: Any, server: tuple[str, Path]) -> Iterator[Visit]:
    """A fresh tab; afterwards: no outside request, no English traceback, nothing in the error log."""
    page = profile.new_page()
    page.set_viewport_size({"width": 1440, "height": 1000})
    opened = Visit(page, server[0])
    page.on("request", lambda request: opened.requests.append(request.url))
    page.on("websocket", lambda socket: opened.requests.append(socket.url))
    yield opened
    text = page.locator("body").inner_text()
    page.close()
    assert opened.outside() == []
    assert "Traceback" not in text
    assert not server[1].exists(), server[1].read_text(encoding="utf-8")

"""Homes that several tests read; each is built once a run, by the command line itself.

The tests run in several processes; the first that needs a home builds it and the others wait for it (``once``). A test
that changes a home takes a copy (``copied_home``), so that no test sees another's traces.
"""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from shouzhi.collector import collect_rarely

# The processes of the tests parse, build and import as the main job does.
collect_rarely()

ROOT = Path(__file__).resolve().parents[2]
PUBLISHED_EXTRACTS = ROOT / "tests" / "fixtures" / "published"


def run_shouzhi(
    *arguments: object, fault: str | None = None, cwd: Path = ROOT, python_path: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own; ``python_path`` goes before the product's own path."""
    environment = {
        key: value for key, value in os.environ.items() if key not in {"SHOUZHI_FAULT", "SHOUZHI_DEBUG"}
    }
    environment["PYTHONPATH"] = os.pathsep.join(str(path) for path in (python_path, ROOT) if path)
    if fault:
        environment["SHOUZHI_FAULT"] = fault
    command = [sys.executable, "-m", "shouzhi.cli", *(str(argument) for argument in arguments)]
    return subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=600
    )


Once = Callable[[str, Callable[[Path], object]], Path]


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Once:
    """``once(name, make)`` → the folder that ``make(folder)`` filled, made once for all processes of the run."""
    own = tmp_path_factory.getbasetemp()
    shared = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "shared"
    shared.mkdir(exist_ok=True)

    def made(name: str, make: Callable[[Path], object]) -> Path:
        folder, done = shared / name, shared / f"{name}.done"
        with (shared / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not done.exists():
                shutil.rmtree(folder, ignore_errors=True)
                make(folder)
                done.touch()
        return folder

    return made


@pytest.fixture(scope="session", autouse=True)
def key_of_the_tests(once: Once) -> Iterator[None]:
    """Pseudonyms of tests are made with a key of their own, never with the user's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SHOUZHI_KEY_FILE", str(once("config", Path.mkdir) / "pseudonym.key"))
        yield


@pytest.fixture(scope="session")
def shouzhi() -> Callable[..., subprocess.CompletedProcess[str]]:
    """``shouzhi("run", folder, "--home", home)`` → return code, stdout, stderr."""
    return run_shouzhi


def built_home(root: Path, extracts: Path, title: str, region: str, *more: str) -> Path:
    made = run_shouzhi("init", "--home", root, "--title", title, "--region", region, *more)
    assert made.returncode == 0, made.stderr
    result = run_shouzhi("run", extracts, "--home", root)
    assert result.returncode in {0, 1}, result.stdout + result.stderr
    return root


@pytest.fixture(scope="session")
def demo_extracts(once: Once) -> Path:
    """The sample region that the demonstration shows, with few persons."""
    if given := os.environ.get("SHOUZHI_TEST_DEMO_EXTRACTS"):
        return Path(given)

    def make(folder: Path) -> None:
        made = run_shouzhi("synth", folder, "--persons", 3000, "--months", 48, "--scenario", "deficit")
        assert made.returncode == 0, made.stderr

    return once("demo_extracts", make)


@pytest.fixture(scope="session")
def demo_home(once: Once, request: pytest.FixtureRequest) -> Path:
    """A published home with the demonstration data; read only."""
    if given := os.environ.get("SHOUZHI_TEST_DEMO_HOME"):
        return Path(given)
    extracts = request.getfixturevalue("demo_extracts")
    return once("demo_home", lambda home: built_home(home, extracts, "演示数据", "neimenggu", "--sample"))


@pytest.fixture(scope="session")
def public_home(once: Once) -> Path:
    """A published home with the published accounts; read only."""
    if given := os.environ.get("SHOUZHI_TEST_PUBLIC_HOME"):
        return Path(given)
    return once("public_home", lambda home: built_home(home, PUBLISHED_EXTRACTS, "公开数据", "public"))


TINY_STATEMENT = """\
period,measure,admdvs,admdvs_name,fund_code,statement,account_name,side,amount,unit
2023,,150100,呼和浩特市,390100,决算,上年结余,,1000.00,元
2023,,150100,呼和浩特市,390100,决算,保险费收入,收入,600.00,元
2023,,150100,呼和浩特市,390100,决算,财政补贴收入,收入,900.00,元
2023,,150100,呼和浩特市,390100,决算,社会保险待遇支出,支出,1200.00,元
2023,,150100,呼和浩特市,390100,决算,年末滚存结余,,1300.00,元
2024,,150100,呼和浩特市,390100,决算,上年结余,,1300.00,元
2024,,150100,呼和浩特市,390100,决算,保险费收入,收入,650.00,元
2024,,150100,呼和浩特市,390100,决算,财政补贴收入,收入,950.00,元
2024,,150100,呼和浩特市,390100,决算,社会保险待遇支出,支出,1400.00,元
2024,,150100,呼和浩特市,390100,决算,年末滚存结余,,1500.00,元
"""


@pytest.fixture(scope="session")
def tiny_extracts(once: Once) -> Path:
    """One clean file: two years of one fund in one area."""

    def make(folder: Path) -> None:
        folder.mkdir()
        (folder / "fund_statement_2024_呼和浩特.csv").write_text(TINY_STATEMENT, encoding="utf-8")

    return once("tiny_extracts", make)


@pytest.fixture(scope="session")
def tiny_home(once: Once, tiny_extracts: Path) -> Path:
    """A published home with the tiny extract; read only."""
    return once("tiny_home", lambda home: built_home(home, tiny_extracts, "小样", "neimenggu"))


# 2023 is corrected: 50 yuan more of premiums; 2024 follows through its opening only
CORRECTION = """\
period,measure,admdvs,admdvs_name,fund_code,statement,account_name,side,amount,unit
2023,,150100,呼和浩特市,390100,决算,上年结余,,1000.00,元
2023,,150100,呼和浩特市,390100,决算,保险费收入,收入,650.00,元
2023,,150100,呼和浩特市,390100,决算,财政补贴收入,收入,900.00,元
2023,,150100,呼和浩特市,390100,决算,社会保险待遇支出,支出,1200.00,元
2023,,150100,呼和浩特市,390100,决算,年末滚存结余,,1350.00,元
"""
CORRECTION_FILE = "fund_statement_2023_呼和浩特_更正.csv"


@pytest.fixture(scope="session")
def corrected_home(once: Once, tmp_path_factory: pytest.TempPathFactory, tiny_home: Path) -> Path:
    """The tiny home after a correction of its first year: two builds."""

    def make(home: Path) -> None:
        shutil.copytree(tiny_home, home)
        folder = tmp_path_factory.mktemp("correction")
        (folder / CORRECTION_FILE).write_text(CORRECTION, encoding="utf-8")
        result = run_shouzhi("run", folder, "--home", home)
        assert result.returncode in {0, 1}, result.stdout + result.stderr

    return once("corrected_home", make)


@pytest.fixture
def copied_home(tmp_path: Path, tiny_home: Path) -> Path:
    """A home of one's own that may be changed."""
    return shutil.copytree(tiny_home, tmp_path / "home")

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session", autouse=True)
def pseudonym_key_file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A key of the test session; the user's own is never touched."""
    path = tmp_path_factory.mktemp("configuration") / "pseudonym.key"
    before = os.environ.get("SHOUZHI_KEY_FILE")
    os.environ["SHOUZHI_KEY_FILE"] = str(path)
    yield path
    if before is None:
        del os.environ["SHOUZHI_KEY_FILE"]
    else:
        os.environ["SHOUZHI_KEY_FILE"] = before

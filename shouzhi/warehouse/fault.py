"""The one place where a test can kill a run: ``SHOUZHI_FAULT=<point>`` ends the process like ``kill -9``."""

import os
import signal

POINTS = ("after_intake", "after_build", "after_export", "before_rename", "before_pointer", "after_pointer")


def fault_point(name: str) -> None:
    """Die here when the environment asks for it; nothing is cleaned up, as after a real kill."""
    assert name in POINTS, name
    if os.environ.get("SHOUZHI_FAULT") == name:
        os.kill(os.getpid(), signal.SIGKILL)

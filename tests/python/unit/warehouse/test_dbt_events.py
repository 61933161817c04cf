"""dbt tells its warnings and errors, and nothing else."""

from pathlib import Path

import pytest
from dbt_common.events.base_types import EventLevel, EventMsg
from dbt_common.events.types import Note

from shouzhi.errors import UserError
from shouzhi.warehouse import dbt_build
from shouzhi.warehouse.dbt_events import WarningsAndErrors


def test_what_is_below_a_warning_is_not_told() -> None:
    told: list[str] = []

    def note(event: EventMsg) -> None:
        told.append(event.info.msg)

    manager = WarningsAndErrors()
    manager.add_callback(note)
    for level in (EventLevel.DEBUG, EventLevel.TEST, EventLevel.INFO, EventLevel.WARN, EventLevel.ERROR):
        manager.fire_event(Note(msg=level.value), level)
    manager.fire_event(Note(msg="an event's own level is debug"))
    assert told == ["warn", "error"]


def test_what_dbt_cannot_do_is_told_in_its_own_words(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="dbt_project"):
        dbt_build.invoke(["parse", *dbt_build.places(tmp_path / "target", tmp_path)])

"""What dbt tells while it works: warnings and errors, and nothing of the thousands of other events of a build.

dbt makes a message of every event (each query, connection and node; twenty for a model), with its time and thread, and
then asks the loggers and callbacks whether they want it. No logger is open in a run, and its callback asks for errors alone.
"""

from typing import Any

from dbt_common.events.base_types import BaseEvent, EventLevel
from dbt_common.events.event_manager import EventManager
from dbt_common.events.event_manager_client import ctx_set_event_manager

TOLD = {EventLevel.WARN, EventLevel.ERROR}


class WarningsAndErrors(EventManager):
    """dbt's own event manager, which does not hear of what is below a warning."""

    def fire_event(
        self,
        e: BaseEvent,
        level: EventLevel | None = None,
        node: Any = None,
        force_warn_or_error_handling: bool = False,
    ) -> None:
        if force_warn_or_error_handling or (level or e.level_tag()) in TOLD:
            super().fire_event(e, level, node, force_warn_or_error_handling)


def tell_warnings_and_errors() -> None:
    """From now on in this process."""
    ctx_set_event_manager(WarningsAndErrors())

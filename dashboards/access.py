"""Who may see which areas: one function, asked by every page, checked again in every query."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Scope:
    """The areas a reader may see.  ``areas`` is empty when ``everything`` is true."""

    everything: bool
    areas: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The bound parameter ``$scope`` of the queries: ``*`` or area codes joined by commas."""
        return "*" if self.everything else ",".join(sorted(self.areas))

    def allows(self, area_code: str | None) -> bool:
        """Whether one area may be shown."""
        return self.everything or area_code in self.areas


def current_scope() -> Scope:
    """The reader's scope.  Today everybody on this machine may see everything."""
    return Scope(everything=True)

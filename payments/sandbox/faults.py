"""Troubles on demand: the next matching call fails in the way somebody asked for."""

from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase

HELD_BACK_S = 30
"""How long a timeout's answer is held back, unless somebody said for how long."""


class FaultKind(StrEnum):
    """How a call fails."""

    BROKEN_BEFORE = "500_before"
    """500, nothing was done. The key remembers the 500."""
    BROKEN_AFTER = "500_after"
    """500, although it was done. The key remembers the 500."""
    SLOW_BEFORE = "timeout_before"
    """Nothing was done, and no answer comes for `seconds`; then a 503."""
    SLOW_AFTER = "timeout_after"
    """It was done, and no answer comes for `seconds`."""
    BUSY = "409"
    """The key is in use elsewhere, whatever was done under it; nothing is done, nor remembered."""
    DROP_BEFORE = "drop_before"
    """Nothing was done and the connection breaks."""
    DROP_AFTER = "drop_after"
    """It was done and the connection breaks."""

    @property
    def is_done(self) -> bool:
        """Whether the call does its work before it fails."""
        return self in {self.BROKEN_AFTER, self.SLOW_AFTER, self.DROP_AFTER}


@dataclass
class Fault:
    """One trouble, waiting for `times` calls whose method, path and key match.

    Its answer is held back for `seconds`.
    """

    kind: FaultKind
    method: str = "POST"
    path: str = "/v1/*"
    key: str = "*"
    times: int = 1
    seconds: float | None = None

    @property
    def held_back_s(self) -> float:
        """How long the answer is held back."""
        slow = self.kind in {FaultKind.SLOW_BEFORE, FaultKind.SLOW_AFTER}
        return (HELD_BACK_S if slow else 0) if self.seconds is None else self.seconds


class Faults:
    """The troubles that wait. They live in memory: a restart clears them."""

    def __init__(self) -> None:
        self.waiting: list[Fault] = []

    def take(self, method: str, path: str, key: str = "") -> Fault | None:
        """The first trouble that matches, used up once."""
        for fault in self.waiting:
            here = fault.method == method and fnmatchcase(path, fault.path)
            if here and fnmatchcase(key, fault.key):
                fault.times -= 1
                if fault.times < 1:
                    self.waiting.remove(fault)
                return fault
        return None

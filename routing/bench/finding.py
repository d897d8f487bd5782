"""What is measured and under which conditions: the values every row of the table shares."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from .instances import Instance
from .rivals import Rival


@dataclass(frozen=True, slots=True)
class Conditions:
    """Under what a row is measured.

    `instances` are those of a folder, or None for invented ones. `full` asks for everything, in
    hours; otherwise a few of each, in minutes. `seconds` replaces every goal's own time to search.
    `doing` is told what is being measured now.
    """

    instances: Sequence[Instance] | None
    rivals: Sequence[Rival]
    full: bool
    seeds: Sequence[int]
    seconds: float | None
    doing: Callable[[str], None]

    def search_s(self, of_the_goal: float) -> float:
        """How long each plan is searched for."""
        return of_the_goal if self.seconds is None else self.seconds


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the table: a goal, our figure, whether it is met, and the peers' figures.

    `met` is None where this run cannot tell. `peers` is by the peer's name. `notes` say what a
    reader must know to judge the figure.
    """

    goal: str
    ours: str
    met: bool | None
    peers: Mapping[str, str] = field(default_factory=dict[str, str])
    notes: tuple[str, ...] = ()


Row = Callable[[Conditions], Iterator[Finding]]
"""Measures one goal, or a few that are measured together."""

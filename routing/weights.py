"""What a plan's wishes are worth against one another."""

from dataclasses import dataclass, fields

from .errors import BadProblem
from .typed import refuse_other_types


@dataclass(frozen=True, slots=True)
class Weights:
    """What a plan's wishes are worth.

    Units: seconds of driving that one unit of each is worth, whole.

    Raises:
        BadProblem: a weight is negative.
    """

    unplanned: int = 20_000
    """A visit of priority 1 left out."""
    shift: int = 1_200
    """A concierge called in."""
    stranger: int = 600
    """A visit by someone the client does not know, when somebody she knows is working."""
    moved: int = 900
    """A visit given to another shift than the one it was planned on."""
    overtime: int = 3
    """A second of being back after the shift's end."""
    unfair: int = 1
    """A second of driving and service beyond what is fair for the shift."""

    def __post_init__(self) -> None:
        refuse_other_types(self)
        for each in fields(self):
            if getattr(self, each.name) < 0:
                raise BadProblem(f"Weight {each.name} is negative.")

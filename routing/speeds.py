"""How fast the roads are, hour by hour."""

from dataclasses import dataclass
from datetime import tzinfo

from .errors import BadProblem
from .typed import refuse_other_types

HOURS = 24
SLOWEST, FASTEST = 5, 1_000
"""In percent of what the travel matrix says."""


@dataclass(frozen=True, slots=True)
class Speeds:
    """How fast the roads are in each hour of the day, in percent of what the travel matrix says.

    At 100 a drive takes the matrix's seconds, at 50 twice as long. A drive under way when the
    hour turns goes on at the new hour's speed, so who leaves later never arrives sooner. An
    arrival is rounded up to a whole second.

    Shapes: `by_hour` has 24 whole numbers, the first for 00:00 to 01:00 on the clock of `zone`.

    Raises:
        BadProblem: there are not 24 speeds, or one is not a whole number from 5 to 1000.
    """

    by_hour: tuple[int, ...]
    zone: tzinfo

    def __post_init__(self) -> None:
        refuse_other_types(self)
        if len(self.by_hour) != HOURS:
            raise BadProblem(f"Speeds by_hour has {len(self.by_hour)} hours, not {HOURS}.")
        for hour, percent in enumerate(self.by_hour):
            if not SLOWEST <= percent <= FASTEST:
                raise BadProblem(
                    f"Speeds by_hour at {hour:02}:00 is {percent}, not a whole number of percent "
                    f"from {SLOWEST} to {FASTEST}."
                )

    @property
    def are_steady(self) -> bool:
        """Whether every drive takes what the matrix says, whatever the hour."""
        return all(percent == 100 for percent in self.by_hour)

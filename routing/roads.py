"""How far one drives in which time: steadily, or at a speed that changes with the hour.

Distance is counted in parts, so that every number is whole: a steady second is one part; where
speeds are percents, a second at n percent is n parts, and a drive of a second in the travel matrix
is a hundred. Both kinds of roads are first in, first out: who leaves later is never sooner there.
`leaves` undoes `arrives`: one can arrive by then exactly if one leaves by then.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from .speeds import Speeds

QUARTER_S = 900
"""Every clock's hours turn at a whole quarter of an hour of every other clock's."""
DAY_S = 86_400
PARTS = 100
"""Parts of a drive of one second in the travel matrix, where speeds are percents."""


@dataclass(frozen=True, slots=True)
class Steady:
    """Roads on which every drive takes what the travel matrix says."""

    def parts(self, drive_s: int) -> int:
        """A drive of the matrix, in parts."""
        return drive_s

    def driven(self, from_s: int, until_s: int) -> int:
        """Parts driven between two moments."""
        return until_s - from_s

    def arrives(self, leaves_s: int, parts: int) -> int:
        """The first second at which a drive begun then is over."""
        return leaves_s + parts

    def leaves(self, arrives_s: int, parts: int) -> int:
        """The last second at which a drive over by then begins."""
        return arrives_s - parts


@dataclass(frozen=True, slots=True)
class Hourly:
    """Roads whose speed changes with the hour.

    Units: `begins_s` is seconds of the epoch; `percent` and `covered` are for each quarter of an
    hour from then on: the speed in it, and the parts driven since `begins_s` when it begins.
    Before the first and after the last quarter its speed goes on.
    """

    begins_s: int
    percent: tuple[int, ...]
    covered: tuple[int, ...]

    def parts(self, drive_s: int) -> int:
        """A drive of the matrix, in parts."""
        return drive_s * PARTS

    def driven(self, from_s: int, until_s: int) -> int:
        """Parts driven between two moments."""
        return self._by(until_s) - self._by(from_s)

    def arrives(self, leaves_s: int, parts: int) -> int:
        """The first second at which a drive begun then is over."""
        goal, quarter = self._by(leaves_s) + parts, self._quarter(leaves_s)
        while quarter + 1 < len(self.covered) and self.covered[quarter + 1] < goal:
            quarter += 1
        more_s = -((self.covered[quarter] - goal) // self.percent[quarter])
        return self.begins_s + quarter * QUARTER_S + more_s

    def leaves(self, arrives_s: int, parts: int) -> int:
        """The last second at which a drive over by then begins."""
        goal, quarter = self._by(arrives_s) - parts, self._quarter(arrives_s)
        while quarter > 0 and self.covered[quarter] > goal:
            quarter -= 1
        more_s = (goal - self.covered[quarter]) // self.percent[quarter]
        return self.begins_s + quarter * QUARTER_S + more_s

    def _quarter(self, at_s: int) -> int:
        return min(max(0, (at_s - self.begins_s) // QUARTER_S), len(self.percent) - 1)

    def _by(self, at_s: int) -> int:
        quarter = self._quarter(at_s)
        more_s = at_s - self.begins_s - quarter * QUARTER_S
        return self.covered[quarter] + self.percent[quarter] * more_s


Roads = Steady | Hourly

STEADY = Steady()


def roads_of(speeds: Speeds | None, from_s: int, until_s: int) -> Roads:
    """The roads between two moments, and for a day more on both sides."""
    if speeds is None or speeds.are_steady:
        return STEADY
    return _hourly(speeds, from_s // DAY_S - 1, until_s // DAY_S + 2)


@lru_cache(maxsize=64)
def _hourly(speeds: Speeds, first_day: int, last_day: int) -> Hourly:
    begins_s = first_day * DAY_S
    percent: list[int] = []
    covered: list[int] = [0]
    for at_s in range(begins_s, last_day * DAY_S, QUARTER_S):
        clock = datetime.fromtimestamp(at_s, UTC).astimezone(speeds.zone)
        percent.append(speeds.by_hour[clock.hour])
        covered.append(covered[-1] + percent[-1] * QUARTER_S)
    return Hourly(begins_s, tuple(percent), tuple(covered[:-1]))

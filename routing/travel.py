"""How long it takes to drive between places."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from .errors import BadProblem
from .place import Place
from .speeds import Speeds

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius of the Earth. Source: IUGG (GRS 80)."""


@dataclass(frozen=True, slots=True, eq=False)
class TravelTimes:
    """Driving times between known places, direction counted.

    With `speeds`, `seconds` is what a drive takes at 100 percent; how long it takes then depends
    on when it is driven. Without, it always takes that.

    Units: seconds and metres, whole.
    Shapes: `seconds` and `metres` are `(n, n)`, row = from, column = to, in the order of `places`.

    Raises:
        BadProblem: the matrix is not square, does not match the places, or has a negative entry.
    """

    places: tuple[Place, ...]
    seconds: NDArray[np.int64]
    metres: NDArray[np.int64] | None = None
    estimated: bool = False
    speeds: Speeds | None = None
    _row: dict[Place, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        shape = (len(self.places), len(self.places))
        for name, matrix in (("seconds", self.seconds), ("metres", self.metres)):
            if matrix is None:
                continue
            if matrix.shape != shape:
                raise BadProblem(
                    f"Travel {name} is {matrix.shape}; {len(self.places)} places need {shape}."
                )
            if (matrix < 0).any():
                raise BadProblem(f"Travel {name} has a negative entry.")
        object.__setattr__(self, "_row", {place: row for row, place in enumerate(self.places)})

    def __contains__(self, place: Place) -> bool:
        """Whether driving to and from this place is known."""
        return place in self._row

    def row(self, place: Place) -> int:
        """The matrix row of a place.

        Raises:
            BadProblem: the place is not in the matrix.
        """
        try:
            return self._row[place]
        except KeyError:
            raise BadProblem(f"There is no travel time to or from {place}.") from None

    def between(self, origin: Place, destination: Place) -> int:
        """Seconds of driving from one place to another, at 100 percent of speed."""
        return int(self.seconds[self.row(origin), self.row(destination)])


def estimate(
    places: Sequence[Place],
    *,
    detour: float = 1.45,
    metres_per_second: float = 28 / 3.6,
    stop_s: int = 60,
) -> TravelTimes:
    """Great-circle travel times, marked `estimated`: the last resort when roads are unknown.

    Units: `detour` is road metres per straight metre; `stop_s` is seconds of parking per arrival.
    """
    longitude, latitude = np.radians(np.array([(p.longitude, p.latitude) for p in places])).T
    half_chord = (
        np.sin((latitude[:, None] - latitude) / 2) ** 2
        + np.cos(latitude[:, None])
        * np.cos(latitude)
        * np.sin((longitude[:, None] - longitude) / 2) ** 2
    )
    metres = 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(half_chord)) * detour
    seconds = np.where(metres > 0, metres / metres_per_second + stop_s, 0)
    return TravelTimes(
        tuple(places),
        np.rint(seconds).astype(np.int64),
        np.rint(metres).astype(np.int64),
        estimated=True,
    )

"""How long it takes to drive between places."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from .errors import BadProblem
from .place import Place
from .speeds import Speeds
from .typed import refuse_other_types

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius of the Earth. Source: IUGG (GRS 80)."""

DETOUR = 1.45
"""Road metres for each straight one."""
METRES_PER_SECOND = 28 / 3.6
STOP_S = 60
"""Seconds of parking for each arrival."""


@dataclass(frozen=True, slots=True, eq=False)
class TravelTimes:
    """Driving times between known places, direction counted.

    With `speeds`, `seconds` is what a drive takes at 100 percent; how long it takes then depends
    on when it is driven. Without, it always takes that.

    Units: seconds and metres, whole.
    Shapes: `seconds` and `metres` are `(n, n)`, row = from, column = to, in the order of `places`.

    Raises:
        BadProblem: the matrix is no array of whole numbers, is not square, does not match the
            places, or has a negative entry.
    """

    places: tuple[Place, ...]
    seconds: NDArray[np.int64]
    metres: NDArray[np.int64] | None = None
    estimated: bool = False
    speeds: Speeds | None = None
    _row: dict[Place, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        refuse_other_types(self)
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


@dataclass(frozen=True, slots=True, eq=False)
class Drives:
    """Driving between one place and each of several others, at 100 percent of speed.

    Units: whole seconds. Shapes: (n,), in the order of the others.
    """

    to_s: NDArray[np.int64]
    """From each of the others to the place."""
    from_s: NDArray[np.int64]
    """From the place to each of the others."""
    estimated: bool = False

    def into(self, travel: TravelTimes, place: Place) -> TravelTimes:
        """The travel times of the others with the place itself, last."""
        seconds = np.pad(travel.seconds, (0, 1))
        seconds[:-1, -1], seconds[-1, :-1] = self.to_s, self.from_s
        return replace(travel, places=(*travel.places, place), seconds=seconds, metres=None)


def estimate(
    places: Sequence[Place],
    *,
    detour: float = DETOUR,
    metres_per_second: float = METRES_PER_SECOND,
    stop_s: int = STOP_S,
) -> TravelTimes:
    """Great-circle travel times, marked `estimated`: the last resort when roads are unknown.

    Units: `detour` is road metres per straight metre; `stop_s` is seconds of parking per arrival.
    """
    metres = detour * _straight_m(places, places)
    seconds = np.where(metres > 0, metres / metres_per_second + stop_s, 0)
    return TravelTimes(tuple(places), _whole(seconds), _whole(metres), estimated=True)


def estimate_around(place: Place, places: Sequence[Place]) -> Drives:
    """Drives between one place and each of several others, as `estimate` has them."""
    metres = DETOUR * _straight_m([place], places)[0]
    seconds = _whole(np.where(metres > 0, metres / METRES_PER_SECOND + STOP_S, 0))
    return Drives(seconds, seconds, estimated=True)


def _straight_m(origins: Sequence[Place], ends: Sequence[Place]) -> NDArray[np.float64]:
    """Metres over the ground as the crow flies. Shapes: (origins, ends)."""
    here, there = (
        np.radians([(p.longitude, p.latitude) for p in side]) for side in (origins, ends)
    )
    apart = (here[:, None, :] - there[None, :, :]) / 2
    parallels = np.cos(here[:, None, 1]) * np.cos(there[None, :, 1])
    half_chord = np.sin(apart[:, :, 1]) ** 2 + parallels * np.sin(apart[:, :, 0]) ** 2
    return 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(half_chord))


def _whole(numbers: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.rint(numbers).astype(np.int64)

"""How long it takes to drive between places: asked once, remembered, estimated at worst."""

import itertools
import time
from collections.abc import Sequence
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

import routing

from .errors import NoRoad, Unreachable
from .osrm import NO_ROAD, Drive, Osrm
from .pairs import UNKNOWN, Pairs


class Roads:
    """The streets, as the rest of the house asks about them.

    Without an engine, or while it does not answer, times are great-circle estimates, marked
    `estimated` and never remembered. After an engine failed to answer it is left alone for
    `rest_seconds`, so that a hung one does not cost every caller its time limit.
    """

    def __init__(
        self, osrm: Osrm | None, *, capacity: int = 2_000, rest_seconds: float = 5.0
    ) -> None:
        self._osrm = osrm
        self._pairs = Pairs(capacity)
        self._rest_seconds = rest_seconds
        self._resting_until = float("-inf")

    @property
    def remembered(self) -> int:
        """How many places' times are kept; never more than the capacity."""
        return len(self._pairs)

    @property
    def has_engine(self) -> bool:
        """Whether times are estimated only while something is wrong."""
        return self._osrm is not None

    async def travel_times(self, places: Sequence[routing.Place]) -> routing.TravelTimes:
        """Drive times between all these places; a place named twice counts once.

        Only what nobody asked before is asked: a new address against any number of known places
        costs two table calls.

        Raises:
            OffTheMap: a place is more than 300 m from any road; the refusal carries it.
            NoRoad: a place cannot be reached, or not left again.
            BadAnswer: the engine answered something that is no answer.
        """
        asked = tuple(dict.fromkeys(places))
        seconds, metres = self._pairs.known(asked)
        if (seconds == UNKNOWN).any():
            osrm = self._engine()
            if osrm is None:
                return routing.estimate(asked)
            try:
                await _ask_for_missing(osrm, asked, seconds, metres)
            except Unreachable:
                self._rest()
                return routing.estimate(asked)
            self._pairs.keep(asked, seconds, metres)
        _refuse_no_road(asked, seconds)
        return routing.TravelTimes(asked, seconds, metres)

    async def around(
        self, place: routing.Place, places: Sequence[routing.Place]
    ) -> routing.Drives:
        """Drive times between one place and each of these, none named twice.

        A new address costs two tables, one row and one column, however many days they are for.

        Raises:
            OffTheMap: a place is more than 300 m from any road; the refusal carries it.
            NoRoad: the place cannot be reached, or not left again.
            BadAnswer: the engine answered something that is no answer.
        """
        to_s, from_s = self._pairs.around(place, places)
        unknown = (to_s == UNKNOWN) | (from_s == UNKNOWN)
        missing = [at for at in range(len(places)) if unknown[at]]
        if missing:
            osrm = self._engine()
            if osrm is None:
                return routing.estimate_around(place, places)
            others = [places[at] for at in missing]
            try:
                there, back = await osrm.table(others, [place]), await osrm.table([place], others)
            except Unreachable:
                self._rest()
                return routing.estimate_around(place, places)
            to_s[missing], from_s[missing] = there.seconds[:, 0], back.seconds[0]
            self._pairs.keep_around(
                place,
                others,
                (there.seconds[:, 0], there.metres[:, 0]),
                (back.seconds[0], back.metres[0]),
            )
        for origin, end, seconds in ((None, place, to_s), (place, None, from_s)):
            closed = np.flatnonzero(seconds == NO_ROAD)
            if closed.size:
                other = places[int(closed[0])]
                raise NoRoad(origin or other, end or other)
        return routing.Drives(to_s, from_s)

    async def geometry(self, places: Sequence[routing.Place]) -> Drive:
        """The drive through these places, for drawing; straight lines, marked, at worst.

        Raises:
            OffTheMap: a place is more than 300 m from any road; the refusal carries it.
            NoRoad: somewhere on the way no road leads on.
            BadAnswer: the engine answered something that is no answer.
        """
        osrm = self._engine()
        if osrm is None or len(places) < 2:
            return _straight(places)
        try:
            return await osrm.route(places)
        except Unreachable:
            self._rest()
            return _straight(places)

    async def refuse_off_the_map(self, place: routing.Place) -> None:
        """Let an address in only if a road comes near it; without an engine, let it in.

        Raises:
            OffTheMap: no road we know comes within 300 m.
            BadAnswer: the engine answered something that is no answer.
        """
        osrm = self._engine()
        if osrm is None:
            return
        try:
            await osrm.nearest(place)
        except Unreachable:
            self._rest()

    async def close(self) -> None:
        """Let go of the engine's connections."""
        if self._osrm is not None:
            await self._osrm.close()

    def _engine(self) -> Osrm | None:
        return self._osrm if time.monotonic() >= self._resting_until else None

    def _rest(self) -> None:
        self._resting_until = time.monotonic() + self._rest_seconds


async def _ask_for_missing(
    osrm: Osrm,
    places: Sequence[routing.Place],
    seconds: NDArray[np.int64],
    metres: NDArray[np.int64],
) -> None:
    """Fill in what is unknown, with two tables: from the new places, and to them."""
    everyone = range(len(places))
    new = _places_covering(seconds == UNKNOWN)
    others = sorted(set(everyone).difference(new))
    if len(others) <= 1:  # one table is cheaper than two of nearly the same size
        new, others = list(everyone), []
    for rows, columns in ((new, everyone), (others, new)):
        if rows:
            table = await osrm.table([places[at] for at in rows], [places[at] for at in columns])
            seconds[np.ix_(rows, columns)] = table.seconds
            metres[np.ix_(rows, columns)] = table.metres


def _places_covering(missing: NDArray[np.bool_]) -> list[int]:
    """Few places that between them are an end of every missing pair: most missing first."""
    left = missing.copy()
    degree = left.sum(axis=0) + left.sum(axis=1)
    chosen: list[int] = []
    while degree.any():
        most = int(np.argmax(degree))
        degree -= left[most, :].astype(np.int64) + left[:, most]
        left[most, :] = left[:, most] = False
        degree[most] = 0
        chosen.append(most)
    return sorted(chosen)


def _refuse_no_road(places: Sequence[routing.Place], seconds: NDArray[np.int64]) -> None:
    closed = seconds == NO_ROAD
    if closed.any():
        # The place most pairs fail at is the one to name, not the innocent other end.
        worst = int(np.argmax(closed.sum(axis=0) + closed.sum(axis=1)))
        if closed[:, worst].any():
            raise NoRoad(places[int(np.argmax(closed[:, worst]))], places[worst])
        raise NoRoad(places[worst], places[int(np.argmax(closed[worst, :]))])


def _straight(places: Sequence[routing.Place]) -> Drive:
    stops = tuple(dict.fromkeys(places))
    points = tuple((place.longitude, place.latitude) for place in places)
    if len(stops) < 2:
        return Drive(points, timedelta(0), 0, estimated=True)
    times = routing.estimate(stops)
    legs = [(times.row(here), times.row(there)) for here, there in itertools.pairwise(places)]
    metres = 0 if times.metres is None else sum(int(times.metres[leg]) for leg in legs)
    lasts = timedelta(seconds=sum(int(times.seconds[leg]) for leg in legs))
    return Drive(points, lasts, metres, estimated=True)

"""The one door to OSRM: drive times, drawn routes and the nearest road, over HTTP."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from types import TracebackType
from typing import Self, TypeVar

import httpx
import msgspec
import numpy as np
from numpy.typing import NDArray

import routing

from .answers import Answer, NearestAnswer, RouteAnswer, TableAnswer, Waypoint
from .errors import BadAnswer, NoRoad, OffTheMap, Unreachable

FARTHEST_SNAP_M = 300.0
"""OSRM answers for the nearest road however far it is; farther than this is not an address."""

LONGEST_ROUTE = 500
"""The most places a stock OSRM draws one route through."""

NO_ROAD = -1
"""In a table: no road leads from the one to the other."""

_LONG = 8_000
"""Characters of coordinates from which a server may find a request too long."""
_TOO_LONG = (414, 431)
"""What proxies answer then."""

_Answer = TypeVar("_Answer", bound=Answer)


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Driving from every source to every destination.

    Units: whole seconds and metres; `NO_ROAD` where no road leads.
    Shapes: `(sources, destinations)`.
    """

    seconds: NDArray[np.int64]
    metres: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Drive:
    """A drive as drawn on a map: `points` are `(longitude, latitude)` in driving order.

    `estimated` means straight lines, because no road engine answered.
    """

    points: tuple[tuple[float, float], ...]
    lasts: timedelta
    metres: int
    estimated: bool = False


class Osrm:
    """A client of one OSRM server. Close it, or use it as a context.

    Every question may raise `Unreachable` (no answer in time), `BadAnswer` (an answer that is
    none) or `OffTheMap` (a place more than 300 m from any road).
    """

    def __init__(
        self,
        base_url: str,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        seconds: float = 20.0,
        connect_seconds: float = 2.0,
    ) -> None:
        self._http = httpx.AsyncClient(
            base_url=base_url.rstrip("/"),
            transport=transport,
            timeout=httpx.Timeout(seconds, connect=connect_seconds),
            trust_env=False,  # the proxy to the outside world has no business with a sidecar
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Let go of the connections."""
        await self._http.aclose()

    async def table(
        self, sources: Sequence[routing.Place], destinations: Sequence[routing.Place]
    ) -> Table:
        """Drive times from every source to every destination.

        A server that limits the size of a table is asked for a larger one in parts.
        """
        places = list(dict.fromkeys([*sources, *destinations]))
        if len(places) == 1:
            await self.nearest(places[0])
            nothing = np.zeros((len(sources), len(destinations)), np.int64)
            return Table(nothing, nothing)
        number = {place: str(index) for index, place in enumerate(places)}
        answer = await self._ask(
            "table",
            places,
            TableAnswer,
            annotations="duration,distance",
            sources=";".join(number[place] for place in sources),
            destinations=";".join(number[place] for place in destinations),
        )
        if answer.code == "TooBig":
            return await self._table_in_parts(sources, destinations)
        _refuse_unless_ok(answer)
        _refuse_off_the_map(sources, answer.sources)
        _refuse_off_the_map(destinations, answer.destinations)
        return Table(_whole(answer.durations), _whole(answer.distances))

    async def route(self, places: Sequence[routing.Place]) -> Drive:
        """The drive through these places, in this order.

        Raises:
            NoRoad: somewhere on the way no road leads on.
        """
        if not 2 <= len(places) <= LONGEST_ROUTE:
            raise ValueError(f"A route has 2 to {LONGEST_ROUTE} places, not {len(places)}.")
        answer = await self._ask(
            "route",
            places,
            RouteAnswer,
            overview="full",
            geometries="geojson",
            continue_straight="false",  # who parks for an hour may leave the way she came
        )
        if answer.code == "NoRoute":
            raise NoRoad(places[0], places[-1])
        _refuse_unless_ok(answer)
        _refuse_off_the_map(places, answer.waypoints)
        best = answer.routes[0]
        return Drive(
            tuple(best.geometry.coordinates),
            timedelta(seconds=round(best.duration)),
            round(best.distance),
        )

    async def nearest(self, place: routing.Place) -> routing.Place:
        """The point of the road network nearest to a place."""
        answer = await self._ask("nearest", [place], NearestAnswer)
        _refuse_unless_ok(answer)
        _refuse_off_the_map([place], answer.waypoints)
        return routing.Place(*answer.waypoints[0].location)

    async def _ask(
        self,
        service: str,
        places: Sequence[routing.Place],
        shape: type[_Answer],
        **options: str,
    ) -> _Answer:
        coordinates = ";".join(f"{place.longitude:.6f},{place.latitude:.6f}" for place in places)
        try:
            response = await self._http.get(
                f"/{service}/v1/driving/{coordinates}",
                params={**options, "generate_hints": "false"},
            )
        except httpx.InvalidURL:
            return shape(code="TooBig")  # httpx itself refuses addresses above 64 kB
        except httpx.TransportError as error:
            if isinstance(error, httpx.RemoteProtocolError) and len(coordinates) > _LONG:
                return shape(code="TooBig")  # OSRM hangs up on addresses above its limit
            raise Unreachable(f"The road engine does not answer: {error!r}") from error
        if response.status_code in _TOO_LONG:
            return shape(code="TooBig")
        if response.is_server_error:
            raise Unreachable(f"The road engine answers {response.status_code}.")
        try:
            return msgspec.json.decode(response.content, type=shape)
        except msgspec.DecodeError as error:
            raise BadAnswer(f"OSRM's {service} answered what we cannot read: {error}") from error

    async def _table_in_parts(
        self, sources: Sequence[routing.Place], destinations: Sequence[routing.Place]
    ) -> Table:
        if len(sources) == len(destinations) == 1:
            raise BadAnswer("OSRM finds a table of one pair too big.")
        by_source = len(sources) >= len(destinations)
        if by_source:
            half = len(sources) // 2
            first = await self.table(sources[:half], destinations)
            second = await self.table(sources[half:], destinations)
        else:
            half = len(destinations) // 2
            first = await self.table(sources, destinations[:half])
            second = await self.table(sources, destinations[half:])
        axis = 0 if by_source else 1
        return Table(
            np.concatenate((first.seconds, second.seconds), axis),
            np.concatenate((first.metres, second.metres), axis),
        )


def _refuse_unless_ok(answer: Answer) -> None:
    if answer.code != "Ok":
        raise BadAnswer(f"OSRM refuses: {answer.code}. {answer.message}")


def _refuse_off_the_map(places: Sequence[routing.Place], waypoints: Sequence[Waypoint]) -> None:
    if len(places) != len(waypoints):
        raise BadAnswer(f"Asked about {len(places)} places, OSRM answered {len(waypoints)}.")
    for place, waypoint in zip(places, waypoints, strict=True):
        if waypoint.distance > FARTHEST_SNAP_M:
            raise OffTheMap(place, waypoint.distance)


def _whole(rows: list[list[float | None]]) -> NDArray[np.int64]:
    numbers = np.array(rows, np.float64)  # null becomes nan
    return np.where(np.isnan(numbers), NO_ROAD, np.rint(numbers)).astype(np.int64)

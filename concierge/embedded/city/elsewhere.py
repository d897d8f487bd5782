"""The same people in another city: where the streets are not Göteborg's, everybody moves."""

from collections.abc import Iterable, Sequence
from math import cos, hypot, radians
from statistics import median

import routing
from concierge.maps.errors import NoRoad, OffTheMap
from concierge.maps.gazetteer import Entry
from concierge.maps.travel import Roads
from concierge.model import Address, Hub
from concierge.model.street import METRES_PER_NUMBER, Street, fold

from .chance import Chance
from .city import Founding

METRES_PER_DEGREE = 111_320.0
REACH_M = 5_000.0
"""Nobody lives farther than this from the middle of the streets."""
APART_M = 2_200.0
"""How far from the middle the second hub is."""
SHORTEST_M = 120
MOST_MOVES = 200
"""After so many doors that no road reaches, this is no city to drive in."""


async def travel_times(
    roads: Roads, ground: Founding, streets: Sequence[Entry], seed: int
) -> routing.TravelTimes:
    """Every drive of the city, once everybody lives where roads lead.

    Raises:
        OffTheMap: somebody lives off the map, and there are no other streets to live in.
        NoRoad: likewise, where a road is but none leads on.
    """
    doors = _Doors(streets, Chance(seed, "elsewhere"))
    if doors.streets and not _lives_here(ground, streets):
        doors.move_everybody(ground)
    for _ in range(MOST_MOVES):
        try:
            return await roads.travel_times(ground.places())
        except OffTheMap as far:
            lost: Sequence[routing.Place] = (far.place,)
            if not doors.streets:
                raise
        except NoRoad as cut_off:
            lost = (cut_off.origin, cut_off.destination)
            if not doors.streets:
                raise
        doors.move(ground, lost)
    return await roads.travel_times(ground.places())


class _Doors:
    """Doors to live behind, about the middle of some streets."""

    def __init__(self, streets: Iterable[Entry], chance: Chance) -> None:
        long = [street for street in streets if street.length_m >= SHORTEST_M]
        middle = _middle(long)
        far = {street.id: _metres(_point(street), middle) for street in long}
        near = [street for street in long if far[street.id] <= REACH_M]
        self.streets = sorted(near, key=lambda street: far[street.id])
        self._far = far
        self._chance = chance

    def move_everybody(self, ground: Founding) -> None:
        """The first hub to the middle, the second some way off, clients all around."""
        first, second = ground.people.hubs
        apart = min(self.streets, key=lambda street: abs(self._far[street.id] - APART_M))
        for hub, street in ((first, self.streets[0]), (second, apart)):
            self._settle(hub, street)
            hub.name = street.near or street.name
        for address in ground.people.addresses:
            self._settle(address, self._chance.one(self.streets))

    def move(self, ground: Founding, lost: Sequence[routing.Place]) -> None:
        """Away from places that no road reaches."""
        for somebody in (*ground.people.hubs, *ground.people.addresses):
            if somebody.place in lost:
                self._settle(somebody, self._chance.one(self.streets))

    def _settle(self, somebody: Hub | Address, street: Entry) -> None:
        most = max(2, min(60, int(street.length_m / METRES_PER_NUMBER)))
        number = self._chance.number(1, most)
        longitude, latitude = _point(street)
        row = Street(
            id=street.id, name=street.name, folded=fold(street.name), near=street.near,
            points=[list(point) for point in street.points], longitude=longitude,
            latitude=latitude,
        )  # fmt: skip
        place = row.place_of(number)
        somebody.street = f"{street.name} {number}"
        somebody.longitude, somebody.latitude = place.longitude, place.latitude


def _lives_here(ground: Founding, streets: Sequence[Entry]) -> bool:
    """Whether the hubs' streets are among these, where the hubs are."""
    first = ground.people.hubs[0]
    name = first.street.rpartition(" ")[0]
    here = (first.longitude, first.latitude)
    return any(
        street.name == name and _metres(_point(street), here) <= REACH_M for street in streets
    )


def _middle(streets: Sequence[Entry]) -> tuple[float, float]:
    if not streets:
        return (0.0, 0.0)
    points = [_point(street) for street in streets]
    return median(point[0] for point in points), median(point[1] for point in points)


def _point(street: Entry) -> tuple[float, float]:
    longitude, latitude = street.points[len(street.points) // 2]
    return longitude, latitude


def _metres(one: tuple[float, float], other: tuple[float, float]) -> float:
    east = (one[0] - other[0]) * cos(radians(one[1]))
    return hypot(east, one[1] - other[1]) * METRES_PER_DEGREE

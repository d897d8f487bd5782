"""The demo city in another city's streets."""

from collections.abc import Sequence

import pytest

import routing
from concierge.embedded.city.city import build, found
from concierge.embedded.city.elsewhere import travel_times
from concierge.maps.errors import NoRoad, OffTheMap
from concierge.maps.gazetteer import Entry
from concierge.maps.travel import Roads

ALLEYS = [
    Entry(
        id=number,
        name=f"Rue {number}",
        other_names=[],
        near="Vieux Port",
        points=[(-1.16 + number / 2_000, 46.15), (-1.16 + number / 2_000, 46.155)],
        length_m=550,
    )
    for number in range(1, 40)
]
"""Forty streets by the sea, all of them in one town."""


class _Roads(Roads):
    """Estimates, but some places are out of reach."""

    def __init__(self, refusals: list[type[OffTheMap] | type[NoRoad]]) -> None:
        super().__init__(None)
        self.refusals = refusals
        self.refused: list[routing.Place] = []

    async def travel_times(self, places: Sequence[routing.Place]) -> routing.TravelTimes:
        if self.refusals:
            kind, place = self.refusals.pop(), list(places)[7]
            self.refused.append(place)
            raise OffTheMap(place, 900.0) if kind is OffTheMap else NoRoad(place, place)
        return await super().travel_times(places)


async def test_everybody_moves_to_the_city_whose_streets_these_are() -> None:
    ground = found()
    travel = await travel_times(Roads(None), ground, ALLEYS, 1)
    names = {street.name for street in ALLEYS}
    for somebody in (*ground.people.hubs, *ground.people.addresses):
        assert somebody.street.rpartition(" ")[0] in names
    city = build(ground, travel)
    assert all(routing.check(day.problem, day.plan) == [] for day in city.days)


async def test_at_home_nobody_moves() -> None:
    home = found()
    hub = home.people.hubs[0]
    here = Entry(
        id=1,
        name=hub.street.rpartition(" ")[0],
        other_names=[],
        near=None,
        points=[(hub.longitude, hub.latitude), (hub.longitude + 0.004, hub.latitude)],
        length_m=400,
    )
    before = home.places()
    await travel_times(Roads(None), home, [here], 1)
    assert home.places() == before


async def test_whoever_no_road_reaches_finds_another_door() -> None:
    ground, roads = found(), _Roads([OffTheMap, NoRoad])
    await travel_times(roads, ground, ALLEYS, 1)
    assert len(roads.refused) == 2
    assert not set(roads.refused) & set(ground.places())


@pytest.mark.parametrize("kind", [OffTheMap, NoRoad])
async def test_without_other_streets_a_place_off_the_map_is_said(
    kind: type[OffTheMap] | type[NoRoad],
) -> None:
    with pytest.raises(kind):
        await travel_times(_Roads([kind]), found(), [], 1)

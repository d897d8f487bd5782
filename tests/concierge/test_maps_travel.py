"""Travel times as the house asks for them: remembered, bounded, and honest when estimated."""

import random
import time
from collections.abc import AsyncIterator

import httpx
import numpy as np
import pytest

import routing
from concierge.maps.errors import NoRoad, OffTheMap
from concierge.maps.osrm import Osrm
from concierge.maps.travel import Roads

HUB = routing.Place(11.9735, 57.7089)
IN_THE_SEA = routing.Place(11.60, 57.60)


class Wire(httpx.AsyncHTTPTransport):
    """The way to the engine; counts what is asked, and can be cut."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[tuple[int, int]] = []
        self.asked = 0
        self.cut = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        if self.cut:
            raise httpx.ConnectError("cut", request=request)
        if request.url.path.startswith("/table"):
            sides = (request.url.params[side] for side in ("sources", "destinations"))
            rows, columns = (len(side.split(";")) for side in sides)
            self.tables.append((rows, columns))
        return await super().handle_async_request(request)


@pytest.fixture
async def wire() -> Wire:
    return Wire()


@pytest.fixture
async def osrm(osrm_url: str, wire: Wire) -> AsyncIterator[Osrm]:
    async with Osrm(osrm_url, transport=wire) as client:
        yield client


def doors(count: int, *, seed: int = 1) -> list[routing.Place]:
    """Places in the middle of town, where a road is near everywhere."""
    chance = random.Random(seed)  # noqa: S311 - a story that tells itself the same each time
    return [
        routing.Place(
            round(chance.uniform(11.955, 11.985), 6), round(chance.uniform(57.692, 57.702), 6)
        )
        for _ in range(count)
    ]


async def test_what_was_asked_once_is_not_asked_again(osrm: Osrm, wire: Wire) -> None:
    roads = Roads(osrm)
    first = await roads.travel_times(doors(6))
    wire.tables.clear()

    again = await roads.travel_times(list(reversed(doors(6))))

    assert wire.tables == []
    assert not again.estimated
    assert again.between(doors(6)[2], doors(6)[4]) == first.between(doors(6)[2], doors(6)[4])


async def test_a_new_address_costs_two_thin_tables(osrm: Osrm, wire: Wire) -> None:
    roads = Roads(osrm)
    known = doors(30)
    await roads.travel_times(known)
    wire.tables.clear()

    times = await roads.travel_times([*known, HUB])

    assert wire.tables == [(1, 31), (30, 1)]
    fresh = await Roads(osrm).travel_times([*known, HUB])
    assert np.array_equal(times.seconds, fresh.seconds)
    assert times.metres is not None
    assert fresh.metres is not None
    assert np.array_equal(times.metres, fresh.metres)


async def test_whatever_was_asked_before_the_answer_is_the_same(osrm: Osrm) -> None:
    """Days of every size and overlap, in a memory too small for all of them."""
    everywhere = doors(24)
    truth = await Roads(osrm).travel_times(everywhere)
    roads = Roads(osrm, capacity=10)
    chance = random.Random(7)  # noqa: S311 - a story that tells itself the same each time
    for _ in range(60):
        day = chance.sample(everywhere, chance.randint(1, 14))
        rows = [truth.row(place) for place in day]
        times = await roads.travel_times(day)
        assert times.places == tuple(day)
        assert np.array_equal(times.seconds, truth.seconds[np.ix_(rows, rows)])
        assert roads.remembered <= 10


async def test_a_place_named_twice_counts_once(osrm: Osrm) -> None:
    hub_and_back = [HUB, *doors(2), HUB]

    times = await Roads(osrm).travel_times(hub_and_back)

    assert times.places == (HUB, *doors(2))


async def test_a_day_of_four_hundred_doors_is_one_question(osrm: Osrm, wire: Wire) -> None:
    began = time.monotonic()
    times = await Roads(osrm).travel_times(doors(400))

    assert time.monotonic() - began < 10
    assert wire.tables == [(400, 400)]
    assert not times.estimated
    off_diagonal = times.seconds[~np.eye(400, dtype=bool)]
    assert 60 < off_diagonal.mean() < 900


async def test_without_an_engine_times_are_estimates_and_say_so() -> None:
    times = await Roads(None).travel_times(doors(3))

    assert times.estimated
    assert times.seconds[0, 1] > 0


async def test_estimates_are_never_remembered_as_real(osrm: Osrm, wire: Wire) -> None:
    roads = Roads(osrm, rest_seconds=0)
    wire.cut = True
    assert (await roads.travel_times(doors(5))).estimated

    wire.cut = False
    times = await roads.travel_times(doors(5))

    assert not times.estimated
    fresh = await Roads(osrm).travel_times(doors(5))
    assert np.array_equal(times.seconds, fresh.seconds)


async def test_known_pairs_stay_real_while_the_engine_is_gone(osrm: Osrm, wire: Wire) -> None:
    roads = Roads(osrm)
    await roads.travel_times(doors(5))
    wire.cut = True

    assert not (await roads.travel_times(doors(5))).estimated
    assert (await roads.travel_times([*doors(5), HUB])).estimated


async def test_an_engine_that_failed_is_left_to_rest(osrm: Osrm, wire: Wire) -> None:
    roads = Roads(osrm, rest_seconds=60)
    wire.cut = True

    for _ in range(3):
        assert (await roads.travel_times(doors(3))).estimated
        assert (await roads.geometry(doors(3))).estimated
        await roads.refuse_off_the_map(IN_THE_SEA)

    assert wire.asked == 1


async def test_an_address_in_the_sea_is_refused_at_the_door(osrm: Osrm) -> None:
    roads = Roads(osrm)
    await roads.refuse_off_the_map(HUB)
    with pytest.raises(OffTheMap) as at_the_door:
        await roads.refuse_off_the_map(IN_THE_SEA)
    with pytest.raises(OffTheMap) as in_the_plan:
        await roads.travel_times([*doors(3), IN_THE_SEA])

    assert at_the_door.value.place == in_the_plan.value.place == IN_THE_SEA
    assert not (await roads.travel_times(doors(3))).estimated


async def test_the_place_no_road_leads_to_is_named() -> None:
    island = 2
    places = doors(4)

    def ferry_only(request: httpx.Request) -> httpx.Response:
        size = len(places)
        durations = [
            [None if (row == island) != (column == island) else 60.0 for column in range(size)]
            for row in range(size)
        ]
        here = [{"location": [11.97, 57.7], "distance": 3.0}] * size
        body = {"code": "Ok", "sources": here, "destinations": here}
        return httpx.Response(
            200, json=body | {"durations": durations, "distances": durations}, request=request
        )

    async with Osrm("http://roads", transport=httpx.MockTransport(ferry_only)) as engine:
        with pytest.raises(NoRoad) as refused:
            await Roads(engine).travel_times(places)

    assert refused.value.destination == places[island]


async def test_a_drawn_drive_follows_the_streets(osrm: Osrm) -> None:
    drive = await Roads(osrm).geometry([HUB, *doors(3), HUB])

    assert not drive.estimated
    assert len(drive.points) > 50
    times = await Roads(osrm).travel_times([HUB, *doors(3)])
    legs = zip([HUB, *doors(3)], [*doors(3), HUB], strict=True)
    assert drive.lasts.total_seconds() == pytest.approx(
        sum(times.between(*leg) for leg in legs), abs=8
    )


async def test_without_an_engine_a_drive_is_straight_lines_and_says_so() -> None:
    stops = [HUB, *doors(2), HUB]

    drive = await Roads(None).geometry(stops)

    assert drive.estimated
    assert drive.points == tuple((stop.longitude, stop.latitude) for stop in stops)
    assert drive.lasts.total_seconds() > 0
    assert drive.metres > 0


async def test_a_route_of_one_place_is_no_drive(osrm: Osrm) -> None:
    drive = await Roads(osrm).geometry([HUB])

    assert drive.metres == 0

"""The one door to the road engine, on real streets and when the engine misbehaves."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable

import httpx
import numpy as np
import pytest

import routing
from concierge.maps.errors import BadAnswer, OffTheMap, Unreachable
from concierge.maps.osrm import NO_ROAD, Osrm
from concierge.model.refusals import NotCovered

JARNTORGET = routing.Place(11.9525, 57.6998)
LINNEPLATSEN = routing.Place(11.9518, 57.6907)
GOTAPLATSEN = routing.Place(11.9794, 57.6974)
CENTRAL_STATION = routing.Place(11.9735, 57.7089)
TOWN = [JARNTORGET, LINNEPLATSEN, GOTAPLATSEN, CENTRAL_STATION]
STOCKHOLM = routing.Place(18.0686, 59.3293)


@pytest.fixture
async def osrm(osrm_url: str) -> AsyncIterator[Osrm]:
    async with Osrm(osrm_url) as client:
        yield client


def answering(
    answer: Callable[[httpx.Request], httpx.Response],
) -> Osrm:
    return Osrm("http://roads", transport=httpx.MockTransport(answer))


async def test_a_table_says_the_same_as_each_drive_alone(osrm: Osrm) -> None:
    table = await osrm.table(TOWN[:2], TOWN)

    assert table.seconds.shape == table.metres.shape == (2, 4)
    for row, origin in enumerate(TOWN[:2]):
        for column, destination in enumerate(TOWN):
            if origin == destination:
                assert table.seconds[row, column] == 0
                continue
            drive = await osrm.route([origin, destination])
            assert table.seconds[row, column] == pytest.approx(drive.lasts.total_seconds(), abs=2)
            assert table.metres[row, column] == pytest.approx(drive.metres, abs=20)


async def test_a_drive_across_town_is_as_long_as_a_drive_across_town(osrm: Osrm) -> None:
    drive = await osrm.route([CENTRAL_STATION, LINNEPLATSEN])

    assert 2_300 < drive.metres < 5_000
    assert 180 < drive.lasts.total_seconds() < 900
    assert not drive.estimated
    assert len(drive.points) > 20
    start, end = drive.points[0], drive.points[-1]
    assert start == pytest.approx((CENTRAL_STATION.longitude, CENTRAL_STATION.latitude), abs=3e-3)
    assert end == pytest.approx((LINNEPLATSEN.longitude, LINNEPLATSEN.latitude), abs=3e-3)


async def test_the_nearest_road_is_near(osrm: Osrm) -> None:
    nearest = await osrm.nearest(JARNTORGET)

    assert nearest.longitude == pytest.approx(JARNTORGET.longitude, abs=5e-3)
    assert nearest.latitude == pytest.approx(JARNTORGET.latitude, abs=5e-3)


async def test_a_place_no_road_comes_near_is_refused_by_name(osrm: Osrm) -> None:
    for question in (
        osrm.nearest(STOCKHOLM),
        osrm.table(TOWN, [STOCKHOLM]),
        osrm.table([STOCKHOLM], TOWN),
        osrm.route([JARNTORGET, STOCKHOLM]),
    ):
        with pytest.raises(OffTheMap, match=r"18\.06860, 59\.32930") as refused:
            await question
        assert refused.value.place == STOCKHOLM
        assert refused.value.metres > 300_000
        assert isinstance(refused.value, NotCovered)


async def test_a_table_too_large_for_the_server_is_asked_in_parts(
    osrm: Osrm, osrm_url: str
) -> None:
    class SmallServer(httpx.AsyncHTTPTransport):
        asked = 0

        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            self.asked += 1
            pairs = 1
            for side in ("sources", "destinations"):
                pairs *= len(request.url.params[side].split(";"))
            if pairs > 6:
                return httpx.Response(400, json={"code": "TooBig", "message": "Too many."})
            return await super().handle_async_request(request)

    small = SmallServer()
    async with Osrm(osrm_url, transport=small) as client:
        in_parts = await client.table(TOWN, TOWN)

    whole = await osrm.table(TOWN, TOWN)
    assert small.asked > 2
    assert np.array_equal(in_parts.seconds, whole.seconds)
    assert np.array_equal(in_parts.metres, whole.metres)


async def test_pairs_without_a_road_are_marked_and_not_zero() -> None:
    snapped = {"location": [11.9, 57.7], "distance": 1.0}
    body = {
        "code": "Ok",
        "sources": [snapped],
        "destinations": [snapped, snapped],
        "durations": [[12.4, None]],
        "distances": [[99.6, None]],
    }
    async with answering(lambda _: httpx.Response(200, json=body)) as client:
        table = await client.table(TOWN[:1], TOWN[1:3])

    assert table.seconds.tolist() == [[12, NO_ROAD]]
    assert table.metres.tolist() == [[100, NO_ROAD]]


async def test_an_engine_that_is_gone_is_unreachable(unused_tcp_port: int) -> None:
    async with Osrm(f"http://127.0.0.1:{unused_tcp_port}") as client:
        with pytest.raises(Unreachable):
            await client.nearest(JARNTORGET)


async def test_an_engine_that_hangs_is_unreachable_in_good_time() -> None:
    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    began = time.monotonic()
    async with server, Osrm(f"http://127.0.0.1:{port}", seconds=0.2) as client:
        with pytest.raises(Unreachable):
            await client.nearest(JARNTORGET)
    assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, text="<html>Sign in to the airport's network</html>"),
        httpx.Response(200, json={"code": "Ok", "waypoints": [{"location": "here"}]}),
        httpx.Response(200, json={"code": "Ok", "waypoints": []}),
        httpx.Response(400, json={"code": "InvalidQuery", "message": "Query string malformed"}),
    ],
    ids=["a page", "another shape", "nothing", "a complaint"],
)
async def test_an_answer_that_is_none_is_not_believed(answer: httpx.Response) -> None:
    async with answering(lambda _: answer) as client:
        with pytest.raises(BadAnswer):
            await client.nearest(JARNTORGET)


async def test_a_server_in_trouble_is_unreachable() -> None:
    async with answering(lambda _: httpx.Response(503, text="warming up")) as client:
        with pytest.raises(Unreachable, match="503"):
            await client.table(TOWN, TOWN)

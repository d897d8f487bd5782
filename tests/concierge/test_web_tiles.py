import json
from dataclasses import replace
from pathlib import Path

import pytest

from .web_house import Browser, WebHouse

TILES = bytes(range(256)) * 20
CARD = {
    "name": "Göteborg",
    "attribution": "© OpenStreetMap contributors, ODbL",
    "date": "December 2016",
    "as_of": "2016-12-27",
    "bounds": [11.8, 57.6, 12.1, 57.8],
    "center": [11.95, 57.7],
    "streets": 4_000,
    "drivable": True,
}


@pytest.fixture
async def browser(house: WebHouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Browser:
    (tmp_path / "roads.pmtiles").write_bytes(TILES)
    (tmp_path / "city.json").write_text(json.dumps(CARD))
    house_doors = house.app.state.doors
    told = replace(
        house_doors.settings, tiles=tmp_path / "roads.pmtiles", osrm_url="http://127.0.0.1:5000"
    )
    monkeypatch.setattr(house_doors, "settings", told)
    return await house.browser()


async def test_a_map_reads_the_tiles_in_pieces(browser: Browser) -> None:
    answer = await browser.get("/tiles/city.pmtiles", headers={"range": "bytes=256-511"})
    assert answer.status_code == 206
    assert answer.content == TILES[256:512]
    assert answer.headers["content-range"] == f"bytes 256-511/{len(TILES)}"
    assert answer.headers["etag"]


async def test_a_piece_past_the_end_is_cut_or_refused(browser: Browser) -> None:
    answer = await browser.get("/tiles/city.pmtiles", headers={"range": "bytes=5000-99999"})
    assert answer.status_code == 206
    assert answer.content == TILES[5000:]
    answer = await browser.get("/tiles/city.pmtiles", headers={"range": "bytes=99999-100000"})
    assert answer.status_code == 416
    assert answer.headers["content-range"] == f"bytes */{len(TILES)}"


async def test_the_card_says_whose_streets_they_are_and_how_old(browser: Browser) -> None:
    card = (await browser.get("/tiles/city.json")).json()
    assert card == {
        "attribution": "© OpenStreetMap contributors, ODbL",
        "bounds": [11.8, 57.6, 12.1, 57.8],
        "date": "December 2016",
        "estimated": False,
    }


async def test_without_streets_the_map_opens_around_the_hub_and_says_so(house: WebHouse) -> None:
    browser = await house.browser()
    card = (await browser.get("/tiles/city.json")).json()
    assert card["estimated"]
    west, south, east, north = card["bounds"]
    assert west < house.hub.longitude < east
    assert south < house.hub.latitude < north
    answer = await browser.get("/tiles/city.pmtiles", headers={"accept": "application/json"})
    assert answer.status_code == 404

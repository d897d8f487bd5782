"""Building a city: whole or not at all, and never instead of one that works."""

import json
import math
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import osmium
import pytest
from osmium.osm.mutable import Node, Way

from concierge.maps.city import City, current_city, read_city
from concierge.maps.errors import NotBuilt
from concierge.maps.gazetteer import read_streets
from concierge.maps.network import unpack_network
from concierge.maps.roads import build_city

BLOCKS = 4


def draw_village(pbf: Path, *, name: str = "Lillgatan", step: float = 0.002) -> Path:
    """A village of crossing streets, and its green in the middle."""
    grid = {(x, y): 1 + x + y * BLOCKS for x in range(BLOCKS) for y in range(BLOCKS)}
    with osmium.SimpleWriter(pbf, overwrite=True) as writer:
        for (x, y), node_id in grid.items():
            place = (13.0 + x * step, 55.6 + y * step / 2)
            writer.add_node(Node(id=node_id, version=1, location=place))
        green = {"place": "village", "name": "Byn"}
        writer.add_node(Node(id=99, version=1, location=(13.003, 55.6015), tags=green))
        for row in range(BLOCKS):
            across = [grid[x, row] for x in range(BLOCKS)]
            along = [grid[row, y] for y in range(BLOCKS)]
            tags = {"highway": "residential", "name": f"{name} {row + 1}"}
            writer.add_way(Way(id=10 + row, version=1, nodes=across, tags=tags))
            tags = {"highway": "tertiary", "name": f"Tvär{name.lower()} {row + 1}"}
            writer.add_way(Way(id=20 + row, version=1, nodes=along, tags=tags))
    return pbf


@pytest.fixture
def village(tmp_path: Path) -> Path:
    return draw_village(tmp_path / "lilla-byn-latest.osm.pbf")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "roads"


def tile_at(longitude: float, latitude: float, *, zoom: int) -> tuple[str, str]:
    """The web map's tile, in the square it cuts the world into."""
    tiles = 2**zoom
    north = math.asinh(math.tan(math.radians(latitude))) / math.pi
    return str(int((longitude + 180) / 360 * tiles)), str(int((1 - north) / 2 * tiles))


def left_behind(out: Path) -> list[str]:
    return [path.name for path in out.iterdir() if path.name.startswith(".building")]


def test_gothenburg_says_what_a_map_page_needs(gothenburg: Path) -> None:
    card = json.loads((gothenburg / "city.json").read_text())

    assert card["name"] == "Göteborg"
    assert card["attribution"] == "© OpenStreetMap contributors, ODbL"
    assert card["date"] == "December 2016"
    assert card["drivable"] is True
    west, south, east, north = card["bounds"]
    longitude, latitude = card["center"]
    assert 11.8 < west < longitude < east < 12.2
    assert 57.6 < south < latitude < north < 57.8
    assert current_city(gothenburg.parent) == gothenburg


def test_gothenburgs_map_has_streets_with_names_and_classes(gothenburg: Path) -> None:
    column, row = tile_at(11.9522, 57.695, zoom=15)
    tiles = str(gothenburg / "roads.pmtiles")
    command = [sys.executable, "-m", "cubao_tippecanoe", "decode", tiles, "15", column, row]
    drawn = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout

    (layer,) = json.loads(drawn)["features"]
    assert layer["properties"]["layer"] == "roads"
    streets = [street["properties"] for street in layer["features"]]
    assert "Linnégatan" in {street.get("name") for street in streets}
    assert {street["class"] for street in streets} <= set(range(1, 10))


def test_any_city_is_built_from_its_file(village: Path, out: Path, road_engine: Path) -> None:
    steps: list[str] = []

    built = build_city(village, out, road_engine, progress=steps.append)

    city = read_city(built)
    assert city.name == "Lilla Byn"
    assert city.drivable
    assert city.bounds == pytest.approx((13.0, 55.6, 13.006, 55.603), abs=1e-6)
    assert current_city(out) == built
    names = {street.name: street.near for street in read_streets(built / "streets.json")}
    assert names["Lillgatan 1"] == "Byn"
    assert len(names) == 2 * BLOCKS
    assert len(steps) >= 3
    assert not left_behind(out)


def test_without_a_road_engine_there_is_still_a_map_and_a_gazetteer(
    village: Path, out: Path
) -> None:
    built = build_city(village, out, None, progress=print)

    assert not read_city(built).drivable
    assert (built / "roads.pmtiles").stat().st_size > 0
    assert read_streets(built / "streets.json")
    assert not list(built.glob("*.osrm*"))


def test_the_same_city_is_not_built_twice(village: Path, out: Path) -> None:
    first = build_city(village, out, None, progress=print)
    steps: list[str] = []

    assert build_city(village, out, None, progress=steps.append) == first
    assert steps == []


def test_a_new_city_takes_over_and_the_one_before_is_kept(tmp_path: Path, out: Path) -> None:
    built = [
        build_city(draw_village(tmp_path / "byn.osm.pbf", name=name), out, None, progress=print)
        for name in ("Enbacken", "Tvåbacken", "Trebacken")
    ]

    assert current_city(out) == built[2]
    assert [path.exists() for path in built] == [False, True, True]


def fail_at(program: str, road_engine: Path, tmp_path: Path) -> Path:
    broken = tmp_path / "engine"
    shutil.copytree(road_engine / "osrm", broken / "osrm")
    (broken / "osrm/bin" / program).write_text("#!/bin/sh\necho no such luck >&2\nexit 3\n")
    return broken


@pytest.mark.parametrize(
    ("program", "says"),
    [
        ("osrm-extract", "Road extraction failed"),
        ("osrm-partition", "Road partition failed"),
        ("osrm-customize", "Road weights failed"),
        ("osrm-routed", "does not serve"),
    ],
)
def test_a_step_that_fails_leaves_the_former_city_in_place(
    program: str, says: str, village: Path, out: Path, road_engine: Path, tmp_path: Path
) -> None:
    former = build_city(village, out, None, progress=print)
    broken = fail_at(program, road_engine, tmp_path)

    with pytest.raises(NotBuilt, match=f"{says}.*no such luck"):
        build_city(village, out, broken, progress=print)

    assert current_city(out) == former
    assert not left_behind(out)


def test_a_file_that_is_no_map_is_refused(tmp_path: Path, out: Path) -> None:
    nonsense = tmp_path / "nonsense.osm.pbf"
    nonsense.write_bytes(b"<html>404</html>")

    with pytest.raises(NotBuilt, match=r"nonsense\.osm\.pbf"):
        build_city(nonsense, out, None, progress=print)
    with pytest.raises(NotBuilt, match="cannot be read"):
        build_city(tmp_path / "nowhere.osm.pbf", out, None, progress=print)
    assert current_city(out) is None


def test_a_network_that_is_not_the_one_we_know_is_not_unpacked(tmp_path: Path) -> None:
    (tmp_path / "package.tgz").write_bytes(b"something else")

    with pytest.raises(NotBuilt, match="pinned"):
        unpack_network(tmp_path / "package.tgz", tmp_path)
    assert not (tmp_path / "network.json").exists()


def test_what_a_killed_build_left_is_swept_away(village: Path, out: Path) -> None:
    (out / ".building-dead" / "half-a-city").mkdir(parents=True)

    build_city(village, out, None, progress=print)

    assert not left_behind(out)


def test_two_builders_at_once_take_turns(village: Path, out: Path) -> None:
    with ThreadPoolExecutor(2) as both:
        tasks = [both.submit(build_city, village, out, None, progress=print) for _ in range(2)]
        built = {task.result(timeout=60) for task in tasks}

    assert built == {current_city(out)}


def test_a_city_card_survives_the_way_to_disk_and_back(village: Path, out: Path) -> None:
    built = build_city(village, out, None, progress=print)

    assert isinstance(read_city(built), City)
    assert (built.stat().st_mode & 0o777, (built / "city.json").stat().st_mode & 0o777) == (
        0o755,
        0o644,
    )

"""From scraps of streets to streets a person would name."""

from pathlib import Path

import pytest

from concierge.maps.gazetteer import Entry, Gazetteer, read_streets
from concierge.maps.spine import length_m, spine
from concierge.maps.ways import Quarter, Way

CENTER = (11.962, 57.702)
EAST_M = 1 / 59_500
"""Degrees of longitude in a metre, at this latitude."""
NORTH_M = 1 / 111_200


def at(east_m: float, north_m: float) -> tuple[float, float]:
    return CENTER[0] + east_m * EAST_M, CENTER[1] + north_m * NORTH_M


def way(
    id_: int, name: str, *points: tuple[float, float], kind: str = "residential", other: str = ""
) -> Way:
    return Way(id_, kind, points, name, (other,) if other else (), bridge=False, tunnel=False)


def entries(*drawn: Way | Quarter) -> list[Entry]:
    gazetteer = Gazetteer()
    for each in drawn:
        gazetteer.add(each)
    return gazetteer.entries(CENTER)


def test_two_carriageways_are_one_line_as_long_as_the_street() -> None:
    there, back = (at(0, 0), at(800, 0)), (at(800, 18), at(0, 18))

    line = spine([there, back])

    assert length_m(line) == pytest.approx(800, abs=30)
    assert {round((point[0] - CENTER[0]) / EAST_M, -2) for point in (line[0], line[-1])} == {
        0,
        800,
    }


def test_a_gap_in_the_drawing_does_not_shorten_the_street() -> None:
    line = spine([(at(0, 0), at(300, 0)), (at(450, 0), at(700, 0))])

    assert length_m(line) == pytest.approx(700, abs=10)


def test_a_bend_is_followed() -> None:
    line = spine([(at(0, 0), at(0, 400)), (at(0, 400), at(400, 400))])

    assert length_m(line) == pytest.approx(800, abs=30)


def test_a_very_long_street_is_still_one_line() -> None:
    line = spine([(at(0, 0), at(30_000, 0))])

    assert length_m(line) == pytest.approx(30_000, rel=0.01)
    assert len(line) <= 620


def test_pieces_are_gathered_under_their_name_from_the_end_nearer_to_town() -> None:
    found = entries(
        way(7, "Linnégatan", at(900, 0), at(500, 0)),
        way(5, "Linnégatan", at(500, 0), at(100, 0)),
        way(9, "Vasagatan", at(0, 500), at(0, 900)),
    )

    assert [(each.id, each.name) for each in found] == [(5, "Linnégatan"), (9, "Vasagatan")]
    assert [each.length_m for each in found] == pytest.approx([800, 400], abs=10)
    assert found[0].points[0] == pytest.approx(at(100, 0), abs=2e-5)


def test_two_streets_of_one_name_in_two_quarters_stay_two() -> None:
    found = entries(
        way(1, "Storgatan", at(0, 0), at(300, 0)),
        way(2, "Storgatan", at(6_000, 0), at(6_300, 0)),
        Quarter("Inom Vallgraven", *at(100, 100)),
        Quarter("Mölndal", *at(6_100, 100)),
    )

    assert [(each.name, each.near) for each in found] == [
        ("Storgatan", "Inom Vallgraven"),
        ("Storgatan", "Mölndal"),
    ]


def test_squares_stand_in_for_quarters_the_map_does_not_name() -> None:
    found = entries(
        way(1, "Storgatan", at(0, 0), at(300, 0)),
        way(2, "Kungsportsplatsen", at(350, 0), at(350, 50)),
    )

    assert {each.name: each.near for each in found} == {
        "Storgatan": "Kungsportsplatsen",
        "Kungsportsplatsen": None,
    }


def test_nobody_is_visited_on_a_motorway_or_a_platform() -> None:
    assert not entries(
        way(1, "Lundbyleden", at(0, 0), at(300, 0), kind="motorway"),
        way(2, "Brunnsparken", at(0, 0), at(40, 0), kind="platform"),
        way(3, "A", at(0, 0), at(40, 0)),
        way(4, "", at(0, 0), at(40, 0)),
    )


def test_what_people_call_a_street_is_kept() -> None:
    (avenue,) = entries(way(1, "Kungsportsavenyen", at(0, 0), at(300, 0), other="Avenyn"))

    assert avenue.other_names == ["Avenyn"]


def test_gothenburgs_streets_lie_where_they_lie(gothenburg: Path) -> None:
    streets = {each.name: each for each in read_streets(gothenburg / "streets.json")}

    assert len(streets) > 2_000
    linnegatan = streets["Linnégatan"]
    assert linnegatan.points[0] == pytest.approx((11.9523, 57.6995), abs=1e-3)  # Järntorget
    assert linnegatan.points[-1] == pytest.approx((11.9522, 57.6908), abs=1e-3)  # Linnéplatsen
    assert 900 < linnegatan.length_m < 1_400
    assert streets["Kungsportsavenyen"].other_names == ["Avenyn"]

"""Finding an address the way people type it."""

import math
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlmodel import func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from concierge.desk.find_address import Asked, find_address, load_streets, take_apart
from concierge.maps.gazetteer import Entry, read_streets
from concierge.model.street import METRES_PER_NUMBER, Street, fold
from concierge.store.engine import open_engine
from concierge.store.transaction import transaction
from tests.conftest import fresh_database


@pytest.fixture(scope="module")
def town(postgres: str, template: str) -> Iterator[str]:
    with fresh_database(postgres, template) as url:
        yield url


@pytest.fixture(scope="module")
async def streets(town: str, gothenburg: Path) -> int:
    """All of Gothenburg's, in the database; how many."""
    engine = open_engine(town, size=1)
    async with transaction(engine) as session:
        loaded = await load_streets(session, read_streets(gothenburg / "streets.json"))
    await engine.dispose()
    return loaded


@pytest.fixture
async def session(town: str, streets: int) -> AsyncIterator[AsyncSession]:
    assert streets > 2_000
    engine = open_engine(town, size=1)
    async with AsyncSession(engine) as session:
        yield session
    await engine.dispose()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Linnégatan 12", "Linnégatan 12"),
        ("linnegatn 12", "Linnégatan 12"),
        ("LINNEGATAN 12b", "Linnégatan 12B"),
        ("linegatan 3", "Linnégatan 3"),
        ("linengatan", "Linnégatan"),
        ("linnégatan12", "Linnégatan 12"),
        ("Linnégatan 12, 413 04 Göteborg", "Linnégatan 12"),
        ("linnegatan 12 goteborg", "Linnégatan 12"),
        ("avenyn 4", "Kungsportsavenyen 4"),
        ("kungsportsaveny", "Kungsportsavenyen"),
        ("sodra vagen 8", "Södra Vägen 8"),
        ("södra vägn 8", "Södra Vägen 8"),
        ("sankt sigfridsgatan 70", "Sankt Sigfridsgatan 70"),
        ("haga nyg 5", "Haga Nygata 5"),
        ("Dr Fries torg", "Dr Fries Torg"),
        ("jarntorget", "Järntorget"),
        ("eklandgatan 11", "Eklandagatan 11"),
        ("hjalmar brantingsgatn", "Hjalmar Brantingsgatan"),
    ],
)
async def test_what_she_types_finds_what_she_means(
    session: AsyncSession, typed: str, meant: str
) -> None:
    found = await find_address(session, typed)

    assert found[0].line in {meant, meant.replace("avenyen", "avenyn")}
    assert found[0].approximate


async def test_names_that_begin_as_she_types_come_first(session: AsyncSession) -> None:
    found = [each.line for each in await find_address(session, "vasa", limit=10)]

    begins = [line.casefold().startswith("vasa") for line in found]
    assert begins[0]
    assert begins == sorted(begins, reverse=True)


@pytest.mark.parametrize("typed", ["", " ", "l", "12", "%%", "___", "12 , 34", "\x00", "é"])
async def test_too_little_finds_nothing(session: AsyncSession, typed: str) -> None:
    assert await find_address(session, typed) == []


async def test_words_that_are_no_street_find_nothing(session: AsyncSession) -> None:
    assert await find_address(session, "xqzwkj pfvbt") == []


async def test_streets_of_one_name_are_told_apart(session: AsyncSession) -> None:
    found = await find_address(session, "Fredsgatan 2")

    twins = [each for each in found if each.line == "Fredsgatan 2"]
    assert len(twins) == 2
    assert len({each.near for each in twins}) == 2


async def test_higher_numbers_stand_further_along_the_street(session: AsyncSession) -> None:
    places = [(await find_address(session, f"linnegatan {n}"))[0].place for n in (1, 11, 41)]

    def metres_apart(one: int, other: int) -> float:
        east = (places[one].longitude - places[other].longitude) * 59_500
        north = (places[one].latitude - places[other].latitude) * 111_200
        return math.hypot(east, north)

    assert metres_apart(0, 1) == pytest.approx(10 * METRES_PER_NUMBER, rel=0.15)
    assert metres_apart(0, 2) == pytest.approx(40 * METRES_PER_NUMBER, rel=0.15)


async def test_a_number_past_the_end_stands_at_the_end(session: AsyncSession) -> None:
    last = (await find_address(session, "linnegatan 9999"))[0].place
    before = (await find_address(session, "linnegatan 999"))[0].place

    assert last == before


async def test_her_street_is_there_from_the_third_letter_on(session: AsyncSession) -> None:
    for letters in range(3, len("linnegatn 12") + 1):
        found = await find_address(session, "linnegatn 12"[:letters])
        assert any(each.line.startswith("Linn") for each in found), letters


async def test_a_new_city_replaces_the_streets_of_the_old(database: str) -> None:
    def entry(id_: int, name: str) -> Entry:
        points = [(13.0, 55.6), (13.001, 55.6)]
        return Entry(id=id_, name=name, other_names=[], near=None, points=points, length_m=60)

    engine = open_engine(database, size=1)
    for city in ([entry(1, "Gamla gatan")], [entry(1, "Nya gatan"), entry(2, "Torget")]):
        async with transaction(engine) as session:
            assert await load_streets(session, city) == len(city)
    async with AsyncSession(engine) as session:
        assert (await session.exec(select(func.count()).select_from(Street))).one() == 2
        assert (await find_address(session, "nya gatan"))[0].line == "Nya gatan"
    await engine.dispose()


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("Linnégatan", Asked("linnegatan")),
        ("Linnégatan 12", Asked("linnegatan", 12)),
        ("Linnégatan 12b", Asked("linnegatan", 12, "B")),
        ("Linnégatan 12 B", Asked("linnegatan", 12, "B")),
        ("Linnégatan 12 lgh 1203", Asked("linnegatan", 12)),
        ("Linnégatan 12, 413 04 Göteborg", Asked("linnegatan", 12)),
        ("Linnégatan, 413 04 Göteborg", Asked("linnegatan")),
        ("Linnégatan 413 04 Göteborg", Asked("linnegatan")),
        ("Linnégatan 41304", Asked("linnegatan")),
        ("12 rue Cler", Asked("rue cler", 12)),
        ("12bis", Asked("12bis")),
        ("Första Långgatan 3", Asked("forsta langgatan", 3)),
        ("  ", Asked("")),
        ("12", Asked("12")),
    ],
)
def test_an_address_is_taken_apart_as_people_write_them(typed: str, asked: Asked) -> None:
    assert take_apart(typed) == asked


@pytest.mark.parametrize(
    ("words", "folded"),
    [
        ("Linnégatan", "linnegatan"),
        ("  Södra   Vägen ", "sodra vagen"),
        ("Østergade", "ostergade"),
        ("Königstraße", "konigstrasse"),
        ("Rue de l'Abbé-Grégoire", "rue de l abbe gregoire"),
        ("Łódzka", "lodzka"),
    ],
)
def test_words_are_compared_without_case_or_accents(words: str, folded: str) -> None:
    assert fold(words) == folded

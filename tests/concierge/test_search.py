"""Searching the demo's own catalogue, as clients type."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select

from concierge.desk.browse import LookedFor, browse
from concierge.embedded.city.city import found
from concierge.embedded.city.story import SEED
from concierge.model import CATEGORIES, FAMILIES, Style, Variant
from concierge.store.engine import open_engine
from concierge.store.transaction import transaction
from concierge.words import wardrobe
from tests.conftest import fresh_database


@pytest.fixture(scope="module")
def shop_database(postgres: str, template: str) -> Iterator[str]:
    with fresh_database(postgres, template) as url:
        yield url


@pytest.fixture(scope="module")
async def engine(shop_database: str) -> AsyncIterator[AsyncEngine]:
    engine = open_engine(shop_database)
    ground = found(SEED)
    stock = ground.stock
    async with transaction(engine) as session:
        rails = (ground.people.hubs, stock.houses, stock.styles, stock.variants, stock.pieces)
        for rows in rails:
            session.add_all(rows)
            await session.flush()
    yield engine
    await engine.dispose()


async def look(engine: AsyncEngine, words: str) -> tuple[int, list[Style]]:
    """How many styles those words find, and the first page of them."""
    async with transaction(engine) as session:
        shelf = await browse(session, LookedFor(words=words), picture=lambda _, shade: shade)
        slugs = [card.slug for card in shelf.cards]
        rows = await session.exec(select(Style).where(col(Style.slug).in_(slugs)))
        by_slug = {style.slug: style for style in rows}
    return shelf.total, [by_slug[slug] for slug in slugs]


async def categories(engine: AsyncEngine, words: str) -> set[str]:
    return {style.category for style in (await look(engine, words))[1]}


@pytest.mark.parametrize(
    ("words", "rail"),
    [
        ("handbag", "bags"),
        ("bags", "bags"),
        ("shoe", "shoes"),
        ("footwear", "shoes"),
        ("väskor", "bags"),
        ("skor", "shoes"),
        ("chaussures", "shoes"),
        ("sac à main", "bags"),
        ("حقيبة", "bags"),
        ("الأحذية", "shoes"),
    ],
)
async def test_what_people_call_a_rail_finds_that_rail_alone(
    engine: AsyncEngine, words: str, rail: str
) -> None:
    assert await categories(engine, words) <= set(FAMILIES[rail])
    assert (await look(engine, words))[0] >= 9


@pytest.mark.parametrize(
    ("words", "category"),
    [
        ("trainers", "sneaker"),
        ("jeans", "jeans"),
        ("klänning", "dress"),
        ("jupe", "skirt"),
        ("فستان", "dress"),
        ("polo neck", "knit"),
        ("t-shirts", "tshirt"),
    ],
)
async def test_another_name_finds_the_thing_first(
    engine: AsyncEngine, words: str, category: str
) -> None:
    _, styles = await look(engine, words)
    assert styles[0].category == category
    assert Counter(style.category for style in styles).most_common(1)[0][0] == category


@pytest.mark.parametrize("words", ["slik blouse", "sillk blouse", "sulk blouse", "silk blosue"])
async def test_a_slip_finds_what_was_meant(engine: AsyncEngine, words: str) -> None:
    _, meant = await look(engine, "silk blouse")
    _, styles = await look(engine, words)
    names = [style.name for style in styles[: len(meant)]]
    assert {"Silk blouse", "Printed silk blouse"} <= set(names)
    assert len(styles) <= len(meant) + 1


async def test_a_size_is_a_word(engine: AsyncEngine) -> None:
    total, styles = await look(engine, "boots size 38,5")
    async with transaction(engine) as session:
        has = select(Variant.style_id).where(Variant.size == "38½")
        made_so = set(await session.exec(has))
    assert total > 0
    assert {style.category for style in styles} == {"boot"}
    assert {style.id for style in styles} <= made_so


async def test_a_name_comes_before_a_beginning_and_that_before_a_mention(
    engine: AsyncEngine,
) -> None:
    _, styles = await look(engine, "tote")
    named = [("tote" in style.name.lower(), style.category == "bag") for style in styles]
    assert named[0] == (True, True)
    assert named == sorted(named, reverse=True)


async def test_a_colour_and_a_material_are_understood_in_swedish(engine: AsyncEngine) -> None:
    _, swedish = await look(engine, "svart klänning i spets")
    _, english = await look(engine, "black lace dress")
    assert {style.id for style in swedish} == {style.id for style in english}
    assert swedish


async def test_what_nobody_carries_finds_nothing(engine: AsyncEngine) -> None:
    assert (await look(engine, "refrigerator"))[0] == 0


def test_a_word_means_one_thing() -> None:
    meanings = Counter(
        word
        for ours, theirs in wardrobe.lines()
        for word in {(wardrobe.fold(each), ours) for each in theirs}
    )
    words = Counter(word for word, _ in meanings)
    assert [word for word, times in words.items() if times > 1] == []


async def test_every_category_can_be_called_by_name_in_every_language(
    engine: AsyncEngine,
) -> None:
    called = {each for ours, _ in wardrobe.lines() for each in ours}
    assert called >= CATEGORIES
    async with transaction(engine) as session:
        rows = await session.exec(select(Style.search))
        text = " ".join(f" {search}" for search in rows)
    assert [each for each in sorted(called - CATEGORIES) if f" {each}" not in text] == []

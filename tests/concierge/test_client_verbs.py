"""Browsing, gathering and knowing a client, against the real database."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID

import pytest
from sqlmodel import col, func, select

from concierge.desk.address_book import (
    AddressNotes,
    change_address,
    resolve_address,
    saved_addresses,
)
from concierge.desk.become_client import Who
from concierge.desk.book_visit import VisitWish, Whereabouts, book_visit
from concierge.desk.browse import LookedFor, Sorting, browse
from concierge.desk.choose_pieces import (
    add_piece,
    chosen_variants,
    remove_piece,
    show_selection,
)
from concierge.desk.client_details import (
    correct_preference,
    forget_preference,
    show_details,
    tell_preference,
)
from concierge.desk.show_style import show_style
from concierge.desk.visits import begin_visit
from concierge.model import (
    MOST_PIECES,
    AuditEntry,
    Client,
    Hub,
    Message,
    Order,
    Piece,
    PieceState,
    Preference,
    Variant,
    WebSession,
)
from concierge.model.refusals import BadRequest, EmptySelection, Missing, PieceTaken, WindowTaken
from concierge.store.engine import open_engine
from concierge.store.transaction import transaction
from tests.small_house import PRICES, SmallHouse, at, build_small_house
from tests.stories.shop import HER, streets


@dataclass
class Visit:
    """A browser's visit to the small house."""

    house: SmallHouse
    id: UUID

    async def add(self, *variants: int) -> None:
        async with transaction(self.house.engine) as session:
            for each in variants:
                variant = self.house.variants[each]
                await add_piece(session, self.id, variant.id, now=at("09:00"))

    async def selection(self) -> UUID | None:
        async with transaction(self.house.engine) as session:
            return (await session.get_one(WebSession, self.id)).selection_id

    async def chosen(self) -> tuple[UUID, ...]:
        async with transaction(self.house.engine) as session:
            return await chosen_variants(session, await self.selection())

    async def wish(self, opens: str = "14:00") -> VisitWish:
        async with transaction(self.house.engine) as session:
            found = await resolve_address(session, "linnegatan 12")
        return VisitWish(
            selection_id=await self.selection(),
            client_id=None,
            who=Who(**HER),
            where=Whereabouts(found=found),
            windows=(self.house.window(opens),),
        )

    async def book(self, wish: VisitWish) -> Order:
        return await book_visit(
            self.house.engine, self.house.roads, wish, base_url="http://house.test"
        )


@pytest.fixture
async def house(database: str) -> AsyncIterator[SmallHouse]:
    engine = open_engine(database)
    built = await build_small_house(engine)
    async with transaction(engine) as session:
        session.add_all(streets())
    yield built
    await engine.dispose()


@pytest.fixture
async def visit(house: SmallHouse) -> Visit:
    async with transaction(house.engine) as session:
        return Visit(house, await begin_visit(session, "a token", now=at("09:00")))


def picture(drawing: object, shade: str) -> str:
    del drawing
    return shade


async def found(house: SmallHouse, looked_for: LookedFor) -> list[str]:
    async with transaction(house.engine) as session:
        shelf = await browse(session, looked_for, picture=picture)
    return [card.slug for card in shelf.cards]


@pytest.mark.parametrize("words", ["silk blouse", "SILK", "silk blosue", "blous"])
async def test_words_find_a_piece_slips_and_case_forgiven(house: SmallHouse, words: str) -> None:
    assert await found(house, LookedFor(words=words)) == ["silk-blouse"]


async def test_every_word_must_fit(house: SmallHouse) -> None:
    assert await found(house, LookedFor(words="silk loafer")) == []


async def test_what_she_typed_is_never_a_pattern(house: SmallHouse) -> None:
    assert await found(house, LookedFor(words="% _ '; drop table style; --")) == []


async def test_a_rail_is_narrowed_by_family_price_size_and_colour(house: SmallHouse) -> None:
    assert await found(house, LookedFor(family="dresses")) == ["bias-dress"]
    assert await found(house, LookedFor(most=6_000)) == ["silk-blouse"]
    assert await found(house, LookedFor(least=11_500)) == ["bias-dress"]
    assert await found(house, LookedFor(size="40")) == []
    assert len(await found(house, LookedFor(colour="ivory", size="38"))) == 3


async def test_a_rail_is_sorted_by_price(house: SmallHouse) -> None:
    cheapest = await found(house, LookedFor(sorting=Sorting.CHEAPEST))
    assert cheapest == ["silk-blouse", "soft-loafer", "bias-dress"]
    assert await found(house, LookedFor(sorting=Sorting.DEAREST)) == cheapest[::-1]


async def test_a_page_beyond_the_last_is_the_last(house: SmallHouse) -> None:
    assert len(await found(house, LookedFor(page=99))) == 3


async def test_a_sold_piece_is_not_to_be_tried(house: SmallHouse, visit: Visit) -> None:
    async with transaction(house.engine) as session:
        piece = await session.get_one(Piece, house.pieces[0].id)
        piece.state = PieceState.SOLD
    async with transaction(house.engine) as session:
        shown = await show_style(session, "bias-dress", picture=picture)
    assert [size.pieces for size in shown.colours[0].sizes] == [0]
    with pytest.raises(PieceTaken):
        await visit.add(0)


async def test_one_concierge_brings_all_so_all_hang_at_one_hub(
    house: SmallHouse, visit: Visit
) -> None:
    await visit.add(0)
    other = Hub(
        slug="lindholmen", name="Lindholmen", street="Lindholmspiren 1", longitude=11.94,
        latitude=57.707, timezone="Europe/Stockholm", currency="SEK", windows=house.hub.windows,
    )  # fmt: skip
    async with transaction(house.engine) as session:
        session.add(other)
        await session.flush()
        piece = await session.get_one(Piece, house.pieces[1].id)
        piece.hub_id = other.id
    async with transaction(house.engine) as session:
        shown = await show_style(
            session, "silk-blouse", picture=picture, beside=await visit.chosen()
        )
    size = shown.colours[0].sizes[0]
    assert (size.pieces, size.elsewhere) == (0, True)
    with pytest.raises(PieceTaken, match="another hub"):
        await visit.add(1)


async def test_a_piece_is_in_a_selection_once_and_can_be_taken_out(
    house: SmallHouse, visit: Visit
) -> None:
    await visit.add(0, 1, 0)
    async with transaction(house.engine) as session:
        shown = await show_selection(session, await visit.selection(), picture=picture)
    assert (shown.pieces, shown.held.minor) == (2, PRICES[0] + PRICES[1])
    async with transaction(house.engine) as session:
        await remove_piece(session, visit.id, house.variants[0].id)
    assert await visit.chosen() == (house.variants[1].id,)


async def test_sizes_of_a_piece_stand_side_by_side(house: SmallHouse, visit: Visit) -> None:
    larger = await another_size(house, "40", rank=1)
    await visit.add(0, 1)
    async with transaction(house.engine) as session:
        await add_piece(session, visit.id, larger, now=at("09:00"))
        shown = await show_selection(session, await visit.selection(), picture=picture)
    assert [[size.size for size in style.sizes] for style in shown.styles] == [
        ["38", "40"],
        ["38"],
    ]


async def test_a_visit_brings_twelve_pieces_at_most(house: SmallHouse, visit: Visit) -> None:
    sizes = [await another_size(house, f"{40 + each}", rank=each) for each in range(MOST_PIECES)]
    async with transaction(house.engine) as session:
        for variant in sizes:
            await add_piece(session, visit.id, variant, now=at("09:00"))
    with pytest.raises(BadRequest, match="at most twelve"):
        await visit.add(0)


async def test_two_taps_at_once_open_one_selection(visit: Visit) -> None:
    await asyncio.gather(visit.add(0), visit.add(1), visit.add(2))
    assert len(await visit.chosen()) == 3


async def test_pressing_twice_orders_once(house: SmallHouse, visit: Visit) -> None:
    await visit.add(0)
    wish = await visit.wish()
    answers = await asyncio.gather(visit.book(wish), visit.book(wish), return_exceptions=True)
    assert sorted(type(each).__name__ for each in answers) == ["EmptySelection", "Order"]
    async with transaction(house.engine) as session:
        assert (await session.exec(select(func.count()).select_from(Order))).one() == 1


async def test_a_refused_order_leaves_her_a_visitor_with_her_selection(
    house: SmallHouse, visit: Visit
) -> None:
    await visit.add(0)
    wish = await visit.wish("09:00")
    with pytest.raises(WindowTaken):
        await visit.book(wish)
    assert await visit.chosen() == (house.variants[0].id,)
    async with transaction(house.engine) as session:
        people = await session.exec(select(Client).where(Client.email == HER["email"]))
        assert people.all() == []


async def test_an_empty_selection_is_no_order(visit: Visit) -> None:
    with pytest.raises(EmptySelection):
        await visit.book(await visit.wish())


async def test_the_owner_of_an_e_mail_keeps_it_and_is_told_by_letter(
    house: SmallHouse, visit: Visit
) -> None:
    await visit.add(0)
    wish = await visit.wish()
    owner = house.client.email or ""
    order = await visit.book(
        VisitWish(wish.selection_id, None, Who("Eve", owner.upper()), wish.where, wish.windows)
    )
    async with transaction(house.engine) as session:
        newcomer = await session.get_one(Client, order.client_id)
        letter = (await session.exec(select(Message))).one()
    assert (newcomer.id == house.client.id, newcomer.email) == (False, None)
    assert (letter.email, letter.client_id) == (owner, newcomer.id)


async def test_an_address_used_twice_is_written_down_once(house: SmallHouse, visit: Visit) -> None:
    await visit.add(0)
    wish = await visit.wish()
    first = await visit.book(wish)
    await visit.add(1)
    await visit.book(VisitWish(wish.selection_id, first.client_id, None, wish.where, wish.windows))
    async with transaction(house.engine) as session:
        assert len(await saved_addresses(session, first.client_id)) == 1


async def test_what_she_corrects_is_hers_and_written_down(house: SmallHouse) -> None:
    like = Preference(
        client_id=house.client.id, words="Likes wool", source="concierge:Tom",
        confirmed=False, at=at("08:00"),
    )  # fmt: skip
    async with transaction(house.engine) as session:
        session.add(like)
    async with transaction(house.engine) as session:
        await correct_preference(
            session, house.client.id, like.id, "No wool, please", now=at("09:00")
        )
        await tell_preference(session, house.client.id, "Long sleeves", now=at("09:01"))
    async with transaction(house.engine) as session:
        likes = (await show_details(session, house.client.id)).likes
        audited = await session.exec(select(AuditEntry.what).order_by(col(AuditEntry.seq)))
        assert audited.all() == ["preference.correct", "preference.tell"]
    assert [(one.words, one.source, one.confirmed) for one in likes] == [
        ("Long sleeves", "client", True),
        ("No wool, please", "client", True),
    ]


async def test_nobody_corrects_what_is_about_somebody_else(
    house: SmallHouse, visit: Visit
) -> None:
    await visit.add(0)
    stranger = (await visit.book(await visit.wish())).client_id
    async with transaction(house.engine) as session:
        like = await tell_preference(session, house.client.id, "Silk", now=at("09:00"))
    with pytest.raises(Missing):
        async with transaction(house.engine) as session:
            await correct_preference(session, stranger, like, "Nylon", now=at("09:00"))
    with pytest.raises(Missing):
        async with transaction(house.engine) as session:
            await forget_preference(session, stranger, like, now=at("09:00"))
    with pytest.raises(Missing):
        async with transaction(house.engine) as session:
            await change_address(
                session, stranger, house.address.id, AddressNotes(), now=at("09:00")
            )


async def another_size(house: SmallHouse, size: str, *, rank: int) -> UUID:
    """One more size of the dress, with one piece of it."""
    variant = Variant(
        style_id=house.styles[0].id, sku=f"bias-dress-{size}", colour="ivory", shade="#eeeae0",
        size=size, size_rank=rank,
    )  # fmt: skip
    async with transaction(house.engine) as session:
        session.add(variant)
        await session.flush()
        session.add(
            Piece(
                hub_id=house.hub.id, variant_id=variant.id, tag=f"MO-x{size}",
                holder=f"hub:{house.hub.id}",
            )
        )  # fmt: skip
    return variant.id

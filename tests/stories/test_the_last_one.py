"""Many want the last piece, the last place, or to settle: one wins, the others are told."""

import asyncio
from uuid import UUID

import pytest
from sqlmodel import func, select

import payments
from concierge.desk.card_pages import open_card_page
from concierge.desk.place_order import place_order
from concierge.desk.run_operation import run_operation
from concierge.model import (
    LedgerEntry,
    Operation,
    Order,
    OrderState,
    Piece,
    Reservation,
    Stop,
    new_id,
)
from concierge.model.refusals import PieceTaken, Refusal, WindowTaken
from concierge.store.transaction import transaction
from payments.stripe_gateway import StripeGateway
from tests.payments.sandboxed import Client
from tests.small_house import PRICES, SmallHouse, at
from tests.stories.test_money_follows_the_outcome import confirmed, keep, order_of

RACERS = 20


async def race(house: SmallHouse, window: str, *, variants: tuple[int, ...]) -> list[object]:
    """All of them press the button at once."""
    request = house.request(house.window(window), variants=variants)
    racers = (place_order(house.engine, house.roads, request) for _ in range(RACERS))
    return list(await asyncio.gather(*racers, return_exceptions=True))


async def test_the_last_piece_goes_to_one_of_twenty(house: SmallHouse) -> None:
    ended = await race(house, "14:00", variants=(0,))
    winners = [each for each in ended if isinstance(each, Order)]
    refused = [each for each in ended if isinstance(each, PieceTaken)]
    assert (len(winners), len(refused)) == (1, RACERS - 1), ended
    async with transaction(house.engine) as session:
        assert (await session.exec(select(func.count()).select_from(Reservation))).one() == 1
        assert (await session.exec(select(Stop.order_id))).all() == [winners[0].id]


async def test_the_last_places_go_to_as_many_as_there_are(house: SmallHouse) -> None:
    async with transaction(house.engine) as session:
        for number in range(RACERS):
            variant = house.variants[0].id
            session.add(
                Piece(
                    hub_id=house.hub.id, variant_id=variant, tag=f"MO-R{number}", holder="hub:x"
                )
            )  # fmt: skip
        for shift in house.shifts:
            kept = await session.merge(shift)
            if kept.day == house.shifts[0].day:
                kept.ends = at("15:00")
    ended = await race(house, "14:00", variants=(0,))
    winners = [each for each in ended if isinstance(each, Order)]
    assert all(isinstance(each, Order | WindowTaken) for each in ended), ended
    async with transaction(house.engine) as session:
        stops = (await session.exec(select(Stop))).all()
    assert {stop.order_id for stop in stops} == {order.id for order in winners}
    assert 0 < len(winners) < RACERS


async def test_fifty_settlements_at_once_capture_once(
    house: SmallHouse, gateway: StripeGateway, her: Client
) -> None:
    order = await place_order(house.engine, house.roads, house.request(house.window("14:00")))
    await open_card_page(house.engine, gateway, order.id, base_url="http://x", house="Orane")
    order = await confirmed(house, gateway, her, order)
    await keep(house, order, 2)
    async with transaction(house.engine) as session:
        operation: UUID = (
            await session.exec(
                select(Operation.id).where(Operation.kind == payments.OperationKind.CAPTURE)
            )
        ).one()
    await asyncio.gather(
        *(run_operation(house.engine, gateway, operation) for _ in range(50)),
        return_exceptions=True,
    )
    await run_operation(house.engine, gateway, operation)
    settled = await order_of(house, order.id)
    async with transaction(house.engine) as session:
        sales = select(func.sum(LedgerEntry.amount_minor)).where(LedgerEntry.account == "sales")
        assert (await session.exec(sales)).one() == -(PRICES[0] + PRICES[2])
    assert settled.state is OrderState.SETTLED


async def test_an_order_that_is_nobodys_is_missing(
    house: SmallHouse, gateway: StripeGateway
) -> None:
    with pytest.raises(Refusal):
        await open_card_page(house.engine, gateway, new_id(), base_url="http://x", house="Orane")

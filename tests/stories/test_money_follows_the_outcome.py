"""An order from her wish to the last öre: what is held, kept, captured, released."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

import payments
from concierge.desk.card_pages import check_card_page, open_card_page
from concierge.desk.give_up_order import cancel_order, give_up_slot
from concierge.desk.place_order import place_order
from concierge.desk.record_returns import record_returns
from concierge.desk.run_operation import run_operation
from concierge.model import (
    CardPage,
    CardPageState,
    Hold,
    LedgerEntry,
    Operation,
    OperationState,
    Order,
    OrderLine,
    OrderState,
    Piece,
    PieceVerdict,
    Reservation,
    ReturnsRecord,
    Stop,
    Verdict,
    new_id,
)
from concierge.model.refusals import PieceTaken, TooLate, WindowTaken
from concierge.store.clock import now
from concierge.store.transaction import transaction
from payments.stripe_gateway import StripeGateway
from tests.payments.sandboxed import DECLINED, OK, Client, Sandbox
from tests.small_house import PRICES, SmallHouse, at


@pytest.fixture
async def placed(house: SmallHouse, gateway: StripeGateway) -> Order:
    """She chose Monday at two; her card page is open."""
    order = await place_order(house.engine, house.roads, house.request(house.window("14:00")))
    await open_card_page(
        house.engine, gateway, order.id, base_url="http://127.0.0.1:9", house="Maison Orane"
    )
    return order


async def pay(house: SmallHouse, her: Client, order: Order, card: str = OK) -> CardPage:
    page = await page_of(house, order.id)
    shown = payments.CardPage(page.id, page.url, page.expires_at)
    await her.give(shown, card)
    return page


async def page_of(house: SmallHouse, order_id: UUID) -> CardPage:
    async with transaction(house.engine) as session:
        return (await session.exec(select(CardPage).where(CardPage.order_id == order_id))).one()


async def order_of(house: SmallHouse, order_id: UUID) -> Order:
    async with transaction(house.engine) as session:
        return await session.get_one(Order, order_id)


async def confirmed(house: SmallHouse, gateway: StripeGateway, her: Client, order: Order) -> Order:
    page = await pay(house, her, order)
    await check_card_page(house.engine, gateway, page.id)
    return await order_of(house, order.id)


async def keep(house: SmallHouse, order: Order, kept: int) -> None:
    """At the door on Monday she keeps the first `kept` pieces; the concierge records it."""
    await house.clock(at("14:40"))
    async with transaction(house.engine) as session:
        lines = (
            await session.exec(
                select(OrderLine)
                .where(OrderLine.order_id == order.id)
                .order_by(col(OrderLine.price_minor).desc())
            )
        ).all()
        stop = await session.get_one(Stop, order.id)
        verdicts = tuple(
            PieceVerdict(line.piece_id, Verdict.KEPT if i < kept else Verdict.RETURNED)
            for i, line in enumerate(lines)
        )
        record = ReturnsRecord(new_id(), verdicts, at("14:40"))
        await record_returns(
            session, order.id, record, concierge_id=stop.concierge_id, now=at("14:40")
        )


async def work_off(house: SmallHouse, gateway: StripeGateway) -> None:
    """What the worker does: every planned operation."""
    async with transaction(house.engine) as session:
        waiting = (
            await session.exec(
                select(Operation.id).where(
                    col(Operation.state).in_([OperationState.PLANNED, OperationState.SENT]),
                    Operation.kind != payments.OperationKind.OPEN_PAGE,
                )
            )
        ).all()
    for operation in waiting:
        await run_operation(house.engine, gateway, operation)


async def balance(session: AsyncSession, account: str) -> int:
    total = select(func.coalesce(func.sum(LedgerEntry.amount_minor), 0)).where(
        LedgerEntry.account == account
    )
    return int((await session.exec(total)).one())


async def test_a_client_is_charged_only_for_what_she_keeps(
    house: SmallHouse, gateway: StripeGateway, her: Client, placed: Order
) -> None:
    order = await confirmed(house, gateway, her, placed)
    assert order.state is OrderState.CONFIRMED
    await keep(house, order, 1)
    await work_off(house, gateway)
    settled = await order_of(house, order.id)
    assert (settled.state, settled.due_minor) == (OrderState.SETTLED, PRICES[0])
    async with transaction(house.engine) as session:
        hold = (await session.exec(select(Hold))).one()
        assert (hold.amount_minor, hold.captured_minor) == (sum(PRICES), PRICES[0])
        assert await balance(session, "sales") == -PRICES[0]
        assert await balance(session, "provider_balance") == PRICES[0]
        assert await balance(session, "memo:held") == 0
    at_provider = await gateway.fetch_hold(hold.provider_id)
    assert at_provider.captured.minor == PRICES[0]
    assert at_provider.released.minor == PRICES[1] + PRICES[2]


async def test_keeping_nothing_releases_everything(
    house: SmallHouse, gateway: StripeGateway, her: Client, placed: Order
) -> None:
    order = await confirmed(house, gateway, her, placed)
    await keep(house, order, 0)
    await work_off(house, gateway)
    assert (await order_of(house, order.id)).state is OrderState.SETTLED
    async with transaction(house.engine) as session:
        hold = (await session.exec(select(Hold))).one()
        states = {piece.state.value for piece in await session.exec(select(Piece))}
        assert await balance(session, "sales") == 0
    assert (await gateway.fetch_hold(hold.provider_id)).state is payments.HoldState.RELEASED
    assert states == {"returning"}


async def test_a_declined_card_holds_nothing_and_another_card_may_be_tried(
    house: SmallHouse, gateway: StripeGateway, her: Client, placed: Order
) -> None:
    page = await pay(house, her, placed, DECLINED)
    assert await check_card_page(house.engine, gateway, page.id) is CardPageState.OPEN
    assert (await order_of(house, placed.id)).state is OrderState.PLACED
    await pay(house, her, placed, OK)
    await check_card_page(house.engine, gateway, page.id)
    assert (await order_of(house, placed.id)).state is OrderState.CONFIRMED


async def test_a_closed_tab_gives_place_and_pieces_back_when_the_slot_ends(
    house: SmallHouse, gateway: StripeGateway, placed: Order, sandbox: Sandbox
) -> None:
    with pytest.raises(PieceTaken):
        await place_order(house.engine, house.roads, house.request(house.window("11:00")))
    await pass_time(house, sandbox, timedelta(minutes=32))
    await give_up_slot(house.engine, gateway, house.roads, placed.id)
    assert (await order_of(house, placed.id)).state is OrderState.EXPIRED
    assert (await page_of(house, placed.id)).state is CardPageState.EXPIRED
    async with transaction(house.engine) as session:
        assert (await session.exec(select(Stop))).all() == []
        freed = (await session.exec(select(Reservation.released_at))).all()
    assert all(freed)
    again = await place_order(house.engine, house.roads, house.request(house.window("14:00")))
    assert again.state is OrderState.PLACED


async def test_paying_in_the_last_second_keeps_the_place(
    house: SmallHouse, gateway: StripeGateway, her: Client, placed: Order, sandbox: Sandbox
) -> None:
    await pay(house, her, placed)
    await pass_time(house, sandbox, timedelta(minutes=32))
    await give_up_slot(house.engine, gateway, house.roads, placed.id)
    assert (await order_of(house, placed.id)).state is OrderState.CONFIRMED
    async with transaction(house.engine) as session:
        assert (await session.exec(select(Stop.order_id))).all() == [placed.id]


async def test_a_slot_is_not_given_up_before_its_time(
    house: SmallHouse, gateway: StripeGateway, placed: Order
) -> None:
    await give_up_slot(house.engine, gateway, house.roads, placed.id)
    assert (await order_of(house, placed.id)).state is OrderState.PLACED


async def test_a_window_taken_while_she_looks_is_refused_and_nothing_is_kept(
    house: SmallHouse, placed: Order
) -> None:
    async with transaction(house.engine) as session:
        for shift in house.shifts:
            if shift.day == placed.day:
                merged = await session.merge(shift)
                merged.ends = at("13:45")
                merged.break_closes = at("12:00")
    async with transaction(house.engine) as session:
        before = (await session.exec(select(func.count()).select_from(Order))).one()
        for reservation in await session.exec(select(Reservation)):
            reservation.released_at = await now(session)
    with pytest.raises(WindowTaken):
        await place_order(house.engine, house.roads, house.request(house.window("17:00")))
    async with transaction(house.engine) as session:
        assert (await session.exec(select(func.count()).select_from(Order))).one() == before


async def test_cancelling_frees_the_place_and_releases_the_hold(
    house: SmallHouse, gateway: StripeGateway, her: Client, placed: Order
) -> None:
    order = await confirmed(house, gateway, her, placed)
    await cancel_order(house.engine, gateway, house.roads, order.id, by="client")
    await work_off(house, gateway)
    async with transaction(house.engine) as session:
        hold = (await session.exec(select(Hold))).one()
        assert (await session.exec(select(Stop))).all() == []
        assert await balance(session, "memo:held") == 0
    assert hold.state is payments.HoldState.RELEASED
    with pytest.raises(TooLate):
        await cancel_order(house.engine, gateway, house.roads, order.id, by="client")


@pytest.mark.parametrize("kind", ["500_before", "500_after", "409", "drop_before", "drop_after"])
async def test_a_troubled_provider_never_makes_us_capture_twice(
    house: SmallHouse,
    gateway: StripeGateway,
    her: Client,
    placed: Order,
    sandbox: Sandbox,
    kind: str,
) -> None:
    order = await confirmed(house, gateway, her, placed)
    await keep(house, order, 2)
    await sandbox.fault(kind, "/v1/payment_intents/*/capture")
    for _ in range(4):
        try:
            await work_off(house, gateway)
        except payments.Unreachable:
            continue
    settled = await order_of(house, order.id)
    assert (settled.state, settled.due_minor) == (OrderState.SETTLED, PRICES[0] + PRICES[2])
    async with transaction(house.engine) as session:
        hold = (await session.exec(select(Hold))).one()
        assert await balance(session, "sales") == -(PRICES[0] + PRICES[2])
    assert (await gateway.fetch_hold(hold.provider_id)).captured.minor == settled.due_minor


async def pass_time(house: SmallHouse, sandbox: Sandbox, time: timedelta) -> None:
    """Time passes, in the house and at the provider."""
    await sandbox.wait(time)
    async with transaction(house.engine) as session:
        moment = await now(session)
    await house.clock(moment + time)

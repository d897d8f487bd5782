"""Late turns of a day: called off when somebody is on her way; kept although promised on."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlmodel import col, select

import routing
from concierge.desk.give_up_order import cancel_order
from concierge.desk.read_day import read_day
from concierge.desk.record_returns import record_returns
from concierge.desk.record_step import StepReport, record_step
from concierge.model import (
    Case,
    Order,
    OrderLine,
    Piece,
    PieceState,
    PieceVerdict,
    Reservation,
    ReturnsRecord,
    Step,
    Stop,
    Verdict,
    new_id,
)
from concierge.model.refusals import UnknownPiece
from concierge.store.clock import now
from concierge.store.transaction import transaction
from payments.stripe_gateway import StripeGateway
from tests.paid_visit import paid_visit
from tests.payments.sandboxed import Client
from tests.small_house import MONDAY, SmallHouse

TUESDAY = MONDAY + timedelta(days=1)


async def stop_of(house: SmallHouse, order: Order) -> Stop:
    async with transaction(house.engine) as session:
        return await session.get_one(Stop, order.id)


async def at_the_end(house: SmallHouse, order: Order, verdict: Verdict) -> None:
    stop = await stop_of(house, order)
    await house.clock(stop.starts + timedelta(minutes=20))
    async with transaction(house.engine) as session:
        lines = await session.exec(select(OrderLine).where(OrderLine.order_id == order.id))
        verdicts = tuple(PieceVerdict(line.piece_id, verdict) for line in lines)
        await record_returns(
            session,
            order.id,
            ReturnsRecord(new_id(), verdicts, stop.starts),
            concierge_id=stop.concierge_id,
            now=await now(session),
        )


@pytest.mark.parametrize("said_so", [True, False], ids=["she has said so", "by the clock"])
async def test_a_visit_called_off_while_somebody_is_on_her_way_leaves_her_route(
    house: SmallHouse, gateway: StripeGateway, her: Client, *, said_so: bool
) -> None:
    order = await paid_visit(house, gateway, her, variants=(0,))
    later = await paid_visit(house, gateway, her, "17:00", variants=(1,))
    stop = await stop_of(house, order)
    await house.clock(stop.departs + timedelta(seconds=1))
    if said_so:
        report = StepReport(new_id(), Step.EN_ROUTE, stop.departs)
        async with transaction(house.engine) as session:
            await record_step(
                session, order.id, report, concierge_id=stop.concierge_id, now=stop.departs
            )
    await cancel_order(house.engine, gateway, house.roads, order.id, by="client")
    async with transaction(house.engine) as session:
        assert (await session.exec(select(Stop.order_id))).all() == [later.id]
        today = await read_day(session, house.hub, MONDAY, await now(session))
        (line,) = await session.exec(select(OrderLine).where(OrderLine.order_id == order.id))
        piece = await session.get_one(Piece, line.piece_id)
    problem = today.problem(await house.roads.travel_times(today.places()))
    assert routing.check(problem, today.plan(problem)) == []
    assert piece.state is (PieceState.RETURNING if said_so else PieceState.SHELF)


async def test_a_piece_kept_today_is_replaced_for_whom_it_was_promised_to_tomorrow(
    house: SmallHouse, gateway: StripeGateway, her: Client
) -> None:
    today = await paid_visit(house, gateway, her, variants=(0,))
    tomorrow = await paid_visit(house, gateway, her, variants=(0,), day=TUESDAY)
    spare = await another_piece(house)
    await at_the_end(house, today, Verdict.KEPT)
    async with transaction(house.engine) as session:
        (line,) = await session.exec(select(OrderLine).where(OrderLine.order_id == tomorrow.id))
        promised = await session.exec(
            select(Reservation.piece_id).where(
                Reservation.order_id == tomorrow.id, col(Reservation.released_at).is_(None)
            )
        )
        assert (line.piece_id, promised.all()) == (spare, [spare])
        assert (await session.exec(select(Case))).all() == []


async def test_a_piece_kept_today_without_another_like_it_is_never_sold_again(
    house: SmallHouse, gateway: StripeGateway, her: Client
) -> None:
    today = await paid_visit(house, gateway, her, variants=(0,))
    tomorrow = await paid_visit(house, gateway, her, variants=(0,), day=TUESDAY)
    await at_the_end(house, today, Verdict.KEPT)
    async with transaction(house.engine) as session:
        case = (await session.exec(select(Case))).one()
    assert (case.order_id, case.kind) == (tomorrow.id, "piece_sold")
    with pytest.raises(UnknownPiece):
        await at_the_end(house, tomorrow, Verdict.KEPT)
    await at_the_end(house, tomorrow, Verdict.RETURNED)
    async with transaction(house.engine) as session:
        sold = await session.get_one(Piece, house.pieces[0].id)
    assert (sold.state, sold.holder) == (PieceState.SOLD, f"client:{house.client.id}")


async def another_piece(house: SmallHouse) -> UUID:
    """One more of the first variant, just in."""
    variant, hub = house.variants[0], house.hub
    piece = Piece(hub_id=hub.id, variant_id=variant.id, tag="MO-9", holder=f"hub:{hub.id}")
    async with transaction(house.engine) as session:
        session.add(piece)
    return piece.id

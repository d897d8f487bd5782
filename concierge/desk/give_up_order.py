"""An order that will not happen gives back its place, its pieces and its money."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

import payments
import routing
from concierge.maps.travel import Roads
from concierge.model import (
    CardPage,
    CardPageState,
    FeeKind,
    Order,
    OrderState,
    PieceState,
    Reservation,
    Stop,
    VisitStep,
    new_id,
)
from concierge.model.refusals import FeesNotAgreed, Missing, StaleBoard, WrongStep
from concierge.store.clock import now
from concierge.store.log import audit, tell
from concierge.store.transaction import lock_order, transaction
from payments.stripe_gateway import StripeGateway

from .ask_fees import ask_fee
from .card_pages import take_over_page
from .change_by_hand import find_hub
from .day_in_hand import with_day_in_hand
from .hold_money import NOT_HELD
from .hub_day import HubDay
from .keep_plan import keep_plan
from .move_pieces import move_pieces, pieces_of
from .plan_words import Change
from .promise_kept import is_at_fault
from .settle import close_cases, plan_release, plan_settlement, stand
from .write_letter import Letter, write_letter

End = Callable[[AsyncSession, Order, datetime], Awaitable[bool]]
"""Ends an order; False when it had ended before."""


async def give_up_slot(
    engine: AsyncEngine, gateway: StripeGateway, roads: Roads, order_id: UUID
) -> None:
    """Free an unpaid order's place once its time is over; if she paid in time, it stands.

    The card page is closed first and read back, so that nobody can pay for a place that is gone.

    Raises:
        payments.Unreachable: we cannot know whether she paid; nothing is freed, ask again.
    """
    async with transaction(engine) as session:
        order = await session.get(Order, order_id)
        if order is None or order.state is not OrderState.PLACED or order.slot_until is None:
            return
        if await now(session) < order.slot_until:
            return
        rows = await session.exec(select(CardPage).where(CardPage.order_id == order_id))
        pages = [page.id for page in rows]
    for page_id in pages:
        state = await take_over_page(engine, await _close(gateway, page_id))
        if state is CardPageState.COMPLETE:
            return
    await leave_the_day(engine, roads, order, _expire)


async def cancel_order(
    engine: AsyncEngine,
    gateway: StripeGateway,
    roads: Roads,
    order_id: UUID,
    *,
    by: str,
    agreed_minor: int = 0,
    waive: str = "",
) -> None:
    """Call a coming visit off: place and pieces are free at once, her money is released.

    Late, it costs the fee she agreed to when she ordered, unless she is let off for a reason
    (`waive`) or it is the house that does not keep her hour. `agreed_minor` is what she was just
    told it costs.

    Raises:
        Missing: there is no such order.
        TooLate: the visit has begun.
        FeesNotAgreed: it costs more than she was just told.
    """
    async with transaction(engine) as session:
        order = await session.get(Order, order_id)
        if order is None:
            raise Missing("There is no such order.")
        rows = await session.exec(
            select(CardPage).where(
                CardPage.order_id == order_id, CardPage.state == CardPageState.OPEN
            )
        )
        pages = [page.id for page in rows]
    for page_id in pages:
        await take_over_page(engine, await _close(gateway, page_id))

    async def cancel(session: AsyncSession, order: Order, moment: datetime) -> bool:
        booked = order.state is OrderState.CONFIRMED
        stop = await session.get(Stop, order.id)
        at_fault = await is_at_fault(session, order, stop, moment)
        fee = order.late_fee(moment) * (not at_fault)
        if fee.minor > agreed_minor and not waive:
            raise FeesNotAgreed("Calling this visit off has a cost now; please look at it first.")
        order.cancel(moment, somebody_comes=stop is not None and not at_fault)
        await turn_back(session, order, moment)
        due = await ask_fee(
            session, order, FeeKind.LATE_CANCELLATION, fee, by=by, waive=waive, now=moment
        )
        await end_its_money(session, order, due, moment)
        if booked:
            await write_letter(session, order, Letter.CANCELLED, now=moment)
        await audit(session, who=by, what="order.cancel", subject=f"order:{order.id}", now=moment)
        return True

    await leave_the_day(engine, roads, order, cancel)


async def call_off_visit(
    engine: AsyncEngine,
    gateway: StripeGateway,
    roads: Roads,
    *,
    hub: str,
    day: date,
    order_id: UUID,
    by: str,
    agreed_minor: int = 0,
    waive: str = "",
) -> None:
    """A client calls a visit of a hub's day off by telephone; see `cancel_order`.

    Raises:
        Missing: there is no such hub, or this day has no such visit.
        TooLate: the visit has begun.
        FeesNotAgreed: it costs more than she was told.
    """  # fmt: skip
    async with transaction(engine) as session:
        its_hub = await find_hub(session, hub)
        order = await session.get(Order, order_id)
        if order is None or (order.hub_id, order.day) != (its_hub.id, day):
            raise Missing("This day has no such visit.")
    await cancel_order(
        engine, gateway, roads, order_id, by=by, agreed_minor=agreed_minor, waive=waive
    )


async def end_its_money(
    session: AsyncSession, order: Order, due: payments.Money, moment: datetime
) -> None:
    """Take the fee that is due from what is held, if one is, and give the rest back."""
    await close_cases(session, order, NOT_HELD, moment)
    if due:
        await plan_settlement(session, order, moment)
        return
    held = await plan_release(session, order, moment)
    ends = payments.Standing.RELEASING if held else payments.Standing.RELEASED
    await stand(session, order, ends, payments.By.DESK)


async def _close(gateway: StripeGateway, page_id: str) -> payments.CardPageState:
    """Close a card page, whatever state it was in, and read how it ended."""
    try:
        # Closing twice is closing once, so each try has a key of its own: a failure that the
        # provider keeps for a key is never met again.
        return await gateway.expire_card_page(page_id, key=f"{page_id}:expire:{new_id()}")
    except payments.WrongState:
        return await gateway.fetch_card_page(page_id)


async def _expire(session: AsyncSession, order: Order, moment: datetime) -> bool:
    if not order.expire(moment):
        return False
    await write_letter(session, order, Letter.EXPIRED, now=moment)
    return True


async def leave_the_day(engine: AsyncEngine, roads: Roads, order: Order, end: End) -> None:
    """End an order by `end` and take its visit out of its day's plan, in one transaction."""
    if order.day is None:
        raise WrongStep("Order %(order)s has no day yet.", order=order.reference)

    async def leave(session: AsyncSession, day: HubDay, travel: routing.TravelTimes) -> None:
        await lock_order(session, order.id)
        ended = await session.get_one(Order, order.id, populate_existing=True)
        if ended.day != day.day:
            raise StaleBoard("This visit was just given another day; please try again.")
        problem = day.problem(travel)
        before = day.plan(problem)
        if not await end(session, ended, day.now):
            return
        await _free_pieces(session, order.id, day.now)
        if any(visit.id == str(order.id) for visit in problem.visits):
            after = routing.remove(problem, before, str(order.id))
            await keep_plan(
                session, day, problem.without_visit(str(order.id)), after,
                by="house", why=f"{ended.reference} {ended.state}", change=Change.CALLED_OFF,
            )  # fmt: skip
        elif ended.id in day.stops:
            await _call_back(session, day, travel, ended)
        await tell(session, f"order:{order.id}", ended.state, day.now)

    await with_day_in_hand(engine, roads, order.hub_id, order.day, leave)


async def _call_back(
    session: AsyncSession, day: HubDay, travel: routing.TravelTimes, ended: Order
) -> None:
    """Take out a visit that somebody is on her way to; she goes on with what is left."""
    await session.delete(day.stops.pop(ended.id))
    del day.orders[ended.id]
    rest = day.problem(travel)
    why = f"{ended.reference} {ended.state} on the way"
    await keep_plan(
        session, day, rest, day.plan(rest), by="house", why=why, change=Change.CALLED_OFF
    )


async def turn_back(session: AsyncSession, order: Order, moment: datetime) -> None:
    """Pieces already on the road to her come back with whoever carries them."""
    if order.collects is not None:
        return
    steps = await session.exec(select(VisitStep.id).where(VisitStep.order_id == order.id))
    if steps.first() is None:
        return
    moves = [
        (piece, PieceState.RETURNING, piece.holder)
        for piece in await pieces_of(session, order.id)
        if piece.state is PieceState.VAN
    ]
    move_pieces(session, order.id, moves, by=f"client:{order.client_id}", now=moment)


async def _free_pieces(session: AsyncSession, order_id: UUID, moment: datetime) -> None:
    rows = await session.exec(
        select(Reservation).where(
            Reservation.order_id == order_id, col(Reservation.released_at).is_(None)
        )
    )
    for reservation in rows:
        reservation.released_at = moment

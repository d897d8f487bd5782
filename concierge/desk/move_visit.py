"""A client gives her booked visit another hour herself, proved as a booking is."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

import routing
from concierge.maps.travel import Roads
from concierge.model import (
    Address,
    Order,
    OrderState,
    PieceMove,
    Reservation,
    Stop,
    VisitLock,
)
from concierge.model.refusals import Missing, PieceTaken, StaleBoard, TooLate, WindowTaken
from concierge.model.visit_shape import VisitShape
from concierge.store.clock import now
from concierge.store.log import audit, tell
from concierge.store.transaction import lock_order, transaction

from .day_in_hand import with_days_in_hand
from .free_pieces import whole_day
from .hold_money import look_at_money
from .hub_day import HubDay
from .keep_plan import keep_plan
from .move_pieces import pieces_of
from .offer_windows import (
    DayOffer,
    Offered,
    Settled,
    Wanted,
    WindowState,
    bookable,
    choose_hub,
    offer_windows,
)
from .place_order import still_offered, take_place
from .plan_words import Change
from .promise_kept import is_at_fault
from .ready_days import ReadyDays
from .steps_taken import steps_taken
from .write_letter import Letter, write_letter


@dataclass(frozen=True, slots=True)
class _Moving:
    """Her visit, what it asks of a day, and when its pieces are set aside for somebody else."""

    order: Order
    wanted: Wanted
    taken: Sequence[Reservation]

    def has_its_pieces(self, day: date, opens: datetime, closes: datetime) -> bool:
        """Whether nobody else has them from `opens` to `closes`; its own day is its own."""
        return day == self.order.day or all(
            each.closes <= opens or each.opens >= closes for each in self.taken
        )


async def windows_to_move_to(
    engine: AsyncEngine,
    roads: Roads,
    order_id: UUID,
    *,
    ready: ReadyDays | None = None,
    near: date | None = None,
) -> Offered:
    """The windows in which the same visit can be brought, its own aside.

    Raises:
        Missing: there is no such order.
        TooLate: it cannot be given another hour any more.
        NotCovered: we do not drive there any more.
    """
    async with transaction(engine) as session:
        moving = await _moving(session, order_id, await now(session))
    offered = await offer_windows(engine, roads, moving.wanted, ready=ready, near=near)
    days = tuple(_only_free(moving, day, *whole_day(offered.hub, day.day)) for day in offered.days)
    return replace(offered, days=days)


async def move_visit(
    engine: AsyncEngine, roads: Roads, order_id: UUID, window: routing.Window, *, by: str
) -> None:
    """Promise her this window instead: place, pieces and hold follow, or nothing changes.

    Asking for the hour she has changes nothing.

    Raises:
        Missing: there is no such order.
        TooLate: it cannot be given another hour any more.
        NotCovered: we do not drive there any more.
        WindowTaken: the window can be promised no more.
        PieceTaken: one of her pieces is with somebody else that day.
        BadRequest: it is none of ours.
        StaleBoard: it was just given another day by somebody else.
    """
    async with transaction(engine) as session:
        moment = await now(session)
        moving = await _moving(session, order_id, moment)
    was = moving.order.day
    if was is None or moving.order.window == window:
        return
    hub = await choose_hub(engine, roads, moving.wanted)
    still_offered(hub, [window], moment)
    days = list(dict.fromkeys([was, hub.day_of(window.opens)]))

    async def move(
        session: AsyncSession, days: Sequence[HubDay], travel: routing.TravelTimes
    ) -> None:
        before, day = days[0], days[-1]
        await lock_order(session, order_id)
        moving = await _moving(session, order_id, day.now)
        order = moving.order
        if order.day != before.day:
            raise StaleBoard("This visit was just given another day; please try again.")
        if before is day:
            await _within_the_day(session, day, travel, order, window, by)
        else:
            await _leave(session, before, travel, order, by)
            await _arrive(session, day, travel, moving, window, by)
        await look_at_money(session, order, day.now)
        await write_letter(session, order, Letter.MOVED, now=day.now)
        await tell(session, f"order:{order.id}", "window", day.now)
        await audit(
            session, who=by, what="order.move", subject=f"order:{order.id}", now=day.now,
            opens=window.opens.isoformat(), closes=window.closes.isoformat(),
        )  # fmt: skip

    await with_days_in_hand(engine, roads, hub.id, days, move, also=[moving.wanted.place])


async def may_move(session: AsyncSession, order: Order, moment: datetime) -> bool:
    """Whether she may choose another hour: in time, or when it is we who do not keep hers."""
    if order.state is not OrderState.CONFIRMED or order.free_until is None:
        return False
    if order.collects is not None or (await steps_taken(session, [order.id])).get(order.id):
        return False
    packed = await session.exec(select(PieceMove.seq).where(PieceMove.order_id == order.id))
    if packed.first() is not None:
        return False
    stop = await session.get(Stop, order.id)
    return moment < order.free_until or await is_at_fault(session, order, stop, moment)


async def _moving(session: AsyncSession, order_id: UUID, moment: datetime) -> _Moving:
    order = await session.get(Order, order_id, populate_existing=True)
    if order is None:
        raise Missing("There is no such order.")
    if not await may_move(session, order, moment):
        raise TooLate("It is too late to give this visit another hour.")
    address = await session.get_one(Address, order.address_id)
    pieces = [piece.id for piece in await pieces_of(session, order_id)]
    taken = await session.exec(
        select(Reservation).where(
            col(Reservation.piece_id).in_(pieces),
            Reservation.order_id != order_id,
            col(Reservation.released_at).is_(None),
        )
    )
    settled = Settled(order.hub_id, VisitShape(order.minutes, order.load, tuple(order.skills)))
    wanted = Wanted((), address.place, client_id=order.client_id, settled=settled)
    return _Moving(order, wanted, taken.all())


def _only_free(moving: _Moving, day: DayOffer, opens: datetime, closes: datetime) -> DayOffer:
    """The day without the hour she has; none of it where somebody else has one of her pieces."""
    own = moving.order.window
    windows = [each for each in day.windows if own != routing.Window(each.opens, each.closes)]
    if not moving.has_its_pieces(day.day, opens, closes):
        windows = [
            replace(each, state=WindowState.NO_PIECES) if each.feasible else each
            for each in windows
        ]
    return replace(day, windows=tuple(windows))


async def _within_the_day(
    session: AsyncSession,
    day: HubDay,
    travel: routing.TravelTimes,
    order: Order,
    window: routing.Window,
    by: str,
) -> None:
    """Out of her old place and into the new one, in one plan."""
    if not bookable(window, day.now):
        raise WindowTaken("It is too late for this window. Here is what is free now.")
    await _unlock(session, day, order)
    problem = day.problem(travel)
    before = day.plan(problem)
    visit = str(order.id)
    if before.stop_of(visit) is not None:
        before = routing.unassign(problem, before, visit)
    order.opens, order.closes = window.opens, window.closes
    asked = replace(problem.visit(visit), windows=(window,))
    problem = problem.with_visit(asked)
    offer = routing.Offers(problem, before).best(asked)
    if not offer.feasible:
        raise WindowTaken("This window was just taken. Here is what is free now.")
    plan = routing.insert(problem, before, asked, offer)
    await keep_plan(
        session, day, problem, plan,
        by=by, why=f"{order.reference} moved by its client", change=Change.BOOKED,
    )  # fmt: skip


async def _leave(
    session: AsyncSession, day: HubDay, travel: routing.TravelTimes, order: Order, by: str
) -> None:
    """Out of the day it was on."""
    await _unlock(session, day, order)
    problem = day.problem(travel)
    after = routing.remove(problem, day.plan(problem), str(order.id))
    for gone in (day.stops.pop(order.id, None), day.leftovers.pop(order.id, None)):
        if gone is not None:
            await session.delete(gone)
    await session.flush()
    del day.orders[order.id]
    await keep_plan(
        session, day, problem.without_visit(str(order.id)), after,
        by=by, why=f"{order.reference} moved to another day", change=Change.CALLED_OFF,
    )  # fmt: skip


async def _arrive(
    session: AsyncSession,
    day: HubDay,
    travel: routing.TravelTimes,
    moving: _Moving,
    window: routing.Window,
    by: str,
) -> None:
    """Into its new day, with its pieces."""
    order = moving.order
    opens, closes = whole_day(day.hub, day.day)
    if not moving.has_its_pieces(day.day, opens, closes):
        raise PieceTaken("One of your pieces is with somebody else that day.")
    place = await take_place(session, day, travel, order, moving.wanted, [window], None)
    order.day, order.opens, order.closes = day.day, window.opens, window.closes
    reserved = await session.exec(
        select(Reservation).where(
            Reservation.order_id == order.id, col(Reservation.released_at).is_(None)
        )
    )
    for each in reserved:
        each.opens, each.closes = opens, closes
    await session.flush()
    day.orders[order.id] = order
    await keep_plan(
        session, day, place.problem, place.plan,
        by=by, why=f"{order.reference} moved to this day", change=Change.BOOKED,
    )  # fmt: skip


async def _unlock(session: AsyncSession, day: HubDay, order: Order) -> None:
    """Who visits her was decided for the hour she had."""
    if day.locks.pop(order.id, None) is not None:
        await session.exec(delete(VisitLock).where(col(VisitLock.order_id) == order.id))

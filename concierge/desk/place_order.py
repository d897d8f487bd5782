"""A client asks for pieces in a window: her place and her pieces are held while she pays."""

import secrets
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

import payments
import routing
from concierge.maps.travel import Roads
from concierge.model import (
    Hub,
    Operation,
    Order,
    OrderLine,
    OrderState,
    OrderWish,
    Piece,
    Reservation,
    Style,
    Variant,
    new_id,
)
from concierge.model.refusals import BadRequest, PieceTaken, WindowTaken
from concierge.store.clock import now
from concierge.store.log import tell
from concierge.store.transaction import transaction

from .ask_amount import asked_of
from .ask_fees import FeesAgreed, agree_fees
from .day_in_hand import with_day_in_hand
from .find_room import Room, find_room
from .free_pieces import read_stock, whole_day
from .hub_day import HubDay
from .keep_plan import keep_plan
from .offer_windows import Wanted, bookable, choose_hub, shape_for, visit_wanted, whom_she_knows
from .plan_words import Change

PAGE_MARGIN = timedelta(minutes=1)
"""The provider refuses a card page shorter than 30 minutes; the road there takes a moment."""
LOOKS = 3
"""How often we look for room in a day that others keep changing."""
LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""No letter in a reference can be mistaken for a digit."""


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """What she asks for. One window is promised at once; of several the planner chooses later."""

    client_id: UUID
    address_id: UUID
    wanted: Wanted
    windows: tuple[routing.Window, ...]
    fees: FeesAgreed | None = None


async def place_order(engine: AsyncEngine, roads: Roads, request: OrderRequest) -> Order:
    """Insert the visit into its day's plan, set its pieces aside, and plan her card page.

    Where no insertion fits, the day is planned anew around her if that can be done. The plan then
    holds a place for her: the promise has its proof. Both place and pieces are hers until the
    card page's time is over.

    Raises:
        NotCovered: no hub drives there.
        WindowTaken: none of these windows can be promised any more.
        PieceTaken: a piece went to somebody else.
        BadRequest: no window was chosen, or one we do not offer.
        FeesNotAgreed: the hub asks for fees that she has not read.
    """
    hub = await choose_hub(engine, roads, request.wanted)
    async with transaction(engine) as session:
        offered = still_offered(hub, request.windows, await now(session))
    book = partial(_book, request=replace(request, windows=offered))
    return await book_in_one(engine, roads, hub, request.wanted, offered, book)


async def book_in_one(
    engine: AsyncEngine,
    roads: Roads,
    hub: Hub,
    wanted: Wanted,
    offered: Sequence[routing.Window],
    book: Callable[..., Awaitable[Order]],
) -> Order:
    """`book` a visit on the first of these days that has room for it, planned anew if need be.

    Raises:
        WindowTaken: none of these windows can be promised any more.
        PieceTaken: a piece went to somebody else.
        BadRequest: no window was chosen.
    """
    in_hand = partial(with_day_in_hand, engine, roads, hub.id, also=[wanted.place])
    refusal: WindowTaken | PieceTaken | None = None
    full: dict[date, list[routing.Window]] = {}
    for day, windows in _by_day(hub, offered).items():
        try:
            return await in_hand(day, partial(book, windows=windows))
        except WindowTaken as taken:
            refusal, full[day] = taken, windows
        except PieceTaken as taken:
            refusal = taken
    for day, windows in full.items():
        for _ in range(LOOKS):
            room = await find_room(engine, roads, hub, day, wanted, windows)
            if room is None:
                break
            with suppress(WindowTaken):  # somebody changed the day while we looked
                return await in_hand(day, partial(book, windows=windows, room=room))
    raise refusal or BadRequest("Choose a window first.")


async def _book(
    session: AsyncSession,
    day: HubDay,
    travel: routing.TravelTimes,
    *,
    request: OrderRequest,
    windows: Sequence[routing.Window],
    room: Room | None = None,
) -> Order:
    """Put the visit where it costs least that day, with its pieces and its planned card page."""
    wanted = request.wanted
    await _refuse_unlisted(session, wanted.variants)
    stock = await read_stock(session, day.hub, wanted.variants, day.now)
    pieces = stock.pick(wanted.variants, day.day)
    if pieces is None:
        raise PieceTaken("One of your pieces was just promised to somebody else that day.")
    order = await _new_order(session, day, request)
    place = await take_place(session, day, travel, order, wanted, windows, room)
    if len(request.windows) == 1:
        order.opens, order.closes = place.window.opens, place.window.closes
    session.add(order)
    await agree_fees(session, order, day.hub, request.fees, day.now)
    await session.flush()
    await _write_lines(session, day, order, pieces, request)
    day.orders[order.id] = order
    await keep_plan(
        session, day, place.problem, place.plan,
        by=f"client:{request.client_id}", why=f"{order.reference} booked", change=Change.BOOKED,
    )  # fmt: skip
    await _plan_card_page(session, order, max(w.closes for w in request.windows), day.now)
    await tell(session, f"order:{order.id}", "placed", day.now)
    return order


@dataclass(frozen=True, slots=True)
class TakenPlace:
    """A visit's place in its day: the window it is promised, and the day with it, not kept yet."""

    window: routing.Window
    problem: routing.Problem
    plan: routing.Plan


async def take_place(
    session: AsyncSession,
    day: HubDay,
    travel: routing.TravelTimes,
    order: Order,
    wanted: Wanted,
    windows: Sequence[routing.Window],
    room: Room | None,
) -> TakenPlace:
    """Where the visit costs least that day; the order learns what it takes.

    Raises:
        WindowTaken: it has no place in any of these windows any more.
    """
    shape = await shape_for(session, day.hub, wanted)
    open_windows = [window for window in windows if bookable(window, day.now)]
    if not open_windows:
        raise WindowTaken("It is too late for this window. Here is what is free now.")
    knows = await whom_she_knows(session, wanted.client_id)
    visit = visit_wanted(day, wanted, shape, open_windows, str(order.id), knows)
    order.minutes, order.load, order.skills = shape.minutes, shape.load, list(shape.skills)
    problem = day.problem(travel)
    plan = _with_visit(day, problem, visit, room)
    stop = plan.stop_of(visit.id) if plan else None
    if plan is None or stop is None:
        raise WindowTaken("This window was just taken. Here is what is free now.")
    asked = problem.with_visit(replace(visit, windows=(stop.window,)))
    return TakenPlace(stop.window, asked, plan)


def _with_visit(
    day: HubDay, problem: routing.Problem, visit: routing.Visit, room: Room | None
) -> routing.Plan | None:
    """The day's plan with this visit inserted, or else planned anew around it; None if neither."""
    before = day.plan(problem)
    places = routing.Offers(problem, before).places(visit)
    if places:
        return routing.insert(problem, before, visit, places[0])
    if room is not None and room.is_still_there(day):
        return room.taken_by(problem, before, visit)
    return None


async def _refuse_unlisted(session: AsyncSession, variants: Sequence[UUID]) -> None:
    """Something may have been taken off the rail after she chose it."""
    rows = await session.exec(
        select(Style.name)
        .join(Variant, col(Variant.style_id) == col(Style.id))
        .where(col(Variant.id).in_(variants), col(Style.listed).is_(False))
    )
    if (name := rows.first()) is not None:
        raise PieceTaken("We do not carry %(name)s any more; please take it out.", name=name)


async def _new_order(session: AsyncSession, day: HubDay, request: OrderRequest) -> Order:
    return Order(
        reference=await new_reference(session),
        hub_id=day.hub.id,
        day=day.day,
        client_id=request.client_id,
        address_id=request.address_id,
        state=OrderState.PLACED,
        minutes=1,
        load=0,
        currency=day.hub.currency,
        hold_policy=day.hub.hold_policy,
        placed_at=day.now,
        slot_until=day.now + timedelta(minutes=day.hub.slot_minutes) + PAGE_MARGIN,
    )


async def new_reference(session: AsyncSession) -> str:
    """A short name for an order that nobody has yet."""
    while True:
        reference = "MO-" + "".join(secrets.choice(LETTERS) for _ in range(6))
        taken = await session.exec(select(Order.id).where(Order.reference == reference))
        if taken.first() is None:
            return reference


async def _write_lines(
    session: AsyncSession,
    day: HubDay,
    order: Order,
    pieces: Sequence[Piece],
    request: OrderRequest,
) -> None:
    """Each piece at the price she sees now, set aside for the day; and her wishes, if several."""
    prices = await session.exec(
        select(Variant.id, Style.price_minor, func.coalesce(Style.vat_bp, day.hub.vat_bp))
        .join(Style, col(Style.id) == col(Variant.style_id))
        .where(col(Variant.id).in_(request.wanted.variants))
    )
    price_of = {variant: (price, vat) for variant, price, vat in prices}
    opens, closes = whole_day(day.hub, day.day)
    for piece in pieces:
        price, vat = price_of[piece.variant_id]
        session.add(
            OrderLine(
                order_id=order.id, piece_id=piece.id, variant_id=piece.variant_id,
                price_minor=price, vat_bp=vat,
            )
        )  # fmt: skip
        session.add(
            Reservation(
                hub_id=day.hub.id, piece_id=piece.id, order_id=order.id,
                opens=opens, closes=closes,
            )
        )  # fmt: skip
    if len(request.windows) > 1:
        for window in request.windows:
            session.add(OrderWish(order_id=order.id, opens=window.opens, closes=window.closes))
    await session.flush()


async def _plan_card_page(
    session: AsyncSession, order: Order, until: datetime, now: datetime
) -> None:
    """Write the card page down before it is opened: what it does, and under which key.

    Her card is held at once when the last of her windows is near, and only kept when it is far.
    """
    held = await asked_of(session, order)
    kind = payments.OperationKind.OPEN_PAGE
    if payments.at_order(now, until) is payments.AtOrder.SAVE:
        kind, held = payments.OperationKind.SAVE_CARD, held * 0
    page = payments.operation(kind, str(order.id), 1, held)
    session.add(
        Operation(
            id=new_id(), order_id=order.id, kind=page.kind, seq=page.seq, key=page.key,
            amount_minor=held.minor, currency=held.currency, planned_at=now,
        )
    )  # fmt: skip


def still_offered(
    hub: Hub, windows: Sequence[routing.Window], moment: datetime
) -> tuple[routing.Window, ...]:
    """Each of her windows once, without those it is too late for.

    Raises:
        BadRequest: there is none, or one is not the hub's.
        WindowTaken: it is too late for all of them.
    """
    ours = {window for day in hub.open_days(moment) for window in hub.windows_on(day)}
    if not windows or not ours.issuperset(windows):
        raise BadRequest("We do not offer this window; please choose another.")
    still = tuple(window for window in sorted(set(windows)) if bookable(window, moment))
    if not still:
        raise WindowTaken("It is too late for this window. Here is what is free now.")
    return still


def _by_day(hub: Hub, windows: Sequence[routing.Window]) -> dict[date, list[routing.Window]]:
    days: dict[date, list[routing.Window]] = {}
    for window in windows:
        days.setdefault(hub.day_of(window.opens), []).append(window)
    return days

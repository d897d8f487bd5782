"""A hub's day as it was booked: client after client, each in a window that could be promised."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from uuid import UUID

import payments
import routing
from concierge.model import (
    Address,
    Client,
    Concierge,
    Hub,
    Order,
    OrderLine,
    OrderState,
    OrderWish,
    Piece,
    Reservation,
    Shift,
)
from concierge.model.visit_shape import VisitShape, shape_of

from .chance import Chance
from .story import STORY_DAY, STORY_NOW
from .wardrobe import Wardrobe

PAGE = timedelta(minutes=4)
"""How long she took on the card page."""
EVEN_S = 420
"""Seconds of driving that a stop on a route of five is worth, growing with its square."""
MOST_LEFT_OUT = 2
TIME_TO_CALL = timedelta(hours=9)
"""A visit lost that soon is given another hour at once; a later one may wait for its turn."""


@dataclass(slots=True)
class Booking:
    """One order with everything that hangs on it."""

    order: Order
    client: Client
    address: Address
    pieces: list[Piece]
    lines: list[OrderLine]
    reservations: list[Reservation]
    held: payments.Money
    wishes: list[OrderWish] = field(default_factory=list[OrderWish])


@dataclass(slots=True)
class Day:
    """A hub's day being booked: the problem grows with the plan that answers it."""

    hub: Hub
    date: date
    team: dict[UUID, Concierge]
    shifts: dict[UUID, Shift]
    problem: routing.Problem
    plan: routing.Plan = field(default_factory=routing.Plan)
    bookings: dict[UUID, Booking] = field(default_factory=dict[UUID, Booking])
    versions: list[tuple[datetime, str, str, routing.Plan]] = field(
        default_factory=list[tuple[datetime, str, str, routing.Plan]]
    )
    """Plans that were in force: from when, by whom, why."""

    @property
    def languages(self) -> set[str]:
        """What this hub's people speak."""
        return {spoken for each in self.team.values() for spoken in each.languages}

    def shift_of(self, concierge: str) -> str | None:
        """A concierge's shift that day, by her name."""
        return next(
            (
                str(shift.id)
                for shift in self.shifts.values()
                if self.team[shift.concierge_id].name == concierge
            ),
            None,
        )

    def price_of(self, offer: routing.Offer) -> float:
        """What a place costs, busy routes dearer, as a day is shared out evenly."""
        route = next((each for each in self.plan.routes if each.shift == offer.shift), None)
        busy = len(route.stops) if route else 0
        rostered = 0 if busy or self.date > STORY_DAY else self.problem.weights.shift
        return offer.cost - rostered + EVEN_S * max(0, busy - 3) ** 2

    def route(self, shift: UUID) -> routing.Route | None:
        """What a shift drives."""
        return next((each for each in self.plan.routes if each.shift == str(shift)), None)


@dataclass(frozen=True, slots=True)
class Wish:
    """What one client asks for: pieces, and windows in the order she likes them."""

    client: Client
    address: Address
    pieces: list[Piece]
    windows: Sequence[routing.Window]
    known_to: frozenset[str] = frozenset()


def resting(route: routing.Route, place: int) -> timedelta:
    """How long she rests on the way to a stop; a rest in the street after it is not on the way."""
    stop = route.stops[place]
    rests = (
        rest.ends - rest.starts
        for rest in route.breaks
        if rest.before == place and rest.starts < stop.arrives
    )
    return sum(rests, timedelta(0))


def open_day(
    hub: Hub,
    day: date,
    team: Sequence[Concierge],
    shifts: Sequence[Shift],
    travel: routing.TravelTimes,
) -> Day:
    """An empty day: who works, and nobody promised anything."""
    by_id = {each.id: each for each in team}
    mine = {each.id: each for each in shifts if each.hub_id == hub.id and each.day == day}
    problem = routing.Problem(
        hub=routing.Hub(str(hub.id), hub.place),
        shifts=tuple(each.for_planner(by_id[each.concierge_id]) for each in mine.values()),
        visits=(),
        travel=hub.on_its_roads(travel),
    )
    return Day(hub, day, by_id, mine, problem)


def book(
    day: Day, wish: Wish, wardrobe: Wardrobe, chance: Chance, *, with_shift: str | None = None
) -> Booking | None:
    """Promise her the first window that fits, as the desk would; None when none does."""
    shape = shape_of(
        [wardrobe.style_of(piece) for piece in wish.pieces],
        wish.client.language,
        spoken=day.languages,
    )
    placed_at = _placed_at(day.date, chance)
    order = _order(day, wish, shape, placed_at, chance)
    offers = routing.Offers(day.problem, day.plan)
    for window in wish.windows:
        visit = order.for_planner(wish.address, (window,), known_to=wish.known_to)
        found = [
            each for each in offers.places(visit) if with_shift is None or each.shift == with_shift
        ]
        if found:
            fairest = min(found, key=day.price_of)
            day.plan = routing.insert(day.problem, day.plan, visit, fairest)
            day.problem = day.problem.with_visit(visit)
            order.opens, order.closes = window.opens, window.closes
            return _write(day, order, wish, wardrobe, chance)
    return None


def book_flexible(day: Day, wish: Wish, wardrobe: Wardrobe, chance: Chance) -> Booking | None:
    """Give a client who would accept several windows a place; none of them is promised yet."""
    today = [each for each in wish.windows if day.hub.day_of(each.opens) == day.date]
    booking = book(day, replace(wish, windows=today), wardrobe, chance)
    if booking is None:
        return None
    order = booking.order
    order.opens = order.closes = None
    visit = order.for_planner(wish.address, tuple(today), known_to=wish.known_to)
    day.problem = replace(
        day.problem,
        visits=tuple(visit if each.id == visit.id else each for each in day.problem.visits),
    )
    booking.wishes = [
        OrderWish(
            id=chance.id(order.placed_at), order_id=order.id, opens=each.opens, closes=each.closes
        )
        for each in wish.windows
    ]
    return booking


def call_off(day: Day, shift: str, at: datetime, *, by: str, why: str) -> None:
    """A concierge cannot come: her visits find other places, or are left out with the reason.

    One late visit for each reason stays left out; other clients agree to another hour.
    """
    lost = [
        stop.visit for route in day.plan.routes if route.shift == shift for stop in route.stops
    ]
    for visit in lost:
        day.plan = routing.remove(day.problem, day.plan, visit)
    del day.shifts[UUID(shift)]
    day.problem = replace(
        day.problem, shifts=tuple(each for each in day.problem.shifts if each.id != shift)
    )
    for visit in lost:
        asked = day.problem.visit(visit)
        offers = routing.Offers(day.problem, day.plan)
        offer = offers.best(asked)
        left_out = day.plan.unplanned
        known = {left.reason for left in left_out}
        soon = asked.windows[0].opens < at + TIME_TO_CALL
        if not offer.feasible and (
            soon or offer.reason in known or len(left_out) == MOST_LEFT_OUT
        ):
            offer = _another_hour(day, offers, asked, at) or offer
        if offer.feasible:
            day.plan = routing.insert(day.problem, day.plan, day.problem.visit(visit), offer)
        elif offer.reason is not None:
            left = routing.Unplanned(visit, offer.reason, offer.words)
            day.plan = replace(day.plan, unplanned=(*day.plan.unplanned, left))
    close(day, at, by=by, why=why)


def _another_hour(
    day: Day, offers: routing.Offers, asked: routing.Visit, at: datetime
) -> routing.Offer | None:
    """The first later window that fits, promised instead."""
    for window in day.hub.windows_on(day.date):
        found = offers.places(replace(asked, windows=(window,)))
        if found and window.opens > at + timedelta(hours=3):
            order = day.bookings[UUID(asked.id)].order
            order.opens, order.closes = window.opens, window.closes
            moved = replace(asked, windows=(window,))
            day.problem = replace(
                day.problem,
                visits=tuple(
                    moved if each.id == asked.id else each for each in day.problem.visits
                ),
            )
            return found[0]
    return None


def close(day: Day, at: datetime, *, by: str, why: str) -> None:
    """Price the plan as it stands, and write down that it came into force."""
    routes, left = day.plan.routes, day.plan.unplanned
    day.plan = routing.Plan(
        routes, left, routing.price(day.problem, routes, left), routing.summary(routes, left)
    )
    day.versions.append((at, by, why, day.plan))


def _order(day: Day, wish: Wish, shape: VisitShape, placed_at: datetime, chance: Chance) -> Order:
    return Order(
        id=chance.id(placed_at),
        reference=chance.tag(6),
        hub_id=day.hub.id,
        day=day.date,
        client_id=wish.client.id,
        address_id=wish.address.id,
        state=OrderState.CONFIRMED,
        minutes=shape.minutes,
        load=shape.load,
        skills=list(shape.skills),
        currency=day.hub.currency,
        hold_policy=day.hub.hold_policy,
        placed_at=placed_at,
        confirmed_at=placed_at + PAGE,
    )


def _write(day: Day, order: Order, wish: Wish, wardrobe: Wardrobe, chance: Chance) -> Booking:
    """The order's pieces at the price she saw, set aside for the day."""
    opens = day.hub.at(day.date, "00:00")
    closes = day.hub.at(day.date + timedelta(days=1), "00:00")
    lines: list[OrderLine] = []
    reservations: list[Reservation] = []
    for piece in wish.pieces:
        style = wardrobe.style_of(piece)
        lines.append(
            OrderLine(
                id=chance.id(order.placed_at), order_id=order.id, piece_id=piece.id,
                variant_id=piece.variant_id, price_minor=style.price_minor,
                vat_bp=day.hub.vat_bp if style.vat_bp is None else style.vat_bp,
            )
        )  # fmt: skip
        reservations.append(
            Reservation(
                id=chance.id(order.placed_at), hub_id=day.hub.id, piece_id=piece.id,
                order_id=order.id, opens=opens, closes=closes,
            )
        )  # fmt: skip
    wardrobe.set_aside(wish.pieces, day.date)
    asked = [
        payments.Piece(str(style.id), style.price)
        for style in (wardrobe.style_of(piece) for piece in wish.pieces)
    ]
    held = payments.to_hold(order.hold_policy, asked)
    booking = Booking(order, wish.client, wish.address, wish.pieces, lines, reservations, held)
    day.bookings[order.id] = booking
    return booking


def _placed_at(day: date, chance: Chance) -> datetime:
    """When she booked: in the evenings before."""
    midnight = datetime.combine(day, datetime.min.time(), STORY_NOW.tzinfo)
    newest = min(midnight - timedelta(hours=3), STORY_NOW - timedelta(minutes=25))
    oldest = max(midnight - timedelta(days=5), STORY_NOW - timedelta(days=10))
    oldest = min(oldest, newest - timedelta(days=2))
    minutes = int((newest - oldest).total_seconds() // 60)
    at = oldest + timedelta(minutes=chance.number(0, minutes), seconds=chance.number(0, 59))
    return at if at.hour >= 7 else min(at + timedelta(hours=8), newest)

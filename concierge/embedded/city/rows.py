"""The city's rows in the order the tables need them, its plans among them."""

from collections.abc import Sequence
from uuid import UUID

import msgspec
from sqlmodel import SQLModel

import routing
from concierge.desk.plan_words import NEVER_PLANNED
from concierge.model import DayPlan, Leftover, PlanRoute, PlanVersion, Stop

from .booked import Day, resting
from .city import City


def founding(city: City) -> list[Sequence[SQLModel]]:
    """What there is before anybody books, in the order the tables need it."""
    people, stock = city.people, city.stock
    return [
        people.hubs, people.concierges, people.shifts, people.clients, people.addresses,
        people.preferences, people.accounts, stock.houses, stock.styles, stock.variants,
        stock.pieces,
    ]  # fmt: skip


def happenings(city: City) -> list[Sequence[SQLModel]]:
    """Orders and all that became of them, in the order the tables need it."""
    bookings = city.bookings()
    return [
        [booking.order for booking in bookings],
        [line for booking in bookings for line in booking.lines],
        [each for booking in bookings for each in booking.reservations],
        [wish for booking in bookings for wish in booking.wishes],
        city.moves(),
        city.lived.steps,
        city.money.holds,
        city.money.operations,
        city.entries(),
        city.lived.cases,
    ]


def plans(city: City, *, estimated: bool) -> list[Sequence[SQLModel]]:
    """Every day's plan in force, and those before it."""
    planned = [day for day in city.days if day.versions]
    return [
        [_day_plan(day, estimated=estimated) for day in planned],
        [version for day in planned for version in _versions(day)],
        [_route(day, route) for day in planned for route in day.plan.routes],
        [stop for day in planned for route in day.plan.routes for stop in _stops(day, route)],
        [_leftover(day, left) for day in planned for left in day.plan.unplanned],
    ]


def _day_plan(day: Day, *, estimated: bool) -> DayPlan:
    return DayPlan(
        hub_id=day.hub.id,
        day=day.date,
        version=len(day.versions),
        words=NEVER_PLANNED,
        cost=msgspec.to_builtins(day.plan.cost),
        estimated=estimated,
        changed_at=day.versions[-1][0],
    )


def _versions(day: Day) -> list[PlanVersion]:
    return [
        PlanVersion(
            hub_id=day.hub.id, day=day.date, version=number, at=at, by=by, why=why,
            content={
                "routes": [msgspec.to_builtins(route) for route in plan.routes],
                "unplanned": [msgspec.to_builtins(left) for left in plan.unplanned],
            },
        )
        for number, (at, by, why, plan) in enumerate(day.versions, start=1)
    ]  # fmt: skip


def _route(day: Day, route: routing.Route) -> PlanRoute:
    shift = next(each for each in day.shifts.values() if str(each.id) == route.shift)
    rest = route.breaks[0] if route.breaks else None
    return PlanRoute(
        shift_id=shift.id,
        hub_id=day.hub.id,
        day=day.date,
        leaves=route.leaves,
        returns=route.returns,
        drive_home_s=int(route.drive_home.total_seconds()),
        break_starts=rest.starts if rest else None,
        break_ends=rest.ends if rest else None,
        break_before=rest.before if rest else None,
    )


def _stops(day: Day, route: routing.Route) -> list[Stop]:
    shift = next(each for each in day.shifts.values() if str(each.id) == route.shift)
    stops: list[Stop] = []
    for place, stop in enumerate(route.stops):
        stops.append(
            Stop(
                order_id=_order_of(day, stop.visit), hub_id=day.hub.id, day=day.date,
                shift_id=shift.id, concierge_id=shift.concierge_id, sequence=place,
                departs=stop.arrives - stop.drive - resting(route, place), arrives=stop.arrives,
                starts=stop.starts, ends=stop.ends, drive_s=int(stop.drive.total_seconds()),
                opens=stop.window.opens, closes=stop.window.closes,
            )
        )  # fmt: skip
    return stops


def _leftover(day: Day, left: routing.Unplanned) -> Leftover:
    return Leftover(
        order_id=_order_of(day, left.visit), hub_id=day.hub.id, day=day.date,
        reason=left.reason.value, words=left.words,
    )  # fmt: skip


def _order_of(day: Day, visit: str) -> UUID:
    return next(order for order in day.bookings if str(order) == visit)

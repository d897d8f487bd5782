"""What giving a visit to each concierge would cost and break, before anything is saved."""

import asyncio
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncEngine

import routing
from concierge.maps.travel import Roads
from concierge.model import PlanRoute
from concierge.model.refusals import Missing, WrongStep
from concierge.store import clock
from concierge.store.transaction import transaction

from .change_by_hand import find_hub
from .expect_stops import expect_route
from .hub_day import HubDay
from .plan_rows import rows_of
from .read_day import read_day


class Broken(msgspec.Struct, frozen=True):
    """A promise that would break: the rule's name, and a sentence."""

    rule: str
    words: str


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Somewhere a visit could go: whose shift, where among her stops that have not begun, when.

    It `starts` when the board then expects it. `added_s` is the driving it adds to the day, in
    seconds, and `cost` all it adds, in the planner's unit; `broken` names what would break, empty
    where every promise is kept. `here` tells the shift that has the visit now.
    """

    shift: UUID
    name: str
    position: int
    starts: datetime | None
    added_s: int
    cost: int
    here: bool = False
    broken: list[Broken] = []


async def weigh_move(
    engine: AsyncEngine, roads: Roads, *, hub: str, day: date, order_id: UUID
) -> list[Place]:
    """Every concierge still working who could be given this visit, best first.

    Raises:
        Missing: there is no such hub, or the day has no such visit.
        WrongStep: the visit has begun.
    """
    async with transaction(engine) as session:
        now = await clock.now(session)
        today = await read_day(session, await find_hub(session, hub), day, now)
    if order_id not in today.orders:
        raise Missing("This day has no such visit.")
    if order_id in today.history():
        raise WrongStep("This visit has begun; it stays with its concierge.")
    travel = await roads.travel_times(today.places())
    return await asyncio.to_thread(_weigh, today, today.problem(travel), str(order_id))


def best_place(
    today: HubDay, problem: routing.Problem, plan: routing.Plan, visit: str
) -> Place | None:
    """Where a visit without a concierge fits best; None where nobody can take it."""
    offers = routing.best_places(problem, plan, problem.visit(visit))
    for offer in offers:
        if offer.shift is not None and offer.position is not None:
            return Place(
                shift=UUID(offer.shift),
                name=_name(today, offer.shift),
                position=offer.position,
                starts=offer.starts,
                added_s=int(offer.added.total_seconds()),
                cost=offer.cost,
            )
    return None


def _weigh(today: HubDay, problem: routing.Problem, visit: str) -> list[Place]:
    plan = today.plan(problem)
    now_on = plan.route_of(visit)
    here = now_on.shift if now_on else None
    places = [
        _place(today, problem, plan, visit, shift.id, here=shift.id == here)
        for shift in problem.shifts
    ]
    return sorted(places, key=lambda place: (place.here, len(place.broken), place.cost))


def _place(
    today: HubDay,
    problem: routing.Problem,
    plan: routing.Plan,
    visit: str,
    shift: str,
    *,
    here: bool,
) -> Place:
    after = routing.move(problem, plan, visit, shift)
    if not isinstance(after, routing.Plan):
        return Place(
            shift=UUID(shift), name=_name(today, shift), position=0, starts=None, added_s=0,
            cost=0, here=here, broken=[Broken(each.rule, each.words) for each in after],
        )  # fmt: skip
    route = after.route_of(visit)
    order = [each.visit for each in route.stops] if route else []
    return Place(
        shift=UUID(shift),
        name=_name(today, shift),
        position=order.index(visit),
        starts=_expected(today, problem, route, visit) if route else None,
        added_s=after.cost.drive - plan.cost.drive,
        cost=after.cost.total - plan.cost.total,
        here=here,
    )


def _expected(
    today: HubDay, problem: routing.Problem, route: routing.Route, visit: str
) -> datetime:
    """When this visit of a changed route begins, with whatever lateness its concierge has now."""
    planned = next(stop.starts for stop in route.stops if stop.visit == visit)
    if today.hub.day_of(today.now) != today.day:
        return planned
    shift = UUID(route.shift)
    in_force = today.routes.get(shift)
    aside = {shift: PlanRoute(**in_force.model_dump())} if in_force else {}
    row, stops = rows_of(replace(today, routes=aside), route)
    hers = [*today.history_of(shift), *stops]
    after = {each.order_id: each for each in today.stops.values() if each.shift_id != shift}
    after |= {each.order_id: each for each in hers}
    changed = replace(today, routes={shift: row}, stops=after)
    expected = expect_route(changed, problem.travel, shift)
    return next(each.starts for each in expected.stops if str(each.stop.order_id) == visit)


def _name(today: HubDay, shift: str) -> str:
    return today.concierges[today.shifts[UUID(shift)].concierge_id].name

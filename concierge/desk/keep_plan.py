"""Put a plan in force: the one way a hub's day changes."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

import routing
from concierge.model import Leftover, PlanVersion
from concierge.model.refusals import BreaksPromise, StaleBoard
from concierge.store.clock import now
from concierge.store.jobs import ImproveDay, enqueue
from concierge.store.log import tell

from .hub_day import HubDay
from .plan_rows import rows_of
from .plan_words import BY_CLIENTS, Change, words_after
from .tell_promises import Told, tell_promises


async def keep_plan(
    session: AsyncSession,
    day: HubDay,
    problem: routing.Problem,
    plan: routing.Plan,
    *,
    by: str,
    why: str,
    change: Change = Change.BY_HAND,
    agreed: Collection[tuple[str, str]] = (),
) -> int:
    """Write `plan` over the rest of the day and return its version.

    The caller holds the day's lock and has read `day` under it. Screens and phones are told, and
    so is each client whose promised window it breaks, or keeps after all.
    After a client's change a worker looks for a better plan when it has time; what a person has
    just arranged by hand is left as it is. `agreed` names the rules, and where, that a person has
    chosen to break.

    Raises:
        BreaksPromise: the plan breaks a rule that the plan in force does not.
    """
    refuse_broken(problem, day.plan(problem), plan, agreed)
    changed, given = _changed_shifts(day, plan), _given_to_others(day, plan)
    began = {stop.order_id: stop.starts for stop in day.stops.values()}
    await _clear(session, day)
    for route in plan.routes:
        _write_route(session, day, route)
    _renumber(day)
    for left in plan.unplanned:
        session.add(
            Leftover(
                order_id=UUID(left.visit), hub_id=day.hub.id, day=day.day,
                reason=left.reason, words=left.words,
            )
        )  # fmt: skip
    at = await now(session)  # the day may have been read a little ahead, as the solver plans it
    told = await tell_promises(session, day, began, plan, at=at)
    version = await _next_version(session, day, problem, plan, change, told, at=at, by=by, why=why)
    await tell(session, f"day:{day.hub.id}:{day.day}", "plan", at, version=version, why=why)
    for concierge_id in sorted(changed):
        await tell(session, f"concierge:{concierge_id}", "plan", at, version=version)
    for order_id in sorted(given):
        await tell(session, f"order:{order_id}", "plan", at, version=version)
    await session.flush()
    if change in BY_CLIENTS:
        await enqueue(session, ImproveDay(hub=day.hub.id, day=day.day))
    return version


def refuse_broken(
    problem: routing.Problem,
    before: routing.Plan,
    after: routing.Plan,
    agreed: Collection[tuple[str, str]] = (),
) -> None:
    """Refuse a plan that breaks what the plan before it keeps.

    A client who has a place keeps one, be it a late one; only a person may take it from her.

    Raises:
        BreaksPromise: with a sentence for each newly broken rule and each place lost.
    """
    known = {(each.rule, each.where) for each in routing.check(problem, before)} | set(agreed)
    words = [
        each.words
        for each in routing.check(problem, after)
        if (each.rule, each.where) not in known
    ]
    for left in after.unplanned:
        had = before.route_of(left.visit)
        if had is not None and left.reason is not routing.Reason.BY_HAND:
            words.append(f"{problem.visit(left.visit).called} would lose her place: {left.words}")
    if words:
        raise BreaksPromise(" ".join(words))


def same_version(day: HubDay, seen: int) -> None:
    """Refuse to build on a day that has changed since it was looked at.

    Raises:
        StaleBoard: the day has another version now.
    """
    if day.version != seen:
        raise StaleBoard(
            "The day has changed since you looked (plan %(now)s, you saw %(seen)s).",
            now=day.version,
            seen=seen,
        )


def _changed_shifts(day: HubDay, plan: routing.Plan) -> set[UUID]:
    """Whose phone shows something else now."""
    history = day.history()
    before = {
        shift_id: [str(s.order_id) for s in day.stops_of(shift_id) if s.order_id not in history]
        for shift_id in day.shifts
    }
    after = {UUID(route.shift): [stop.visit for stop in route.stops] for route in plan.routes}
    return {
        shift.concierge_id
        for shift_id, shift in day.shifts.items()
        if before[shift_id] != after.get(shift_id, [])
    }


def _given_to_others(day: HubDay, plan: routing.Plan) -> set[UUID]:
    """The orders another concierge brings from now on: their clients see who."""
    return {
        UUID(stop.visit)
        for route in plan.routes
        for stop in route.stops
        if (before := day.stops.get(UUID(stop.visit))) and str(before.shift_id) != route.shift
    }


async def _clear(session: AsyncSession, day: HubDay) -> None:
    """Take the rest of the plan in force away; history stays as it was."""
    history = day.history()
    kept = {stop.shift_id for stop in day.stops.values() if stop.order_id in history}
    gone = [
        *(stop for stop in day.stops.values() if stop.order_id not in history),
        *(route for route in day.routes.values() if route.shift_id not in kept),
        *day.leftovers.values(),
    ]
    for row in gone:
        await session.delete(row)
    await session.flush()


def _renumber(day: HubDay) -> None:
    """What has begun comes first on its route, in the order in which it did."""
    histories = [day.history_of(shift_id) for shift_id in day.shifts]
    for history in histories:
        for at, stop in enumerate(history):
            stop.sequence = at


def _write_route(session: AsyncSession, day: HubDay, route: routing.Route) -> None:
    row, stops = rows_of(day, route)
    session.add(row)
    session.add_all(stops)


async def _next_version(
    session: AsyncSession,
    day: HubDay,
    problem: routing.Problem,
    plan: routing.Plan,
    change: Change,
    told: Told,
    *,
    at: datetime,
    by: str,
    why: str,
) -> int:
    row = await session.merge(day.plan_row)
    row.version += 1
    row.words = plan.words if change is Change.PLANNED else words_after(row.words, change)
    row.cost = msgspec.to_builtins(plan.cost)
    row.estimated = problem.travel.estimated
    row.changed_at = at
    session.add(
        PlanVersion(
            hub_id=day.hub.id, day=day.day, version=row.version, at=at, by=by, why=why,
            content={
                "routes": _in_words(plan.routes),
                "unplanned": _in_words(plan.unplanned),
                "told": msgspec.to_builtins(told),
            },
        )
    )  # fmt: skip
    return row.version


def _in_words(parts: Sequence[routing.Route] | Sequence[routing.Unplanned]) -> list[object]:
    return [msgspec.to_builtins(part) for part in parts]

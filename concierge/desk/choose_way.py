"""A dispatcher chooses a way out of a setback, has them weighed again, or wants none of them."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncEngine

import routing
from concierge.maps.travel import Roads
from concierge.model import Setback
from concierge.model.refusals import Missing, StaleBoard
from concierge.store.jobs import WeighWays, enqueue
from concierge.store.log import audit, tell

from .change_by_hand import DayAtHand, Seen, change_by_hand
from .keep_plan import keep_plan
from .ways_out import Driven, Weighed

SLACK = timedelta(minutes=15)
"""By how much more than it said a way out may be late when the clock has moved on."""
LATEST = timedelta(hours=3)


async def choose_way(
    engine: AsyncEngine, roads: Roads, seen: Seen, setback_id: UUID, way: str, *, by: str
) -> int:
    """Put a way out in force and return the day's new version; phones and clients are told.

    It is timed anew from now; clients it visits late and concierges it keeps longer have been
    shown to whoever chose, all other promises are kept.

    Raises:
        Missing: there is no such hub, setback or way out.
        StaleBoard: the day has changed since the ways out were weighed.
        TooLate: the day is over.
        BreaksPromise: another promise would break.
    """

    async def choose(day: DayAtHand) -> int:
        setback = await _open(day, setback_id)
        weighed = _weighed(setback)
        chosen = next((at for at, each in enumerate(weighed.ways) if each.way == way), None)
        if chosen is None:
            raise Missing("This setback has no such way out.")
        if setback.version != day.today.version:
            raise StaleBoard("The day has changed since these ways out were weighed.")
        problem = day.problem()
        plan, agreed = driven_now(problem, weighed.driven[chosen])
        words = weighed.ways[chosen].words
        _remember(day, setback)
        version = await keep_plan(
            day.session, day.today, problem, plan, by=by, why=words, agreed=agreed
        )
        await _settle(day, setback, what="choose_way", said=words)
        return version

    return await change_by_hand(engine, roads, seen, choose, by=by)


async def weigh_again(
    engine: AsyncEngine, roads: Roads, seen: Seen, setback_id: UUID, *, by: str
) -> int:
    """Have the ways out weighed anew, on the day as it is now. The day's version.

    Raises:
        Missing: there is no such hub or setback.
        StaleBoard: the day has changed since it was drawn.
        TooLate: the day is over.
    """

    async def again(day: DayAtHand) -> int:
        setback = await _open(day, setback_id)
        setback.ways, setback.version = None, None
        day.session.add(setback)
        await enqueue(day.session, WeighWays(setback=setback.id))
        await tell_of(day, setback, what="weigh_again", said="Weighed again.")
        return day.today.version

    return await change_by_hand(engine, roads, seen, again, by=by)


async def leave_as_it_is(
    engine: AsyncEngine, roads: Roads, seen: Seen, setback_id: UUID, *, by: str
) -> int:
    """Put the ways out away; what nobody can come to waits in the tray.

    Raises:
        Missing: there is no such hub or setback.
        StaleBoard: the day has changed since it was drawn.
        TooLate: the day is over.
    """

    async def leave(day: DayAtHand) -> int:
        setback = await _open(day, setback_id)
        problem = day.problem()
        said = "The day is left as it is."
        plan, agreed = _as_late_as_it_is(problem, day.today.plan(problem))
        _remember(day, setback)
        version = await keep_plan(
            day.session, day.today, problem, plan, by=by, why=said, agreed=agreed
        )
        await _settle(day, setback, what="leave_as_it_is", said=said)
        return version

    return await change_by_hand(engine, roads, seen, leave, by=by)


def _as_late_as_it_is(
    problem: routing.Problem, plan: routing.Plan
) -> tuple[routing.Plan, set[tuple[str, str]]]:
    """The plan in force with the hours at which it can be driven, however late that is."""
    hours = int(LATEST.total_seconds())
    orders = {route.shift: [stop.visit for stop in route.stops] for route in plan.routes}
    late = [
        route
        for route in plan.routes
        if routing.time_route(
            problem, problem.shift(route.shift), [problem.visit(s.visit) for s in route.stops]
        )
        is None
    ]
    driven = Driven(
        orders=orders,
        left={left.visit: left.words for left in plan.unplanned},
        late={stop.visit: hours for route in late for stop in route.stops},
        over={route.shift: hours for route in late},
    )
    try:
        timed, agreed = driven_now(problem, driven)
    except StaleBoard:
        return plan, set()
    return replace(timed, unplanned=plan.unplanned), agreed


def driven_now(
    problem: routing.Problem, driven: Driven
) -> tuple[routing.Plan, set[tuple[str, str]]]:
    """The way out as it is driven from now on, and the rules that were agreed to be broken.

    Raises:
        StaleBoard: it can no longer be driven so, or a visit has begun or come meanwhile.
    """
    routes: list[routing.Route] = []
    agreed: set[tuple[str, str]] = set()
    for shift_id, orders in driven.orders.items():
        if not problem.has_shift(shift_id) or not all(map(problem.has_visit, orders)):
            raise StaleBoard("The day has changed since these ways out were weighed.")
        shift = problem.shift(shift_id)
        visits = [problem.visit(each) for each in orders]
        late = {each: driven.late[each] for each in orders if each in driven.late}
        if shift_id in driven.over:
            agreed.add(("returns_after_shift", shift_id))
            shift = replace(shift, overtime=shift.overtime + LATEST)
        agreed |= {("outside_windows", each) for each in late}
        asked = [_accepting(visit, late.get(visit.id)) for visit in visits]
        route = routing.time_route(problem, shift, asked)
        if route is None:
            raise StaleBoard("This way out can no longer be driven; have them weighed again.")
        stops = tuple(
            replace(stop, window=_nearest(visit, stop))
            for visit, stop in zip(visits, route.stops, strict=True)
        )
        routes.append(replace(route, stops=stops))
    left = tuple(
        routing.Unplanned(visit, routing.Reason.BY_HAND, words)
        for visit, words in driven.left.items()
        if problem.has_visit(visit)
    )
    answered = sum(len(route.stops) for route in routes) + len(left)
    if answered != len(problem.visits):
        raise StaleBoard("The day has changed since these ways out were weighed.")
    cost = routing.price(problem, routes, left)
    return routing.Plan(tuple(routes), left, cost), agreed


def _accepting(visit: routing.Visit, late_s: int | None) -> routing.Visit:
    """The same visit; one that was to be late may be as late, and a little later."""
    if late_s is None:
        return visit
    *others, last = sorted(visit.windows, key=lambda window: window.closes)
    closes = last.closes + timedelta(seconds=late_s) + SLACK
    return replace(visit, windows=(*others, routing.Window(last.opens, closes)))


def _nearest(visit: routing.Visit, stop: routing.Stop) -> routing.Window:
    """The window of hers that a stop keeps, or misses least."""
    kept = [window for window in visit.windows if stop.starts in window]
    return kept[0] if kept else max(visit.windows, key=lambda window: window.closes)


def _weighed(setback: Setback) -> Weighed:
    return msgspec.convert(setback.ways or {"ways": [], "driven": []}, Weighed)


def _remember(day: DayAtHand, setback: Setback) -> None:
    """Keep how the rest of the day is driven, for somebody who takes the setback back."""
    today = day.today
    before = {
        str(shift): [str(s.order_id) for s in today.stops_of(shift) if not today.begun(s)]
        for shift in today.shifts
    }
    kept = msgspec.structs.replace(_weighed(setback), before=before)
    setback.ways = msgspec.to_builtins(kept)


async def setback_of(day: DayAtHand, setback_id: UUID) -> Setback:
    """A setback of this day that still holds.

    Raises:
        Missing: there is none, or it was taken back.
    """
    setback = await day.session.get(Setback, setback_id)
    today = day.today
    if (
        setback is None
        or setback.taken_back_at is not None
        or (setback.hub_id, setback.day) != (today.hub.id, today.day)
    ):
        raise Missing("This day has no such setback.")
    return setback


async def _open(day: DayAtHand, setback_id: UUID) -> Setback:
    setback = await setback_of(day, setback_id)
    if setback.settled_at is not None:
        raise Missing("This day has no such setback.")
    return setback


async def _settle(day: DayAtHand, setback: Setback, *, what: str, said: str) -> None:
    setback.settled_at = day.today.now
    day.session.add(setback)
    await tell_of(day, setback, what=what, said=said)


async def tell_of(day: DayAtHand, setback: Setback, *, what: str, said: str) -> None:
    """Tell the boards of a setback, and write down who did what with it."""
    today = day.today
    topic = f"day:{today.hub.id}:{today.day}"
    await tell(day.session, topic, "setback", today.now, setback=str(setback.id))
    await audit(
        day.session, who=day.by, what=what, subject=f"shift:{setback.shift_id}",
        now=today.now, why=said, setback=str(setback.id),
    )  # fmt: skip

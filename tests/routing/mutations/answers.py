"""The wrong concierge, the wrong order, the wrong price, or no answer at all."""

from collections.abc import Callable
from dataclasses import fields, replace
from random import Random

import routing
from tests.routing.full_days import Planned

from .made import forced, mutation, priced, restopped, some_stop, visit_of, with_route, with_stop


@mutation
def wrong_skill(dice: Random, good: Planned) -> routing.Plan | None:
    """Somebody comes who does not have what the visit asks for."""
    return _given(dice, good, lambda visit, shift: bool(visit.skills - shift.skills))


@mutation
def forbidden_shift(dice: Random, good: Planned) -> routing.Plan | None:
    """Somebody comes who must not."""
    return _given(dice, good, lambda visit, shift: shift.id in visit.forbidden)


@mutation
def broken_lock(dice: Random, good: Planned) -> routing.Plan | None:
    """A locked visit is given to another shift."""
    return _given(
        dice, good, lambda visit, shift: visit.lock is not None and visit.lock.shift != shift.id
    )


@mutation
def overload(dice: Random, good: Planned) -> routing.Plan | None:
    """More hangs on the rail than it holds."""

    def too_much(visit: routing.Visit, shift: routing.Shift) -> bool:
        on = [visit_of(good, s) for r in good.plan.routes if r.shift == shift.id for s in r.stops]
        return visit.load + sum(each.load for each in on) > shift.capacity

    return _given(dice, good, too_much)


@mutation
def doubled_visit(dice: Random, good: Planned) -> routing.Plan | None:
    """A visit is planned and left out, or planned twice, instead of another or beside it."""
    route, at = some_stop(dice, good)
    visit = route.stops[at].visit
    left = routing.Unplanned(visit, routing.Reason.BY_HAND, "Left out.")
    if dice.random() < 0.5:
        return forced(good, unplanned=(*good.plan.unplanned, left))
    other = dice.choice(good.plan.routes)
    place = dice.randrange(len(other.stops))
    if other.stops[place].visit == visit:
        return None
    again = replace(other.stops[place], visit=visit)
    routes = (with_stop(other, place, again) if r is other else r for r in good.plan.routes)
    return forced(good, routes=tuple(routes))


@mutation
def lost_visit(dice: Random, good: Planned) -> routing.Plan | None:
    """A visit is neither planned nor left out."""
    route, at = some_stop(dice, good)
    stops = route.stops[:at] + route.stops[at + 1 :]
    return with_route(good.plan, replace(route, stops=stops))


@mutation
def unknown_visit(dice: Random, good: Planned) -> routing.Plan | None:
    """A visit nobody asked for is planned, in place of one or left out beside them."""
    if dice.random() < 0.5:
        left = routing.Unplanned("nobody", routing.Reason.BY_HAND, "Left out.")
        return replace(good.plan, unplanned=(*good.plan.unplanned, left))
    route, at = some_stop(dice, good)
    return restopped(good, route, at, replace(route.stops[at], visit="nobody"))


@mutation
def unknown_shift(dice: Random, good: Planned) -> routing.Plan | None:
    """Somebody drives who is not working."""
    route = dice.choice(good.plan.routes)
    routes = (replace(r, shift="nobody") if r is route else r for r in good.plan.routes)
    return replace(good.plan, routes=tuple(routes))


@mutation
def shift_driven_twice(dice: Random, good: Planned) -> routing.Plan | None:
    """One concierge drives two routes."""
    if len(good.plan.routes) < 2:
        return None
    one, other = dice.sample(good.plan.routes, 2)
    routes = (replace(r, shift=other.shift) if r is one else r for r in good.plan.routes)
    return forced(good, routes=tuple(routes))


@mutation
def wrong_cost_term(dice: Random, good: Planned) -> routing.Plan | None:
    """One term of the cost is not what it costs."""
    term = dice.choice([each.name for each in fields(routing.Cost)])
    wrong = getattr(good.plan.cost, term) + dice.choice((-1, 1)) * dice.randint(1, 1_000)
    return replace(good.plan, cost=replace(good.plan.cost, **{term: wrong}))


@mutation
def order_lock_broken(dice: Random, good: Planned) -> routing.Plan | None:
    """A visit locked to come after another comes before it."""
    return _reordered(dice, good, lambda lock, before: before is not None and lock.after == before)


@mutation
def under_way_put_off(dice: Random, good: Planned) -> routing.Plan | None:
    """Somebody else is served before the visit she is in already."""
    return _reordered(dice, good, lambda lock, _: lock.under_way)


@mutation
def overtime_unpriced(dice: Random, good: Planned) -> routing.Plan | None:
    """She is back after her shift, and the plan says that costs less than it does."""
    return _cheaper(dice, good, "overtime")


@mutation
def unfair_day_unpriced(dice: Random, good: Planned) -> routing.Plan | None:
    """She works more than is fair, and the plan says that costs less than it does."""
    return _cheaper(dice, good, "unfair")


def _given(
    dice: Random, good: Planned, wrong: Callable[[routing.Visit, routing.Shift], bool]
) -> routing.Plan | None:
    """A visit given to a shift that is wrong for it, at times and a price that are right."""
    visit = dice.choice(good.problem.visits)
    on = good.plan.route_of(visit.id)
    shifts = [
        shift
        for shift in good.problem.shifts
        if (on is None or shift.id != on.shift) and wrong(visit, shift)
    ]
    if not shifts or on is None:
        return None
    shift = dice.choice(shifts)
    shorter = [stop.visit for stop in on.stops if stop.visit != visit.id]
    longer = [s.visit for r in good.plan.routes if r.shift == shift.id for s in r.stops]
    longer.insert(dice.randint(0, len(longer)), visit.id)
    timed = [
        routing.time_route(
            good.problem, good.problem.shift(name), [good.problem.visit(each) for each in order]
        )
        for name, order in ((on.shift, shorter), (shift.id, longer))
        if order
    ]
    if None in timed:
        return None
    others = [r for r in good.plan.routes if r.shift not in {on.shift, shift.id}]
    routes = tuple(route for route in (*others, *timed) if route is not None)
    return priced(good, replace(good.plan, routes=routes))


def _cheaper(dice: Random, good: Planned, term: str) -> routing.Plan | None:
    true = getattr(good.plan.cost, term)
    if true == 0:
        return None
    return replace(good.plan, cost=replace(good.plan.cost, **{term: dice.randrange(true)}))


def _reordered(
    dice: Random, good: Planned, wrong: Callable[[routing.Lock, str | None], bool]
) -> routing.Plan | None:
    """A route whose order is wrong, timed and priced as if nothing had been locked."""
    route = dice.choice(good.plan.routes)
    order = [stop.visit for stop in route.stops]
    for at, visit in enumerate(order):
        lock = good.problem.visit(visit).lock
        other = at - 1 if at else 1
        if lock is None or other >= len(order) or not wrong(lock, order[at - 1] if at else None):
            continue
        order[at], order[other] = order[other], order[at]
        free = [replace(good.problem.visit(each), lock=None) for each in order]
        timed = routing.time_route(good.problem, good.problem.shift(route.shift), free)
        return None if timed is None else priced(good, with_route(good.plan, timed))
    return None

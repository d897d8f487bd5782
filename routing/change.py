"""Changes a plan by booking or by cancellation, one visit at a time; other promises stay kept."""

from collections.abc import Sequence
from dataclasses import replace

from .errors import BadPlan
from .offer import Offer, Offers
from .plan import Plan, Reason, Route, Unplanned
from .problem import Problem, Visit
from .timeline import price, time_route
from .words import hours


def insert(problem: Problem, plan: Plan, visit: Visit, offer: Offer) -> Plan:
    """The plan with this visit in the place and the window offered: the proof of the promise.

    The visit need not be in the problem yet; if it is, it may be among those left out.

    Raises:
        BadPlan: the offer was a refusal, or the plan has changed and it no longer fits.
    """
    if plan.stop_of(visit.id) is not None:
        raise BadPlan(f"Visit {visit.id} is planned already.")
    day = problem.with_visit(replace(visit, windows=(offer.window,)))
    kept = replace(plan, unplanned=_without(plan.unplanned, visit.id))
    return priced(day, with_route(kept, _placed(day, kept, offer)))


def remove(problem: Problem, plan: Plan, visit_id: str) -> Plan:
    """The plan without this visit at all: it was cancelled.

    Should the shortened route break a break's rule, its other visits find places anew; what finds
    none is left out with its reason.

    Raises:
        BadPlan: it is not in the plan.
    """
    route = plan.route_of(visit_id)
    if route is None:
        left_out = _without(plan.unplanned, visit_id)
        if len(left_out) == len(plan.unplanned):
            raise BadPlan(f"Visit {visit_id} is not in the plan.")
        return priced(problem, replace(plan, unplanned=left_out))
    order = [each for each in order_of(plan, route.shift) if each != visit_id]
    emptied = replace(plan, routes=tuple(r for r in plan.routes if r.shift != route.shift))
    if not order:
        return priced(problem, emptied)
    visits = [problem.visit(each) for each in order]
    shortened = time_route(problem, problem.shift(route.shift), visits)
    if shortened is None:
        return fill(problem, emptied, visits)
    return priced(problem, with_route(plan, shortened))


def unassign(
    problem: Problem, plan: Plan, visit_id: str, *, words: str = "Taken out by hand."
) -> Plan:
    """The plan with this visit left out by a person's decision.

    Raises:
        BadPlan: it is not in the plan.
    """
    changed = remove(problem, plan, visit_id)
    by_hand = Unplanned(visit_id, Reason.BY_HAND, words)
    return priced(problem, replace(changed, unplanned=(*changed.unplanned, by_hand)))


def fill(
    problem: Problem, plan: Plan, visits: Sequence[Visit], *, at_any_cost: bool = True
) -> Plan:
    """The plan with each of these visits where it costs least, or left out with its reason.

    Unless `at_any_cost`, a visit that costs more to serve than to leave out is left out.
    """
    book = Offers(problem, plan)
    for visit in visits:
        offer = book.best(visit)
        worth = problem.weights.unplanned * visit.priority
        if not offer.feasible and offer.reason is not None:
            left_out = Unplanned(visit.id, offer.reason, offer.words)
            plan = replace(plan, unplanned=(*plan.unplanned, left_out))
        elif offer.cost > worth and not at_any_cost:
            words = f"Costs {hours(offer.cost)} of driving; leaving it out costs {hours(worth)}."
            left_out = Unplanned(visit.id, Reason.TOO_DEAR, words)
            plan = replace(plan, unplanned=(*plan.unplanned, left_out))
        else:
            route = _placed(problem, plan, offer)
            plan = with_route(plan, route)
            book.follow(route)
    return priced(problem, plan)


def best_places(problem: Problem, plan: Plan, visit: Visit) -> list[Offer]:
    """Where a visit left out could go, one place for each concierge who has one, best first."""
    return Offers(problem, plan).places(visit)


def order_of(plan: Plan, shift_id: str) -> list[str]:
    """The visits of a shift in driving order."""
    return [stop.visit for route in plan.routes if route.shift == shift_id for stop in route.stops]


def with_route(plan: Plan, route: Route) -> Plan:
    """The plan with this route in its shift's place."""
    if all(each.shift != route.shift for each in plan.routes):
        return replace(plan, routes=(*plan.routes, route))
    kept = (route if each.shift == route.shift else each for each in plan.routes)
    return replace(plan, routes=tuple(kept))


def priced(problem: Problem, plan: Plan) -> Plan:
    """The plan with its true cost."""
    return replace(plan, cost=price(problem, plan.routes, plan.unplanned))


def _placed(problem: Problem, plan: Plan, offer: Offer) -> Route:
    """The route with the offered visit in its place.

    Raises:
        BadPlan: it was not offered, or no longer fits.
    """
    if offer.shift is None or offer.position is None:
        raise BadPlan(f"Visit {offer.visit} was refused: {offer.words}")
    order = order_of(plan, offer.shift)
    order.insert(offer.position, offer.visit)
    visits = [problem.visit(each) for each in order]
    shift = problem.shift(offer.shift)
    route = time_route(problem, shift, visits)
    if route is None or sum(each.load for each in visits) > shift.capacity:
        raise BadPlan(f"Visit {offer.visit} no longer fits where it was offered.")
    return route


def _without(left_out: Sequence[Unplanned], visit_id: str) -> tuple[Unplanned, ...]:
    return tuple(each for each in left_out if each.visit != visit_id)

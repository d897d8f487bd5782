"""Makes a plan for one problem serve another: keeps what still fits, inserts the rest."""

from collections.abc import Sequence
from dataclasses import replace

from .change import fill, order_of, priced, with_route
from .plan import Plan, Route
from .problem import Problem, Shift, Visit
from .reasons import can_carry, may_serve
from .timeline import time_route


def mended(problem: Problem, plan: Plan) -> Plan:
    """What can be kept of a plan in this problem, and the rest inserted where it fits."""
    kept = Plan()
    for route in plan.routes:
        if problem.has_shift(route.shift):
            shift = problem.shift(route.shift)
            order = [problem.visit(v) for v in order_of(plan, route.shift) if problem.has_visit(v)]
            again = as_far_as_it_goes(problem, shift, order)
            kept = kept if again is None else with_route(kept, again)
    return filled(problem, kept)


def filled(problem: Problem, plan: Plan) -> Plan:
    """The plan, and every visit not on its routes inserted where worth it, or left out."""
    planned = {stop.visit for route in plan.routes for stop in route.stops}
    missing = [visit for visit in problem.visits if visit.id not in planned]
    if not missing:
        return priced(problem, replace(plan, unplanned=()))
    missing.sort(key=lambda visit: -visit.priority)
    return fill(problem, replace(plan, unplanned=()), missing, at_any_cost=False)


def as_far_as_it_goes(problem: Problem, shift: Shift, order: Sequence[Visit]) -> Route | None:
    """The route through those visits of this order that still fit, in turn."""
    kept: list[Visit] = []
    route = None
    for visit in order:
        load = visit.load + sum(each.load for each in kept)
        if may_serve(visit, shift) and can_carry(visit, shift) and load <= shift.capacity:
            longer = time_route(problem, shift, [*kept, visit])
            if longer is not None:
                route = longer
                kept.append(visit)
    return route

"""Insertion tried at every place of every route, each timed as a whole: slow, plain, complete."""

from collections.abc import Sequence

from routing.order import in_order
from routing.plan import Plan
from routing.problem import Problem, Shift, Visit
from routing.reasons import can_carry, may_serve
from routing.timeline import time_route


def has_a_place(problem: Problem, plan: Plan, visit: Visit) -> bool:
    """Whether the visit fits the plan somewhere, every other visit staying where it is."""
    orders = {
        route.shift: [problem.visit(stop.visit) for stop in route.stops] for route in plan.routes
    }
    return any(
        _fits(problem, shift, orders.get(shift.id, []), visit)
        for shift in problem.shifts
        if may_serve(visit, shift) and can_carry(visit, shift)
    )


def _fits(problem: Problem, shift: Shift, order: Sequence[Visit], visit: Visit) -> bool:
    if visit.load + sum(each.load for each in order) > shift.capacity:
        return False
    longer = ([*order[:place], visit, *order[place:]] for place in range(len(order) + 1))
    return any(in_order(each) and time_route(problem, shift, each) for each in longer)

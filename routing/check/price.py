"""Judges a plan's price, term by term, from the problem alone."""

from collections.abc import Iterator
from dataclasses import fields
from datetime import timedelta
from math import ceil, floor

from routing.plan import Cost, Plan, Route
from routing.problem import Problem, Shift

from .judged import Violation, utc

SECOND = timedelta(seconds=1)


def price_is_right(problem: Problem, plan: Plan) -> Iterator[Violation]:
    """Each term of the plan's cost is what its routes and its left-out visits cost."""
    weights = problem.weights
    working = {shift.id: shift for shift in problem.shifts}
    served = [
        (problem.visit(stop.visit), route.shift)
        for route in plan.routes
        for stop in route.stops
        if problem.has_visit(stop.visit)
    ]
    strangers = [
        v for v, shift in served if v.known_to & working.keys() and shift not in v.known_to
    ]
    moved = [v for v, shift in served if v.planned_on is not None and v.planned_on != shift]
    priced = [dict(v.prices)[shift] for v, shift in served if shift in dict(v.prices)]
    driven = [(working[each.shift], each) for each in plan.routes if each.shift in working]
    left_out = [problem.visit(u.visit) for u in plan.unplanned if problem.has_visit(u.visit)]
    true = Cost(
        drive=sum((route.drive for route in plan.routes), timedelta(0)) // SECOND,
        shifts=weights.shift * sum(1 for route in plan.routes if route.stops),
        strangers=weights.stranger * len(strangers),
        moved=weights.moved * len(moved),
        prices=sum(priced),
        overtime=weights.overtime * sum(_seconds_over(*each) for each in driven),
        unfair=weights.unfair * sum(_seconds_beyond_fair(problem, *each) for each in driven),
        unplanned=weights.unplanned * sum(visit.priority for visit in left_out),
    )
    for term in (each.name for each in fields(Cost)):
        said, is_ = getattr(plan.cost, term), getattr(true, term)
        if said != is_:
            words = f"The plan says {term} cost {said}; they cost {is_}."
            yield Violation(f"cost_{term}", "plan", words)


def _seconds_over(shift: Shift, route: Route) -> int:
    """Whole seconds of overtime, begun ones counted."""
    back, due = utc(route.returns).timestamp(), utc(shift.ends).timestamp()
    return max(0, ceil(back) - floor(due))


def _seconds_beyond_fair(problem: Problem, shift: Shift, route: Route) -> int:
    """Whole seconds of driving and service beyond what is fair for the shift."""
    if shift.fair is None:
        return 0
    visits = [problem.visit(stop.visit) for stop in route.stops if problem.has_visit(stop.visit)]
    service = sum(ceil(visit.lasts / SECOND) for visit in visits)
    return max(0, route.drive // SECOND + service - shift.fair // SECOND)

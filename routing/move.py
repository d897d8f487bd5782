"""A dispatcher's hand on the plan: this visit to that concierge, and what it would break."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from .change import order_of, priced, remove, with_route
from .check import Violation, check
from .plan import Plan, Route
from .problem import Problem, Shift
from .timeline import time_route
from .under_way.retime import time_late


def move(
    problem: Problem,
    plan: Plan,
    visit_id: str,
    shift_id: str,
    *,
    position: int | None = None,
    starts: datetime | None = None,
) -> Plan | list[Violation]:
    """The plan with this visit given to that shift, or every promise that would break.

    What the plan breaks already, a concierge's lateness first of all, is not held against it.

    `position` is its index among the other stops of that shift; without it, the cheapest that
    fits. `starts` holds the visit back until then; lock it to keep it so in later plans.

    Raises:
        BadProblem: there is no such visit or shift.
        BadPlan: the visit is not in the plan.
    """
    problem.visit(visit_id)
    shift = problem.shift(shift_id)
    lifted = remove(problem, plan, visit_id)
    others = order_of(lifted, shift_id)
    places = range(len(others) + 1) if position is None else [min(position, len(others))]
    orders = [[*others[:place], visit_id, *others[place:]] for place in places]
    held = {} if starts is None else {visit_id: starts}
    route = _cheapest(problem, shift, orders, held)
    if route is not None:
        changed = priced(problem, with_route(lifted, route))
        return _broken(problem, plan, changed) or changed
    late = [
        priced(problem, with_route(lifted, _late(problem, shift, order, held))) for order in orders
    ]
    tried = [(_broken(problem, plan, each), each) for each in late]
    broken, changed = min(tried, key=lambda each: (len(each[0]), each[1].cost.total))
    return broken or changed


def _cheapest(
    problem: Problem, shift: Shift, orders: Sequence[Sequence[str]], held: Mapping[str, datetime]
) -> Route | None:
    """The order with the least driving that can be kept."""
    timed = [
        time_route(problem, shift, [problem.visit(each) for each in order], not_before=held)
        for order in orders
    ]
    kept = [route for route in timed if route is not None]
    return min(kept, key=lambda route: (route.drive, route.returns), default=None)


def _late(
    problem: Problem, shift: Shift, order: Sequence[str], held: Mapping[str, datetime]
) -> Route:
    """This order as it would be driven although it cannot be kept."""
    return time_late(problem, shift, [problem.visit(each) for each in order], not_before=held)


def _broken(problem: Problem, before: Plan, after: Plan) -> list[Violation]:
    """The rules broken by the change alone, or broken later in the day than they were."""
    already = {(each.rule, each.where) for each in check(problem, before)}
    then, now = _when(before), _when(after)
    later = {where for where, moment in now.items() if where in then and moment > then[where]}
    return [
        each
        for each in check(problem, after)
        if (each.rule, each.where) not in already or each.where in later
    ]


def _when(plan: Plan) -> dict[str, datetime]:
    """When each visit starts and each shift is back."""
    starts = {stop.visit: stop.starts for route in plan.routes for stop in route.stops}
    return starts | {route.shift: route.returns for route in plan.routes}

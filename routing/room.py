"""A deep look: planning a day anew so that one more visit has a place and everybody keeps hers.

Insertion refuses what fits into no gap. Often a gap can be made: visits already promised change
places or concierges, each within her own windows, until the newcomer fits.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from .change import order_of, priced, with_route
from .plan import Plan, Unplanned
from .problem import Problem, Shift, Visit
from .timeline import time_route


def make_room(
    problem: Problem,
    plan: Plan,
    visit: Visit,
    *,
    seconds: float = 0.3,
    steps: int | None = None,
    tidy_seconds: float = 0.0,
    seed: int = 0,
    walks: int = 1,
) -> Plan | None:
    """A plan with this visit in one of its windows beside all that the plan serves, if found.

    The visit need not be in the problem; its place is in the travel times. What the plan leaves
    out stays out; a route that cannot be driven any more stays as it is. Room once found, the
    plan is made cheaper for `tidy_seconds`. With `steps` the look ends after so many, and takes
    the same ones on every machine. It may run in a thread: others go on meanwhile. `walks` is how
    many searches look at once (see `routing.walks.free_cores`); the first to find room ends it.
    """
    from .search.make_room import search_room  # noqa: PLC0415 - judging a plan needs no Numba
    from .search.propose import IN_FORCE, propose  # noqa: PLC0415 - likewise

    asked = problem.with_visit(visit)
    shifts = [shift for shift in asked.shifts if _can_be_driven(asked, shift, plan)]
    served = {each for shift in shifts for each in order_of(plan, shift.id)}
    visits = [each for each in asked.visits if each.id in served or each.id == visit.id]
    if not shifts:
        return None
    orders = search_room(
        asked, shifts, visits, plan, seconds=seconds, steps=steps, seed=seed, walks=walks
    )
    if orders is None:
        return None
    rest = replace(plan, unplanned=_without(plan.unplanned, visit.id))
    found = redriven(asked, rest, {**{shift.id: () for shift in shifts}, **orders})
    if found is None or not tidy_seconds:
        return found
    tidied = propose(
        asked, shifts, visits, found, seconds=tidy_seconds, steps=steps, seed=seed, hot=IN_FORCE
    )
    if sum(map(len, tidied.orders.values())) < len(visits):
        return found
    return redriven(asked, rest, {**{shift.id: () for shift in shifts}, **tidied.orders})


def redriven(problem: Problem, plan: Plan, orders: Mapping[str, Sequence[str]]) -> Plan | None:
    """The plan with these shifts driving these visits instead; None if one of them cannot."""
    routes = [route for route in plan.routes if route.shift not in orders]
    changed = replace(plan, routes=tuple(routes))
    for shift, order in orders.items():
        if order:
            visits = [problem.visit(each) for each in order]
            route = time_route(problem, problem.shift(shift), visits)
            if route is None:
                return None
            changed = with_route(changed, route)
    return priced(problem, changed)


def _can_be_driven(problem: Problem, shift: Shift, plan: Plan) -> bool:
    visits = [problem.visit(each) for each in order_of(plan, shift.id)]
    return time_route(problem, shift, visits) is not None


def _without(left_out: Sequence[Unplanned], visit_id: str) -> tuple[Unplanned, ...]:
    return tuple(each for each in left_out if each.visit != visit_id)

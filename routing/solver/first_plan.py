# pyright: basic
"""The first plan: what OR-Tools makes of the day in a part of the time."""

import time
import weakref
from collections.abc import Callable

from ortools.constraint_solver import pywrapcp, routing_enums_pb2, routing_parameters_pb2

from routing.improve import Asked, Progress, made_by_ortools
from routing.mend import filled
from routing.plan import Plan

from .model import Model

LARGE = 5_000
"""Visits times shifts from which a day is begun by insertion and searched by small moves."""

SMALL_MOVES = frozenset(
    {
        "relocate",
        "exchange",
        "cross",
        "two_opt",
        "or_opt",
        "make_active",
        "relocate_and_make_active",
        "exchange_and_make_active",
        "make_inactive",
        "swap_active",
        "extended_swap_active",
    }
)
"""Neighbourhoods whose rounds end in time on a large day."""

GUIDED = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH


def first_plan(asked: Asked, kept: Plan, share: float) -> tuple[Plan, float]:
    """OR-Tools' plan after this share of the time, and how long its model took to build."""
    model = Model(asked.problem, asked.shifts, asked.visits)
    large = len(asked.shifts) * len(asked.visits) >= LARGE
    left_s = asked.seconds - (time.monotonic() - asked.begun) - 0.05 - 4 * model.built_s
    found = search(
        model,
        kept if large or asked.in_force else None,
        limit_s=max(0.05, share * left_s),
        seed=asked.seed,
        large=large,
        progress=asked.progress,
    )
    return made_by_ortools(asked, kept, found), model.built_s


def search(
    model: Model,
    kept: Plan | None,
    *,
    limit_s: float,
    seed: int,
    large: bool,
    progress: Progress | None,
) -> Plan | None:
    """The best plan found, begun from `kept` if given; None if there was none in time.

    A plan to begin at is an answer once OR-Tools has read it with all its rules active.
    What OR-Tools leaves out gets one more chance, by insertion.
    """
    make_ready(model, progress, seed)
    searching = parameters(limit_s, large=large)
    if kept is None:
        answer = model.routing.SolveWithParameters(searching)
    else:
        model.routing.CloseModelWithParameters(searching)
        start = model.routing.ReadAssignmentFromRoutes(model.indices(kept), True)
        answer = start and model.routing.SolveFromAssignmentWithParameters(start, searching)
        answer = answer or start
    return answer and filled(model.problem, Plan(model.routes(answer)))


def make_ready(model: Model, progress: Progress | None, seed: int) -> None:
    """Make a model ready to search: from this seed, telling of each better plan.

    What OR-Tools calls back must not hold the model, or neither is ever freed.
    """
    model.routing.AddAtSolutionCallback(_better(weakref.ref(model), progress))
    model.routing.solver().ReSeed(seed)


def _better(here: weakref.ref[Model], progress: Progress | None) -> Callable[[], None]:
    begun, best = time.monotonic(), [1 << 62]

    def better() -> None:
        model = here()
        cost = model.routing.CostVar().Max() if model else best[0]
        if progress is not None and cost < best[0]:
            best[0] = cost
            progress(time.monotonic() - begun, cost)

    return better


def parameters(limit_s: float, *, large: bool) -> routing_parameters_pb2.RoutingSearchParameters:
    """Guided local search; with breaks, checking a start takes longer than the usual limit."""
    enums = routing_enums_pb2
    searching = pywrapcp.DefaultRoutingSearchParameters()
    searching.first_solution_strategy = enums.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    searching.local_search_metaheuristic = GUIDED
    searching.time_limit.FromMilliseconds(int(limit_s * 1000))
    searching.lns_time_limit.FromMilliseconds(int(limit_s * 1000))
    if large:
        operators = searching.local_search_operators
        for field in operators.DESCRIPTOR.fields:
            on = field.name.removeprefix("use_") in SMALL_MOVES
            setattr(operators, field.name, 3 if on else 2)
    return searching

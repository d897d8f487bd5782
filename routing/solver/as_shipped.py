# pyright: basic
"""What OR-Tools makes of a day by itself, for comparison: nothing here is published."""

from ortools.constraint_solver import pywrapcp

from routing.improve import Progress
from routing.plan import Plan, Reason, Unplanned
from routing.problem import Problem
from routing.timeline import price

from .first_plan import GUIDED, make_ready
from .model import Model


def plan_as_shipped(
    problem: Problem, *, seconds: float, seed: int = 0, progress: Progress | None = None
) -> Plan:
    """What OR-Tools finds on the same model without us: its own first plan, guided local search.

    A visit that it leaves out is said to be left out, and nothing more.
    """
    model = Model(problem, problem.shifts, problem.visits)
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    parameters.local_search_metaheuristic = GUIDED
    parameters.time_limit.FromMilliseconds(int(max(0.05, seconds - model.built_s) * 1000))
    make_ready(model, progress, seed)
    answer = model.routing.SolveWithParameters(parameters)
    routes = model.routes(answer) if answer else ()
    planned = {stop.visit for route in routes for stop in route.stops}
    left_out = tuple(
        Unplanned(visit.id, Reason.WINDOWS_FULL, "OR-Tools found no place.")
        for visit in problem.visits
        if visit.id not in planned
    )
    return Plan(routes, left_out, price(problem, routes, left_out), "OR-Tools as shipped.")

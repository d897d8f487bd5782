# pyright: basic
"""What OR-Tools makes of a day by itself, for comparison: nothing here is published."""

from ortools.constraint_solver import pywrapcp, routing_enums_pb2, routing_ils_pb2

from routing.improve import Progress
from routing.plan import Plan, Reason, Unplanned
from routing.problem import Problem
from routing.timeline import price

from .first_plan import GUIDED, make_ready, parameters
from .model import Model

REMOVED, LONGEST = 10, 10
"""Visits an iteration ruins in the mean, and the longest string of them on one route."""


def plan_as_shipped(
    problem: Problem, *, seconds: float, seed: int = 0, progress: Progress | None = None
) -> Plan:
    """What OR-Tools finds on the same model without us: its own first plan, guided local search.

    A visit that it leaves out is said to be left out, and nothing more.
    """
    model = Model(problem, problem.shifts, problem.visits)
    searching = pywrapcp.DefaultRoutingSearchParameters()
    searching.local_search_metaheuristic = GUIDED
    searching.time_limit.FromMilliseconds(_left_ms(model, seconds))
    make_ready(model, progress, seed)
    answer = model.routing.SolveWithParameters(searching)
    return _written(model, answer, "OR-Tools as shipped.")


def plan_by_iterated_search(
    problem: Problem, *, seconds: float, seed: int = 0, progress: Progress | None = None
) -> Plan:
    """What OR-Tools finds on the same model by its own iterated local search, at its best.

    Parallel cheapest insertion, then ruin by slack induction and recreate, descent by small moves,
    and annealing at temperatures of its own finding.

    Source: `routing_ils.proto` of OR-Tools 9.15; `SolveWithParameters` would ignore all this.
    """
    model = Model(problem, problem.shifts, problem.visits)
    searching = parameters(_left_ms(model, seconds) / 1000, large=True)
    searching.local_search_metaheuristic = (
        routing_enums_pb2.LocalSearchMetaheuristic.GREEDY_DESCENT
    )
    searching.use_iterated_local_search = True
    iterated = searching.iterated_local_search_parameters
    ruin = iterated.ruin_recreate_parameters.ruin_strategies.add().sisr
    ruin.avg_num_removed_visits, ruin.max_removed_sequence_size = REMOVED, LONGEST
    ruin.bypass_factor = 0.5
    annealing = iterated.reference_solution_acceptance_strategy.simulated_annealing
    annealing.cooling_schedule_strategy = routing_ils_pb2.CoolingScheduleStrategy.EXPONENTIAL
    annealing.automatic_temperatures = True
    make_ready(model, progress, seed)
    answer = model.routing.SolveWithIteratedLocalSearch(searching)
    return _written(model, answer, "OR-Tools' iterated local search.")


def _left_ms(model: Model, seconds: float) -> int:
    return int(max(0.05, seconds - model.built_s) * 1000)


def _written(model: Model, answer: pywrapcp.Assignment | None, words: str) -> Plan:
    routes = model.routes(answer) if answer else ()
    planned = {stop.visit for route in routes for stop in route.stops}
    left_out = tuple(
        Unplanned(visit.id, Reason.WINDOWS_FULL, "OR-Tools found no place.")
        for visit in model.problem.visits
        if visit.id not in planned
    )
    return Plan(routes, left_out, price(model.problem, routes, left_out), words)

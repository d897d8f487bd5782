# pyright: basic
"""OR-Tools: plans a day, and has the last word on every plan. The only file that imports it.

The routing model is the whole problem: windows (several per visit), shifts, breaks, skills and
locks, capacity, visits that may be left out at a price, and a price for each visit with each
concierge. Its unit of cost is a second of driving, so its objective is the plan's cost.

Source: OR-Tools 9.15, `ortools.constraint_solver.pywrapcp`.
"""

import time
import weakref
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Literal

import numpy as np
from ortools.constraint_solver import pywrapcp, routing_enums_pb2, routing_parameters_pb2

from .change import order_of
from .check import check
from .errors import BadPlan
from .improve import Asked, Progress, made_by_ortools, only_falling, searched
from .mend import filled, mended
from .plan import Plan, Reason, Route, Unplanned
from .problem import Problem, Shift, Visit
from .reasons import can_carry, may_serve, why_never
from .seconds import Call, call, ceil_s, duty
from .timeline import is_moved, is_stranger, price, time_route
from .words import summary

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

_GUIDED = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH

FIRST_SHARE = 0.15
"""The part of the time in which OR-Tools makes the plan that our search begins at."""

Engine = Literal["search", "ortools"]
"""Who makes the plan: OR-Tools and then our search, or OR-Tools alone. OR-Tools judges both."""


def plan_day(
    problem: Problem,
    *,
    seconds: float,
    seed: int = 0,
    incumbent: Plan | None = None,
    engine: Engine = "search",
    progress: Progress | None = None,
    called_off: Callable[[], bool] | None = None,
) -> Plan:
    """The best plan found in this time, judged by `check` and accepted by OR-Tools.

    Never dearer than the incumbent where that is still feasible: what can be kept of it is kept,
    and the search begins there. The engine "ortools" does without our own search.

    Raises:
        BadPlan: the plan did not survive the last word; nothing is answered.
    """
    begun = time.monotonic()
    visits = [each for each in problem.visits if not why_never(problem, each, each.windows)]
    asked = Asked(
        problem=problem,
        shifts=[shift for shift in problem.shifts if duty(problem, shift).can_rest],
        visits=visits,
        in_force=incumbent is not None,
        begun=begun,
        seconds=seconds,
        seed=seed,
        progress=only_falling(progress, begun, visits, problem),
    )
    kept = mended(problem, incumbent or Plan())
    if not asked.visits:
        said = f"No visit can be planned: {summary(kept.routes, kept.unplanned)}"
        return _with_the_last_word(problem, replace(kept, words=said))
    first, built_s = _first_plan(asked, kept, 1.0 if engine == "ortools" else FIRST_SHARE)
    if engine == "ortools":
        return _with_the_last_word(problem, first)
    better = searched(
        asked, first, until=begun + seconds - 0.05 - 2 * built_s, called_off=called_off
    )
    try:
        return _with_the_last_word(problem, better)
    except BadPlan as refused:
        said = f"{first.words}; what the search proposed was not accepted: {refused}"
        return _with_the_last_word(problem, replace(first, words=said))


def _first_plan(asked: Asked, kept: Plan, share: float) -> tuple[Plan, float]:
    """OR-Tools' plan after this share of the time, and how long its model took to build."""
    model = _Model(asked.problem, asked.shifts, asked.visits)
    large = len(asked.shifts) * len(asked.visits) >= LARGE
    left_s = asked.seconds - (time.monotonic() - asked.begun) - 0.05 - 4 * model.built_s
    found = model.search(
        kept if large or asked.in_force else None,
        limit_s=max(0.05, share * left_s),
        seed=asked.seed,
        large=large,
        progress=asked.progress,
    )
    return made_by_ortools(asked, kept, found), model.built_s


def _with_the_last_word(problem: Problem, plan: Plan) -> Plan:
    """The plan, once `check` and OR-Tools have nothing against it."""
    broken = check(problem, plan)
    if broken:
        raise BadPlan(f"The plan made breaks a rule: {broken[0].words}")
    accept(problem, plan)
    return plan


def plan_as_shipped(
    problem: Problem, *, seconds: float, seed: int = 0, progress: Progress | None = None
) -> Plan:
    """What OR-Tools finds on the same model without us: its own first plan, guided local search.

    For comparison. A visit that it leaves out is said to be left out, and nothing more.
    """
    model = _Model(problem, problem.shifts, problem.visits)
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    parameters.local_search_metaheuristic = _GUIDED
    parameters.time_limit.FromMilliseconds(int(max(0.05, seconds - model.built_s) * 1000))
    model.tell(progress, seed)
    answer = model.routing.SolveWithParameters(parameters)
    routes = model.routes(answer) if answer else ()
    planned = {stop.visit for route in routes for stop in route.stops}
    left_out = tuple(
        Unplanned(visit.id, Reason.WINDOWS_FULL, "OR-Tools found no place.")
        for visit in problem.visits
        if visit.id not in planned
    )
    return Plan(routes, left_out, price(problem, routes, left_out), "OR-Tools as shipped.")


def accept(problem: Problem, plan: Plan) -> None:
    """The last word: OR-Tools prices this plan as it stands, all its rules active.

    Raises:
        BadPlan: OR-Tools cannot drive these routes at these times, or prices them otherwise.
    """
    for route in plan.routes:
        if not problem.has_shift(route.shift):
            raise BadPlan(f"OR-Tools knows no shift {route.shift}.")
        for stop in route.stops:
            if not problem.has_visit(stop.visit):
                raise BadPlan(f"OR-Tools knows no visit {stop.visit}.")
    answered = sum(len(route.stops) for route in plan.routes) + len(plan.unplanned)
    if answered != len(problem.visits):
        raise BadPlan(f"The plan answers {answered} of {len(problem.visits)} visits.")
    driven = price(problem, plan.routes, plan.unplanned).total
    total = driven
    if problem.shifts:
        total = _Model(problem, problem.shifts, problem.visits).price_as_planned(plan)
    for said in (plan.cost.total, driven):
        if said != total:
            raise BadPlan(f"OR-Tools prices the plan at {total}; it says {said}.")


class _Model:
    """The problem as OR-Tools' routing model.

    Nodes are the visits in order, then each shift's start and each shift's end, so that the way
    of a shift that stays at home takes no time. Moments count in seconds from `origin_s`.
    """

    def __init__(self, problem: Problem, shifts: Sequence[Shift], visits: Sequence[Visit]) -> None:
        begun = time.monotonic()
        self.problem, self.shifts = problem, shifts
        self.duties = [duty(problem, shift) for shift in shifts]
        self.calls = [call(problem, visit) for visit in visits]
        self.origin_s = min(on.starts_s for on in self.duties)
        self.horizon_s = max(on.ends_s for on in self.duties) - self.origin_s
        count, cars = len(visits), len(shifts)
        starts = list(range(count, count + cars))
        ends = list(range(count + cars, count + 2 * cars))
        self.manager = pywrapcp.RoutingIndexManager(count + 2 * cars, cars, starts, ends)
        self.routing = pywrapcp.RoutingModel(self.manager)
        self.index = {v.id: self.manager.NodeToIndex(node) for node, v in enumerate(visits)}
        self._add_drives_and_prices()
        self._add_clock()
        self._add_rail()
        for each in self.calls:
            self._add_visit(each)
        self.breaks = [self._add_breaks(car) for car in range(cars)]
        self.built_s = time.monotonic() - begun

    def _add_drives_and_prices(self) -> None:
        """Driving, and what each visit costs with each concierge, on the arc that leads to it."""
        rows = [each.row for each in self.calls]
        rows += [on.start_row for on in self.duties] + [on.end_row for on in self.duties]
        self.drives = self.problem.travel.seconds[np.ix_(rows, rows)]
        evaluators: dict[tuple[int, ...], int] = {}
        for car, shift in enumerate(self.shifts):
            prices = tuple(self._price(each.visit, shift) for each in self.calls)
            if prices not in evaluators:
                padded = np.array([*prices, *(0 for _ in range(2 * len(self.shifts)))])
                matrix = (self.drives + padded).tolist()
                evaluators[prices] = self.routing.RegisterTransitMatrix(matrix)
            self.routing.SetArcCostEvaluatorOfVehicle(evaluators[prices], car)
            self.routing.SetFixedCostOfVehicle(self.problem.weights.shift, car)

    def _price(self, visit: Visit, shift: Shift) -> int:
        weights = self.problem.weights
        stranger = is_stranger(self.problem, visit, shift.id) * weights.stranger
        return stranger + is_moved(visit, shift.id) * weights.moved

    def _add_clock(self) -> None:
        """Time passes by service and driving; waiting is free; nobody works outside her shift."""
        cars = len(self.shifts)
        self.service = np.array([each.lasts_s for each in self.calls] + [0] * (2 * cars))
        passes = self.drives + self.service[:, None]
        for car in range(cars):
            node = len(self.calls) + car
            passes[node, node + cars] = 0
        transit = self.routing.RegisterTransitMatrix(passes.tolist())
        self.routing.AddDimension(transit, self.horizon_s, self.horizon_s, False, "clock")
        self.clock = self.routing.GetDimensionOrDie("clock")
        for car, on in enumerate(self.duties):
            for index in (self.routing.Start(car), self.routing.End(car)):
                works = self.clock.CumulVar(index)
                works.SetRange(on.starts_s - self.origin_s, on.ends_s - self.origin_s)

    def _add_rail(self) -> None:
        loads = [each.visit.load for each in self.calls] + [0] * (2 * len(self.shifts))
        load = self.routing.RegisterUnaryTransitVector(loads)
        capacities = [shift.capacity for shift in self.shifts]
        self.routing.AddDimensionWithVehicleCapacity(load, 0, capacities, True, "rail")

    def _add_visit(self, each: Call) -> None:
        """A visit may be left out at its price, or begin in one of its windows with some cars."""
        index = self.index[each.visit.id]
        penalty = self.problem.weights.unplanned * each.visit.priority
        self.routing.AddDisjunction([index], penalty)
        open_s = [
            (max(0, opens_s - self.origin_s), min(self.horizon_s, closes_s - self.origin_s))
            for opens_s, closes_s in each.spans
        ]
        open_s = [(opens_s, closes_s) for opens_s, closes_s in open_s if opens_s <= closes_s]
        cars = [
            car
            for car, shift in enumerate(self.shifts)
            if self.duties[car].can_rest
            and may_serve(each.visit, shift)
            and can_carry(each.visit, shift)
        ]
        self.routing.VehicleVar(index).SetValues([-1, *(cars if open_s else [])])
        if open_s:
            starts = self.clock.CumulVar(index)
            starts.SetRange(open_s[0][0], max(closes_s for _, closes_s in open_s))
            until_s = open_s[0][1]
            for opens_s, closes_s in open_s[1:]:
                if opens_s > until_s + 1:
                    starts.RemoveInterval(until_s + 1, opens_s - 1)
                until_s = max(until_s, closes_s)

    def _add_breaks(self, car: int) -> list[pywrapcp.IntervalVar]:
        """Breaks fall between visits; the one that must begin first is taken first."""
        on, solver = self.duties[car], self.routing.solver()
        if not on.can_rest:
            return []
        breaks = [
            solver.FixedDurationIntervalVar(
                rest.opens_s - self.origin_s,
                rest.closes_s - self.origin_s,
                rest.lasts_s,
                False,
                f"break {number} of {on.shift.id}",
            )
            for number, rest in enumerate(on.rests)
        ]
        for first, second in pairwise(breaks):
            solver.Add(second.StartsAfterEnd(first))
        if breaks:
            nodes = (self.manager.IndexToNode(i) for i in range(self.routing.Size()))
            service = [int(self.service[node]) for node in nodes]
            self.clock.SetBreakIntervalsOfVehicle(breaks, car, service)
        return breaks

    def search(
        self,
        kept: Plan | None,
        *,
        limit_s: float,
        seed: int,
        large: bool,
        progress: Progress | None,
    ) -> Plan | None:
        """The best plan found, begun from `kept` if given; None if there was none in time.

        What OR-Tools leaves out gets one more chance, by insertion.
        """
        self.tell(progress, seed)
        parameters = _parameters(limit_s, large=large)
        if kept is None:
            answer = self.routing.SolveWithParameters(parameters)
        else:
            self.routing.CloseModelWithParameters(parameters)
            start = self.routing.ReadAssignmentFromRoutes(self._indices(kept), True)
            answer = start and self.routing.SolveFromAssignmentWithParameters(start, parameters)
        return answer and filled(self.problem, Plan(self.routes(answer)))

    def tell(self, progress: Progress | None, seed: int) -> None:
        """Make ready to search: from this seed, telling of each better plan.

        What OR-Tools calls back must not hold the model, or neither is ever freed.
        """
        begun, best, here = time.monotonic(), [1 << 62], weakref.ref(self)

        def better() -> None:
            model = here()
            cost = model.routing.CostVar().Max() if model else best[0]
            if progress is not None and cost < best[0]:
                best[0] = cost
                progress(time.monotonic() - begun, cost)

        self.routing.AddAtSolutionCallback(better)
        self.routing.solver().ReSeed(seed)

    def _indices(self, plan: Plan) -> list[list[int]]:
        return [[self.index[each] for each in order_of(plan, shift.id)] for shift in self.shifts]

    def routes(self, answer: pywrapcp.Assignment) -> tuple[Route, ...]:
        """The routes of an answer, with their times."""
        routes: list[Route] = []
        for car, shift in enumerate(self.shifts):
            order: list[Visit] = []
            index = answer.Value(self.routing.NextVar(self.routing.Start(car)))
            while not self.routing.IsEnd(index):
                order.append(self.calls[self.manager.IndexToNode(index)].visit)
                index = answer.Value(self.routing.NextVar(index))
            if order:
                route = time_route(self.problem, shift, order)
                if route is None:
                    raise BadPlan(f"OR-Tools drives {shift.called} in an order with no times.")
                routes.append(route)
        return tuple(routes)

    def price_as_planned(self, plan: Plan) -> int:
        """The objective with every route, start, and break fixed where the plan has it.

        Raises:
            BadPlan: OR-Tools finds no solution there.
        """
        car_of = {shift.id: car for car, shift in enumerate(self.shifts)}
        for route in plan.routes:
            car = car_of[route.shift]
            self._fix(self.routing.Start(car), ceil_s(route.leaves), route.shift)
            self._fix(self.routing.End(car), ceil_s(route.returns), route.shift)
            for stop in route.stops:
                self._fix(self.index[stop.visit], ceil_s(stop.starts), stop.visit)
            taken = sorted(ceil_s(rest.starts) for rest in route.breaks)
            if len(taken) != len(self.breaks[car]):
                raise BadPlan(f"OR-Tools wants {len(self.breaks[car])} breaks in {route.shift}.")
            for rest, starts_s in zip(self.breaks[car], taken, strict=True):
                at_s = starts_s - self.origin_s
                if not rest.StartMin() <= at_s <= rest.StartMax():
                    raise BadPlan(f"OR-Tools allows no break then in shift {route.shift}.")
                rest.SetStartRange(at_s, at_s)
        self.routing.CloseModelWithParameters(_parameters(10.0, large=False))
        routes = self._indices(plan)
        answer = self.routing.ReadAssignmentFromRoutes(routes, True)
        if answer is None:
            raise BadPlan("OR-Tools cannot drive these routes at these times.")
        return answer.ObjectiveValue()

    def _fix(self, index: int, at_s: int, where: str) -> None:
        moment = self.clock.CumulVar(index)
        if not moment.Contains(at_s - self.origin_s):
            raise BadPlan(f"OR-Tools allows no such time for {where}.")
        moment.SetValue(at_s - self.origin_s)


def _parameters(limit_s: float, *, large: bool) -> routing_parameters_pb2.RoutingSearchParameters:
    """Guided local search; with breaks, checking a start takes longer than the usual limit."""
    enums = routing_enums_pb2
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    parameters.first_solution_strategy = enums.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    parameters.local_search_metaheuristic = _GUIDED
    parameters.time_limit.FromMilliseconds(int(limit_s * 1000))
    parameters.lns_time_limit.FromMilliseconds(int(limit_s * 1000))
    if large:
        operators = parameters.local_search_operators
        for field in operators.DESCRIPTOR.fields:
            on = field.name.removeprefix("use_") in SMALL_MOVES
            setattr(operators, field.name, 3 if on else 2)
    return parameters

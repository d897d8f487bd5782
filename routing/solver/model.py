# pyright: basic
"""The problem as OR-Tools' routing model: what may be driven, and what it costs.

Windows (several per visit), shifts, breaks, skills and locks, capacity, visits that may be left
out at a price, a price for each visit with each concierge, for overtime and for more work than is
fair. Its unit of cost is a second of
driving, so its objective is the plan's cost.

Source: OR-Tools 9.15, `ortools.constraint_solver.pywrapcp`.
"""

import time
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from ortools.constraint_solver import pywrapcp

from routing.change import order_of
from routing.clockwork import true_drives_s
from routing.errors import BadPlan
from routing.mend import as_far_as_it_goes
from routing.plan import Plan, Route
from routing.problem import Problem, Shift, Visit
from routing.reasons import can_carry, may_serve
from routing.roads import roads_of
from routing.seconds import Call, call, duty
from routing.timeline import price_with, time_route


class Model:
    """The problem as OR-Tools' routing model.

    Nodes are the visits in order, then each shift's start and each shift's end, so that the way
    of a shift that stays at home takes no time. Moments count in seconds from `origin_s`.

    A drive has one length here. Where speeds change with the hour it is what it takes in the mean,
    and for the drives of a plan that is to be judged, what they take when they are driven.
    """

    def __init__(
        self,
        problem: Problem,
        shifts: Sequence[Shift],
        visits: Sequence[Visit],
        *,
        judged: Plan | None = None,
    ) -> None:
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
        self.drives = self._mean_drives()
        if judged is not None:
            self._drive_as(judged)
        self._add_drives_and_prices()
        self._add_clock()
        self._add_work()
        self._add_rail()
        for each in self.calls:
            self._add_visit(each)
        for each in self.calls:
            self._add_order(each.visit)
        self.breaks = [self._add_breaks(car) for car in range(cars)]
        self.built_s = time.monotonic() - begun

    def _mean_drives(self) -> np.ndarray:
        """Seconds of driving between nodes, at the mean speed from the first shift to the last."""
        rows = [each.row for each in self.calls]
        rows += [on.start_row for on in self.duties] + [on.end_row for on in self.duties]
        drives = self.problem.travel.seconds[np.ix_(rows, rows)]
        until_s = self.origin_s + self.horizon_s
        roads = roads_of(self.problem.travel.speeds, self.origin_s, until_s)
        driven = roads.driven(self.origin_s, until_s)
        return -(-drives * roads.parts(self.horizon_s) // driven)

    def _drive_as(self, plan: Plan) -> None:
        """Give each drive of a plan the seconds it takes when the plan has it."""
        node = {each.visit.id: number for number, each in enumerate(self.calls)}
        car_of = {shift.id: car for car, shift in enumerate(self.shifts)}
        for route in plan.routes:
            car = len(self.calls) + car_of[route.shift]
            way = [car, *(node[stop.visit] for stop in route.stops), car + len(self.shifts)]
            seconds = true_drives_s(self.problem, self.duties[car_of[route.shift]], route)
            for (here, there), drive_s in zip(pairwise(way), seconds, strict=True):
                self.drives[here, there] = drive_s

    def _add_drives_and_prices(self) -> None:
        """Driving, and what each visit costs with each concierge.

        What a visit costs with anybody is on the arcs that leave it. What it costs beyond that
        with some is a dimension without slack, whose span OR-Tools adds to the arcs' costs: a
        vector for each concierge, where a matrix for each would take a second and 130 MB. One
        vector entry must be 0 for each visit, or OR-Tools would not let it be left out.
        """
        prices = np.zeros((len(self.shifts), len(self.drives)), dtype=np.int64)
        for column, each in enumerate(self.calls):
            prices[:, column] = [price_with(self.problem, each.visit, s.id) for s in self.shifts]
        least = prices.min(axis=0)
        costs = self.routing.RegisterTransitMatrix((self.drives + least[:, None]).tolist())
        self.routing.SetArcCostEvaluatorOfAllVehicles(costs)
        self.routing.SetFixedCostOfAllVehicles(self.problem.weights.shift)
        beyond = prices - least
        if beyond.any():
            vectors = [self.routing.RegisterUnaryTransitVector(row) for row in beyond.tolist()]
            most = int(beyond.max(axis=0).sum())
            self.routing.AddDimensionWithVehicleTransits(vectors, 0, most, True, "prices")
            self.routing.GetDimensionOrDie("prices").SetSpanCostCoefficientForAllVehicles(1)

    def _add_clock(self) -> None:
        """Time passes by service and driving; waiting is free; nobody works outside her shift."""
        cars = len(self.shifts)
        self.service = np.array([each.lasts_s for each in self.calls] + [0] * (2 * cars))
        passes = self.drives + self.service[:, None]
        for car in range(cars):
            node = len(self.calls) + car
            passes[node, node + cars] = 0
        self.passes = self.routing.RegisterTransitMatrix(passes.tolist())
        self.routing.AddDimension(self.passes, self.horizon_s, self.horizon_s, False, "clock")
        self.clock = self.routing.GetDimensionOrDie("clock")
        for car, on in enumerate(self.duties):
            for index in (self.routing.Start(car), self.routing.End(car)):
                works = self.clock.CumulVar(index)
                works.SetRange(on.starts_s - self.origin_s, on.ends_s - self.origin_s)
            if on.due_s < on.ends_s:
                due_s, price = on.due_s - self.origin_s, self.problem.weights.overtime
                self.clock.SetCumulVarSoftUpperBound(self.routing.End(car), due_s, price)

    def _add_work(self) -> None:
        """Driving and service without waiting; each second beyond what is fair has a price."""
        if all(shift.fair is None for shift in self.shifts):
            return
        self.routing.AddDimension(self.passes, 0, self.horizon_s, True, "work")
        work = self.routing.GetDimensionOrDie("work")
        for car, on in enumerate(self.duties):
            if on.shift.fair is not None:
                price = self.problem.weights.unfair
                work.SetCumulVarSoftUpperBound(self.routing.End(car), on.fair_s, price)

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

    def _add_order(self, visit: Visit) -> None:
        """A visit under way is the first of its route; one locked after another comes after it."""
        lock, solver = visit.lock, self.routing.solver()
        cars = {shift.id: car for car, shift in enumerate(self.shifts)}
        if lock is None or lock.shift not in cars:
            return
        car, index = cars[lock.shift], self.index[visit.id]
        is_served = self.routing.ActiveVar(index)
        if lock.under_way:
            first = self.routing.NextVar(self.routing.Start(car))
            solver.Add(solver.IsEqualCstVar(first, index) == is_served)
        if lock.after in self.index:
            other = self.index[lock.after]
            also = solver.IsEqualCstVar(self.routing.VehicleVar(other), car)
            unless = (2 - is_served - also) * self.horizon_s
            starts, before = self.clock.CumulVar(index), self.clock.CumulVar(other)
            solver.Add(starts + unless >= before)

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

    def indices(self, plan: Plan) -> list[list[int]]:
        """The orders of a plan as OR-Tools counts visits, one for each shift."""
        return [[self.index[each] for each in order_of(plan, shift.id)] for shift in self.shifts]

    def routes(self, answer: pywrapcp.Assignment) -> tuple[Route, ...]:
        """The routes of an answer, with their times.

        Where speeds change with the hour, those of its visits that can truly be driven.
        """
        routes: list[Route] = []
        for car, shift in enumerate(self.shifts):
            order: list[Visit] = []
            index = answer.Value(self.routing.NextVar(self.routing.Start(car)))
            while not self.routing.IsEnd(index):
                order.append(self.calls[self.manager.IndexToNode(index)].visit)
                index = answer.Value(self.routing.NextVar(index))
            if order:
                route = time_route(self.problem, shift, order)
                if route is None and self.problem.travel.speeds is None:
                    raise BadPlan(f"OR-Tools drives {shift.called} in an order with no times.")
                route = route or as_far_as_it_goes(self.problem, shift, order)
                routes += [route] if route else []
        return tuple(routes)

"""PyVRP: hybrid genetic and iterated local search, with the time it is given.

Skills and prices of a visit with a concierge become profiles: each a matrix of what arcs cost and
last. A visit that may be left out is a client with a prize, one with several windows a group of
clients of whom one is served.

Source: PyVRP 0.14.1, `pyvrp.ProblemData` and `pyvrp.solve`.
"""

import time
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyvrp import Client, ClientGroup, Depot, Location, ProblemData, VehicleType, solve
from pyvrp.stop import MaxRuntime

from routing.bench.instances import MUST
from routing.errors import BadPlan
from routing.plan import Plan
from routing.problem import Problem, Shift, Visit
from routing.reasons import can_carry, may_serve
from routing.seconds import call, duty
from routing.timeline import price_with

from .answer import Cannot, open_spans, plan_of, refuse_beyond_peers

LEAST_S = 0.05
"""What is left to search in when the data took longer to build than there was time."""


def plan_with_pyvrp(problem: Problem, *, seconds: float, seed: int) -> Plan:
    """PyVRP's plan of this day.

    Raises:
        Cannot: a shift has breaks, or the day asks for what no peer has.
        BadPlan: it found no plan that keeps every rule.
    """
    refuse_beyond_peers(problem)
    if any(shift.breaks for shift in problem.shifts):
        raise Cannot("breaks")
    begun = time.perf_counter()
    day = _Day(problem)
    data = day.data()
    left_s = max(LEAST_S, seconds - (time.perf_counter() - begun))
    found = solve(data, MaxRuntime(left_s), seed=seed, collect_stats=False, display=False)
    if not found.is_feasible():
        raise BadPlan("PyVRP found no plan that keeps every rule.")
    free = {index: list(shifts) for index, shifts in enumerate(day.alike.values())}
    orders: dict[str, list[str]] = {}
    for route in found.best.routes():
        order = [day.client_of[stop.idx] for stop in route if stop.is_client()]
        if order:
            orders[free[route.vehicle_type()].pop()] = order
    return plan_of(problem, orders, who="PyVRP")


@dataclass(frozen=True, slots=True)
class _Kind:
    """What shifts must share to be one vehicle type."""

    starts_s: int
    ends_s: int
    from_row: int
    to_row: int
    capacity: int
    prices: tuple[int, ...]
    """What each visit costs beside driving; `_NEVER` where the shift may not serve it."""


_NEVER = 1 << 30


class _Day:
    """A problem as PyVRP's data. Moments count in seconds from the first shift's start."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.duties = [duty(problem, shift) for shift in problem.shifts]
        self.calls = [call(problem, visit) for visit in problem.visits]
        self.origin_s = min(on.starts_s for on in self.duties)
        self.horizon_s = max(on.ends_s for on in self.duties) - self.origin_s
        self.alike: dict[_Kind, list[str]] = defaultdict(list)
        for on in self.duties:
            prices = tuple(self._price(visit, on.shift) for visit in problem.visits)
            self.alike[
                _Kind(
                    on.starts_s - self.origin_s,
                    on.ends_s - self.origin_s,
                    on.start_row,
                    on.end_row,
                    on.shift.capacity,
                    prices,
                )
            ].append(on.shift.id)
        self.client_of: list[str] = []

    def _price(self, visit: Visit, shift: Shift) -> int:
        if not (may_serve(visit, shift) and can_carry(visit, shift)):
            return _NEVER
        return price_with(self.problem, visit, shift.id)

    def data(self) -> ProblemData:
        """Depots first, then a location for each visit."""
        depot_rows = sorted({row for kind in self.alike for row in (kind.from_row, kind.to_row)})
        rows = [*depot_rows, *(each.row for each in self.calls)]
        drives = self.problem.travel.seconds[np.ix_(rows, rows)]
        clients, groups = self._clients(first=len(depot_rows))
        profiles = list(dict.fromkeys(kind.prices for kind in self.alike))
        matrices = [self._profile(drives, prices, len(depot_rows)) for prices in profiles]
        costs: list[Any] = [cost for cost, _ in matrices]
        lasts: list[Any] = [lasts for _, lasts in matrices]
        kinds = [
            VehicleType(
                num_available=len(shifts),
                capacity=[kind.capacity],
                start_depot=depot_rows.index(kind.from_row),
                end_depot=depot_rows.index(kind.to_row),
                fixed_cost=self.problem.weights.shift,
                tw_early=kind.starts_s,
                tw_late=kind.ends_s,
                profile=profiles.index(kind.prices),
            )
            for kind, shifts in self.alike.items()
        ]
        return ProblemData(
            [Location(0, 0) for _ in rows],
            clients,
            [Depot(index) for index in range(len(depot_rows))],
            kinds,
            costs,
            lasts,
            groups,
        )

    def _clients(self, *, first: int) -> tuple[list[Client], list[ClientGroup]]:
        clients: list[Client] = []
        groups: list[ClientGroup] = []
        weight = self.problem.weights.unplanned
        for index, each in enumerate(self.calls):
            spans = open_spans(each, self.origin_s)
            must = weight >= MUST and len(spans) == 1
            group = None
            if len(spans) > 1:
                group = len(groups)
                members = range(len(clients), len(clients) + len(spans))
                groups.append(ClientGroup(list(members), required=weight >= MUST))
            for opens_s, closes_s in spans:
                self.client_of.append(each.visit.id)
                clients.append(
                    Client(
                        first + index,
                        delivery=[each.visit.load],
                        service_duration=each.lasts_s,
                        tw_early=opens_s,
                        tw_late=closes_s,
                        prize=0 if must else weight * each.visit.priority,
                        required=must,
                        group=group,
                    )
                )
        return clients, groups

    def _profile(
        self, drives: NDArray[np.int64], prices: tuple[int, ...], depots: int
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """What arcs cost and last; the way to a visit that is not for them lasts for ever."""
        asked = np.array((*(0 for _ in range(depots)), *prices))
        never = asked == _NEVER
        cost = drives + np.where(never, self.problem.weights.unplanned, asked)
        lasts = drives + np.where(never, 2 * self.horizon_s, 0)
        np.fill_diagonal(cost, 0)
        np.fill_diagonal(lasts, 0)
        return cost, lasts

"""The search as a whole: begins at a plan, anneals in short batches, answers the best it met."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from routing.change import order_of
from routing.errors import BadPlan
from routing.plan import Plan
from routing.problem import Problem, Shift, Visit

from .annealing import anneal, copy_all, seed_dice
from .day import Day, read_day
from .giving_back import NOT_PROMISED, give_back
from .pace import Pace
from .pool import Met, Pool
from .routes import Routes, no_routes, reckon, total
from .ruin import empty_hand

FRESH, IN_FORCE = 1.5, 0.4
"""How hot the search begins, in mean drives between two visits: when it plans a day anew, and
when it improves a plan in force."""
COOLS_TO = 0.01
"""The last temperature, as a share of the first."""

Progress = Callable[[float, int], None]
"""Told of each better proposal: elapsed seconds and its cost."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """Who would drive where in which order, by shift, and what the search holds it to cost.

    Units: `cost` as in `Weights`, over the visits the search was given.
    """

    orders: dict[str, tuple[str, ...]]
    cost: int
    steps: int
    pool: tuple[Met, ...] = ()
    """Good routes met on the way, those of the orders among them."""


def propose(
    problem: Problem,
    shifts: Sequence[Shift],
    visits: Sequence[Visit],
    begin: Plan,
    *,
    seconds: float,
    steps: int | None = None,
    seed: int = 0,
    hot: float = FRESH,
    progress: Progress | None = None,
    called_off: Callable[[], bool] | None = None,
    look_round: float = 1.0,
) -> Proposal:
    """The best routes met in this time, never dearer than those it begins at.

    There is a visit, and a shift, and every shift can take its breaks. With `steps` it ends after
    so many, the same on every machine. `called_off` is asked ten times a second whether to stop.
    After `look_round`, a share of the search, it looks only around who is absent, or not with the
    shift she was `planned_on`.

    Raises:
        BadPlan: the plan to begin at cannot be driven.
    """
    pace = Pace(seconds, steps)
    day = read_day(problem, shifts, visits)
    best = routes_of(day, shifts, visits, begin)
    kept, trial, hand = no_routes(day), no_routes(day), empty_hand(day)
    copy_all(best, kept)
    copy_all(best, trial)
    costs = np.full(2, total(day, best), dtype=np.int64)
    pool = Pool()
    promised = promised_to(shifts, visits)
    hottest = hot * max(1.0, float(day.drive[: len(visits), : len(visits)].mean()))
    seed_dice(seed & 0xFFFFFFFF)
    while (share := pace.share) < 1.0 and not (called_off and called_off()):
        told = int(costs[1])
        batch, ahead = pace.next()
        cools = hottest * COOLS_TO**share, hottest * COOLS_TO**ahead
        if share < look_round:
            anneal(day, trial, kept, best, hand, costs, batch, *cools)
        else:
            give_back(day, trial, kept, best, hand, costs, promised, batch, *cools)
        pace.done += batch
        pool.add(kept)
        if progress and costs[1] < told:
            progress(pace.elapsed_s, int(costs[1]))
    pool.add(best)
    met = pool.met([each.id for each in shifts], [each.id for each in visits])
    return Proposal(orders_of(shifts, visits, best), int(costs[1]), pace.done, met)


def routes_of(day: Day, shifts: Sequence[Shift], visits: Sequence[Visit], plan: Plan) -> Routes:
    """What these shifts drive in a plan.

    Raises:
        BadPlan: one of them cannot be driven.
    """
    routes = no_routes(day)
    row = {visit.id: number for number, visit in enumerate(visits)}
    for number, shift in enumerate(shifts):
        order = [row[each] for each in order_of(plan, shift.id)]
        routes.tour[number, : len(order)] = order
        routes.stops[number] = len(order)
        routes.shift_of[order] = number
        if not reckon(day, routes, number):
            raise BadPlan(f"The search cannot begin at the route of {shift.called}.")
    return routes


def promised_to(shifts: Sequence[Shift], visits: Sequence[Visit]) -> NDArray[np.int64]:
    """Which shift each visit was `planned_on`. Shapes: (n,), NOT_PROMISED where it is not here."""
    row = {shift.id: number for number, shift in enumerate(shifts)}
    found = [row.get(visit.planned_on or "", NOT_PROMISED) for visit in visits]
    return np.array(found, dtype=np.int64)


def orders_of(
    shifts: Sequence[Shift], visits: Sequence[Visit], routes: Routes
) -> dict[str, tuple[str, ...]]:
    """Who drives whom in which order, by id; shifts at home are left out."""
    return {
        shift.id: tuple(
            visits[int(routes.tour[number, place])].id for place in range(routes.stops[number])
        )
        for number, shift in enumerate(shifts)
        if routes.stops[number]
    }

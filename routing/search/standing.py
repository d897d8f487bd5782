"""A day with its plan as arrays that stand ready, to be asked about visits to come."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing.plan import Route
from routing.problem import Problem, Visit, Window
from routing.seconds import duty, lasts_s, span
from routing.timeline import price

from .day import NOBODY, Day, allowed_to, price_for, read_day
from .gaps import Gaps, Question, Ways, find_gaps, no_gaps, note_ways, weigh
from .routes import Routes, no_routes, reckon

MOST_KINDS = 256
"""Of how many kinds of visit it is remembered who may serve them."""


class Lean(NamedTuple):
    """Routes no wider than their longest tour and one visit more: near together in memory."""

    routes: Routes
    scratch: Routes
    ways: Ways


class Standing:
    """A problem and its routes as arrays, with a blank for one visit that has no place in them.

    There is a shift, and routes name known visits. Nothing fits where a route cannot be driven.
    One question at a time: the blank is written over by the next.
    """

    def __init__(self, problem: Problem, routes: Sequence[Route]) -> None:
        shift = problem.shifts[0]
        blank = Visit(
            id="",
            place=problem.hub.place,
            windows=(Window(shift.starts, shift.starts),),
            lasts=shift.ends - shift.starts,
        )
        duties = [duty(problem, shift) for shift in problem.shifts]
        ends = {row for on in duties for row in (on.start_row, on.end_row)}
        visits = [*problem.visits, blank]
        self._problem = problem
        self._blank = len(problem.visits)
        self._visit = {visit.id: number for number, visit in enumerate(visits)}
        self._shift = {shift.id: number for number, shift in enumerate(problem.shifts)}
        self._origin_s = min(on.starts_s for on in duties)
        rows = [*(problem.travel.row(visit.place) for visit in visits), *sorted(ends)]
        self._rows = np.array(rows, dtype=np.intp)
        self._day = read_day(problem, problem.shifts, visits)
        self._routes = no_routes(self._day)
        self._lean: Lean | None = None
        self._may_serve: dict[object, NDArray[np.bool_]] = {}
        self._asked: tuple[object, NDArray[np.int64], int] | None = None
        for route in routes:
            self.follow(route)

    def follow(self, route: Route) -> None:
        """Take note that this route has come into its shift's place.

        It costs what it costs as it is timed, which need not be the soonest that its visits allow.
        """
        numbers = [self._visit[stop.visit] for stop in route.stops]
        at = self._shift[route.shift]
        self._routes.tour[at, : len(numbers)] = numbers
        self._routes.stops[at] = len(numbers)
        reckon(self._day, self._routes, at)
        if numbers:
            service_s = int(self._day.lasts[numbers].sum())
            self._routes.work[at] = lasts_s(route.drive) + service_s
            self._routes.cost[at] = price(self._problem, [route], ()).total
        self._lean = None

    def gaps(
        self,
        visit: Visit,
        windows: Sequence[Window],
        to_s: NDArray[np.int64],
        from_s: NDArray[np.int64],
        *,
        of_everyone: bool,
    ) -> Gaps:
        """The cheapest gap in each window with each shift.

        Where roads have their hours, costs are about right but for the cheapest of each window,
        unless they are asked `of_everyone`.

        Units: whole seconds of driving to the visit's place, and from it.
        Shapes: (p,), in the order of the problem's places.
        """
        day, blank = self._day, self._blank
        spans, last_close_s = self._spans(visit, windows)
        day.lasts[blank] = lasts_s(visit.lasts)
        day.demand[blank] = visit.load
        day.last_close[blank] = last_close_s
        day.allowed[blank] = self._who_may(visit)
        day.price[blank] = price_for(self._problem, self._shift, visit)
        is_ordered = day.is_ordered or visit.lock is not None
        waiting = self._ordered(visit) if is_ordered else None
        lean = self._lean = self._lean or _lean(day, self._routes)
        rows = self._rows
        asked = Question(blank, to_s[rows], from_s[rows], spans, is_ordered, of_everyone)
        found = no_gaps(len(spans), len(day.starts))
        find_gaps(day, lean.routes, lean.ways, asked, found)
        if day.traffic.is_hourly:
            weigh(day, lean.routes, lean.scratch, lean.ways, asked, found)
        if waiting is not None:
            day.after[waiting] = self._visit.get(visit.id, NOBODY)
        return found

    def _spans(self, visit: Visit, windows: Sequence[Window]) -> tuple[NDArray[np.int64], int]:
        """When service may begin in each window, and the last moment of all; the last remembered.

        Everybody is asked the same windows of a day; only a lock clips them.
        """
        lock = visit.lock
        asked = tuple(windows), lock and lock.starts, lock and lock.not_before
        if self._asked is None or self._asked[0] != asked:
            spans = np.array([span(visit, window) for window in windows], dtype=np.int64)
            spans -= self._origin_s
            self._asked = asked, spans, int(spans[:, 1].max())
        return self._asked[1:]

    def _ordered(self, visit: Visit) -> NDArray[np.intp]:
        """Put the visit where locks have it among the others; those that wait for it."""
        day, lock = self._day, visit.lock
        day.under_way[self._blank] = lock is not None and lock.under_way
        sooner = lock.after if lock else None
        day.after[self._blank] = NOBODY if sooner is None else self._visit.get(sooner, NOBODY)
        waiting = np.flatnonzero(day.after == self._visit.get(visit.id, self._blank))
        day.after[waiting] = self._blank
        return waiting

    def _who_may(self, visit: Visit) -> NDArray[np.bool_]:
        lock = visit.lock and visit.lock.shift
        kind = (visit.skills, visit.load, visit.forbidden, lock)
        if kind not in self._may_serve:
            if len(self._may_serve) == MOST_KINDS:
                self._may_serve.clear()
            self._may_serve[kind] = allowed_to(self._problem.shifts, [visit])[0]
        return self._may_serve[kind]


def _lean(day: Day, routes: Routes) -> Lean:
    width = int(routes.stops.max()) + 2
    trimmed = routes._replace(
        tour=routes.tour[:, :width],
        leaves=routes.leaves[:, :width],
        must=routes.must[:, :width],
    )
    lean, scratch = (Routes._make(each.copy() for each in trimmed) for _ in range(2))
    ways = Ways(
        nodes=np.zeros((len(routes.stops), width + 1), dtype=np.int64),
        drive_s=np.zeros((len(routes.stops), width), dtype=np.int64),
    )
    for shift in range(len(routes.stops)):
        note_ways(day, lean, shift, ways)
    return Lean(lean, scratch, ways)


class Nobody:
    """A day on which nobody works, asked like any other."""

    def follow(self, route: Route) -> None:
        """Nobody drives anything."""

    def gaps(
        self,
        visit: Visit,
        windows: Sequence[Window],
        to_s: NDArray[np.int64],
        from_s: NDArray[np.int64],
        *,
        of_everyone: bool,
    ) -> Gaps:
        """No gap in any window."""
        del visit, to_s, from_s, of_everyone
        return no_gaps(len(windows), 0)

"""Where one visit could go in a plan as it stands, and how little must be eased for it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from routing.change import order_of
from routing.plan import Plan
from routing.problem import Problem, Shift, Visit
from routing.reasons import may_serve
from routing.seconds import duty
from routing.timeline import time_route

MOST_MORE = 180
"""Minutes that a shift begins sooner or ends later at most."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where the visit would go: with whom, when, and how much driving that route then has."""

    visit: Visit
    shift: Shift
    starts: datetime
    drive: timedelta


class Spots:
    """The places of a plan's routes, each tried with the rules as they would then be."""

    def __init__(self, problem: Problem, plan: Plan) -> None:
        self.problem = problem
        self.orders = {
            shift.id: [problem.visit(each) for each in order_of(plan, shift.id)]
            for shift in problem.shifts
        }
        self.drives = {route.shift: route.drive for route in plan.routes}

    def least(self, eased: Callable[[int], Visit], most: int) -> tuple[int, Spot] | None:
        """The least by which the visit must be eased, from 1 to `most`, and where it then goes.

        A visit that fits when eased by so much fits when eased by more.
        """
        best: tuple[int, Spot] | None = None
        for shift in self.problem.shifts:
            found = _bisected(lambda by, s=shift: self.with_shift(eased(by), s), most)
            if found is not None:
                best, most = found, found[0] - 1
        return best

    def least_shift(
        self,
        visit: Visit,
        eased: Callable[[Shift, int], Shift],
        asked: Callable[[Shift], bool] = lambda _: True,
        most: Callable[[Shift], int] = lambda _: MOST_MORE,
    ) -> tuple[int, Spot] | None:
        """The least by which one shift must be eased, and where the visit then goes."""
        best: tuple[int, Spot] | None = None
        for shift in filter(asked, self.problem.shifts):
            bound = min(MOST_MORE, most(shift), MOST_MORE if best is None else best[0] - 1)
            found = _bisected(lambda by, s=shift: self.with_shift(visit, eased(s, by)), bound)
            best = found or best
        return best

    def anywhere(self, visit: Visit) -> Spot | None:
        """The visit with whoever drives least for it."""
        return nearest(self.with_shift(visit, shift) for shift in self.problem.shifts)

    def with_shift(self, visit: Visit, shift: Shift) -> Spot | None:
        """The visit with this shift, where it drives least; None if it does not fit."""
        order = self.orders[shift.id]
        load = visit.load + sum(each.load for each in order)
        may = may_serve(visit, shift) and visit.skills <= shift.skills
        if not may or load > shift.capacity or not duty(self.problem, shift).can_rest:
            return None
        return nearest(self._places(visit, shift, order))

    def _places(self, visit: Visit, shift: Shift, order: list[Visit]) -> Iterator[Spot]:
        before = self.drives.get(shift.id, timedelta(0))
        for at in range(len(order) + 1):
            route = time_route(self.problem, shift, [*order[:at], visit, *order[at:]])
            if route is not None:
                yield Spot(visit, shift, route.stops[at].starts, route.drive - before)


def _bisected(fits: Callable[[int], Spot | None], most: int) -> tuple[int, Spot] | None:
    """The least number from 1 to `most` that fits, if any does."""
    if most < 1:
        return None
    place = fits(most)
    if place is None:
        return None
    low, high = 1, most
    while low < high:
        middle = (low + high) // 2
        found = fits(middle)
        if found is None:
            low = middle + 1
        else:
            high, place = middle, found
    return high, place


def nearest(places: Iterable[Spot | None]) -> Spot | None:
    """The one of them with the least driving; None if there is none."""
    found = [place for place in places if place is not None]
    return min(found, key=lambda place: place.drive, default=None)

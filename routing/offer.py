"""Which windows can still be promised, by inserting a visit into a plan as it stands.

For every gap of every route the earliest departure before it and the latest start after it are
known, so asking whether a visit fits a gap takes no walk along the route. Insertion is sound, not
complete: what is offered can be inserted; what is refused might fit after reshuffling the day.

The gaps are looked through by `routing.search`, which loads Numba when the first day is made
ready. What takes longer, words and times to the second, is worked out when it is asked for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .errors import BadPlan
from .plan import Plan, Reason, Route
from .problem import Problem, Visit, Window
from .reasons import spoken, why_never
from .timeline import time_route
from .travel import Drives

if TYPE_CHECKING:
    from .search.gaps import Gaps

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, eq=False)
class Offer:
    """Whether a visit fits a window and, if so, where it costs least.

    A refusal may speak of several windows; `window` is then the first.
    """

    _answer: "_Answer" = field(repr=False)
    _rows: Sequence[int]
    """The windows meant; of an offer, the one."""
    _at: int | None
    """The number of the shift; None for a refusal."""

    @property
    def visit(self) -> str:
        """Who is meant."""
        return self._answer.visit.id

    @property
    def window(self) -> Window:
        """The window that could be promised, or could not."""
        return self._answer.windows[self._rows[0]]

    @property
    def feasible(self) -> bool:
        """Whether it could be promised."""
        return self._at is not None

    @property
    def shift(self) -> str | None:
        """The shift in which the visit would cost least."""
        return None if self._at is None else self._answer.problem.shifts[self._at].id

    @property
    def position(self) -> int | None:
        """The index it would have among the stops of that shift."""
        return None if self._at is None else self._told(self._answer.gaps.position)

    @property
    def added(self) -> timedelta:
        """The driving it adds."""
        return timedelta(seconds=self._told(self._answer.gaps.added))

    @property
    def cost(self) -> int:
        """Everything it adds, in seconds of driving, as `Weights` values it."""
        return self._told(self._answer.gaps.cost)

    @property
    def shifts(self) -> frozenset[str]:
        """All who have a place for it in this window."""
        return self._answer.shifts(self._rows[0])

    @property
    def concierges(self) -> int:
        """How many have a place for it in this window."""
        return self._answer.gaps.shifts.item(self._rows[0])

    @property
    def starts(self) -> datetime | None:
        """When the visit would begin; None if it does not fit."""
        if self.shift is None or self.position is None:
            return None
        return self._answer.starts(self.shift, self.position, self.window)

    @property
    def reason(self) -> Reason | None:
        """Why it does not fit; None if it does."""
        return None if self.feasible else self._answer.why_not(self._rows)[0]

    @property
    def words(self) -> str:
        """Who would come and when, or why it does not fit."""
        if self.shift is None:
            return self._answer.why_not(self._rows)[1]
        who, more = self._answer.problem.shift(self.shift).called, round(self.added / MINUTE)
        return f"{who}, about {self.starts:%H:%M}, {more} min more driving."

    def _told(self, figures: NDArray[np.int64]) -> int:
        return 0 if self._at is None else figures.item(self._rows[0], self._at)


class Offers:
    """A plan made ready for many questions. Changes of the plan reach it by `follow` alone.

    One question at a time: it is for one thread.

    Raises:
        BadProblem: the plan names a shift or a visit that the problem does not.
    """

    def __init__(self, problem: Problem, plan: Plan) -> None:
        from .search.standing import Nobody, Standing  # noqa: PLC0415 - judging a plan needs no Numba

        self.problem = problem
        self._orders = {route.shift: _order(problem, route) for route in plan.routes}
        self._standing = Standing(problem, plan.routes) if problem.shifts else Nobody()

    def follow(self, route: Route) -> None:
        """Take note that this route has come into its shift's place."""
        order = _order(self.problem, route)
        self._orders = {**self._orders, route.shift: order}
        self._standing.follow(route)

    def windows(
        self, visit: Visit, windows: Sequence[Window], *, drives: Drives | None = None
    ) -> list[Offer]:
        """For each window, the cheapest place for this visit, or why there is none.

        `drives` are for a place that the problem has no travel times of.
        """
        answer = self._ask(visit, windows, drives, of_everyone=False)
        best = answer.gaps.best.tolist()
        return [Offer(answer, (row,), None if at < 0 else at) for row, at in enumerate(best)]

    def places(self, visit: Visit) -> list[Offer]:
        """The cheapest place with every concierge who has one, cheapest first."""
        return self._ask(visit, sorted(visit.windows), None, of_everyone=True).places()

    def best(self, visit: Visit) -> Offer:
        """The cheapest place in any of her windows, or why there is none."""
        return self._ask(visit, sorted(visit.windows), None, of_everyone=True).best()

    def _ask(
        self, visit: Visit, windows: Sequence[Window], drives: Drives | None, *, of_everyone: bool
    ) -> "_Answer":
        if drives is None:
            row = self.problem.travel.row(visit.place)
            seconds = self.problem.travel.seconds
            to_s, from_s = seconds[:, row], seconds[row]
        else:
            to_s, from_s = drives.to_s, drives.from_s
        gaps = self._standing.gaps(visit, windows, to_s, from_s, of_everyone=of_everyone)
        return _Answer(self.problem, visit, windows, drives, self._orders, gaps)


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a day has said about one visit in some windows; `orders` are those it was asked of."""

    problem: Problem
    visit: Visit
    windows: Sequence[Window]
    drives: Drives | None
    orders: Mapping[str, Sequence[str]]
    gaps: "Gaps"

    def best(self) -> Offer:
        """The cheapest place, in the earliest window of equals; or a refusal of them all."""
        places = self.places()
        return places[0] if places else Offer(self, range(len(self.windows)), None)

    def places(self) -> list[Offer]:
        """The cheapest place with each shift that has one, cheapest first."""
        cost = self.gaps.cost
        shifts = np.flatnonzero(self.gaps.fits.any(axis=0)).tolist()
        found = [(cost[:, shift].argmin().item(), shift) for shift in shifts]
        found.sort(key=lambda each: cost.item(*each))
        return [Offer(self, (row,), shift) for row, shift in found]

    def shifts(self, row: int) -> frozenset[str]:
        """All who have a place in this window."""
        return frozenset(
            self.problem.shifts[shift].id for shift in np.flatnonzero(self.gaps.fits[row])
        )

    def starts(self, shift: str, position: int, window: Window) -> datetime:
        """When the visit would begin in this place."""
        visits = [self.problem.visit(each) for each in self.orders.get(shift, ())]
        visits.insert(position, replace(self.visit, windows=(window,)))
        problem = self._problem()
        route = time_route(problem, problem.shift(shift), visits)
        if route is None:
            raise BadPlan(f"Visit {self.visit.id} does not fit where it was offered.")
        return route.stops[position].starts

    def why_not(self, rows: Sequence[int]) -> tuple[Reason, str]:
        """Why the visit fits none of these windows."""
        windows = [self.windows[row] for row in rows]
        never = why_never(self._problem(), self.visit, windows)
        if never is not None:
            return never
        if any(self.gaps.no_rail.item(row) for row in rows):
            words = f"The cars that could get there {spoken(windows)} have no rail left for it."
            return Reason.NO_CAPACITY, words
        if self.visit.lock is not None:
            shift = self.problem.shift(self.visit.lock.shift)
            words = f"Locked to {shift.called}, who is busy {spoken(windows)}."
            return Reason.LOCKED_OUT, words
        return Reason.WINDOWS_FULL, f"Everybody who could come is busy {spoken(windows)}."

    def _problem(self) -> Problem:
        """The day with the drives to the visit's place."""
        if self.drives is None:
            return self.problem
        return replace(
            self.problem, travel=self.drives.into(self.problem.travel, self.visit.place)
        )


def offers(
    problem: Problem,
    plan: Plan,
    visit: Visit,
    windows: Sequence[Window],
    *,
    drives: Drives | None = None,
) -> list[Offer]:
    """For each window, whether this visit could be promised it, with whom, and what it adds.

    Ready for one question; for many, keep `Offers`.
    """
    return Offers(problem, plan).windows(visit, windows, drives=drives)


def _order(problem: Problem, route: Route) -> tuple[str, ...]:
    """The visits of a route in driving order.

    Raises:
        BadProblem: the problem knows not all of them, or not its shift.
    """
    problem.shift(route.shift)
    return tuple(problem.visit(stop.visit).id for stop in route.stops)

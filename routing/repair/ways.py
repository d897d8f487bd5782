"""The kinds of way out, and how each is found: by the search, or by hand where nobody may move."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import combinations

from routing.change import fill, order_of, priced, with_route
from routing.improve import written
from routing.mend import filled, mended
from routing.offer import Offers
from routing.plan import Plan, Route, Unplanned
from routing.problem import Problem, Shift, Visit, Window
from routing.reasons import why_never
from routing.room import make_room
from routing.search import propose
from routing.timeline import time_route
from routing.under_way.alternative import Way

DEAR_MOVE = 20
"""How much dearer a move is than on an ordinary day, where the fewest changes are looked for."""
DEAR_PLACE = 20
"""How much dearer it then is to leave out somebody who has a place, or has just asked for one."""
SEARCHES = 6
"""How many searches the ways take; they share the time."""
LEAST_S = 0.03
"""What each search has even when the time is over."""
ROOM_S = 0.05
"""What looking for room for one visit has at most."""
WARM = 1.0
"""How hot a repair's search begins, in mean drives."""
LATER = (timedelta(minutes=30), timedelta(hours=1), timedelta(hours=2))
"""By how much at most a client is visited late, if nothing less serves her."""
OVERTIME = timedelta(hours=2)
"""How long after her shift a concierge is back at most, where nobody may move."""
MOST_OUT = 3
"""How many visits of one route are weighed against each other before the last ones go."""


class Ways:
    """The rest of a day, and the ways out of it.

    Units: `seconds` is for all ways together; `steps`, if given, for each search.
    """

    def __init__(
        self,
        rest: Problem,
        published: Plan,
        on_call: tuple[Shift, ...],
        *,
        seconds: float,
        steps: int | None,
        seed: int,
    ) -> None:
        self.rest, self.published, self.on_call = rest, published, on_call
        self.steps, self.seed = steps, seed
        self.until, self.searches = time.monotonic() + seconds, SEARCHES
        out = {route.shift for route in published.routes}
        home = frozenset(shift.id for shift in rest.shifts if shift.id not in out)
        self.home = home if len(home) < len(rest.shifts) else frozenset[str]()
        """The shifts that stay where they are unless they are called in."""
        self.team = _without_home(rest, self.home)
        self._asked_before = {left.visit for left in published.unplanned}
        self._possible = {v.id for v in self.team.visits if _possible(self.team, v)}
        self._mended = mended(self._dear(self.team), published)
        self._fewest: Plan | None = None

    def out(self, way: Way) -> tuple[Problem, Plan] | None:
        """The plan of this kind and the problem it answers; None if there is none of its own."""
        match way:
            case Way.FEWEST_CHANGES:
                return self._answer(self._fewest_changes())
            case Way.SHORTEST:
                return self._answer(self._searched(self.team, self._mended))
            case Way.CALL_IN:
                return self._called_in()
            case Way.ALL_SERVED:
                return self._all_served()
            case Way.SAME_CONCIERGE:
                return self._nobody_moved(late=True)
            case Way.LEAVE_OUT:
                return self._nobody_moved(late=False)

    def _fewest_changes(self) -> Plan:
        if self._fewest is None:
            self._fewest = self._hardly_changed(self._dear(self.team), self._mended)
        return self._fewest

    def _hardly_changed(self, day: Problem, begin: Plan) -> Plan:
        """As many served as room is found for, and then as few moved as may be."""
        plan = self._searched(day, begin)
        roomier = self._with_room(day, plan)
        return self._searched(day, roomier)

    def _with_room(self, day: Problem, plan: Plan) -> Plan:
        """The plan with room made for those whom it leaves out and who have a place."""
        until = time.monotonic() + 2 * self._share_s()
        for left in plan.unplanned:
            visit, seconds = day.visit(left.visit), min(ROOM_S, until - time.monotonic())
            if seconds > 0 and visit.id not in self._asked_before and self._may_fit(day, visit):
                room = make_room(
                    day, plan, visit, seconds=seconds, steps=self.steps, seed=self.seed
                )
                plan = room or plan
        return plan

    def _called_in(self) -> tuple[Problem, Plan] | None:
        more = self.home | {shift.id for shift in self.on_call}
        if not more:
            return None
        day = replace(self.rest, shifts=(*self.rest.shifts, *self.on_call))
        cheap = self._dear(day)
        cheap = replace(cheap, weights=replace(cheap.weights, shift=0))
        plan = self._hardly_changed(cheap, filled(cheap, self._mended))
        if not any(route.shift in more for route in plan.routes):
            return None
        return day, _worded(day, plan)

    def _all_served(self) -> tuple[Problem, Plan] | None:
        strict = self._fewest_changes()
        left = {each.visit for each in strict.unplanned}
        if not left:
            return None
        plan, day = strict, self.team
        for later in LATER:
            day = self._dear(_accepting_later(self.team, left, later))
            plan = filled(day, strict)
            if plan.unplanned:
                plan = self._searched(day, plan)
            if not plan.unplanned:
                break
        if len(plan.unplanned) == len(strict.unplanned):
            return None
        return self._as_late_as_it_is(plan)

    def _nobody_moved(self, *, late: bool) -> tuple[Problem, Plan] | None:
        """Each working concierge keeps her own visits in their order; the others find places."""
        day, plan = self.team, Plan()
        for route in self.published.routes:
            if not day.has_shift(route.shift):
                continue
            order = [each for each in order_of(self.published, route.shift) if day.has_visit(each)]
            shift, visits = day.shift(route.shift), [day.visit(each) for each in order]
            kept = _in_time(day, shift, visits) if late else None
            kept = kept or _most_important(day, shift, visits)
            plan = plan if kept is None else with_route(plan, kept)
        problem, plan = self._as_late_as_it_is(plan)
        asked = _without_home(problem, self.home)
        driven = {stop.visit for route in plan.routes for stop in route.stops}
        missing = [visit for visit in asked.visits if visit.id not in driven]
        missing.sort(key=lambda visit: -visit.priority)
        return problem, _worded(problem, fill(asked, replace(plan, unplanned=()), missing))

    def _answer(self, plan: Plan) -> tuple[Problem, Plan]:
        return self.rest, _worded(self.rest, plan)

    def _searched(self, day: Problem, begin: Plan) -> Plan:
        """The best plan our search finds, begun at this one."""
        seconds = max(LEAST_S, self._share_s())
        self.searches -= 1
        begin = priced(day, begin)
        shifts = [shift for shift in day.shifts if time_route(day, shift, []) is not None]
        visits = [visit for visit in day.visits if self._may_fit(day, visit)]
        if not shifts or not visits:
            return begin
        best = propose(
            day, shifts, visits, begin, seconds=seconds, steps=self.steps, seed=self.seed, hot=WARM
        )  # fmt: skip
        plan = written(day, best.orders)
        return begin if plan is None or plan.cost.total >= begin.cost.total else plan

    def _may_fit(self, day: Problem, visit: Visit) -> bool:
        """Whether somebody could serve this visit on that day, were it empty."""
        return visit.id in self._possible or _possible(day, visit)

    def _share_s(self) -> float:
        """What each search still to come has of the time."""
        return (self.until - time.monotonic()) / max(1, self.searches)

    def _dear(self, problem: Problem) -> Problem:
        """The same day, where moving somebody is dear and taking her place dearer still."""
        visits = (
            visit
            if visit.id in self._asked_before
            else replace(visit, priority=visit.priority * DEAR_PLACE)
            for visit in problem.visits
        )
        dear = replace(problem.weights, moved=DEAR_MOVE * max(1, problem.weights.moved))
        return replace(problem, visits=tuple(visits), weights=dear)

    def _as_late_as_it_is(self, plan: Plan) -> tuple[Problem, Plan]:
        """The rest of the day where each accepts just what this plan does to her, no more."""
        day = self.rest
        for route in plan.routes:
            shift = day.shift(route.shift)
            if route.returns > shift.back_by:
                day = _with_shift(day, replace(shift, overtime=route.returns - shift.ends))
            for stop in route.stops:
                visit = self.rest.visit(stop.visit)
                if not any(stop.starts in window for window in visit.windows):
                    closed = max(w.closes for w in visit.windows if w.closes < stop.starts)
                    late = (*visit.windows, Window(closed, stop.starts))
                    day = day.with_visit(replace(visit, windows=late))
        timed = [
            time_route(day, day.shift(r.shift), [day.visit(s.visit) for s in r.stops])
            for r in plan.routes
        ]
        routes = tuple(route for route in timed if route is not None)
        return day, _worded(day, replace(plan, routes=routes))


def _possible(problem: Problem, visit: Visit) -> bool:
    """Whether somebody could serve this visit on an empty day."""
    return why_never(problem, visit, visit.windows) is None


def _without_home(problem: Problem, home: frozenset[str]) -> Problem:
    """The same day, where those at home are ruled out, but for visits locked to them."""
    visits = (
        visit
        if visit.lock is not None and visit.lock.shift in home
        else replace(visit, forbidden=visit.forbidden | home)
        for visit in problem.visits
    )
    return replace(problem, visits=tuple(visits))


def _accepting_later(problem: Problem, visits: Iterable[str], by: timedelta) -> Problem:
    """The same day, where these visits' last windows close later."""
    some = frozenset(visits)
    return replace(
        problem,
        visits=tuple(_later(v, by) if v.id in some else v for v in problem.visits),
    )


def _later(visit: Visit, by: timedelta) -> Visit:
    *others, last = sorted(visit.windows, key=lambda window: window.closes)
    return replace(visit, windows=(*others, Window(last.opens, last.closes + by)))


def _with_shift(problem: Problem, shift: Shift) -> Problem:
    shifts = tuple(shift if each.id == shift.id else each for each in problem.shifts)
    return replace(problem, shifts=shifts)


def _in_time(day: Problem, shift: Shift, visits: Sequence[Visit]) -> Route | None:
    """The route in this order, no later than it must be; None if too late for any client."""
    for later in (timedelta(0), *LATER):
        works = replace(shift, overtime=max(shift.overtime, min(later, OVERTIME)))
        route = time_route(day, works, [_later(visit, later) for visit in visits])
        if visits and route is not None:
            return route
    return None


def _most_important(problem: Problem, shift: Shift, visits: Sequence[Visit]) -> Route | None:
    """The route through as much of this order as can be driven, by priority; None if nothing."""
    for out in range(min(MOST_OUT, len(visits)) + 1):
        best: tuple[tuple[int, timedelta], Route] | None = None
        for gone in combinations(range(len(visits)), out):
            kept = [visit for at, visit in enumerate(visits) if at not in gone]
            route = time_route(problem, shift, kept) if kept else None
            if route is None:
                continue
            rank = sum(visits[at].priority for at in gone), route.drive
            if best is None or rank < best[0]:
                best = rank, route
        if best is not None:
            return best[1]
    return _most_important(problem, shift, visits[:-1]) if visits else None


def _worded(problem: Problem, plan: Plan) -> Plan:
    """The plan with its true cost in this problem, and why in its own terms each is left out."""
    book = Offers(problem, plan)

    def said(left: Unplanned) -> Unplanned:
        offer = book.best(problem.visit(left.visit))
        if offer.reason is not None:
            return Unplanned(left.visit, offer.reason, offer.words)
        who = problem.shift(offer.shift).called if offer.shift else "somebody at home"
        return replace(left, words=f"Only {who} could come, who would have to be called in.")

    return priced(problem, replace(plan, unplanned=tuple(map(said, plan.unplanned))))

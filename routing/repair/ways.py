"""The kinds of way out, and how each is found: by the search, or by hand where nobody may move."""

import math
import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from routing.change import fill, order_of, priced, with_route
from routing.improve import written
from routing.mend import filled, mended
from routing.offer import Offers
from routing.plan import Plan, Unplanned
from routing.problem import Problem, Shift, Visit, Window
from routing.reasons import why_never
from routing.room import make_room
from routing.search import propose
from routing.timeline import time_route
from routing.under_way.alternative import Way

from .keeping import LATER, in_time, later, most_important

DEAR_MOVE = 20
"""How much dearer a move is than on an ordinary day, where the fewest changes are looked for."""
DEAR_PLACE = 2_000
"""How much dearer it then is to leave out somebody who has a place, or has just asked for one:
more than moving everybody else."""
PARTS = {
    Way.FEWEST_CHANGES: (4, 3, 4),
    Way.ALL_SERVED: (1, 1, 1),
    Way.CALL_IN: (4, 4, 12),
    Way.SHORTEST: (2,),
}
"""How long a way takes for each of its steps, beside all those still to come; they share the time.

Of few changes: a search, looking for room, a search again. Of everybody served: a search for each
of LATER.
"""
LEAST_S = 0.03
"""What each search has even when the time is over."""
ROOM_S, TRIES = 0.04, 4
"""What one look for room for one visit has at most, and how often it is begun anew: where it takes
long, another beginning is mostly quicker."""
WARM, HOT = 1.0, 10.0
"""How hot a search begins, in mean drives: for the shortest day and for the last few moves, and
for few moves, each of which costs as much as many drives."""
LOOK_ROUND = 0.3
"""The share of a first search for few moves that looks everywhere, not only around who is away."""


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
        self.until = time.monotonic() + seconds
        self._to_come = {way: list(parts) for way, parts in PARTS.items()}
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
        found = self._found(way)
        self._to_come.pop(way, None)
        return found

    def _found(self, way: Way) -> tuple[Problem, Plan] | None:
        match way:
            case Way.FEWEST_CHANGES:
                return self._answer(self._fewest_changes())
            case Way.SHORTEST:
                return self._answer(self._searched(way, self.team, self._mended))
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
            self._fewest = self._hardly_changed(
                Way.FEWEST_CHANGES, self._dear(self.team), self._mended
            )
        return self._fewest

    def _hardly_changed(self, way: Way, day: Problem, begin: Plan, *others: Plan) -> Plan:
        """As many served as room is found for, or as another plan serves; then few moved."""
        plan = self._searched(way, day, begin, hot=HOT, look_round=LOOK_ROUND)
        roomier = self._with_room(way, day, plan)
        best = min((roomier, *others), key=lambda each: priced(day, each).cost.total)
        return self._searched(way, day, best, look_round=0.0)

    def _with_room(self, way: Way, day: Problem, plan: Plan) -> Plan:
        """The plan with room made for those whom it leaves out and who have a place.

        Moves cost no more than on an ordinary day: where they are dear, hardly any is tried.
        """
        until = time.monotonic() + self._share_s(way)
        most = ROOM_S if self.steps is None else math.inf
        asked = replace(day, weights=replace(day.weights, moved=self.rest.weights.moved))
        for attempt in range(TRIES):
            for left in plan.unplanned:
                visit, seconds = day.visit(left.visit), min(most, until - time.monotonic())
                if seconds <= 0:
                    return plan
                if visit.id not in self._asked_before and self._may_fit(day, visit):
                    seed = self.seed + attempt
                    room = make_room(
                        asked, plan, visit, seconds=seconds, steps=self.steps, seed=seed
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
        plan = self._hardly_changed(
            Way.CALL_IN, cheap, filled(cheap, self._mended), self._fewest_changes()
        )
        if not any(route.shift in more for route in plan.routes):
            return None
        return day, _worded(day, plan)

    def _all_served(self) -> tuple[Problem, Plan] | None:
        strict = self._fewest_changes()
        left = {each.visit for each in strict.unplanned}
        if not left:
            return None
        plan, day = strict, self.team
        for by in LATER:
            day = self._dear(_accepting_later(self.team, left, by))
            plan = filled(day, strict)
            if plan.unplanned:
                plan = self._searched(Way.ALL_SERVED, day, plan, hot=HOT, look_round=LOOK_ROUND)
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
            kept = in_time(day, shift, visits) if late else None
            kept = kept or most_important(day, shift, visits)
            plan = plan if kept is None else with_route(plan, kept)
        problem, plan = self._as_late_as_it_is(plan)
        asked = _without_home(problem, self.home)
        driven = {stop.visit for route in plan.routes for stop in route.stops}
        missing = [visit for visit in asked.visits if visit.id not in driven]
        missing.sort(key=lambda visit: -visit.priority)
        return problem, _worded(problem, fill(asked, replace(plan, unplanned=()), missing))

    def _answer(self, plan: Plan) -> tuple[Problem, Plan]:
        return self.rest, _worded(self.rest, plan)

    def _searched(
        self, way: Way, day: Problem, begin: Plan, *, hot: float = WARM, look_round: float = 1.0
    ) -> Plan:
        """The best plan our search finds for this way, begun at this one.

        After `look_round`, a share of its time, it looks only around who is away.
        """
        seconds = max(LEAST_S, self._share_s(way))
        begin = priced(day, begin)
        shifts = [shift for shift in day.shifts if time_route(day, shift, []) is not None]
        visits = [visit for visit in day.visits if self._may_fit(day, visit)]
        if not shifts or not visits:
            return begin
        best = propose(
            day,
            shifts,
            visits,
            begin,
            seconds=seconds,
            steps=self.steps,
            seed=self.seed,
            hot=hot,
            look_round=look_round,
        )
        plan = written(day, best.orders)
        return begin if plan is None or plan.cost.total >= begin.cost.total else plan

    def _may_fit(self, day: Problem, visit: Visit) -> bool:
        """Whether somebody could serve this visit on that day, were it empty."""
        return visit.id in self._possible or _possible(day, visit)

    def _share_s(self, way: Way) -> float:
        """What the next step of this way has of the time that is left."""
        still = sum(map(sum, self._to_come.values()))
        part = self._to_come[way].pop(0)
        return (self.until - time.monotonic()) * part / still

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
        visits=tuple(later(v, by) if v.id in some else v for v in problem.visits),
    )


def _with_shift(problem: Problem, shift: Shift) -> Problem:
    shifts = tuple(shift if each.id == shift.id else each for each in problem.shifts)
    return replace(problem, shifts=shifts)


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

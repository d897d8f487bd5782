"""Judges any plan from the problem alone: one named rule per promise, one sentence per breach.

Shares no code with what makes plans. Moments are compared as instants, whatever their time zone.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise, permutations

from .plan import BreakTaken, Cost, Plan, Route, Stop
from .problem import Break, Problem, Shift, Visit, Window


@dataclass(frozen=True, slots=True)
class Violation:
    """A broken rule: its name, the visit or shift where it broke, and a sentence saying how."""

    rule: str
    where: str
    words: str


def check(problem: Problem, plan: Plan) -> list[Violation]:
    """Every rule this plan breaks; empty when it is good."""
    found = [*_every_visit_has_one_answer(problem, plan), *_every_shift_has_one_route(plan)]
    for route in plan.routes:
        if not problem.has_shift(route.shift):
            words = f"The plan sends out shift {route.shift}, which is not working."
            found.append(Violation("shift_unknown", route.shift, words))
            continue
        shift = problem.shift(route.shift)
        stops = [
            (problem.visit(stop.visit), stop)
            for stop in route.stops
            if problem.has_visit(stop.visit)
        ]
        found += _route_is_driven(route)
        for visit, stop in stops:
            found += _service_starts_in_her_window(visit, stop)
            found += _service_is_whole(visit, stop)
            found += _skills_are_there(visit, shift)
            found += _nobody_forbidden_comes(visit, shift)
            found += _lock_is_kept(visit, stop, shift)
        found += _rail_has_room(shift, [visit for visit, _ in stops])
        found += _shift_is_kept(shift, route)
        found += _breaks_are_taken(shift, route)
        found += _breaks_are_between_visits(route)
        if len(stops) == len(route.stops):
            found += _drive_times_are_true(problem, shift, route)
            found += _clock_adds_up(shift, route)
    return found + list(_price_is_right(problem, plan))


def _every_visit_has_one_answer(problem: Problem, plan: Plan) -> Iterator[Violation]:
    """Each visit asked for is on one route or left out once; nothing else is in the plan."""
    answers = Counter(stop.visit for route in plan.routes for stop in route.stops)
    answers.update(left.visit for left in plan.unplanned)
    for visit_id, times in answers.items():
        if not problem.has_visit(visit_id):
            words = f"The plan holds visit {visit_id}, which nobody asked for."
            yield Violation("visit_unknown", visit_id, words)
        if times > 1:
            words = f"Visit {visit_id} is in the plan {times} times."
            yield Violation("visit_twice", visit_id, words)
    for visit in problem.visits:
        if visit.id not in answers:
            words = f"{_called(visit)} is neither planned nor left out with a reason."
            yield Violation("visit_missing", visit.id, words)


def _every_shift_has_one_route(plan: Plan) -> Iterator[Violation]:
    """No shift drives two routes."""
    for shift_id, times in Counter(route.shift for route in plan.routes).items():
        if times > 1:
            words = f"Shift {shift_id} has {times} routes."
            yield Violation("shift_twice", shift_id, words)


def _route_is_driven(route: Route) -> Iterator[Violation]:
    """A route visits somebody; a shift with nobody to visit has no route."""
    if not route.stops:
        words = f"The route of shift {route.shift} visits nobody."
        yield Violation("route_empty", route.shift, words)


def _service_starts_in_her_window(visit: Visit, stop: Stop) -> Iterator[Violation]:
    """Service begins inside the window the plan says it keeps, and that window is one of hers."""
    if stop.window not in visit.windows:
        words = f"{_called(visit)} never agreed to {_span(stop.window)}."
        yield Violation("window_not_hers", visit.id, words)
    if _inside(stop.starts, stop.window):
        return
    if any(_inside(stop.starts, window) for window in visit.windows):
        words = (
            f"{_called(visit)} starts {_at(stop.starts)}, not in the {_span(stop.window)} kept."
        )
        yield Violation("window_not_kept", visit.id, words)
        return
    nearest = min(visit.windows, key=lambda window: _outside(stop.starts, window))
    by = max(timedelta(minutes=1), _outside(stop.starts, nearest))
    side = "before" if _utc(stop.starts) < _utc(nearest.opens) else "after"
    words = (
        f"{_called(visit)} would start {_at(stop.starts)}, {_minutes(by)} {side} {_span(nearest)}."
    )
    yield Violation("outside_windows", visit.id, words)


def _service_is_whole(visit: Visit, stop: Stop) -> Iterator[Violation]:
    """A visit gets all the time it needs."""
    given = _utc(stop.ends) - _utc(stop.starts)
    if given < visit.lasts:
        words = f"{_called(visit)} gets {_minutes(given)} of the {_minutes(visit.lasts)} it needs."
        yield Violation("service_short", visit.id, words)


def _skills_are_there(visit: Visit, shift: Shift) -> Iterator[Violation]:
    """Whoever comes has every skill the visit asks for."""
    missing = sorted(visit.skills - shift.skills)
    if missing:
        asked = " and ".join(missing)
        words = f"{_called(visit)} needs someone with {asked}; {shift.called} does not have it."
        yield Violation("skill_missing", visit.id, words)


def _nobody_forbidden_comes(visit: Visit, shift: Shift) -> Iterator[Violation]:
    """A concierge ruled out for a client does not come."""
    if shift.id in visit.forbidden:
        words = f"{_called(visit)} must not be given to {shift.called}."
        yield Violation("forbidden_shift", visit.id, words)


def _lock_is_kept(visit: Visit, stop: Stop, shift: Shift) -> Iterator[Violation]:
    """A locked visit stays with its shift and begins no sooner than the lock says."""
    if visit.lock is None:
        return
    if visit.lock.shift != shift.id:
        words = f"{_called(visit)} is locked to another concierge than {shift.called}."
        yield Violation("lock_broken", visit.id, words)
    not_before = visit.lock.not_before
    if not_before is not None and _utc(stop.starts) < _utc(not_before):
        words = f"{_called(visit)} is locked to start no sooner than {_at(not_before)}."
        yield Violation("lock_broken", visit.id, words)


def _rail_has_room(shift: Shift, visits: list[Visit]) -> Iterator[Violation]:
    """Everything a route carries hangs on its rail."""
    load = sum(visit.load for visit in visits)
    if load > shift.capacity:
        words = f"{load} rail units are loaded on {shift.called}, which holds {shift.capacity}."
        yield Violation("over_capacity", shift.id, words)


def _shift_is_kept(shift: Shift, route: Route) -> Iterator[Violation]:
    """She leaves no sooner than her shift starts and is back before it ends."""
    if _utc(route.leaves) < _utc(shift.starts):
        words = f"{shift.called} leaves {_at(route.leaves)}; the shift starts {_at(shift.starts)}."
        yield Violation("leaves_before_shift", shift.id, words)
    if _utc(route.returns) > _utc(shift.ends):
        words = f"{shift.called} is back {_at(route.returns)}; the shift ends {_at(shift.ends)}."
        yield Violation("returns_after_shift", shift.id, words)


def _breaks_are_taken(shift: Shift, route: Route) -> Iterator[Violation]:
    """Every break of the shift is taken once, begun in its window, long enough and on shift."""
    asked, taken = shift.breaks, route.breaks
    if len(taken) != len(asked):
        words = f"{shift.called} takes {len(taken)} breaks; the shift has {len(asked)}."
        rule = "break_missing" if len(taken) < len(asked) else "break_unasked"
        yield Violation(rule, shift.id, words)
        return
    breaches = [
        [each for pair in zip(asked, order, strict=True) for each in _break_is_right(shift, *pair)]
        for order in permutations(taken)
    ]
    yield from min(breaches, key=len)
    for rest in taken:
        if _utc(rest.starts) < _utc(shift.starts) or _utc(rest.ends) > _utc(shift.ends):
            words = f"A break of {shift.called} at {_at(rest.starts)} is not inside the shift."
            yield Violation("break_off_shift", shift.id, words)


def _break_is_right(shift: Shift, asked: Break, taken: BreakTaken) -> Iterator[Violation]:
    """A break begins inside its window and lasts as long as it should."""
    if not _inside(taken.starts, asked.window):
        words = f"A break of {shift.called} starts {_at(taken.starts)}, not {_span(asked.window)}."
        yield Violation("break_outside_window", shift.id, words)
    lasts = _utc(taken.ends) - _utc(taken.starts)
    if lasts < asked.lasts:
        words = f"A break of {shift.called} lasts {_minutes(lasts)}, not {_minutes(asked.lasts)}."
        yield Violation("break_too_short", shift.id, words)


def _breaks_are_between_visits(route: Route) -> Iterator[Violation]:
    """A break falls between the two visits it is said to, and no two breaks overlap."""
    for rest in route.breaks:
        if not 0 <= rest.before <= len(route.stops):
            words = f"A break of shift {route.shift} is before stop {rest.before}; there is none."
            yield Violation("break_misplaced", route.shift, words)
            continue
        after = route.stops[: rest.before][-1:]
        ahead = route.stops[rest.before :][:1]
        for stop in after:
            if _utc(rest.starts) < _utc(stop.ends):
                words = f"A break at {_at(rest.starts)} cuts into visit {stop.visit}."
                yield Violation("break_mid_service", stop.visit, words)
        for stop in ahead:
            if _utc(rest.ends) > _utc(stop.starts):
                words = f"A break until {_at(rest.ends)} cuts into visit {stop.visit}."
                yield Violation("break_mid_service", stop.visit, words)
    in_order = sorted(route.breaks, key=lambda rest: _utc(rest.starts))
    for first, second in pairwise(in_order):
        if _utc(second.starts) < _utc(first.ends):
            words = f"Two breaks of shift {route.shift} overlap at {_at(second.starts)}."
            yield Violation("breaks_overlap", route.shift, words)


def _drive_times_are_true(problem: Problem, shift: Shift, route: Route) -> Iterator[Violation]:
    """Every drive takes the time the roads say."""
    here = problem.start_of(shift)
    for stop in route.stops:
        there = problem.visit(stop.visit).place
        true = timedelta(seconds=problem.travel.between(here, there))
        if stop.drive != true:
            words = f"The drive to visit {stop.visit} is {stop.drive}; the roads say {true}."
            yield Violation("drive_wrong", stop.visit, words)
        here = there
    true = timedelta(seconds=problem.travel.between(here, problem.end_of(shift)))
    if route.drive_home != true:
        words = f"The drive home of {shift.called} is {route.drive_home}; the roads say {true}."
        yield Violation("drive_wrong", shift.id, words)


def _clock_adds_up(shift: Shift, route: Route) -> Iterator[Violation]:
    """Nobody arrives before she can, starts before she is there, or is in two visits at once."""
    free = route.leaves
    for stop in route.stops:
        if _utc(stop.starts) < _utc(free):
            words = f"Visit {stop.visit} starts {_at(stop.starts)}, before the last thing is over."
            yield Violation("overlap", stop.visit, words)
        elif not _reaches(free, stop.arrives, stop.drive, route.breaks):
            words = f"Visit {stop.visit} cannot be reached by {_at(stop.arrives)}."
            yield Violation("arrives_too_soon", stop.visit, words)
        if _utc(stop.starts) < _utc(stop.arrives):
            words = f"Visit {stop.visit} starts {_at(stop.starts)}, before anybody is there."
            yield Violation("starts_before_arrival", stop.visit, words)
        if _utc(stop.ends) < _utc(stop.starts):
            words = f"Visit {stop.visit} ends before it starts."
            yield Violation("ends_before_start", stop.visit, words)
        free = stop.ends
    if not _reaches(free, route.returns, route.drive_home, route.breaks):
        words = f"{shift.called} cannot be back by {_at(route.returns)}."
        yield Violation("returns_too_soon", shift.id, words)


def _price_is_right(problem: Problem, plan: Plan) -> Iterator[Violation]:
    """Each term of the plan's cost is what its routes and its left-out visits cost."""
    weights = problem.weights
    working = {shift.id for shift in problem.shifts}
    served = [
        (problem.visit(stop.visit), route.shift)
        for route in plan.routes
        for stop in route.stops
        if problem.has_visit(stop.visit)
    ]
    strangers = [v for v, shift in served if v.known_to & working and shift not in v.known_to]
    moved = [v for v, shift in served if v.planned_on is not None and v.planned_on != shift]
    left_out = [problem.visit(u.visit) for u in plan.unplanned if problem.has_visit(u.visit)]
    driven = sum((route.drive for route in plan.routes), timedelta(0))
    true = Cost(
        drive=int(driven.total_seconds()),
        shifts=weights.shift * sum(1 for route in plan.routes if route.stops),
        strangers=weights.stranger * len(strangers),
        moved=weights.moved * len(moved),
        unplanned=weights.unplanned * sum(visit.priority for visit in left_out),
    )
    for term in ("drive", "shifts", "strangers", "moved", "unplanned"):
        said, is_ = getattr(plan.cost, term), getattr(true, term)
        if said != is_:
            words = f"The plan says {term} cost {said}; they cost {is_}."
            yield Violation(f"cost_{term}", "plan", words)


def _reaches(
    leaves: datetime, arrives: datetime, drive: timedelta, breaks: tuple[BreakTaken, ...]
) -> bool:
    """Whether a drive fits between two moments beside the breaks that fall between them."""
    start, end = _utc(leaves), _utc(arrives)
    resting = sum(
        (
            max(timedelta(0), min(end, _utc(rest.ends)) - max(start, _utc(rest.starts)))
            for rest in breaks
        ),
        timedelta(0),
    )
    return end - start - resting >= drive


def _called(visit: Visit) -> str:
    return visit.name or f"Visit {visit.id}"


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


def _inside(moment: datetime, window: Window) -> bool:
    return _utc(window.opens) <= _utc(moment) <= _utc(window.closes)


def _outside(moment: datetime, window: Window) -> timedelta:
    before, after = _utc(window.opens) - _utc(moment), _utc(moment) - _utc(window.closes)
    return max(before, after, timedelta(0))


def _at(moment: datetime) -> str:
    return f"{moment:%H:%M}"


def _span(window: Window) -> str:
    return f"{_at(window.opens)} to {_at(window.closes)}"


def _minutes(duration: timedelta) -> str:
    return f"{duration // timedelta(minutes=1)} min"

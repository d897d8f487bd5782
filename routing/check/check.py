"""Judges any plan from the problem alone: one named rule per promise, one sentence per breach.

Shares no code with what makes plans. Moments are compared as instants, whatever their time zone.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import pairwise, permutations

from routing.plan import BreakTaken, Plan, Route, Stop
from routing.problem import Break, Problem, Shift, Visit

from .drives import clock_adds_up, drive_times_are_true
from .judged import Violation, at, called, inside, minutes, outside, span, utc
from .price import price_is_right


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
        found += _route_is_driven(shift, route)
        for visit, stop in stops:
            found += _service_starts_in_her_window(visit, stop)
            found += _service_is_whole(visit, stop)
            found += _skills_are_there(visit, shift)
            found += _nobody_forbidden_comes(visit, shift)
            found += _lock_is_kept(visit, stop, shift)
        found += _order_is_kept([visit for visit, _ in stops])
        found += _rail_has_room(shift, [visit for visit, _ in stops])
        found += _shift_is_kept(shift, route)
        found += _breaks_are_taken(shift, route)
        found += _breaks_are_between_visits(problem, shift, route)
        if len(stops) == len(route.stops):
            found += drive_times_are_true(problem, shift, route)
            found += clock_adds_up(problem, shift, route)
    return found + list(price_is_right(problem, plan))


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
            words = f"{called(visit)} is neither planned nor left out with a reason."
            yield Violation("visit_missing", visit.id, words)


def _every_shift_has_one_route(plan: Plan) -> Iterator[Violation]:
    """No shift drives two routes."""
    for shift_id, times in Counter(route.shift for route in plan.routes).items():
        if times > 1:
            words = f"Shift {shift_id} has {times} routes."
            yield Violation("shift_twice", shift_id, words)


def _route_is_driven(shift: Shift, route: Route) -> Iterator[Violation]:
    """A route visits somebody; a shift with nobody to visit has no route."""
    if not route.stops:
        words = f"The route of {shift.called} visits nobody."
        yield Violation("route_empty", route.shift, words)


def _service_starts_in_her_window(visit: Visit, stop: Stop) -> Iterator[Violation]:
    """Service begins inside the window the plan says it keeps, and that window is one of hers."""
    if stop.window not in visit.windows:
        words = f"{called(visit)} never agreed to {span(stop.window)}."
        yield Violation("window_not_hers", visit.id, words)
    if inside(stop.starts, stop.window):
        return
    if any(inside(stop.starts, window) for window in visit.windows):
        words = f"{called(visit)} starts {at(stop.starts)}, not in the {span(stop.window)} kept."
        yield Violation("window_not_kept", visit.id, words)
        return
    nearest = min(visit.windows, key=lambda window: outside(stop.starts, window))
    by = max(timedelta(minutes=1), outside(stop.starts, nearest))
    side = "before" if utc(stop.starts) < utc(nearest.opens) else "after"
    words = f"{called(visit)} would start {at(stop.starts)}, {minutes(by)} {side} {span(nearest)}."
    yield Violation("outside_windows", visit.id, words)


def _service_is_whole(visit: Visit, stop: Stop) -> Iterator[Violation]:
    """A visit gets all the time it needs."""
    given = max(timedelta(0), utc(stop.ends) - utc(stop.starts))
    if given < visit.lasts:
        words = f"{called(visit)} gets {minutes(given)} of the {minutes(visit.lasts)} it needs."
        yield Violation("service_short", visit.id, words)


def _skills_are_there(visit: Visit, shift: Shift) -> Iterator[Violation]:
    """Whoever comes has every skill the visit asks for."""
    missing = sorted(visit.skills - shift.skills)
    if missing:
        asked = " and ".join(missing)
        words = f"{called(visit)} needs someone with {asked}; {shift.called} does not have it."
        yield Violation("skill_missing", visit.id, words)


def _nobody_forbidden_comes(visit: Visit, shift: Shift) -> Iterator[Violation]:
    """A concierge ruled out for a client does not come."""
    if shift.id in visit.forbidden:
        words = f"{called(visit)} must not be given to {shift.called}."
        yield Violation("forbidden_shift", visit.id, words)


def _lock_is_kept(visit: Visit, stop: Stop, shift: Shift) -> Iterator[Violation]:
    """A locked visit stays with its shift and begins when the lock says."""
    if visit.lock is None:
        return
    if visit.lock.shift != shift.id:
        words = f"{called(visit)} is locked to another concierge than {shift.called}."
        yield Violation("lock_broken", visit.id, words)
    not_before = visit.lock.not_before
    if not_before is not None and utc(stop.starts) < utc(not_before):
        words = f"{called(visit)} is locked to start no sooner than {at(not_before)}."
        yield Violation("lock_broken", visit.id, words)
    starts = visit.lock.starts
    if starts is not None and utc(stop.starts) != utc(starts):
        words = f"{called(visit)} is locked to start {at(starts)}, not {at(stop.starts)}."
        yield Violation("lock_broken", visit.id, words)


def _order_is_kept(visits: list[Visit]) -> Iterator[Violation]:
    """Who is to be served after another is, and a visit under way is the first."""
    served: set[str] = set()
    on_route = {visit.id for visit in visits}
    for visit in visits:
        if visit.lock is not None and visit.lock.under_way and served:
            words = f"{called(visit)} is under way, so nobody can be served before it."
            yield Violation("order_broken", visit.id, words)
        after = None if visit.lock is None else visit.lock.after
        if after in on_route - served:
            words = f"{called(visit)} is locked to come after visit {after}, not before."
            yield Violation("order_broken", visit.id, words)
        served.add(visit.id)


def _rail_has_room(shift: Shift, visits: list[Visit]) -> Iterator[Violation]:
    """Everything a route carries hangs on its rail."""
    load = sum(visit.load for visit in visits)
    if load > shift.capacity:
        words = f"{load} rail units are loaded on {shift.called}, which holds {shift.capacity}."
        yield Violation("over_capacity", shift.id, words)


def _shift_is_kept(shift: Shift, route: Route) -> Iterator[Violation]:
    """She leaves no sooner than her shift starts and is back before it and her overtime end."""
    if utc(route.leaves) < utc(shift.starts):
        words = f"{shift.called} leaves {at(route.leaves)}; the shift starts {at(shift.starts)}."
        yield Violation("leaves_before_shift", shift.id, words)
    if utc(route.returns) > utc(shift.ends) + shift.overtime:
        over = f" and {minutes(shift.overtime)} of overtime" if shift.overtime else ""
        words = (
            f"{shift.called} is back {at(route.returns)}; the shift ends {at(shift.ends)}{over}."
        )
        yield Violation("returns_after_shift", shift.id, words)


def _breaks_are_taken(shift: Shift, route: Route) -> Iterator[Violation]:
    """Every break of the shift is taken once, begun in its window, long enough and on shift."""
    asked, taken = shift.breaks, route.breaks
    if len(taken) < len(asked):
        missing = " and ".join(span(each.window) for each in _not_taken(shift, taken))
        words = f"{shift.called} does not take her break, due {missing}."
        yield Violation("break_missing", shift.id, words)
        return
    if len(taken) > len(asked):
        hours = " and ".join(at(each.starts) for each in taken)
        words = f"{shift.called} rests at {hours}; the shift has {_breaks_counted(len(asked))}."
        yield Violation("break_unasked", shift.id, words)
        return
    breaches = [
        [each for pair in zip(asked, order, strict=True) for each in _break_is_right(shift, *pair)]
        for order in permutations(taken)
    ]
    yield from min(breaches, key=len)
    for rest in taken:
        if utc(rest.starts) < utc(shift.starts) or utc(rest.ends) > utc(shift.ends):
            words = f"A break of {shift.called} at {at(rest.starts)} is not inside the shift."
            yield Violation("break_off_shift", shift.id, words)


def _not_taken(shift: Shift, taken: Sequence[BreakTaken]) -> list[Break]:
    """The breaks of a shift that are missing, if those taken are the ones they fit best."""
    fewest = min(
        permutations(shift.breaks, len(taken)),
        key=lambda order: sum(
            1
            for asked, rest in zip(order, taken, strict=True)
            for _ in _break_is_right(shift, asked, rest)
        ),
    )
    missing = list(shift.breaks)
    for each in fewest:
        missing.remove(each)
    return missing


def _breaks_counted(number: int) -> str:
    return {0: "no break", 1: "1 break"}.get(number, f"{number} breaks")


def _break_is_right(shift: Shift, asked: Break, taken: BreakTaken) -> Iterator[Violation]:
    """A break begins inside its window and lasts as long as it should."""
    if not inside(taken.starts, asked.window):
        words = f"A break of {shift.called} starts {at(taken.starts)}, not {span(asked.window)}."
        yield Violation("break_outside_window", shift.id, words)
    lasts = utc(taken.ends) - utc(taken.starts)
    if lasts < asked.lasts:
        words = f"A break of {shift.called} lasts {minutes(lasts)}, not {minutes(asked.lasts)}."
        yield Violation("break_too_short", shift.id, words)


def _breaks_are_between_visits(
    problem: Problem, shift: Shift, route: Route
) -> Iterator[Violation]:
    """A break falls between the two visits it is said to, and no two breaks overlap."""
    called_by_id = {each.id: each.called for each in problem.visits}
    named = {stop.visit: called_by_id.get(stop.visit, stop.visit) for stop in route.stops}
    for rest in route.breaks:
        if not 0 <= rest.before <= len(route.stops):
            words = f"A break of {shift.called} is before stop {rest.before}; there is none."
            yield Violation("break_misplaced", route.shift, words)
            continue
        after = route.stops[: rest.before][-1:]
        ahead = route.stops[rest.before :][:1]
        for stop in after:
            if utc(rest.starts) < utc(stop.ends):
                words = f"A break at {at(rest.starts)} cuts into {named[stop.visit]}."
                yield Violation("break_mid_service", stop.visit, words)
        for stop in ahead:
            if utc(rest.ends) > utc(stop.starts):
                words = f"A break until {at(rest.ends)} cuts into {named[stop.visit]}."
                yield Violation("break_mid_service", stop.visit, words)
    in_order = sorted(route.breaks, key=lambda rest: utc(rest.starts))
    for first, second in pairwise(in_order):
        if utc(second.starts) < utc(first.ends):
            words = f"Two breaks of {shift.called} overlap at {at(second.starts)}."
            yield Violation("breaks_overlap", route.shift, words)

"""Gives an ordered list of visits its times, and a list of routes its price.

Everything happens as early as it may, except leaving: a concierge sets out just in time for her
first visit. She waits in the street when she is early. A break begins inside its window, before,
during or after a drive, never during a visit; one due when the route is not being driven is
taken at its start or end place, inside the shift. Of several breaks, the one that must begin
first is taken first. Of all places for the breaks, the one that brings her home soonest is chosen.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from math import floor

from .clockwork import Leg, drives_s, leave_just_in_time, leg, rests_over
from .order import in_order
from .plan import BreakTaken, Cost, Route, Stop, Unplanned
from .problem import Problem, Shift, Visit
from .roads import Roads
from .seconds import Call, Duty, Rest, call, ceil_s, duty, floor_s, lasts_s, moment


def time_route(
    problem: Problem,
    shift: Shift,
    visits: Sequence[Visit],
    *,
    not_before: Mapping[str, datetime] | None = None,
) -> Route | None:
    """The route of a shift through these visits in this order, or None if it cannot be driven.

    Judges times and order: windows, breaks, the shift's ends and locks, but not whether this
    shift may serve these visits. `not_before` holds back the start of single visits, by id.
    """
    held = not_before or {}
    calls = [hold_back(call(problem, visit), held.get(visit.id)) for visit in visits]
    return time_calls(problem, duty(problem, shift), calls)


def time_calls(problem: Problem, on: Duty, calls: Sequence[Call]) -> Route | None:
    """Like `time_route`, from seconds."""
    if not in_order([each.visit for each in calls]):
        return None
    drives = drives_s(problem, on, calls)
    over = rests_over(on, calls, drives)
    if over is None:
        return None
    legs: list[Leg] = []
    starts: list[int] = []
    clock_s = on.starts_s
    for index, each in enumerate(calls):
        rests = on.rests[over[index] : over[index + 1]]
        legs.append(leg(on.roads, clock_s, drives[index], rests))
        starts.append(each.earliest(legs[-1].ready_s))
        clock_s = starts[-1] + each.lasts_s
    legs.append(leg(on.roads, clock_s, drives[-1], on.rests[over[-2] : over[-1]]))
    return write_route(on, calls, drives[0], starts, legs)


def hold_back(each: Call, until: datetime | None) -> Call:
    """The same call, beginning no sooner than this moment."""
    if until is None:
        return each
    kept = [
        ((max(opens_s, ceil_s(until)), closes_s), window)
        for (opens_s, closes_s), window in zip(each.spans, each.windows, strict=True)
        if ceil_s(until) <= closes_s
    ]
    return replace(
        each, spans=tuple(span for span, _ in kept), windows=tuple(window for _, window in kept)
    )


def write_route(
    on: Duty,
    calls: Sequence[Call],
    drive_s: int,
    starts: Sequence[int],
    legs: Sequence[Leg],
) -> Route:
    """Seconds as a route, leaving just in time for the first stop, `drive_s` away."""
    leaves_s = on.starts_s
    if calls:
        leaves_s, first = _just_in_time(on.roads, starts[0], drive_s, legs[0])
        legs = [first, *legs[1:]]
    stops = tuple(
        Stop(
            visit=each.visit.id,
            arrives=moment(way.arrives_s, on.zone),
            starts=moment(starts_s, on.zone),
            ends=moment(starts_s + each.lasts_s, on.zone),
            drive=timedelta(seconds=way.drive_s),
            window=each.window_at(starts_s),
        )
        for each, way, starts_s in zip(calls, legs, starts, strict=False)
    )
    breaks = tuple(
        BreakTaken(moment(begins_s, on.zone), moment(ends_s, on.zone), before)
        for before, way in enumerate(legs)
        for begins_s, ends_s in way.rests_s
    )
    return Route(
        shift=on.shift.id,
        leaves=moment(leaves_s, on.zone),
        returns=moment(legs[-1].arrives_s, on.zone),
        stops=stops,
        breaks=breaks,
        drive_home=timedelta(seconds=legs[-1].drive_s),
    )


def _just_in_time(roads: Roads, starts_s: int, drive_s: int, way: Leg) -> tuple[int, Leg]:
    """The last moment to leave for a first visit, its rests as they are set, and the leg then."""
    leaves_s = leave_just_in_time(roads, starts_s, drive_s, way.rests_s)
    ahead = [
        Rest(begins, begins, ends - begins) for begins, ends in way.rests_s if ends > leaves_s
    ]
    later = leg(roads, leaves_s, drive_s, ahead)
    return leaves_s, replace(later, rests_s=way.rests_s)


def price(problem: Problem, routes: Iterable[Route], unplanned: Iterable[Unplanned]) -> Cost:
    """What these routes and these visits left out cost, term by term.

    Units: seconds of driving; see `Weights`.
    """
    weights, on = problem.weights, list(routes)
    served = [(problem.visit(stop.visit), route.shift) for route in on for stop in route.stops]
    left_out = (problem.visit(each.visit) for each in unplanned)
    return Cost(
        drive=sum(_drive_s(route) for route in on),
        shifts=weights.shift * sum(1 for route in on if route.stops),
        strangers=weights.stranger * sum(is_stranger(problem, *each) for each in served),
        moved=weights.moved * sum(is_moved(*each) for each in served),
        prices=sum(own_price(*each) for each in served),
        overtime=weights.overtime * sum(_overtime_s(problem, route) for route in on),
        unfair=weights.unfair * sum(_unfair_s(problem, route) for route in on),
        unplanned=weights.unplanned * sum(visit.priority for visit in left_out),
    )


def price_with(problem: Problem, visit: Visit, shift_id: str) -> int:
    """What this visit costs with this shift beside driving and working time.

    Units: seconds of driving; see `Weights`.
    """
    weights = problem.weights
    return (
        is_stranger(problem, visit, shift_id) * weights.stranger
        + is_moved(visit, shift_id) * weights.moved
        + own_price(visit, shift_id)
    )


def is_stranger(problem: Problem, visit: Visit, shift_id: str) -> bool:
    """Whether this concierge is unknown to the client while somebody she knows is working."""
    return shift_id not in visit.known_to and any(map(problem.has_shift, visit.known_to))


def is_moved(visit: Visit, shift_id: str) -> bool:
    """Whether the client was told another shift."""
    return visit.planned_on is not None and visit.planned_on != shift_id


def own_price(visit: Visit, shift_id: str) -> int:
    """What the visit itself asks for being served by this shift."""
    return next((price for shift, price in visit.prices if shift == shift_id), 0)


def _drive_s(route: Route) -> int:
    return int(route.drive.total_seconds())


def _overtime_s(problem: Problem, route: Route) -> int:
    """Seconds from the shift's end until she is back."""
    return max(0, ceil_s(route.returns) - floor_s(problem.shift(route.shift).ends))


def _unfair_s(problem: Problem, route: Route) -> int:
    """Seconds of work beyond what is fair."""
    fair = problem.shift(route.shift).fair
    if fair is None:
        return 0
    service_s = sum(lasts_s(problem.visit(stop.visit).lasts) for stop in route.stops)
    return max(0, _drive_s(route) + service_s - floor(fair.total_seconds()))

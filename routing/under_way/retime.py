"""Times a route that has begun, or that cannot be kept: who will be late, and by how much.

The order stays. Windows and breaks are wishes here: what cannot begin in time begins as soon as
it can, and the lateness is told.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from routing.clockwork import Leg, drives_s, leg
from routing.errors import BadProblem
from routing.plan import BreakTaken, Route, Stop
from routing.problem import Problem, Shift, Visit
from routing.seconds import TOO_LATE_S, Rest, call, ceil_s, duty, lasts_s, moment
from routing.timeline import hold_back, write_route
from routing.typed import refuse_naive


@dataclass(frozen=True, slots=True)
class Late:
    """A visit that begins after the window it was promised, and by how much."""

    visit: str
    by: timedelta


@dataclass(frozen=True, slots=True)
class Retimed:
    """A route as it now looks: what is done at its true times, the rest as expected.

    `late` names visits not yet over. `overtime` is how long after the shift's end she is back.
    """

    route: Route
    late: tuple[Late, ...]
    overtime: timedelta


def retime(
    problem: Problem,
    route: Route,
    *,
    now: datetime,
    done: Mapping[str, datetime] | None = None,
    begun: Mapping[str, datetime] | None = None,
) -> Retimed:
    """The route as seen now: `done` tells when visits ended, `begun` when they began, by id.

    She drives on as soon as she is free; what has not happened yet happens from `now` on. Breaks
    stay between the visits they were planned between.

    Raises:
        BadProblem: the route's shift or a visit is not in the problem, `now` has no time zone, or
            something is said to have happened that has not.
    """
    ended, began = done or {}, begun or {}
    _refuse_what_cannot_have_been(problem, now, ended, began)
    shift = problem.shift(route.shift)
    on = duty(problem, shift)
    stops = sorted(route.stops, key=lambda stop: _rank(stop, ended, began))
    drives = drives_s(problem, on, [call(problem, problem.visit(s.visit)) for s in stops])
    breaks = [taken for taken in route.breaks if _before_leaving(taken, route)]
    rests = rests_ahead(route)
    timed: list[Stop] = []
    clock_s, now_s = ceil_s(route.leaves), ceil_s(now)
    for index, (stop, drive_s) in enumerate(zip(stops, drives, strict=False)):
        way = leg(on.roads, clock_s, drive_s, rests[stop.visit], late=True)
        breaks += _breaks(way, index, shift)
        lasts = problem.visit(stop.visit).lasts
        if stop.visit in ended or stop.visit in began:
            starts = began.get(stop.visit, min(stop.starts, ended.get(stop.visit, stop.starts)))
            ends = ended.get(stop.visit, max(starts + lasts, now))
            arrives = min(stop.arrives, starts)
        else:
            arrives = moment(max(way.arrives_s, now_s), shift.starts.tzinfo)
            starts_s = max(way.ready_s, now_s, ceil_s(stop.window.opens))
            starts = moment(starts_s, shift.starts.tzinfo)
            ends = starts + lasts
        drive = timedelta(seconds=way.drive_s)
        timed.append(replace(stop, arrives=arrives, starts=starts, ends=ends, drive=drive))
        clock_s = ceil_s(ends)
    home = leg(on.roads, clock_s, drives[-1], rests[""], late=True)
    breaks += _breaks(home, len(stops), shift)
    returns = moment(max(home.arrives_s, now_s), shift.starts.tzinfo)
    seen = replace(
        route,
        returns=returns,
        stops=tuple(timed),
        breaks=tuple(breaks),
        drive_home=timedelta(seconds=home.drive_s),
    )
    late = tuple(
        Late(stop.visit, stop.starts - stop.window.closes)
        for stop in timed
        if stop.visit not in ended and stop.starts > stop.window.closes
    )
    return Retimed(seen, late, max(timedelta(0), returns - shift.ends))


def time_late(
    problem: Problem,
    shift: Shift,
    visits: Sequence[Visit],
    *,
    not_before: Mapping[str, datetime] | None = None,
    breaks_before: Sequence[int | None] | None = None,
) -> Route:
    """The route of a shift through these visits, however late; `check` says what that breaks.

    A break is taken before the first visit that would make it late, unless `breaks_before` says
    before which visit each is taken, by index, or that it is not: breaks in the order in which
    they must begin, the number of visits meaning on the way home.
    """
    held = not_before or {}
    on = duty(problem, shift)
    calls = [call(problem, visit) for visit in visits]
    drives = drives_s(problem, on, calls)
    placed = list(zip(on.rests, breaks_before or (), strict=False))
    left = list(on.rests) if breaks_before is None else []
    starts: list[int] = []
    legs: list[Leg] = []
    clock_s = on.starts_s
    for index, (each, drive_s) in enumerate(zip(calls, drives, strict=False)):
        wanted = hold_back(each, held.get(each.visit.id))
        floor_s = ceil_s(held[each.visit.id]) if each.visit.id in held else clock_s
        way = leg(
            on.roads, clock_s, drive_s, [rest for rest, at in placed if at == index], late=True
        )
        if (
            left
            and _begin(wanted.earliest(way.ready_s), way, floor_s) + each.lasts_s
            > left[0].closes_s
        ):
            way = leg(on.roads, clock_s, drive_s, [left.pop(0)], late=True)
        legs.append(way)
        starts.append(_begin(wanted.earliest(way.ready_s), way, floor_s))
        clock_s = starts[-1] + each.lasts_s
    left += [rest for rest, at in placed if at == len(calls)]
    legs.append(leg(on.roads, clock_s, drives[-1], left, late=True))
    return write_route(on, calls, drives[0], starts, legs)


def _refuse_what_cannot_have_been(
    problem: Problem,
    now: datetime,
    ended: Mapping[str, datetime],
    began: Mapping[str, datetime],
) -> None:
    """Refuse ends and beginnings of visits there are not, without a zone, or after `now`."""
    refuse_naive(now=now)
    for name, told in (("done", ended), ("begun", began)):
        for visit, when in told.items():
            problem.visit(visit)
            refuse_naive(**{f"{name} of visit {visit}": when})
            if when > now:
                raise BadProblem(f"{name} of visit {visit} is {when}, after now, {now}.")


def _begin(earliest_s: int, way: Leg, floor_s: int) -> int:
    """When service begins, windows permitting or not."""
    return max(way.ready_s, floor_s) if earliest_s == TOO_LATE_S else earliest_s


def _rank(
    stop: Stop, ended: Mapping[str, datetime], began: Mapping[str, datetime]
) -> tuple[int, datetime]:
    """What is over comes first, then what is under way, then the rest as planned."""
    if stop.visit in ended:
        return 0, ended[stop.visit]
    return (1, began[stop.visit]) if stop.visit in began else (2, stop.starts)


def rests_ahead(route: Route) -> defaultdict[str, list[Rest]]:
    """The planned breaks by the visit they come before; those on the way home under ""."""
    rests: defaultdict[str, list[Rest]] = defaultdict(list)
    for taken in route.breaks:
        if _before_leaving(taken, route):
            continue
        before = route.stops[taken.before].visit if taken.before < len(route.stops) else ""
        starts_s = ceil_s(taken.starts)
        rests[before].append(Rest(starts_s, starts_s, lasts_s(taken.ends - taken.starts)))
    return rests


def _before_leaving(taken: BreakTaken, route: Route) -> bool:
    """Whether a break is over before she sets out, so that the route begins after it."""
    return taken.before == 0 and taken.ends <= route.leaves


def _breaks(way: Leg, before: int, shift: Shift) -> list[BreakTaken]:
    zone = shift.starts.tzinfo
    return [
        BreakTaken(moment(starts_s, zone), moment(ends_s, zone), before)
        for starts_s, ends_s in way.rests_s
    ]

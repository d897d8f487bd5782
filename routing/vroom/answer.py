"""Writes a plan as VROOM's JSON answer, and reads such an answer back.

Beside VROOM's own keys, `summary.terms` holds the cost term by term, `summary.words` how the plan
was made, and each unassigned job its `reason` and `words`; VROOM's readers ignore them. VROOM
tells a rest before the job it precedes, so a rest taken after arriving moves that arrival to the
rest's end.
"""

from collections.abc import Callable, Iterator
from dataclasses import asdict, fields
from datetime import datetime, timedelta
from math import inf
from typing import Any

from routing.errors import BadPlan
from routing.plan import BreakTaken, Cost, Plan, Reason, Route, Stop, Unplanned
from routing.problem import Problem, Visit, Window
from routing.timeline import price

from .day import at
from .fields import LAST_S, Field

Json = dict[str, Any]

ENDS = ["start", "end"]


def write_plan(problem: Problem, plan: Plan, document: Json) -> Json:
    """The answer to the VROOM document that the problem was read from."""
    jobs = {str(job["id"]): job for job in document.get("jobs", [])}
    vehicles = {str(vehicle["id"]): vehicle for vehicle in document["vehicles"]}
    routes = [_route(problem, route, vehicles[route.shift], jobs) for route in plan.routes]
    unassigned = [
        {"id": int(left.visit), "type": "job", **_where(jobs[left.visit])}
        | {"reason": left.reason.value, "words": left.words}
        for left in plan.unplanned
    ]
    totals = {
        key: sum(route[key] for route in routes)
        for key in ("setup", "service", "duration", "waiting_time")
    }
    summary = totals | {
        "cost": plan.cost.total,
        "routes": len(routes),
        "unassigned": len(unassigned),
        "delivery": [sum(route["delivery"][0] for route in routes)],
        "violations": [],
        "terms": asdict(plan.cost),
        "words": plan.words,
    }
    return {"code": 0, "summary": summary, "unassigned": unassigned, "routes": routes}


def _route(problem: Problem, route: Route, vehicle: Json, jobs: dict[str, Json]) -> Json:
    steps = list(_steps(problem, route, vehicle, jobs))
    totals = {
        key: sum(step[key] for step in steps) for key in ("setup", "service", "waiting_time")
    }
    return {
        "vehicle": vehicle["id"],
        "cost": _s(route.drive),
        "delivery": [steps[0]["load"][0]],
        **totals,
        "duration": _s(route.drive),
        "steps": steps,
        "violations": [],
    }


def _steps(problem: Problem, route: Route, vehicle: Json, jobs: dict[str, Json]) -> Iterator[Json]:
    """The route as VROOM tells it; `duration` counts driving so far, `load` what is on board."""
    load = sum(problem.visit(stop.visit).load for stop in route.stops)
    early = min([route.leaves, *(rest.starts for rest in route.breaks if rest.before == 0)])
    yield {"type": "start", **_where(vehicle, "start")} | _step(early, load=load)
    driven, free = timedelta(0), route.leaves
    for index, stop in enumerate(route.stops):
        arrives = stop.arrives
        for step, ends in _rests(route, index, vehicle, free, driven, stop.drive, load):
            yield step
            arrives = max(arrives, ends)
        driven += stop.drive
        load -= problem.visit(stop.visit).load
        yield {"type": "job", "id": jobs[stop.visit]["id"], **_where(jobs[stop.visit])} | _step(
            arrives,
            load=load,
            duration=driven,
            waiting=stop.starts - arrives,
            service=stop.ends - stop.starts,
        )
        free = stop.ends
    returns = route.returns
    for step, ends in _rests(
        route, len(route.stops), vehicle, free, driven, route.drive_home, load
    ):
        yield step
        returns = max(returns, ends)
    end = _step(returns, load=load, duration=driven + route.drive_home)
    yield {"type": "end", **_where(vehicle, "end")} | end


def _rests(
    route: Route,
    before: int,
    vehicle: Json,
    free: datetime,
    driven: timedelta,
    drive: timedelta,
    load: int,
) -> Iterator[tuple[Json, datetime]]:
    """The rests of one leg with their ends; driving goes on between them."""
    on_the_way = timedelta(0)
    ids = [rest["id"] for rest in sorted(vehicle.get("breaks", []), key=_closes)]
    for number, rest in enumerate(route.breaks):
        if rest.before != before:
            continue
        gap = max(timedelta(0), rest.starts - free)
        on_the_way = min(drive, on_the_way + gap)
        step = _step(
            rest.starts, load=load, duration=driven + on_the_way, service=rest.ends - rest.starts
        )
        yield {"type": "break", "id": ids[number]} | step, rest.ends
        free = max(free, rest.ends)


def _closes(rest: Json) -> tuple[float, float]:
    """What breaks are taken in order of: the end of their window, then its beginning."""
    opens, closes = (rest.get("time_windows") or [[-inf, inf]])[0]
    return closes, opens


def _step(
    arrival: datetime,
    *,
    load: int,
    duration: timedelta = timedelta(0),
    waiting: timedelta = timedelta(0),
    service: timedelta = timedelta(0),
) -> Json:
    return {
        "setup": 0,
        "service": _s(service),
        "waiting_time": _s(waiting),
        "load": [load],
        "arrival": round(arrival.timestamp()),
        "duration": _s(duration),
        "violations": [],
    }


def _where(owner: Json, kind: str = "location") -> Json:
    """The location of a job, or of a vehicle's start or end, as the document gave it."""
    index = "location_index" if kind == "location" else f"{kind}_index"
    given = {"location": owner.get(kind), "location_index": owner.get(index)}
    return {key: value for key, value in given.items() if value is not None}


def _s(duration: timedelta) -> int:
    return round(duration.total_seconds())


def read_plan(problem: Problem, document: object) -> Plan:
    """The plan a VROOM answer holds, ours or VROOM's own, not yet judged.

    Without `summary.terms` it is priced as it stands.

    Raises:
        BadPlan: a field is missing or wrong, or names what the day does not have.
    """
    root = Field("", document, BadPlan)
    routes = tuple(_read_route(problem, route) for route in root.elements("routes"))
    left_out = tuple(_read_unassigned(problem, each) for each in root.elements("unassigned"))
    summary = root.get("summary")
    terms = None if summary is None else summary.get("terms")
    words = None if summary is None else summary.get("words")
    cost = price(problem, routes, left_out) if terms is None else _read_cost(terms)
    return Plan(routes, left_out, cost, "" if words is None else words.text())


def _read_route(problem: Problem, field: Field) -> Route:
    shift = _known(field.need("vehicle"), problem.has_shift, "vehicle")
    steps = list(field.need("steps"))
    if len(steps) < 2 or [steps[0].need("type").value, steps[-1].need("type").value] != ENDS:
        raise field.wrong("has no steps from a start to an end")
    stops: list[Stop] = []
    breaks: list[BreakTaken] = []
    driven_s = 0
    for step in steps[1:-1]:
        arrives = _moment(step.need("arrival"))
        starts = arrives + _duration(step.get("waiting_time")) + _duration(step.get("setup"))
        ends = starts + _duration(step.get("service"))
        match step.need("type").text():
            case "break":
                breaks.append(BreakTaken(starts, ends, before=len(stops)))
            case "job":
                visit = problem.visit(_known(step.need("id"), problem.has_visit, "job"))
                so_far_s = step.need("duration").whole()
                drive = timedelta(seconds=so_far_s - driven_s)
                window = _window_kept(visit, starts)
                stops.append(Stop(visit.id, arrives, starts, ends, drive, window))
                driven_s = so_far_s
            case other:
                raise step.wrong(f"is a {other}, which cannot be expressed here")
    return Route(
        shift=shift,
        leaves=_moment(steps[0].need("arrival")),
        returns=_moment(steps[-1].need("arrival")),
        stops=tuple(stops),
        breaks=tuple(breaks),
        drive_home=timedelta(seconds=steps[-1].need("duration").whole() - driven_s),
    )


def _read_unassigned(problem: Problem, field: Field) -> Unplanned:
    reason, words = field.get("reason"), field.get("words")
    visit = _known(field.need("id"), problem.has_visit, "job")
    if reason is None or words is None:
        return Unplanned(visit, Reason.BY_HAND, "Left out by whoever made the plan.")
    if reason.value not in set(Reason):
        raise reason.wrong("is no reason known here")
    return Unplanned(visit, Reason(reason.text()), words.text())


def _read_cost(terms: Field) -> Cost:
    names = [each.name for each in fields(Cost)]
    terms.only(*names)
    return Cost(**{name: terms.need(name).whole() for name in names})


def _known(field: Field, has: Callable[[str], bool], noun: str) -> str:
    """The id of a visit or a shift that the day has."""
    named = str(field.whole())
    if not has(named):
        raise field.wrong(f"names {noun} {named}, which the day does not have")
    return named


def _window_kept(visit: Visit, starts: datetime) -> Window:
    """The window a start falls in, or else the one it misses least."""
    return min(
        visit.windows, key=lambda window: max(window.opens - starts, starts - window.closes)
    )


def _moment(field: Field) -> datetime:
    return at(field.whole(most=2 * LAST_S))


def _duration(field: Field | None) -> timedelta:
    return timedelta(seconds=0 if field is None else field.whole(most=LAST_S))

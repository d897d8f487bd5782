"""Reads a day from VROOM's JSON.

Jobs are visits, vehicles are shifts, `delivery` is the load, and time is in seconds, from the
Unix epoch or from whatever zero the document means. Without `matrices`, travel is estimated from
coordinates. What cannot be expressed here is refused by name: shipments, pickups, setup times,
open routes, several profiles or loads, speed factors, task limits, costs but `fixed`.
`steps` reads the routes that vehicles carry in `steps`.

Source: VROOM, docs/API.md, read 2025-11-22.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from routing.errors import BadProblem
from routing.place import Place
from routing.problem import Break, Hub, Problem, Shift, Visit, Weights, Window
from routing.seconds import duty
from routing.travel import TravelTimes, estimate

from .fields import LAST_S, Field

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

DAY_S = 86_400

JOB_KEYS = (
    *("id", "description", "location", "location_index", "setup", "service", "delivery"),
    *("pickup", "skills", "priority", "time_windows"),
)
VEHICLE_KEYS = (
    *("id", "profile", "description", "start", "start_index", "end", "end_index", "capacity"),
    *("costs", "skills", "time_window", "breaks", "speed_factor", "steps"),
)


def read_problem(document: object) -> Problem:
    """The day a VROOM document asks about.

    Raises:
        BadProblem: a field is missing, wrong, or not expressible here; the sentence names it.
    """
    root = Field("", document, BadProblem)
    root.only("jobs", "vehicles", "matrices")
    jobs, vehicles = root.elements("jobs"), root.elements("vehicles")
    if not vehicles:
        raise BadProblem("There are no vehicles.")
    for job in jobs:
        job.only(*JOB_KEYS)
    for vehicle in vehicles:
        vehicle.only(*VEHICLE_KEYS)
    _once(jobs, "job")
    _once(vehicles, "vehicle")
    ground = _ground(root, jobs, vehicles)
    open_day = _open_day(jobs, vehicles)
    problem = Problem(
        hub=Hub("hub", ground.place(vehicles[0], "start", "start_index")),
        shifts=tuple(_shift(vehicle, ground, open_day) for vehicle in vehicles),
        visits=tuple(_visit(job, ground, open_day) for job in jobs),
        travel=ground.travel,
        weights=Weights(shift=_fixed_cost(vehicles), stranger=0, moved=0),
    )
    for vehicle, shift in zip(vehicles, problem.shifts, strict=True):
        if not duty(problem, shift).can_rest:
            raise vehicle.need("breaks").wrong("cannot all be taken")
    return problem


def at(seconds: int) -> datetime:
    """A moment of the document."""
    return EPOCH + timedelta(seconds=seconds)


@dataclass(frozen=True, slots=True)
class _Ground:
    """Where the document's places are: rows of its matrix, or coordinates."""

    travel: TravelTimes
    by_index: bool

    def place(self, owner: Field, coordinates: str, index: str) -> Place:
        """The place a job or a vehicle names."""
        if not self.by_index:
            return _coordinates(owner.need(coordinates))
        row, rows = owner.need(index), len(self.travel.places)
        if row.whole() >= rows:
            raise row.wrong(f"is {row.value}, but the matrix has {rows} rows, counted from 0")
        return self.travel.places[row.whole()]


def _once(owners: Sequence[Field], noun: str) -> None:
    """Refuse an id that two of them have."""
    seen: set[int] = set()
    for owner in owners:
        number = owner.need("id")
        if number.whole() in seen:
            raise number.wrong(f"is {number.value}, as another {noun}'s is")
        seen.add(number.whole())


def _ground(root: Field, jobs: Sequence[Field], vehicles: Sequence[Field]) -> _Ground:
    profiles = {
        "car" if (each := vehicle.get("profile")) is None else each.text() for vehicle in vehicles
    }
    if len(profiles) > 1:
        raise BadProblem(f"vehicles have several profiles: {', '.join(sorted(profiles))}.")
    matrices = root.get("matrices")
    if matrices is None:
        named = [_coordinates(job.need("location")) for job in jobs]
        for vehicle in vehicles:
            named += [_coordinates(vehicle.need(end)) for end in ("start", "end")]
        return _Ground(estimate(list(dict.fromkeys(named))), by_index=False)
    profile = profiles.pop()
    matrices.only(profile)
    tables = matrices.need(profile)
    tables.only("durations", "distances")
    seconds = _matrix(tables.need("durations"))
    distances = tables.get("distances")
    metres = None if distances is None else _matrix(distances)
    # Rows stand for places nobody named by coordinates; each gets a point of its own.
    places = tuple(Place(row / 10_000, 0.0) for row in range(len(seconds)))
    return _Ground(TravelTimes(places, seconds, metres), by_index=True)


def _matrix(field: Field) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    rows = [[each.whole(most=LAST_S) for each in row] for row in field]
    for row, values in enumerate(rows):
        if len(values) != len(rows):
            raise field.wrong(f"has {len(rows)} rows, but row {row} has {len(values)} entries")
    return np.array(rows, dtype=np.int64).reshape(len(rows), len(rows))


def _coordinates(field: Field) -> Place:
    longitude, latitude = field.pair()
    try:
        return Place(longitude.number(), latitude.number())
    except BadProblem as off_the_globe:
        raise field.wrong(f"is wrong: {off_the_globe}".rstrip(".")) from off_the_globe


def _visit(job: Field, ground: _Ground, open_day: Window) -> Visit:
    for key in ("setup",):
        _must_be_nothing(job.get(key))
    for each in job.elements("pickup"):
        _must_be_nothing(each)
    service = job.need("service")
    windows = [_window(each) for each in job.elements("time_windows")]
    priority = job.get("priority")
    return Visit(
        id=str(job.need("id").whole()),
        place=ground.place(job, "location", "location_index"),
        windows=tuple(sorted(windows)) or (open_day,),
        lasts=timedelta(seconds=service.whole(least=1, most=LAST_S)),
        load=_one_amount(job.get("delivery")),
        skills=_skills(job),
        priority=1 if priority is None else 1 + priority.whole(most=100),
        name=_description(job) or f"Job {job.need('id').value}",
    )


def _shift(vehicle: Field, ground: _Ground, open_day: Window) -> Shift:
    speed = vehicle.get("speed_factor")
    if speed is not None and speed.number() != 1:
        raise speed.wrong("cannot be expressed here unless it is 1")
    hours = vehicle.get("time_window")
    works = open_day if hours is None else _window(hours)
    if hours is not None and works.opens == works.closes:
        raise hours.wrong("is empty: it closes when it opens")
    return Shift(
        id=str(vehicle.need("id").whole()),
        starts=works.opens,
        ends=works.closes,
        capacity=_one_amount(vehicle.get("capacity")),
        skills=_skills(vehicle),
        breaks=tuple(_break(each, works) for each in vehicle.elements("breaks")),
        starts_from=ground.place(vehicle, "start", "start_index"),
        ends_at=ground.place(vehicle, "end", "end_index"),
        name=_description(vehicle) or f"Vehicle {vehicle.need('id').value}",
    )


def _break(field: Field, works: Window) -> Break:
    field.only("id", "time_windows", "service", "description")
    field.need("id").whole()
    windows = [_window(each) for each in field.elements("time_windows")]
    if len(windows) > 1:
        raise field.wrong("has several time_windows, which cannot be expressed here")
    lasts = field.need("service").whole(least=1, most=LAST_S)
    rest = Break((windows or [works])[0], timedelta(seconds=lasts))
    if rest.window.closes < works.opens or rest.window.opens + rest.lasts > works.closes:
        raise field.wrong("does not fit inside the time_window of its vehicle")
    return rest


def _window(field: Field) -> Window:
    opens, closes = field.pair()
    if closes.whole(most=LAST_S) < opens.whole(most=LAST_S):
        raise field.wrong("closes before it opens")
    return Window(at(opens.whole(most=LAST_S)), at(closes.whole(most=LAST_S)))


def _open_day(jobs: Sequence[Field], vehicles: Sequence[Field]) -> Window:
    """What a missing window means: from the document's zero to a day after its last moment."""
    named = [moment.whole(most=LAST_S) for moment in _moments(jobs, vehicles)]
    service = sum(job.need("service").whole(most=LAST_S) for job in jobs)
    return Window(at(0), at(min(max(named, default=0) + service + DAY_S, 2 * LAST_S)))


def _moments(jobs: Sequence[Field], vehicles: Sequence[Field]) -> Iterator[Field]:
    for job in jobs:
        for window in job.elements("time_windows"):
            yield from window.pair()
    for vehicle in vehicles:
        hours = vehicle.get("time_window")
        if hours is not None:
            yield from hours.pair()


def _fixed_cost(vehicles: Sequence[Field]) -> int:
    """What each vehicle that goes out costs; the same for all."""
    fixed: set[int] = set()
    for vehicle in vehicles:
        costs = vehicle.get("costs")
        if costs is not None:
            costs.only("fixed")
        given = None if costs is None else costs.get("fixed")
        fixed.add(0 if given is None else given.whole())
    if len(fixed) > 1:
        raise BadProblem("vehicles have different fixed costs, which cannot be expressed here.")
    return fixed.pop()


def _one_amount(field: Field | None) -> int:
    amounts = [] if field is None else list(field)
    for more in amounts[1:]:
        _must_be_nothing(more)
    return amounts[0].whole() if amounts else 0


def _must_be_nothing(field: Field | None) -> None:
    if field is not None and field.whole() != 0:
        raise field.wrong("cannot be expressed here unless it is 0")


def _skills(owner: Field) -> frozenset[str]:
    return frozenset(f"skill {each.whole()}" for each in owner.elements("skills"))


def _description(owner: Field) -> str:
    said = owner.get("description")
    return "" if said is None else said.text()

"""Reads the routes that a VROOM document's vehicles carry in `steps`: somebody's own plan.

A vehicle's steps name its jobs and breaks in order, from a start to an end. They say no times:
each job begins as soon as it can, however late, and `check` says which promises that breaks.

Source: VROOM, docs/API.md, read 2025-11-22.
"""

from collections.abc import Sequence
from dataclasses import replace

from routing.change import priced
from routing.errors import BadProblem
from routing.plan import Plan, Reason, Route, Unplanned
from routing.problem import Break, Problem, Shift
from routing.seconds import duty
from routing.under_way.retime import time_late

from .fields import Field

STEPS = frozenset({"start", "job", "break", "end"})


def read_steps(problem: Problem, document: object) -> Plan | None:
    """The plan in a document's `steps`, not yet judged; None if no vehicle has any.

    A job in nobody's steps is left out by hand.

    Raises:
        BadProblem: a step is of a kind not known here, names what the day does not have, or names
            what another step has named already.
    """
    root = Field("", document, BadProblem)
    carried = [(vehicle, vehicle.get("steps")) for vehicle in root.elements("vehicles")]
    if all(steps is None for _, steps in carried):
        return None
    named: set[str] = set()
    routes = [
        _route(problem, vehicle, steps, named) for vehicle, steps in carried if steps is not None
    ]
    left = tuple(
        Unplanned(visit.id, Reason.BY_HAND, "Left out by whoever made the plan.")
        for visit in problem.visits
        if visit.id not in named
    )
    return priced(problem, Plan(tuple(route for route in routes if route.stops), left))


def _route(problem: Problem, vehicle: Field, steps: Field, named: set[str]) -> Route:
    shift = problem.shift(str(vehicle.need("id").whole()))
    ids = _in_order(problem, shift, [b.need("id").whole() for b in vehicle.elements("breaks")])
    before: list[int | None] = [None for _ in ids]
    order: list[str] = []
    for step in _inner(list(steps), steps):
        step.only("type", "id", "description")
        number = step.need("id")
        if step.need("type").value == "break":
            at = _index(number, ids)
            if before[at] is not None:
                raise number.wrong(f"names break {ids[at]} again")
            before[at] = len(order)
        else:
            visit = str(number.whole())
            if not problem.has_visit(visit):
                raise number.wrong(f"names job {visit}, which the day does not have")
            if visit in named:
                raise number.wrong(f"names job {visit} again")
            named.add(visit)
            order.append(visit)
    visits = [problem.visit(each) for each in order]
    return time_late(problem, shift, visits, breaks_before=before)


def _in_order(problem: Problem, shift: Shift, ids: Sequence[int]) -> list[int]:
    """The ids of a vehicle's breaks in the order in which they must begin."""

    def begins(numbered: tuple[Break, int]) -> tuple[int, int]:
        (rest,) = duty(problem, replace(shift, breaks=(numbered[0],))).rests
        return rest.closes_s, rest.opens_s

    return [number for _, number in sorted(zip(shift.breaks, ids, strict=True), key=begins)]


def _inner(steps: Sequence[Field], field: Field) -> Sequence[Field]:
    """The steps between start and end, either of which may be left unsaid."""
    kinds = [step.need("type").text() for step in steps]
    for step, kind in zip(steps, kinds, strict=True):
        if kind not in STEPS:
            raise step.wrong(f"is a {kind}, which cannot be expressed here")
    first, last = int(kinds[:1] == ["start"]), len(kinds) - int(kinds[-1:] == ["end"])
    if {"start", "end"} & set(kinds[first:last]):
        raise field.wrong("has a start or an end in the middle")
    return steps[first:last]


def _index(number: Field, ids: Sequence[int]) -> int:
    if number.whole() not in ids:
        raise number.wrong(f"names break {number.whole()}, which its vehicle does not have")
    return ids.index(number.whole())

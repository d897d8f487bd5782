"""A setback was a mistake, or is over: taken back, and the plan before it with it if it can be."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncEngine

import routing
from concierge.maps.travel import Roads
from concierge.model import Setback, SetbackKind
from concierge.model.refusals import BreaksPromise, StaleBoard, WrongStep

from .change_by_hand import DayAtHand, Seen, change_by_hand
from .choose_way import driven_now, setback_of, tell_of
from .keep_plan import keep_plan
from .ways_out import Driven, Weighed


async def take_back(
    engine: AsyncEngine, roads: Roads, seen: Seen, setback_id: UUID, *, by: str
) -> int:
    """The setback holds no more; the day's version.

    If nothing has changed since a way out was chosen, the plan before it comes back as far as it
    can still be driven with every promise kept; else the plan stays as it is.

    Raises:
        Missing: there is no such hub, setback or shift.
        StaleBoard: the day has changed since it was drawn.
        TooLate: the day is over.
        WrongStep: nobody opened; that visit waits for another hour.
    """

    async def back(day: DayAtHand) -> int:
        setback = await setback_of(day, setback_id)
        if setback.kind is SetbackKind.NOBODY_HOME:
            raise WrongStep("Nobody opened; give the visit another hour instead.")
        setback.taken_back_at = day.today.now
        day.session.add(setback)
        await tell_of(day, setback, what="take_back", said="Taken back.")
        if not setback.last_changed(day.today.version):
            return day.today.version
        return await _put_back(day, setback)

    return await change_by_hand(engine, roads, seen, back, by=by)


async def _put_back(day: DayAtHand, setback: Setback) -> int:
    """Bring the plan before a way out back; where it cannot be, the day keeps its version."""
    today = day.today
    today.setbacks[setback.shift_id].remove(setback)
    problem = day.problem()
    plan = today.plan(problem)
    driven = _driven_before(problem, plan, msgspec.convert(setback.ways, Weighed).before)
    if driven is None:
        return today.version
    said = f"Taken back: {day.concierge(setback.shift_id)} goes on as planned before."
    try:
        before, _ = driven_now(problem, driven)
        words = {left.visit: left for left in plan.unplanned}
        before = replace(before, unplanned=tuple(words[e.visit] for e in before.unplanned))
        return await keep_plan(day.session, today, problem, before, by=day.by, why=said)
    except (StaleBoard, BreaksPromise):
        return today.version


def _driven_before(
    problem: routing.Problem, plan: routing.Plan, before: Mapping[str, Sequence[str]]
) -> Driven | None:
    """How what is left of the day was driven; None if somebody would lose a place she has now."""
    asked = {shift: list(filter(problem.has_visit, visits)) for shift, visits in before.items()}
    orders = {shift: visits for shift, visits in asked.items() if visits}
    placed = {visit for visits in orders.values() for visit in visits}
    waiting = {left.visit: left.words for left in plan.unplanned}
    left = {visit.id for visit in problem.visits} - placed
    if not left <= waiting.keys():
        return None
    return Driven(orders=orders, left={visit: waiting[visit] for visit in left}, late={}, over={})

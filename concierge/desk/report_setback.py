"""A dispatcher says what has gone wrong with a day; a worker weighs the ways out of it."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from concierge.maps.travel import Roads
from concierge.model import OrderState, PieceState, Setback, SetbackKind, Step, new_id
from concierge.model.refusals import Missing, WrongStep
from concierge.store.jobs import WeighWays, enqueue
from concierge.store.log import audit, tell
from concierge.store.transaction import lock_order

from .change_by_hand import DayAtHand, Seen, change_by_hand
from .keep_plan import keep_plan
from .move_pieces import move_pieces, pieces_of

SAID = {
    SetbackKind.ILL: "is ill",
    SetbackKind.BROKEN_DOWN: "has broken down",
    SetbackKind.LATE: "is late",
}


async def report_setback(
    engine: AsyncEngine,
    roads: Roads,
    seen: Seen,
    kind: SetbackKind,
    shift_id: UUID,
    *,
    minutes: int | None = None,
    by: str,
) -> int:
    """Take note that a concierge is ill, broken down or late, and have the ways out weighed.

    From now on nothing is planned on what she cannot do. Her visits stay written where they are
    until somebody chooses a way out; the board shows them as nobody's. `minutes` is how late she
    goes on; broken down without, her car stands still for the day. Returns the day's version.

    Raises:
        Missing: there is no such hub or shift.
        StaleBoard: the day has changed since it was drawn.
        TooLate: the day is over.
        WrongStep: it is not today, her shift is over, or she is away already.
    """

    async def report(day: DayAtHand) -> int:
        name = day.concierge(shift_id)
        _refuse_other_days(day)
        rest = next((s for s in day.problem().shifts if s.id == str(shift_id)), None)
        if rest is None:
            raise WrongStep("%(name)s's shift is over, or she is away already.", name=name)
        since = day.today.now
        until = (
            None
            if minutes is None
            else _next(day, shift_id, rest.starts) + timedelta(minutes=minutes)
        )
        setback = Setback(
            hub_id=day.today.hub.id, day=day.today.day, shift_id=shift_id, kind=kind,
            since=since, until=until, by=by, at=since,
        )  # fmt: skip
        said = f"{name} {SAID[kind]}" + (f", {minutes} min." if minutes is not None else ".")
        await _note(day, setback, said)
        return day.today.version

    return await change_by_hand(engine, roads, seen, report, by=by)


async def nobody_home(
    engine: AsyncEngine, roads: Roads, seen: Seen, order_id: UUID, *, by: str
) -> int:
    """Take note that nobody opened: her concierge goes on, her pieces stay sealed in the car.

    The visit waits in the tray for another hour or another day; the money stays held.

    Raises:
        Missing: there is no such hub or visit.
        StaleBoard: the day has changed since it was drawn.
        TooLate: the day is over.
        WrongStep: it is not today, nobody is there or on the way, or the visit is in full swing.
    """

    async def report(day: DayAtHand) -> int:
        return await turn_away(day, order_id, new_id(), day.today.now)

    return await change_by_hand(engine, roads, seen, report, by=by)


async def turn_away(day: DayAtHand, order_id: UUID, name: UUID, at: datetime) -> int:
    """Nobody opened at `at`: the visit is nobody's until a person decides; the day's version.

    `name` is the setback's.

    Raises:
        Missing: this day has no such visit.
        WrongStep: it is not today, nobody is there or on the way, or the visit is in full swing.
    """
    _refuse_other_days(day)
    order, stop = day.today.orders.get(order_id), day.today.stops.get(order_id)
    if order is None or stop is None:
        raise Missing("This day has no such visit.")
    await lock_order(day.session, order_id)
    await day.session.refresh(order)  # her phone may have reported meanwhile
    client, now = day.client(order), day.today.now
    if not day.today.begun(stop) or order.state not in (
        OrderState.CONFIRMED,
        OrderState.AT_VISIT,
    ):
        raise WrongStep("Nobody stands at %(client)s's door.", client=client)
    arrived = day.today.steps.get(order_id, {}).get(Step.ARRIVED)
    rang = None if arrived is None else min(max(arrived, stop.opens), at)
    wait = timedelta(minutes=day.today.hub.wait_minutes)
    setback = Setback(
        id=name, hub_id=day.today.hub.id, day=day.today.day, shift_id=stop.shift_id,
        order_id=order_id, kind=SetbackKind.NOBODY_HOME, since=at, until=at, by=day.by, at=now,
        rang_at=rang, wait_until=rang and rang + wait,
    )  # fmt: skip
    order.turned_away()
    carrier = f"concierge:{stop.concierge_id}"
    moves = [
        (piece, PieceState.VAN, carrier)
        for piece in await pieces_of(day.session, order_id)
        if piece.state is PieceState.WITH_CLIENT
    ]
    move_pieces(day.session, order_id, moves, by=day.by, now=now)
    await day.session.delete(day.today.stops.pop(order_id))
    day.today.steps.pop(order_id, None)
    day.today.nobody_opened[order_id] = setback
    day.today.setbacks.setdefault(stop.shift_id, []).append(setback)
    problem = day.problem()
    said = f"Nobody opened at {client}'s."
    version = await keep_plan(
        day.session, day.today, problem, day.today.plan(problem), by=day.by, why=said
    )
    await _note(day, setback, said)
    return version


def _refuse_other_days(day: DayAtHand) -> None:
    if day.today.hub.day_of(day.today.now) != day.today.day:
        raise WrongStep("This can be said of today alone.")


def _next(day: DayAtHand, shift_id: UUID, free: datetime) -> datetime:
    """When the plan has her leave for her next stop."""
    ahead = (s.departs for s in day.today.stops_of(shift_id) if not day.today.begun(s))
    return max(free, next(ahead, free))


async def _note(day: DayAtHand, setback: Setback, said: str) -> None:
    """Keep it, have its ways out weighed, tell the boards, write it down."""
    day.session.add(setback)
    await day.session.flush()
    await enqueue(day.session, WeighWays(setback=setback.id))
    topic = f"day:{setback.hub_id}:{setback.day}"
    await tell(day.session, topic, "setback", setback.at, setback=str(setback.id))
    await audit(
        day.session, who=setback.by, what=f"setback.{setback.kind}",
        subject=f"shift:{setback.shift_id}", now=setback.at, why=said,
    )  # fmt: skip

"""Tell clients what a new plan makes of their promised windows: by letter, or through a person."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

import routing
from concierge.model import COMING, BrokenPromise, Order, Promise
from concierge.model.told import Hour, says
from concierge.store.log import tell

from .hub_day import HubDay
from .settle import close_cases, open_case
from .write_letter import Letter, write_letter

MOVED_ON = timedelta(minutes=15)
"""By how much a late visit is later still, or sooner, before its client is written to again."""
SOON = timedelta(hours=1)
"""Whoever expects us within this time is also called: she may read a letter too late."""
CALL = "promise_broken"
"""The kind of case that asks a person to call a client."""


@dataclass(slots=True)
class Told:
    """Whom a plan had us tell, by order: of a broken promise, of one that is kept after all.

    `to_call` are those of the first whom only a person can reach, or reach in time.
    """

    broken: list[UUID] = field(default_factory=list[UUID])
    kept: list[UUID] = field(default_factory=list[UUID])
    to_call: list[UUID] = field(default_factory=list[UUID])


async def tell_promises(
    session: AsyncSession,
    day: HubDay,
    before: Mapping[UUID, datetime],
    plan: routing.Plan,
    *,
    at: datetime,
) -> Told:
    """Write to each client whose promise the plan breaks, or keeps after all; whom we told.

    `before` is when each visit was to begin in the plan before this one. Whoever was told the same
    already is not told again. What has begun, or nobody opened for, is a matter of its own.
    """
    rows = await _told_before(session, day)
    starts = {UUID(stop.visit): stop.starts for route in plan.routes for stop in route.stops}
    settled = day.history() | (day.nobody_opened.keys() - starts.keys())
    told = Told()
    for order in day.orders.values():
        if order.id in settled or order.state not in COMING:
            continue
        row, begins = rows.pop(order.id, None), starts.get(order.id)
        promise = order.promise(begins)
        if promise is Promise.KEPT:
            if row is not None:
                await _is_kept(session, order, row, told, at=at)
        elif _is_news(row, order.promise(before.get(order.id)), promise, begins):
            if row is not None:
                await session.delete(row)
                await session.flush()
            await _is_broken(session, day, order, promise, begins, told, at=at)
    for order_id, row in rows.items():
        await close_cases(session, await session.get_one(Order, order_id), CALL, at)
        await session.delete(row)
    return told


async def _told_before(session: AsyncSession, day: HubDay) -> dict[UUID, BrokenPromise]:
    rows = await session.exec(
        select(BrokenPromise)
        .join(Order)
        .where(Order.hub_id == day.hub.id, Order.day == day.day)
        .order_by(Order.reference)
    )
    return {row.order_id: row for row in rows}


def _is_news(
    row: BrokenPromise | None, was: Promise, promise: Promise, begins: datetime | None
) -> bool:
    """Whether she has not been told this."""
    if row is None:
        return promise is not was
    if promise is not row.promise:
        return True
    return begins is not None and row.starts is not None and abs(begins - row.starts) >= MOVED_ON


async def _is_broken(
    session: AsyncSession,
    day: HubDay,
    order: Order,
    promise: Promise,
    begins: datetime | None,
    told: Told,
    *,
    at: datetime,
) -> None:
    window = order.window
    if window is None:
        return
    row = BrokenPromise(
        order_id=order.id, promise=promise, opens=window.opens, closes=window.closes,
        starts=begins, written=False, told_at=at,
    )  # fmt: skip
    session.add(row)
    await session.flush()
    late = promise is Promise.LATE
    row.written = await write_letter(
        session, order, Letter.LATE if late else Letter.NOBODY_COMES, now=at
    )
    await close_cases(session, order, CALL, at)
    if not row.written or window.opens - at < SOON:
        who = day.clients[order.client_id].shown_as
        hour = Hour(window.opens.astimezone(day.hub.zone))
        call = (
            says(
                "Call %(client)s, %(hour)s: we come about %(begins)s.",
                client=who, hour=hour, begins=Hour(begins.astimezone(day.hub.zone)),
            )
            if begins
            else says("Call %(client)s, %(hour)s: nobody comes.", client=who, hour=hour)
        )  # fmt: skip
        why = says(
            "A letter may be read too late." if row.written else "We know no e-mail of hers."
        )
        await open_case(session, order, CALL, [call, why], at)
        told.to_call.append(order.id)
    if row.written:
        told.broken.append(order.id)
    await tell(session, f"order:{order.id}", "promise", at, promise=promise)


async def _is_kept(
    session: AsyncSession, order: Order, row: BrokenPromise, told: Told, *, at: datetime
) -> None:
    """We come after all; a window she has agreed to since is told by its own letter."""
    same = order.window is not None and (order.opens, order.closes) == (row.opens, row.closes)
    await close_cases(session, order, CALL, at)
    await session.delete(row)
    if same and await write_letter(session, order, Letter.AS_PROMISED, now=at):
        told.kept.append(order.id)
    await tell(session, f"order:{order.id}", "promise", at, promise=Promise.KEPT)

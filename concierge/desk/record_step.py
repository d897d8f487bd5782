"""On the way, at the door, trying, done: a concierge says how far a visit has come."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

import payments
from concierge.model import Order, OrderState, PieceState, Step, Stop, VisitStep
from concierge.model.refusals import KeyReused, Missing, WrongStep
from concierge.store.log import audit, tell
from concierge.store.transaction import lock_order

from .ask_amount import asked_of
from .hold_lines import holds_of
from .move_pieces import move_pieces, pieces_of
from .settle import as_read
from .show_visit import assigned_stop
from .steps_taken import steps_taken, turned_away

RANK = {step: rank for rank, step in enumerate(Step)}


class StepReport(msgspec.Struct, frozen=True):
    """A step as the phone wrote it down: `id` is the phone's, `at` its idea of the moment.

    `phone` is its own name; older phones have none.
    """

    id: UUID
    step: Step
    at: datetime
    phone: UUID | None = None


async def record_step(
    session: AsyncSession,
    order_id: UUID,
    report: StepReport,
    *,
    concierge_id: UUID,
    now: datetime,
) -> bool:
    """Write down a step, and with it where the pieces are now. False when it was known.

    A step that arrives late, behind one that came after it, is kept but moves nothing back; one
    of a try before nobody opened says nothing of the next.

    Raises:
        Missing: the visit is not this concierge's.
        KeyReused: the id came again with another step or visit.
        WrongStep: no card is held, or the visit cannot end before its returns are recorded.
    """
    await lock_order(session, order_id)
    stop = await assigned_stop(session, order_id, concierge_id)
    order = await session.get(Order, order_id)
    if order is None:
        raise Missing("There is no such visit on your route.")
    known = await session.get(VisitStep, report.id)
    if known is not None:
        if (known.order_id, known.step) != (order_id, report.step):
            raise KeyReused("This step was sent before with other content; nothing changed.")
        return False
    taken = (await steps_taken(session, [order_id])).get(order_id, {})
    furthest = max((RANK[step] for step in taken), default=-1)
    at = min(report.at, now)  # a phone's clock that runs ahead knows nothing of the future
    away = (await turned_away(session, [order_id])).get(order_id)
    counts = away is None or at > away
    if counts:
        await _let(session, order, stop, report.step, at)
    who = f"concierge:{concierge_id}"
    session.add(
        VisitStep(
            id=report.id, order_id=order_id, step=report.step, at=at, received_at=now, by=who,
            phone=report.phone,
        )
    )  # fmt: skip
    if counts:
        stop.over = stop.over or report.step is Step.FINISHED
        brings = order.collects is None
        if brings and RANK[report.step] > furthest and order.returns_key is None:
            await _carry(session, order, report.step, who, now)
        await _tell(session, order, stop, report.step, at, now)
    await audit(
        session, who=who, what=f"visit.{report.step}", subject=f"order:{order_id}", now=now,
        at=at.isoformat(), early=_early(report.step, at, stop),
    )  # fmt: skip
    await session.flush()
    return True


async def _let(session: AsyncSession, order: Order, stop: Stop, step: Step, at: datetime) -> None:
    """Refuse what this order is not ready for; at the door, the visit begins."""
    holds = order.collects is None  # a collection carries nothing of ours to her
    if holds and order.state is OrderState.CONFIRMED and not await _is_held(session, order, at):
        raise WrongStep("Order %(order)s has no card held; call the desk.", order=order.reference)
    if step is Step.EN_ROUTE:
        if order.state in (OrderState.PLACED, OrderState.EXPIRED, OrderState.CANCELLED):
            raise WrongStep(
                "Order %(order)s has no card held; call the desk.", order=order.reference
            )
        if order.state is OrderState.CONFIRMED and not await _outlasts(session, order, stop):
            raise WrongStep(
                "The money for order %(order)s is not held long enough; call the desk.",
                order=order.reference,
            )
        return
    order.begin()
    if step is Step.FINISHED and order.returns_key is None:
        raise WrongStep("Record what she keeps and what goes back before you finish the visit.")


async def _is_held(session: AsyncSession, order: Order, at: datetime) -> bool:
    """Whether her money is set aside still; banks give it back by themselves after some days."""
    return any(
        hold.state is payments.HoldState.HELD
        and (hold.capture_before is None or hold.capture_before > at)
        for hold in await holds_of(session, order.id)
    )


async def _outlasts(session: AsyncSession, order: Order, stop: Stop) -> bool:
    """Whether what is held can still be captured the day after: nothing departs without."""
    coming = payments.Coming(stop.opens, stop.closes)
    holds = [as_read(hold) for hold in await holds_of(session, order.id)]
    return payments.covers(holds, await asked_of(session, order), coming.needed_until)


async def _carry(session: AsyncSession, order: Order, step: Step, who: str, now: datetime) -> None:
    """The pieces ride with the concierge, then are in the client's hands."""
    if step is Step.EN_ROUTE:
        state, holder = PieceState.VAN, who
    else:
        state, holder = PieceState.WITH_CLIENT, f"client:{order.client_id}"
    moves = [(piece, state, holder) for piece in await pieces_of(session, order.id)]
    move_pieces(session, order.id, moves, by=who, now=now)


async def _tell(
    session: AsyncSession, order: Order, stop: Stop, step: Step, at: datetime, now: datetime
) -> None:
    topics = (
        f"day:{stop.hub_id}:{stop.day}", f"order:{order.id}", f"concierge:{stop.concierge_id}",
    )  # fmt: skip
    early = _early(step, at, stop)
    for topic in topics:
        await tell(
            session, topic, "step", now,
            order=str(order.id), step=step.value, at=at.isoformat(), early=early,
        )  # fmt: skip


def _early(step: Step, at: datetime, stop: Stop) -> bool:
    """Ringing before the promised window is a miss too."""
    return step is Step.ARRIVED and at < stop.opens

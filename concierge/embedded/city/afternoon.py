"""What the story's afternoon brings besides, through the house's own doors and not as rows.

A client gives a piece back with a tear, and another cannot be found; a client's bank disputes
what she paid; a third changed her mind, and has fetched what she kept.
"""

from datetime import timedelta
from uuid import UUID

import httpx
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

import routing
from concierge.desk.plan_collection import Coming, collection_windows, plan_collection
from concierge.desk.read_notice import keep_notice
from concierge.desk.record_returns import record_returns
from concierge.desk.record_step import StepReport, record_step
from concierge.maps.travel import Roads
from concierge.model import (
    Condition,
    Hold,
    Hub,
    Order,
    OrderLine,
    OrderState,
    PieceVerdict,
    Remark,
    ReturnReason,
    ReturnsRecord,
    Step,
    Stop,
    Verdict,
    VisitStep,
    new_id,
)
from concierge.store.transaction import transaction
from payments.stripe_gateway import StripeGateway

from .story import STORY_DAY, STORY_NOW

HUB = "vasastan"
"""Where it happens: the board that opens first."""
LOOKED_AT = 3
"""Pieces of the visit that ends: one is kept, one torn, one not there."""
PATIENCE_S = 20.0


async def live_on(
    engine: AsyncEngine, roads: Roads, gateway: StripeGateway, *, sandbox: str
) -> None:
    """Let all of it happen, at the story's moment."""
    async with transaction(engine) as session:
        await _torn_and_missing(session)
        disputed, collected = await _paid_before(session)
    await _dispute(engine, gateway, disputed, sandbox)
    await _collect(engine, roads, collected)


async def _torn_and_missing(session: AsyncSession) -> None:
    """The visit that ends next: she keeps one piece, one is torn, one is not there."""
    stop, pieces = await _ends_next(session)
    kept, torn, missing, *rest = pieces
    verdicts = (
        PieceVerdict(kept, Verdict.KEPT),
        PieceVerdict(torn, Verdict.RETURNED, ReturnReason.CHANGED_MIND, Condition.DAMAGED),
        PieceVerdict(missing, Verdict.MISSING),
        *(
            PieceVerdict(piece, Verdict.RETURNED, ReturnReason.TOO_SMALL, Condition.AS_NEW)
            for piece in rest
        ),
    )
    remarks = (
        Remark(torn, "A seam is open, a hand long."),
        Remark(missing, "We looked in every room; she thinks it was never in the bag."),
    )
    record = ReturnsRecord(new_id(), verdicts, STORY_NOW, remarks=remarks)
    over = StepReport(new_id(), Step.FINISHED, STORY_NOW)
    who, order = stop.concierge_id, stop.order_id
    await record_returns(session, order, record, concierge_id=who, now=STORY_NOW)
    await record_step(session, order, over, concierge_id=who, now=STORY_NOW)


async def _ends_next(session: AsyncSession) -> tuple[Stop, list[UUID]]:
    """The visit under way that ends first, of those with pieces enough; and its pieces."""
    trying = select(VisitStep.order_id).where(VisitStep.step == Step.TRYING)
    rows = await session.exec(
        select(Stop, OrderLine.piece_id)
        .join(Order, col(Order.id) == col(Stop.order_id))
        .join(Hub, col(Hub.id) == col(Stop.hub_id))
        .join(OrderLine, col(OrderLine.order_id) == col(Stop.order_id))
        .where(
            Hub.slug == HUB, Stop.day == STORY_DAY, Order.state == OrderState.AT_VISIT,
            col(Order.id).in_(trying),
        )
        .order_by(col(Stop.ends), col(Stop.order_id), col(OrderLine.id))
    )  # fmt: skip
    brought: dict[UUID, tuple[Stop, list[UUID]]] = {}
    for stop, piece in rows.all():
        brought.setdefault(stop.order_id, (stop, []))[1].append(piece)
    return next(each for each in brought.values() if len(each[1]) >= LOOKED_AT)


async def _paid_before(session: AsyncSession) -> tuple[UUID, UUID]:
    """Two orders of other clients, paid for on the last days, the latest first."""
    rows = await session.exec(
        select(Order.id)
        .join(Hub, col(Hub.id) == col(Order.hub_id))
        .where(
            Hub.slug == HUB, Order.state == OrderState.SETTLED, col(Order.day) < STORY_DAY,
            col(Order.due_minor) > 0,
        )
        .order_by(col(Order.day).desc(), col(Order.id))
        .limit(2)
    )  # fmt: skip
    disputed, collected = rows.all()
    return disputed, collected


async def _dispute(
    engine: AsyncEngine, gateway: StripeGateway, order_id: UUID, sandbox: str
) -> None:
    """Her bank says she never had what she paid for; the provider tells us so."""
    async with transaction(engine) as session:
        holds = await session.exec(select(Hold.provider_id).where(Hold.order_id == order_id))
        said = {"hold": holds.one(), "reason": "product_not_received"}
    async with httpx.AsyncClient(base_url=sandbox, timeout=PATIENCE_S) as door:
        (await door.post("/_sandbox/disputes/begin", json=said)).raise_for_status()
    for notice in await gateway.notices_since(STORY_NOW - timedelta(minutes=1), unheard=False):
        async with transaction(engine) as session:
            await keep_notice(session, notice)


async def _collect(engine: AsyncEngine, roads: Roads, order_id: UUID) -> None:
    """She gives back what she kept, and has it fetched in the first window there is."""
    async with transaction(engine) as session:
        kept = await session.exec(
            select(OrderLine.id).where(
                OrderLine.order_id == order_id, OrderLine.verdict == Verdict.KEPT
            )
        )
        coming = Coming(lines=tuple(kept.all()))
        client = (await session.get_one(Order, order_id)).client_id
    by = f"client:{client}"
    offered = await collection_windows(engine, roads, order_id, coming, near=STORY_DAY)
    free = next(each for day in offered.days for each in day.windows if each.feasible)
    window = routing.Window(free.opens, free.closes)
    await plan_collection(engine, roads, order_id, coming, window, by=by)

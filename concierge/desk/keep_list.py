"""A list of returns that does not count is kept for a person to look at, never dropped."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from concierge.model import (
    Case,
    Concierge,
    Hub,
    Order,
    PlanVersion,
    ReturnsConflict,
    ReturnsRecord,
    Shift,
)
from concierge.model.refusals import AlreadySettled, KeyReused, NotHersNow
from concierge.model.told import Sentence, says, told_of
from concierge.store.log import audit, tell

from .list_differences import list_differences, list_pieces


async def was_hers(
    session: AsyncSession, order: Order, concierge_id: UUID, record: ReturnsRecord
) -> bool:
    """Whether a plan of the day on which the list was confirmed gave her a visit that stood."""
    if order.confirmed_at is None:
        return False
    hub = await session.get_one(Hub, order.hub_id)
    day = hub.day_of(record.confirmed_at)
    shifts = await session.exec(
        select(Shift.id).where(Shift.concierge_id == concierge_id, Shift.day == day)
    )
    for shift_id in shifts.all():
        route = {"shift": str(shift_id), "stops": [{"visit": str(order.id)}]}
        version = select(PlanVersion.version).where(
            PlanVersion.hub_id == hub.id,
            PlanVersion.day == day,
            col(PlanVersion.content).contains({"routes": [route]}),
        )
        if (await session.exec(version.limit(1))).first() is not None:
            return True
    return False


async def keep_list(
    session: AsyncSession,
    order: Order,
    record: ReturnsRecord,
    refusal: AlreadySettled | KeyReused | NotHersNow,
    *,
    by: UUID,
    now: datetime,
) -> None:
    """Keep a concierge's list once, and open a case that tells what is on it."""
    same = select(ReturnsConflict.id).where(
        ReturnsConflict.order_id == order.id,
        ReturnsConflict.key == record.key,
        ReturnsConflict.digest == record.digest,
    )
    if (await session.exec(same)).first() is not None:
        return
    who = f"concierge:{by}"
    session.add(
        ReturnsConflict(
            order_id=order.id, key=record.key, digest=record.digest,
            content=msgspec.to_builtins(record), at=now, by=who,
        )
    )  # fmt: skip
    case = Case(hub_id=order.hub_id, order_id=order.id, kind="returns_conflict", opened_at=now)
    case.tell(await _told(session, order, record, refusal, by))
    session.add(case)
    await tell(session, f"day:{order.hub_id}:{order.day}", "case", now, order=str(order.id))
    await audit(
        session, who=who, what="returns.conflict", subject=f"order:{order.id}", now=now,
        why=str(refusal), key=str(record.key), digest=record.digest,
    )  # fmt: skip
    await session.flush()


async def _told(
    session: AsyncSession,
    order: Order,
    record: ReturnsRecord,
    refusal: AlreadySettled | KeyReused | NotHersNow,
    by: UUID,
) -> list[Sentence]:
    if isinstance(refusal, NotHersNow):
        came = says(
            "%(concierge)s sent a list of returns for order %(order)s, which she does not have "
            "any more. If she was there, give her the visit back: her phone then sends it again.",
            concierge=(await session.get_one(Concierge, by)).name, order=order.reference,
        )  # fmt: skip
        return [came, *await list_pieces(session, order, record)]
    second = says("A second list of returns came for order %(order)s.", order=order.reference)
    return [second, *(await list_differences(session, order, record) or [told_of(refusal)])]

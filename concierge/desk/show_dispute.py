"""A dispute as the person who answers it sees it, with the evidence we have."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import msgspec
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

import payments
from concierge.model import Dispute, Order

from .gather_evidence import gather_evidence
from .show_cases import account_of, named


class DisputeShown(msgspec.Struct, frozen=True, kw_only=True):
    """What her bank questions, how it stands, and what we show, or have shown, for it."""

    id: str
    amount: payments.Money
    state: payments.DisputeState
    over: bool
    reason: str
    answer_by: datetime | None
    takes_evidence: bool
    has_receipt: bool
    evidence: Mapping[str, str]
    sent_at: datetime | None
    sent_by: str | None
    handed_in_at: datetime | None
    ended_at: datetime | None
    trouble: str | None


async def dispute_of_case(session: AsyncSession, case_id: UUID) -> DisputeShown | None:
    """The dispute a case is about; None when it is about none."""
    row = (await session.exec(select(Dispute).where(Dispute.case_id == case_id))).first()
    if row is None:
        return None
    order = await session.get_one(Order, row.order_id)
    names = await named(session, [account_of(row.sent_by)])
    return DisputeShown(
        id=row.id,
        amount=row.amount,
        state=row.state,
        over=row.over,
        reason=row.reason,
        answer_by=row.answer_by,
        takes_evidence=row.takes_evidence,
        has_receipt=order.settled_at is not None,
        evidence=row.evidence or await gather_evidence(session, row),
        sent_at=row.sent_at,
        sent_by=names.get(account_of(row.sent_by), row.sent_by),
        handed_in_at=row.handed_in_at,
        ended_at=row.ended_at,
        trouble=row.trouble,
    )

"""A dispute as the person who answers it sees it, with the evidence we have."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import msgspec
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

import payments
from concierge.model import Dispute, LedgerEntry, Order

from .gather_evidence import gather_evidence
from .show_cases import account_of, named


class DisputeShown(msgspec.Struct, frozen=True, kw_only=True):
    """What her bank questions, how it stands, what it costs, and what we say, or said, to it."""

    id: str
    amount: payments.Money
    state: payments.DisputeState
    over: bool
    reason: str
    answer_by: datetime | None
    fee: payments.Money | None
    takes_evidence: bool
    may_give_in: bool
    has_receipt: bool
    evidence: Mapping[str, str]
    sent_at: datetime | None
    sent_by: str | None
    handed_in_at: datetime | None
    given_in_at: datetime | None
    given_in_by: str | None
    given_in_why: str
    ended_at: datetime | None
    trouble: str | None


async def dispute_of_case(session: AsyncSession, case_id: UUID) -> DisputeShown | None:
    """The dispute a case is about; None when it is about none."""
    row = (await session.exec(select(Dispute).where(Dispute.case_id == case_id))).first()
    if row is None:
        return None
    order = await session.get_one(Order, row.order_id)
    names = await named(session, [account_of(row.sent_by), account_of(row.given_in_by)])
    return DisputeShown(
        id=row.id,
        amount=row.amount,
        state=row.state,
        over=row.over,
        reason=row.reason,
        answer_by=row.answer_by,
        fee=await _fee(session, row),
        takes_evidence=row.takes_evidence,
        may_give_in=row.may_give_in,
        has_receipt=order.settled_at is not None,
        evidence=row.evidence or await gather_evidence(session, row),
        sent_at=row.sent_at,
        sent_by=names.get(account_of(row.sent_by), row.sent_by),
        handed_in_at=row.handed_in_at,
        given_in_at=row.given_in_at,
        given_in_by=names.get(account_of(row.given_in_by), row.given_in_by),
        given_in_why=row.given_in_why,
        ended_at=row.ended_at,
        trouble=row.trouble,
    )


async def _fee(session: AsyncSession, row: Dispute) -> payments.Money | None:
    """What the provider asks for it, less what it gave back; None while it asks nothing."""
    minor = func.sum(LedgerEntry.amount_minor)
    rows = await session.exec(
        select(minor, LedgerEntry.currency)
        .where(
            col(LedgerEntry.journal).startswith(f"{row.id}:"),
            LedgerEntry.account == payments.Account.DISPUTE_FEES,
        )
        .group_by(LedgerEntry.currency)
        .having(minor > 0)
    )
    fee = rows.first()
    return payments.Money(int(fee[0]), fee[1]) if fee else None

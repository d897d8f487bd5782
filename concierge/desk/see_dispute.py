"""What the provider says of a dispute becomes a row, ledger lines and a person's case, once."""

from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

import payments
from concierge.model import Case, Client, Dispute, Hold, Hub, Order
from concierge.model.told import Moment, Sentence, plainly, says, term
from concierge.store.log import audit

from .book_refund import book_dispute
from .end_case import QUESTIONED, tell_of
from .refund_money import TAKEN, standing_by_refunds
from .settle import stand

STANDS = {
    payments.DisputeState.ASKED: "%(client)s's bank asks about %(amount)s of order %(order)s; "
    "no money has moved.",
    payments.DisputeState.NEEDS_EVIDENCE: "%(client)s's bank took %(amount)s of order %(order)s "
    "back (%(reason)s).",
    payments.DisputeState.UNDER_REVIEW: "%(client)s's bank reads our evidence about %(amount)s of "
    "order %(order)s.",
    payments.DisputeState.WON: "%(client)s's bank leaves %(amount)s of order %(order)s with us: "
    "the dispute is won.",
    payments.DisputeState.LOST: "%(client)s's bank took %(amount)s of order %(order)s back for "
    "good: the dispute is lost.",
}
GIVEN_IN = "%(client)s's bank took %(amount)s of order %(order)s back for good: we gave in."
ANSWERABLE = frozenset({payments.DisputeState.ASKED, payments.DisputeState.NEEDS_EVIDENCE})


async def dispute_seen(
    session: AsyncSession, order: Order, seen: payments.Dispute, moment: datetime
) -> None:
    """Take over what was read of a dispute: book it, tell the board, say where the money stands.

    What is won ends by itself; what is lost waits for a person to say so, unless somebody gave in.
    The caller holds the order's lock. Reading the same twice changes nothing.
    """
    await book_dispute(session, order, seen, moment)
    row = await session.get(Dispute, seen.id, populate_existing=True)
    if row is None:
        hold = await session.exec(select(Hold.id).where(Hold.provider_id == seen.hold))
        row = Dispute(
            id=seen.id, order_id=order.id, hold_id=hold.one(), state=seen.state,
            amount_minor=seen.amount.minor, currency=seen.amount.currency, reason=seen.reason,
            taken=seen.taken, opened_at=moment, key=f"{seen.id}:evidence:1",
        )  # fmt: skip
        session.add(row)
    elif payments.is_stale(row.as_read(seen.hold), seen):
        return
    row.read(seen, moment)
    await session.flush()
    await _tell(session, order, row, moment)
    await _stand(session, order)
    await session.flush()


async def _tell(session: AsyncSession, order: Order, row: Dispute, moment: datetime) -> None:
    """The case says how it stands; one that is won, or given in, ends with it."""
    told = await said_of(session, order, row)
    case = await session.get(Case, row.case_id) if row.case_id else None
    if case is None:
        case = Case(hub_id=order.hub_id, order_id=order.id, kind=QUESTIONED, opened_at=moment)
        session.add(case)
        await session.flush()
        row.case_id = case.id
        await audit(
            session, who="bank", what="dispute.open", subject=f"order:{order.id}", now=moment,
            dispute=row.id, amount=str(row.amount), reason=row.reason,
        )  # fmt: skip
    elif case.words == plainly(told) or case.closed_at is not None:
        return
    case.tell(told)
    if row.ended_at is not None:
        await audit(
            session, who="bank", what="dispute.end", subject=f"order:{order.id}", now=moment,
            dispute=row.id, how=row.state,
        )  # fmt: skip
    if row.state is payments.DisputeState.WON:
        case.closed_at = moment
    if row.state is payments.DisputeState.LOST and row.given_in_by is not None:
        case.end(row.given_in_why, by=row.given_in_by, now=moment)
    await tell_of(session, case)


async def said_of(session: AsyncSession, order: Order, row: Dispute) -> list[Sentence]:
    """How a dispute stands, in a sentence or two."""
    client = await session.get_one(Client, order.client_id)
    hub = await session.get_one(Hub, order.hub_id)
    lost = row.state is payments.DisputeState.LOST
    about = says(
        GIVEN_IN if lost and row.given_in_at else STANDS[row.state],
        client=client.shown_as, amount=row.amount, order=order.reference, reason=term(row.reason),
    )  # fmt: skip
    if row.state not in ANSWERABLE or row.given_in_at:
        return [about]
    if row.answer_by is None:
        return [about, says("Look the evidence over and hand it in.")]
    until = Moment(row.answer_by.astimezone(hub.zone))
    return [about, says("Look the evidence over and hand it in until %(until)s.", until=until)]


async def _stand(session: AsyncSession, order: Order) -> None:
    """Where an order's money stands, by all its disputes together."""
    rows = await session.exec(
        select(Dispute).where(Dispute.order_id == order.id, col(Dispute.taken))
    )
    disputes = rows.all()
    standings = payments.Standing
    if order.standing not in {*TAKEN, standings.DISPUTED}:
        return
    if any(not each.over for each in disputes):
        await stand(session, order, standings.DISPUTED, payments.By.BANK)
    elif any(each.state is payments.DisputeState.LOST for each in disputes):
        await stand(session, order, standings.CHARGED_BACK, payments.By.BANK)
    elif order.standing is standings.DISPUTED:
        to = await standing_by_refunds(session, order)
        await stand(session, order, to, payments.By.BANK)

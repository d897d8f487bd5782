"""What we say to a dispute: the evidence that somebody looked over, or that we give in."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy.ext.asyncio import AsyncEngine

from concierge.model import Dispute
from concierge.model.refusals import BadRequest
from concierge.store.clock import now
from concierge.store.jobs import AnswerDispute, enqueue
from concierge.store.log import audit
from concierge.store.transaction import transaction
from concierge.words import format_day

from .answer_dispute import tell_its_case
from .end_case import Works
from .gather_evidence import DAY, FIELDS
from .its_order import with_its_order

LONGEST = 20_000
"""Characters of one field; the provider takes 150,000 of all together."""


def looked_over(typed: Mapping[str, str]) -> dict[str, str]:
    """The evidence as her bank gets it: nothing empty, and the day of the visit in words.

    Raises:
        BadRequest: there is nothing to show, or too much of it, or the day is none.
    """
    shown = {field: typed.get(field, "").strip() for field in FIELDS}
    for field, words in shown.items():
        if len(words) > LONGEST:
            raise BadRequest("This is more than her bank reads.", field=field)
    if not any(shown.values()):
        raise BadRequest("There is no evidence to hand in.", field=FIELDS[-1])
    if shown[DAY]:
        shown[DAY] = _in_words(shown[DAY])
    return {field: words for field, words in shown.items() if words}


def _in_words(day: str) -> str:
    """`2026-11-23` is Monday 23 November 2026."""
    try:
        return format_day(date.fromisoformat(day), "en", year=True)
    except ValueError:
        raise BadRequest("Write the day as 2026-11-23.", field=DAY) from None


async def hand_in(
    engine: AsyncEngine, dispute_id: str, typed: Mapping[str, str], *, works_at: Works, by: str
) -> None:
    """Somebody has looked the evidence over, as typed: it is handed in soon. Twice is once.

    Raises:
        Missing: there is no such dispute for them.
        BadRequest: there is nothing to show, or too much of it, or the day is none.
        TooLate: the time for it is over.
        WrongStep: it was answered before, or has ended.
    """
    shown = looked_over(typed)
    async with transaction(engine) as session:
        order, dispute = await with_its_order(session, Dispute, dispute_id, works_at)
        moment = await now(session)
        if not dispute.answer(shown, by=by, now=moment):
            return
        await enqueue(session, AnswerDispute(dispute=dispute.id))
        await audit(
            session, who=by, what="dispute.answer", subject=f"order:{order.id}", now=moment,
            dispute=dispute.id, fields=sorted(dispute.evidence),
        )  # fmt: skip
        await tell_its_case(session, dispute)


async def give_in(
    engine: AsyncEngine, dispute_id: str, why: str, *, works_at: Works, by: str
) -> None:
    """Somebody lets her have the money: the bank is told soon, and it is lost. Twice is once.

    Raises:
        Missing: there is no such dispute for them.
        BadRequest: nobody says why.
        TooLate: the time for an answer is over.
        WrongStep: it was answered before, has ended, or her bank only asks.
    """
    async with transaction(engine) as session:
        order, dispute = await with_its_order(session, Dispute, dispute_id, works_at)
        moment = await now(session)
        if not dispute.give_in(why, by=by, now=moment):
            return
        await enqueue(session, AnswerDispute(dispute=dispute.id))
        await audit(
            session, who=by, what="dispute.give_in", subject=f"order:{order.id}", now=moment,
            why=dispute.given_in_why, dispute=dispute.id, amount=str(dispute.amount),
        )  # fmt: skip
        await tell_its_case(session, dispute)

"""A damaged or missing piece she is asked to pay for: asked, agreed to, charged apart, or not.

Nothing is charged before she agreed on her own page. The charge is an operation of its own, with
its own key, and no part of the visit's bill; what comes of it goes back to the person who asked.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

import payments
from concierge.model import (
    Client,
    Decision,
    Disposition,
    Operation,
    Order,
)
from concierge.model.refusals import Missing, WrongStep
from concierge.model.told import says, term
from concierge.store.clock import now
from concierge.store.log import audit, tell
from concierge.store.transaction import lock_order, transaction
from concierge.words import Words

from .asked_of_her import asked_of_her
from .decide_piece import decided, refuse_while_asked, tell_boards
from .dispute_pieces import DISPUTED, undecided
from .end_case import Works
from .its_order import with_its_order
from .refund_money import stand_by_refunds
from .settle import GIVEN_UP, open_case, plan_operation, stand, tell_case
from .write_letter import Letter, write_letter


async def ask_her(
    engine: AsyncEngine,
    disposition_id: UUID,
    minor: int,
    question: str,
    *,
    works_at: Works,
    by: str,
    base_url: str,
) -> None:
    """Ask her to pay for a piece: on her order's page, and by a letter that leads there.

    Raises:
        Missing: there is no such piece for them.
        BadRequest: it is nothing, or more than its price, or she is not told why.
        WrongStep: it is decided, she has not answered yet, her visit's money has not come to its
            end, or she has left no card.
    """
    async with transaction(engine) as session:
        order, disposition = await with_its_order(session, Disposition, disposition_id, works_at)
        moment = await now(session)
        await refuse_while_asked(session, disposition)
        if order.settled_at is None:
            raise WrongStep("First her visit's own money must have come to its end.")
        if order.card is None or order.payer is None:
            raise WrongStep("She has left no card with us; nothing can be charged later.")
        if await _nobody_knows(session, disposition):
            raise WrongStep("Nobody knows whether she has paid for it; look at the provider.")
        disposition.ask(minor, question, by=by, now=moment)
        await write_letter(
            session, order, Letter.ASKED, now=moment, link=f"{base_url}/orders/{order.id}"
        )
        await audit(
            session, who=by, what="piece.ask", subject=f"order:{order.id}", now=moment,
            why=disposition.question, piece=str(disposition.piece_id), asked=minor,
        )  # fmt: skip
        await _tell(session, order, moment)


async def answer(
    engine: AsyncEngine,
    order_id: UUID,
    disposition_id: UUID,
    *,
    agrees: bool,
    minor: int,
    client_id: UUID | None,
    words: Words,
) -> None:
    """She agrees to pay the amount she read, and her card is charged; or she does not.

    What she agreed to is kept in the words she read. Answering the same twice changes nothing.

    Raises:
        Missing: nothing of the kind is asked of her.
        WrongStep: another amount is asked than she read, or she answered otherwise before.
    """
    async with transaction(engine) as session:
        await lock_order(session, order_id)
        order = await session.get(Order, order_id, populate_existing=True)
        asked = await session.get(Disposition, disposition_id, populate_existing=True)
        if order is None or client_id is None or order.client_id != client_id:
            raise Missing("We do not find this order.")
        if asked is None or asked.order_id != order.id:
            raise Missing("We do not find this order.")
        moment = await now(session)
        said = next(each for each in await asked_of_her(session, order) if each.id == asked.id)
        read = agreement(said.style, said.size, payments.Money(minor, order.currency), words)
        changed = asked.agree(minor, read, moment) if agrees else asked.decline(moment)
        if not changed:
            return
        await session.flush()
        if agrees:
            await _charge(session, order, asked, moment)
        else:
            await _back_to_the_person(session, order, asked, moment)
        await audit(
            session, who=f"client:{client_id}", now=moment, subject=f"order:{order.id}",
            what="piece.agree" if agrees else "piece.decline", why=asked.consent or "",
            piece=str(asked.piece_id), asked=asked.asked_minor,
        )  # fmt: skip
        await _tell(session, order, moment)


def agreement(style: str, size: str, amount: payments.Money, words: Words) -> str:
    """What she agrees to, as she reads it."""
    return words.say(
        "I agree that %(amount)s is charged to my saved card for %(style)s, %(size)s.",
        amount=words.money(amount),
        style=style,
        size=words.size(size),
    )


async def _charge(
    session: AsyncSession, order: Order, asked: Disposition, moment: datetime
) -> None:
    """Plan the charge she agreed to, beside her consent."""
    kind = payments.OperationKind.CHARGE
    so_far = select(func.count()).where(Operation.order_id == order.id, Operation.kind == kind)
    seq = int((await session.exec(so_far)).one()) + 1
    amount = payments.Money(asked.asked_minor or 0, asked.currency)
    await plan_operation(
        session, order, payments.operation(kind, str(order.id), seq, amount), None, moment,
        disposition=asked,
    )  # fmt: skip


async def paid_later(
    session: AsyncSession, order: Order, operation: Operation, moment: datetime
) -> None:
    """The charge she agreed to is done: the piece is decided about, and she has a receipt for it.

    The caller holds the order's lock, and has booked the money and finished the operation.
    """
    asked = await session.get_one(Disposition, operation.disposition_id, populate_existing=True)
    await session.flush()
    if asked.decision is not None:
        told = says(
            "%(amount)s of order %(order)s was taken after all for a piece that was decided "
            "about: %(decision)s. Pay it back at the provider.",
            amount=operation.amount, order=order.reference, decision=term(asked.decision),
        )  # fmt: skip
        await open_case(session, order, GIVEN_UP, [told], moment)
        return
    asked.decide(Decision.CHARGED, asked.question, by=asked.asked_by or "", now=moment)
    await decided(session, order, asked, moment)
    if order.standing is payments.Standing.RELEASED:
        await stand(session, order, payments.Standing.COLLECTING, payments.By.DESK)
        await stand(session, order, payments.Standing.CAPTURED, payments.By.BANK)
    await stand_by_refunds(session, order)
    await write_letter(session, order, Letter.PAID_LATER, now=moment)
    await _tell(session, order, moment)


async def not_paid_later(
    session: AsyncSession, order: Order, operation: Operation, words: str, moment: datetime
) -> None:
    """Her bank would not pay what she agreed to: the person who asked decides anew.

    The caller holds the order's lock, and has written down how the operation ended.
    """
    asked = await session.get_one(Disposition, operation.disposition_id, populate_existing=True)
    if asked.decision is None:
        await _back_to_the_person(session, order, asked, moment, unpaid=words)
    await _tell(session, order, moment)


async def _back_to_the_person(
    session: AsyncSession,
    order: Order,
    asked: Disposition,
    moment: datetime,
    unpaid: str | None = None,
) -> None:
    """The case tells that she said no; or that she agreed, and why her bank did not pay.

    The piece it is about comes last of those that wait, beside what she said.
    """
    client = await session.get_one(Client, order.client_id)
    amount, who = asked.asked or asked.price, client.shown_as
    waiting = await undecided(session, order)
    told = [
        *(words for words, each in waiting if each.id != asked.id),
        *(words for words, each in waiting if each.id == asked.id),
        says(
            "Asked for %(amount)s, %(client)s does not agree to pay.", amount=amount, client=who
        )
        if unpaid is None
        else says(
            "Asked for %(amount)s, %(client)s agreed to pay, and her card did not: %(why)s.",
            amount=amount, client=who, why=unpaid,
        ),
        says("Order %(order)s: decide about it.", order=order.reference),
    ]  # fmt: skip
    await tell_case(session, order, DISPUTED, told, moment)


async def _nobody_knows(session: AsyncSession, disposition: Disposition) -> bool:
    """Whether a charge for it was given up without her bank's word: it may have been made."""
    rows = await session.exec(
        select(Operation)
        .where(Operation.disposition_id == disposition.id)
        .order_by(col(Operation.seq).desc())
    )
    last = rows.first()
    return last is not None and last.advice is None


async def _tell(session: AsyncSession, order: Order, moment: datetime) -> None:
    await tell(session, f"order:{order.id}", "piece", moment, order=str(order.id))
    await tell_boards(session, order)

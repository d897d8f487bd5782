"""Letters about money after a visit, or for one that fell through: what each says."""

from collections.abc import Awaitable, Callable

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

import payments
from concierge.model import Fee, FeeKind, Hold, Order, counted
from concierge.words import Words

Said = tuple[str, list[str]]
"""A letter's subject, and its paragraphs."""


async def absent(session: AsyncSession, order: Order, words: Words, link: str | None) -> Said:
    """Nobody opened, and no other hour was found."""
    del link
    return words.say("We were at your door"), [
        words.say("Nobody opened, so the visit is over and your pieces are back with us."),
        *await given_back(session, order, words),
    ]


async def fee_receipt(session: AsyncSession, order: Order, words: Words, link: str | None) -> Said:
    """The fee for a visit that fell through was taken."""
    del link
    held = await held_of(session, order)
    due = payments.Money(order.due_minor or 0, order.currency)
    fee = (await session.exec(select(Fee).where(Fee.order_id == order.id))).one()
    return words.say("Your receipt"), [
        words.say("For a visit nobody opened for, as you agreed when you ordered.")
        if fee.kind is FeeKind.ABSENCE
        else words.say("For a visit called off late, as you agreed when you ordered."),
        words.say("Charged: %(amount)s", amount=words.money(due)),
        words.say("Released: %(amount)s", amount=words.money(max(held - due, due * 0))),
        bank_takes_days(words),
    ]


async def please_pay(session: AsyncSession, order: Order, words: Words, link: str | None) -> Said:
    """What is due could not be taken; here she pays it, and until when, if she can."""
    holds = await session.exec(select(Hold).where(Hold.order_id == order.id))
    taken = payments.Money.total((hold.captured for hold in holds), order.currency)
    missing = payments.Money(order.due_minor or 0, order.currency) - taken
    until = order.collect_until
    return words.say("Please pay for your visit"), [
        words.say(
            "Your bank would not let us charge %(amount)s. Nothing is wrong with your order: "
            "please pay it here, with any card:",
            amount=words.money(missing),
        ),
        link or "",
        words.say(
            "The page shows the amount; nothing else is charged. Please do it until %(day)s, "
            "%(time)s.",
            day=words.day(until),
            time=words.time(until),
        )
        if until
        else "",
    ]


async def given_back(session: AsyncSession, order: Order, words: Words) -> list[str]:
    """What becomes of what her bank set aside, when her visit does not take place."""
    fee = (await session.exec(select(Fee).where(Fee.order_id == order.id))).first()
    if fee is not None and fee.due:
        return [
            words.say(
                "As you agreed when you ordered, this costs %(fee)s. All else that your bank "
                "set aside is released now.",
                fee=words.money(fee.due),
            ),
            bank_takes_days(words),
        ]
    if not await held_of(session, order):
        return [words.say("Nothing was charged and nothing is set aside.")]
    return [
        words.say("Nothing is charged, and what your bank set aside is released now."),
        bank_takes_days(words),
    ]


async def held_of(session: AsyncSession, order: Order) -> payments.Money:
    """What is or was set aside for an order."""
    holds = await session.exec(
        select(Hold).where(Hold.order_id == order.id).order_by(col(Hold.held_at), col(Hold.id))
    )
    return counted(holds.all(), order.currency)


def bank_takes_days(words: Words) -> str:
    """That a release shows late."""
    return words.say("Your bank may take a few days to show the release.")


AFTER: dict[str, Callable[[AsyncSession, Order, Words, str | None], Awaitable[Said]]] = {
    "absent": absent,
    "fee": fee_receipt,
    "pay": please_pay,
}
"""These letters, by their names."""

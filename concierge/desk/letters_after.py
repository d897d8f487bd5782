"""Letters about money after a visit, or for one that fell through: what each says."""

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

import payments
from concierge.model import (
    Disposition,
    Fee,
    FeeKind,
    Gesture,
    GiveBack,
    Hub,
    Order,
    OrderLine,
    Refund,
    Trouble,
)
from concierge.words import Words

from .hold_lines import hold_lines, holds_of, told_in_letter
from .letter_parts import Said, Writes, pieces_named


async def absent(session: AsyncSession, order: Order, words: Words, link: str | None) -> Said:
    """Nobody opened, and no other hour was found."""
    del link
    return words.say("We were at your door"), [
        words.say("Nobody opened, so the visit is over. Your concierge takes your pieces back."),
        *await given_back(session, order, words),
    ]


async def cancelled(session: AsyncSession, order: Order, words: Words, link: str | None) -> Said:
    """Her visit does not take place."""
    del link
    return words.say("Your visit is cancelled"), [
        *_would_have_been(order, words),
        *await given_back(session, order, words),
    ]


def _would_have_been(order: Order, words: Words) -> list[str]:
    if order.opens is None or order.closes is None:
        return []
    return [
        words.say(
            "Nobody comes on %(day)s, %(span)s.",
            day=words.day(order.opens),
            span=words.span(order.opens, order.closes),
        )
    ]


async def fee_receipt(session: AsyncSession, order: Order, words: Words, link: str | None) -> Said:
    """The fee for a visit that fell through was taken."""
    del link
    fee = (await session.exec(select(Fee).where(Fee.order_id == order.id))).one()
    return words.say("Your receipt"), [
        words.say("For a visit nobody opened for, as you agreed when you ordered.")
        if fee.kind is FeeKind.ABSENCE
        else words.say("For a visit called off late, as you agreed when you ordered."),
        *await _taken(session, order, words),
    ]


async def please_pay(session: AsyncSession, order: Order, words: Words, link: str | None) -> Said:
    """What is due could not be taken; here she pays it, and until when, if she can."""
    holds = await holds_of(session, order.id)
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


async def bring_it_back(
    session: AsyncSession, order: Order, words: Words, link: str | None
) -> Said:
    """Where and until when she brings what she does not keep after all."""
    del link
    hub = await session.get_one(Hub, order.hub_id)
    rows = await session.exec(
        select(GiveBack).where(GiveBack.order_id == order.id).order_by(col(GiveBack.asked_at))
    )
    back = rows.all()[-1]
    return words.say("You are giving pieces back"), [
        words.say(
            "Please bring them to %(hub)s, %(street)s, until %(day)s, unworn and with their tags.",
            hub=hub.name,
            street=hub.street,
            day=words.day(back.last),
        ),
        words.say("We look at them there and give you back exactly what you paid for them."),
    ]


async def kept_after_all(
    session: AsyncSession, order: Order, words: Words, link: str | None
) -> Said:
    """She keeps what she meant to give back, and may still change her mind in time."""
    del session, order, link
    return words.say("You keep your pieces after all"), [
        words.say("Nobody comes for them and you need bring nothing. Nothing is paid back."),
    ]


async def refunded(session: AsyncSession, order: Order, words: Words, link: str | None) -> Said:
    """What went back to her, all in all."""
    del link
    rows = await session.exec(
        select(Refund).where(
            Refund.order_id == order.id,
            Refund.state != payments.RefundState.FAILED,
            col(Refund.provider_id).is_not(None),
        )
    )
    back = payments.Money.total((row.amount for row in rows), order.currency)
    return words.say("Your money is on its way back"), [
        words.say(
            "For what you gave back of this order, you get %(amount)s back, to the card you "
            "paid with.",
            amount=words.money(back),
        ),
        words.say("Your bank may take a few days to show it."),
    ]


async def asked_for_a_piece(
    session: AsyncSession, order: Order, words: Words, link: str | None
) -> Said:
    """Whether she agrees to pay for a damaged or missing piece."""
    asked, piece = await _piece_asked_for(session, order, words)
    return words.say("About a piece of your visit"), [
        words.say("%(piece)s is missing since your visit.", piece=piece)
        if asked.trouble is Trouble.MISSING
        else words.say("%(piece)s was damaged when it came back to us.", piece=piece),
        asked.question,
        words.say(
            "We ask you to pay %(amount)s for it. Nothing is charged unless you agree, here:",
            amount=words.money(asked.asked or asked.price),
        ),
        link or "",
    ]


async def paid_later(session: AsyncSession, order: Order, words: Words, link: str | None) -> Said:
    """What she agreed to pay for a piece was taken."""
    del link
    asked, piece = await _piece_asked_for(session, order, words)
    return words.say("Your receipt"), [
        words.say(
            "Thank you. As you agreed, we have charged your card for %(piece)s.", piece=piece
        ),
        words.say("Charged: %(amount)s", amount=words.money(asked.asked or asked.price)),
    ]


async def _piece_asked_for(
    session: AsyncSession, order: Order, words: Words
) -> tuple[Disposition, str]:
    """The piece she was asked about last, and what it is."""
    rows = await session.exec(
        select(Disposition)
        .where(Disposition.order_id == order.id, col(Disposition.asked_at).is_not(None))
        .order_by(
            func.coalesce(Disposition.decided_at, Disposition.asked_at).desc(),
            col(Disposition.id),
        )
    )
    asked = rows.all()[0]
    named = {line.id: name for line, name in await pieces_named(session, order, words)}
    return asked, named[asked.line_id]


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
    if not hold_lines(await holds_of(session, order.id)):
        return [words.say("Nothing was charged and nothing is set aside.")]
    return [
        words.say("Nothing is charged, and what your bank set aside is released now."),
        bank_takes_days(words),
    ]


async def receipt(session: AsyncSession, order: Order, words: Words, link: str | None) -> Said:
    """What became of each piece, and of each hold."""
    del link
    pieces = [
        f"{name}: {_became(line, words)}"
        + (f", {words.money(_price(line, order))}" if line.kept else "")
        for line, name in await pieces_named(session, order, words)
    ]
    given = (await session.exec(select(Gesture).where(Gesture.order_id == order.id))).first()
    if given is not None:
        pieces.append(
            words.say("A gesture of ours: %(amount)s off", amount=words.money(given.amount))
        )
    return words.say("Your receipt"), ["\n".join(pieces), *await _taken(session, order, words)]


async def _taken(session: AsyncSession, order: Order, words: Words) -> list[str]:
    """What was charged, and what went back."""
    due = payments.Money(order.due_minor or 0, order.currency)
    lines = hold_lines(await holds_of(session, order.id))
    return [*told_in_letter(lines, due, words), bank_takes_days(words)]


def _became(line: OrderLine, words: Words) -> str:
    """What became of a piece, in a word or two."""
    if line.disputed:
        return words.say("not charged; we look into it and ask you first")
    return words.say("kept") if line.kept else words.say("returned")


def _price(line: OrderLine, order: Order) -> payments.Money:
    return payments.Money(line.price_minor, order.currency)


def bank_takes_days(words: Words) -> str:
    """That a release shows late."""
    return words.say("Your bank may take a few days to show the release.")


AFTER: dict[str, Writes] = {
    "cancelled": cancelled,
    "absent": absent,
    "fee": fee_receipt,
    "receipt": receipt,
    "collected": receipt,
    "pay": please_pay,
    "give_back": bring_it_back,
    "kept_after_all": kept_after_all,
    "refunded": refunded,
    "asked": asked_for_a_piece,
    "paid_later": paid_later,
}
"""These letters, by their names."""

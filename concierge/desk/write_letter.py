"""Letters to clients about their orders, in their language, written with the fact they tell of."""

from datetime import datetime
from enum import StrEnum

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

import payments
from concierge.model import (
    Address,
    BrokenPromise,
    Client,
    Gesture,
    Hub,
    Message,
    Order,
    OrderLine,
    Style,
    Variant,
)
from concierge.words import Words, words_in

from .ask_amount import asked_of
from .broken_words import broken_lines, broken_subject
from .letters_after import AFTER, bank_takes_days, given_back, held_of
from .letters_of_collection import (
    collected,
    collection_called_off,
    collection_planned,
    fetches,
    nobody_handed_over,
)


class Letter(StrEnum):
    """What a letter tells."""

    PLACED = "placed"
    """Her place is held while she gives her card."""
    CONFIRMED = "confirmed"
    WINDOW = "window"
    """A flexible client's hour is chosen."""
    MOVED = "moved"
    """She agreed to another hour."""
    LATE = "late"
    """We come after her window."""
    NOBODY_COMES = "nobody_comes"
    """Nobody comes in her window, as things stand."""
    AS_PROMISED = "as_promised"
    """We come in her window after all."""
    HELD = "held"
    """The amount is set aside now, for a visit booked long ago, or after trouble."""
    RENEWED = "renewed"
    """It is set aside anew; she may see two amounts for a while."""
    NOT_HELD = "not_held"
    """Her bank did not set it aside; here is what she can do."""
    PAY = "pay"
    """What is due could not be taken; here she pays it."""
    SECOND_HOLD = "second_hold"
    """At the door she would keep more than is held."""
    CANCELLED = "cancelled"
    ABSENT = "absent"
    """Nobody opened, and no other hour was found."""
    FEE = "fee"
    """The fee for a visit that fell through was taken."""
    RECEIPT = "receipt"
    COLLECTED = "collected"
    """What she handed over at a collection is with us."""
    GIVE_BACK = "give_back"
    """Where she brings what she does not keep after all."""
    REFUNDED = "refunded"
    ASKED = "asked"
    """A damaged or missing piece: whether she agrees to pay for it."""
    PAID_LATER = "paid_later"
    """What she agreed to pay for it was taken."""


PAGES: dict[Letter, str] = {
    Letter.RECEIPT: "/orders/{order}/receipt",
    Letter.FEE: "/orders/{order}/receipt",
    Letter.PAID_LATER: "/orders/{order}/receipt",
}
"""The page a letter is about; she finds it by the address below the letter."""
HER_ORDER = "/orders/{order}"


async def write_letter(
    session: AsyncSession,
    order: Order,
    letter: Letter,
    *,
    now: datetime,
    to: str | None = None,
    link: str | None = None,
) -> bool:
    """Write an order's letter in this very transaction; False when we know no way to write to her.

    A client without an e-mail of her own is written to where her first letter went (`to`).
    """
    client = await session.get_one(Client, order.client_id)
    email = to or client.email or await _where_before(session, client)
    if email is None:
        return False
    hub = await session.get_one(Hub, order.hub_id)
    words = words_in(client.language, hub.zone)
    subject, lines = await _content(session, order, letter, words, link)
    opening = words.say("Good day %(name)s,", name=client.shown_as)
    body = [opening, *(line for line in lines if line), "Maison Orane"]
    session.add(
        Message(
            client_id=client.id,
            order_id=order.id,
            email=email,
            language=words.language,
            subject=subject,
            body="\n\n".join(body),
            leads_to=_page(order, letter),
            at=now,
        )
    )
    return True


def _page(order: Order, letter: Letter) -> str | None:
    page = PAGES.get(letter) if order.collects is None else HER_ORDER
    return page and page.format(order=order.id)


async def _content(
    session: AsyncSession, order: Order, letter: Letter, words: Words, link: str | None
) -> tuple[str, list[str]]:
    number = words.say("Your reference is %(reference)s.", reference=order.reference)
    if order.collects is not None:
        subject, lines = await _of_collection(session, order, letter, words)
        return subject, [*lines, number]
    match letter:
        case Letter.PLACED:
            return words.say("Your place is held"), [*_placed(order, words), link or "", number]
        case Letter.CONFIRMED:
            return words.say("Your visit is booked"), [
                *_promise(order, words),
                await _brings(session, order, words),
                await _money(session, order, words),
                number,
            ]
        case Letter.WINDOW | Letter.MOVED | Letter.LATE | Letter.NOBODY_COMES | Letter.AS_PROMISED:
            subject, lines = await _her_hour(session, order, letter, words)
            return subject, [*lines, number]
        case Letter.HELD | Letter.RENEWED:
            twice = letter is Letter.RENEWED
            return words.say("The amount is set aside"), [
                *_promise(order, words),
                await _set_aside(session, order, words),
                _twice(words) if twice else "",
                number,
            ]
        case Letter.NOT_HELD | Letter.SECOND_HOLD:
            subject, *lines = await _asks_her(session, order, letter, words, link or "")
            return subject, [*lines, number]
        case Letter.CANCELLED:
            return words.say("Your visit is cancelled"), [
                *await given_back(session, order, words),
                number,
            ]
        case (
            Letter.ABSENT | Letter.FEE | Letter.PAY | Letter.GIVE_BACK | Letter.REFUNDED
            | Letter.ASKED | Letter.PAID_LATER
        ):  # fmt: skip
            subject, lines = await AFTER[letter](session, order, words, link)
            return subject, [*lines, number]
        case Letter.RECEIPT | Letter.COLLECTED:
            return words.say("Your receipt"), [*await _receipt(session, order, words), number]


async def _of_collection(
    session: AsyncSession, order: Order, letter: Letter, words: Words
) -> tuple[str, list[str]]:
    """The letters of a visit that fetches pieces: nothing is held for it, and nothing charged."""
    match letter:
        case Letter.CONFIRMED:
            return await collection_planned(session, order, words, _promise(order, words))
        case Letter.CANCELLED:
            return await collection_called_off(session, order, words)
        case Letter.ABSENT:
            return await nobody_handed_over(session, order, words)
        case Letter.COLLECTED:
            return await collected(session, order, words)
        case _:
            return await _her_hour(session, order, letter, words)


async def _asks_her(
    session: AsyncSession, order: Order, letter: Letter, words: Words, link: str
) -> list[str]:
    """The letters that need her card: their subject, then their lines."""
    if letter is Letter.SECOND_HOLD:
        return [
            words.say("Please have a little more set aside"),
            words.say(
                "You would like to keep more than your bank has set aside. Nothing is charged "
                "yet: confirm the rest on your own phone, here, while your concierge waits."
            ),
            link,
        ]
    return [
        _not_held(order, words),
        *_promise(order, words),
        await _what_her_bank_said(session, order, words),
        link,
        words.say("Your place and your pieces are yours meanwhile."),
    ]


async def _her_hour(
    session: AsyncSession, order: Order, letter: Letter, words: Words
) -> tuple[str, list[str]]:
    """What has become of the hour she was promised."""
    if letter in (Letter.LATE, Letter.NOBODY_COMES):
        broken = await session.get_one(BrokenPromise, order.id)
        return broken_subject(broken, words), broken_lines(
            broken, words, holds=order.collects is None
        )
    subject = words.say("Your hour is chosen")
    if letter is Letter.MOVED:
        subject = words.say("Your visit has another hour")
    if letter is Letter.AS_PROMISED:
        subject = words.say("We come as promised after all")
    if order.collects is not None:
        return subject, [*_promise(order, words), await fetches(session, order, words)]
    return subject, [*_promise(order, words), await _brings(session, order, words)]


def _placed(order: Order, words: Words) -> list[str]:
    if order.slot_until is None:
        return []
    until = words.time(order.slot_until)
    return [
        words.say("We keep your place and your pieces until %(time)s.", time=until),
        words.say("If you closed the card page, go on here:"),
    ]


def _promise(order: Order, words: Words) -> list[str]:
    if order.opens is None or order.closes is None:
        return [words.say("We choose among your windows and tell you by the evening before.")]
    return [
        words.say(
            "We are with you on %(day)s, %(span)s.",
            day=words.day(order.opens),
            span=words.span(order.opens, order.closes),
        )
    ]


async def _brings(session: AsyncSession, order: Order, words: Words) -> str:
    lines = (await session.exec(select(OrderLine).where(OrderLine.order_id == order.id))).all()
    address = await session.get_one(Address, order.address_id)
    return words.count(
        "Your concierge brings %(n)s piece to %(street)s and waits while you try it on.",
        "Your concierge brings %(n)s pieces to %(street)s and waits while you try them on.",
        len(lines),
        street=address.street,
    )


async def _money(session: AsyncSession, order: Order, words: Words) -> str:
    """What her bank has set aside, or will."""
    if order.standing is not payments.Standing.CARD_SAVED:
        return await _set_aside(session, order, words)
    return words.say(
        "Your card is saved and nothing is charged. %(held)s is set aside two days before the "
        "visit. You pay only for what you keep.",
        held=words.money(await asked_of(session, order)),
    )


def _twice(words: Words) -> str:
    return words.say(
        "You may see the amount twice for a day: we let the first one go once the second was "
        "held, because banks keep such an amount only for some days."
    )


def _not_held(order: Order, words: Words) -> str:
    if order.standing is payments.Standing.ACTION_REQUIRED:
        return words.say("Please confirm with your bank")
    return words.say("Your bank did not set the amount aside")


async def _what_her_bank_said(session: AsyncSession, order: Order, words: Words) -> str:
    held = words.money(await asked_of(session, order))
    if order.standing is payments.Standing.ACTION_REQUIRED:
        return words.say(
            "Your bank wants you to confirm yourself that %(held)s is set aside. Nothing is "
            "charged. It takes a minute, here:",
            held=held,
        )
    if order.hold_due is not None:
        return words.say(
            "Your bank would not set %(held)s aside. We ask it again on %(day)s. You may also "
            "give another card, here:",
            held=held,
            day=words.day(order.hold_due),
        )
    return words.say(
        "Your bank would not set %(held)s aside, and without it we cannot come. Please give "
        "another card, here:",
        held=held,
    )


async def _set_aside(session: AsyncSession, order: Order, words: Words) -> str:
    return words.say(
        "Your bank has set aside %(held)s. You pay only for what you keep.",
        held=words.money(await held_of(session, order)),
    )


async def _receipt(session: AsyncSession, order: Order, words: Words) -> list[str]:
    rows = await session.exec(
        select(OrderLine, Style, Variant)
        .join(Variant, col(Variant.id) == col(OrderLine.variant_id))
        .join(Style, col(Style.id) == col(Variant.style_id))
        .where(OrderLine.order_id == order.id)
        .order_by(col(OrderLine.id))
    )
    pieces = [
        f"{style.name}, {words.size(variant.size)}: {_became(line, words)}"
        + (f", {words.money(_price(line, order))}" if line.kept else "")
        for line, style, variant in rows
    ]
    given = (await session.exec(select(Gesture).where(Gesture.order_id == order.id))).first()
    if given is not None:
        pieces.append(
            words.say("A gesture of ours: %(amount)s off", amount=words.money(given.amount))
        )
    held = await held_of(session, order)
    due = payments.Money(order.due_minor or 0, order.currency)
    return [
        "\n".join(pieces),
        words.say("Charged: %(amount)s", amount=words.money(due)),
        words.say("Released: %(amount)s", amount=words.money(held - due)),
        bank_takes_days(words),
    ]


def _became(line: OrderLine, words: Words) -> str:
    """What became of a piece, in a word or two."""
    if line.disputed:
        return words.say("not charged; we look into it and ask you first")
    return words.say("kept") if line.kept else words.say("returned")


def _price(line: OrderLine, order: Order) -> payments.Money:
    return payments.Money(line.price_minor, order.currency)


async def _where_before(session: AsyncSession, client: Client) -> str | None:
    found = await session.exec(
        select(Message.email).where(Message.client_id == client.id).order_by(col(Message.at))
    )
    return found.first()

"""Letters to clients about their orders, in their language, written with the fact they tell of."""

from datetime import datetime
from enum import StrEnum

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from concierge.model import Client, Hub, Message, Order
from concierge.words import Words, words_in

from .letter_parts import Said
from .letters_after import AFTER
from .letters_before import BEFORE, her_hour
from .letters_of_collection import OF_COLLECTION


class Letter(StrEnum):
    """What a letter tells."""

    PLACED = "placed"
    """Her place is held while she gives her card."""
    EXPIRED = "expired"
    """She did not finish the card page; her place is free again."""
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
    KEPT_AFTER_ALL = "kept_after_all"
    """She keeps what she meant to give back."""
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
"""The page a letter is about, if it is not her order's."""
HER_ORDER = "/orders/{order}"
"""She finds it by the address below the letter, unless the letter has an address of its own."""


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
            leads_to=None if link else _page(order, letter),
            at=now,
        )
    )
    return True


def _page(order: Order, letter: Letter) -> str:
    page = HER_ORDER if order.collects is not None else PAGES.get(letter, HER_ORDER)
    return page.format(order=order.id)


async def _content(
    session: AsyncSession, order: Order, letter: Letter, words: Words, link: str | None
) -> Said:
    """What a letter says; about her hour where it says nothing else."""
    written = {**BEFORE, **AFTER} if order.collects is None else OF_COLLECTION
    write = written.get(letter)
    subject, lines = (
        await write(session, order, words, link)
        if write
        else await her_hour(session, order, letter, words)
    )
    return subject, [
        *lines,
        words.say("Your reference is %(reference)s.", reference=order.reference),
    ]


async def _where_before(session: AsyncSession, client: Client) -> str | None:
    found = await session.exec(
        select(Message.email).where(Message.client_id == client.id).order_by(col(Message.at))
    )
    return found.first()

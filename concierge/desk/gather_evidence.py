"""What we can show a client's bank: what was booked, brought and confirmed, and what we wrote.

Source: Stripe, "Dispute evidence", November 2026: short facts that a stranger understands, in the
order in which they happened.
"""

from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

import payments
from concierge.model import (
    Address,
    AuditEntry,
    Client,
    Concierge,
    Disposition,
    Dispute,
    FeeConsent,
    Hold,
    House,
    Hub,
    Message,
    Order,
    OrderLine,
    Stop,
    Style,
    Variant,
)
from concierge.words import ONE_SIZE, Words, words_in

from .steps_taken import steps_taken

FIELDS = (
    "customer_name",
    "service_date",
    "shipping_address",
    "product_description",
    "cancellation_policy_disclosure",
    "uncategorized_text",
)
"""The fields of the provider's evidence that we fill, in the order they are looked over."""
DAY = "service_date"
"""The field that holds a day, looked over as one and read in words."""
DOOR = {
    "en_route": "set out to her",
    "arrived": "was at her door",
    "trying": "brought the pieces in, and she tried them on",
    "finished": "left her",
}


async def gather_evidence(session: AsyncSession, dispute: Dispute) -> dict[str, str]:
    """All we have, field by field; fields we know nothing for are left out."""
    order = await session.get_one(Order, dispute.order_id)
    words = words_in("en", (await session.get_one(Hub, order.hub_id)).zone)
    client = await session.get_one(Client, order.client_id)
    address = await session.get_one(Address, order.address_id)
    visited = order.returns_at or order.opens
    fees = (await session.exec(select(FeeConsent).where(FeeConsent.order_id == order.id))).first()
    found = {
        "customer_name": client.shown_as,
        DAY: f"{visited.astimezone(words.zone):%Y-%m-%d}" if visited else "",
        "shipping_address": ", ".join(filter(None, (address.street, address.detail))),
        "product_description": await _booked(session, order, words),
        "cancellation_policy_disclosure": fees.words if fees else "",
        "uncategorized_text": await _happened(session, order, words),
    }
    return {field: found[field] for field in FIELDS if found[field]}


async def _booked(session: AsyncSession, order: Order, words: Words) -> str:
    """What she ordered and what she kept."""
    rows = await session.exec(
        select(OrderLine, Variant, Style, House)
        .join(Variant, col(Variant.id) == col(OrderLine.variant_id))
        .join(Style, col(Style.id) == col(Variant.style_id))
        .join(House, col(House.id) == col(Style.house_id))
        .where(OrderLine.order_id == order.id)
        .order_by(col(OrderLine.id))
    )
    lines = [
        f"{style.name} by {house.name}, {variant.colour}, {_sized(variant.size)}, "
        f"{words.money(payments.Money(line.price_minor, order.currency))}: {_became(line)}"
        for line, variant, style, house in rows
    ]
    first = (
        f"Order {order.reference}: a home visit at which the client tries pieces on and pays only "
        "for those she keeps. Pieces brought, and what became of each:"
    )
    return "\n".join([first, *lines])


def _sized(label: str) -> str:
    return label.lower() if label.lower() == ONE_SIZE.lower() else f"size {label}"


def _became(line: OrderLine) -> str:
    """What became of a piece: `returned, as new`."""
    found = (line.verdict or "not tried", line.condition)
    return ", ".join(str(word).replace("_", " ") for word in found if word)


async def _happened(session: AsyncSession, order: Order, words: Words) -> str:
    """What happened, the earliest first, each with its moment by the hub's clock."""
    told: list[tuple[datetime, str]] = [(order.placed_at, "The client ordered the visit.")]
    if order.confirmed_at:
        told.append((order.confirmed_at, "She gave her card, and the amount was set aside."))
    told += await _at_the_door(session, order)
    for hold in await session.exec(select(Hold).where(Hold.order_id == order.id)):
        if hold.captured_minor and order.settled_at:
            charged = f"{words.money(hold.captured)} was charged."
            told.append((max(order.settled_at, hold.held_at), charged))
    for letter in await session.exec(select(Message).where(Message.order_id == order.id)):
        told.append((letter.at, f"We wrote to her: “{letter.subject}”."))
    for piece in await session.exec(select(Disposition).where(Disposition.order_id == order.id)):
        if piece.consent_at:
            told.append((piece.consent_at, f"She agreed on her order's page: “{piece.consent}”"))
    return "\n".join(
        f"{words.day(at, year=True)}, {words.time(at)}: {fact}" for at, fact in sorted(told)
    )


async def _at_the_door(session: AsyncSession, order: Order) -> list[tuple[datetime, str]]:
    """The concierge's record: her steps, and the list the client confirmed."""
    stop = await session.get(Stop, order.id)
    who = await session.get(Concierge, stop.concierge_id) if stop else None
    name = f"The concierge ({who.greeting})" if who else "The concierge"
    steps = (await steps_taken(session, [order.id])).get(order.id, {})
    told = [(at, f"{name} {DOOR[step]}.") for step, at in steps.items()]
    if order.returns_at:
        words = (
            "She confirmed the list of what she keeps and returns, at the door, on the "
            "concierge's phone."
        )
        told.append((order.returns_at, words))
    told += await _sealed(session, order.id)
    return told


async def _sealed(session: AsyncSession, order_id: UUID) -> list[tuple[datetime, str]]:
    """When that record reached us, as the audit's chain of hashes keeps it."""
    rows = await session.exec(
        select(AuditEntry.at).where(
            AuditEntry.subject == f"order:{order_id}", AuditEntry.what == "returns.record"
        )
    )
    return [
        (at, "That list reached us, and stands unchanged in our records since.") for at in rows
    ]

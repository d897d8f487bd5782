"""Fees for visits that fall through: told before she orders, agreed to, and asked when due."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

import payments
from concierge.model import Fee, FeeConsent, FeeKind, Hub, Order
from concierge.model.refusals import FeesNotAgreed
from concierge.store.log import audit
from concierge.words import Words, words_in

TOO_LITTLE = "No card can be asked for so little."
"""Why such a fee is not asked."""


class FeesAsked(msgspec.Struct, frozen=True):
    """What a hub asks for a visit that falls through, and the words that say it to her.

    Calling off is free until `notice_hours` before her window opens. Send `agreed` back with the
    order: it names what she read.
    """

    late: payments.Money
    absence: payments.Money
    notice_hours: int
    words: str
    agreed: str


class FeesAgreed(msgspec.Struct, frozen=True):
    """What she agreed to, as `FeesAsked.agreed` named it, in the language she read it in."""

    agreed: str
    language: str


def fees_asked(hub: Hub, words: Words) -> FeesAsked | None:
    """What this hub asks, in her language; None when it asks nothing."""
    if not hub.late_fee_minor and not hub.absence_fee_minor:
        return None
    late = payments.Money(hub.late_fee_minor, hub.currency)
    absence = payments.Money(hub.absence_fee_minor, hub.currency)
    said = [_free(hub.notice_hours, words)]
    if late:
        said.append(words.say("After that it costs %(fee)s.", fee=words.money(late)))
    if absence:
        said.append(
            words.say(
                "If nobody opens the door at your hour, it costs %(fee)s.",
                fee=words.money(absence),
            )
        )
    said.append(words.say("With your order you agree to this."))
    named = (hub.late_fee_minor, hub.absence_fee_minor, hub.notice_hours, hub.currency)
    return FeesAsked(late, absence, hub.notice_hours, " ".join(said), "/".join(map(str, named)))


async def agree_fees(
    session: AsyncSession, order: Order, hub: Hub, agreed: FeesAgreed | None, now: datetime
) -> None:
    """Write down what she agreed to, with the words she read; nothing where nothing is asked.

    Raises:
        FeesNotAgreed: the hub asks for something she did not read, or asks something else now.
    """
    words = words_in(agreed.language if agreed else None, hub.zone)
    asked = fees_asked(hub, words)
    if asked is None:
        return
    if agreed is None or agreed.agreed != asked.agreed:
        raise FeesNotAgreed("Please read what cancelling late costs, and order again.")
    order.late_fee_minor, order.absence_fee_minor = asked.late.minor, asked.absence.minor
    order.notice_hours = asked.notice_hours
    await session.flush()
    session.add(
        FeeConsent(
            order_id=order.id, late_fee_minor=asked.late.minor,
            absence_fee_minor=asked.absence.minor, notice_hours=asked.notice_hours,
            vat_bp=hub.vat_bp, currency=order.currency, words=asked.words, language=words.language,
            by=f"client:{order.client_id}", at=now,
        )
    )  # fmt: skip


async def ask_fee(
    session: AsyncSession,
    order: Order,
    kind: FeeKind,
    amount: payments.Money,
    *,
    by: str,
    waive: str,
    now: datetime,
) -> payments.Money:
    """Write a fee down that fell due, and answer what she owes of it.

    That is nothing when she is let off, for a reason; what no card takes she is let off always.
    The caller holds the order's lock.
    """
    if not amount:
        return amount
    if amount.too_little:
        waive = waive or TOO_LITTLE
    fee = Fee(
        order_id=order.id, kind=kind, amount_minor=amount.minor, currency=amount.currency,
        by=by, at=now, why=waive,
    )  # fmt: skip
    if waive:
        fee.waived_at, fee.waived_by = now, by
    session.add(fee)
    await session.flush()
    await audit(
        session, who=by, what="fee.waive" if waive else "fee.ask", subject=f"order:{order.id}",
        now=now, why=waive, fee=kind, amount=amount.minor, currency=amount.currency,
    )  # fmt: skip
    return fee.due


async def fee_of(session: AsyncSession, order_id: UUID) -> Fee | None:
    """The fee that fell due for an order, if one did."""
    return (await session.exec(select(Fee).where(Fee.order_id == order_id))).first()


def _free(hours: int, words: Words) -> str:
    if not hours:
        return words.say("You may cancel without cost until your window opens.")
    return words.count(
        "You may cancel without cost until %(n)s hour before your window opens.",
        "You may cancel without cost until %(n)s hours before your window opens.",
        hours,
    )

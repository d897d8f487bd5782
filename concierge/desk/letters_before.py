"""Letters about a visit that is to come, its hour and what is set aside for it: what each says."""

from sqlmodel.ext.asyncio.session import AsyncSession

import payments
from concierge.model import BrokenPromise, Order
from concierge.words import Words

from .ask_amount import asked_of
from .broken_words import broken_lines, broken_subject
from .letter_parts import Said, Writes
from .who_comes import comes, promised


async def placed(session: AsyncSession, order: Order, words: Words, link: str | None) -> Said:
    """Her place is held while she gives her card."""
    del session
    if order.slot_until is None:
        return words.say("Your place is held"), [link or ""]
    until = words.time(order.slot_until)
    return words.say("Your place is held"), [
        words.say("We keep your place and your pieces until %(time)s.", time=until),
        words.say("If you closed the card page, go on here:"),
        link or "",
    ]


async def expired(session: AsyncSession, order: Order, words: Words, link: str | None) -> Said:
    """Her place was given up, and what she can do."""
    del session, order, link
    return words.say("Your place was given up"), [
        words.say(
            "The card page was not finished in time, so place and pieces are free again. Nothing "
            "was charged."
        ),
        words.say("You may choose the same pieces again on your order's page."),
    ]


async def confirmed(session: AsyncSession, order: Order, words: Words, link: str | None) -> Said:
    """Her visit is booked: when, who comes, where, for how much, and until when she may change."""
    del link
    return words.say("Your visit is booked"), [
        promised(order, words),
        await comes(session, order, words),
        await _money(session, order, words),
        _may_change(order, words),
    ]


async def held(session: AsyncSession, order: Order, words: Words, link: str | None) -> Said:
    """The amount is set aside now."""
    del link
    return words.say("The amount is set aside"), [
        promised(order, words),
        await _set_aside(session, order, words),
    ]


async def renewed(session: AsyncSession, order: Order, words: Words, link: str | None) -> Said:
    """It is set aside anew; she may see two amounts for a while."""
    subject, lines = await held(session, order, words, link)
    return subject, [
        *lines,
        words.say(
            "You may see the amount twice for a day: we let the first one go once the second was "
            "held, because banks keep such an amount only for some days."
        ),
    ]


async def not_held(session: AsyncSession, order: Order, words: Words, link: str | None) -> Said:
    """Her bank did not set it aside; here is what she can do."""
    subject = words.say("Your bank did not set the amount aside")
    if order.standing is payments.Standing.ACTION_REQUIRED:
        subject = words.say("Please confirm with your bank")
    return subject, [
        promised(order, words),
        await _what_her_bank_said(session, order, words),
        link or "",
        words.say("Your place and your pieces are yours meanwhile."),
    ]


async def second_hold(session: AsyncSession, order: Order, words: Words, link: str | None) -> Said:
    """At the door she would keep more than is held."""
    del session, order
    return words.say("Please have a little more set aside"), [
        words.say(
            "You would like to keep more than your bank has set aside. Nothing is charged "
            "yet: confirm the rest on your own phone, here, while your concierge waits."
        ),
        link or "",
    ]


async def her_hour(session: AsyncSession, order: Order, letter: str, words: Words) -> Said:
    """What has become of the hour she was promised."""
    if letter in ("late", "nobody_comes"):
        broken = await session.get_one(BrokenPromise, order.id)
        return broken_subject(broken, words), broken_lines(
            broken, words, holds=order.collects is None
        )
    subjects = {
        "moved": words.say("Your visit has another hour"),
        "as_promised": words.say("We come as promised after all"),
    }
    subject = subjects.get(letter) or words.say("Your hour is chosen")
    lines = [promised(order, words), await comes(session, order, words)]
    return subject, lines if order.collects is not None else [*lines, _may_change(order, words)]


def _may_change(order: Order, words: Words) -> str:
    """Until when she may cancel, and what it costs after that."""
    if order.free_until is None:
        return words.say("You may cancel without cost until your hour begins.")
    until = words.say(
        "You may choose another hour or cancel without cost until %(day)s, %(time)s.",
        day=words.day(order.free_until),
        time=words.time(order.free_until),
    )
    if not order.late_fee_minor:
        return until
    fee = payments.Money(order.late_fee_minor, order.currency)
    return f"{until} {words.say('After that it costs %(fee)s.', fee=words.money(fee))}"


async def _money(session: AsyncSession, order: Order, words: Words) -> str:
    """What her bank has set aside, or will."""
    if order.standing is not payments.Standing.CARD_SAVED:
        return await _set_aside(session, order, words)
    return words.say(
        "Your card is saved and nothing is charged. %(held)s is set aside two days before the "
        "visit. You pay only for what you keep.",
        held=words.money(await asked_of(session, order)),
    )


async def _what_her_bank_said(session: AsyncSession, order: Order, words: Words) -> str:
    asked = words.money(await asked_of(session, order))
    if order.standing is payments.Standing.ACTION_REQUIRED:
        return words.say(
            "Your bank wants you to confirm yourself that %(held)s is set aside. Nothing is "
            "charged. It takes a minute, here:",
            held=asked,
        )
    if order.hold_due is not None:
        return words.say(
            "Your bank would not set %(held)s aside. We ask it again on %(day)s. You may also "
            "give another card, here:",
            held=asked,
            day=words.day(order.hold_due),
        )
    return words.say(
        "Your bank would not set %(held)s aside, and without it we cannot come. Please give "
        "another card, here:",
        held=asked,
    )


async def _set_aside(session: AsyncSession, order: Order, words: Words) -> str:
    return words.say(
        "Your bank has set aside %(held)s. You pay only for what you keep.",
        held=words.money(await asked_of(session, order)),
    )


BEFORE: dict[str, Writes] = {
    "placed": placed,
    "expired": expired,
    "confirmed": confirmed,
    "held": held,
    "renewed": renewed,
    "not_held": not_held,
    "second_hold": second_hold,
}
"""These letters, by their names."""

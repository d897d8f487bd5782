"""Letters about a visit that fetches what a client gives back: what each says."""

from sqlmodel.ext.asyncio.session import AsyncSession

from concierge.model import GiveBack, Hub, Order, Verdict
from concierge.words import Words

from .inspected_by_now import inspected_by_now
from .letter_parts import Said, Writes, pieces_named
from .who_comes import comes, promised


async def collection_planned(
    session: AsyncSession, order: Order, words: Words, link: str | None
) -> Said:
    """We come for her pieces; she need only have them ready."""
    del link
    return words.say("We collect your pieces"), [
        promised(order, words),
        await comes(session, order, words),
        words.say("Please have them ready, unworn and with their tags."),
        _then_paid(words),
    ]


async def collection_called_off(
    session: AsyncSession, order: Order, words: Words, link: str | None
) -> Said:
    """Nobody comes: she has brought them herself, or still gives them back another way."""
    del link
    back = await session.get_one(GiveBack, order.collects)
    subject = words.say("The collection is called off")
    if back.inspected_at is not None:
        return subject, [words.say("You have brought your pieces in, so nobody need come.")]
    return subject, [await _another_way(session, order, back, words)]


async def nobody_handed_over(
    session: AsyncSession, order: Order, words: Words, link: str | None
) -> Said:
    """We were there and nobody opened."""
    del link
    back = await session.get_one(GiveBack, order.collects)
    return words.say("We were at your door"), [
        words.say("Nobody opened, so we could not collect your pieces."),
        await _another_way(session, order, back, words),
    ]


async def collected(session: AsyncSession, order: Order, words: Words, link: str | None) -> Said:
    """What we took with us, and what becomes of the rest."""
    del link
    gone = await inspected_by_now(session, [order.id])
    became = [
        (line, name)
        for line, name in await pieces_named(session, order, words)
        if line.piece_id not in gone
    ]
    back = await session.get_one(GiveBack, order.collects)
    pieces = [
        f"{name}: "
        + (
            words.say("collected")
            if line.verdict == Verdict.RETURNED
            else words.say("not handed over")
        )
        for line, name in became
    ]
    with_us = any(line.verdict == Verdict.RETURNED for line, _ in became)
    hers = any(line.verdict != Verdict.RETURNED for line, _ in became)
    return (
        words.say("We have your pieces")
        if with_us
        else words.say("We could not collect anything"),
        [
            "\n".join(pieces),
            _then_paid(words) if with_us else "",
            await _another_way(session, order, back, words) if hers else "",
        ],
    )


async def _another_way(session: AsyncSession, order: Order, back: GiveBack, words: Words) -> str:
    """How she gives back what is still with her, and until when."""
    hub = await session.get_one(Hub, order.hub_id)
    return words.say(
        "You may choose another time on your order's page, or bring what you give back to "
        "%(hub)s, %(street)s, until %(day)s.",
        hub=hub.name,
        street=hub.street,
        day=words.day(back.last),
    )


def _then_paid(words: Words) -> str:
    return words.say(
        "Once they are at the hub we look at them and give you back exactly what you paid "
        "for them."
    )


OF_COLLECTION: dict[str, Writes] = {
    "confirmed": collection_planned,
    "cancelled": collection_called_off,
    "absent": nobody_handed_over,
    "collected": collected,
}
"""These letters, by their names."""

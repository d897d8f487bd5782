"""What a client is written when her promise is not kept: the truth, and what she can do."""

from concierge.model import BrokenPromise, Promise
from concierge.words import Words


def broken_subject(broken: BrokenPromise, words: Words) -> str:
    """The letter's subject."""
    if broken.promise is Promise.LATE:
        return words.say("We come later than we promised")
    return words.say("We cannot come as we promised")


def broken_lines(broken: BrokenPromise, words: Words, *, holds: bool = True) -> list[str]:
    """The letter's lines; `holds` when her bank set something aside for the visit."""
    day, span = words.day(broken.opens), words.span(broken.opens, broken.closes)
    way_out = words.say(
        "You may cancel without cost on your order's page until we ring; what your bank set aside "
        "is then released at once."
    )
    if not holds:
        way_out = words.say("You may call it off on your order's page until we ring.")
    if broken.starts is not None:
        return [
            words.say(
                "We promised to be with you on %(day)s, %(span)s. We are sorry: your concierge "
                "can only be with you about %(time)s.",
                day=day,
                span=span,
                time=words.time(broken.starts),
            ),
            words.say("If that suits you, you need do nothing."),
            way_out,
        ]
    return [
        words.say(
            "We promised to be with you on %(day)s, %(span)s. We are sorry: as things stand, "
            "nobody can come to you then.",
            day=day,
            span=span,
        ),
        words.say(
            "We look for another way and write to you as soon as there is one. Nothing is charged "
            "meanwhile."
        )
        if holds
        else words.say("We look for another way and write to you as soon as there is one."),
        way_out,
    ]

"""The business saying no, in a sentence a client can read.

Refusal
├── Missing           there is no such thing, or it is somebody else's: never told apart
├── BadRequest        what was asked makes no sense; the sentence names the field
├── NotCovered        we do not drive there
├── WindowTaken       the window went to somebody else while she looked
├── PieceTaken        a piece went to somebody else while she looked
├── EmptySelection    an order needs pieces
├── TooLate           the moment for this has passed
├── WrongStep         the order is not at the step this needs
├── AlreadySettled    another record of returns was confirmed first
├── KeyReused         a record's key came again with other content
├── NotHersNow        a list came from who has the visit no more
├── UnknownPiece      a record misses a piece, doubles one, or names a foreign one
├── OverLimit         more would be given away than a concierge may give
├── NotHeld           more would be kept than her bank has set aside
├── CardRefused       her bank said no
├── Overtaken         the database holds something that this does not go together with
├── FeesNotAgreed     a fee is asked that she has not read yet
├── StaleBoard        the day changed since this board was drawn
├── BreaksPromise     a move would break what a client was promised
├── SignInNeeded      nobody is signed in here, and this needs somebody
├── NotAllowed        whoever is signed in may not do this
├── SignInRefused     the address and password, or the link, do not let anybody in
└── TooManyTries      too many tries in a row; wait a little
"""


class Refusal(Exception):
    """The business says no, in a sentence for the person who asked.

    The sentence is its own key to translations, so whatever differs from one no to the next is a
    value in it: `TooLate("Order %(order)s was given up.", order=reference)`.
    """

    def __init__(self, sentence: str, **values: object) -> None:
        super().__init__(sentence % values if values else sentence)
        self.sentence = sentence
        self.values = values


class Missing(Refusal):
    """There is no such thing for this person."""


class BadRequest(Refusal):
    """What was asked makes no sense; the sentence names the field, and `field` where it stands."""

    def __init__(self, sentence: str, *, field: str = "", **values: object) -> None:
        super().__init__(sentence, **values)
        self.field = field


class NotCovered(Refusal):
    """We do not drive there."""


class WindowTaken(Refusal):
    """The window went to somebody else while she looked."""


class PieceTaken(Refusal):
    """A piece went to somebody else while she looked."""


class EmptySelection(Refusal):
    """An order needs pieces."""


class TooLate(Refusal):
    """The moment for this has passed."""


class WrongStep(Refusal):
    """The order is not at the step this needs."""


class AlreadySettled(Refusal):
    """Another record of returns was confirmed first; this one is kept for a person to look at."""


class KeyReused(Refusal):
    """A record's key came again with other content; nothing is overwritten, a person decides."""


class NotHersNow(Refusal):
    """The list came from a concierge who has the visit no more; it is kept for a person."""


class UnknownPiece(Refusal):
    """A record misses a piece, doubles one, or names a foreign one."""


class OverLimit(Refusal):
    """More would be given away at one visit than a concierge may give."""


class NotHeld(Refusal):
    """More would be kept than her bank has set aside; nothing changes hands for it."""


class CardRefused(Refusal):
    """Her bank said no; nothing is held."""


class Overtaken(Refusal):
    """The database holds something that this does not go together with; nothing was written."""


class FeesNotAgreed(Refusal):
    """A fee is asked that she has not read yet, or another than she read; she reads it first."""


class StaleBoard(Refusal):
    """The day changed since this board was drawn; look again."""


class BreaksPromise(Refusal):
    """A move would break what a client was promised; each broken promise is named."""


class SignInNeeded(Refusal):
    """Nobody is signed in here, and this needs somebody."""


class NotAllowed(Refusal):
    """Whoever is signed in may not do this."""


class SignInRefused(Refusal):
    """The address and password, or the link, do not let anybody in; never said which."""


class TooManyTries(Refusal):
    """Too many tries in a row; wait a little."""

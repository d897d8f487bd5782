"""Where the money of an order stands, and who may move it where.

The table is the rule; the database keeps the same one.
"""

from enum import StrEnum

from .errors import WrongMove


class Standing(StrEnum):
    """Where the money of an order stands, from the card page to its end."""

    DRAFT = "draft"
    """She has given no card yet."""
    CARD_SAVED = "card_saved"
    """Her card is kept; the amount is set aside nearer the visit."""
    AUTHORISING = "authorising"
    """Her bank is being asked without her."""
    AUTHORISED = "authorised"
    REAUTHORISING = "reauthorising"
    """A second hold is being asked for; the first one ends too early, or has ended."""
    ACTION_REQUIRED = "action_required"
    """Her bank wants to hear from her."""
    DECLINED = "declined"
    """Her bank said no."""
    CAPTURING = "capturing"
    CAPTURED = "captured"
    CAPTURE_FAILED = "capture_failed"
    """A person's case."""
    COLLECTING = "collecting"
    """What is due is asked of her another way: her saved card, then a link to pay."""
    PART_REFUNDED = "part_refunded"
    """Some of what was taken was given back."""
    REFUNDED = "refunded"
    """All of it was."""
    DISPUTED = "disputed"
    """Her bank has taken it back and asks why it was charged."""
    CHARGED_BACK = "charged_back"
    """Her bank took it back for good."""
    RELEASING = "releasing"
    RELEASED = "released"
    """It ended with nothing charged and nothing held."""


class By(StrEnum):
    """Who moves it."""

    CLIENT = "client"
    """She, on a card page or by a link to pay."""
    CALENDAR = "calendar"
    """The house, when a hold is due."""
    BANK = "bank"
    """Her bank, by what the provider says."""
    DOOR = "door"
    """The visit's outcome."""
    DESK = "desk"
    """The house: an order called off or given up, what is due collected or forgiven."""


_ASKED = (Standing.AUTHORISING, Standing.REAUTHORISING)
_REFUSED = (Standing.ACTION_REQUIRED, Standing.DECLINED)
_OPEN = (Standing.CARD_SAVED, Standing.AUTHORISED, *_ASKED, *_REFUSED)
_TAKEN = (Standing.CAPTURED, Standing.PART_REFUNDED, Standing.REFUNDED)
_UNPAID = (Standing.CAPTURE_FAILED, Standing.COLLECTING)

MOVES: dict[tuple[Standing, Standing], frozenset[By]] = {
    (Standing.DRAFT, Standing.CARD_SAVED): frozenset({By.CLIENT}),
    (Standing.DRAFT, Standing.AUTHORISED): frozenset({By.CLIENT}),
    (Standing.DRAFT, Standing.RELEASED): frozenset({By.DESK}),
    (Standing.CARD_SAVED, Standing.AUTHORISING): frozenset({By.CALENDAR}),
    (Standing.DECLINED, Standing.AUTHORISING): frozenset({By.CALENDAR}),
    (Standing.AUTHORISED, Standing.REAUTHORISING): frozenset({By.CALENDAR, By.DOOR}),
    (Standing.AUTHORISED, Standing.CARD_SAVED): frozenset({By.BANK}),
    (Standing.AUTHORISED, Standing.ACTION_REQUIRED): frozenset({By.CALENDAR}),
    (Standing.CARD_SAVED, Standing.ACTION_REQUIRED): frozenset({By.CALENDAR}),
    (Standing.CARD_SAVED, Standing.AUTHORISED): frozenset({By.BANK}),
    **{
        (was, Standing.AUTHORISED): frozenset({By.BANK, By.CLIENT}) for was in (*_ASKED, *_REFUSED)
    },
    **{(was, to): frozenset({By.BANK}) for was in _ASKED for to in _REFUSED},
    **{(was, Standing.CAPTURING): frozenset({By.DOOR}) for was in _OPEN},
    **{(was, Standing.RELEASING): frozenset({By.DOOR, By.DESK}) for was in _OPEN},
    **{(was, Standing.RELEASED): frozenset({By.DOOR, By.DESK}) for was in _OPEN},
    (Standing.CAPTURING, Standing.CAPTURED): frozenset({By.BANK}),
    (Standing.CAPTURING, Standing.CAPTURE_FAILED): frozenset({By.BANK}),
    (Standing.RELEASING, Standing.RELEASED): frozenset({By.BANK}),
    **{(was, Standing.COLLECTING): frozenset({By.DOOR}) for was in _OPEN},
    (Standing.CAPTURING, Standing.COLLECTING): frozenset({By.BANK, By.DOOR}),
    (Standing.CAPTURE_FAILED, Standing.COLLECTING): frozenset({By.BANK, By.DESK}),
    (Standing.COLLECTING, Standing.CAPTURE_FAILED): frozenset({By.BANK, By.DESK}),
    **{(was, Standing.CAPTURED): frozenset({By.BANK, By.CLIENT}) for was in _UNPAID},
    **{(was, Standing.RELEASED): frozenset({By.DESK}) for was in _UNPAID},
    # Something more is due later, with her consent: a missing piece, a fee.
    (Standing.RELEASED, Standing.COLLECTING): frozenset({By.DESK}),
    **{(was, Standing.COLLECTING): frozenset({By.DESK}) for was in _TAKEN},
    **{
        (Standing.COLLECTING, to): frozenset({By.BANK, By.CLIENT, By.DESK})
        for to in (Standing.PART_REFUNDED, Standing.REFUNDED)
    },
    # A refund that fails on its way un-happens; a dispute that is won ends where it began.
    **{(was, to): frozenset({By.BANK}) for was in _TAKEN for to in _TAKEN if was is not to},
    **{(was, Standing.DISPUTED): frozenset({By.BANK}) for was in _TAKEN},
    **{(Standing.DISPUTED, to): frozenset({By.BANK}) for to in _TAKEN},
    (Standing.DISPUTED, Standing.CHARGED_BACK): frozenset({By.BANK}),
    **{(was, Standing.CHARGED_BACK): frozenset({By.BANK}) for was in _TAKEN},
}
"""Every move there is, and who may make it."""


def move(was: Standing, to: Standing, by: By) -> Standing:
    """The new standing; the same one when nothing moves.

    Raises:
        WrongMove: there is no such move, or it is not theirs to make.
    """
    if was is to:
        return to
    if by not in MOVES.get((was, to), frozenset()):
        raise WrongMove(f"The money of an order cannot go from {was} to {to} by {by}.")
    return to

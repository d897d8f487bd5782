"""What the database will not hold together becomes a no that people can read.

Locks keep almost everybody from getting this far; where one is missing, or two were faster than
it, the tables have the last word, and whoever asked is told instead of left with an error.
"""

import psycopg
from psycopg import errors
from sqlalchemy.exc import DBAPIError

from concierge.model.refusals import BadRequest, Overtaken, PieceTaken, Refusal, WindowTaken

CONTRADICTION = "23"
"""The class of SQL states that say: this does not go together with what is there."""
CROSSED = (errors.DeadlockDetected, errors.SerializationFailure)
"""Two wrote across each other; the database let one of them win."""


def refusal_of(error: DBAPIError) -> Refusal | None:
    """The no that a database's error means, or None when it is no contradiction."""
    said = error.orig
    if not isinstance(said, psycopg.Error):
        return None
    if isinstance(said, CROSSED):
        return Overtaken(
            "Somebody else was writing here at the same moment, and nothing of yours was written."
            " Please try again."
        )
    if not (said.sqlstate or "").startswith(CONTRADICTION):
        return None
    match said.diag.constraint_name:
        case "no_concierge_in_two_places":
            return WindowTaken(
                "This hour was given to somebody else at the same moment; nothing was changed."
                " Please look again."
            )
        case "no_piece_in_two_places":
            return PieceTaken(
                "A piece was promised to somebody else at the same moment; nothing was changed."
                " Please look again."
            )
        case "priced_in_its_hub_s_currency":
            return BadRequest(
                "A piece is priced in another currency than its hub trades in; nothing was"
                " written."
            )
        case "prices_cards_can_pay":
            return BadRequest(
                "A card cannot pay this amount to the last digit: it must be 0; nothing was"
                " written."
            )
        case _:
            return Overtaken(
                "This does not go together with what was written down before; nothing was"
                " changed. Please look again."
            )

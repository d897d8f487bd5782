"""A visit in the words of who reads it: the concierge on her phone, the client on her list."""

from msgspec.structs import replace

from concierge.desk.visit_sheet import Look, Visit
from concierge.words import Words, words_in


def in_words(visit: Visit, words: Words) -> Visit:
    """Its pieces' sizes and colours in the concierge's language, beside them in the client's."""
    hers = words_in(visit.client.language, words.zone)
    return replace(
        visit,
        pieces=[
            replace(
                piece,
                size=words.size(piece.size),
                colour=words.colour(piece.colour),
                hers=Look(hers.size(piece.size), hers.colour(piece.colour)),
            )
            for piece in visit.pieces
        ],
    )

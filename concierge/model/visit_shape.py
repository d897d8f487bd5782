"""How long a visit takes and what it needs, from what it brings."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from . import skills
from .catalogue import Style

WELCOME_MINUTES = 20
MINUTES_A_PIECE = 5
LONGEST_MINUTES = 60
COLLECT_MINUTES = 8
MINUTES_A_PIECE_BACK = 1
HOUSE_LANGUAGES = frozenset({"en", "sv"})
"""Every concierge speaks these; a client of another language is given someone who speaks it."""


@dataclass(frozen=True, slots=True)
class VisitShape:
    """What the planner must know of a visit beside its place and window.

    Units: minutes of service; garment-rail units of load.
    """

    minutes: int
    load: int
    skills: tuple[str, ...]


def shape_of(
    styles: Sequence[Style], language: str, *, spoken: Collection[str] = ()
) -> VisitShape:
    """The visit these pieces ask for; `spoken` are the languages the hub's people speak."""
    minutes = min(WELCOME_MINUTES + MINUTES_A_PIECE * len(styles), LONGEST_MINUTES)
    needs_tongue = language not in HOUSE_LANGUAGES and language in spoken
    return VisitShape(
        minutes=minutes,
        load=sum(style.load for style in styles),
        skills=(skills.tongue(language),) if needs_tongue else (),
    )


def shape_of_collection(styles: Sequence[Style]) -> VisitShape:
    """The visit that fetches these pieces: nobody tries anything on, anybody may come."""
    return VisitShape(
        minutes=COLLECT_MINUTES + MINUTES_A_PIECE_BACK * len(styles),
        load=sum(style.load for style in styles),
        skills=(),
    )

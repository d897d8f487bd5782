"""The concierges of the demo and when they work."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from concierge.model import Concierge, Hub, Shift

from .chance import Chance
from .story import COMING_DAYS, OPENED, PAST_DAYS, STORY_DAY

EARLY, MIDDAY, LATE = (
    ("08:30", "17:00", "11:30", "13:30"),
    ("10:00", "18:30", "13:00", "15:00"),
    ("12:30", "21:30", "15:30", "17:30"),
)
"""Shift patterns: from, to, and between when the break begins."""


@dataclass(frozen=True, slots=True)
class Hand:
    """A concierge as hired: `rest` is the two weekdays she does not work, Monday is 0."""

    name: str
    hub: int
    zone: str
    languages: str
    specialities: str
    pattern: tuple[str, str, str, str]
    rest: tuple[int, int]
    capacity: int = 44


TEAM = (
    Hand("Amélie Laurent", 0, "Vasastan", "sv en fr", "evening tailoring", LATE, (0, 6)),
    Hand("Ingrid Sandahl", 0, "Vasastan", "sv en", "tailoring knitwear", EARLY, (5, 6)),
    Hand("Yasmin Khoury", 0, "Inom Vallgraven", "sv en ar fr", "evening modest", MIDDAY, (4, 6)),
    Hand("Hugo Lind", 0, "Linné", "sv en", "shoes tailoring", EARLY, (2, 6)),
    Hand("Elsa Bergvall", 0, "Majorna", "sv en", "knitwear maternity", MIDDAY, (1, 6)),
    Hand("Noor Rahmani", 0, "Haga", "sv en ar", "modest shoes", LATE, (0, 1)),
    Hand("Jonas Ekdahl", 0, "Guldheden", "sv en", "outerwear shoes", LATE, (5, 6)),
    Hand("Sofia Nyström", 1, "Örgryte", "sv en", "evening tailoring", LATE, (0, 6)),
    Hand("Karim El-Sayed", 1, "Bagaregården", "sv en ar", "shoes tailoring", MIDDAY, (4, 6)),
    Hand("Maja Holm", 1, "Lunden", "sv en", "knitwear outerwear", EARLY, (5, 6)),
    Hand("Léa Fontaine", 1, "Krokslätt", "sv en fr", "evening maternity", MIDDAY, (1, 6)),
    Hand("Tomas Vikander", 1, "Johanneberg", "sv en", "outerwear tailoring", EARLY, (2, 6)),
)
"""The concierges; the house's first dozen."""
SICK = "Noor Rahmani"
"""Who calls in sick on the morning of the story day."""


def concierges_of(chance: Chance, hubs: Sequence[Hub]) -> list[Concierge]:
    """The team, as rows."""
    return [
        Concierge(
            id=chance.id(OPENED),
            hub_id=hubs[hand.hub].id,
            name=hand.name,
            greeting=hand.name.partition(" ")[0],
            zone=hand.zone,
            languages=hand.languages.split(),
            specialities=hand.specialities.split(),
            capacity=hand.capacity,
        )
        for hand in TEAM
    ]


def shifts_of(chance: Chance, hubs: Sequence[Hub], team: Sequence[Concierge]) -> list[Shift]:
    """Every shift as rostered, past days and the two weeks to come."""
    shifts: list[Shift] = []
    for ahead in range(-PAST_DAYS, COMING_DAYS + 1):
        day = STORY_DAY + timedelta(days=ahead)
        for hand, concierge in zip(TEAM, team, strict=True):
            if not works_on(hand, day):
                continue
            hub = hubs[hand.hub]
            starts, ends, opens, closes = (hub.at(day, clock) for clock in hand.pattern)
            shifts.append(
                Shift(
                    id=chance.id(starts), hub_id=hub.id, day=day, concierge_id=concierge.id,
                    starts=starts, ends=ends, break_opens=opens, break_closes=closes,
                )
            )  # fmt: skip
    return shifts


def works_on(hand: Hand, day: date) -> bool:
    """Whether this concierge works that day."""
    return day.weekday() not in hand.rest

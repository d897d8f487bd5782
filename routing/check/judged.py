"""What the judge says: a broken rule, and the words for moments and people in it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from routing.problem import Visit, Window


@dataclass(frozen=True, slots=True)
class Violation:
    """A broken rule: its name, the visit or shift where it broke, and a sentence saying how."""

    rule: str
    where: str
    words: str


def called(visit: Visit) -> str:
    """What a visit is called at the beginning of a sentence."""
    return visit.name or f"Visit {visit.id}"


def utc(moment: datetime) -> datetime:
    """The instant, whatever zone it is told in."""
    return moment.astimezone(UTC)


def inside(moment: datetime, window: Window) -> bool:
    """Whether the instant is in the window."""
    return utc(window.opens) <= utc(moment) <= utc(window.closes)


def outside(moment: datetime, window: Window) -> timedelta:
    """How far the instant is from the window."""
    before, after = utc(window.opens) - utc(moment), utc(moment) - utc(window.closes)
    return max(before, after, timedelta(0))


def at(moment: datetime) -> str:
    """A time of day."""
    return f"{moment:%H:%M}"


def span(window: Window) -> str:
    """A window as a sentence says it."""
    return f"{at(window.opens)} to {at(window.closes)}"


def minutes(duration: timedelta) -> str:
    """Whole minutes, cut."""
    return f"{duration // timedelta(minutes=1)} min"


def clock(duration: timedelta) -> str:
    """A duration to the second, said to be more where it has a fraction: "11:25 min"."""
    seconds, beyond = divmod(duration, timedelta(seconds=1))
    shown = f"{seconds // 60}:{seconds % 60:02} min"
    return f"a fraction more than {shown}" if beyond else shown

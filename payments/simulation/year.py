"""A year of departures, with the troubles of an ordinary year: is the money there every time?"""

from dataclasses import dataclass
from datetime import timedelta

from .histories import Mix, tell

ORDINARY = Mix(
    faults=0.03,
    crashes=0.01,
    outages=0.002,
    longest_outage=timedelta(hours=6),
    dark=0.005,
    lets_go=0.002,
    offline=0.01,
    refunds=0.0,
)
"""Three calls in a hundred fail at worst, and now and then everything is down for hours."""


@dataclass(slots=True)
class Year:
    """What was seen. `good` are visits whose card says yes whenever it is asked."""

    visits: int = 0
    departed: int = 0
    unheld: int = 0
    """Departed without a hold that outlasts the visit."""
    good: int = 0
    good_in_time: int = 0
    """Of those, held a day before the window and departed."""
    silent: int = 0
    """Stayed, and nobody was warned."""
    wrong: int = 0
    """Ended otherwise than it must."""


def departures(*, visits: int, seed: int) -> Year:
    """So many visits, each booked one to two weeks or less ahead, until their doors."""
    year, number = Year(), seed * 10_000_000
    while year.visits < visits:
        number += 1
        ending = tell(number, ORDINARY)
        if not ending.booked:
            continue
        year.visits += 1
        year.departed += ending.departed
        year.unheld += any(words.startswith("nothing_departs") for words in ending.wrong)
        year.wrong += bool(ending.wrong)
        year.silent += not ending.departed and not ending.warned
        if ending.good:
            year.good += 1
            year.good_in_time += ending.held_in_time and ending.departed
    return year

"""When a card is held: at the order when the visit is near, two days before it when it is far.

Banks keep a hold for a week at most, a Visa hold made without her for less than five days, so a
visit further ahead cannot be held at once. What a hold really lasts is read from the provider,
never computed: these rules only say when to ask.

Source: the house's payments rules, "When the card is held, and for how much".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from .errors import Declined
from .hold import Hold, HoldState, Refusal
from .money import Money

NEAR = timedelta(days=6)
"""So far ahead a hold made now surely lasts: a day less than the networks' seven."""
FIRST_TRY = timedelta(hours=48)
"""How long before the window opens her saved card is asked."""
SECOND_TRY = timedelta(hours=24)
"""When it is asked again, if her bank's advice allows it."""
BETWEEN_TRIES = timedelta(hours=1)
"""How long to wait at least, when the first try itself came late."""
MOST_TRIES = 2
AFTERWARDS = timedelta(hours=24)
"""A hold must outlast the window's end by this: the list may reach us a day late."""


@dataclass(frozen=True, slots=True)
class Coming:
    """A visit that is coming: when its window opens and closes."""

    opens: datetime
    closes: datetime

    @property
    def needed_until(self) -> datetime:
        """The moment her money must still be held."""
        return self.closes + AFTERWARDS

    @property
    def first_try(self) -> datetime:
        """When a saved card is asked to hold."""
        return self.opens - FIRST_TRY

    @property
    def second_try(self) -> datetime:
        """When it is asked again."""
        return self.opens - SECOND_TRY


class Advice(StrEnum):
    """What a bank's no asks of us."""

    LATER = "later"
    """The card may say yes another time."""
    NEVER = "never"
    """This card will not: another is needed."""
    HER = "her"
    """Her bank wants to hear from her."""


NEVER_AGAIN = frozenset({"do_not_try_again", "confirm_card_data"})
"""Advice codes after which the same card is not asked again.

Source: Stripe, "Card declines", `advice_code`, read November 2026.
"""


def advice_of(no: Declined | Refusal) -> Advice:
    """What her bank's refusal asks of us; tries are bounded whatever it says."""
    if no.needs_her:
        return Advice.HER
    return Advice.NEVER if no.advice in NEVER_AGAIN else Advice.LATER


@dataclass(frozen=True, slots=True)
class Try:
    """A hold without her that her bank refused, and when."""

    at: datetime
    advice: Advice


class AtOrder(StrEnum):
    """Which card page opens when she orders."""

    HOLD = "hold"
    SAVE = "save"


def at_order(now: datetime, closes: datetime) -> AtOrder:
    """Hold at once when the visit's last window is near enough; otherwise only keep the card."""
    return AtOrder.HOLD if closes + AFTERWARDS <= now + NEAR else AtOrder.SAVE


class Do(StrEnum):
    """What to do about a coming visit's money now."""

    NOTHING = "nothing"
    HOLD = "hold"
    """Ask her saved card; what was held before is let go afterwards."""
    TELL_HER = "tell_her"
    """Nothing without her will do: she needs a card page."""


@dataclass(frozen=True, slots=True)
class Look:
    """What to do now, and when to look again by ourselves; None when only she or her bank can."""

    do: Do
    again: datetime | None = None


def look(
    now: datetime, coming: Coming, asked: Money, holds: Sequence[Hold], tries: Sequence[Try]
) -> Look:
    """What to do now about the money of a coming visit that asks for `asked`.

    `tries` are the refusals since money was last held for it, oldest first. While a try is under
    way there is nothing to look at: whoever hears its answer looks again.
    """
    if covers(holds, asked, coming.needed_until):
        return Look(Do.NOTHING)
    if now < coming.first_try:
        return Look(Do.NOTHING, coming.first_try)
    if not tries:
        return Look(Do.HOLD)
    last = tries[-1]
    if last.advice is not Advice.LATER or len(tries) >= MOST_TRIES:
        return Look(Do.TELL_HER)
    again = max(coming.second_try, last.at + BETWEEN_TRIES)
    return Look(Do.HOLD) if now >= again else Look(Do.NOTHING, again)


def covers(holds: Sequence[Hold], asked: Money, until: datetime) -> bool:
    """Whether what is held can still be captured at `until`, for all that is asked."""
    lasting = (hold.amount for hold in holds if hold.outlasts(until))
    return Money.total(lasting, asked.currency) >= asked


def surplus(holds: Sequence[Hold], asked: Money, until: datetime) -> tuple[Hold, ...]:
    """Live holds to give back, now that those that last longest cover what is asked.

    Nothing is surplus before it is covered: the new hold comes first, the old one goes after.
    """
    if not covers(holds, asked, until):
        return ()
    live = [hold for hold in holds if hold.state is HoldState.HELD]
    longest = sorted(live, key=lambda hold: hold.capture_before or until, reverse=True)
    rest, extra = asked, list[Hold]()
    for hold in longest:
        if rest.minor > 0:
            rest -= hold.amount
        else:
            extra.append(hold)
    return tuple(extra)

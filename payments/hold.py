"""Money set aside on a card."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from .errors import BadAmount
from .money import Money


class HoldState(StrEnum):
    """Where a hold stands at the provider, in our words."""

    PENDING = "pending"
    """Asked for; the client has not finished on the card page."""
    HELD = "held"
    CAPTURED = "captured"
    RELEASED = "released"
    """Given back whole: cancelled by us, or lapsed."""


@dataclass(frozen=True, slots=True)
class Hold:
    """What the provider says of one hold, as last read.

    `id` is the provider's. `capture_before` is the provider's word, never computed.

    Raises:
        BadAmount: captured is negative or exceeds what was held.
    """

    id: str
    state: HoldState
    amount: Money
    captured: Money
    capture_before: datetime | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.captured.minor <= self.amount.minor:
            raise BadAmount(f"Hold {self.id} of {self.amount} says {self.captured} is captured.")

    @property
    def released(self) -> Money:
        """What goes back to her: all of a released hold, the rest of a captured one."""
        match self.state:
            case HoldState.RELEASED:
                return self.amount
            case HoldState.CAPTURED:
                return self.amount - self.captured
            case HoldState.PENDING | HoldState.HELD:
                return Money(0, self.amount.currency)

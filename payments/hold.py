"""Money set aside on a card, and money given back after a capture."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from .errors import HER_BANK_ASKS, BadAmount
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
class Refusal:
    """Her bank's last no, as it stands on the provider's object: `Declined`, read back."""

    words: str
    code: str
    advice: str | None = None

    @property
    def needs_her(self) -> bool:
        """Whether her bank asks for her: nothing but a card page on-session will do."""
        return self.code == HER_BANK_ASKS


@dataclass(frozen=True, slots=True)
class Hold:
    """What the provider says of one hold, as last read.

    `id` is the provider's. `capture_before` is the provider's word, never computed. `customer` and
    `payment_method` are the provider's names for her and her card, `order` and `op` what we wrote
    on the hold when we asked for it. Of a released hold, `lapsed` tells that the provider gave it
    back, not we, and `ever_held` is false when no card ever said yes, so that no money moved.
    `refusal` is what her bank said last, when it said no.

    Raises:
        BadAmount: captured is negative or exceeds what was held.
    """

    id: str
    state: HoldState
    amount: Money
    captured: Money
    capture_before: datetime | None = None
    customer: str | None = None
    payment_method: str | None = None
    order: str | None = None
    op: str | None = None
    lapsed: bool = False
    ever_held: bool = True
    refusal: Refusal | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.captured.minor <= self.amount.minor:
            raise BadAmount(f"Hold {self.id} of {self.amount} says {self.captured} is captured.")

    @property
    def began(self) -> bool:
        """Whether a card ever said yes to it: before that there is nothing to write down."""
        return self.state is not HoldState.PENDING and self.ever_held

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

    def outlasts(self, moment: datetime) -> bool:
        """Whether this money is held now and can still be captured at `moment`."""
        return (
            self.state is HoldState.HELD
            and self.capture_before is not None
            and self.capture_before > moment
        )


class RefundState(StrEnum):
    """Where a refund stands at the provider."""

    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Refund:
    """Captured money given back, as the provider last said it. `op` is what we wrote on it."""

    id: str
    hold: str
    amount: Money
    state: RefundState
    op: str | None = None

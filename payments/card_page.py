"""The provider's page where she gives her card: what we ask for, and how far she got."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from .errors import BadAmount
from .hold import Hold
from .money import Money


@dataclass(frozen=True, slots=True)
class CardLine:
    """One line she reads on the card page: what travels to her and its price.

    Raises:
        BadAmount: the price is negative.
    """

    name: str
    price: Money
    detail: str | None = None

    def __post_init__(self) -> None:
        if self.price.minor < 0:
            raise BadAmount(f"{self.name} cannot cost {self.price}.")


@dataclass(frozen=True, slots=True)
class CardPage:
    """A card page just opened: send her browser to `url` before `expires_at`."""

    id: str
    url: str
    expires_at: datetime


class CardPageStatus(StrEnum):
    """How far she got."""

    OPEN = "open"
    """She may still finish; a declined card leaves the page open for another."""
    COMPLETE = "complete"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class CardPageState:
    """What the provider says of a card page, as last read.

    `hold` is there once she gave a card on a page that holds money, also while the page is still
    open (then it is pending). `customer` and `payment_method` are the provider's names for her and
    her card: what a later hold without her needs. `url` is None once the page is closed.
    """

    id: str
    status: CardPageStatus
    expires_at: datetime
    order: str | None = None
    op: str | None = None
    url: str | None = None
    hold: Hold | None = None
    customer: str | None = None
    payment_method: str | None = None

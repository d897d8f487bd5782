"""What a simulated house writes down: operations and card pages."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import payments

PAGE_LIVES = timedelta(minutes=45)
LINK_LIVES = timedelta(hours=23)
COMING, AT_DOOR, CALLED_OFF, RETURNED, SETTLED = (
    *("coming", "at the door", "called off"),
    *("returned", "settled"),
)
"""Where the order itself is."""


class Killed(Exception):
    """The process is gone; what was committed stays."""


@dataclass
class Row:
    """An operation as it is written down."""

    stored: payments.Stored
    fact: str
    seq: int
    planned_at: datetime
    state: str = "planned"
    advice: payments.Advice | None = None
    done_at: datetime | None = None
    result: str | None = None
    troubles: int = 0
    """Of its attempts, those in which the provider failed or the house was killed."""
    unread: bool = False
    """Whether the provider was silent when it was last asked: nobody knows the outcome."""

    @property
    def kind(self) -> payments.OperationKind:
        """What it does."""
        return self.stored.kind

    @property
    def open(self) -> bool:
        """Whether something is still to be done about it."""
        return self.state in {"planned", "sent"}


@dataclass
class Page:
    """A card page as it is written down."""

    kind: payments.OperationKind
    amount: payments.Money
    key: str
    until: datetime
    broke: bool = False
    id: str | None = None
    over: bool = False

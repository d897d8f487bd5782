"""What goes wrong with a day under way, and the ways out of it that were weighed."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index

from .columns import belongs_to, choice, document, id_field, moment
from .table import Table


class SetbackKind(StrEnum):
    """What happened."""

    ILL = "ill"
    """The concierge begins no visit any more today."""
    BROKEN_DOWN = "broken_down"
    """Her car stands still, until it drives on or for the day."""
    LATE = "late"
    """She goes on later than planned."""
    NOBODY_HOME = "nobody_home"
    """Nobody opened: she goes on from that door."""


class Setback(Table, table=True):
    """A fact about a shift from `since` on: it goes on at `until`, or not again today.

    `order_id` is the visit nobody opened for; she waited there from `rang_at` to `since`, where
    her hub has her wait until `wait_until`. None when her phone did not tell. `version` is that of
    the plan the `ways` out were weighed against; there are none while they are being weighed. It
    is settled once a person has chosen one, or to leave the day as it is. Taken back, it holds no
    more.
    """

    __table_args__ = (
        CheckConstraint("until is null or until >= since"),
        CheckConstraint("(kind = 'nobody_home') = (order_id is not null)"),
        Index("setback_day", "hub_id", "day"),
    )

    id: UUID = id_field()
    hub_id: UUID = belongs_to("hub.id", index=False)
    day: date
    shift_id: UUID = belongs_to("shift.id")
    order_id: UUID | None = belongs_to("orders.id", nullable=True)
    kind: SetbackKind = choice(SetbackKind)
    since: datetime = moment()
    until: datetime | None = moment(nullable=True)
    rang_at: datetime | None = moment(nullable=True)
    wait_until: datetime | None = moment(nullable=True)
    by: str
    at: datetime = moment()
    taken_back_at: datetime | None = moment(nullable=True)
    version: int | None = None
    ways: dict[str, Any] | None = document(nullable=True)
    settled_at: datetime | None = moment(nullable=True)

    @property
    def stops_the_shift(self) -> bool:
        """Whether whom she was only driving to is not hers any more."""
        return self.kind in (SetbackKind.ILL, SetbackKind.BROKEN_DOWN)

    @property
    def ends_the_shift(self) -> bool:
        """Whether she goes on no more today."""
        return self.stops_the_shift and self.until is None

    @property
    def left_early(self) -> bool:
        """Whether she went on from a closed door before her wait was over."""
        return self.wait_until is not None and self.since < self.wait_until

    def last_changed(self, version: int) -> bool:
        """Whether deciding on it made this version of the day, and nothing has changed since."""
        return (
            self.settled_at is not None
            and self.version is not None
            and version == self.version + 1
        )

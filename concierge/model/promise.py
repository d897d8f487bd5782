"""What became of a promised window in the plan in force, and what its client was told of it."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from .columns import choice, moment
from .table import Table


class Promise(StrEnum):
    """Whether the plan in force keeps a promised window."""

    KEPT = "kept"
    LATE = "late"
    """Her concierge comes after the window has closed."""
    NOBODY = "nobody"
    """Nobody comes."""


class BrokenPromise(Table, table=True):
    """A promise the plan in force does not keep, as its client was last told of it.

    From `opens` to `closes` was the promised window; `starts` is when she is visited instead, if
    somebody comes. `written` when a letter reached her. Gone once the promise is kept again.
    """

    __table_args__ = (
        CheckConstraint("promise in ('late', 'nobody')", name="promise_broken"),
        CheckConstraint("(promise = 'late') = (starts is not null)", name="late_until_when"),
        CheckConstraint("opens <= closes"),
    )

    order_id: UUID = Field(foreign_key="orders.id", primary_key=True)
    promise: Promise = choice(Promise)
    opens: datetime = moment()
    closes: datetime = moment()
    starts: datetime | None = moment(nullable=True)
    written: bool
    told_at: datetime = moment()

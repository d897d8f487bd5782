"""Fees a hub asks for a visit that falls through, and how a client agreed to them."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlmodel import Field

import payments

from .columns import belongs_to, choice, id_field, moment
from .table import Table


class FeeKind(StrEnum):
    """Why a fee is asked."""

    LATE_CANCELLATION = "late_cancellation"
    """She called the visit off after the hour until which that is free."""
    ABSENCE = "absence"
    """Nobody opened the door."""


class FeeConsent(Table, table=True):
    """What she agreed to when she ordered, in the words she read. Append-only.

    She may call off without cost until `notice_hours` before her window opens. `vat_bp` is the VAT
    inside these fees on that day, in hundredths of a percent.
    """

    __table_args__ = (
        CheckConstraint("late_fee_minor >= 0 and absence_fee_minor >= 0 and notice_hours >= 0"),
        CheckConstraint("late_fee_minor > 0 or absence_fee_minor > 0", name="agreed_to_something"),
        CheckConstraint("words <> ''", name="agreed_in_words"),
        CheckConstraint("vat_bp between 0 and 10000", name="vat_is_a_rate"),
    )

    order_id: UUID = Field(foreign_key="orders.id", primary_key=True)
    late_fee_minor: int
    absence_fee_minor: int
    notice_hours: int
    vat_bp: int
    currency: str = Field(max_length=3)
    words: str
    language: str = Field(max_length=2)
    by: str
    at: datetime = moment()


class Fee(Table, table=True):
    """A fee that fell due. `waived_at` tells that somebody let her off, and `why`.

    The database refuses one above what she agreed to.
    """

    __table_args__ = (
        CheckConstraint("amount_minor > 0"),
        CheckConstraint("waived_at is null or why <> ''", name="waived_for_a_reason"),
        CheckConstraint("(waived_at is null) = (waived_by is null)", name="waived_by_somebody"),
    )

    id: UUID = id_field()
    order_id: UUID = belongs_to("orders.id", index=False, unique=True)
    kind: FeeKind = choice(FeeKind)
    amount_minor: int
    currency: str = Field(max_length=3)
    by: str
    at: datetime = moment()
    waived_at: datetime | None = moment(nullable=True)
    waived_by: str | None = None
    why: str = ""

    @property
    def amount(self) -> payments.Money:
        """What it comes to, waived or not."""
        return payments.Money(self.amount_minor, self.currency)

    @property
    def due(self) -> payments.Money:
        """What she owes of it."""
        return self.amount * (0 if self.waived_at else 1)

"""What happens at the door beside keeping and returning: gestures, and more held."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

import payments

from .columns import belongs_to, cards_can_pay, choice, id_field, moment, texts
from .returns import GestureReason
from .table import Table


class Gesture(Table, table=True):
    """What a concierge gave away at a visit: a credit in what is due, never above her limit."""

    __table_args__ = (CheckConstraint("amount_minor > 0"), cards_can_pay("amount_minor"))

    id: UUID = id_field()
    order_id: UUID = belongs_to("orders.id", index=False, unique=True)
    amount_minor: int
    currency: str = Field(max_length=3)
    reason: GestureReason = choice(GestureReason)
    by: str
    at: datetime = moment()

    @property
    def amount(self) -> payments.Money:
        """How much she need not pay."""
        return payments.Money(self.amount_minor, self.currency)


class SecondHold(Table, table=True):
    """More that must be held before she may keep `keeping`: asked for at the door, of herself.

    `id` is the phone's. Its `operation` opens her card page; nothing is held until she has
    finished there, and what she leaves unfinished changes nothing.
    """

    __table_args__ = (
        CheckConstraint("amount_minor > 0"),
        Index(
            "one_second_hold_at_a_time", "order_id", unique=True,
            postgresql_where="withdrawn_at is null",
        ),
    )  # fmt: skip

    id: UUID = Field(primary_key=True)
    order_id: UUID = belongs_to("orders.id")
    operation_id: UUID = belongs_to("operation.id", index=False, unique=True)
    amount_minor: int
    currency: str = Field(max_length=3)
    keeping: list[str] = texts()
    at: datetime = moment()
    by: str
    withdrawn_at: datetime | None = moment(nullable=True)
    """When something else was asked for instead, or the visit was over."""

    @property
    def amount(self) -> payments.Money:
        """How much more is to be held."""
        return payments.Money(self.amount_minor, self.currency)

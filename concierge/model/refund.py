"""After a client changed her mind: pieces brought back, inspected, and paid back."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

import payments

from .columns import belongs_to, choice, id_field, moment
from .table import Table


class GiveBack(Table, table=True):
    """Kept pieces of an order that she brings back, until `until` at the latest.

    `refund_minor` is what the inspection let us give back, once it is written down; nothing when
    she takes it back herself (`inspected_by` is she) and keeps the pieces after all.
    """

    __table_args__ = (
        CheckConstraint("refund_minor >= 0"),
        CheckConstraint("asked_at <= until"),
        CheckConstraint("(inspected_at is null) = (inspected_by is null)", name="inspected_by"),
        CheckConstraint("(inspected_at is null) = (refund_minor is null)", name="inspected_what"),
    )

    id: UUID = id_field()
    order_id: UUID = belongs_to("orders.id")
    asked_at: datetime = moment()
    until: datetime = moment()
    inspected_at: datetime | None = moment(nullable=True)
    inspected_by: str | None = None
    refund_minor: int | None = None

    @property
    def last(self) -> datetime:
        """On the last day on which she may: `until` is the midnight after it."""
        return self.until - timedelta(seconds=1)


class GivenPiece(Table, table=True):
    """A piece she brings back, at the price she paid; `accepted` once somebody inspected it."""

    __table_args__ = (
        CheckConstraint("price_minor > 0"),
        CheckConstraint(
            "accepted is distinct from false or why <> ''", name="refused_for_a_reason"
        ),
    )

    id: UUID = id_field()
    give_back_id: UUID = belongs_to("give_back.id")
    line_id: UUID = belongs_to("order_line.id")
    piece_id: UUID = belongs_to("piece.id", index=False)
    price_minor: int
    accepted: bool | None = None
    why: str = ""


class Refund(Table, table=True):
    """Captured money on its way back to her, or back with her. `provider_id` once it was made.

    The database keeps the sum of a hold's refunds within what was captured of it.
    """

    __table_args__ = (
        CheckConstraint("amount_minor > 0"),
        Index("refund_look", "look_at"),
    )

    id: UUID = id_field()
    order_id: UUID = belongs_to("orders.id")
    hold_id: UUID = belongs_to("hold.id")
    operation_id: UUID = belongs_to("operation.id", index=False, unique=True)
    amount_minor: int
    currency: str = Field(max_length=3)
    state: payments.RefundState = choice(payments.RefundState, payments.RefundState.PENDING)
    provider_id: str | None = Field(default=None, unique=True)
    asked_at: datetime = moment()
    look_at: datetime | None = moment(nullable=True)
    """When to look again how it fares: a bank may send back what had arrived."""

    @property
    def amount(self) -> payments.Money:
        """What goes back."""
        return payments.Money(self.amount_minor, self.currency)

    def as_read(self, hold: str) -> payments.Refund:
        """The refund as last read at the provider; `hold` is the provider's name of its hold."""
        return payments.Refund(self.provider_id or "", hold, self.amount, self.state)

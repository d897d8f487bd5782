"""What happens at the door beside keeping and returning: gestures, disputed pieces, more held."""

from datetime import datetime
from enum import StrEnum
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


class Trouble(StrEnum):
    """What is wrong with a piece at the end of a visit."""

    DAMAGED = "damaged"
    MISSING = "missing"


class Decision(StrEnum):
    """What a dispatcher decided about a damaged or missing piece."""

    WRITTEN_OFF = "written_off"
    CHARGED = "charged"
    """She agreed to pay for it, afterwards and apart from the rest."""


class Disposition(Table, table=True):
    """A piece that came back damaged, or did not: left out of the visit's bill until decided.

    `owner` is the colleague who looks after it. `asked_minor` is what she is asked to pay for it;
    nothing is ever charged before she agreed, in `consent`'s words, at `consent_at`.
    """

    __table_args__ = (
        CheckConstraint("price_minor > 0"),
        CheckConstraint("asked_minor between 1 and price_minor", name="never_above_its_price"),
        CheckConstraint("(asked_minor is null) = (asked_at is null)", name="asked_when"),
        CheckConstraint("(consent is null) = (consent_at is null)", name="agreed_when"),
        CheckConstraint("consent is null or asked_minor is not null", name="agreed_to_what"),
        CheckConstraint("decision <> 'charged' or consent is not null", name="charged_if_agreed"),
        CheckConstraint("(decision is null) = (decided_at is null)", name="decided_when"),
    )

    id: UUID = id_field()
    order_id: UUID = belongs_to("orders.id")
    piece_id: UUID = belongs_to("piece.id")
    line_id: UUID = belongs_to("order_line.id", index=False, unique=True)
    trouble: Trouble = choice(Trouble)
    price_minor: int
    currency: str = Field(max_length=3)
    remark: str = ""
    opened_at: datetime = moment()
    opened_by: str
    owner: str | None = None
    asked_minor: int | None = None
    asked_at: datetime | None = moment(nullable=True)
    consent: str | None = None
    consent_at: datetime | None = moment(nullable=True)
    declined_at: datetime | None = moment(nullable=True)
    decision: Decision | None = choice(Decision, nullable=True)
    decided_at: datetime | None = moment(nullable=True)
    decided_by: str | None = None
    why: str = ""

"""What came of comparing our books with the provider's: each comparison, and every difference."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, Index
from sqlmodel import Field

import payments

from .columns import belongs_to, choice, document, id_field, moment
from .table import Table
from .told import Telling


class DifferenceKind(StrEnum):
    """How our books and the provider's differ."""

    BOOKS = "books"
    """Our ledger does not say what the provider says of a hold, a refund or a dispute."""
    UNASKED = "unasked"
    """Money moved at the provider that no operation of ours asked for."""
    ORPHAN = "orphan"
    """Money is set aside on a card for no order that needs it."""


class Comparison(Table, table=True):
    """One comparison with the provider, over all it was asked for from `since` until `until`.

    `sums` is `{"SEK": {"captured": {"ours": 1, "theirs": 1}, …}}` in minor units. `looked` counts
    the provider's holds, refunds and disputes, `taken_over` those that nobody had told us of.
    """

    id: UUID = id_field()
    at: datetime = moment(index=True)
    since: datetime = moment()
    until: datetime = moment()
    looked: int
    taken_over: int = 0
    differences: int = 0
    sums: dict[str, Any] = document()

    def difference(self, currency: str) -> int:
        """How far apart both are in a currency, whichever way. Units: minor."""
        return sum(abs(each["ours"] - each["theirs"]) for each in self.sums[currency].values())


class Difference(Telling, table=True):
    """A difference, from the comparison that found it to the one that found it gone.

    `subject` is the provider's name of what differs, or the order's. It is open once.
    """

    __table_args__ = (
        CheckConstraint("words <> ''", name="told_in_words"),
        CheckConstraint("closed_at >= found_at", name="closed_after_found"),
        Index(
            "difference_open", "kind", "subject", unique=True,
            postgresql_where="closed_at is null",
        ),
    )  # fmt: skip

    id: UUID = id_field()
    kind: DifferenceKind = choice(DifferenceKind)
    subject: str
    order_id: UUID | None = belongs_to("orders.id", nullable=True)
    case_id: UUID | None = belongs_to("person_case.id", nullable=True, index=False)
    amount_minor: int = Field(sa_column=Column(BigInteger, nullable=False))
    currency: str = Field(max_length=3)
    found_at: datetime = moment()
    closed_at: datetime | None = moment(nullable=True)

    @property
    def amount(self) -> payments.Money:
        """How much is missing from our books, negative when they say too much."""
        return payments.Money(self.amount_minor, self.currency)

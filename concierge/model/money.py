"""Money as rows: card pages, holds, the operations that change them, and the ledger."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, Identity, Index, UniqueConstraint
from sqlmodel import Field

import payments

from .columns import belongs_to, choice, id_field, least_a_card_takes, moment
from .table import Table


class CardPageState(StrEnum):
    """Where a hosted card page stands."""

    OPEN = "open"
    COMPLETE = "complete"
    EXPIRED = "expired"


class CardPage(Table, table=True):
    """A hosted card page opened for an order. `id` is the provider's."""

    id: str = Field(primary_key=True)
    order_id: UUID = belongs_to("orders.id")
    url: str
    state: CardPageState = choice(CardPageState, CardPageState.OPEN)
    expires_at: datetime = moment()


class Hold(Table, table=True):
    """Money set aside on a card for an order. `capture_before` is the provider's word."""

    __table_args__ = (
        CheckConstraint("amount_minor > 0"),
        CheckConstraint("captured_minor between 0 and amount_minor", name="never_above_the_hold"),
    )

    id: UUID = id_field()
    order_id: UUID = belongs_to("orders.id")
    provider_id: str = Field(unique=True)
    state: payments.HoldState = choice(payments.HoldState)
    amount_minor: int
    captured_minor: int = 0
    currency: str = Field(max_length=3)
    capture_before: datetime | None = moment(nullable=True)
    held_at: datetime = moment()

    @property
    def amount(self) -> payments.Money:
        """What is set aside."""
        return payments.Money(self.amount_minor, self.currency)

    @property
    def captured(self) -> payments.Money:
        """What was taken."""
        return payments.Money(self.captured_minor, self.currency)

    @property
    def live(self) -> bool:
        """Whether money is set aside under it."""
        return self.state is payments.HoldState.HELD

    def read(self, seen: payments.Hold) -> None:
        """Take over what the provider says of this hold."""
        self.state = seen.state
        self.captured_minor = seen.captured.minor
        self.capture_before = seen.capture_before or self.capture_before


class OperationState(StrEnum):
    """How far an operation has come."""

    PLANNED = "planned"
    SENT = "sent"
    """About to be called, or called: only a look at the provider tells."""
    DONE = "done"
    FAILED = "failed"
    CALLED_OFF = "called_off"
    """Nobody wanted it any more, and it was never done."""


OVER = frozenset({OperationState.DONE, OperationState.FAILED, OperationState.CALLED_OFF})
"""States in which nothing more is done about an operation."""


class Operation(Table, table=True):
    """One change at the provider: planned with its cause, sent under a stored key, done once.

    A hold asked for without her is asked of `card`, which is `payer`'s; `advice` is what her bank
    asked of us when it said no, or held too short. A charge for a `disposition_id`'s piece is no
    part of the visit's bill: she agreed to it apart.
    """

    __table_args__ = (
        UniqueConstraint("order_id", "kind", "seq"),
        CheckConstraint("amount_minor >= 0 and attempts >= 0"),
        Index("operation_open", "state", postgresql_where="state in ('planned', 'sent')"),
        Index(
            "charged_once_for_a_piece",
            "disposition_id",
            unique=True,
            postgresql_where="state in ('planned', 'sent', 'done')",
        ),
        CheckConstraint("disposition_id is null or kind = 'charge'", name="only_charged_for_it"),
        CheckConstraint(
            "kind in ('save_card', 'release', 'refund')"
            f" or amount_minor >= {least_a_card_takes()}",
            name="a_card_takes_it",
        ),
    )

    id: UUID = id_field()
    order_id: UUID = belongs_to("orders.id", index=False)
    hold_id: UUID | None = belongs_to("hold.id", nullable=True)
    kind: payments.OperationKind = choice(payments.OperationKind)
    seq: int = 1
    key: str = Field(unique=True)
    amount_minor: int
    currency: str = Field(max_length=3)
    state: OperationState = choice(OperationState, OperationState.PLANNED)
    attempts: int = 0
    planned_at: datetime = moment()
    sent_at: datetime | None = moment(nullable=True)
    done_at: datetime | None = moment(nullable=True)
    result_id: str | None = None
    trouble: str | None = None
    broke: bool = False
    """Whether the provider answered with a failure of its own: read back before a retry."""
    payer: str | None = None
    card: str | None = None
    advice: payments.Advice | None = choice(payments.Advice, nullable=True)
    disposition_id: UUID | None = belongs_to("disposition.id", nullable=True, index=False)

    @property
    def amount(self) -> payments.Money:
        """How much it moves."""
        return payments.Money(self.amount_minor, self.currency)

    def stored(self, hold: str | None, *, wanted: bool = True) -> payments.Stored:
        """The operation as the steps of carrying it out see it; `hold` is the provider's name."""
        return payments.Stored(
            kind=self.kind,
            key=self.key,
            hold=hold,
            amount=self.amount,
            sent_at=self.sent_at,
            attempts=self.attempts,
            broke=self.broke,
            over=self.state in OVER,
            wanted=wanted,
        )

    def remember(self, stored: payments.Stored) -> None:
        """Write down, before the call, what was decided about it."""
        self.key, self.sent_at, self.broke = stored.key, stored.sent_at, stored.broke
        if stored.attempts > self.attempts:
            self.attempts, self.state = stored.attempts, OperationState.SENT

    def send(self, now: datetime, *, fresh: bool = False) -> None:
        """Write down, before the call, that a card page is asked for; under a fresh key if asked.

        A page that was made under the old key has an address nobody knows, and ends by itself.
        """
        if fresh:
            self.key, self.sent_at, self.broke = payments.next_key(self.key), None, False
        self.attempts += 1
        self.state = OperationState.SENT
        self.sent_at = self.sent_at or now

    @property
    def fact(self) -> str:
        """The operation's name at the provider, whatever the attempt."""
        return self.key.rpartition(":")[0]

    def finish(self, now: datetime, result_id: str) -> bool:
        """It is done at the provider; False when that was known already.

        What a person was called for, and then proves to be done, is done.
        """
        if self.state is OperationState.DONE:
            return False
        self.state, self.done_at, self.result_id = OperationState.DONE, now, result_id
        self.trouble = None
        return True

    def fail(self, now: datetime, trouble: str) -> None:
        """It cannot be done; a person takes over."""
        self.state, self.done_at, self.trouble = OperationState.FAILED, now, trouble

    def refuse(self, now: datetime, words: str, advice: payments.Advice) -> None:
        """Her bank said no, or held too short to be of use."""
        if self.state is not OperationState.DONE:
            self.state, self.done_at = OperationState.FAILED, now
        self.trouble, self.advice = words, advice

    def call_off(self, now: datetime) -> None:
        """Nobody wants it any more, and it was never done."""
        self.state, self.done_at = OperationState.CALLED_OFF, now


class LedgerEntry(Table, table=True):
    """One line of double entry. Append-only; a journal's lines sum to nothing.

    Units: `amount_minor` is debit when positive, credit when negative.
    """

    __table_args__ = (
        UniqueConstraint("journal", "account"),
        CheckConstraint("amount_minor <> 0"),
        CheckConstraint(f"account in {tuple(map(str, payments.Account))}", name="account_known"),
        CheckConstraint(
            "case when split_part(journal, ':', 2) in ('dispute_fee', 'dispute_fee_back')"
            " then account in ('dispute_fees', 'provider_balance')"
            " else account <> 'dispute_fees' end",
            name="fees_of_disputes_apart",
        ),
    )

    seq: int | None = Field(
        default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True)
    )
    journal: str = Field(index=True)
    order_id: UUID = belongs_to("orders.id")
    account: str
    amount_minor: int = Field(sa_type=BigInteger)
    currency: str = Field(max_length=3)
    at: datetime = moment()


class Notice(Table, table=True):
    """A webhook's word, kept once. `handled_at` is what makes it done, not its receipt."""

    id: str = Field(primary_key=True)
    kind: str
    object_id: str
    received_at: datetime = moment()
    handled_at: datetime | None = moment(nullable=True)

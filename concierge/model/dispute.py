"""A client's bank asks about a payment, or takes it back: what is shown to it, and how it ends."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

import payments

from .columns import belongs_to, choice, document, moment
from .refusals import BadRequest, TooLate, WrongStep
from .table import Table

ANSWERED = "This dispute was answered before, or has ended."


class Dispute(Table, table=True):
    """A dispute as last read at the provider, whose name for it is `id`, and our answer to it.

    `evidence` are the words to be handed in, field by field, as somebody looked them over;
    `receipt_file` is the provider's name of her receipt there, `photographs_file` that of the
    pieces' photographs. They are handed in once, under `key`, by whoever pressed; `handed_in_at`
    is when the provider had them. Or somebody gave in.
    """

    __table_args__ = (
        CheckConstraint("amount_minor > 0"),
        CheckConstraint("(sent_at is null) = (sent_by is null)", name="sent_by_somebody"),
        CheckConstraint("(sent_at is null) = (evidence = '{}')", name="sent_what"),
        CheckConstraint("handed_in_at is null or sent_at is not null", name="handed_in_if_sent"),
        CheckConstraint(
            "(state in ('won', 'lost')) = (ended_at is not null)", name="ended_when"
        ),
        CheckConstraint(
            "(given_in_at is null) = (given_in_by is null)"
            " and (given_in_at is null) = (given_in_why = '')",
            name="given_in_by_somebody_and_why",
        ),
        CheckConstraint("given_in_at is null or sent_at is null", name="answered_one_way"),
        Index(
            "dispute_to_carry", text("coalesce(sent_at, given_in_at)"),
            postgresql_where="handed_in_at is null and ended_at is null",
        ),
    )  # fmt: skip

    id: str = Field(primary_key=True)
    order_id: UUID = belongs_to("orders.id")
    hold_id: UUID = belongs_to("hold.id")
    case_id: UUID | None = belongs_to("person_case.id", nullable=True, index=False)
    state: payments.DisputeState = choice(payments.DisputeState)
    amount_minor: int
    currency: str = Field(max_length=3)
    reason: str
    taken: bool
    answer_by: datetime | None = moment(nullable=True)
    opened_at: datetime = moment()
    evidence: dict[str, str] = document()
    sent_at: datetime | None = moment(nullable=True)
    sent_by: str | None = None
    key: str = Field(unique=True)
    receipt_file: str | None = None
    photographs_file: str | None = None
    handed_in_at: datetime | None = moment(nullable=True)
    given_in_at: datetime | None = moment(nullable=True)
    given_in_by: str | None = None
    given_in_why: str = ""
    ended_at: datetime | None = moment(nullable=True)
    trouble: str | None = None

    @property
    def amount(self) -> payments.Money:
        """What her bank questions."""
        return payments.Money(self.amount_minor, self.currency)

    def as_read(self, hold: str) -> payments.Dispute:
        """The dispute as last read at the provider; `hold` is the provider's name of its hold."""
        return payments.Dispute(
            self.id, hold, self.amount, self.state, self.reason, self.taken, self.answer_by
        )

    @property
    def over(self) -> bool:
        """Whether nothing more comes of it."""
        return self.state in payments.DISPUTES_OVER

    @property
    def takes_evidence(self) -> bool:
        """Whether her bank still waits for ours."""
        waits = (payments.DisputeState.ASKED, payments.DisputeState.NEEDS_EVIDENCE)
        return not (self.sent_at or self.given_in_at) and self.state in waits

    @property
    def may_give_in(self) -> bool:
        """Whether somebody may let her have the money; while her bank only asks, she has none."""
        return self.takes_evidence and self.taken

    @property
    def to_carry(self) -> bool:
        """Whether her bank does not know yet what somebody decided."""
        decided = self.sent_at or self.given_in_at
        return decided is not None and self.handed_in_at is None and self.ended_at is None

    def read(self, seen: payments.Dispute, now: datetime) -> bool:
        """Take over what the provider says of it; whether it ended just now."""
        before = self.ended_at
        self.state, self.taken, self.reason = seen.state, seen.taken, seen.reason
        self.answer_by = seen.answer_by
        if seen.answered and self.sent_at is not None:
            self.handed_in_at = self.handed_in_at or now
        if seen.over:
            self.ended_at = self.ended_at or now
        return before is None and self.ended_at is not None

    def answer(self, evidence: dict[str, str], *, by: str, now: datetime) -> bool:
        """Somebody has looked the evidence over and hands it in; False when it was, by the same.

        Raises:
            TooLate: the time for it is over.
            WrongStep: it was answered before, or has ended.
        """
        if self.sent_at is not None and (self.evidence, self.sent_by) == (evidence, by):
            return False
        if not self.takes_evidence:
            raise WrongStep(ANSWERED)
        self._in_time(now)
        self.evidence, self.sent_at, self.sent_by, self.trouble = evidence, now, by, None
        return True

    def give_in(self, why: str, *, by: str, now: datetime) -> bool:
        """Somebody lets her have the money; False when the same did before.

        Raises:
            BadRequest: nobody says why.
            TooLate: the time for an answer is over.
            WrongStep: it was answered before, has ended, or her bank only asks.
        """
        why = why.strip()
        if self.given_in_at is not None and (self.given_in_why, self.given_in_by) == (why, by):
            return False
        if not why:
            raise BadRequest("Say in a word why we give in.", field="why")
        if not self.takes_evidence:
            raise WrongStep(ANSWERED)
        if not self.may_give_in:
            raise WrongStep("Her bank only asks; if she is right, pay her back instead.")
        self._in_time(now)
        self.given_in_at, self.given_in_by, self.given_in_why = now, by, why
        self.trouble = None
        return True

    def _in_time(self, now: datetime) -> None:
        if self.answer_by is not None and now >= self.answer_by:
            raise TooLate("The time for an answer is over.")

    def take_back(self, trouble: str) -> None:
        """The provider did not take our answer: a person decides once more."""
        self.evidence, self.sent_at, self.sent_by, self.trouble = {}, None, None, trouble
        self.given_in_at, self.given_in_by, self.given_in_why = None, None, ""
        self.key = payments.next_key(self.key)
        self.receipt_file = self.photographs_file = None

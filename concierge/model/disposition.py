"""A piece that came back damaged, or did not: what a person decides, and what she agrees to."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlmodel import Field

import payments

from .catalogue import PieceState
from .columns import belongs_to, cards_can_pay, choice, id_field, moment
from .refusals import BadRequest, WrongStep
from .table import Table


class Trouble(StrEnum):
    """What is wrong with a piece at the end of a visit."""

    DAMAGED = "damaged"
    MISSING = "missing"


class Decision(StrEnum):
    """What became of a damaged or missing piece."""

    TAKEN_BACK = "taken_back"
    """We take it as it is; nothing is charged."""
    FOUND = "found"
    """It was never lost; nothing is charged."""
    WRITTEN_OFF = "written_off"
    """It leaves our stock; nothing is charged."""
    CHARGED = "charged"
    """She agreed to pay for it, afterwards and apart from the rest, and did."""


PUT_BACK = {Trouble.DAMAGED: Decision.TAKEN_BACK, Trouble.MISSING: Decision.FOUND}
"""How putting a piece back on the shelf is called, by what was wrong with it."""


class Disposition(Table, table=True):
    """A piece left out of the visit's bill until a person has decided about it, once.

    `asked_minor` is what she is asked to pay for it and `question` why, in the words she reads;
    nothing is charged before she agreed, in `consent`'s words, at `consent_at`. `found_at` is when
    a piece that was decided to be gone came to light after all.
    """

    __table_args__ = (
        CheckConstraint("price_minor > 0"),
        CheckConstraint("asked_minor between 1 and price_minor", name="never_above_its_price"),
        cards_can_pay("asked_minor"),
        CheckConstraint("(asked_minor is null) = (asked_at is null)", name="asked_when"),
        CheckConstraint(
            "(asked_at is null) = (asked_by is null) and (asked_at is null) = (question = '')",
            name="asked_by_somebody",
        ),
        CheckConstraint("(consent is null) = (consent_at is null)", name="agreed_when"),
        CheckConstraint("consent is null or asked_minor is not null", name="agreed_to_what"),
        CheckConstraint(
            "declined_at is null or (asked_at is not null and consent is null)",
            name="agreed_or_declined",
        ),
        CheckConstraint("decision <> 'charged' or consent is not null", name="charged_if_agreed"),
        CheckConstraint("(decision is null) = (decided_at is null)", name="decided_when"),
        CheckConstraint(
            "(decision is null) = (decided_by is null) and (decision is null) = (why = '')",
            name="decided_by_somebody_and_why",
        ),
        CheckConstraint(
            "decision is null or (decision = 'found') <= (trouble = 'missing') and "
            "(decision = 'taken_back') <= (trouble = 'damaged')",
            name="decided_what_can_be",
        ),
        CheckConstraint("(found_at is null) = (found_by is null)", name="found_by_somebody"),
        CheckConstraint(
            "found_at is null or (trouble = 'missing' and decision in ('written_off', 'charged'))",
            name="found_what_was_gone",
        ),
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
    asked_minor: int | None = None
    asked_at: datetime | None = moment(nullable=True)
    asked_by: str | None = None
    question: str = ""
    consent: str | None = None
    consent_at: datetime | None = moment(nullable=True)
    declined_at: datetime | None = moment(nullable=True)
    decision: Decision | None = choice(Decision, nullable=True)
    decided_at: datetime | None = moment(nullable=True)
    decided_by: str | None = None
    why: str = ""
    found_at: datetime | None = moment(nullable=True)
    found_by: str | None = None

    @property
    def price(self) -> payments.Money:
        """What the piece costs."""
        return payments.Money(self.price_minor, self.currency)

    @property
    def asked(self) -> payments.Money | None:
        """What she is asked to pay for it."""
        return (
            None if self.asked_minor is None else payments.Money(self.asked_minor, self.currency)
        )

    @property
    def waits_for_her(self) -> bool:
        """Whether she was asked and has not answered."""
        answered = self.consent_at or self.declined_at
        return self.decision is None and self.asked_at is not None and not answered

    def ask(self, minor: int, question: str, *, by: str, now: datetime) -> None:
        """She is asked to pay this much for it; what she answered before counts no more.

        Raises:
            WrongStep: it is decided, or she was asked and has not answered.
            BadRequest: it is nothing, or more than its price, or she is not told why.
        """
        self._undecided()
        if self.waits_for_her:
            raise WrongStep("She was asked already and has not answered yet.")
        if not 0 < minor <= self.price_minor:
            raise BadRequest(
                "Ask for something, and never more than the piece's price.", field="amount"
            )
        asked = payments.Money(minor, self.currency)
        if not asked.payable:
            raise BadRequest(
                "No card pays so small a part: let the last figure be 0.", field="amount"
            )
        if asked.too_little:
            raise BadRequest(
                "A card is not asked for less than %(least)s.",
                field="amount",
                least=asked.askable(),
            )
        if not question.strip():
            raise BadRequest("Tell her why you ask.", field="question")
        self.asked_minor, self.asked_at, self.asked_by = minor, now, by
        self.question = question.strip()
        self.consent = self.consent_at = self.declined_at = None

    def agree(self, minor: int, words: str, now: datetime) -> bool:
        """She agrees to pay what she read; False when she did before.

        Raises:
            WrongStep: nothing is asked of her, or it is another amount than she read.
        """
        if self.consent is not None and minor == self.asked_minor:
            return False
        if not self.waits_for_her or minor != self.asked_minor:
            raise WrongStep("What we ask has changed; please look at it again.")
        self.consent, self.consent_at = words, now
        return True

    def decline(self, now: datetime) -> bool:
        """She does not agree; False when she said so before.

        Raises:
            WrongStep: nothing is asked of her.
        """
        if self.declined_at is not None and self.decision is None:
            return False
        if not self.waits_for_her:
            raise WrongStep("What we ask has changed; please look at it again.")
        self.declined_at = now
        return True

    def decide(self, decision: Decision, why: str, *, by: str, now: datetime) -> bool:
        """Decide about it, once; False when the very same was decided before.

        Raises:
            BadRequest: nobody says why.
            WrongStep: it was decided otherwise.
        """
        if not why.strip():
            raise BadRequest("Say in a word why you decide so.", field="why")
        if self.decision is decision:
            return False
        self._undecided()
        self.decision, self.decided_at, self.decided_by = decision, now, by
        self.why = why.strip()
        return True

    def find(self, *, by: str, now: datetime) -> bool:
        """It was decided to be gone, and came to light; False when that was known.

        Raises:
            WrongStep: it was not missing, or was never decided to be gone.
        """
        if self.found_at is not None:
            return False
        gone = self.decision in (Decision.WRITTEN_OFF, Decision.CHARGED)
        if self.trouble is not Trouble.MISSING or not gone:
            raise WrongStep("This piece was not lost.")
        self.found_at, self.found_by = now, by
        return True

    def whereto(self, hub: str, client: str) -> tuple[PieceState, str]:
        """The state and the holder that the decision gives the piece.

        What she paid its whole price for is hers; for less, a damaged piece stays with us and is
        mended.
        """
        match self.decision:
            case Decision.TAKEN_BACK | Decision.FOUND:
                return PieceState.SHELF, hub
            case Decision.CHARGED:
                whole = self.asked_minor == self.price_minor
                hers = whole or self.trouble is Trouble.MISSING
                return (PieceState.SOLD, client) if hers else (PieceState.REPAIR, hub)
            case _:
                return PieceState.WRITTEN_OFF, hub

    def _undecided(self) -> None:
        if self.decision is not None:
            raise WrongStep("This piece was decided about before; nothing was changed.")

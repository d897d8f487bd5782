"""What the house writes down about itself: events, messages, cases, and the audit."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, Identity, Index
from sqlmodel import Field

from .columns import belongs_to, document, id_field, moment
from .refusals import BadRequest, WrongStep
from .table import Table
from .told import Telling


def _counted() -> Any:
    return Field(
        default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True)
    )


class Event(Table, table=True):
    """Something screens want to know of. Written one at a time, so numbers commit in order.

    `topic` is whom it concerns: `day:<hub>:<date>`, `concierge:<id>`, `order:<id>`.
    """

    __table_args__ = (Index("event_topic", "topic", "seq"),)

    seq: int | None = _counted()
    topic: str
    kind: str
    content: dict[str, Any] = document()
    at: datetime = moment()


class Message(Table, table=True):
    """A letter to a client, in her language.

    `leads_to` is the page it is about, below our own address: whoever delivers it says the whole.
    """

    id: UUID = id_field()
    client_id: UUID | None = belongs_to("client.id", nullable=True)
    order_id: UUID | None = belongs_to("orders.id", nullable=True)
    email: str
    language: str = Field(max_length=2)
    subject: str
    body: str
    leads_to: str | None = None
    at: datetime = moment(index=True)


class Case(Telling, table=True):
    """Something a person must look at, until `closed_at`.

    Whoever takes it is its owner. `closed_by` and `closed_why` are a person's; both are empty
    when what it was about came right by itself.
    """

    __tablename__ = "person_case"  # pyright: ignore[reportAssignmentType] - "case" is SQL's word
    __table_args__ = (
        CheckConstraint("(owner_id is null) = (taken_at is null)", name="taken_when"),
        CheckConstraint("closed_by is null or closed_at is not null", name="closed_by_somebody"),
        CheckConstraint("(closed_by is null) = (closed_why = '')", name="closed_for_a_reason"),
        Index("person_case_open", "hub_id", "opened_at", postgresql_where="closed_at is null"),
    )

    id: UUID = id_field()
    hub_id: UUID = belongs_to("hub.id")
    order_id: UUID | None = belongs_to("orders.id", nullable=True)
    kind: str
    opened_at: datetime = moment()
    closed_at: datetime | None = moment(nullable=True)
    owner_id: UUID | None = belongs_to("account.id", nullable=True, index=False)
    taken_at: datetime | None = moment(nullable=True)
    closed_by: str | None = None
    closed_why: str = ""

    def take(self, owner: UUID, now: datetime) -> bool:
        """Somebody looks after it from now on; False when she did already.

        Raises:
            WrongStep: it has ended.
        """
        if self.closed_at is not None:
            raise WrongStep("This case has ended; nothing was changed.")
        if self.owner_id == owner:
            return False
        self.owner_id, self.taken_at = owner, now
        return True

    def end(self, why: str, *, by: str, now: datetime) -> bool:
        """A person is done with it; False when she ended it in these words before.

        Raises:
            BadRequest: she does not say why.
            WrongStep: it has ended otherwise.
        """
        if not why.strip():
            raise BadRequest("Say in a word why this case is done.", field="why")
        if self.closed_at is not None:
            if (self.closed_by, self.closed_why) == (by, why.strip()):
                return False
            raise WrongStep("This case has ended; nothing was changed.")
        self.closed_at, self.closed_by, self.closed_why = now, by, why.strip()
        return True


class AuditEntry(Table, table=True):
    """Who did what, when and why. Append-only; each entry carries the hash of the one before."""

    seq: int | None = _counted()
    at: datetime = moment()
    who: str
    what: str
    subject: str = Field(index=True)
    why: str = ""
    details: dict[str, Any] = document()
    previous: str
    hash: str


class Clock(Table, table=True):
    """The house's clock: the wall clock plus `shift_s`. A demo day can be moved; a real one is 0.

    `seen_at` is the latest moment the house knows it lived through.
    """

    id: int = Field(default=1, primary_key=True)
    shift_s: float = 0
    seen_at: datetime | None = moment(nullable=True)
    story_day: date | None = None

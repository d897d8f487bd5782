"""Who may sign in, and as what."""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from .columns import belongs_to, choice, id_field, moment
from .table import Table

LINK_LASTS = timedelta(minutes=15)
"""How long a sign-in link in a letter may be followed."""
SAME_ASKING = timedelta(minutes=1)
"""Asked for again so soon, it is the same link: one letter is on its way."""

TRIES_WINDOW = timedelta(minutes=15)
MOST_TRIES_PER_ACCOUNT = 10
MOST_TRIES_PER_ADDRESS = 60
"""Sign-in tries within `TRIES_WINDOW` before we ask to wait. Offices share an address."""

DEMO_PASSWORD = "orane"  # noqa: S105 - everyone in a demo is made up, and everyone may be them
"""What every account of a demo is opened with; its staff page says so."""


class Role(StrEnum):
    """What somebody is to the house."""

    VISITOR = "visitor"
    CLIENT = "client"
    CONCIERGE = "concierge"
    HUB = "hub"
    DISPATCHER = "dispatcher"
    OWNER = "owner"


class Account(Table, table=True):
    """A staff member's way in: an e-mail, kept in lower case, and a password known by its hash.

    Who has a hub acts within it; who has none, and the owner, everywhere.
    """

    __table_args__ = (
        CheckConstraint("email = lower(email)"),
        CheckConstraint("role in ('concierge', 'hub', 'dispatcher', 'owner')", name="staff_only"),
        CheckConstraint("(role = 'concierge') = (concierge_id is not null)"),
    )

    id: UUID = id_field()
    email: str = Field(unique=True)
    name: str
    password_hash: str
    role: Role = choice(Role)
    concierge_id: UUID | None = belongs_to("concierge.id", nullable=True)
    hub_id: UUID | None = belongs_to("hub.id", nullable=True)
    active: bool = True
    created_at: datetime = moment()


class SignInLink(Table, table=True):
    """A client's link in a letter: known by its hash, followed once, within `LINK_LASTS`."""

    id: UUID = id_field()
    token_hash: str = Field(unique=True)
    client_id: UUID = belongs_to("client.id")
    leads_to: str = "/"
    created_at: datetime = moment(index=True)
    followed_at: datetime | None = moment(nullable=True)

    def follow(self, now: datetime) -> bool:
        """Use the link up; False when it was followed before or is too old."""
        if self.followed_at is not None or now - self.created_at > LINK_LASTS:
            return False
        self.followed_at = now
        return True


class SignInTry(Table, table=True):
    """One try to sign in, counted against `about`: an account or a network address, hashed."""

    __table_args__ = (Index("sign_in_try_counted", "about", "at"),)

    id: UUID = id_field()
    about: str
    at: datetime = moment(index=True)

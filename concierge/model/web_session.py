"""A browser's visit to our pages."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from .columns import belongs_to, id_field, moment
from .table import Table

CLIENT_IDLE, CLIENT_LASTS = timedelta(days=30), timedelta(days=90)
STAFF_IDLE, STAFF_LASTS = timedelta(hours=14), timedelta(days=3)
SEEN_EVERY = timedelta(minutes=5)
"""How often a visit's last sign of life is written down."""


class WebSession(Table, table=True):
    """A browser's visit, known by the hash of the token in its cookie.

    It begins anonymous, holding a visitor's selection. Signing in never turns an old visit into a
    signed-in one: it ends the old and begins another with a new token. All its times are the
    machine's own, whatever the demo's clock shows.
    """

    __table_args__ = (CheckConstraint("account_id is null or client_id is null"),)

    id: UUID = id_field()
    token_hash: str = Field(unique=True)
    account_id: UUID | None = belongs_to("account.id", nullable=True)
    client_id: UUID | None = belongs_to("client.id", nullable=True)
    selection_id: UUID | None = belongs_to("selection.id", nullable=True)
    language: str | None = Field(default=None, max_length=2)
    proven: bool = False
    """Whether the client showed that her mailbox is hers. Ordering alone shows nothing."""
    created_at: datetime = moment()
    seen_at: datetime = moment(index=True)
    ended_at: datetime | None = moment(nullable=True)

    def alive(self, now: datetime) -> bool:
        """Whether it still counts: not ended, not left idle, not too old."""
        idle, lasts = (
            (CLIENT_IDLE, CLIENT_LASTS) if self.account_id is None else (STAFF_IDLE, STAFF_LASTS)
        )
        return (
            self.ended_at is None and now - self.seen_at <= idle and now - self.created_at <= lasts
        )

    def stale(self, now: datetime) -> bool:
        """Whether its last sign of life should be written down again."""
        return now - self.seen_at > SEEN_EVERY

"""What a client wants to try."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import UniqueConstraint

from .columns import belongs_to, id_field, moment
from .table import Table

MOST_PIECES = 12
"""The most pieces one visit brings: what a concierge carries in two bags."""


class Selection(Table, table=True):
    """The pieces a visitor is gathering. It becomes a client's when she orders."""

    id: UUID = id_field()
    client_id: UUID | None = belongs_to("client.id", nullable=True)
    created_at: datetime = moment()


class SelectionLine(Table, table=True):
    """One variant in a selection. The same style may be there in two sizes."""

    __table_args__ = (UniqueConstraint("selection_id", "variant_id"),)

    id: UUID = id_field()
    selection_id: UUID = belongs_to("selection.id", index=False)
    variant_id: UUID = belongs_to("variant.id", index=False)

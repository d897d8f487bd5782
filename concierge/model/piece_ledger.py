"""Who had which piece when, and for whom it is set aside."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, Identity, Index, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlmodel import Field

from .catalogue import PieceState
from .columns import belongs_to, choice, id_field, moment
from .table import Table


class Reservation(Table, table=True):
    """A piece set aside for an order while `[opens, closes)`. Never for two at once."""

    __table_args__ = (
        CheckConstraint("opens < closes"),
        ExcludeConstraint(
            ("hub_id", "="),
            ("piece_id", "="),
            (text("tstzrange(opens, closes)"), "&&"),
            name="no_piece_in_two_places",
            where=text("released_at is null"),
        ),
        Index("reservation_order", "order_id"),
    )

    id: UUID = id_field()
    hub_id: UUID = belongs_to("hub.id", index=False)
    piece_id: UUID = belongs_to("piece.id", index=False)
    order_id: UUID = belongs_to("orders.id", index=False)
    opens: datetime = moment()
    closes: datetime = moment()
    released_at: datetime | None = moment(nullable=True)


class PieceMove(Table, table=True):
    """One step in a piece's life. Append-only: the database refuses changes."""

    __table_args__ = (Index("piece_move_piece", "piece_id", "seq"),)

    seq: int | None = Field(
        default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True)
    )
    piece_id: UUID = belongs_to("piece.id", index=False)
    order_id: UUID | None = belongs_to("orders.id", nullable=True, index=False)
    state: PieceState = choice(PieceState)
    holder: str
    at: datetime = moment()
    by: str

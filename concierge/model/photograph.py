"""Photographs of pieces: how they went out, and how they came back."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Index, LargeBinary
from sqlmodel import Field

from .columns import choice, moment
from .table import Table

MOST_PHOTOGRAPHS = 12
"""Of one piece at one visit."""
LARGEST_PHOTOGRAPH = 2_000_000
"""In bytes, as it is kept."""


class Taken(StrEnum):
    """When a piece was photographed."""

    OUT = "out"
    BACK = "back"


class Photograph(Table, table=True):
    """A piece of a visit as a concierge saw it. `id` is her phone's; only colleagues see it.

    `content` is a JPEG that we made ourselves from what the phone sent: pixels, and nothing else.
    """

    __table_args__ = (
        ForeignKeyConstraint(
            ["order_id", "piece_id"], ["order_line.order_id", "order_line.piece_id"]
        ),
        CheckConstraint(
            f"octet_length(content) between 1 and {LARGEST_PHOTOGRAPH}", name="photograph_size"
        ),
        Index("photograph_order", "order_id", "piece_id"),
    )

    id: UUID = Field(primary_key=True)
    order_id: UUID
    piece_id: UUID
    taken: Taken = choice(Taken)
    at: datetime = moment()
    received_at: datetime = moment()
    by: str
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))

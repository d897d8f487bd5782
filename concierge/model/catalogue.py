"""What may be tried at home: houses, styles, variants, and each tagged piece."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

import payments

from .columns import belongs_to, cards_can_pay, choice, id_field, least_a_card_takes, texts
from .table import Table

FAMILIES: dict[str, tuple[str, ...]] = {
    "coats": ("coat", "jacket"),
    "tailoring": ("blazer", "trousers"),
    "dresses": ("dress", "jumpsuit"),
    "tops": ("blouse", "shirt", "tshirt"),
    "knitwear": ("knit",),
    "skirts": ("skirt", "jeans"),
    "shoes": ("boot", "loafer", "pump", "sandal", "sneaker"),
    "bags": ("bag",),
    "accessories": ("belt", "gloves", "hat", "scarf"),
}
"""The rails a client walks along, and the categories that hang on each."""
CATEGORIES = frozenset(category for rail in FAMILIES.values() for category in rail)


class House(Table, table=True):
    """A fashion house we carry."""

    id: UUID = id_field()
    name: str = Field(unique=True)
    line: str


class Style(Table, table=True):
    """A design, in whatever colours and sizes it comes.

    `drawing` is what `garments.draw` needs: `{"category": "coat", "cut": "midi-notch"}`.
    `search` is the folded text that words are matched against. `vat_bp` is its own VAT rate in
    hundredths of a percent, None where the hub's is its.
    """

    __table_args__ = (
        CheckConstraint("price_minor > 0"),
        cards_can_pay("price_minor"),
        CheckConstraint(f"price_minor >= {least_a_card_takes()}", name="a_card_takes_it"),
        CheckConstraint("vat_bp between 0 and 10000", name="vat_is_a_rate"),
        Index(
            "style_search", "search", postgresql_using="gin",
            postgresql_ops={"search": "gin_trgm_ops"},
        ),
    )  # fmt: skip

    id: UUID = id_field()
    house_id: UUID = belongs_to("house.id")
    slug: str = Field(unique=True)
    name: str
    description: str
    category: str = Field(index=True)
    occasions: list[str] = texts()
    material: str
    care: str
    price_minor: int
    currency: str = Field(max_length=3)
    load: int = 1
    drawing: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    search: str
    listed: bool = True
    vat_bp: int | None = None

    @property
    def price(self) -> payments.Money:
        """What one costs."""
        return payments.Money(self.price_minor, self.currency)


class Variant(Table, table=True):
    """A style in one colour and size."""

    id: UUID = id_field()
    style_id: UUID = belongs_to("style.id")
    sku: str = Field(unique=True)
    colour: str
    shade: str
    """The colour as `#rrggbb`, for drawing."""
    size: str
    size_rank: int = 0


class PieceState(StrEnum):
    """Where a tagged piece is in its life. One state at every moment."""

    SHELF = "shelf"
    BAG = "bag"
    VAN = "van"
    WITH_CLIENT = "with_client"
    RETURNING = "returning"
    INSPECTION = "inspection"
    REPAIR = "repair"
    SOLD = "sold"
    LOST = "lost"
    WRITTEN_OFF = "written_off"
    """It is gone, and we look for it no more."""


LENDABLE = frozenset(
    {
        PieceState.SHELF,
        PieceState.BAG,
        PieceState.VAN,
        PieceState.WITH_CLIENT,
        PieceState.RETURNING,
        PieceState.INSPECTION,
    }
)
"""States from which a piece can be promised for a later day."""


class Piece(Table, table=True):
    """One garment with its tag. `holder` is who has it: `hub:…`, `concierge:…` or `client:…`."""

    __table_args__ = (Index("piece_stock", "hub_id", "variant_id"),)

    id: UUID = id_field()
    hub_id: UUID = belongs_to("hub.id", index=False)
    variant_id: UUID = belongs_to("variant.id")
    tag: str = Field(unique=True)
    state: PieceState = choice(PieceState, PieceState.SHELF)
    holder: str

    def come_back(self, holder: str) -> bool:
        """Sold, and given back: ours again, on the shelf. False when it was not sold."""
        if self.state is not PieceState.SOLD:
            return False
        self.state, self.holder = PieceState.SHELF, holder
        return True

    def change_hands(self, holder: str) -> bool:
        """Sold, and carried back to be looked at; hers still. False when it is there already."""
        if self.state is not PieceState.SOLD or self.holder == holder:
            return False
        self.holder = holder
        return True

    def go(self, state: PieceState, holder: str) -> bool:
        """Move to a state and a holder; False when it was there already, or is sold."""
        if self.state is PieceState.SOLD or (self.state, self.holder) == (state, holder):
            return False
        self.state, self.holder = state, holder
        return True

"""A receipt on paper: every word as it is printed, in her language."""

from datetime import datetime

import msgspec

from .typeset import typeset


class Row(msgspec.Struct, frozen=True):
    """A piece: its name, its house and size, what became of it, its price; `off` if not paid."""

    name: str
    detail: str
    verdict: str
    amount: str
    off: bool


class Sum(msgspec.Struct, frozen=True):
    """One line of the bill; the `main` ones are what it comes to."""

    label: str
    amount: str
    main: bool = False


class Line(msgspec.Struct, frozen=True):
    """A row of a small table: what it is, what stands small below that, and its amounts."""

    name: str
    amounts: list[str]
    under: str = ""


class Table(msgspec.Struct, frozen=True):
    """A small table: its title, its head, its rows, and the line it comes to if it has one."""

    title: str
    head: list[str]
    rows: list[Line]
    total: Line | None = None


class ReceiptSheet(msgspec.Struct, frozen=True, kw_only=True):
    """All that is printed. `rtl` turns the whole page round."""

    language: str
    rtl: bool
    house: str
    title: str
    facts: list[tuple[str, str]]
    pieces_title: str
    pieces_head: list[str]
    pieces: list[Row]
    sums: list[Sum]
    card: Table
    vat: Table
    notes: list[str]
    seller: list[str]
    page: str


def receipt_pdf(sheet: ReceiptSheet, *, at: datetime) -> bytes:
    """The receipt as a tagged PDF.

    Raises:
        FontsMissing: set-up has not made the fonts.
    """
    return typeset("receipt", sheet, at=at)

"""Clients, their addresses and what they like."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlmodel import Field

import routing

from .columns import belongs_to, document, id_field, moment
from .table import Table

LANGUAGES = ("en", "sv", "fr", "ar")
"""The languages the house speaks with clients."""


class Client(Table, table=True):
    """A client. Staff screens, labels and messages show `shown_as`, never more.

    `sizes` is `{"dress": "38", "shoe": "39"}`. `payments_customer` is the provider's id.
    """

    __table_args__ = (CheckConstraint(f"language in {LANGUAGES}"),)

    id: UUID = id_field()
    email: str | None = Field(default=None, unique=True)
    name: str
    alias: str | None = None
    phone: str | None = None
    language: str = Field(default="en", max_length=2)
    sizes: dict[str, Any] = document()
    payments_customer: str | None = None
    created_at: datetime = moment()

    @property
    def shown_as(self) -> str:
        """The name the house uses: her alias, if she chose one."""
        return self.alias or self.name


class Address(Table, table=True):
    """Where a client wants us. `approximate` when the house number was placed along its street."""

    id: UUID = id_field()
    client_id: UUID = belongs_to("client.id")
    street: str
    detail: str = ""
    access: str = ""
    longitude: float
    latitude: float
    approximate: bool = False

    @property
    def place(self) -> routing.Place:
        """Where it is."""
        return routing.Place(self.longitude, self.latitude)


class Preference(Table, table=True):
    """Something we know of a client, and how we know it."""

    id: UUID = id_field()
    client_id: UUID = belongs_to("client.id")
    words: str
    source: str
    confirmed: bool
    at: datetime = moment()

"""The few column shapes every table shares."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, DateTime, Enum, ForeignKey, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field
from uuid_utils.compat import uuid7

import payments


def new_id() -> UUID:
    """A time-ordered id (UUIDv7), made here so that a row knows its name before it is written."""
    return uuid7()


def id_field() -> Any:
    """The primary key of a table whose rows we name."""
    return Field(default_factory=new_id, primary_key=True)


def belongs_to(column: str, *, nullable: bool = False, index: bool = True, **more: Any) -> Any:
    """A reference to another table's row, `"table.column"`."""
    default: dict[str, Any] = {"default": None} if nullable else {}
    return Field(
        sa_column=Column(ForeignKey(column), nullable=nullable, index=index, **more), **default
    )


def moment(*, nullable: bool = False, index: bool = False) -> Any:
    """A point in time, with its zone."""
    default: dict[str, Any] = {"default": None} if nullable else {}
    return Field(
        sa_column=Column(DateTime(timezone=True), nullable=nullable, index=index), **default
    )


def choice(kind: type[StrEnum], default: StrEnum | None = None, *, nullable: bool = False) -> Any:
    """One of an enum's members, kept as its text and checked by the database."""
    column: Column[Any] = Column(
        Enum(
            kind,
            native_enum=False,
            create_constraint=True,
            length=24,
            name=f"{kind.__name__.lower()}_known",
            values_callable=lambda members: [member.value for member in members],  # pyright: ignore[reportUnknownLambdaType, reportUnknownMemberType, reportUnknownVariableType]
        ),
        nullable=nullable,
    )
    if nullable:
        return Field(default=default, sa_column=column)
    return Field(sa_column=column) if default is None else Field(default=default, sa_column=column)


def cards_can_pay(*amounts: str) -> CheckConstraint:
    """See that these columns are no finer than cards pay: of three decimals the last is 0."""
    whole = " and ".join(f"{amount} % 10 = 0" for amount in amounts)
    three = ", ".join(
        repr(each) for each, places in sorted(payments.EXPONENTS.items()) if places > 2
    )
    return CheckConstraint(f"currency not in ({three}) or {whole}", name="prices_cards_can_pay")


def least_a_card_takes() -> str:
    """In SQL, the least that a card can be asked for, by the row's `currency`."""
    cases = " ".join(f"when '{each}' then {least}" for each, least in payments.LEAST.items())
    return f"case currency {cases} else 1 end"


def texts() -> Any:
    """A list of short texts."""
    return Field(default_factory=list, sa_column=Column(ARRAY(Text), nullable=False))


def document(*, nullable: bool = False) -> Any:
    """A small JSON document."""
    if nullable:
        return Field(default=None, sa_column=Column(JSONB, nullable=True))
    return Field(default_factory=dict, sa_column=Column(JSONB, nullable=False))

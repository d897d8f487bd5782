"""A visit as its concierge sees it: who, where, what she brings, and what became of it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

import payments
from concierge.model import OrderState, Step

from .hold_lines import HoldLine

Picture = Callable[[Mapping[str, str], str], str]
"""Where the pages show a style's drawing in a shade."""


class KnownPreference(msgspec.Struct, frozen=True):
    """Something she likes; `confirmed` by herself, or only observed by one of us."""

    words: str
    source: str
    confirmed: bool


class Door(msgspec.Struct, frozen=True):
    """Where to ring, and how to get in."""

    street: str
    detail: str
    access: str
    longitude: float
    latitude: float
    approximate: bool


class Brief(msgspec.Struct, frozen=True):
    """The client, as she wants to be spoken to."""

    shown_as: str
    language: str
    preferences: list[KnownPreference]


class Look(msgspec.Struct, frozen=True):
    """A piece's size and colour, in somebody's language."""

    size: str
    colour: str


class BroughtPiece(msgspec.Struct, frozen=True):
    """One piece of the visit, at the price she saw, and its verdict once there is one.

    `added` when it joined at the door; `hers` is its look in the client's language.
    """

    id: UUID
    tag: str
    style: str
    house: str
    size: str
    colour: str
    image: str
    price: payments.Money
    verdict: str | None
    reason: str | None
    condition: str | None
    added: bool
    hers: Look | None = None


class HoldWanted(msgspec.Struct, frozen=True):
    """More that was asked of her at the door, and is not held yet."""

    id: UUID
    amount: payments.Money
    at: datetime


class StepTaken(msgspec.Struct, frozen=True):
    """How far the visit has come, and when."""

    step: Step
    at: datetime


MoneyState = Literal["settling", "charged", "released", "troubled"]


class Receipt(msgspec.Struct, frozen=True):
    """What the list she confirmed means in money.

    `settling` until the provider has done it; `charged` when something was taken, `released` when
    nothing was; `troubled` when a person has taken over. `holds` tells each hold by itself.
    `due` is after the `gesture`, and without what is `disputed`: damaged or not there.
    """

    key: UUID
    state: MoneyState
    kept: int
    returned: int
    disputed: int
    gesture: payments.Money | None
    due: payments.Money
    released: payments.Money
    reference: str
    holds: list[HoldLine]
    recorded_at: datetime
    settled_at: datetime | None


class Visit(msgspec.Struct, frozen=True):
    """One stop of a concierge's day. `ready` when a card is held, so pieces may change hands.

    `phones` are those that told of it from the door: two of them may confirm two lists.
    `turned_away` is when nobody opened last: steps until then count no more. `gesture_limit` is
    the most that may be given away here. `held_now` is what can be captured: she keeps no more
    than that before the `second_hold` asked of her is confirmed. At a visit that `collects` she
    hands pieces over, and nothing is held.
    """

    order: UUID
    reference: str
    number: int
    state: OrderState
    ready: bool
    opens: datetime
    closes: datetime
    departs: datetime
    arrives: datetime
    starts: datetime
    ends: datetime
    drive_s: int
    client: Brief
    door: Door
    pieces: list[BroughtPiece]
    held: payments.Money
    held_now: payments.Money
    second_hold: HoldWanted | None
    gesture_limit: payments.Money
    steps: list[StepTaken]
    phones: list[UUID]
    turned_away: datetime | None
    early: bool
    receipt: Receipt | None
    collects: bool

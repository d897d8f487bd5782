"""A past for a demo: holds that were made, and what became of them, before anybody looked.

`POST /_sandbox/past` takes `{"holds": [...]}`, each as `Told` says it. They go through the same
rules as every other hold, at the moments told, but no notice of them is sent: who tells a past
knows it already. Telling the same hold again changes nothing.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from . import intents, shapes
from .params import Params, Tree
from .store import Doc
from .world import Clock, World


@dataclass(frozen=True, slots=True)
class Told:
    """One hold of the past. Ids are the teller's; amounts are in minor units.

    `captured` is None while it is held; 0 says that it was given back whole.
    """

    id: str
    order: str
    op: str
    customer: str
    email: str | None
    name: str | None
    card: str
    amount: int
    currency: str
    description: str
    held_at: str
    captured: int | None = None
    settled_at: str | None = None
    settled_op: str | None = None


class _Then(Clock):
    """A clock that stands still at a moment of the past."""

    moment: datetime

    def now(self) -> int:
        """Seconds since 1970 at that moment."""
        return int(self.moment.timestamp())


def tell_past(world: World, holds: list[dict[str, Any]]) -> dict[str, int]:
    """Write these holds down; how many were new.

    Raises:
        TypeError: one of them is not told as `Told` says.
        Refusal: a card or an amount is none that could have been held.
    """
    told = [Told(**each) for each in holds]
    new = [each for each in told if world.store.get("payment_intent", each.id) is None]
    for each in new:
        _hold(world, each)
    return {"new": len(new), "known": len(told) - len(new)}


def _hold(world: World, told: Told) -> None:
    then = _at(world, told.held_at)
    who = _customer(then, told)
    card = intents.ready_made(then, told.card)
    card |= {"customer": who["id"]}
    then.store.put(card)
    intent = shapes.intent(told.id, then.clock.now(), told.amount, told.currency.lower())
    intent |= {
        "customer": who["id"],
        "description": told.description,
        "metadata": {"op": told.op, "order": told.order},
        "payment_method": card["id"],
        "setup_future_usage": "off_session",
    }
    then.store.put(intent)
    intents.authorise(then, intent, card)
    if told.captured is None or told.settled_at is None:
        return
    later = _at(world, told.settled_at)
    if told.captured == 0:
        intents.close(later, world.fetch("payment_intent", told.id), "requested_by_customer")
        return
    asked: Tree = {"amount_to_capture": str(told.captured)}
    if told.settled_op is not None:
        asked["metadata"] = {"capture_op": told.settled_op}
    intents.capture(later, told.id, Params(asked))


def _at(world: World, moment: str) -> World:
    """The same world at a moment of its past, with nobody listening."""
    then = World(world.store, webhook_url=None)
    clock = _Then(world.store)
    clock.moment = datetime.fromisoformat(moment)
    if clock.moment.tzinfo is None:
        raise ValueError(f"{moment} needs a time zone.")
    then.clock = clock
    return then


def _customer(then: World, told: Told) -> Doc:
    known = then.store.get("customer", told.customer)
    if known is not None:
        return known
    made = shapes.customer(told.customer, then.clock.now(), told.email, told.name)
    return then.store.put(made)

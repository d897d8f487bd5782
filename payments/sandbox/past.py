"""A past for a demo: cards that were kept, holds that were made, and what became of them.

`POST /_sandbox/past` takes `{"holds": [...], "cards": [...]}`, each as `Told` and `Card` say it.
They go through the same rules as every other hold, at the moments told, but no notice of them is
sent: who tells a past knows it already. Telling the same again changes nothing.
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

    `captured` is None while it is held; 0 says that it was given back whole. `payment_method`
    names a card told before; without one a new card of that kind is held. `off_session` says that
    it was held without her.
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
    payment_method: str | None = None
    off_session: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """One card she left for later. `card` is the token of a test card."""

    id: str
    customer: str
    email: str | None
    name: str | None
    card: str
    saved_at: str


class _Then(Clock):
    """A clock that stands still at a moment of the past."""

    moment: datetime

    def now(self) -> int:
        """Seconds since 1970 at that moment."""
        return int(self.moment.timestamp())


def tell_past(
    world: World, holds: list[dict[str, Any]], cards: list[dict[str, Any]]
) -> dict[str, int]:
    """Write these cards and holds down; how many holds were new.

    Raises:
        TypeError: one of them is not told as `Told` says.
        Refusal: a card or an amount is none that could have been held.
    """
    for card in [Card(**each) for each in cards]:
        if world.store.get("payment_method", card.id) is None:
            _keep(world, card)
    told = [Told(**each) for each in holds]
    new = [each for each in told if world.store.get("payment_intent", each.id) is None]
    for each in new:
        _hold(world, each)
    return {"new": len(new), "known": len(told) - len(new)}


def _keep(world: World, told: Card) -> None:
    then = _at(world, told.saved_at)
    card = intents.ready_made(then, told.card, told.id)
    then.store.put({**card, "customer": _customer(then, told)["id"]})


def _hold(world: World, told: Told) -> None:
    then = _at(world, told.held_at)
    who = _customer(then, told)
    if told.payment_method is not None:
        card = then.fetch("payment_method", told.payment_method)
    else:
        card = then.store.put({**intents.ready_made(then, told.card), "customer": who["id"]})
    intent = shapes.intent(told.id, then.clock.now(), told.amount, told.currency.lower())
    intent |= {
        "customer": who["id"],
        "description": told.description,
        "metadata": {"op": told.op, "order": told.order},
        "payment_method": card["id"],
        "setup_future_usage": "off_session",
    }
    then.store.put(intent)
    intents.authorise(then, intent, card, off_session=told.off_session)
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


def _customer(then: World, told: Told | Card) -> Doc:
    known = then.store.get("customer", told.customer)
    if known is not None:
        return known
    made = shapes.customer(told.customer, then.clock.now(), told.email, told.name)
    return then.store.put(made)

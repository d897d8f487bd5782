"""What time alone does: holds lapse, pages close, refunds end, disputes are lost, keys fade."""

from collections.abc import Callable

from . import disputes, intents, refunds, sessions
from .store import Doc
from .world import World

KEY_LIFE_S = 24 * 3_600
LAPSE: dict[str, Callable[[World, Doc], object]] = {
    "checkout.session": sessions.lapse,
    "dispute": disputes.lapse,
    "payment_intent": intents.lapse,
    "refund": refunds.lapse,
}


def pass_time(world: World) -> None:
    """Bring the world up to its clock. Runs inside a transaction, before every request."""
    now = world.clock.now()
    for doc in world.store.due(now):
        _come_due(world, doc)
    world.store.forget_answers(now - KEY_LIFE_S)


def _come_due(world: World, doc: Doc) -> None:
    LAPSE[doc["object"]](world, doc)

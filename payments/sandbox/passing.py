"""What time alone does: holds lapse, pages close, keys are forgotten."""

from . import intents, sessions
from .store import Doc
from .world import World

KEY_LIFE_S = 24 * 3_600


def pass_time(world: World) -> None:
    """Bring the world up to its clock. Runs inside a transaction, before every request."""
    now = world.clock.now()
    for doc in world.store.due(now):
        _come_due(world, doc)
    world.store.forget_answers(now - KEY_LIFE_S)


def _come_due(world: World, doc: Doc) -> None:
    if doc["object"] == "payment_intent":
        intents.lapse(world, doc)
    else:
        sessions.lapse(world, doc)

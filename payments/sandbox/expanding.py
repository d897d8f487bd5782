"""Puts whole objects where their ids stand, for those who ask: `expand[0]=latest_charge`."""

from typing import Any, cast

from .refusals import invalid
from .store import Doc
from .world import World

KINDS = {
    "charge": "charge",
    "customer": "customer",
    "latest_charge": "charge",
    "payment_intent": "payment_intent",
    "payment_method": "payment_method",
    "setup_intent": "setup_intent",
}


def check(paths: list[str]) -> list[str]:
    """The same paths, before any work is done for them.

    Raises:
        Refusal: one of them leads nowhere.
    """
    for path in paths:
        for part in path.split("."):
            if part != "data" and part not in KINDS:
                raise invalid(f"This property cannot be expanded ({part}).", "expand")
    return paths


def expand(world: World, doc: Doc, paths: list[str]) -> Doc:
    """The same object with these parts in full. Nested parts are written with dots."""
    for path in paths:
        _fill(world, doc, path.split("."))
    return doc


def _fill(world: World, doc: Any, path: list[str]) -> None:
    if isinstance(doc, list):
        for each in cast("list[Any]", doc):
            _fill(world, each, path)
    elif isinstance(doc, dict) and path:
        _fill_one(world, cast("Doc", doc), *path)


def _fill_one(world: World, doc: Doc, first: str, *rest: str) -> None:
    if isinstance(doc.get(first), str):
        doc[first] = world.store.get(KINDS[first], doc[first])
    _fill(world, doc.get(first), list(rest))

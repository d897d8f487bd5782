"""Lists and searches, newest first."""

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase

from . import shapes
from .params import Params
from .refusals import invalid
from .store import Doc
from .world import World

PAGING = ("ending_before", "expand", "limit", "starting_after")
FOR_EVER = 10**12
QUERY = re.compile(r"""metadata\[['"](op|order)['"]\]:['"]((?:[^'"\\]|\\.)*)['"]""")


def listed(world: World, params: Params, kind: str, url: str, filters: Iterable[str]) -> Doc:
    """Objects of a kind with the values asked for."""
    params.only((*PAGING, "created", *filters))
    where = {name: params.text(name) for name in filters}
    found = world.store.find(kind, where, made=_made(params))
    return shapes.listing(_after(found, params), url, _limit(params))


def events(world: World, params: Params) -> Doc:
    """Events by their names (`charge.*` is all of a charge's), and by whether they arrived."""
    params.only((*PAGING, "created", "delivery_success", "type", "types"))
    names = params.words("types") if "types" in params.root else []
    if (one := params.text("type")) is not None:
        names.append(one)
    found = [
        event
        for event in world.store.find("event", made=_made(params))
        if not names or any(fnmatchcase(event["type"], name) for name in names)
    ]
    if "delivery_success" in params.root:
        arrived = params.flag("delivery_success")
        found = [event for event in found if (event["pending_webhooks"] == 0) is arrived]
    return shapes.listing(_after(found, params), "/v1/events", _limit(params))


def search(world: World, params: Params) -> Doc:
    """Intents by what we wrote on them: `metadata['op']:'…'`. Stripe's own may lag; this does not.

    Source: Stripe, "Search query language", read November 2026.
    """
    params.only(("expand", "limit", "page", "query"))
    query = QUERY.fullmatch(params.must("query").strip())
    if query is None:
        raise invalid("The sandbox searches metadata['op'] and metadata['order'].", "query")
    word, value = query[1], re.sub(r"\\(.)", r"\1", query[2])
    found = world.store.find("payment_intent", {f"metadata.{word}": value})
    return shapes.search_result(found, "/v1/payment_intents/search", _limit(params))


def _after(found: list[Doc], params: Params) -> list[Doc]:
    after = params.text("starting_after")
    if after is None:
        return found
    places = [place for place, doc in enumerate(found, start=1) if doc["id"] == after]
    return found[places[0] :] if places else []


def _made(params: Params) -> tuple[int, int]:
    """From when, and until before when, in seconds; without a wish all there is."""
    if "created" not in params.root:
        return 0, FOR_EVER
    if isinstance(params.root["created"], str):
        exact = params.integer("created") or 0
        return exact, exact + 1
    wish = params.inner("created").only(("gt", "gte", "lt", "lte"))
    since = max(wish.integer("gte", 0) or 0, (wish.integer("gt", -1) or 0) + 1)
    before = wish.integer("lt", FOR_EVER) or 0
    return since, min(before, (wish.integer("lte", FOR_EVER) or 0) + 1)


def _limit(params: Params) -> int:
    limit = params.integer("limit", 10) or 0
    if not 1 <= limit <= 100:
        raise invalid("`limit` is between 1 and 100.", "limit", "parameter_invalid_integer")
    return limit

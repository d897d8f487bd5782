"""Lists and searches, newest first."""

import re
from collections.abc import Iterable

from . import shapes
from .params import Params
from .refusals import invalid
from .store import Doc
from .world import World

PAGING = ("ending_before", "expand", "limit", "starting_after")
QUERY = re.compile(r"""metadata\[['"](op|order)['"]\]:['"]((?:[^'"\\]|\\.)*)['"]""")


def listed(world: World, params: Params, kind: str, url: str, filters: Iterable[str]) -> Doc:
    """Objects of a kind with the values asked for."""
    params.only((*PAGING, *filters))
    where = {name: params.text(name) for name in filters}
    found = world.store.find(kind, where)
    if (after := params.text("starting_after")) is not None:
        places = [place for place, doc in enumerate(found, start=1) if doc["id"] == after]
        found = found[places[0] :] if places else []
    return shapes.listing(found, url, _limit(params))


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


def _limit(params: Params) -> int:
    limit = params.integer("limit", 10) or 0
    if not 1 <= limit <= 100:
        raise invalid("`limit` is between 1 and 100.", "limit", "parameter_invalid_integer")
    return limit

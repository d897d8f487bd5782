"""The boutique and the selection as JSON."""

from uuid import UUID

from litestar import delete, get, put
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, FromQuery

from concierge.desk.browse import LookedFor, Shelf, Sorting, browse
from concierge.desk.choose_pieces import (
    SelectionShown,
    add_piece,
    chosen_variants,
    remove_piece,
    show_selection,
)
from concierge.desk.show_style import StyleShown, show_style
from concierge.model.refusals import NotAllowed
from concierge.store.clock import now
from concierge.store.transaction import transaction
from concierge.web.doors import Asked, doors
from concierge.web.garments import address
from concierge.web.session import me
from concierge.web.wire import no

from .said import FOR_SHOPPERS, NOT_HERS, NOT_MEANT, READ_BADLY

TAGS = ["boutique"]


@get("/api/pieces", operation_id="Browse", tags=TAGS, responses=READ_BADLY)
async def pieces(
    request: Asked,
    words: FromQuery[str] = "",
    family: FromQuery[str] = "",
    occasion: FromQuery[str] = "",
    size: FromQuery[str] = "",
    colour: FromQuery[str] = "",
    least: FromQuery[int | None] = None,
    most: FromQuery[int | None] = None,
    sorting: FromQuery[Sorting] = Sorting.OURS,
    page: FromQuery[int] = 1,
) -> Shelf:
    """A page of the boutique. Prices are in whole units of the currency, both ends included."""
    looked_for = LookedFor(words[:120], family, occasion, size, colour, least, most, sorting, page)
    async with transaction(doors(request).engine) as session:
        return await browse(session, looked_for, picture=address)


@get("/api/pieces/{slug:str}", operation_id="Piece", tags=TAGS, responses=NOT_HERS)
async def piece(request: Asked, slug: FromPath[str]) -> StyleShown:
    """A style with its sizes, and how many of each can be brought beside what is chosen."""
    async with transaction(doors(request).engine) as session:
        chosen = await chosen_variants(session, me(request).selection_id)
        return await show_style(session, slug, picture=address, beside=chosen)


@get("/api/selection", operation_id="Selection", tags=TAGS, responses=FOR_SHOPPERS)
async def selection(request: Asked) -> SelectionShown:
    """What this visit has gathered, and what a bank would set aside for it."""
    async with transaction(doors(request).engine) as session:
        return await show_selection(session, me(request).selection_id, picture=address)


@put(
    "/api/selection/{variant_id:uuid}",
    operation_id="Choose",
    tags=TAGS,
    responses={
        **READ_BADLY,
        **NOT_MEANT,
        **NOT_HERS,
        409: no("No piece of it travels any more."),
    },
)
async def choose(request: Asked, variant_id: FromPath[UUID]) -> SelectionShown:
    """Put a variant into the selection; there already, nothing changes."""
    visit_id = _visit(request)
    async with transaction(doors(request).engine) as session:
        chosen = await add_piece(session, visit_id, variant_id, now=await now(session))
        return await show_selection(session, chosen, picture=address)


@delete(
    "/api/selection/{variant_id:uuid}",
    operation_id="Leave",
    tags=TAGS,
    status_code=200,
    responses={**NOT_MEANT, **NOT_HERS},
)
async def leave(request: Asked, variant_id: FromPath[UUID]) -> SelectionShown:
    """Take a variant out of the selection."""
    visit_id = _visit(request)
    async with transaction(doors(request).engine) as session:
        await remove_piece(session, visit_id, variant_id)
        return await show_selection(session, me(request).selection_id, picture=address)


def _visit(request: Asked) -> UUID:
    visit_id = me(request).session_id
    if visit_id is None:
        raise NotAllowed("Ask for /session first: it begins a visit.")
    return visit_id


handlers: list[BaseRouteHandler] = [pieces, piece, selection, choose, leave]

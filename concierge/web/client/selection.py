"""The selection's page, and how pieces get into it and out of it."""

from urllib.parse import urlencode
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.handlers import BaseRouteHandler
from litestar.params import URLEncodedBody
from litestar.response import Redirect

from concierge.desk.choose_pieces import SelectionShown, add_piece, remove_piece, show_selection
from concierge.desk.unfinished_order import UnfinishedOrder, unfinished_order
from concierge.model.refusals import BadRequest, Missing, Refusal
from concierge.store.clock import now
from concierge.store.transaction import transaction
from concierge.web.doors import Asked, doors
from concierge.web.garments import address
from concierge.web.session import me
from concierge.web.show import show, words_for


class SelectionPage(msgspec.Struct, frozen=True):
    """What she has gathered. `wrong` is why something could not be added.

    `unfinished` is an order she left at the card page: her pieces are in it, not here.
    """

    chosen: int
    selection: SelectionShown
    unfinished: UnfinishedOrder | None
    wrong: str = ""


class Removal(msgspec.Struct):
    """A variant to take out."""

    variant: UUID


@get("/selection", include_in_schema=False)
async def selection(request: Asked) -> Response[str]:
    """What she has gathered so far."""
    return await _page(request)


@post("/selection", include_in_schema=False)
async def add(request: Asked) -> Response[str]:
    """Put one or two sizes of a piece into the selection, then back to the piece.

    Raises:
        BadRequest: a size is not one of ours.
    """
    form = await request.form()
    back = f"/pieces/{form.get('slug', '')}"
    said = {"colour": str(form.get("colour", ""))}
    sizes = [str(each) for each in form.getall("variant", [])]
    visit_id = me(request).session_id
    if not sizes or visit_id is None:
        return Redirect(f"{back}?{urlencode({**said, 'word': 'choose'})}#said", status_code=303)
    try:
        async with transaction(doors(request).engine) as session:
            for size in sizes:
                await add_piece(session, visit_id, _variant(size), now=await now(session))
    except Missing:
        raise
    except Refusal as refusal:
        return await _page(request, wrong=words_for(request).refusal(refusal))
    return Redirect(f"{back}?{urlencode({**said, 'word': 'added'})}#said", status_code=303)


@post("/selection/removals", include_in_schema=False)
async def remove(request: Asked, data: URLEncodedBody[Removal]) -> Redirect:
    """Take a size out of the selection."""
    visit_id = me(request).session_id
    if visit_id is not None:
        async with transaction(doors(request).engine) as session:
            await remove_piece(session, visit_id, data.variant)
    return Redirect("/selection", status_code=303)


async def _page(request: Asked, *, wrong: str = "") -> Response[str]:
    async with transaction(doors(request).engine) as session:
        shown = await show_selection(session, me(request).selection_id, picture=address)
        unfinished = await unfinished_order(session, me(request).client_id, now=await now(session))
    page = SelectionPage(shown.pieces, shown, unfinished, wrong)
    return show(request, "client/selection.html", page, status_code=409 if wrong else 200)


def _variant(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise BadRequest("Choose one of the sizes shown.") from None


handlers: list[BaseRouteHandler] = [selection, add, remove]

"""When suits you better? A booked visit is given another hour."""

from uuid import UUID

from litestar import Response, get, post
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath
from litestar.response import Redirect

from concierge.desk.choose_pieces import count_chosen
from concierge.desk.move_visit import move_visit, windows_to_move_to
from concierge.desk.show_order import show_order
from concierge.model.refusals import (
    BadRequest,
    NotCovered,
    PieceTaken,
    Refusal,
    StaleBoard,
    TooLate,
    WindowTaken,
)
from concierge.store.clock import now
from concierge.store.transaction import transaction
from concierge.web.doors import Asked, doors
from concierge.web.garments import address as picture
from concierge.web.session import me
from concierge.web.show import show, words_for

from .ordering import whose
from .visit_form import ORDER, VisitForm, read_form
from .visit_page import WhenPage, draw_calendar

DOOR = "/orders/{order_id:uuid}/window"


@get(DOOR, include_in_schema=False)
async def choose(request: Asked, order_id: FromPath[UUID]) -> Response[str]:
    """The page, opened at the first day that has a window."""
    return await _page(request, order_id, VisitForm())


@post(DOOR, include_in_schema=False)
async def ask(request: Asked, order_id: FromPath[UUID]) -> Response[str]:
    """Look at a day, or take the hour she chose."""
    form = read_form(await request.form())
    if form.do != ORDER:
        return await _page(request, order_id, form)
    if not form.windows:
        return await _page(request, order_id, form, status_code=422)
    house, asking = doors(request), await whose(request, order_id)
    try:
        [window] = form.wanted()
        await move_visit(house.engine, house.roads, order_id, window, by=asking.who)
    except (WindowTaken, PieceTaken, TooLate, StaleBoard) as refusal:
        return await _page(request, order_id, form, wrong=refusal, status_code=409)
    except (BadRequest, NotCovered) as refusal:
        return await _page(request, order_id, form, wrong=refusal, status_code=422)
    return Redirect(f"/orders/{order_id}", status_code=303)


async def _page(
    request: Asked,
    order_id: UUID,
    form: VisitForm,
    *,
    wrong: Refusal | None = None,
    status_code: int = 200,
) -> Response[str]:
    """The page with windows as they are this very moment."""
    house, asking, words = doors(request), me(request), words_for(request)
    async with transaction(house.engine) as session:
        shown = await show_order(
            session, order_id, asking.client_id, now=await now(session), picture=picture
        )
        chosen = await count_chosen(session, asking.selection_id)
    calendar = None
    try:
        offered = await windows_to_move_to(
            house.engine, house.roads, order_id, ready=house.days, near=form.shown_day()
        )
    except (NotCovered, TooLate) as refusal:
        wrong = wrong or refusal
    else:
        calendar = draw_calendar(offered, form, words)
    window = shown.window
    page = WhenPage(
        chosen=chosen,
        order=order_id,
        door=f"/orders/{order_id}/window",
        pieces=[f"{piece.style}{words.comma}{words.size(piece.size)}" for piece in shown.pieces],
        street=shown.door.street,
        note=shown.door.detail,
        calendar=calendar,
        unchosen=form.do == ORDER and not form.windows,
        wrong=words.refusal(wrong) if wrong else "",
        now=f"{words.day(window.opens)}{words.comma}{words.span(window.opens, window.closes)}"
        if window
        else "",
    )
    return show(request, "client/move.html", page, status_code=status_code)


handlers: list[BaseRouteHandler] = [choose, ask]

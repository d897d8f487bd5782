"""When shall we collect? The windows in which we fetch what she gives back."""

import contextlib
from uuid import UUID

from litestar import Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

import routing
from concierge.desk.choose_pieces import count_chosen
from concierge.desk.give_back import filed_as
from concierge.desk.plan_collection import Coming, collection_windows, plan_collection
from concierge.desk.show_order import show_order
from concierge.model.refusals import (
    BadRequest,
    Missing,
    NotCovered,
    Overtaken,
    Refusal,
    TooLate,
    WindowTaken,
    WrongStep,
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

DOOR = "/orders/{order_id:uuid}/give-backs/{give_back_id:uuid}/collection"
NOT_FILED = "/orders/{order_id:uuid}/collection"
"""Of pieces she has only ticked so far: they are filed with the hour she chooses."""


@get(DOOR, include_in_schema=False)
async def choose(
    request: Asked, order_id: FromPath[UUID], give_back_id: FromPath[UUID]
) -> Response[str]:
    """The page, opened at the first day that has a window."""
    return await _page(request, order_id, Coming(give_back_id), VisitForm())


@get(NOT_FILED, include_in_schema=False)
async def choose_for_new(
    request: Asked, order_id: FromPath[UUID], line: FromQuery[list[UUID] | None] = None
) -> Response[str]:
    """The same page, of pieces she has ticked on her order's page."""
    return await _page(request, order_id, Coming(lines=tuple(line or ())), VisitForm())


@post(DOOR, include_in_schema=False)
async def ask(
    request: Asked, order_id: FromPath[UUID], give_back_id: FromPath[UUID]
) -> Response[str]:
    """Look at a day, or have them collected in the window she chose."""
    return await _asked(request, order_id, Coming(give_back_id))


@post(NOT_FILED, include_in_schema=False)
async def ask_for_new(request: Asked, order_id: FromPath[UUID]) -> Response[str]:
    """Look at a day, or give these back and have them collected in the window she chose."""
    return await _asked(request, order_id, Coming(lines=ticked(await request.form())))


async def _asked(request: Asked, order_id: UUID, coming: Coming) -> Response[str]:
    form = read_form(await request.form())
    if form.do != ORDER:
        return await _page(request, order_id, coming, form)
    if not form.windows:
        return await _page(request, order_id, coming, form, status_code=422)
    await whose(request, order_id)
    try:
        [window] = form.wanted()
        visit = await book(request, order_id, coming, window)
    except (WindowTaken, Overtaken, TooLate, WrongStep) as refusal:
        return await _page(request, order_id, coming, form, wrong=refusal, status_code=409)
    except (BadRequest, NotCovered) as refusal:
        return await _page(request, order_id, coming, form, wrong=refusal, status_code=422)
    return Redirect(f"/orders/{visit}", status_code=303)


async def book(request: Asked, order_id: UUID, coming: Coming, window: routing.Window) -> UUID:
    """Plan the collection; the id of its visit.

    Raises:
        Refusal: whatever `plan_collection` refuses.
    """
    house = doors(request)
    visit = await plan_collection(
        house.engine, house.roads, order_id, coming, window, by=me(request).who
    )
    return visit.id


async def _page(
    request: Asked,
    order_id: UUID,
    coming: Coming,
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
        if (filed := await filed_as(session, order_id, coming.lines)) is not None:
            coming = Coming(filed)
    back = next((each for each in shown.giving_back if each.id == coming.filed), None)
    if back is not None and back.collection is not None:
        return Redirect(f"/orders/{back.collection.order}", status_code=303)
    door = f"/orders/{order_id}"
    lines = back.lines if back else coming.lines
    calendar = None
    try:
        offered = await collection_windows(
            house.engine, house.roads, order_id, coming,
            ready=house.days, near=form.shown_day(),
        )  # fmt: skip
    except (BadRequest, NotCovered, TooLate, WrongStep) as refusal:
        wrong = wrong or refusal
    else:
        if not offered.days:
            raise Missing("There is no day left on which we could come.")
        calendar = draw_calendar(offered, form, words)
    page = WhenPage(
        chosen=chosen,
        order=order_id,
        door=f"{door}/give-backs/{coming.filed}/collection" if back else f"{door}/collection",
        lines=coming.lines,
        pieces=[
            f"{piece.style}{words.comma}{words.size(piece.size)}"
            for piece in shown.pieces
            if piece.line in lines
        ],
        street=shown.door.street,
        note=shown.door.detail,
        calendar=calendar,
        unchosen=form.do == ORDER and not form.windows,
        wrong=words.refusal(wrong) if wrong else "",
    )
    return show(request, "client/collect.html", page, status_code=status_code)


def ticked(sent: FormMultiDict) -> tuple[UUID, ...]:
    """The pieces of an order she ticked; what is none is left aside."""
    found: list[UUID] = []
    for each in sent.getall("line", []):
        with contextlib.suppress(ValueError):
            found.append(UUID(str(each)))
    return tuple(found)


handlers: list[BaseRouteHandler] = [choose, ask, choose_for_new, ask_for_new]

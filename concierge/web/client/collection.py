"""When shall we collect? The windows in which we fetch what she gives back."""

from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath
from litestar.response import Redirect

import routing
from concierge.desk.choose_pieces import count_chosen
from concierge.desk.plan_collection import collection_windows, plan_collection
from concierge.desk.show_order import her_order, show_order
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

from .visit_form import ORDER, VisitForm, read_form
from .visit_page import Calendar, draw_calendar

DOOR = "/orders/{order_id:uuid}/give-backs/{give_back_id:uuid}/collection"


class CollectPage(msgspec.Struct, frozen=True, kw_only=True):
    """The page. `wrong` is a refusal, in her language; no calendar where nothing can be chosen."""

    chosen: int
    order: UUID
    give_back: UUID
    pieces: list[str]
    street: str
    note: str
    calendar: Calendar | None
    unchosen: bool
    wrong: str


@get(DOOR, include_in_schema=False)
async def choose(
    request: Asked, order_id: FromPath[UUID], give_back_id: FromPath[UUID]
) -> Response[str]:
    """The page, opened at the first day that has a window."""
    return await _page(request, order_id, give_back_id, VisitForm())


@post(DOOR, include_in_schema=False)
async def ask(
    request: Asked, order_id: FromPath[UUID], give_back_id: FromPath[UUID]
) -> Response[str]:
    """Look at a day, or have them collected in the window she chose."""
    form = read_form(await request.form())
    if form.do != ORDER:
        return await _page(request, order_id, give_back_id, form)
    if not form.windows:
        return await _page(request, order_id, give_back_id, form, status_code=422)
    house, asking = doors(request), me(request)
    async with transaction(house.engine) as session:
        await her_order(session, order_id, asking.client_id)
    try:
        [window] = form.wanted()
        visit = await book(request, order_id, give_back_id, window)
    except (WindowTaken, Overtaken, TooLate, WrongStep) as refusal:
        return await _page(request, order_id, give_back_id, form, wrong=refusal, status_code=409)
    except (BadRequest, NotCovered) as refusal:
        return await _page(request, order_id, give_back_id, form, wrong=refusal, status_code=422)
    return Redirect(f"/orders/{visit}", status_code=303)


async def book(request: Asked, order_id: UUID, give_back_id: UUID, window: routing.Window) -> UUID:
    """Plan the collection; the id of its visit.

    Raises:
        Refusal: whatever `plan_collection` refuses.
    """
    house = doors(request)
    visit = await plan_collection(
        house.engine, house.roads, order_id, give_back_id, window, by=me(request).who
    )
    return visit.id


async def _page(
    request: Asked,
    order_id: UUID,
    give_back_id: UUID,
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
    back = next((each for each in shown.giving_back if each.id == give_back_id), None)
    if back is not None and back.collection is not None:
        return Redirect(f"/orders/{back.collection.order}", status_code=303)
    calendar = None
    try:
        offered = await collection_windows(
            house.engine, house.roads, order_id, give_back_id,
            ready=house.days, near=form.shown_day(),
        )  # fmt: skip
    except (NotCovered, TooLate, WrongStep) as refusal:
        wrong = wrong or refusal
    else:
        if not offered.days:
            raise Missing("There is no day left on which we could come.")
        calendar = draw_calendar(
            offered.days, form, words, offered.hub.zone, estimated=offered.estimated
        )
    page = CollectPage(
        chosen=chosen,
        order=order_id,
        give_back=give_back_id,
        pieces=back.pieces if back else [],
        street=shown.door.street,
        note=shown.door.detail,
        calendar=calendar,
        unchosen=form.do == ORDER and not form.windows,
        wrong=words.refusal(wrong) if wrong else "",
    )
    return show(request, "client/collect.html", page, status_code=status_code)


handlers: list[BaseRouteHandler] = [choose, ask]

"""An order's page, from the card to the receipt."""

from datetime import datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from concierge.desk.charge_later import agreement, answer
from concierge.desk.choose_pieces import choose_again, count_chosen
from concierge.desk.give_back import chosen_to_give_back, filed_as, give_back
from concierge.desk.give_up_order import cancel_order
from concierge.desk.keep_after_all import keep_after_all
from concierge.desk.show_order import OrderShown, her_order, show_order
from concierge.desk.tell_arrival import tell_arrival
from concierge.model import OrderState
from concierge.model.refusals import BadRequest, FeesNotAgreed, Refusal, TooLate
from concierge.store.clock import now
from concierge.store.transaction import transaction
from concierge.web.doors import Asked, doors
from concierge.web.garments import address as picture
from concierge.web.session import me
from concierge.web.show import show, words_for

from . import labels
from .calendar import calendar_file
from .collection import ticked
from .ordering import card_page_of, look_at_card, whose

COLLECT = "collect"
"""The button of who gives pieces back and wants them collected."""
LONGEST_FEE = 12
"""Digits of an amount that any fee has."""


class OrderPage(msgspec.Struct, frozen=True):
    """An order as it stands. `silent` when the payments provider did not answer just now.

    `wrong` is what was not right in what she gives back, and `ticked` what she had ticked.

    `stage` is the word for how far it is, `collecting` the one of a visit that fetches pieces.

    `costs` when she pressed to call it off and it turned out to have a cost by now; `back_last`
    is on the last day on which she may change her mind. `agreements` are the sentences she agrees
    to when she pays for a damaged or missing piece.
    """

    chosen: int
    order: OrderShown
    stage: str
    collecting: str
    today: bool
    now: datetime
    silent: bool
    costs: bool
    more_held: bool
    wrong: str
    ticked: tuple[UUID, ...]
    back_last: datetime | None
    agreements: dict[UUID, str]


@get("/orders/{order_id:uuid}", include_in_schema=False)
async def order(
    request: Asked,
    order_id: FromPath[UUID],
    card: FromQuery[str] = "",
    cancel: FromQuery[str] = "",
) -> Response[str]:
    """Her order, in whatever state it is."""
    return await _page(request, order_id, card=card, costs=cancel == "costs")


async def _page(
    request: Asked,
    order_id: UUID,
    *,
    card: str = "",
    costs: bool = False,
    wrong: Refusal | None = None,
    ticked: tuple[UUID, ...] = (),
) -> Response[str]:
    house, asking = doors(request), me(request)
    async with transaction(house.engine) as session:
        moment = await now(session)
        shown = await show_order(session, order_id, asking.client_id, now=moment, picture=picture)
        chosen = await count_chosen(session, asking.selection_id)
    shown = await tell_arrival(house.engine, house.roads, shown)
    zone = words_for(request).zone
    opens = shown.window.opens if shown.window else None
    page = OrderPage(
        chosen=chosen,
        order=shown,
        stage=labels.STAGES[shown.stage],
        collecting=labels.COLLECTING.get(shown.stage, labels.STAGES[shown.stage]),
        today=opens is not None
        and opens.astimezone(zone).date() == moment.astimezone(zone).date(),
        now=moment,
        silent=card == "silent",
        costs=costs,
        more_held=card == "more" and shown.second_hold is None,
        wrong=words_for(request).refusal(wrong) if wrong else "",
        ticked=ticked,
        back_last=shown.back_until and shown.back_until - timedelta(seconds=1),
        agreements={
            piece.id: agreement(piece.style, piece.size, piece.asked, words_for(request))
            for piece in shown.disputed
            if piece.asked is not None
        },
    )
    template = "client/order.html" if shown.collects is None else "client/collection.html"
    return show(request, template, page, status_code=422 if wrong else 200)


@get("/orders/{order_id:uuid}/card/{page:str}", include_in_schema=False)
async def back_from_card(
    request: Asked, order_id: FromPath[UUID], page: FromPath[str]
) -> Redirect:
    """She comes back from the card page: look how far she got, then show her order."""
    async with transaction(doors(request).engine) as session:
        kept = await her_order(session, order_id, me(request).client_id)
        at_the_door = kept.state is OrderState.AT_VISIT
    heard = await look_at_card(request, order_id, page)
    said = ("?card=more" if at_the_door else "") if heard else "?card=silent"
    return Redirect(f"/orders/{order_id}{said}", status_code=303)


@post("/orders/{order_id:uuid}/card", include_in_schema=False)
async def to_card(request: Asked, order_id: FromPath[UUID]) -> Redirect:
    """On to the card page, or back to it."""
    try:
        page = await card_page_of(request, order_id, me(request).client_id)
    except TooLate:
        page = f"/orders/{order_id}"
    return Redirect(page or f"/orders/{order_id}?card=silent", status_code=303)


@post("/orders/{order_id:uuid}/cancellations", include_in_schema=False)
async def cancel(request: Asked, order_id: FromPath[UUID]) -> Response[str]:
    """Give a place up, or call a booked visit off."""
    house, asking = doors(request), me(request)
    async with transaction(house.engine) as session:
        hers = await her_order(session, order_id, asking.client_id)
        if hers.state is OrderState.CANCELLED:  # pressed twice
            return Redirect(f"/orders/{order_id}", status_code=303)
    told = str((await request.form()).get("fee", ""))
    try:
        await cancel_order(
            house.engine, house.gateway, house.roads, order_id, by=asking.who,
            agreed_minor=int(told) if told.isdecimal() and len(told) < LONGEST_FEE else 0,
        )  # fmt: skip
    except FeesNotAgreed:
        return Redirect(f"/orders/{order_id}?cancel=costs", status_code=303)
    except TooLate as refusal:
        return await _page(request, order_id, wrong=refusal)
    return Redirect(f"/orders/{order_id}", status_code=303)


@post("/orders/{order_id:uuid}/give-backs", include_in_schema=False)
async def change_mind(request: Asked, order_id: FromPath[UUID]) -> Response[str]:
    """She brings some of what she kept back; or goes on to choose when we collect it."""
    house, asking = doors(request), me(request)
    lines = ticked(await request.form())
    collect = (await request.form()).get("do") == COLLECT
    try:
        async with transaction(house.engine) as session:
            kept = await her_order(session, order_id, asking.client_id)
            if await filed_as(session, kept.id, lines) is not None:
                return Redirect(f"/orders/{order_id}", status_code=303)
            await chosen_to_give_back(session, kept, lines, await now(session))
        if not collect:
            await give_back(house.engine, order_id, lines, asking.who)
    except (BadRequest, TooLate) as refusal:
        return await _page(request, order_id, wrong=refusal, ticked=lines)
    if collect:
        query = urlencode([("line", str(line)) for line in lines])
        return Redirect(f"/orders/{order_id}/collection?{query}", status_code=303)
    return Redirect(f"/orders/{order_id}", status_code=303)


@post(
    "/orders/{order_id:uuid}/give-backs/{give_back_id:uuid}/withdrawals", include_in_schema=False
)
async def keep(
    request: Asked, order_id: FromPath[UUID], give_back_id: FromPath[UUID]
) -> Response[str]:
    """She keeps after all what she meant to give back."""
    house, asking = doors(request), await whose(request, order_id)
    try:
        await keep_after_all(house.engine, house.roads, order_id, give_back_id, by=asking.who)
    except TooLate as refusal:
        return await _page(request, order_id, wrong=refusal)
    return Redirect(f"/orders/{order_id}", status_code=303)


@post("/orders/{order_id:uuid}/pieces/{disposition_id:uuid}/answers", include_in_schema=False)
async def answer_about_piece(
    request: Asked, order_id: FromPath[UUID], disposition_id: FromPath[UUID]
) -> Response[str]:
    """She agrees to pay for a damaged or missing piece, or she does not."""
    said = await request.form()
    told = str(said.get("minor", ""))
    if said.get("answer") not in ("yes", "no") or not (
        told.isdecimal() and len(told) < LONGEST_FEE
    ):
        return await _page(request, order_id, wrong=BadRequest("Say whether you agree."))
    await answer(
        doors(request).engine, order_id, disposition_id, agrees=said.get("answer") == "yes",
        minor=int(told), client_id=me(request).client_id, words=words_for(request),
    )  # fmt: skip
    return Redirect(f"/orders/{order_id}", status_code=303)


@post("/orders/{order_id:uuid}/selections", include_in_schema=False)
async def again(request: Asked, order_id: FromPath[UUID]) -> Redirect:
    """Put an order's pieces back into her selection."""
    asking = me(request)
    async with transaction(doors(request).engine) as session:
        await her_order(session, order_id, asking.client_id)
        if asking.session_id is not None:
            await choose_again(session, asking.session_id, order_id, now=await now(session))
    return Redirect("/selection", status_code=303)


@get("/orders/{order_id:uuid}/visit.ics", include_in_schema=False)
async def calendar(request: Asked, order_id: FromPath[UUID]) -> Response[str]:
    """Her visit, for her own calendar."""
    async with transaction(doors(request).engine) as session:
        moment = await now(session)
        shown = await show_order(
            session, order_id, me(request).client_id, now=moment, picture=picture
        )
    return Response(
        calendar_file(shown, words_for(request), moment),
        media_type="text/calendar",
        headers={"content-disposition": f'attachment; filename="{shown.reference}.ics"'},
    )


handlers: list[BaseRouteHandler] = [
    order,
    back_from_card,
    to_card,
    cancel,
    change_mind,
    keep,
    answer_about_piece,
    again,
    calendar,
]

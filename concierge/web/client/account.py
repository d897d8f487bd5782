"""Her own page: her orders, what we know of her and who said so, and her addresses."""

from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect

from concierge.desk import address_book as book
from concierge.desk import client_details as desk
from concierge.desk.address_book import AddressNotes
from concierge.desk.choose_pieces import count_chosen
from concierge.desk.client_details import Details, DetailsShown, Like
from concierge.desk.list_orders import OrderRow, list_orders
from concierge.model.refusals import BadRequest, Refusal
from concierge.store.clock import now
from concierge.store.transaction import transaction
from concierge.web.doors import Asked, doors
from concierge.web.garments import address as picture
from concierge.web.session import client_of, me
from concierge.web.show import show, words_for

from . import labels


class Told(msgspec.Struct, frozen=True):
    """A note about what she likes, and who made it."""

    id: UUID
    words: str
    source: str
    confirmed: bool
    at: str


class AccountPage(msgspec.Struct, frozen=True):
    """All of it. `wrong` is why a correction was not taken."""

    chosen: int
    details: DetailsShown
    likes: list[Told]
    orders: list[OrderRow]
    stages: dict[str, str]
    collecting: dict[str, str]
    wrong: str


@get("/account", include_in_schema=False)
async def account(request: Asked) -> Response[str]:
    """Her page."""
    return await _page(request)


@post("/account", include_in_schema=False)
async def change(request: Asked, data: URLEncodedBody[Details]) -> Response[str]:
    """Correct her details."""
    try:
        async with transaction(doors(request).engine) as session:
            await desk.change_details(session, client_of(request), data, now=await now(session))
    except BadRequest as refusal:
        return await _page(request, wrong=refusal)
    return Redirect("/account", status_code=303)


@post("/account/preferences", include_in_schema=False)
async def tell(request: Asked, data: URLEncodedBody[Like]) -> Response[str]:
    """Tell us something she likes."""
    try:
        async with transaction(doors(request).engine) as session:
            await desk.tell_preference(
                session, client_of(request), data.words, now=await now(session)
            )
    except BadRequest as refusal:
        return await _page(request, wrong=refusal)
    return Redirect("/account", status_code=303)


@post("/account/preferences/{like_id:uuid}", include_in_schema=False)
async def correct(
    request: Asked, like_id: FromPath[UUID], data: URLEncodedBody[Like]
) -> Response[str]:
    """Confirm what we believe, or say it better."""
    try:
        async with transaction(doors(request).engine) as session:
            await desk.correct_preference(
                session, client_of(request), like_id, data.words, now=await now(session)
            )
    except BadRequest as refusal:
        return await _page(request, wrong=refusal)
    return Redirect("/account", status_code=303)


@post("/account/preferences/{like_id:uuid}/removals", include_in_schema=False)
async def forget(request: Asked, like_id: FromPath[UUID]) -> Redirect:
    """Have us forget it."""
    async with transaction(doors(request).engine) as session:
        await desk.forget_preference(session, client_of(request), like_id, now=await now(session))
    return Redirect("/account", status_code=303)


@post("/account/addresses/{address_id:uuid}", include_in_schema=False)
async def change_address(
    request: Asked, address_id: FromPath[UUID], data: URLEncodedBody[AddressNotes]
) -> Redirect:
    """Correct the floor, and how to get in."""
    async with transaction(doors(request).engine) as session:
        await book.change_address(
            session, client_of(request), address_id, data, now=await now(session)
        )
    return Redirect("/account", status_code=303)


async def _page(request: Asked, *, wrong: Refusal | None = None) -> Response[str]:
    words, client_id = words_for(request), client_of(request)
    async with transaction(doors(request).engine) as session:
        details = await desk.show_details(session, client_id)
        orders = await list_orders(session, client_id, picture=picture)
        chosen = await count_chosen(session, me(request).selection_id)
    page = AccountPage(
        chosen=chosen,
        details=details,
        likes=[
            Told(
                like.id, like.words, labels.source(like.source), like.confirmed, words.day(like.at)
            )
            for like in details.likes
        ],
        orders=orders,
        stages={stage.value: words.say(said) for stage, said in labels.STAGES.items()},
        collecting={stage.value: words.say(said) for stage, said in labels.COLLECTING.items()},
        wrong=words.refusal(wrong) if wrong else "",
    )
    return show(request, "client/account.html", page, status_code=422 if wrong else 200)


handlers: list[BaseRouteHandler] = [account, change, tell, correct, forget, change_address]

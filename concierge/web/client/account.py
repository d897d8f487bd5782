"""Her own page: her orders, what we know of her and who said so, and her addresses."""

from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec.structs import replace

from concierge.desk import address_book as book
from concierge.desk import client_details as desk
from concierge.desk.address_book import AddressNotes
from concierge.desk.choose_pieces import count_chosen
from concierge.desk.client_details import Details, DetailsShown
from concierge.desk.list_orders import OrderRow, list_orders
from concierge.model.refusals import BadRequest, Refusal
from concierge.store.clock import now
from concierge.store.transaction import transaction
from concierge.web.doors import Asked, doors
from concierge.web.garments import address as picture
from concierge.web.session import client_of, me
from concierge.web.show import show, words_for

from . import labels

MOST_LETTERS = {
    "name": 120, "alias": 120, "phone": 40, "language": 8, "words": 400, "detail": 120,
    "access": 400,
}  # fmt: skip
"""The longest that each field may be."""


class Told(msgspec.Struct, frozen=True):
    """A note about what she likes, and who made it."""

    id: UUID
    words: str
    source: str
    confirmed: bool
    at: str


class AccountPage(msgspec.Struct, frozen=True):
    """All of it. `wrong` is why a correction was not taken, and `wrong_field` what it is about."""

    chosen: int
    shown_as: str
    details: DetailsShown
    likes: list[Told]
    orders: list[OrderRow]
    stages: dict[str, str]
    collecting: dict[str, str]
    wrong: str
    wrong_field: str


@get("/account", include_in_schema=False)
async def account(request: Asked) -> Response[str]:
    """Her page."""
    return await _page(request)


@post("/account", include_in_schema=False)
async def change(request: Asked) -> Response[str]:
    """Correct her details."""
    sent = await request.form()
    told = Details(*(_text(sent, name) for name in ("name", "alias", "phone", "language")))
    try:
        async with transaction(doors(request).engine) as session:
            await desk.change_details(session, client_of(request), told, now=await now(session))
    except BadRequest as refusal:
        return await _page(request, wrong=refusal, typed=told, field=refusal.field)
    return Redirect("/account", status_code=303)


@post("/account/preferences", include_in_schema=False)
async def tell(request: Asked) -> Response[str]:
    """Tell us something she likes."""
    said = _text(await request.form(), "words")
    try:
        async with transaction(doors(request).engine) as session:
            await desk.tell_preference(session, client_of(request), said, now=await now(session))
    except BadRequest as refusal:
        return await _page(request, wrong=refusal, field="like-new")
    return Redirect("/account", status_code=303)


@post("/account/preferences/{like_id:uuid}", include_in_schema=False)
async def correct(request: Asked, like_id: FromPath[UUID]) -> Response[str]:
    """Confirm what we believe, or say it better."""
    said = _text(await request.form(), "words")
    try:
        async with transaction(doors(request).engine) as session:
            await desk.correct_preference(
                session, client_of(request), like_id, said, now=await now(session)
            )
    except BadRequest as refusal:
        return await _page(request, wrong=refusal, field=f"like-{like_id}")
    return Redirect("/account", status_code=303)


@post("/account/preferences/{like_id:uuid}/removals", include_in_schema=False)
async def forget(request: Asked, like_id: FromPath[UUID]) -> Redirect:
    """Have us forget it."""
    async with transaction(doors(request).engine) as session:
        await desk.forget_preference(session, client_of(request), like_id, now=await now(session))
    return Redirect("/account", status_code=303)


@post("/account/addresses/{address_id:uuid}", include_in_schema=False)
async def change_address(request: Asked, address_id: FromPath[UUID]) -> Redirect:
    """Correct the floor, and how to get in."""
    sent = await request.form()
    notes = AddressNotes(_text(sent, "detail"), _text(sent, "access"))
    async with transaction(doors(request).engine) as session:
        await book.change_address(
            session, client_of(request), address_id, notes, now=await now(session)
        )
    return Redirect("/account", status_code=303)


async def _page(
    request: Asked,
    *,
    wrong: Refusal | None = None,
    typed: Details | None = None,
    field: str = "",
) -> Response[str]:
    """Her page; what she `typed` and was refused stands in the form still."""
    words, client_id = words_for(request), client_of(request)
    async with transaction(doors(request).engine) as session:
        details = await desk.show_details(session, client_id)
        shown_as = details.alias or details.name
        orders = await list_orders(session, client_id, picture=picture)
        chosen = await count_chosen(session, me(request).selection_id)
    if typed is not None:
        details = replace(
            details, name=typed.name, alias=typed.alias, phone=typed.phone, language=typed.language
        )
    page = AccountPage(
        chosen=chosen,
        shown_as=shown_as,
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
        wrong_field=field,
    )
    return show(request, "client/account.html", page, status_code=422 if wrong else 200)


def _text(sent: FormMultiDict, name: str) -> str:
    """A field as she typed it; whatever is too long is cut, as her browser would."""
    value = sent.get(name, "")
    return value[: MOST_LETTERS[name]] if isinstance(value, str) else ""


handlers: list[BaseRouteHandler] = [account, change, tell, correct, forget, change_address]

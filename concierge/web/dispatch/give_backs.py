"""What clients bring back: looked at where it arrives, and paid back."""

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody
from litestar.response import Redirect
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

import payments
from concierge.desk.inspect_pieces import Inspected, ToInspect, inspect_pieces, take_in, to_inspect
from concierge.desk.inspected_lately import InspectedLately, inspected_lately
from concierge.model import MOST_PIECES, GiveBack, Hub, Order
from concierge.model.refusals import BadRequest, Missing
from concierge.store.transaction import transaction
from concierge.web.doors import Asked, doors
from concierge.web.session import me
from concierge.web.show import show, words_for
from concierge.web.wire import no

from .case_page import Mistake
from .day import READS

LONGEST = 200


class GiveBacks(msgspec.Struct, frozen=True):
    """All that comes back and was not inspected yet, and what was decided `lately`.

    `wrong` is why a form was not taken, and `wrong_field` what it is about: a field, or the whole
    of one give-back; what was `typed` stands in its fields still.
    """

    rows: list[ToInspect]
    lately: list[InspectedLately]
    wrong: str
    wrong_field: str
    typed: Mapping[str, str]


class Inspection(msgspec.Struct, frozen=True):
    """What was found: every piece that came back, once.

    `brought_in` says that she brought in herself what is still to be collected.
    """

    pieces: Annotated[list[Inspected], msgspec.Meta(min_length=1, max_length=MOST_PIECES)]
    brought_in: bool = False


class PaidBack(msgspec.Struct, frozen=True):
    """What she gets back for it."""

    refund: payments.Money


@get("/dispatch/give-backs", include_in_schema=False)
async def page(request: Asked) -> Response[str]:
    """The list, with a form for each."""
    return await _page(request)


@post("/dispatch/give-backs/{give_back_id:uuid}", include_in_schema=False)
async def inspect_by_form(request: Asked, give_back_id: FromPath[UUID]) -> Response[str]:
    """What was found, as the page's form says it."""
    await _theirs(request, give_back_id)
    sent = await request.form()
    pieces = [str(piece) for piece in sent.getall("piece", [])]
    typed = {
        name: str(sent.get(name, ""))[:LONGEST]
        for piece in pieces
        for name in (f"found-{piece}", f"why-{piece}")
    }
    brought = f"brought-{give_back_id}"
    typed[brought] = "yes" if sent.get(brought) == "yes" else ""
    try:
        said = [_found(piece, typed) for piece in pieces]
        await inspect_pieces(
            doors(request).engine, give_back_id, said, by=me(request).who,
            brought_in=typed[brought] == "yes",
        )  # fmt: skip
    except BadRequest as no:
        return await _page(request, Mistake(no, no.field or str(give_back_id)), typed)
    return Redirect("/dispatch/give-backs#lately", status_code=303)


@post("/dispatch/give-backs/{give_back_id:uuid}/arrivals", include_in_schema=False)
async def arrived(request: Asked, give_back_id: FromPath[UUID]) -> Redirect:
    """The concierge who collected it has handed it in."""
    await _theirs(request, give_back_id)
    await take_in(doors(request).engine, give_back_id, by=me(request).who)
    return Redirect("/dispatch/give-backs", status_code=303)


@get("/api/dispatch/give-backs", operation_id="GiveBacks", tags=["dispatch"], responses=READS)
async def rows(request: Asked) -> list[ToInspect]:
    """What comes back to one's hubs and was not inspected yet, the oldest first."""
    return await _rows(request)


@post(
    "/api/dispatch/give-backs/{give_back_id:uuid}/inspections",
    operation_id="InspectGiveBack",
    tags=["dispatch"],
    responses={**READS, 409: no("It was inspected before, and something else was found.")},
)
async def inspect(
    request: Asked, give_back_id: FromPath[UUID], data: JSONBody[Inspection]
) -> PaidBack:
    """Write down what was found; what is as it was is paid back. Twice is once."""
    await _theirs(request, give_back_id)
    engine = doors(request).engine
    paid = await inspect_pieces(
        engine, give_back_id, data.pieces, by=me(request).who, brought_in=data.brought_in
    )
    return PaidBack(paid)


async def _page(
    request: Asked, mistake: Mistake | None = None, typed: Mapping[str, str] | None = None
) -> Response[str]:
    async with transaction(doors(request).engine) as session:
        hubs = await _hubs(session, request)
        rows, lately = await to_inspect(session, hubs), await inspected_lately(session, hubs)
    page = GiveBacks(
        rows,
        lately,
        wrong=words_for(request).refusal(mistake.no) if mistake else "",
        wrong_field=mistake.field if mistake else "",
        typed=typed or {},
    )
    return show(request, "give_backs.html", page, status_code=422 if mistake else 200)


async def _rows(request: Asked) -> list[ToInspect]:
    async with transaction(doors(request).engine) as session:
        return await to_inspect(session, await _hubs(session, request))


async def _hubs(session: AsyncSession, request: Asked) -> list[UUID]:
    return [hub for hub in await session.exec(select(Hub.id)) if me(request).works_at(hub)]


async def _theirs(request: Asked, give_back_id: UUID) -> None:
    """Refuse what comes back to a hub that is not theirs."""
    async with transaction(doors(request).engine) as session:
        back = await session.get(GiveBack, give_back_id)
        order = back and await session.get(Order, back.order_id)
    if order is None or not me(request).works_at(order.hub_id):
        raise Missing("Nothing of the kind comes back.")


def _found(piece: str, typed: Mapping[str, str]) -> Inspected:
    """What the form says of a piece."""
    found, why = typed[f"found-{piece}"], typed[f"why-{piece}"]
    if found not in {"ok", "not", "away"}:
        raise BadRequest("Say of every piece that came back whether it is as it was.")
    return Inspected(_id(piece), accepted=found == "ok", why=why, here=found != "away")


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise BadRequest("Say of every piece that came back whether it is as it was.") from None


handlers: list[BaseRouteHandler] = [page, inspect_by_form, arrived, rows, inspect]

"""What a person decides about a damaged or missing piece, as the case's page says it."""

import re
from uuid import UUID

from litestar import Response, get, post
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath
from litestar.response import Redirect
from sqlmodel import select

import payments
from concierge.desk.charge_later import ask_her
from concierge.desk.decide_piece import put_back, write_off
from concierge.desk.dispute_pieces import DISPUTED
from concierge.desk.show_photographs import read_content
from concierge.model import Case, Disposition
from concierge.model.refusals import BadRequest, Missing
from concierge.store.transaction import transaction
from concierge.web.doors import Asked, doors
from concierge.web.session import me

from .cases import LONGEST, back_to

AMOUNT = re.compile(r"(\d{1,6})(?:[.,](\d{1,3}))?")
"""No card pays more than six figures."""


@post("/dispatch/pieces/{disposition_id:uuid}/put-backs", include_in_schema=False)
async def back_on_the_shelf(request: Asked, disposition_id: FromPath[UUID]) -> Redirect:
    """Taken back as it is, or found."""
    asking = me(request)
    await put_back(
        doors(request).engine, disposition_id, await _said(request, "why"),
        works_at=asking.works_at, by=asking.who,
    )  # fmt: skip
    return await _back(request, disposition_id)


@post("/dispatch/pieces/{disposition_id:uuid}/write-offs", include_in_schema=False)
async def out_of_stock(request: Asked, disposition_id: FromPath[UUID]) -> Redirect:
    """Written off."""
    asking = me(request)
    await write_off(
        doors(request).engine, disposition_id, await _said(request, "why"),
        works_at=asking.works_at, by=asking.who,
    )  # fmt: skip
    return await _back(request, disposition_id)


@post("/dispatch/pieces/{disposition_id:uuid}/questions", include_in_schema=False)
async def question(request: Asked, disposition_id: FromPath[UUID]) -> Redirect:
    """She is asked to pay for it."""
    asking = me(request)
    house = doors(request)
    async with transaction(house.engine) as session:
        disposition = await session.get(Disposition, disposition_id)
    if disposition is None:
        raise Missing("There is no such piece to decide about.")
    await ask_her(
        house.engine, disposition_id,
        minor_of(await _said(request, "amount"), disposition.currency),
        await _said(request, "question"), works_at=asking.works_at, by=asking.who,
        base_url=house.settings.base_url,
    )  # fmt: skip
    return await _back(request, disposition_id)


def minor_of(amount: str, currency: str) -> int:
    """An amount as it is typed, `450` or `450,50`, in the currency's smallest unit.

    Raises:
        BadRequest: it is no amount of this currency.
    """
    exponent = payments.Money(0, currency).exponent
    told = AMOUNT.fullmatch(amount.strip())
    whole, part = (told.group(1), told.group(2) or "") if told else ("", "")
    if told is None or len(part) > exponent:
        example = f"450.{'500'[:exponent]}".rstrip(".")
        raise BadRequest("Write the amount in figures alone, as %(example)s.", example=example)
    return int(whole + part.ljust(exponent, "0"))


async def _said(request: Asked, field: str) -> str:
    return str((await request.form()).get(field, ""))[:LONGEST]


async def _back(request: Asked, disposition_id: UUID) -> Redirect:
    """The case that asked for the decision."""
    async with transaction(doors(request).engine) as session:
        disposition = await session.get_one(Disposition, disposition_id)
        rows = await session.exec(
            select(Case.id).where(Case.order_id == disposition.order_id, Case.kind == DISPUTED)
        )
        case = rows.first()
    return Redirect("/dispatch/cases", status_code=303) if case is None else back_to(case)


@get("/dispatch/photographs/{photograph_id:uuid}", include_in_schema=False)
async def photograph(request: Asked, photograph_id: FromPath[UUID]) -> Response[bytes]:
    """A piece as a concierge saw it; nobody but colleagues does."""
    async with transaction(doors(request).engine) as session:
        content = await read_content(session, photograph_id, works_at=me(request).works_at)
    return Response(
        content, media_type="image/jpeg", headers={"cache-control": "private, no-store"}
    )


handlers: list[BaseRouteHandler] = [photograph, back_on_the_shelf, out_of_stock, question]

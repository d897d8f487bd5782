"""What a person decides about a damaged or missing piece, as the case's page says it."""

import re
from collections.abc import Awaitable, Callable
from uuid import UUID

from litestar import Response, get, post
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath
from sqlmodel import col, select

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

from .case_page import Mistake, back_to, case_page
from .cases import LONGEST

AMOUNT = re.compile(r"(\d{1,6})(?:[.,](\d{1,3}))?")
"""No card pays more than six figures."""


@post("/dispatch/pieces/{disposition_id:uuid}/put-backs", include_in_schema=False)
async def back_on_the_shelf(request: Asked, disposition_id: FromPath[UUID]) -> Response[str]:
    """Taken back as it is, or found."""
    return await _decided(request, disposition_id, put_back, "why-put-backs")


@post("/dispatch/pieces/{disposition_id:uuid}/write-offs", include_in_schema=False)
async def out_of_stock(request: Asked, disposition_id: FromPath[UUID]) -> Response[str]:
    """Written off."""
    return await _decided(request, disposition_id, write_off, "why-write-offs")


@post("/dispatch/pieces/{disposition_id:uuid}/questions", include_in_schema=False)
async def question(request: Asked, disposition_id: FromPath[UUID]) -> Response[str]:
    """She is asked to pay for it."""
    asking = me(request)
    house = doors(request)
    disposition = await _disposition(request, disposition_id)
    its_case = await _its_case(request, disposition)
    typed = {field: await _said(request, field) for field in ("amount", "question")}
    try:
        await ask_her(
            house.engine, disposition_id, minor_of(typed["amount"], disposition.currency),
            typed["question"], works_at=asking.works_at, by=asking.who,
            base_url=house.settings.base_url,
        )  # fmt: skip
    except BadRequest as no:
        of_it = {f"{field}-{disposition_id}": words for field, words in typed.items()}
        mistake = Mistake(no, f"{no.field}-{disposition_id}")
        return await case_page(request, its_case, mistake, typed=of_it)
    return back_to(its_case)


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
        raise BadRequest(
            "Write the amount in figures alone, as %(example)s.", field="amount", example=example
        )
    return int(whole + part.ljust(exponent, "0"))


async def _decided(
    request: Asked, disposition_id: UUID, decide: Callable[..., Awaitable[None]], name: str
) -> Response[str]:
    """A decision, with the word why that stands in the field of this name."""
    asking, why = me(request), await _said(request, "why")
    its_case = await _its_case(request, await _disposition(request, disposition_id))
    try:
        await decide(
            doors(request).engine, disposition_id, why, works_at=asking.works_at, by=asking.who
        )
    except BadRequest as no:
        field = f"{name}-{disposition_id}"
        return await case_page(request, its_case, Mistake(no, field), typed={field: why})
    return back_to(its_case)


async def _said(request: Asked, field: str) -> str:
    return str((await request.form()).get(field, ""))[:LONGEST]


async def _disposition(request: Asked, disposition_id: UUID) -> Disposition:
    async with transaction(doors(request).engine) as session:
        disposition = await session.get(Disposition, disposition_id)
    if disposition is None:
        raise Missing("There is no such piece to decide about.")
    return disposition


async def _its_case(request: Asked, disposition: Disposition) -> UUID:
    """The case that asks for the decision."""
    async with transaction(doors(request).engine) as session:
        rows = await session.exec(
            select(Case.id)
            .where(Case.order_id == disposition.order_id, Case.kind == DISPUTED)
            .order_by(col(Case.opened_at).desc())
            .limit(1)
        )
        return rows.one()


@get("/dispatch/photographs/{photograph_id:uuid}", include_in_schema=False)
async def photograph(request: Asked, photograph_id: FromPath[UUID]) -> Response[bytes]:
    """A piece as a concierge saw it; nobody but colleagues does."""
    async with transaction(doors(request).engine) as session:
        content = await read_content(session, photograph_id, works_at=me(request).works_at)
    return Response(
        content, media_type="image/jpeg", headers={"cache-control": "private, no-store"}
    )


handlers: list[BaseRouteHandler] = [photograph, back_on_the_shelf, out_of_stock, question]

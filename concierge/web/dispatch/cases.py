"""What needs a person: every case, whose it is, and how it ends."""

from datetime import datetime
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath
from litestar.response import Redirect
from sqlmodel import select

from concierge.desk.collect import send_link_again
from concierge.desk.end_case import end_case, take_case
from concierge.desk.show_cases import CaseShown, ended_cases, open_cases, show_case
from concierge.model import Hub
from concierge.model.refusals import BadRequest, Missing
from concierge.store.clock import now
from concierge.store.transaction import transaction
from concierge.web.doors import Asked, doors
from concierge.web.session import me
from concierge.web.show import show

from .case_page import Mistake, back_to, case_page

LONGEST = 400
"""Characters of a word why."""


class CasesPage(msgspec.Struct, frozen=True):
    """All that is open, and what ended last."""

    now: datetime
    rows: list[CaseShown]
    ended: list[CaseShown]


@get("/dispatch/cases", include_in_schema=False)
async def cases(request: Asked) -> Response[str]:
    """The list, the oldest first."""
    async with transaction(doors(request).engine) as session:
        hubs = [hub for hub in await session.exec(select(Hub.id)) if me(request).works_at(hub)]
        page = CasesPage(
            await now(session), await open_cases(session, hubs), await ended_cases(session, hubs)
        )
    return show(request, "dispatch/cases.html", page)


@get("/dispatch/cases/{case_id:uuid}", include_in_schema=False)
async def one_case(request: Asked, case_id: FromPath[UUID]) -> Response[str]:
    """A case, with all that can be done about it."""
    return await case_page(request, case_id)


@post("/dispatch/cases/{case_id:uuid}/owners", include_in_schema=False)
async def take(request: Asked, case_id: FromPath[UUID]) -> Redirect:
    """Whoever presses looks after it."""
    asking = me(request)
    if asking.account_id is not None:
        await take_case(
            doors(request).engine, case_id, asking.account_id, works_at=asking.works_at,
            by=asking.who,
        )  # fmt: skip
    return back_to(case_id)


@post("/dispatch/cases/{case_id:uuid}/payment-links", include_in_schema=False)
async def send_link(request: Asked, case_id: FromPath[UUID]) -> Redirect:
    """She gets the link to pay, and its time, once more."""
    house, asking = doors(request), me(request)
    async with transaction(house.engine) as session:
        case = await show_case(session, case_id, works_at=asking.works_at)
    if case.order is None:
        raise Missing("There is no such order.")
    await send_link_again(
        house.engine, case.order, by=asking.who, base_url=house.settings.base_url
    )
    return back_to(case_id)


@post("/dispatch/cases/{case_id:uuid}/endings", include_in_schema=False)
async def end(request: Asked, case_id: FromPath[UUID]) -> Response[str]:
    """It is done, and why."""
    asking = me(request)
    why = str((await request.form()).get("why", ""))[:LONGEST]
    try:
        await end_case(
            doors(request).engine, case_id, why, works_at=asking.works_at, by=asking.who
        )
    except BadRequest as no:
        return await case_page(request, case_id, Mistake(no, "why"), typed={"why": why})
    return Redirect("/dispatch/cases", status_code=303)


handlers: list[BaseRouteHandler] = [cases, one_case, take, send_link, end]

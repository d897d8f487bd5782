"""What needs a person: every case, whose it is, and how it ends."""

from datetime import datetime
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath
from litestar.response import Redirect
from sqlmodel import select

from concierge.desk.collect import links_sent, send_link_again
from concierge.desk.dispute_pieces import DISPUTED
from concierge.desk.end_case import end_case, take_case
from concierge.desk.pieces_to_decide import PieceToDecide, pieces_to_decide
from concierge.desk.show_cases import CaseShown, ended_cases, open_cases, show_case
from concierge.desk.show_dispute import DisputeShown, dispute_of_case
from concierge.desk.show_photographs import PiecePhotographed, photographs_of
from concierge.model import Hub
from concierge.model.refusals import Missing
from concierge.store.clock import now
from concierge.store.transaction import transaction
from concierge.web.doors import Asked, doors
from concierge.web.guards import DISPATCHERS
from concierge.web.session import me
from concierge.web.show import show

LONGEST = 400
"""Characters of a word why."""


class CasesPage(msgspec.Struct, frozen=True):
    """All that is open, and what ended last."""

    now: datetime
    rows: list[CaseShown]
    ended: list[CaseShown]


class CasePage(msgspec.Struct, frozen=True):
    """One case; `mine` when whoever looks took it, `may_charge` when she may ask for money.

    `links_sent` is when somebody sent the link to pay again.
    """

    now: datetime
    case: CaseShown
    mine: bool
    may_charge: bool
    pieces: list[PieceToDecide]
    photographs: list[PiecePhotographed]
    dispute: DisputeShown | None
    links_sent: list[datetime]


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
    asking = me(request)
    async with transaction(doors(request).engine) as session:
        case = await show_case(session, case_id, works_at=asking.works_at)
        page = CasePage(
            now=await now(session),
            case=case,
            mine=case.owner_id is not None and case.owner_id == asking.account_id,
            may_charge=asking.role in DISPATCHERS,
            pieces=await pieces_to_decide(session, case.order)
            if case.kind == DISPUTED and case.order
            else [],
            photographs=await photographs_of(session, case.order) if case.order else [],
            dispute=await dispute_of_case(session, case.id),
            links_sent=await links_sent(session, case.order) if case.order else [],
        )
    return show(request, "dispatch/case.html", page)


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
async def end(request: Asked, case_id: FromPath[UUID]) -> Redirect:
    """It is done, and why."""
    asking = me(request)
    why = str((await request.form()).get("why", ""))[:LONGEST]
    await end_case(doors(request).engine, case_id, why, works_at=asking.works_at, by=asking.who)
    return Redirect("/dispatch/cases", status_code=303)


def back_to(case_id: UUID) -> Redirect:
    """The case's page, as it stands now."""
    return Redirect(f"/dispatch/cases/{case_id}", status_code=303)


handlers: list[BaseRouteHandler] = [cases, one_case, take, send_link, end]

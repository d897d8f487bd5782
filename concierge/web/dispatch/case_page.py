"""A case's page: all that can be done about it, and what does not read right of what was typed."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec
from litestar import Response
from litestar.response import Redirect
from sqlmodel.ext.asyncio.session import AsyncSession

from concierge.desk.collect import links_sent
from concierge.desk.dispute_pieces import DISPUTED
from concierge.desk.pieces_to_decide import PieceToDecide, pieces_to_decide
from concierge.desk.show_cases import CaseShown, show_case
from concierge.desk.show_dispute import DisputeShown, dispute_of_case
from concierge.desk.show_photographs import PiecePhotographed, photographs_of
from concierge.model.refusals import BadRequest
from concierge.store.clock import now
from concierge.store.transaction import transaction
from concierge.web.doors import Asked, doors
from concierge.web.guards import DISPATCHERS
from concierge.web.session import me
from concierge.web.show import show, words_for


class Mistake(NamedTuple):
    """Why a form was not taken, and the field it is about."""

    no: BadRequest
    field: str


class CasePage(msgspec.Struct, frozen=True):
    """One case; `mine` when whoever looks took it, `may_charge` when she may ask for money.

    `links_sent` is when somebody sent the link to pay again. `wrong` is why a form was not taken,
    and `wrong_field` what it is about; what was `typed` stands in its fields still. `to_bank` is
    the evidence as her bank gets it, while somebody is asked whether to hand it in.
    """

    now: datetime
    case: CaseShown
    mine: bool
    may_charge: bool
    pieces: list[PieceToDecide]
    photographs: list[PiecePhotographed]
    dispute: DisputeShown | None
    links_sent: list[datetime]
    wrong: str
    wrong_field: str
    typed: Mapping[str, str]
    to_bank: Mapping[str, str]


async def case_page(
    request: Asked,
    case_id: UUID,
    mistake: Mistake | None = None,
    *,
    typed: Mapping[str, str] | None = None,
    to_bank: Mapping[str, str] | None = None,
) -> Response[str]:
    """The page, as the case stands now."""
    asking = me(request)
    async with transaction(doors(request).engine) as session:
        case = await show_case(session, case_id, works_at=asking.works_at)
        pieces, photographs = await _of_its_visit(session, case)
        page = CasePage(
            now=await now(session),
            case=case,
            mine=case.owner_id is not None and case.owner_id == asking.account_id,
            may_charge=asking.role in DISPATCHERS,
            pieces=pieces,
            photographs=photographs,
            dispute=await dispute_of_case(session, case.id),
            links_sent=await links_sent(session, case.order) if case.order else [],
            wrong=words_for(request).refusal(mistake.no) if mistake else "",
            wrong_field=mistake.field if mistake else "",
            typed=typed or {},
            to_bank=to_bank or {},
        )
    return show(request, "dispatch/case.html", page, status_code=422 if mistake else 200)


async def _of_its_visit(
    session: AsyncSession, case: CaseShown
) -> tuple[list[PieceToDecide], list[PiecePhotographed]]:
    """The pieces to decide about, with their photographs alone; of another case all there are."""
    if case.order is None:
        return [], []
    photographs = await photographs_of(session, case.order)
    if case.kind != DISPUTED:
        return [], photographs
    pieces = await pieces_to_decide(session, case.order)
    tags = {piece.tag for piece in pieces}
    return pieces, [each for each in photographs if each.tag in tags]


def back_to(case_id: UUID) -> Redirect:
    """The case's page, once what was asked is done."""
    return Redirect(f"/dispatch/cases/{case_id}", status_code=303)

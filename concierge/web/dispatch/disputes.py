"""A dispute is answered with the evidence somebody has looked over, or by giving in."""

from uuid import UUID

from litestar import Response, get, post
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath

from concierge.desk.answer_dispute import receipt_file
from concierge.desk.gather_evidence import FIELDS
from concierge.desk.hand_in_evidence import give_in, hand_in, looked_over
from concierge.desk.its_order import with_its_order
from concierge.model import Dispute
from concierge.model.refusals import BadRequest, Missing
from concierge.store.transaction import transaction
from concierge.web.doors import Asked, doors
from concierge.web.session import me

from .case_page import Mistake, back_to, case_page
from .cases import LONGEST


@post("/dispatch/disputes/{dispute_id:str}/evidence", include_in_schema=False)
async def evidence(request: Asked, dispute_id: FromPath[str]) -> Response[str]:
    """What was looked over is shown as her bank gets it, and handed in once that is agreed to."""
    house, asking = doors(request), me(request)
    said = await request.form()
    shown = {field: str(said.get(field, "")).replace("\r\n", "\n") for field in FIELDS}
    typed = {f"evidence-{field}": words for field, words in shown.items()}
    its_case = await _its_case(request, dispute_id)
    try:
        match said.get("do"):
            case "hand_in":
                await hand_in(
                    house.engine, dispute_id, shown, works_at=asking.works_at, by=asking.who
                )
                return back_to(its_case)
            case "change":
                return await case_page(request, its_case, typed=typed)
            case _:
                to_bank = looked_over(shown)
                return await case_page(request, its_case, typed=typed, to_bank=to_bank)
    except BadRequest as no:
        mistake = Mistake(no, f"evidence-{no.field}")
        return await case_page(request, its_case, mistake, typed=typed)


@post("/dispatch/disputes/{dispute_id:str}/concessions", include_in_schema=False)
async def concession(request: Asked, dispute_id: FromPath[str]) -> Response[str]:
    """She is let have the money."""
    house, asking = doors(request), me(request)
    why = str((await request.form()).get("why", ""))[:LONGEST]
    its_case = await _its_case(request, dispute_id)
    try:
        await give_in(house.engine, dispute_id, why, works_at=asking.works_at, by=asking.who)
    except BadRequest as no:
        mistake = Mistake(no, "why-give-in")
        return await case_page(request, its_case, mistake, typed={"why-give-in": why})
    return back_to(its_case)


async def _its_case(request: Asked, dispute_id: str) -> UUID:
    async with transaction(doors(request).engine) as session:
        _, dispute = await with_its_order(session, Dispute, dispute_id, me(request).works_at)
    if dispute.case_id is None:
        raise Missing("There is no such case.")
    return dispute.case_id


@get("/dispatch/disputes/{dispute_id:str}/receipt.pdf", include_in_schema=False)
async def receipt(request: Asked, dispute_id: FromPath[str]) -> Response[bytes]:
    """Her receipt, as her bank gets it.

    Raises:
        Missing: there is no such dispute for them, or no receipt yet.
    """
    house = doors(request)
    async with transaction(house.engine) as session:
        _, dispute = await with_its_order(session, Dispute, dispute_id, me(request).works_at)
    content = await receipt_file(house.engine, dispute, house.settings.seller)
    if content is None:
        raise Missing("There is no receipt yet; it comes when the money has followed.")
    return Response(
        content,
        media_type="application/pdf",
        headers={"content-disposition": 'inline; filename="receipt.pdf"'},
    )


handlers: list[BaseRouteHandler] = [evidence, concession, receipt]

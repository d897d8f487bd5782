"""A dispute is answered with the evidence somebody has looked over, or by giving in."""

from litestar import Response, get, post
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath
from litestar.response import Redirect

from concierge.desk.answer_dispute import receipt_file
from concierge.desk.gather_evidence import FIELDS
from concierge.desk.hand_in_evidence import give_in, hand_in
from concierge.desk.its_order import with_its_order
from concierge.model import Dispute
from concierge.model.refusals import Missing
from concierge.store.transaction import transaction
from concierge.web.doors import Asked, doors
from concierge.web.session import me

from .cases import back_to


@post("/dispatch/disputes/{dispute_id:str}/evidence", include_in_schema=False)
async def evidence(request: Asked, dispute_id: FromPath[str]) -> Redirect:
    """What was looked over, handed in."""
    house, asking = doors(request), me(request)
    said = await request.form()
    shown = {field: str(said.get(field, "")).replace("\r\n", "\n") for field in FIELDS}
    await hand_in(house.engine, dispute_id, shown, works_at=asking.works_at, by=asking.who)
    return await _back_to_its_case(request, dispute_id)


@post("/dispatch/disputes/{dispute_id:str}/concessions", include_in_schema=False)
async def concession(request: Asked, dispute_id: FromPath[str]) -> Redirect:
    """She is let have the money."""
    house, asking = doors(request), me(request)
    why = str((await request.form()).get("why", ""))
    await give_in(house.engine, dispute_id, why, works_at=asking.works_at, by=asking.who)
    return await _back_to_its_case(request, dispute_id)


async def _back_to_its_case(request: Asked, dispute_id: str) -> Redirect:
    async with transaction(doors(request).engine) as session:
        _, dispute = await with_its_order(session, Dispute, dispute_id, me(request).works_at)
    if dispute.case_id is None:
        return Redirect("/dispatch/cases", status_code=303)
    return back_to(dispute.case_id)


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

"""A concierge's day as JSON: her route, each visit, and what she writes down at the door.

Every PUT names what it writes by an id the phone made (UUIDv7), so that sending it again is the
same act; its answer is the visit as it stands now.
"""

import asyncio
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import get, put
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec.structs import replace
from sqlmodel.ext.asyncio.session import AsyncSession

from concierge.desk.add_at_the_door import Addition, add_at_the_door
from concierge.desk.address_book import Note
from concierge.desk.ask_second_hold import HoldAsked, ask_second_hold
from concierge.desk.keep_photograph import Photographed, keep_photograph
from concierge.desk.read_photograph import read_photograph
from concierge.desk.record_returns import record_returns
from concierge.desk.record_step import StepReport, record_step
from concierge.desk.report_closed_door import ClosedDoor, report_closed_door
from concierge.desk.show_visit import show_visit
from concierge.desk.todays_route import TodaysRoute, live_route
from concierge.desk.visit_sheet import Visit
from concierge.model import (
    LARGEST_PHOTOGRAPH,
    MOST_PIECES,
    GestureGiven,
    GestureReason,
    PieceVerdict,
    Remark,
    ReturnsRecord,
    Step,
    Taken,
)
from concierge.model.refusals import BadRequest, Missing
from concierge.store.clock import now
from concierge.store.transaction import transaction
from concierge.web.doors import Asked, doors
from concierge.web.garments import address
from concierge.web.session import me
from concierge.web.show import words_for
from concierge.web.wire import MOST_MINOR, Moment, no

from .said import in_words


class Reported(msgspec.Struct, frozen=True):
    """A step, and when it was taken by the phone's clock; `phone` is that phone's own name."""

    step: Step
    at: Moment
    phone: UUID | None = None


class Closed(msgspec.Struct, frozen=True):
    """When she gave up waiting at a door, by the phone's clock."""

    at: Moment


class Tagged(msgspec.Struct, frozen=True):
    """A piece, by its tag."""

    tag: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]


class Wanted(msgspec.Struct, frozen=True):
    """What she wants to keep just now, and what is taken off it."""

    keeping: Annotated[tuple[UUID, ...], msgspec.Meta(max_length=4 * MOST_PIECES)]
    gesture_minor: Annotated[int, msgspec.Meta(ge=0, le=MOST_MINOR)] = 0


class Given(msgspec.Struct, frozen=True):
    """What the concierge gives away, in minor units of the order's currency, and why."""

    minor: Annotated[int, msgspec.Meta(ge=1, le=MOST_MINOR)]
    reason: GestureReason


class Remarked(msgspec.Struct, frozen=True):
    """What the concierge saw of a piece that is damaged or not there."""

    piece: UUID
    words: Note


class Confirmed(msgspec.Struct, frozen=True):
    """The list the client confirmed: every piece of the visit, one verdict.

    Phones that know of no gestures and remarks leave them out.
    """

    confirmed_at: Moment
    verdicts: Annotated[tuple[PieceVerdict, ...], msgspec.Meta(max_length=4 * MOST_PIECES)]
    gesture: Given | None = None
    remarks: Annotated[tuple[Remarked, ...], msgspec.Meta(max_length=4 * MOST_PIECES)] = ()

    def record(self, key: UUID) -> ReturnsRecord:
        """The same as the desk takes it."""
        given = self.gesture and GestureGiven(self.gesture.minor, self.gesture.reason)
        remarks = tuple(Remark(each.piece, each.words.strip()) for each in self.remarks)
        return ReturnsRecord(key, self.verdicts, self.confirmed_at, given, remarks)


READS = {
    401: no("Nobody is signed in."),
    403: no("Not for this role."),
    404: no("There is no such visit on this concierge's route."),
}
WRITES = {
    **READS,
    400: no("What was sent does not read right."),
    409: no("The visit is not at this step, or something else was recorded first."),
}


@get(
    "/api/field/route",
    operation_id="TodaysRoute",
    tags=["field"],
    responses={**READS, 400: no("The day is none.")},
)
async def route(request: Asked, day: FromQuery[date | None] = None) -> TodaysRoute:
    """The plan in force for who asks, today or on another day, with its drives drawn."""
    house = doors(request)
    found = await live_route(house.engine, house.roads, _mine(request), day, picture=address)
    words = words_for(request)
    return replace(found, visits=[in_words(each, words) for each in found.visits])


@get(
    "/api/field/visits/{order_id:uuid}",
    operation_id="Visit",
    tags=["field"],
    responses=READS,
)
async def visit(request: Asked, order_id: FromPath[UUID]) -> Visit:
    """One visit of who asks."""
    async with transaction(doors(request).engine) as session:
        return await _as_it_stands(session, request, order_id)


@put(
    "/api/field/visits/{order_id:uuid}/steps/{step_id:uuid}",
    operation_id="RecordStep",
    tags=["field"],
    responses=WRITES,
)
async def step(
    request: Asked, order_id: FromPath[UUID], step_id: FromPath[UUID], data: JSONBody[Reported]
) -> Visit:
    """On the way, at the door, trying, finished. The same id again changes nothing."""
    mine = _mine(request)
    async with transaction(doors(request).engine) as session:
        await record_step(
            session,
            order_id,
            StepReport(step_id, data.step, data.at, data.phone),
            concierge_id=mine,
            now=await now(session),
        )
        return await _as_it_stands(session, request, order_id)


@put(
    "/api/field/visits/{order_id:uuid}/closed-doors/{door_id:uuid}",
    operation_id="ReportClosedDoor",
    status_code=204,
    tags=["field"],
    responses=WRITES,
)
async def closed_door(
    request: Asked, order_id: FromPath[UUID], door_id: FromPath[UUID], data: JSONBody[Closed]
) -> None:
    """Nobody opens: she goes on, a dispatcher decides. The same id again changes nothing."""
    house, mine = doors(request), _mine(request)
    await report_closed_door(
        house.engine, house.roads, order_id, ClosedDoor(door_id, data.at), concierge_id=mine
    )


@put(
    "/api/field/visits/{order_id:uuid}/additions/{addition_id:uuid}",
    operation_id="AddAtTheDoor",
    tags=["field"],
    responses={**WRITES, 422: no("No such piece is in her van, or it did not come back as new.")},
)
async def addition(
    request: Asked, order_id: FromPath[UUID], addition_id: FromPath[UUID], data: JSONBody[Tagged]
) -> Visit:
    """A piece from the van joins the visit, by its tag. The same id again adds nothing twice."""
    mine = _mine(request)
    async with transaction(doors(request).engine) as session:
        await add_at_the_door(
            session,
            order_id,
            Addition(addition_id, data.tag.strip()),
            concierge_id=mine,
            now=await now(session),
        )
        return await _as_it_stands(session, request, order_id)


@put(
    "/api/field/visits/{order_id:uuid}/photographs/{photograph_id:uuid}",
    operation_id="KeepPhotograph",
    status_code=204,
    tags=["field"],
    request_max_body_size=LARGEST_PHOTOGRAPH,
    responses={
        **WRITES,
        413: no("It is too large."),
        422: no("The piece is not of this visit, or there are enough photographs of it."),
    },
)
async def photograph(
    request: Asked,
    order_id: FromPath[UUID],
    photograph_id: FromPath[UUID],
    piece: FromQuery[UUID],
    taken: FromQuery[Taken],
    at: FromQuery[datetime],
) -> None:
    """A piece as it goes out or comes back: a JPEG as the body. The same id again keeps one."""
    mine = _mine(request)
    if at.tzinfo is None:
        raise BadRequest("Say in which time zone it was taken.")
    content = await asyncio.to_thread(read_photograph, await request.body())
    async with transaction(doors(request).engine) as session:
        await keep_photograph(
            session,
            order_id,
            Photographed(photograph_id, piece, taken, at, content),
            concierge_id=mine,
            now=await now(session),
        )


@put(
    "/api/field/visits/{order_id:uuid}/holds/{hold_id:uuid}",
    operation_id="AskSecondHold",
    tags=["field"],
    responses={**WRITES, 422: no("A piece is not of this visit, or is named twice.")},
)
async def hold(
    request: Asked, order_id: FromPath[UUID], hold_id: FromPath[UUID], data: JSONBody[Wanted]
) -> Visit:
    """Ask her to have set aside what she wants to keep above what is held.

    She confirms it on her own phone; nothing is asked when enough is held. The same id again asks
    nothing twice.
    """
    house, mine = doors(request), _mine(request)
    asked = HoldAsked(hold_id, data.keeping, data.gesture_minor)
    async with transaction(house.engine) as session:
        await ask_second_hold(
            session,
            order_id,
            asked,
            concierge_id=mine,
            now=await now(session),
            base_url=house.settings.base_url,
        )
        return await _as_it_stands(session, request, order_id)


@put(
    "/api/field/visits/{order_id:uuid}/returns/{key:uuid}",
    operation_id="RecordReturns",
    tags=["field"],
    responses={**WRITES, 422: no("A piece is left out, foreign or named twice.")},
)
async def returns(
    request: Asked, order_id: FromPath[UUID], key: FromPath[UUID], data: JSONBody[Confirmed]
) -> Visit:
    """What she keeps and what goes back. The same key and list again changes nothing.

    A list that contradicts the one in force is refused, and kept for a person to look at; so is
    one of a visit that she had that day and has no more.
    """
    mine = _mine(request)
    record = data.record(key)
    async with transaction(doors(request).engine) as session:
        refusal = await record_returns(
            session, order_id, record, concierge_id=mine, now=await now(session)
        )
        if refusal is None:
            return await _as_it_stands(session, request, order_id)
    raise refusal


async def _as_it_stands(session: AsyncSession, request: Asked, order_id: UUID) -> Visit:
    """The visit of who asks, in her words."""
    found = await show_visit(session, order_id, _mine(request), picture=address)
    return in_words(found, words_for(request))


def _mine(request: Asked) -> UUID:
    """The concierge who asks.

    Raises:
        Missing: the account is no concierge's.
    """
    found = me(request).concierge_id
    if found is None:
        raise Missing("There is no such concierge.")
    return found


handlers: list[BaseRouteHandler] = [
    route,
    visit,
    step,
    closed_door,
    addition,
    photograph,
    hold,
    returns,
]

"""A hub's day as JSON: the board, what a move would cost, and the changes made by hand.

Every change names the version it was drawn from; a day that changed meanwhile is not overwritten.
"""

from datetime import date
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import delete, get, post, put
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, QueryParameter

from concierge.desk import lock_visit as locks
from concierge.desk.change_by_hand import Seen
from concierge.desk.day_board import DayBoard, day_board
from concierge.desk.draw_lines import Line, draw_lines
from concierge.desk.move_stop import move_stop
from concierge.desk.replan_day import replan_day
from concierge.desk.unassign_visit import unassign_visit
from concierge.desk.weigh_move import Place, weigh_move
from concierge.web.doors import Asked, doors
from concierge.web.session import me
from concierge.web.show import words_for
from concierge.web.wire import no

MOST_LINES = 4
Why = Annotated[str, msgspec.Meta(max_length=200, pattern="^[^\u0000]*$")]
Version = Annotated[int, msgspec.Meta(ge=0)]


class Saved(msgspec.Struct, frozen=True):
    """The day's version now."""

    version: int


class Move(msgspec.Struct, frozen=True):
    """This visit to that shift; `position` among its stops that have not begun, if it matters."""

    order: UUID
    shift: UUID
    version: Version
    position: Annotated[int, msgspec.Meta(ge=0, le=1000)] | None = None
    why: Why = ""


class Unassignment(msgspec.Struct, frozen=True):
    """This visit off its route."""

    order: UUID
    version: Version
    why: Why = ""


class LockAsked(msgspec.Struct, frozen=True):
    """The visit stays with whom it has."""

    version: Version
    why: Why = ""


class Replan(msgspec.Struct, frozen=True):
    """The rest of the day planned again."""

    why: Why = ""


READS = {
    400: no("What was asked does not read right."),
    401: no("Nobody is signed in."),
    403: no("Not for this role."),
    404: no("There is no such hub, or its day has no such visit."),
}
WEIGHS = {**READS, 409: no("The visit has begun.")}
WRITES = {
    **READS,
    409: no("The day changed meanwhile, the visit has begun, or a promise would break."),
    422: no("An address of this day is off the map."),
}
DAY = "/api/dispatch/days/{hub:str}/{day:date}"


@get(DAY, operation_id="DayBoard", tags=["dispatch"], responses=READS)
async def board(request: Asked, hub: FromPath[str], day: FromPath[date]) -> DayBoard:
    """The day: rows by concierge, the tray, what needs a person."""
    house = doors(request)
    shown = await day_board(house.engine, house.roads, hub=hub, day=day, words=words_for(request))
    theirs = [each for each in shown.hubs if me(request).works_at(each.slug)]
    return msgspec.structs.replace(shown, hubs=theirs)


@get(
    f"{DAY}/visits/{{order_id:uuid}}/places",
    operation_id="WeighMove",
    tags=["dispatch"],
    responses=WEIGHS,
)
async def places(
    request: Asked, hub: FromPath[str], day: FromPath[date], order_id: FromPath[UUID]
) -> list[Place]:
    """What giving the visit to each concierge would cost and break, best first."""
    house = doors(request)
    return await weigh_move(house.engine, house.roads, hub=hub, day=day, order_id=order_id)


@get(f"{DAY}/lines", operation_id="DrawLines", tags=["dispatch"], responses=READS)
async def lines(
    request: Asked,
    hub: FromPath[str],
    day: FromPath[date],
    shift: Annotated[list[UUID], QueryParameter(max_items=MOST_LINES)],
) -> list[Line]:
    """The drives of these shifts as lines on the map."""
    house = doors(request)
    return await draw_lines(house.engine, house.roads, hub=hub, day=day, shifts=shift)


@post(f"{DAY}/moves", operation_id="MoveVisit", tags=["dispatch"], responses=WRITES)
async def move(
    request: Asked, hub: FromPath[str], day: FromPath[date], data: JSONBody[Move]
) -> Saved:
    """Give a visit to a concierge; refused with every promise it would break."""
    house = doors(request)
    version = await move_stop(
        house.engine,
        house.roads,
        Seen(hub, day, data.version),
        data.order,
        data.shift,
        position=data.position,
        by=me(request).who,
        why=data.why,
    )
    return Saved(version)


@post(f"{DAY}/unassignments", operation_id="UnassignVisit", tags=["dispatch"], responses=WRITES)
async def unassign(
    request: Asked, hub: FromPath[str], day: FromPath[date], data: JSONBody[Unassignment]
) -> Saved:
    """Take a visit off its route; it waits in the tray."""
    house = doors(request)
    seen = Seen(hub, day, data.version)
    version = await unassign_visit(
        house.engine, house.roads, seen, data.order, by=me(request).who, why=data.why
    )
    return Saved(version)


@put(
    f"{DAY}/locks/{{order_id:uuid}}",
    operation_id="LockVisit",
    tags=["dispatch"],
    responses=WRITES,
)
async def lock(
    request: Asked,
    hub: FromPath[str],
    day: FromPath[date],
    order_id: FromPath[UUID],
    data: JSONBody[LockAsked],
) -> Saved:
    """Keep a visit with the concierge who has it."""
    house = doors(request)
    seen = Seen(hub, day, data.version)
    version = await locks.lock_visit(
        house.engine, house.roads, seen, order_id, by=me(request).who, why=data.why
    )
    return Saved(version)


@delete(
    f"{DAY}/locks/{{order_id:uuid}}",
    operation_id="UnlockVisit",
    status_code=200,
    tags=["dispatch"],
    responses=WRITES,
)
async def unlock(
    request: Asked,
    hub: FromPath[str],
    day: FromPath[date],
    order_id: FromPath[UUID],
    version: Annotated[int, QueryParameter(ge=0)],
) -> Saved:
    """Let planning choose again who visits."""
    house = doors(request)
    seen = Seen(hub, day, version)
    now_at = await locks.unlock_visit(
        house.engine, house.roads, seen, order_id, by=me(request).who
    )
    return Saved(now_at)


@post(
    f"{DAY}/replans",
    operation_id="ReplanDay",
    status_code=202,
    tags=["dispatch"],
    responses=WRITES,
)
async def replan(
    request: Asked, hub: FromPath[str], day: FromPath[date], data: JSONBody[Replan]
) -> None:
    """Ask for a better plan of the rest of the day; the board says when it is there."""
    await replan_day(doors(request).engine, hub=hub, day=day, by=me(request).who, why=data.why)


handlers: list[BaseRouteHandler] = [
    board,
    places,
    lines,
    move,
    unassign,
    lock,
    unlock,
    replan,
]

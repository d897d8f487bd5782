"""When something goes wrong with a day: saying so, and choosing a way out of it."""

from datetime import date
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import delete, get, post
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, QueryParameter

import routing
from concierge.desk import choose_way as desk
from concierge.desk.change_by_hand import Seen
from concierge.desk.close_absence import close_absence
from concierge.desk.give_up_order import call_off_visit
from concierge.desk.report_setback import nobody_home, report_setback
from concierge.desk.suggest_fit import Fit, promise_window, suggest_fit
from concierge.desk.take_back import take_back as take_back_setback
from concierge.model import SetbackKind
from concierge.model.refusals import BadRequest
from concierge.web.doors import Asked, doors
from concierge.web.session import me
from concierge.web.wire import MOST_MINOR, Moment

from .day import DAY, WEIGHS, WRITES, Saved, Version, Why

MOST_MINUTES = 600


class Happened(msgspec.Struct, frozen=True):
    """What happened to the concierge of a shift.

    `minutes` is how late she goes on; broken down without, her car stands still for the day.
    """

    kind: SetbackKind
    shift: UUID
    version: Version
    minutes: Annotated[int, msgspec.Meta(ge=1, le=MOST_MINUTES)] | None = None


class NobodyHome(msgspec.Struct, frozen=True):
    """Nobody opened the door of this visit."""

    order: UUID
    version: Version


class Chosen(msgspec.Struct, frozen=True):
    """A way out, by its kind; without, the day is left as it is."""

    version: Version
    way: Annotated[str, msgspec.Meta(max_length=40)] | None = None


class Weighing(msgspec.Struct, frozen=True):
    """The ways out weighed anew."""

    version: Version


class Cancellation(msgspec.Struct, frozen=True):
    """The client called this visit off. `fee` is what she was told it costs, in minor units.

    `waive` says why she is let off it.
    """

    order: UUID
    fee: Annotated[int, msgspec.Meta(ge=0, le=MOST_MINOR)] = 0
    waive: Why = ""


class Absence(msgspec.Struct, frozen=True):
    """Nobody opened for this visit, and it is over. `waive` says why she is let off the fee.

    Where her concierge went on before her wait was over, none is asked unless `although_early`.
    """

    order: UUID
    waive: Why = ""
    although_early: bool = False


class WindowAgreed(msgspec.Struct, frozen=True):
    """A window of this day that the client has agreed to."""

    order: UUID
    opens: Moment
    closes: Moment
    version: Version


@post(f"{DAY}/setbacks", operation_id="ReportSetback", tags=["dispatch"], responses=WRITES)
async def report(
    request: Asked, hub: FromPath[str], day: FromPath[date], data: JSONBody[Happened]
) -> Saved:
    """A concierge is ill, broken down or late: the ways out are weighed."""
    if data.kind is SetbackKind.NOBODY_HOME:
        raise BadRequest("Say of which visit nobody was at home.")
    if (data.minutes is None) != (data.kind is SetbackKind.ILL) and (
        data.kind is not SetbackKind.BROKEN_DOWN
    ):
        raise BadRequest("Say how many minutes late she is; of an illness, none.")
    house = doors(request)
    version = await report_setback(
        house.engine, house.roads, Seen(hub, day, data.version), data.kind, data.shift,
        minutes=data.minutes, by=me(request).who,
    )  # fmt: skip
    return Saved(version)


@post(f"{DAY}/closed-doors", operation_id="NobodyHome", tags=["dispatch"], responses=WRITES)
async def closed_door(
    request: Asked, hub: FromPath[str], day: FromPath[date], data: JSONBody[NobodyHome]
) -> Saved:
    """Nobody opened: the concierge goes on, the visit waits for another hour."""
    house = doors(request)
    seen = Seen(hub, day, data.version)
    version = await nobody_home(house.engine, house.roads, seen, data.order, by=me(request).who)
    return Saved(version)


@post(
    f"{DAY}/setbacks/{{setback_id:uuid}}/choice",
    operation_id="ChooseWay",
    tags=["dispatch"],
    responses=WRITES,
)
async def choose(
    request: Asked,
    hub: FromPath[str],
    day: FromPath[date],
    setback_id: FromPath[UUID],
    data: JSONBody[Chosen],
) -> Saved:
    """Put a way out in force, or leave the day as it is."""
    house, by = doors(request), me(request).who
    seen = Seen(hub, day, data.version)
    if data.way is None:
        return Saved(await desk.leave_as_it_is(house.engine, house.roads, seen, setback_id, by=by))
    return Saved(
        await desk.choose_way(house.engine, house.roads, seen, setback_id, data.way, by=by)
    )


@post(
    f"{DAY}/setbacks/{{setback_id:uuid}}/weighings",
    operation_id="WeighAgain",
    tags=["dispatch"],
    responses=WRITES,
)
async def weigh(
    request: Asked,
    hub: FromPath[str],
    day: FromPath[date],
    setback_id: FromPath[UUID],
    data: JSONBody[Weighing],
) -> Saved:
    """Have the ways out weighed again, on the day as it is now."""
    house = doors(request)
    seen = Seen(hub, day, data.version)
    return Saved(
        await desk.weigh_again(house.engine, house.roads, seen, setback_id, by=me(request).who)
    )


@delete(
    f"{DAY}/setbacks/{{setback_id:uuid}}",
    operation_id="TakeBackSetback",
    status_code=200,
    tags=["dispatch"],
    responses=WRITES,
)
async def take_back(
    request: Asked,
    hub: FromPath[str],
    day: FromPath[date],
    setback_id: FromPath[UUID],
    version: Annotated[int, QueryParameter(ge=0)],
) -> Saved:
    """It was a mistake, or is over."""
    house = doors(request)
    seen = Seen(hub, day, version)
    return Saved(
        await take_back_setback(house.engine, house.roads, seen, setback_id, by=me(request).who)
    )


@post(
    f"{DAY}/cancellations",
    operation_id="CallOffVisit",
    status_code=204,
    tags=["dispatch"],
    responses=WRITES,
)
async def call_off(
    request: Asked, hub: FromPath[str], day: FromPath[date], data: JSONBody[Cancellation]
) -> None:
    """The client called the visit off: her place and pieces are free, her money is released."""
    house = doors(request)
    await call_off_visit(
        house.engine, house.gateway, house.roads,
        hub=hub, day=day, order_id=data.order, by=me(request).who,
        agreed_minor=data.fee, waive=data.waive.strip(),
    )  # fmt: skip


@post(
    f"{DAY}/absences",
    operation_id="CloseAbsence",
    status_code=204,
    tags=["dispatch"],
    responses=WRITES,
)
async def absent(
    request: Asked, hub: FromPath[str], day: FromPath[date], data: JSONBody[Absence]
) -> None:
    """Nobody opened, and no other hour was found: the visit is over, the absence fee is due."""
    house = doors(request)
    await close_absence(
        house.engine, house.roads, hub=hub, day=day, order_id=data.order, by=me(request).who,
        waive=data.waive.strip(), although_early=data.although_early,
    )  # fmt: skip


@get(
    f"{DAY}/visits/{{order_id:uuid}}/fits",
    operation_id="SuggestFit",
    tags=["dispatch"],
    responses=WEIGHS,
)
async def fits(
    request: Asked, hub: FromPath[str], day: FromPath[date], order_id: FromPath[UUID]
) -> list[Fit]:
    """For a visit nobody has: the smallest change of each kind with which it fits."""
    house = doors(request)
    return await suggest_fit(house.engine, house.roads, hub=hub, day=day, order_id=order_id)


@post(f"{DAY}/windows", operation_id="PromiseWindow", tags=["dispatch"], responses=WRITES)
async def promise(
    request: Asked, hub: FromPath[str], day: FromPath[date], data: JSONBody[WindowAgreed]
) -> Saved:
    """Give a client a window she has agreed to, and a place in it."""
    if data.closes < data.opens:
        raise BadRequest("The window closes before it opens.")
    house = doors(request)
    version = await promise_window(
        house.engine, house.roads, Seen(hub, day, data.version), data.order,
        routing.Window(data.opens, data.closes), by=me(request).who,
    )  # fmt: skip
    return Saved(version)


handlers: list[BaseRouteHandler] = [
    report,
    closed_door,
    choose,
    weigh,
    take_back,
    call_off,
    absent,
    fits,
    promise,
]

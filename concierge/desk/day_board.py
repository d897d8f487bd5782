"""A hub's day as a dispatcher sees it: who is where, who is late, and who has nobody yet."""

import asyncio
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import func, text
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

import routing
from concierge.maps.travel import Roads
from concierge.model import Case, Client, Hub, Order, OrderLine, OrderState, PlanVersion
from concierge.store import clock
from concierge.store.jobs import PlanDay
from concierge.store.transaction import transaction
from concierge.words import Words

from .board_money import VisitMoney, late_money, money_of
from .board_rows import BesidePlan, LeftVisit, Row, draw_left, draw_row
from .change_by_hand import find_hub
from .expect_stops import ExpectedRoute, expect_routes, travel_of
from .hub_day import HubDay
from .read_day import read_day
from .setbacks_shown import SetbackShown, show_setbacks
from .show_cases import named
from .show_give_backs import collected_orders
from .tell_promises import CALL
from .weigh_move import Place, best_place

AT_THE_DOOR = frozenset({OrderState.CONFIRMED, OrderState.AT_VISIT})
"""States in which a visit's money must be held."""


class OtherHub(msgspec.Struct, frozen=True):
    """A hub one may look at instead."""

    slug: str
    name: str


class ToldShown(msgspec.Struct, frozen=True, kw_only=True):
    """Which clients were told of the plan in force, by name.

    `broken` were written that their promise is not kept, `kept` that it is after all; `to_call`
    are those only a person can reach, or reach in time.
    """

    broken: list[str] = []
    kept: list[str] = []
    to_call: list[str] = []


class Exceptional(msgspec.Struct, frozen=True, kw_only=True):
    """Something a person must look at, since when; a `case` has a page, an `owner` once taken."""

    kind: str
    order: UUID | None
    words: str
    since: datetime
    case: UUID | None = None
    owner: str | None = None


class DayBoard(msgspec.Struct, frozen=True, kw_only=True):
    """The whole board, from the full hour `opens` to the full hour `until`.

    `over` when the day is history. `on_time` is the part of the day's visits that began, or will
    begin, inside their windows; None when there are none. `planning` while a worker plans the day
    again. `estimated` when drive times come from no road engine. `cost` is in seconds of driving,
    term by term.
    """

    hub: str
    hub_id: UUID
    hub_name: str
    hub_at: tuple[float, float]
    hubs: list[OtherHub]
    day: date
    now: datetime
    over: bool
    version: int
    changed_at: datetime | None
    opens: datetime
    until: datetime
    planning: bool
    estimated: bool
    words: str
    cost: dict[str, Any]
    on_time: float | None
    rows: list[Row]
    left: list[LeftVisit]
    exceptions: list[Exceptional]
    setbacks: list[SetbackShown]
    told: ToldShown


@dataclass(frozen=True, slots=True)
class _Read:
    """Everything the board is drawn from."""

    today: HubDay
    hubs: list[Hub]
    beside: BesidePlan
    cases: list[Case]
    owners: dict[UUID | None, str]
    late: list[tuple[Order, Client]]
    planning: bool
    told: dict[str, list[str]]


async def day_board(
    engine: AsyncEngine, roads: Roads, *, hub: str, day: date, words: Words
) -> DayBoard:
    """The board of the hub with this slug on that day; what needs a person in the reader's words.

    Raises:
        Missing: there is no such hub.
    """
    async with transaction(engine) as session:
        read = await _read(session, hub, day)
    travel = await travel_of(roads, read.today)
    return await asyncio.to_thread(_draw, read, travel, words)


async def _read(session: AsyncSession, slug: str, day: date) -> _Read:
    hub = await find_hub(session, slug)
    today = await read_day(session, hub, day, await clock.now(session))
    ids = list(today.orders)
    pieces = await session.exec(
        select(OrderLine.order_id, func.count())
        .where(col(OrderLine.order_id).in_(ids))
        .group_by(col(OrderLine.order_id))
    )
    money = await money_of(session, today.orders.values(), today.now)
    rows = await session.exec(
        select(Case)
        .where(Case.hub_id == hub.id, col(Case.closed_at).is_(None))
        .order_by(col(Case.opened_at))
    )
    cases = rows.all()
    hubs = await session.exec(select(Hub).order_by(col(Hub.name)))
    return _Read(
        today=today,
        hubs=list(hubs),
        beside=BesidePlan(dict(pieces.all()), money, await collected_orders(session, ids)),
        cases=list(cases),
        owners=await named(session, [case.owner_id for case in cases]),
        late=await late_money(session, hub, today.now),
        planning=await _is_planned_again(session, today),
        told=await _told(session, today),
    )


async def _told(session: AsyncSession, today: HubDay) -> dict[str, list[str]]:
    """Whom we told when the plan in force was made, by order."""
    at = (today.hub.id, today.day, today.version)
    made = await session.get(PlanVersion, at)
    return made.content.get("told", {}) if made else {}


async def _is_planned_again(session: AsyncSession, today: HubDay) -> bool:
    """Whether a worker plans this day, or soon will."""
    connection = await session.connection()
    asked = text(
        "select exists(select from procrastinate_jobs where task_name = :task"
        " and status in ('todo', 'doing') and args->>'hub' = :hub and args->>'day' = :day)"
    )
    found = await connection.execute(
        asked,
        {"task": PlanDay.task(), "hub": str(today.hub.id), "day": today.day.isoformat()},
    )
    return bool(found.scalar())


def _draw(read: _Read, travel: routing.TravelTimes, words: Words) -> DayBoard:
    today = read.today
    expected = expect_routes(today, travel)
    rows = [
        draw_row(today, shift, expected.get(shift.id), read.beside)
        for shift in today.shifts.values()
    ]
    opens, until = _span(today, expected)
    return DayBoard(
        hub=today.hub.slug,
        hub_id=today.hub.id,
        hub_name=today.hub.name,
        hub_at=(today.hub.longitude, today.hub.latitude),
        hubs=[OtherHub(each.slug, each.name) for each in read.hubs],
        day=today.day,
        now=today.now,
        over=today.day < today.hub.day_of(today.now),
        version=today.version,
        changed_at=today.plan_row.changed_at if today.version else None,
        opens=opens,
        until=until,
        planning=read.planning,
        estimated=travel.estimated,
        words=today.plan_row.words,
        cost=today.plan_row.cost,
        on_time=_on_time(rows),
        rows=rows,
        left=_left(read, travel),
        exceptions=_exceptions(read, words),
        setbacks=show_setbacks(today),
        told=_names_of_told(read),
    )


def _names_of_told(read: _Read) -> ToldShown:
    today = read.today
    names = {
        how: [
            today.clients[today.orders[UUID(each)].client_id].shown_as
            for each in orders
            if UUID(each) in today.orders
        ]
        for how, orders in read.told.items()
    }
    return ToldShown(**names)


def _left(read: _Read, travel: routing.TravelTimes) -> list[LeftVisit]:
    """The tray, the first promised window first. What has had no plan yet waits there too."""
    today = read.today
    problem = today.problem(travel)
    plan = today.plan(problem)
    left: list[LeftVisit] = []
    for unplanned in plan.unplanned:
        best: Place | None = best_place(today, problem, plan, unplanned.visit)
        left.append(draw_left(today, unplanned, best, read.beside))
    return sorted(left, key=lambda visit: (visit.opens, visit.client))


def _on_time(rows: list[Row]) -> float | None:
    """The part of visits that keep their windows; early is a miss too."""
    visits = [visit for row in rows for visit in row.visits]
    kept = [each for each in visits if each.late_min == 0 and each.opens <= each.starts]
    return len(kept) / len(visits) if visits else None


def _exceptions(read: _Read, words: Words) -> list[Exceptional]:
    """Open cases, and visits to come whose money is not held."""
    today = read.today
    history = today.history()
    cases = [
        Exceptional(
            kind=case.kind, order=case.order_id, words=words.told(case), since=case.opened_at,
            case=case.id, owner=read.owners.get(case.owner_id),
        )
        for case in read.cases
        if case.kind != CALL or case.order_id not in history
    ]  # fmt: skip
    for order in today.orders.values():
        if order.state is OrderState.PLACED:
            name = today.clients[order.client_id].shown_as
            cases.append(
                Exceptional(
                    kind="unpaid", order=order.id, since=order.placed_at,
                    words=words.say("%(client)s has not held a card yet.", client=name),
                )
            )  # fmt: skip
    missing = {order.id: (order, client.shown_as) for order, client in read.late}
    for order in today.orders.values():
        if read.beside.money[order.id] is VisitMoney.MISSING and order.state in AT_THE_DOOR:
            missing[order.id] = (order, today.clients[order.client_id].shown_as)
    cases += [
        Exceptional(
            kind="hold_missing", order=order.id, since=order.confirmed_at or order.placed_at,
            words=words.say("No money is held for the visit of %(client)s.", client=name),
        )
        for order, name in missing.values()
    ]  # fmt: skip
    return cases


def _span(today: HubDay, expected: dict[UUID, ExpectedRoute]) -> tuple[datetime, datetime]:
    """The full hours between which everything of the day falls."""
    windows = today.hub.windows_on(today.day)
    moments = [moment for window in windows for moment in (window.opens, window.closes)]
    if today.shifts:
        moments = [m for shift in today.shifts.values() for m in (shift.starts, shift.ends)]
    moments += [seen.ends for route in expected.values() for seen in route.stops]
    zone, hour = today.hub.zone, timedelta(hours=1)
    first = min(moments).astimezone(zone).replace(minute=0, second=0, microsecond=0)
    last = max(moments).astimezone(zone)
    full = last.replace(minute=0, second=0, microsecond=0)
    return first, full if full == last else full + hour

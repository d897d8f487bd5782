"""The rows of the dispatch board: each visit as the house shows it, never more than `shown_as`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec

import payments
import routing
from concierge.model import Order, OrderState, Setback, Shift, Step

from .board_money import VisitMoney
from .expect_arrivals import Between
from .expect_stops import Expected, ExpectedRoute
from .hub_day import HubDay
from .visit_steps import OVER
from .weigh_move import Place

NOTICED = timedelta(minutes=5)
"""Being behind the plan by less than this is the day's ordinary breathing."""
HOUSE_NUMBER = re.compile(r"\s+\d.*$")


class VisitState(StrEnum):
    """How far a visit has come."""

    PLANNED = "planned"
    EN_ROUTE = "en_route"
    ARRIVED = "arrived"
    IN_HOME = "in_home"
    FINISHED = "finished"


class Waited(msgspec.Struct, frozen=True):
    """How long somebody waited at a closed door; `early` when her hub has her wait longer.

    Units: whole minutes.
    """

    minutes: int
    of: int
    left_at: datetime
    early: bool


class BoardVisit(msgspec.Struct, frozen=True, kw_only=True):
    """What the board shows of any visit. `area` is the street without its number.

    `late_fee` is what calling it off costs her now, `absence_fee` what it costs when it is ended
    because nobody opened; None unless nobody did. `waited` is how long she was waited for then;
    None also where no phone told. One that `collects` brings nothing to try.
    """

    order: UUID
    reference: str
    client: str
    area: str
    at: tuple[float, float]
    pieces: int
    minutes: int
    opens: datetime
    closes: datetime
    unpaid: bool
    money: VisitMoney
    late_fee: payments.Money
    absence_fee: payments.Money | None
    waited: Waited | None
    locked: bool
    collects: bool


class PlannedVisit(BoardVisit, frozen=True, kw_only=True):
    """A visit on a route. Its times are true or expected; `planned` is when it was to begin.

    `behind_min` counts from what was planned, `late_min` from the end of the promised window.
    `between` is when a visit of today that has not begun will, four times in five; `late_percent`
    how likely that is after the window, 0 where it is not worth saying.
    """

    state: VisitState
    movable: bool
    departs: datetime
    arrives: datetime
    starts: datetime
    ends: datetime
    planned: datetime
    drive_s: int
    behind_min: int
    late_min: int
    between: Between | None
    late_percent: int


class LeftVisit(BoardVisit, frozen=True, kw_only=True):
    """A visit without a concierge, why, and where it would fit best.

    `still_with` names who cannot come to it, while nobody has decided what to do about it.
    `closed_at` is when nobody opened; only `carried_by` can come again, who has its pieces.
    """

    reason: str
    words: str
    still_with: str | None
    closed_at: datetime | None
    carried_by: str | None
    best: Place | None


class Rest(msgspec.Struct, frozen=True):
    """A concierge's break."""

    starts: datetime
    ends: datetime


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One concierge's day, from `starts` to `ends` of her shift; back at the hub at `returns`."""

    shift: UUID
    concierge: UUID
    name: str
    zone: str
    starts: datetime
    ends: datetime
    rest: Rest | None
    returns: datetime | None
    drive_home_s: int
    visits: list[PlannedVisit]


@dataclass(frozen=True, slots=True)
class BesidePlan:
    """What the board says of visits beside their plan, by order.

    `collects` is the reference of the order whose pieces a collection fetches: hers for all of it.
    """

    pieces: Mapping[UUID, int]
    money: Mapping[UUID, VisitMoney]
    collects: Mapping[UUID, str]


def draw_row(
    today: HubDay,
    shift: Shift,
    expected: ExpectedRoute | None,
    beside: BesidePlan,
) -> Row:
    """A shift as the board shows it."""
    concierge = today.concierges[shift.concierge_id]
    route = today.routes.get(shift.id)
    rest = None
    if route and route.break_starts and route.break_ends:
        rest = Rest(route.break_starts, route.break_ends)
    history = {stop.order_id for stop in today.history_of(shift.id)}
    stops = expected.stops if expected else []
    return Row(
        shift=shift.id,
        concierge=concierge.id,
        name=concierge.name,
        zone=concierge.zone,
        starts=shift.starts,
        ends=shift.ends,
        rest=rest,
        returns=expected.returns if expected else None,
        drive_home_s=route.drive_home_s if route else 0,
        visits=[
            _planned(today, seen, beside, movable=seen.stop.order_id not in history)
            for seen in stops
            if not today.lost(seen.stop)
        ],
    )


def draw_left(
    today: HubDay,
    left: routing.Unplanned,
    best: Place | None,
    beside: BesidePlan,
) -> LeftVisit:
    """A visit without a concierge as the tray shows it."""
    order = today.orders[UUID(left.visit)]
    stop = today.stops.get(order.id)
    lost = stop is not None and today.lost(stop)
    closed, carries = today.nobody_opened.get(order.id), today.carries(order.id)
    return LeftVisit(
        **_visit(today, order, beside),
        reason=left.reason,
        words=left.words,
        still_with=today.greeting_of(stop.shift_id) if lost and stop else None,
        closed_at=closed.since if closed else None,
        carried_by=today.greeting_of(carries.id) if carries else None,
        best=best,
    )


def state_of(order: Order, steps: Mapping[Step, datetime]) -> VisitState:
    """How far the visit has come, by what the phone reported and what the order says."""
    if Step.FINISHED in steps or order.state in OVER:
        return VisitState.FINISHED
    if Step.TRYING in steps:
        return VisitState.IN_HOME
    if Step.ARRIVED in steps:
        return VisitState.ARRIVED
    return VisitState.EN_ROUTE if Step.EN_ROUTE in steps else VisitState.PLANNED


def _planned(
    today: HubDay,
    seen: Expected,
    beside: BesidePlan,
    *,
    movable: bool,
) -> PlannedVisit:
    order = today.orders[seen.stop.order_id]
    behind = seen.behind if seen.behind >= NOTICED else timedelta(0)
    return PlannedVisit(
        **_visit(today, order, beside),
        state=state_of(order, today.steps.get(order.id, {})),
        movable=movable,
        departs=seen.departs,
        arrives=seen.arrives,
        starts=seen.starts,
        ends=seen.ends,
        planned=seen.stop.starts,
        drive_s=seen.stop.drive_s,
        behind_min=_minutes(behind),
        late_min=_minutes(seen.late),
        between=seen.coming.between if seen.coming else None,
        late_percent=seen.coming.late_percent if seen.coming else 0,
    )


def _visit(today: HubDay, order: Order, beside: BesidePlan) -> dict[str, Any]:
    address = today.addresses[order.id]
    windows = today.windows_of(order)
    closed = None if order.id in today.stops else today.nobody_opened.get(order.id)
    return {
        "order": order.id,
        "reference": beside.collects.get(order.id, order.reference),
        "client": today.clients[order.client_id].shown_as,
        "area": HOUSE_NUMBER.sub("", address.street),
        "at": (address.longitude, address.latitude),
        "pieces": beside.pieces.get(order.id, 0),
        "minutes": order.minutes,
        "opens": min(window.opens for window in windows),
        "closes": max(window.closes for window in windows),
        "unpaid": order.state is OrderState.PLACED,
        "money": beside.money[order.id],
        "late_fee": order.late_fee(today.now),
        "absence_fee": payments.Money(order.absence_fee_minor, order.currency) if closed else None,
        "waited": closed and _waited(closed),
        "locked": order.id in today.locks,
        "collects": order.collects is not None,
    }


def _waited(closed: Setback) -> Waited | None:
    if closed.rang_at is None or closed.wait_until is None:
        return None
    minute = timedelta(minutes=1)
    return Waited(
        (closed.since - closed.rang_at) // minute,
        (closed.wait_until - closed.rang_at) // minute,
        closed.since,
        closed.left_early,
    )


def _minutes(duration: timedelta) -> int:
    """Whole minutes, as the clock on the board counts them; any lateness is one at least."""
    return max(1, duration // timedelta(minutes=1)) if duration else 0

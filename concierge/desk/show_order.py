"""An order as its client sees it: what is promised, what is held, what became of each piece."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

import msgspec
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

import payments
from concierge.model import (
    COMING,
    Address,
    Concierge,
    FeeKind,
    Hub,
    Order,
    OrderLine,
    OrderState,
    OrderWish,
    Step,
    Stop,
)
from concierge.model.refusals import Missing

from .ask_fees import fee_of
from .asked_of_her import AskedPiece, asked_of_her
from .expect_arrivals import Between
from .give_back import kept_still, may_give_back_until
from .move_visit import may_move
from .ordered_pieces import OrderedPiece, ordered_pieces
from .promise_kept import Trouble, is_at_fault, trouble_of
from .second_hold import second_hold_of
from .see_overdue import is_overdue
from .show_give_backs import Collects, GivingBack, giving_back, what_it_collects
from .show_money import MoneyShown, money_shown, refunded_of
from .show_visit import Picture
from .steps_taken import steps_taken


class Stage(StrEnum):
    """What her page is about now."""

    PLACED = "placed"
    FLEXIBLE = "flexible"
    """Booked, and we have not chosen her hour yet."""
    CONFIRMED = "confirmed"
    ON_THE_WAY = "on_the_way"
    AT_THE_DOOR = "at_the_door"
    RETURNED = "returned"
    SETTLED = "settled"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class WindowShown(msgspec.Struct, frozen=True):
    """A window."""

    opens: datetime
    closes: datetime


class MoreWanted(msgspec.Struct, frozen=True):
    """What she would keep at the door beyond what is held; hers once she has confirmed it.

    `lines` name the pieces, by `OrderedPiece.line`.
    """

    amount: payments.Money
    lines: list[UUID]


class DoorShown(msgspec.Struct, frozen=True):
    """Where we come."""

    street: str
    detail: str
    access: str


class FeeShown(msgspec.Struct, frozen=True):
    """A fee that fell due; nothing of it is charged when `waived`."""

    kind: FeeKind
    amount: payments.Money
    waived: bool


class OrderShown(msgspec.Struct, frozen=True, kw_only=True):
    """All of an order.

    `window` is the promised one; `wishes` are those she would accept while none is chosen.
    `held_until` is how long an unpaid place is hers, `cancel_until` how long she may call it off:
    without cost until `free_until`; `late_fee` is what it costs now. `can_move` while she may
    choose another hour. It is `overdue` when her hour is over and nobody came. `fee` is one
    that fell due.
    Kept pieces may be given back until `back_until`; `giving_back` are those that are, `refunded`
    is what was paid back for some. `collects` is what the visit fetches, if it brings nothing.
    `expected` is about when the concierge rings, once she is on her way, or when she comes later
    than promised; `between` how sure that is, told from when hers is the next visit. `trouble`
    while the plan in force does not keep the promised window. `disputed` are pieces that are
    damaged or missing, and what is asked of her about each.
    """

    id: UUID
    reference: str
    state: OrderState
    stage: Stage
    day: date | None
    window: WindowShown | None
    wishes: list[WindowShown]
    held_until: datetime | None
    cancel_until: datetime | None
    can_cancel: bool
    can_move: bool
    overdue: bool
    free_until: datetime | None
    late_fee: payments.Money
    fee: FeeShown | None
    back_until: datetime | None
    refunded: payments.Money | None
    concierge: str | None
    expected: datetime | None
    arrived: datetime | None
    between: Between | None = None
    trouble: Trouble | None = None
    door: DoorShown
    pieces: list[OrderedPiece]
    money: MoneyShown
    second_hold: MoreWanted | None
    disputed: list[AskedPiece]
    giving_back: list[GivingBack]
    collects: Collects | None
    placed_at: datetime


async def her_order(session: AsyncSession, order_id: UUID, client_id: UUID | None) -> Order:
    """An order of this client's.

    Raises:
        Missing: there is no such order, or it is somebody else's.
    """
    order = await session.get(Order, order_id)
    if order is None or client_id is None or order.client_id != client_id:
        raise Missing("We do not find this order.")
    return order


async def show_order(
    session: AsyncSession,
    order_id: UUID,
    client_id: UUID | None,
    *,
    now: datetime,
    picture: Picture,
) -> OrderShown:
    """An order, for the client whose it is.

    Raises:
        Missing: there is no such order, or it is somebody else's.
    """
    order = await her_order(session, order_id, client_id)
    address = await session.get_one(Address, order.address_id)
    stop = await session.get(Stop, order.id)
    steps = (await steps_taken(session, [order.id])).get(order.id, {})
    overdue = await is_overdue(session, order, now)
    at_fault = await is_at_fault(session, order, stop, now)
    pieces = (await ordered_pieces(session, [order], picture))[order.id]
    back_until = may_give_back_until(order, await session.get_one(Hub, order.hub_id))
    if back_until is not None and now < back_until:
        hers = {line.id for line in await kept_still(session, order)}
        pieces = [
            msgspec.structs.replace(piece, may_give_back=piece.line in hers) for piece in pieces
        ]
    wishes = await session.exec(
        select(OrderWish).where(OrderWish.order_id == order.id).order_by(col(OrderWish.opens))
    )
    trouble = await trouble_of(session, order, stop, steps)
    return OrderShown(
        id=order.id,
        reference=order.reference,
        state=order.state,
        stage=stage_of(order, steps),
        day=order.day if order.opens else None,
        window=window_of(order),
        wishes=[] if order.opens else [WindowShown(w.opens, w.closes) for w in wishes],
        held_until=order.slot_until,
        cancel_until=order.opens if order.state in COMING else None,
        can_cancel=order.state in COMING
        and (order.opens is None or now < order.opens or stop is None or at_fault),
        can_move=await may_move(session, order, now),
        overdue=overdue,
        free_until=order.free_until if order.state in COMING else None,
        late_fee=order.late_fee(now) * (order.state in COMING and not at_fault),
        fee=await _fee(session, order),
        back_until=back_until,
        refunded=await refunded_of(session, order),
        concierge=await _concierge(session, order, stop),
        expected=_expected(stop, steps, trouble),
        trouble=trouble,
        arrived=steps.get(Step.ARRIVED) or steps.get(Step.TRYING),
        door=DoorShown(address.street, address.detail, address.access),
        pieces=pieces,
        money=await money_shown(
            session,
            order,
            now,
            sizes_once=order.hold_policy is payments.HoldPolicy.DEAREST_PER_STYLE
            and len({piece.slug for piece in pieces}) < len(pieces),
        ),
        disputed=await asked_of_her(session, order),
        second_hold=await _more_wanted(session, order),
        giving_back=await giving_back(session, order, now),
        collects=await what_it_collects(session, order, now),
        placed_at=order.placed_at,
    )


async def _fee(session: AsyncSession, order: Order) -> FeeShown | None:
    fee = await fee_of(session, order.id)
    return fee and FeeShown(fee.kind, fee.amount, fee.waived_at is not None)


def stage_of(order: Order, steps: dict[Step, datetime]) -> Stage:
    """What her page is about, as far as the visit has come."""
    match order.state:
        case OrderState.CONFIRMED if Step.EN_ROUTE in steps:
            return Stage.ON_THE_WAY
        case OrderState.CONFIRMED if order.opens is None:
            return Stage.FLEXIBLE
        case OrderState.AT_VISIT:
            return Stage.AT_THE_DOOR
        case state:
            return Stage(state.value)


def window_of(order: Order) -> WindowShown | None:
    """The promised window, once there is one."""
    if order.opens is None or order.closes is None:
        return None
    return WindowShown(order.opens, order.closes)


def _expected(
    stop: Stop | None, steps: dict[Step, datetime], trouble: Trouble | None
) -> datetime | None:
    if stop is None:
        return None
    if Step.EN_ROUTE not in steps:
        return stop.starts if trouble is Trouble.LATE else None
    return max(steps[Step.EN_ROUTE] + timedelta(seconds=stop.drive_s), stop.opens)


async def _more_wanted(session: AsyncSession, order: Order) -> MoreWanted | None:
    """What is asked of her at the door just now, and for which pieces."""
    if order.state is not OrderState.AT_VISIT:
        return None
    asked = await second_hold_of(session, order.id)
    if asked is None:
        return None
    rows = await session.exec(
        select(OrderLine.id)
        .where(
            OrderLine.order_id == order.id,
            col(OrderLine.piece_id).in_([UUID(piece) for piece in asked.keeping]),
        )
        .order_by(col(OrderLine.id))
    )
    return MoreWanted(asked.amount, list(rows))


async def _concierge(session: AsyncSession, order: Order, stop: Stop | None) -> str | None:
    """Who comes; not told before an hour is promised, for it may still be somebody else."""
    if stop is None or order.opens is None or order.state is OrderState.PLACED:
        return None
    return (await session.get_one(Concierge, stop.concierge_id)).greeting

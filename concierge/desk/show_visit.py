"""Read a concierge's visits: everything that hangs on them, in a few questions."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

import payments
from concierge.model import (
    Address,
    Client,
    Gesture,
    Hold,
    House,
    Hub,
    Operation,
    OperationState,
    Order,
    OrderLine,
    OrderState,
    Piece,
    Preference,
    Step,
    Stop,
    Style,
    Variant,
    Verdict,
)
from concierge.model.refusals import Missing

from .ask_amount import asked_of_each
from .hold_lines import hold_lines, set_aside
from .inspected_by_now import inspected_by_now
from .second_hold import second_hold_of
from .settle import UNPAID, as_read, paid_apart
from .steps_taken import phones_at_the_door, steps_taken, turned_away
from .visit_sheet import (
    Brief,
    BroughtPiece,
    Door,
    HoldWanted,
    KnownPreference,
    MoneyState,
    Picture,
    Receipt,
    StepTaken,
    Visit,
)

GONE = frozenset({OrderState.EXPIRED, OrderState.CANCELLED})
"""Orders whose door nobody rings any more."""


async def assigned_stop(session: AsyncSession, order_id: UUID, concierge_id: UUID) -> Stop:
    """The stop of an order on this concierge's route.

    Raises:
        Missing: there is none, or it is somebody else's.
    """
    stop = await session.get(Stop, order_id)
    if stop is None or stop.concierge_id != concierge_id:
        raise Missing("There is no such visit on your route.")
    return stop


async def show_visit(
    session: AsyncSession, order_id: UUID, concierge_id: UUID, *, picture: Picture
) -> Visit:
    """One visit of this concierge's day.

    Raises:
        Missing: it is not hers.
    """
    stop = await assigned_stop(session, order_id, concierge_id)
    for number, one in enumerate(
        await stops_of(session, concierge_id, stop.hub_id, stop.day), start=1
    ):
        if one.order_id == order_id:
            return (await _around(session, [order_id], picture)).visit(one, number)
    raise Missing("This visit was called off.")


async def stops_of(
    session: AsyncSession, concierge_id: UUID, hub_id: UUID, day: date
) -> Sequence[Stop]:
    """A concierge's stops of a day, in driving order; those called off are left out."""
    stops = await session.exec(
        select(Stop)
        .join(Order, col(Order.id) == col(Stop.order_id))
        .where(Stop.concierge_id == concierge_id, Stop.hub_id == hub_id, Stop.day == day)
        .where(col(Order.state).not_in(GONE))
        .order_by(col(Stop.starts))
    )
    return stops.all()


async def read_visits(
    session: AsyncSession, stops: Sequence[Stop], *, picture: Picture
) -> list[Visit]:
    """The visits of these stops, numbered in their order."""
    around = await _around(session, [stop.order_id for stop in stops], picture)
    return [around.visit(stop, number) for number, stop in enumerate(stops, start=1)]


@dataclass(slots=True)
class _Around:
    """What hangs on some orders, by order id; preferences by client id."""

    orders: dict[UUID, Order] = field(default_factory=dict[UUID, Order])
    clients: dict[UUID, Client] = field(default_factory=dict[UUID, Client])
    addresses: dict[UUID, Address] = field(default_factory=dict[UUID, Address])
    pieces: dict[UUID, list[BroughtPiece]] = field(
        default_factory=lambda: defaultdict[UUID, list[BroughtPiece]](list)
    )
    steps: dict[UUID, dict[Step, datetime]] = field(
        default_factory=dict[UUID, dict[Step, datetime]]
    )
    phones: dict[UUID, list[UUID]] = field(default_factory=dict[UUID, list[UUID]])
    turned_away: dict[UUID, datetime] = field(default_factory=dict[UUID, datetime])
    likes: dict[UUID, list[KnownPreference]] = field(
        default_factory=lambda: defaultdict[UUID, list[KnownPreference]](list)
    )
    holds: dict[UUID, list[Hold]] = field(
        default_factory=lambda: defaultdict[UUID, list[Hold]](list)
    )
    asked: dict[UUID, payments.Money] = field(default_factory=dict[UUID, payments.Money])
    troubled: set[UUID] = field(default_factory=set[UUID])
    gestures: dict[UUID, payments.Money] = field(default_factory=dict[UUID, payments.Money])
    limits: dict[UUID, payments.Money] = field(default_factory=dict[UUID, payments.Money])
    """The most that may be given away at one visit, by hub."""
    second_holds: dict[UUID, HoldWanted] = field(default_factory=dict[UUID, HoldWanted])
    disputed: dict[UUID, int] = field(default_factory=lambda: defaultdict[UUID, int](int))

    def visit(self, stop: Stop, number: int) -> Visit:
        order = self.orders[stop.order_id]
        client, address = self.clients[order.id], self.addresses[order.id]
        steps = self.steps.get(order.id, {})
        arrived = steps.get(Step.ARRIVED)
        return Visit(
            order=order.id,
            reference=order.reference,
            number=number,
            state=order.state,
            ready=self._ready(order, stop),
            opens=stop.opens,
            closes=stop.closes,
            departs=stop.departs,
            arrives=stop.arrives,
            starts=stop.starts,
            ends=stop.ends,
            drive_s=stop.drive_s,
            client=Brief(client.shown_as, client.language, self.likes[client.id]),
            door=Door(
                address.street, address.detail, address.access,
                address.longitude, address.latitude, address.approximate,
            ),
            pieces=self.pieces[order.id],
            held=self._held(order),
            held_now=payments.Money.total(
                (hold.amount for hold in self.holds[order.id] if hold.live), order.currency
            ),
            second_hold=self.second_holds.get(order.id),
            gesture_limit=self.limits[order.hub_id],
            steps=[StepTaken(step, at) for step, at in sorted(steps.items(), key=_by_time)],
            phones=self.phones.get(order.id, []),
            turned_away=self.turned_away.get(order.id),
            early=arrived is not None and arrived < stop.opens,
            receipt=self._receipt(order),
            collects=order.collects is not None,
        )  # fmt: skip

    def _ready(self, order: Order, stop: Stop) -> bool:
        """Whether pieces may leave for her: money is held that outlasts the visit."""
        if order.state is not OrderState.CONFIRMED:
            return order.state is not OrderState.PLACED
        until = payments.Coming(stop.opens, stop.closes).needed_until
        holds = [as_read(hold) for hold in self.holds[order.id]]
        return payments.covers(holds, self.asked[order.id], until)

    def _held(self, order: Order) -> payments.Money:
        """What is set aside; once she has confirmed her list, all that ever was."""
        holds = self.holds[order.id]
        told = holds if order.returns_key else [hold for hold in holds if hold.live]
        return set_aside(hold_lines(told), order.currency)

    def _receipt(self, order: Order) -> Receipt | None:
        if order.returns_key is None or order.returns_at is None:
            return None
        verdicts = [piece.verdict for piece in self.pieces[order.id]]
        owed = payments.Money(order.due_minor or 0, order.currency)
        settled = order.state is OrderState.SETTLED
        held = self._held(order)
        return Receipt(
            key=order.returns_key,
            state=_money_state(owed, settled=settled, troubled=order.id in self.troubled),
            kept=verdicts.count(Verdict.KEPT),
            returned=verdicts.count(Verdict.RETURNED),
            disputed=self.disputed[order.id],
            gesture=self.gestures.get(order.id),
            due=owed,
            released=max(held - owed, held * 0),
            reference=order.reference,
            holds=hold_lines(self.holds[order.id]),
            recorded_at=order.returns_at,
            settled_at=order.settled_at,
        )


def _money_state(due: payments.Money, *, settled: bool, troubled: bool) -> MoneyState:
    if settled:
        return "charged" if due else "released"
    return "troubled" if troubled else "settling"


def _by_time(taken: tuple[Step, datetime]) -> tuple[int, datetime]:
    return list(Step).index(taken[0]), taken[1]


async def _around(session: AsyncSession, ids: Sequence[UUID], picture: Picture) -> _Around:
    found = _Around()
    people = await session.exec(
        select(Order, Client, Address)
        .join(Client, col(Client.id) == col(Order.client_id))
        .join(Address, col(Address.id) == col(Order.address_id))
        .where(col(Order.id).in_(ids))
    )
    for order, client, address in people:
        found.orders[order.id] = order
        found.clients[order.id], found.addresses[order.id] = client, address
    await _read_pieces(session, found, picture)
    await _read_money(session, found)
    await _read_likes(session, found, {client.id for client in found.clients.values()})
    found.steps = await steps_taken(session, ids)
    found.phones = await phones_at_the_door(session, ids)
    found.turned_away = await turned_away(session, ids)
    return found


async def _read_pieces(session: AsyncSession, found: _Around, picture: Picture) -> None:
    rows = await session.exec(
        select(OrderLine, Piece, Variant)
        .join(Piece, col(Piece.id) == col(OrderLine.piece_id))
        .join(Variant, col(Variant.id) == col(OrderLine.variant_id))
        .where(col(OrderLine.order_id).in_(found.orders))
        .order_by(col(OrderLine.id))
    )
    gone = await inspected_by_now(session, list(found.orders))
    lines = [row for row in rows if row[0].verdict is not None or row[1].id not in gone]
    styles = await session.exec(
        select(Style, House)
        .join(House, col(House.id) == col(Style.house_id))
        .where(col(Style.id).in_({variant.style_id for _, _, variant in lines}))
    )
    of = {style.id: (style, house) for style, house in styles}
    for line, piece, variant in lines:
        style, house = of[variant.style_id]
        found.disputed[line.order_id] += line.disputed
        found.pieces[line.order_id].append(
            BroughtPiece(
                id=piece.id,
                tag=piece.tag,
                style=style.name,
                house=house.name,
                size=variant.size,
                colour=variant.colour,
                image=picture(style.drawing, variant.shade),
                price=payments.Money(line.price_minor, found.orders[line.order_id].currency),
                verdict=line.verdict,
                reason=line.reason,
                condition=line.condition,
                added=line.added_at is not None,
            )
        )


async def _read_money(session: AsyncSession, found: _Around) -> None:
    found.asked = await asked_of_each(session, found.orders.values())
    holds = select(Hold).where(col(Hold.order_id).in_(found.orders)).order_by(col(Hold.held_at))
    apart = await paid_apart(session, found.orders)
    for hold in await session.exec(holds):
        if hold.id not in apart:
            found.holds[hold.order_id].append(hold)
    for order in found.orders.values():
        if order.state is OrderState.AT_VISIT:
            more = await second_hold_of(session, order.id)
            if more is not None:
                found.second_holds[order.id] = HoldWanted(more.id, more.amount, more.at)
    found.troubled.update(each.id for each in found.orders.values() if each.standing in UNPAID)
    failed = select(Operation.order_id).where(
        col(Operation.order_id).in_(found.orders), Operation.state == OperationState.FAILED
    )
    found.troubled.update(await session.exec(failed))
    for given in await session.exec(
        select(Gesture).where(col(Gesture.order_id).in_(found.orders))
    ):
        found.gestures[given.order_id] = given.amount
    hubs = {order.hub_id for order in found.orders.values()}
    for hub in await session.exec(select(Hub).where(col(Hub.id).in_(hubs))):
        found.limits[hub.id] = hub.gesture_limit


async def _read_likes(session: AsyncSession, found: _Around, clients: Iterable[UUID]) -> None:
    rows = await session.exec(
        select(Preference)
        .where(col(Preference.client_id).in_(clients))
        .order_by(col(Preference.confirmed).desc(), col(Preference.at).desc())
    )
    for like in rows:
        found.likes[like.client_id].append(
            KnownPreference(like.words, like.source, like.confirmed)
        )

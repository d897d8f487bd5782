"""A concierge's Monday: two confirmed visits of hers, one of her colleague's, cards held."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

import payments
from concierge.desk.record_step import StepReport
from concierge.model import (
    Concierge,
    Condition,
    Hold,
    Order,
    OrderLine,
    OrderState,
    Piece,
    PieceVerdict,
    PlanRoute,
    Preference,
    ReturnReason,
    ReturnsRecord,
    Step,
    Stop,
    Verdict,
    new_id,
)
from concierge.store.transaction import transaction
from tests.small_house import PRICES, SmallHouse, at, build_small_house


@dataclass
class FieldDay:
    """The house, and its orders: `orders[0]` and `[1]` are Amelie's, `[2]` is Tom's."""

    house: SmallHouse
    orders: list[Order]
    pieces: list[list[Piece]]

    @property
    def engine(self) -> AsyncEngine:
        return self.house.engine

    @property
    def amelie(self) -> Concierge:
        return self.house.concierges[0]

    @property
    def tom(self) -> Concierge:
        return self.house.concierges[1]

    def record(self, *kept: int, order: int = 0, key: UUID | None = None) -> ReturnsRecord:
        """She keeps these of the order's pieces and gives the others back."""
        verdicts = tuple(
            PieceVerdict(piece.id, Verdict.KEPT)
            if at_ in kept
            else PieceVerdict(piece.id, Verdict.RETURNED, ReturnReason.TOO_LARGE, Condition.AS_NEW)
            for at_, piece in enumerate(self.pieces[order])
        )
        return ReturnsRecord(key or new_id(), verdicts, at("09:50"))


def report(step: Step, clock: str = "09:05", name: UUID | None = None) -> StepReport:
    """A step as a phone reports it."""
    return StepReport(name or new_id(), step, at(clock))


async def build_field_day(engine: AsyncEngine) -> FieldDay:
    """Everything on Monday at nine, planned and paid for."""
    house = await build_small_house(engine)
    plan = [(0, "09:00", 0), (0, "11:00", 1), (1, "11:00", 0)]
    orders: list[Order] = []
    pieces: list[list[Piece]] = []
    async with transaction(engine) as session:
        session.add(
            Preference(
                client_id=house.client.id, words="Likes sleeves", source="client",
                confirmed=True, at=at("08:00"),
            )
        )  # fmt: skip
        for number, (who, opens, sequence) in enumerate(plan):
            mine = [
                Piece(
                    hub_id=house.hub.id, variant_id=variant.id, tag=f"F{number}-{at_}",
                    holder=f"hub:{house.hub.id}",
                )
                for at_, variant in enumerate(house.variants)
            ]  # fmt: skip
            order = _order(house, number, opens)
            session.add_all([*mine, order])
            await session.flush()
            session.add_all(_lines(order, mine))
            session.add_all(_planned(house, order, who, sequence))
            session.add(_hold(order))
            await session.flush()
            orders.append(order)
            pieces.append(mine)
    return FieldDay(house, orders, pieces)


def _order(house: SmallHouse, number: int, opens: str) -> Order:
    window = house.window(opens)
    return Order(
        reference=f"MO-{number}", hub_id=house.hub.id, day=at(opens).date(),
        client_id=house.client.id, address_id=house.address.id, state=OrderState.CONFIRMED,
        opens=window.opens, closes=window.closes, minutes=45, load=3, skills=[],
        currency="SEK", placed_at=at("08:00"), confirmed_at=at("08:01"),
        standing=payments.Standing.AUTHORISED,
    )  # fmt: skip


def _lines(order: Order, pieces: list[Piece]) -> list[OrderLine]:
    return [
        OrderLine(
            order_id=order.id,
            piece_id=piece.id,
            variant_id=piece.variant_id,
            price_minor=price,
            vat_bp=2_500,
        )
        for piece, price in zip(pieces, PRICES, strict=True)
    ]


def _planned(house: SmallHouse, order: Order, who: int, sequence: int) -> list[Stop | PlanRoute]:
    shift = next(s for s in house.shifts if s.concierge_id == house.concierges[who].id)
    assert order.opens is not None
    assert order.closes is not None
    stop = Stop(
        order_id=order.id, hub_id=house.hub.id, day=shift.day, shift_id=shift.id,
        concierge_id=shift.concierge_id, sequence=sequence,
        departs=order.opens - timedelta(minutes=10), arrives=order.opens, starts=order.opens,
        ends=order.opens + timedelta(minutes=45), drive_s=600, opens=order.opens,
        closes=order.closes,
    )  # fmt: skip
    route = PlanRoute(
        shift_id=shift.id, hub_id=house.hub.id, day=shift.day, leaves=at("08:50"),
        returns=at("12:10"), drive_home_s=700, break_starts=at("12:00"), break_ends=at("12:30"),
    )  # fmt: skip
    return [stop] if sequence else [route, stop]


def _hold(order: Order) -> Hold:
    return Hold(
        order_id=order.id, provider_id=f"pi_{order.reference}", state=payments.HoldState.HELD,
        amount_minor=sum(PRICES), currency="SEK", held_at=at("08:01"),
        capture_before=at("08:01") + timedelta(days=7),
    )  # fmt: skip

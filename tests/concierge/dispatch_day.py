"""A Thursday afternoon to dispatch: five concierges on the road, and two visits nobody has."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel.ext.asyncio.session import AsyncSession

import payments
import routing
from concierge.desk.hub_day import HubDay
from concierge.desk.keep_plan import keep_plan
from concierge.desk.read_day import read_day
from concierge.maps.travel import Roads
from concierge.model import (
    Address,
    Client,
    Concierge,
    Hold,
    Hub,
    Order,
    OrderLine,
    OrderState,
    Shift,
    Step,
    VisitStep,
)
from concierge.store import clock as house_clock
from concierge.store.transaction import lock_day, transaction
from tests.small_house import MONDAY as DAY
from tests.small_house import SmallHouse, at, build_small_house

STAFF = (
    ("Noor Haddad", "Majorna", "09:00", "17:00"),
    ("Sofia Marchetti", "Haga", "10:00", "20:00"),
    ("Jules Perrin", "Örgryte", "09:00", "20:00"),
)
"""Who works beside the small house's Amelie and Tom: name, zone, and hours."""

VISITS = (
    ("Bauer", "09:00", 11.952, 57.693),
    ("Ferrante", "09:00", 11.985, 57.708),
    ("Okonkwo", "11:00", 11.940, 57.700),
    ("Silva", "11:00", 11.993, 57.699),
    ("Tanaka", "11:00", 11.961, 57.711),
    ("Weiss", "14:00", 11.950, 57.688),
    ("Novak", "14:00", 11.979, 57.703),
    ("Rossi", "14:00", 11.932, 57.697),
    ("Lindqvist", "14:00", 12.001, 57.706),
    ("Petit", "17:00", 11.957, 57.691),
    ("Costa", "17:00", 11.989, 57.712),
    ("Keller", "17:00", 11.943, 57.704),
)
"""Client, opening of her window, and where she lives."""


@dataclass
class DispatchDay:
    """The day's rows by the clients' names."""

    engine: AsyncEngine
    roads: Roads
    hub: Hub
    house: SmallHouse
    orders: dict[str, Order]
    shifts: dict[str, Shift]
    concierges: dict[str, Concierge]

    async def read(self) -> HubDay:
        """The day as it stands."""
        async with transaction(self.engine) as session:
            return await read_day(session, self.hub, DAY, await self.now(session))

    async def now(self, session: AsyncSession) -> datetime:
        """The house's present moment."""
        return await house_clock.now(session)

    async def clock(self, moment: str) -> None:
        """Make it this time of the day."""
        await self.house.clock(at(moment))

    async def carrier(self, client: str) -> str | None:
        """Who has the visit to this client."""
        today = await self.read()
        stop = today.stops.get(self.orders[client].id)
        return today.concierges[stop.concierge_id].name if stop else None

    async def step(self, client: str, step: Step, moment: str) -> None:
        """What a phone reported."""
        async with transaction(self.engine) as session:
            order = self.orders[client]
            session.add(
                VisitStep(
                    order_id=order.id, step=step, at=at(moment), received_at=at(moment), by="test"
                )
            )

    async def served(self, client: str, began: str, ended: str) -> None:
        """A visit that is over."""
        await self.step(client, Step.ARRIVED, began)
        await self.step(client, Step.FINISHED, ended)


async def build_dispatch_day(engine: AsyncEngine) -> DispatchDay:
    """The day, planned at seven in the morning; one client needs a language nobody speaks."""
    house = await build_small_house(engine, days=1)
    hub = house.hub
    more = [
        Concierge(
            hub_id=hub.id, name=name, greeting=name.split()[0], zone=zone,
            languages=["sv", "en"], capacity=20,
        )
        for name, zone, _, _ in STAFF
    ]  # fmt: skip
    shifts = [
        Shift(
            hub_id=hub.id, day=DAY, concierge_id=concierge.id, starts=at(starts), ends=at(ends),
            break_opens=at("12:00"), break_closes=at("13:30"),
        )
        for concierge, (_, _, starts, ends) in zip(more, STAFF, strict=True)
    ]  # fmt: skip
    orders: dict[str, Order] = {}
    async with transaction(engine) as session:
        session.add_all(more)
        await session.flush()
        session.add_all(shifts)
        for number, (name, opens, longitude, latitude) in enumerate(VISITS):
            orders[name] = await _order(
                session, house, name, at(opens), (longitude, latitude), number
            )
        orders["Sorel"] = await _order(
            session, house, "Sorel", at("17:00"), (11.97, 57.70), 90, skills=["lang:ar"]
        )
        await house_clock.set_clock(session, at("07:00").astimezone(UTC))
    day = DispatchDay(
        engine,
        Roads(None),
        hub,
        house,
        orders,
        {one.name: shift for one, shift in _with_shifts(house, more, shifts)},
        {one.name: one for one in [*house.concierges, *more]},
    )
    await _plan(day)
    return day


async def _order(
    session: AsyncSession,
    house: SmallHouse,
    name: str,
    opens: datetime,
    place: tuple[float, float],
    number: int,
    skills: list[str] | None = None,
) -> Order:
    client = Client(name=f"Mme {name}", language="en", created_at=at("07:00"))
    address = Address(
        client_id=client.id, street=f"Linnégatan {number + 1}",
        longitude=place[0], latitude=place[1],
    )  # fmt: skip
    order = Order(
        reference=f"MO{number:04}", hub_id=house.hub.id, day=DAY, client_id=client.id,
        address_id=address.id, state=OrderState.CONFIRMED, opens=opens,
        closes=opens + timedelta(hours=1), minutes=45, load=2, skills=skills or [],
        currency="SEK", placed_at=at("07:00"), confirmed_at=at("07:00"),
        standing=payments.Standing.AUTHORISED,
    )  # fmt: skip
    hold = Hold(
        order_id=order.id, provider_id=f"pi_{number}", state=payments.HoldState.HELD,
        amount_minor=1_150_000, currency="SEK", held_at=at("07:00"),
        capture_before=at("07:00") + timedelta(days=7),
    )  # fmt: skip
    line = OrderLine(
        order_id=order.id, piece_id=house.pieces[0].id, variant_id=house.variants[0].id,
        price_minor=1_150_000, vat_bp=2_500,
    )  # fmt: skip
    for rows in ([client], [address], [order], [hold, line]):
        session.add_all(rows)
        await session.flush()
    return order


def _with_shifts(
    house: SmallHouse, more: list[Concierge], shifts: list[Shift]
) -> list[tuple[Concierge, Shift]]:
    mine = {shift.concierge_id: shift for shift in [*house.shifts, *shifts]}
    return [(one, mine[one.id]) for one in [*house.concierges, *more]]


async def _plan(day: DispatchDay) -> None:
    """Each visit where it costs least, without OR-Tools: these tests are about people's moves."""
    async with transaction(day.engine) as session:
        await lock_day(session, day.hub.id, DAY)
        today = await read_day(session, day.hub, DAY, at("07:00"))
        problem = today.problem(await day.roads.travel_times(today.places()))
        plan = today.plan(problem)
        for visit in problem.visits:
            offers = routing.best_places(problem, plan, visit)
            if offers and offers[0].shift:
                moved = routing.move(problem, plan, visit.id, offers[0].shift)
                assert isinstance(moved, routing.Plan)
                plan = moved
        speaks = "Nobody working today speaks Arabic."
        left = [
            replace(each, reason=routing.Reason.NO_SKILL, words=speaks) for each in plan.unplanned
        ]
        plan = replace(plan, unplanned=tuple(left))
        await keep_plan(session, today, problem, plan, by="test", why="planned")


def order_id(day: DispatchDay, client: str) -> UUID:
    """The order of a client."""
    return day.orders[client].id

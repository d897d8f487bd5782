"""A dispatcher's hand on a day: as its board showed it, checked, written down, told."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

import routing
from concierge.maps.travel import Roads
from concierge.model import Hub, Order
from concierge.model.refusals import Missing, TooLate, WrongStep
from concierge.store.log import audit
from concierge.store.transaction import transaction

from .day_in_hand import with_day_in_hand
from .hub_day import HubDay
from .keep_plan import keep_plan, same_version


@dataclass(frozen=True, slots=True)
class Seen:
    """Which board a dispatcher acts on: whose, of which day, drawn from which version."""

    hub: str
    day: date
    version: int


@dataclass(frozen=True, slots=True)
class DayAtHand:
    """A hub's day that is ours alone until the transaction ends, and the roads of its places."""

    session: AsyncSession
    today: HubDay
    travel: routing.TravelTimes
    by: str

    def visit(self, order_id: UUID) -> Order:
        """The order, if the day has it and its visit may still change.

        Raises:
            Missing: this day has no such visit.
            WrongStep: it has begun, or is about to.
        """
        order = self.today.orders.get(order_id)
        if order is None:
            raise Missing("This day has no such visit.")
        if order_id in self.today.history():
            raise WrongStep(
                "The visit to %(client)s has begun; it stays with its concierge.",
                client=self.client(order),
            )
        return order

    def client(self, order: Order) -> str:
        """What the house calls the client."""
        return self.today.clients[order.client_id].shown_as

    def concierge(self, shift_id: UUID) -> str:
        """Whose shift it is.

        Raises:
            Missing: this day has no such shift.
        """
        shift = self.today.shifts.get(shift_id)
        if shift is None:
            raise Missing("This day has no such shift.")
        return self.today.concierges[shift.concierge_id].name

    def problem(self) -> routing.Problem:
        """What is left to plan of the day, as it stands in our hands."""
        return self.today.problem(self.travel)

    async def keep(
        self, problem: routing.Problem, plan: routing.Plan, *, what: str, order: Order, said: str
    ) -> int:
        """Put the changed plan in force, write down who changed it and what was said; its version.

        Raises:
            BreaksPromise: the plan breaks a rule that the plan in force does not.
        """
        version = await keep_plan(self.session, self.today, problem, plan, by=self.by, why=said)
        await audit(
            self.session, who=self.by, what=what, subject=f"order:{order.id}",
            now=self.today.now, why=said, version=version,
        )  # fmt: skip
        return version


async def change_by_hand(
    engine: AsyncEngine,
    roads: Roads,
    seen: Seen,
    change: Callable[[DayAtHand], Awaitable[int]],
    *,
    by: str,
) -> int:
    """Run `change` on the day as it was seen; the day's version after it.

    Raises:
        Missing: there is no such hub.
        StaleBoard: the day has changed since it was drawn.
        TooLate: the day is over.
    """
    async with transaction(engine) as session:
        hub = await find_hub(session, seen.hub)

    async def if_unchanged(
        session: AsyncSession, today: HubDay, travel: routing.TravelTimes
    ) -> int:
        if today.day < hub.day_of(today.now):
            raise TooLate("This day is over; its plan is history.")
        same_version(today, seen.version)
        return await change(DayAtHand(session, today, travel, by))

    return await with_day_in_hand(engine, roads, hub.id, seen.day, if_unchanged)


async def find_hub(session: AsyncSession, slug: str) -> Hub:
    """The hub of that slug.

    Raises:
        Missing: there is none.
    """
    hub = (await session.exec(select(Hub).where(Hub.slug == slug))).first()
    if hub is None:
        raise Missing("There is no such hub.")
    return hub

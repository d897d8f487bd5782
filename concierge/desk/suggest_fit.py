"""What would make a visit without a concierge fit, and the one change a dispatcher makes of it."""

import asyncio
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncEngine

import routing
from concierge.maps.travel import Roads
from concierge.model import OrderState
from concierge.model.refusals import BadRequest, Missing, WindowTaken, WrongStep
from concierge.store import clock
from concierge.store.log import tell
from concierge.store.transaction import transaction

from .change_by_hand import DayAtHand, Seen, change_by_hand, find_hub
from .hub_day import HubDay
from .read_day import read_day
from .write_letter import Letter, write_letter

QUARTER = timedelta(minutes=15)


class Fit(msgspec.Struct, frozen=True, kw_only=True):
    """A change with which a visit fits: the kind, how much of it, with whom, and when.

    `opens` and `closes` are the window to offer, where that is the change. `until` or `since` is
    when a shift would end or start.
    """

    ease: str
    amount: int
    name: str
    starts: datetime
    opens: datetime | None
    closes: datetime | None
    since: datetime
    until: datetime
    skills: list[str]
    words: str


async def suggest_fit(
    engine: AsyncEngine, roads: Roads, *, hub: str, day: date, order_id: UUID
) -> list[Fit]:
    """For a visit nobody has, the smallest change of each kind with which it fits the day.

    Raises:
        Missing: there is no such hub, or the day has no such visit.
        WrongStep: somebody has the visit.
    """
    async with transaction(engine) as session:
        now = await clock.now(session)
        today = await read_day(session, await find_hub(session, hub), day, now)
    if order_id not in today.orders:
        raise Missing("This day has no such visit.")
    travel = await roads.travel_times(today.places())
    return await asyncio.to_thread(_suggest, today, travel, str(order_id))


async def promise_window(
    engine: AsyncEngine,
    roads: Roads,
    seen: Seen,
    order_id: UUID,
    window: routing.Window,
    *,
    by: str,
) -> int:
    """Give a client another window of this day, which she has agreed to, and a place in it.

    Returns the day's new version. Her page shows the window, and a letter tells her of it once her
    visit is booked.

    Raises:
        Missing: there is no such hub or visit.
        BadRequest: the window is not on this day.
        StaleBoard: the day has changed since it was drawn.
        TooLate: the day is over.
        WrongStep: the visit has begun.
        WindowTaken: it does not fit any more.
    """

    async def promise(day: DayAtHand) -> int:
        order = day.visit(order_id)
        if day.today.hub.day_of(window.opens) != day.today.day:
            raise BadRequest("The window must be on this day.")
        problem = day.problem()
        before = day.today.plan(problem)
        if before.stop_of(str(order_id)) is not None:
            before = routing.unassign(problem, before, str(order_id))
        letter = Letter.WINDOW if order.window is None else Letter.MOVED
        is_news = order.state is OrderState.CONFIRMED and order.window != window
        order.opens, order.closes = window.opens, window.closes
        day.session.add(order)
        asked = replace(problem.visit(str(order_id)), windows=(window,))
        problem = problem.with_visit(asked)
        offer = routing.Offers(problem, before).best(asked)
        if not offer.feasible:
            raise WindowTaken("%(client)s does not fit there any more.", client=day.client(order))
        plan = routing.insert(problem, before, asked, offer)
        hours = f"{asked.windows[0].opens:%H:%M} to {asked.windows[0].closes:%H:%M}"
        said = f"{day.client(order)} agreed to {hours}."
        version = await day.keep(problem, plan, what="promise_window", order=order, said=said)
        await tell(day.session, f"order:{order.id}", "window", day.today.now)
        if is_news:
            order.hold_due = day.today.now  # see that her hold outlasts the new hour
            await write_letter(day.session, order, letter, now=day.today.now)
        return version

    return await change_by_hand(engine, roads, seen, promise, by=by)


def _suggest(today: HubDay, travel: routing.TravelTimes, visit: str) -> list[Fit]:
    problem = today.problem(travel)
    if not problem.has_visit(visit):
        raise WrongStep("This visit has begun; it stays with its concierge.")
    plan = today.plan(problem)
    if plan.stop_of(visit) is not None:
        raise WrongStep("Somebody has this visit.")
    asked = problem.visit(visit)
    found = routing.why_not(problem, plan, visit, windows=_to_come(today), now=today.now)
    if asked.forbidden:  # her pieces are in one car: nobody else can be let come, or called in
        has_them = {shift.id for shift in problem.shifts} - asked.forbidden
        found = tuple(each for each in found if each.shift.id in has_them)
    return [_fit(problem, asked, each) for each in found]


def _to_come(today: HubDay) -> list[routing.Window]:
    """The hub's windows of that day, of one that has opened what is left from the next quarter."""
    now, zone = today.now.astimezone(today.hub.zone), today.hub.zone
    past = timedelta(minutes=now.minute % 15, seconds=now.second, microseconds=now.microsecond)
    soonest = now - past + QUARTER if past else now
    return [
        routing.Window(max(each.opens, soonest).astimezone(zone), each.closes.astimezone(zone))
        for each in today.hub.windows_on(today.day)
        if each.closes > soonest
    ]


def _fit(problem: routing.Problem, visit: routing.Visit, said: routing.Suggestion) -> Fit:
    new = [window for window in said.visit.windows if window not in visit.windows]
    known = problem.has_shift(said.shift.id)
    lacked = visit.skills - problem.shift(said.shift.id).skills if known else visit.skills
    return Fit(
        ease=said.ease,
        amount=said.amount,
        name=said.shift.name,
        starts=said.starts,
        opens=new[0].opens if new else None,
        closes=new[0].closes if new else None,
        since=said.shift.starts,
        until=said.shift.ends,
        skills=sorted(lacked),
        words=said.words,
    )

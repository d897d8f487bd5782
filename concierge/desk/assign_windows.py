"""Give each flexible client her day, hour and concierge, so that the sum is best; tell her."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

import routing
from concierge.maps.travel import Roads
from concierge.model import Hub, Order, OrderLine, OrderState, OrderWish, Reservation
from concierge.store.clock import now
from concierge.store.jobs import AssignWindows, enqueue
from concierge.store.log import tell
from concierge.store.transaction import lock_day, transaction

from .day_in_hand import hub_of
from .free_pieces import read_stock, whole_day
from .hub_day import HubDay
from .keep_plan import keep_plan
from .plan_day import Solve
from .plan_words import Change
from .read_day import read_days
from .write_letter import Letter, write_letter


async def assign_windows(engine: AsyncEngine, roads: Roads, solve: Solve, hub_id: UUID) -> int:
    """Promise one window to each confirmed client whose first accepted day is tomorrow or today.

    One problem spans all the days she would accept, so the planner weighs them together. Every
    flexible visit already has a place in some day's plan; the worst outcome is that place. Returns
    how many were promised; when a day changed meanwhile, another job tries again.
    """
    async with transaction(engine) as session:
        moment = await now(session)
        hub = await hub_of(session, hub_id)
        waiting = await _waiting(session, hub, hub.day_of(moment) + timedelta(days=1))
        wishes = await _wishes(session, waiting)
        days = await read_days(session, hub, _days(hub, waiting, wishes), moment)
        free = {order.id: await _free_days(session, hub, order, days) for order in waiting}
    if not waiting:
        return 0
    windows = {
        order.id: [w for w in wishes[order.id] if hub.day_of(w.opens) in free[order.id]]
        for order in waiting
    }
    travel = await roads.travel_times([place for day in days for place in day.places()])
    problem, incumbent = _together(days, travel, windows)
    answer = await solve(problem, incumbent)
    async with transaction(engine) as session:
        for day in days:
            await lock_day(session, hub_id, day.day)
        today = await read_days(session, hub, [day.day for day in days], moment)
        if [day.version for day in today] != [day.version for day in days]:
            await enqueue(session, AssignWindows(hub=hub_id))
            return 0
        return await _promise(session, today, travel, answer, [order.id for order in waiting])


async def _waiting(session: AsyncSession, hub: Hub, until: date) -> list[Order]:
    rows = await session.exec(
        select(Order).where(
            Order.hub_id == hub.id,
            Order.state == OrderState.CONFIRMED,
            col(Order.opens).is_(None),
            col(Order.day).is_not(None),
        )
    )
    orders = rows.all()
    wishes = await _wishes(session, orders)
    first = {order.id: min(hub.day_of(w.opens) for w in wishes[order.id]) for order in orders}
    return [order for order in orders if first[order.id] <= until]


async def _wishes(
    session: AsyncSession, orders: Sequence[Order]
) -> dict[UUID, list[routing.Window]]:
    found: dict[UUID, list[routing.Window]] = {order.id: [] for order in orders}
    rows = await session.exec(select(OrderWish).where(col(OrderWish.order_id).in_(found)))
    for wish in rows:
        found[wish.order_id].append(wish.window)
    return found


def _days(
    hub: Hub, waiting: Sequence[Order], wishes: dict[UUID, list[routing.Window]]
) -> list[date]:
    wished = {hub.day_of(window.opens) for each in wishes.values() for window in each}
    return sorted(wished | {order.day for order in waiting if order.day})


async def _free_days(
    session: AsyncSession, hub: Hub, order: Order, days: Sequence[HubDay]
) -> set[date]:
    """The days on which every piece of an order is hers already, or free."""
    lines = (await session.exec(select(OrderLine).where(OrderLine.order_id == order.id))).all()
    since = min(day.now for day in days) - timedelta(days=1)
    stock = await read_stock(session, hub, [line.variant_id for line in lines], since)
    hers = {line.piece_id for line in lines}
    pieces = [p for each in stock.pieces.values() for p in each if p.id in hers]
    return {
        day.day
        for day in days
        if day.day == order.day or all(stock.is_free(piece, day.day) for piece in pieces)
    }


def _together(
    days: Sequence[HubDay],
    travel: routing.TravelTimes,
    windows: dict[UUID, list[routing.Window]],
) -> tuple[routing.Problem, routing.Plan]:
    """Several days as one problem, with the flexible visits free to change day."""
    problems = [day.problem(travel) for day in days]
    plans = [day.plan(problem) for day, problem in zip(days, problems, strict=True)]
    visits = [
        replace(visit, windows=tuple(windows[UUID(visit.id)]), planned_on=None)
        if UUID(visit.id) in windows
        else visit
        for problem in problems
        for visit in problem.visits
    ]
    whole = replace(
        problems[0],
        shifts=tuple(shift for problem in problems for shift in problem.shifts),
        visits=tuple(visits),
    )
    routes = tuple(route for plan in plans for route in plan.routes)
    left = tuple(left for plan in plans for left in plan.unplanned)
    cost = routing.price(whole, routes, left)
    return whole, routing.Plan(routes, left, cost, "As promised so far.")


async def _promise(
    session: AsyncSession,
    days: Sequence[HubDay],
    travel: routing.TravelTimes,
    answer: routing.Plan,
    waiting: Sequence[UUID],
) -> int:
    """Write each day's part of the answer, and fix what each client is promised."""
    home = {str(order_id): day for day in days for order_id in day.orders}
    chosen: dict[str, tuple[HubDay, routing.Stop]] = {}
    for day in days:
        shifts = {str(shift) for shift in day.shifts}
        for route in answer.routes:
            if route.shift in shifts:
                chosen.update((stop.visit, (day, stop)) for stop in route.stops)
    for order_id in waiting:
        if str(order_id) in chosen:
            to_day, stop = chosen[str(order_id)]
            await _move_order(session, home[str(order_id)], to_day, order_id, stop)
    for day in days:
        problem = day.problem(travel)
        shifts = {shift.id for shift in problem.shifts}
        asked = {visit.id for visit in problem.visits}
        routes = tuple(route for route in answer.routes if route.shift in shifts)
        left = tuple(each for each in answer.unplanned if each.visit in asked)
        part = routing.Plan(routes, left, routing.price(problem, routes, left), answer.words)
        await keep_plan(
            session, day, problem, part,
            by="house", why="windows chosen for flexible clients", change=Change.PLANNED,
        )  # fmt: skip
    promised = [order_id for order_id in waiting if str(order_id) in chosen]
    for order_id in promised:
        await tell(session, f"order:{order_id}", "window", days[0].now)
        order = await session.get_one(Order, order_id)
        order.hold_due = days[0].now  # her hour is known: see that her hold outlasts it
        await write_letter(session, order, Letter.WINDOW, now=days[0].now)
    return len(promised)


async def _move_order(
    session: AsyncSession, home: HubDay, to_day: HubDay, order_id: UUID, stop: routing.Stop
) -> None:
    """Fix an order's window, and take it with its pieces to another day if that is the one."""
    order = home.orders[order_id]
    order.opens, order.closes = stop.window.opens, stop.window.closes
    if to_day is home:
        return
    order.day = to_day.day
    to_day.orders[order_id] = home.orders.pop(order_id)
    to_day.addresses[order_id] = home.addresses.pop(order_id)
    to_day.clients[order.client_id] = home.clients[order.client_id]
    old = home.stops.pop(order_id, None)
    if old is not None:
        await session.delete(old)
        await session.flush()
    opens, closes = whole_day(to_day.hub, to_day.day)
    rows = await session.exec(
        select(Reservation).where(
            Reservation.order_id == order_id, col(Reservation.released_at).is_(None)
        )
    )
    for reservation in rows:
        reservation.opens, reservation.closes = opens, closes
    await session.flush()

"""Hubs' days kept ready in this process to be asked for windows, for as long as they are true.

Every question first asks the database which days have changed since they were read, whoever
changed them. Time changes a day too: from its first departure on it is read a moment ahead, so
that what it promises can still be kept when that moment is over.
"""

import asyncio
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

import routing
from concierge.maps.travel import Roads
from concierge.model import Hub
from concierge.store.transaction import transaction
from routing.walks import free_cores

from .day_marks import marks_of
from .hub_day import HubDay
from .read_day import read_days

MOST_DAYS = 64
"""How many days one process keeps; each takes a few megabytes."""
AHEAD = timedelta(seconds=10)
"""How long a day under way, or one on estimated roads, stays ready."""
LOOK_S = 0.3
"""Seconds that one deep look may take."""

Rooms = dict[routing.Visit, routing.Plan | None]


@dataclass(frozen=True, slots=True)
class ReadyDay:
    """A hub's day as it stood at `mark`, true from `since` and until `until`."""

    mark: str
    since: datetime
    until: datetime
    today: HubDay
    problem: routing.Problem
    plan: routing.Plan
    offers: routing.Offers
    rooms: Rooms = field(default_factory=dict[routing.Visit, routing.Plan | None])
    """What deep looks have found, so that nobody has to look twice."""

    def is_true(self, mark: str, moment: datetime) -> bool:
        """Whether nothing has been written to this day since, and its time is not over."""
        return self.mark == mark and self.since <= moment < self.until


class ReadyDays:
    """The days of all hubs that were asked for last. For one event loop."""

    def __init__(self, most: int = MOST_DAYS) -> None:
        self._most = most
        self._looking = asyncio.Semaphore(1)
        self._kept: OrderedDict[tuple[UUID, date], ReadyDay] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    async def of(
        self,
        engine: AsyncEngine,
        roads: Roads,
        hub: Hub,
        days: Sequence[date],
        moment: datetime,
    ) -> list[ReadyDay]:
        """These days of a hub as they stand at this moment, ready to be asked.

        Raises:
            NoRoad, OffTheMap: somebody's place cannot be reached any more.
        """
        async with transaction(engine) as session:
            marks = await marks_of(session, hub, days)
            stale = [day for day in days if not self._has(hub, day, marks[day], moment)]
            read = await read_days(session, hub, stale, moment) if stale else []
        for today in read:
            self._keep(await _made_ready(roads, today, marks[today.day]))
        found = [self._kept[hub.id, day] for day in days]
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return found

    async def room(
        self, day: ReadyDay, problem: routing.Problem, visit: routing.Visit
    ) -> routing.Plan | None:
        """A plan of this day in which everybody keeps her place and this visit has one, if found.

        `problem` is the day's, with the drives to the visit. Looked for beside the event loop, one
        look at a time, and once for each visit.
        """
        if visit not in day.rooms:
            async with self._looking:
                if visit not in day.rooms:
                    day.rooms[visit] = await asyncio.to_thread(
                        routing.make_room,
                        problem,
                        day.plan,
                        visit,
                        seconds=LOOK_S,
                        walks=free_cores(),
                    )
        return day.rooms[visit]

    def _has(self, hub: Hub, day: date, mark: str, moment: datetime) -> bool:
        kept = self._kept.get((hub.id, day))
        if kept is None or not kept.is_true(mark, moment):
            return False
        self._kept.move_to_end((hub.id, day))
        return True

    def _keep(self, ready: ReadyDay) -> None:
        key = ready.today.hub.id, ready.today.day
        self._kept[key] = ready
        self._kept.move_to_end(key)


def load_search() -> threading.Event:
    """Begin to load the planner's machine code; the event is set once no question waits for it."""
    loaded = threading.Event()

    def load() -> None:
        import routing.search  # noqa: PLC0415 - Numba takes a second; pages are served meanwhile

        routing.search.warm()
        loaded.set()

    threading.Thread(target=load, name="search").start()
    return loaded


async def _made_ready(roads: Roads, today: HubDay, mark: str) -> ReadyDay:
    """The day as arrays, with all its drives."""
    travel = await roads.travel_times(today.places())
    since, until = today.now, _first_departure(today)
    if until <= since:
        today, until = replace(today, now=since + AHEAD), since + AHEAD
    if travel.estimated and roads.has_engine:
        until = min(until, since + AHEAD)
    problem = today.problem(travel)
    plan = today.plan(problem)
    return ReadyDay(mark, since, until, today, problem, plan, routing.Offers(problem, plan))


def _first_departure(today: HubDay) -> datetime:
    """When somebody begins to work, and time begins to change what is left of the day."""
    starts = [shift.starts for shift in today.shifts.values()]
    departs = [stop.departs for stop in today.stops.values()]
    return min([*starts, *departs], default=datetime.max.replace(tzinfo=today.now.tzinfo))

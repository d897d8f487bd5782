"""Which windows we can promise: a place in the day's plan, the skill, and every piece free."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

import routing
from concierge.maps.travel import Roads
from concierge.model import Concierge, Hub, Style, Variant
from concierge.model.refusals import EmptySelection, NotCovered, PieceTaken
from concierge.model.skills import in_words
from concierge.model.visit_shape import VisitShape, shape_of
from concierge.store.clock import now
from concierge.store.transaction import transaction

from .free_pieces import Stock, read_stock
from .hub_day import HubDay
from .read_day import who_knows_whom
from .ready_days import ReadyDay, ReadyDays

NOTICE_MINUTES = 90
"""A window that opens sooner than this cannot be packed for any more."""
MOST_LOOKS = 4
"""How many full windows of the day she looks at are looked into once more."""
ASKED = "asked"
"""The visit of a client who has not ordered yet."""


class WindowState(StrEnum):
    """What a client sees of a window."""

    FREE = "free"
    LAST = "last"
    FULL = "full"
    NO_PIECES = "no_pieces"
    PAST = "past"


@dataclass(frozen=True, slots=True)
class WindowOffer:
    """One window of one day: whether it can be promised, and with whom."""

    opens: datetime
    closes: datetime
    state: WindowState
    concierges: int = 0
    familiar: str | None = None
    """A free concierge who has visited this client before."""

    @property
    def feasible(self) -> bool:
        """Whether it can be promised."""
        return self.state in (WindowState.FREE, WindowState.LAST)


@dataclass(frozen=True, slots=True)
class DayOffer:
    """One day's windows, in order."""

    day: date
    windows: tuple[WindowOffer, ...]

    @property
    def full(self) -> bool:
        """Whether nothing can be promised that day."""
        return not any(window.feasible for window in self.windows)


@dataclass(frozen=True, slots=True)
class Offered:
    """What we can promise a client, from which hub, as of the plans in force."""

    hub: Hub
    shape: VisitShape
    days: tuple[DayOffer, ...]
    estimated: bool


@dataclass(frozen=True, slots=True)
class Settled:
    """A visit whose hub and shape are known: it fetches pieces, or is given another hour."""

    hub_id: UUID
    shape: VisitShape


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a client asks for: these variants, here, in her language; or a visit known already."""

    variants: tuple[UUID, ...]
    place: routing.Place
    language: str = "en"
    client_id: UUID | None = None
    settled: Settled | None = None


async def offer_windows(
    engine: AsyncEngine,
    roads: Roads,
    wanted: Wanted,
    *,
    ready: ReadyDays | None = None,
    near: date | None = None,
) -> Offered:
    """Every window of every open day, promised only where route, skill and stock all fit.

    `ready` keeps days between questions. What is full on the day she looks at, `near`, is looked
    into once more: perhaps the day can be planned so that she fits.

    Raises:
        EmptySelection: there is nothing to try.
        NotCovered: no hub drives there.
        PieceTaken: no hub that drives there has all of these pieces.
    """
    hub = await choose_hub(engine, roads, wanted)
    async with transaction(engine) as session:
        moment = await now(session)
        shape = await shape_for(session, hub, wanted)
        stock = await read_stock(session, hub, wanted.variants, moment)
        knows = await whom_she_knows(session, wanted.client_id)
    ready = ReadyDays() if ready is None else ready
    days = await ready.of(engine, roads, hub, hub.open_days(moment), moment)
    places = list(dict.fromkeys(place for day in days for place in day.problem.travel.places))
    drives = await roads.around(wanted.place, places)
    asking = _Asking(wanted, shape, stock, knows, drives, places)
    offered = [_offer_day(day, asking, moment) for day in days]
    for at, day in enumerate(days):
        if day.today.day == near:
            offered[at] = await _look_closer(ready, day, asking, offered[at])
    estimated = drives.estimated or any(day.problem.travel.estimated for day in days)
    return Offered(hub, shape, tuple(offered), estimated)


async def choose_hub(engine: AsyncEngine, roads: Roads, wanted: Wanted) -> Hub:
    """The nearest hub that drives there and owns all the pieces, or the one whose visit it is.

    Raises:
        EmptySelection: there is nothing to try.
        NotCovered: no hub drives there.
        PieceTaken: none of those has all the pieces.
    """
    ours = select(Hub).order_by(Hub.slug)
    if wanted.settled is not None:
        ours = ours.where(Hub.id == wanted.settled.hub_id)
    elif not wanted.variants:
        raise EmptySelection("Choose at least one piece to try.")
    async with transaction(engine) as session:
        hubs = list(await session.exec(ours))
        moment = await now(session)
        stocks = {hub.id: await read_stock(session, hub, wanted.variants, moment) for hub in hubs}
    travel = await roads.travel_times([wanted.place, *(hub.place for hub in hubs)])
    near = sorted(
        (travel.between(hub.place, wanted.place), hub.slug, hub)
        for hub in hubs
        if travel.between(hub.place, wanted.place) <= hub.reach_s
    )
    if not near:
        raise NotCovered("We do not drive to this address yet.")
    for _, _, hub in near:
        if stocks[hub.id].has(wanted.variants):
            return hub
    raise PieceTaken("These pieces are not all at one of our hubs; please change a size or two.")


async def shape_for(session: AsyncSession, hub: Hub, wanted: Wanted) -> VisitShape:
    """How long the visit takes and what it needs."""
    if wanted.settled is not None:
        return wanted.settled.shape
    rows = await session.exec(
        select(Variant.id, Style)
        .join(Style, col(Style.id) == col(Variant.style_id))
        .where(col(Variant.id).in_(wanted.variants))
    )
    styles = dict(rows.all())
    team = await session.exec(select(Concierge).where(Concierge.hub_id == hub.id))
    spoken = {language for concierge in team for language in concierge.languages}
    return shape_of([styles[each] for each in wanted.variants], wanted.language, spoken=spoken)


async def whom_she_knows(session: AsyncSession, client_id: UUID | None) -> set[UUID]:
    """The concierges who have visited this client before."""
    known = await who_knows_whom(session, [client_id] if client_id else [])
    return known.get(client_id, set()) if client_id else set()


def visit_wanted(
    day: HubDay,
    wanted: Wanted,
    shape: VisitShape,
    windows: Sequence[routing.Window],
    visit_id: str,
    knows: Collection[UUID],
) -> routing.Visit:
    """The visit a client asks for, as the planner sees it on that day."""
    return routing.Visit(
        id=visit_id,
        place=wanted.place,
        windows=tuple(windows),
        lasts=timedelta(minutes=shape.minutes),
        load=shape.load,
        skills=in_words(shape.skills),
        known_to=day.worked_by(knows),
    )


@dataclass(frozen=True, slots=True)
class _Asking:
    """Her question, with the drives between her door and `places`."""

    wanted: Wanted
    shape: VisitShape
    stock: Stock
    knows: set[UUID]
    drives: routing.Drives
    places: list[routing.Place]

    def drives_of(self, day: ReadyDay) -> routing.Drives:
        """Her drives, in the order of one day's places."""
        row = {place: at for at, place in enumerate(self.places)}
        rows = [row[place] for place in day.problem.travel.places]
        return routing.Drives(self.drives.to_s[rows], self.drives.from_s[rows])

    def visit(self, day: ReadyDay, windows: Sequence[routing.Window]) -> routing.Visit:
        """Her visit as the planner sees it that day."""
        return visit_wanted(day.today, self.wanted, self.shape, windows, ASKED, self.knows)


def _offer_day(day: ReadyDay, asking: _Asking, moment: datetime) -> DayOffer:
    today = day.today
    windows = today.hub.windows_on(today.day)
    if asking.stock.pick(asking.wanted.variants, today.day) is None:
        gone = (WindowOffer(w.opens, w.closes, WindowState.NO_PIECES) for w in windows)
        return DayOffer(today.day, tuple(gone))
    visit = asking.visit(day, windows)
    offers = day.offers.windows(visit, windows, drives=asking.drives_of(day))
    return DayOffer(today.day, tuple(_offer_window(day, visit, each, moment) for each in offers))


def _offer_window(
    day: ReadyDay, visit: routing.Visit, offer: routing.Offer, moment: datetime
) -> WindowOffer:
    window, today = offer.window, day.today
    if window.opens <= moment:
        return WindowOffer(window.opens, window.closes, WindowState.PAST)
    if not offer.feasible or not bookable(window, moment):
        return WindowOffer(window.opens, window.closes, WindowState.FULL)
    known = sorted(offer.shifts & visit.known_to) if visit.known_to else []
    return WindowOffer(
        opens=window.opens,
        closes=window.closes,
        state=WindowState.LAST if offer.concierges == 1 else WindowState.FREE,
        concierges=offer.concierges,
        familiar=today.greeting_of(UUID(known[0])) if known else None,
    )


async def _look_closer(
    ready: ReadyDays, day: ReadyDay, asking: _Asking, offered: DayOffer
) -> DayOffer:
    """The same day, where a full window that a better plan has room in is one of the last."""
    windows = list(offered.windows)
    travel = asking.drives_of(day).into(day.problem.travel, asking.wanted.place)
    problem = replace(day.problem, travel=travel)
    looks = 0
    for at, full in enumerate(offered.windows):
        window = routing.Window(full.opens, full.closes)
        if full.state is not WindowState.FULL or not bookable(window, day.since):
            continue
        visit = asking.visit(day, [window])
        if looks < MOST_LOOKS and await ready.room(day, problem, visit) is not None:
            windows[at] = replace(full, state=WindowState.LAST, concierges=1)
        looks += 1
    return replace(offered, windows=tuple(windows))


def bookable(window: routing.Window, moment: datetime) -> bool:
    """Whether there is still time to pack and drive."""
    return window.opens - moment >= timedelta(minutes=NOTICE_MINUTES)

"""Which windows we can promise: a place in the day's plan, the skill, and every piece free."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

import routing
from concierge.maps.travel import Roads
from concierge.model import Concierge, Hub, Style, Variant, new_id
from concierge.model.refusals import EmptySelection, NotCovered, PieceTaken
from concierge.model.skills import in_words
from concierge.model.visit_shape import VisitShape, shape_of
from concierge.store.clock import now
from concierge.store.transaction import transaction

from .free_pieces import Stock, read_stock
from .hub_day import HubDay
from .read_day import read_days, who_knows_whom

NOTICE_MINUTES = 90
"""A window that opens sooner than this cannot be packed for any more."""


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
class Wanted:
    """What a client asks for: these variants, here, in her language."""

    variants: tuple[UUID, ...]
    place: routing.Place
    language: str = "en"
    client_id: UUID | None = None


async def offer_windows(engine: AsyncEngine, roads: Roads, wanted: Wanted) -> Offered:
    """Every window of every open day, promised only where route, skill and stock all fit.

    Raises:
        EmptySelection: there is nothing to try.
        NotCovered: no hub drives there.
        PieceTaken: no hub that drives there has all of these pieces.
    """
    hub = await choose_hub(engine, roads, wanted)
    async with transaction(engine) as session:
        moment = await now(session)
        days = await read_days(session, hub, hub.open_days(moment), moment)
        shape = await shape_for(session, hub, wanted)
        stock = await read_stock(session, hub, wanted.variants, moment)
        known = await who_knows_whom(session, [wanted.client_id] if wanted.client_id else [])
    for day in days:
        day.familiar = {**day.familiar, **known}
    travel = await roads.travel_times([wanted.place, *(p for day in days for p in day.places())])
    offered = tuple(_offer_day(day, travel, wanted, shape, stock) for day in days)
    return Offered(hub, shape, offered, travel.estimated)


async def choose_hub(engine: AsyncEngine, roads: Roads, wanted: Wanted) -> Hub:
    """The nearest hub that drives there and owns all the pieces.

    Raises:
        EmptySelection: there is nothing to try.
        NotCovered: no hub drives there.
        PieceTaken: none of those has all the pieces.
    """
    if not wanted.variants:
        raise EmptySelection("Choose at least one piece to try.")
    async with transaction(engine) as session:
        hubs = list(await session.exec(select(Hub).order_by(Hub.slug)))
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
    rows = await session.exec(
        select(Variant.id, Style)
        .join(Style, col(Style.id) == col(Variant.style_id))
        .where(col(Variant.id).in_(wanted.variants))
    )
    styles = dict(rows.all())
    team = await session.exec(select(Concierge).where(Concierge.hub_id == hub.id))
    spoken = {language for concierge in team for language in concierge.languages}
    return shape_of([styles[each] for each in wanted.variants], wanted.language, spoken=spoken)


def visit_wanted(
    day: HubDay,
    wanted: Wanted,
    shape: VisitShape,
    windows: Sequence[routing.Window],
    visit_id: str,
) -> routing.Visit:
    """The visit a client asks for, as the planner sees it on that day."""
    return routing.Visit(
        id=visit_id,
        place=wanted.place,
        windows=tuple(windows),
        lasts=timedelta(minutes=shape.minutes),
        load=shape.load,
        skills=in_words(shape.skills),
        known_to=day.known_to(wanted.client_id) if wanted.client_id else frozenset(),
    )


def _offer_day(
    day: HubDay,
    travel: routing.TravelTimes,
    wanted: Wanted,
    shape: VisitShape,
    stock: Stock,
) -> DayOffer:
    windows = day.hub.windows_on(day.day)
    if stock.pick(wanted.variants, day.day) is None:
        gone = (WindowOffer(w.opens, w.closes, WindowState.NO_PIECES) for w in windows)
        return DayOffer(day.day, tuple(gone))
    problem = day.problem(travel)
    book = routing.Offers(problem, day.plan(problem))
    visit = visit_wanted(day, wanted, shape, windows, str(new_id()))
    return DayOffer(day.day, tuple(_offer_window(day, book, visit, window) for window in windows))


def _offer_window(
    day: HubDay, book: routing.Offers, visit: routing.Visit, window: routing.Window
) -> WindowOffer:
    if window.opens <= day.now:
        return WindowOffer(window.opens, window.closes, WindowState.PAST)
    if not bookable(window, day.now):
        return WindowOffer(window.opens, window.closes, WindowState.FULL)
    places = book.places(replace(visit, windows=(window,)))
    if not places:
        return WindowOffer(window.opens, window.closes, WindowState.FULL)
    shifts = [day.shifts[UUID(place.shift)] for place in places if place.shift]
    familiar = next((shift for shift in shifts if str(shift.id) in visit.known_to), None)
    return WindowOffer(
        opens=window.opens,
        closes=window.closes,
        state=WindowState.LAST if len(places) == 1 else WindowState.FREE,
        concierges=len(places),
        familiar=day.concierges[familiar.concierge_id].greeting if familiar else None,
    )


def bookable(window: routing.Window, moment: datetime) -> bool:
    """Whether there is still time to pack and drive."""
    return window.opens - moment >= timedelta(minutes=NOTICE_MINUTES)

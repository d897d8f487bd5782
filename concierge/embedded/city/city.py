"""The whole city at the story's moment, as rows: nothing here touches a database."""

from dataclasses import dataclass

import routing
from concierge.model import Hub, LedgerEntry, PieceMove

from .booked import Booking, Day
from .catalogue import Catalogue, catalogue
from .chance import Chance
from .days import Calendar, ahead_days, calendars
from .lived import Lived
from .money import Money
from .people import People, people
from .story import SEED

FLEXIBLE_AHEAD = 4
"""On which day ahead a client still waits for us to choose her window."""


@dataclass(frozen=True, slots=True)
class City:
    """Everything there is, consistent with itself and with the payments provider's past."""

    people: People
    stock: Catalogue
    days: list[Day]
    lived: Lived

    @property
    def money(self) -> Money:
        """Holds, operations and books."""
        return self.lived.money

    def moves(self) -> list[PieceMove]:
        """Every step of every piece, in order of time."""
        return sorted([*self.stock.moves, *self.lived.moves], key=lambda move: move.at)

    def entries(self) -> list[LedgerEntry]:
        """The books, in order of time."""
        return sorted(self.money.entries, key=lambda entry: entry.at)

    def bookings(self) -> list[Booking]:
        """Every order of every day."""
        return [booking for day in self.days for booking in day.bookings.values()]


@dataclass(frozen=True, slots=True)
class Founding:
    """The part of the city that needs no roads."""

    people: People
    stock: Catalogue

    def places(self) -> list[routing.Place]:
        """Every place somebody may drive to or from."""
        homes = (address.place for address in self.people.addresses)
        return [*(hub.place for hub in self.people.hubs), *homes]


def found(seed: int = SEED) -> Founding:
    """Hubs, people and pieces."""
    folk = people(seed)
    return Founding(folk, catalogue(seed, folk.hubs))


def build(ground: Founding, travel: routing.TravelTimes, seed: int = SEED) -> City:
    """Live through all days on these roads, up to the story's moment, and book those to come."""
    lived = Lived(Chance(seed, "lives"), Money(Chance(seed, "money")))
    days: list[Day] = []
    for calendar in calendars(seed, ground.people, ground.stock, travel):
        days += _live(calendar, lived)
    _forget(ground.people, days)
    return City(ground.people, ground.stock, days, lived)


def _live(calendar: Calendar, lived: Lived) -> list[Day]:
    days: list[Day] = []
    for ahead in ahead_days():
        day = calendar.day(ahead)
        if ahead == 0:
            calendar.fall_ill(day)
        for booking in day.bookings.values():
            lived.money.take_card(booking)
        if ahead <= 0:
            calendar.learn(day, lived.live(day, calendar.wardrobe))
        if ahead == 0:
            _keep_out(calendar, day)
        if ahead == FLEXIBLE_AHEAD and _is_first(calendar.hub):
            _wait(calendar, day, lived)
        days.append(day)
    return days


def _wait(calendar: Calendar, day: Day, lived: Lived) -> None:
    booking = calendar.flexible(day)
    if booking is not None:
        lived.money.take_card(booking)


def _keep_out(calendar: Calendar, day: Day) -> None:
    """What is on the road today may be sold today: it is promised to nobody else."""
    for booking in day.bookings.values():
        for piece in booking.pieces:
            calendar.wardrobe.lose(piece)


def _is_first(hub: Hub) -> bool:
    return hub.slug == "vasastan"


def _forget(folk: People, days: list[Day]) -> None:
    """Shifts that were called off were never worked."""
    called_off = {
        shift.id
        for day in days
        for shift in folk.shifts
        if (shift.hub_id, shift.day) == (day.hub.id, day.date) and shift.id not in day.shifts
    }
    folk.shifts[:] = [shift for shift in folk.shifts if shift.id not in called_off]

"""All the days of the story: who is booked where, until the last day anybody can book."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

import routing
from concierge.model import Address, Client, Concierge, Hub, Shift

from .booked import Booking, Day, Wish, book, book_flexible, call_off, close, open_day
from .catalogue import Catalogue
from .chance import Chance
from .people import People
from .story import COMING_DAYS, PAST_DAYS, STORY_DAY, STORY_NOW
from .team import SICK
from .wardrobe import Wardrobe

PAST_LOAD, STORY_LOAD = 1.8, 4.75
COMING_LOAD = (3.6, 3.2, 2.8, 2.4, 2.1, 1.8, 1.5, 1.25, 1.0, 0.8, 0.6, 0.45, 0.35, 0.25)
"""Visits per shift: a quiet week behind us, a full day today, and ever fewer ahead."""
REST = timedelta(days=3)
"""Nobody has two visits closer together."""
HURRIED = "Elsa Bergvall"
"""Whose afternoon runs late: two visits share one window."""
HURRIED_WINDOW, CROWDED_WINDOW, LAST_WINDOW = 3, 6, 7
GIVE_UP = 3
"""After so many clients who find no place, the crowded evening is full."""
SICK_AT = datetime(2026, 11, 26, 7, 40, tzinfo=STORY_NOW.tzinfo)
LIKED = (1.7, 1.7, 1.2, 1.5, 1.0, 1.0, 1.4, 1.1)
"""How much each window of the day is wanted."""


@dataclass(slots=True)
class Calendar:
    """Books a hub's days one after another; who lives nearest is this hub's client."""

    hub: Hub
    team: list[Concierge]
    shifts: list[Shift]
    clients: list[tuple[Client, Address]]
    travel: routing.TravelTimes
    wardrobe: Wardrobe
    chance: Chance
    booked: dict[UUID, list[date]]
    knows: dict[UUID, set[UUID]]

    def day(self, ahead: int) -> Day:
        """A day with its bookings, that many days from the story day."""
        when = STORY_DAY + timedelta(days=ahead)
        day = open_day(self.hub, when, self.team, self.shifts, self.travel)
        crowded = ahead == 0 and day.shift_of(SICK) is not None
        if ahead == 0:
            self._hurry(day)
        if crowded:
            self._need_her(day)
        wanted = round(len(day.shifts) * _load(ahead))
        for client, address in self._asking(when):
            if len(day.bookings) >= wanted:
                break
            self._book(day, client, address)
        if crowded:
            self._crowd(day)
        evening = datetime.combine(when - timedelta(days=1), datetime.min.time(), self.hub.zone)
        at = min(evening + timedelta(hours=20), STORY_NOW - timedelta(minutes=9))
        if day.bookings:
            close(day, at, by="house", why="Bookings as they came in")
        return day

    def fall_ill(self, day: Day) -> None:
        """The story day's morning call."""
        shift = day.shift_of(SICK)
        if shift is not None:
            why = f"{SICK} is ill; her visits found other places where there were any"
            call_off(day, shift, SICK_AT, by="Dispatch", why=why)

    def learn(self, day: Day, visited: dict[UUID, UUID]) -> None:
        """Remember who met whom, by order and concierge."""
        for order_id, concierge_id in visited.items():
            self.knows[day.bookings[order_id].client.id].add(concierge_id)

    def flexible(self, day: Day) -> Booking | None:
        """A client who would accept any of several windows over three days."""
        for client, address in self._asking(day.date):
            windows = [
                each
                for ahead in range(3)
                for each in self.hub.windows_on(day.date + timedelta(days=ahead))[3:6:2]
            ]
            pieces = self.wardrobe.choose(client, day.date, 4, self.chance)
            if len(pieces) < 4:
                continue
            wish = Wish(client, address, pieces, windows)
            booking = book_flexible(day, wish, self.wardrobe, self.chance)
            if booking is not None:
                self.booked[client.id].append(day.date)
                return booking
        return None

    def _hurry(self, day: Day) -> None:
        """Two neighbours take the same window with the same concierge."""
        shift = day.shift_of(HURRIED)
        first, *others = [pair for pair in self.clients if pair[0].language == "sv"]
        near = min(others, key=lambda each: self.travel.between(first[1].place, each[1].place))
        for client, address in (first, near):
            self._put(day, client, address, HURRIED_WINDOW, pieces=5, shift=shift)

    def _need_her(self, day: Day) -> None:
        """Two evening visits that the concierge who will fall ill is to make.

        The later needs her Arabic, which nobody else that evening has.
        """
        shift = day.shift_of(SICK)
        for language, window in (("ar", LAST_WINDOW), ("sv", CROWDED_WINDOW)):
            for client, address in self._asking(day.date):
                if client.language == language and self._put(
                    day, client, address, window, pieces=4, shift=shift
                ):
                    break

    def _crowd(self, day: Day) -> None:
        """Fill one evening window until even short visits find no place in it."""
        refused = 0
        for client, address in self._asking(day.date):
            if not self._put(day, client, address, CROWDED_WINDOW, pieces=2):
                refused += 1
            if refused == GIVE_UP:
                return

    def _put(
        self,
        day: Day,
        client: Client,
        address: Address,
        window: int,
        *,
        pieces: int,
        shift: str | None = None,
    ) -> bool:
        """Book a client into one window, with one concierge if asked; False when it is full."""
        chosen = self.wardrobe.choose(client, day.date, pieces, self.chance)
        asked = Wish(client, address, chosen, self.hub.windows_on(day.date)[window : window + 1])
        if book(day, asked, self.wardrobe, self.chance, with_shift=shift) is None:
            return False
        self.booked[client.id].append(day.date)
        return True

    def _asking(self, day: date) -> list[tuple[Client, Address]]:
        """Clients with no visit near that day, those with fewer visits first."""
        free = [
            pair
            for pair in self.chance.mixed(self.clients)
            if all(abs(other - day) >= REST for other in self.booked[pair[0].id])
        ]
        return sorted(free, key=lambda pair: len(self.booked[pair[0].id]))

    def _book(self, day: Day, client: Client, address: Address) -> None:
        count = self.chance.weighed((2, 3, 4, 5, 6, 7), (2, 3, 4, 3, 2, 1))
        pieces = self.wardrobe.choose(client, day.date, count, self.chance)
        if not pieces:
            return
        shifts = frozenset(
            str(shift.id)
            for shift in day.shifts.values()
            if shift.concierge_id in self.knows[client.id]
        )
        wish = Wish(client, address, pieces, self._windows(day), shifts)
        if book(day, wish, self.wardrobe, self.chance):
            self.booked[client.id].append(day.date)

    def _windows(self, day: Day) -> list[routing.Window]:
        """The day's windows, in the order she would like them."""
        windows = self.hub.windows_on(day.date)
        scored = [
            (self.chance.share() ** (1 / liked), window)
            for window, liked in zip(windows, LIKED, strict=True)
        ]
        return [window for _, window in sorted(scored, reverse=True, key=lambda pair: pair[0])]


def calendars(
    seed: int, found: People, stock: Catalogue, travel: routing.TravelTimes
) -> list[Calendar]:
    """One calendar per hub, each with the clients who live nearer to it than to any other."""
    nearest: dict[UUID, list[tuple[Client, Address]]] = defaultdict(list)
    for client, address in zip(found.clients, found.addresses, strict=True):
        hub = min(found.hubs, key=lambda each: travel.between(each.place, address.place))
        nearest[hub.id].append((client, address))
    return [
        Calendar(
            hub=hub,
            team=found.team(hub),
            shifts=[shift for shift in found.shifts if shift.hub_id == hub.id],
            clients=nearest[hub.id],
            travel=travel,
            wardrobe=Wardrobe(stock, hub),
            chance=Chance(seed, f"calendar of {hub.slug}"),
            booked=defaultdict(list),
            knows=defaultdict(set),
        )
        for hub in found.hubs
    ]


def ahead_days() -> Sequence[int]:
    """Every day of the story, as days from the story day."""
    return range(-PAST_DAYS, COMING_DAYS + 1)


def _load(ahead: int) -> float:
    if ahead < 0:
        return PAST_LOAD
    return STORY_LOAD if ahead == 0 else COMING_LOAD[ahead - 1]

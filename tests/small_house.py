"""A small house for tests: one hub, two concierges, a client, and a rail of pieces."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncEngine

import routing
from concierge.desk.offer_windows import Wanted
from concierge.desk.place_order import OrderRequest
from concierge.maps.travel import Roads
from concierge.model import (
    Address,
    Client,
    Concierge,
    House,
    Hub,
    Piece,
    Shift,
    Style,
    Variant,
)
from concierge.store.clock import set_clock
from concierge.store.transaction import transaction

ZONE = ZoneInfo("Europe/Stockholm")
MONDAY = date(2026, 11, 23)
PRICES = (1_150_000, 590_000, 680_000)
GESTURE_MINOR = 30_000


def at(clock: str, day: date = MONDAY) -> datetime:
    """A moment in Gothenburg."""
    return datetime.combine(day, datetime.strptime(clock, "%H:%M").time(), ZONE)  # noqa: DTZ007


@dataclass
class SmallHouse:
    """Its rows, and the verbs' collaborators. Travel is estimated: these tests need no roads."""

    engine: AsyncEngine
    roads: Roads
    hub: Hub
    concierges: list[Concierge]
    shifts: list[Shift]
    client: Client
    address: Address
    styles: list[Style]
    variants: list[Variant]
    pieces: list[Piece]

    def wanted(self, *variants: int) -> Wanted:
        """She would like these variants, at home."""
        chosen = tuple(self.variants[each].id for each in variants or (0, 1, 2))
        return Wanted(chosen, self.address.place, "en", self.client.id)

    def request(self, *windows: routing.Window, variants: tuple[int, ...] = ()) -> OrderRequest:
        """She asks for these windows."""
        return OrderRequest(
            self.client.id, self.address.id, self.wanted(*variants), tuple(windows)
        )

    def window(self, opens: str, day: date = MONDAY) -> routing.Window:
        """One of the hub's windows, by its opening."""
        return next(w for w in self.hub.windows_on(day) if w.opens == at(opens, day))

    async def clock(self, moment: datetime) -> None:
        """Make it this moment."""
        async with transaction(self.engine) as session:
            await set_clock(session, moment)


async def build_small_house(engine: AsyncEngine, *, days: int = 3) -> SmallHouse:
    """One of everything, on Monday at nine, with shifts for a few days."""
    hub = Hub(
        slug="vasa", name="Vasa", street="Vasagatan 1", longitude=11.968, latitude=57.699,
        timezone="Europe/Stockholm", currency="SEK",
        windows=[["09:00", "10:00"], ["11:00", "12:00"], ["14:00", "15:00"], ["17:00", "18:00"]],
        gesture_minor=GESTURE_MINOR,
    )  # fmt: skip
    client = Client(
        name="Mme Haddad", email="haddad@example.com", language="en", created_at=at("09:00")
    )
    house = House(name="Orane", line="Made slowly.")
    concierges = [
        Concierge(
            hub_id=hub.id, name=f"{name} Berg", greeting=name, zone="Vasastan",
            languages=["sv", "en", *more], capacity=20,
        )
        for name, more in (("Amelie", ["fr"]), ("Tom", []))
    ]  # fmt: skip
    shifts = [
        Shift(
            hub_id=hub.id, day=day, concierge_id=concierge.id, starts=at("08:00", day),
            ends=at("20:00", day), break_opens=at("12:00", day), break_closes=at("14:00", day),
        )
        for day in (MONDAY + timedelta(days=ahead) for ahead in range(days))
        for concierge in concierges
    ]  # fmt: skip
    address = Address(
        client_id=client.id, street="Linnégatan 12", longitude=11.9525, latitude=57.6935
    )
    styles = [
        Style(
            house_id=house.id, slug=name.lower().replace(" ", "-"), name=name, description=name,
            category=category, material="Silk", care="By hand", price_minor=price,
            currency="SEK", drawing={"category": category, "cut": {}}, search=name.lower(),
        )
        for (name, category), price in zip(
            (("Bias dress", "dress"), ("Silk blouse", "blouse"), ("Soft loafer", "loafer")),
            PRICES, strict=True,
        )
    ]  # fmt: skip
    variants = [
        Variant(style_id=s.id, sku=f"{s.slug}-38", colour="ivory", shade="#eeeae0", size="38")
        for s in styles
    ]
    pieces = [
        Piece(hub_id=hub.id, variant_id=v.id, tag=f"MO-{at_}", holder=f"hub:{hub.id}")
        for at_, v in enumerate(variants, start=1)
    ]
    async with transaction(engine) as session:
        for rows in ([hub, client, house], concierges, shifts, [address], styles, variants):
            session.add_all(rows)
            await session.flush()
        session.add_all(pieces)
        await set_clock(session, at("09:00").astimezone(UTC))
    return SmallHouse(
        engine, Roads(None), hub, concierges, shifts, client, address, styles, variants, pieces
    )

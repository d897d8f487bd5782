"""The people of the demo: hubs, clients, what is known of them, and who may sign in."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from concierge.model import Account, Address, Client, Concierge, Hub, Preference, Role, Shift
from concierge.model.street import fold

from .chance import Chance
from .story import OPENED
from .team import concierges_of, shifts_of
from .words import NUMBERED, SHOES, lines, size_for

PASSWORD_HASH = (
    "$argon2id$v=19$m=65536,t=3,p=4$nyzK/FrZLNMU9Y9HB+ObMQ"  # noqa: S105 - a demo's, known to all
    "$m+4B0Gobly5jjwLIAdeXt3QmiFD6xL4Bh0DSXx/7jDI"
)
"""`DEMO_PASSWORD`, hashed once, so that every demo is the same and none takes long to make."""
TOLD = re.compile(r";(?=[+~])")
"""Between two things we know of a client; a sentence may have a semicolon of its own."""
WINDOWS = [
    ["09:00", "10:00"], ["10:30", "11:30"], ["12:15", "13:15"], ["14:00", "15:00"],
    ["15:30", "16:30"], ["16:45", "17:45"], ["18:00", "19:00"], ["19:30", "20:30"],
]  # fmt: skip
GESTURE_MINOR = 30_000
"""A concierge may give away 300 kronor at one visit."""
SPEEDS_BY_HOUR = (*(100,) * 7, 80, 65, 75, 90, 90, 90, 90, 90, 80, 65, 70, 85, *(100,) * 5)
"""Percent of free roads from midnight on, slow at eight and at four: invented, not measured."""
HUBS = (
    ("vasastan", "Vasastan", "Vasagatan 22", 11.964646, 57.697963),
    ("orgryte", "Örgryte", "Sankt Sigfridsgatan 50", 12.003162, 57.693719),
)


@dataclass(frozen=True, slots=True)
class People:
    """Everybody, as rows."""

    hubs: list[Hub]
    concierges: list[Concierge]
    shifts: list[Shift]
    clients: list[Client]
    addresses: list[Address]
    preferences: list[Preference]
    accounts: list[Account]

    def team(self, hub: Hub) -> list[Concierge]:
        """A hub's concierges."""
        return [each for each in self.concierges if each.hub_id == hub.id]


def people(seed: int) -> People:
    """Everybody who lives, works or visits here."""
    chance = Chance(seed, "people")
    hubs = [_hub(chance, *words) for words in HUBS]
    team = concierges_of(chance, hubs)
    found = People(
        hubs=hubs,
        concierges=team,
        shifts=shifts_of(chance, hubs, team),
        clients=[],
        addresses=[],
        preferences=[],
        accounts=_accounts(chance, hubs, team),
    )
    for words in lines("clients.txt"):
        _client(chance, found, words)
    for words in _regulars(chance):
        _client(chance, found, words)
    return found


def _regulars(chance: Chance) -> list[list[str]]:
    """Clients of whom we know no more than name, size and door, one for each of `doors.txt`."""
    tongues = list(lines("names.txt"))
    used: set[str] = set()
    found: list[list[str]] = []
    for door in lines("doors.txt"):
        while True:
            tongue = chance.weighed(tongues, [float(each[1]) for each in tongues])
            name = " ".join(chance.one(tongue[place].split(",")) for place in (2, 3))
            if name not in used:
                break
        used.add(name)
        dress, shoe = chance.one(NUMBERED), chance.one(SHOES)
        floor = chance.one(("Ground floor", "First floor", "Second floor", "Third floor", ""))
        found.append([name, "", tongue[0], dress, shoe, *door, floor, "", ""])
    return found


def _hub(
    chance: Chance, slug: str, name: str, street: str, longitude: float, latitude: float
) -> Hub:
    return Hub(
        id=chance.id(OPENED),
        slug=slug,
        name=name,
        street=street,
        longitude=longitude,
        latitude=latitude,
        timezone="Europe/Stockholm",
        currency="SEK",
        windows=WINDOWS,
        gesture_minor=GESTURE_MINOR,
        late_fee_minor=20_000,
        absence_fee_minor=40_000,
        speeds_by_hour=[*SPEEDS_BY_HOUR],
    )


def _client(chance: Chance, found: People, words: Sequence[str]) -> None:
    name, alias, language, dress, shoe, street, longitude, latitude, detail, access, liked = words
    number = len(found.clients)
    joined = OPENED + timedelta(hours=8 * number + chance.number(0, 7))
    client = Client(
        id=chance.id(joined),
        email=f"{fold(name).replace(' ', '.')}@example.com",
        name=name,
        alias=alias or None,
        phone=f"+46 70 1740 {600 + number}",
        language=language,
        sizes={
            "dress": dress,
            "knit": size_for("knit", dress, shoe),
            "jeans": size_for("jeans", dress, shoe),
            "shoe": shoe,
        },
        payments_customer=f"cus_{chance.code(24)}",
        created_at=joined,
    )
    found.clients.append(client)
    found.addresses.append(
        Address(
            id=chance.id(joined), client_id=client.id, street=street, detail=detail,
            access=access, longitude=float(longitude), latitude=float(latitude), approximate=True,
        )
    )  # fmt: skip
    for told in filter(None, TOLD.split(liked)):
        at = joined + timedelta(days=chance.number(1, 20))
        said = told[0] == "+"
        found.preferences.append(
            Preference(
                id=chance.id(at), client_id=client.id, words=told[1:],
                source="client" if said else "concierge", confirmed=said, at=at,
            )
        )  # fmt: skip


def _accounts(chance: Chance, hubs: Sequence[Hub], team: Sequence[Concierge]) -> list[Account]:
    def account(
        name: str,
        role: Role,
        *,
        called: str | None = None,
        hub: UUID | None = None,
        concierge: UUID | None = None,
    ) -> Account:
        local = fold(called or name).replace(" ", ".")
        return Account(
            id=chance.id(OPENED), email=f"{local}@orane.example", name=name,
            password_hash=PASSWORD_HASH, role=role, created_at=OPENED,
            hub_id=hub, concierge_id=concierge,
        )  # fmt: skip

    staff = [account("Dispatch", Role.DISPATCHER), account("Owner", Role.OWNER)]
    staff += [account(f"Hub {hub.name}", Role.HUB, hub=hub.id) for hub in hubs]
    return staff + [
        account(
            each.name, Role.CONCIERGE, called=each.greeting, concierge=each.id, hub=each.hub_id
        )
        for each in team
    ]

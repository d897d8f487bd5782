"""Where a client has us come: found once, kept in her book, corrected by her."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

import routing
from concierge.model import Address, new_id
from concierge.model.refusals import Missing
from concierge.model.street import fold
from concierge.store.log import audit

from .find_address import Suggestion, find_address

MOST_ADDRESSES = 12
Line = Annotated[str, msgspec.Meta(max_length=120)]
Note = Annotated[str, msgspec.Meta(max_length=400)]


class AddressNotes(msgspec.Struct, frozen=True):
    """The floor, and how to get in."""

    detail: Line = ""
    access: Note = ""


class SavedAddress(msgspec.Struct, frozen=True):
    """Where she had us come before."""

    id: UUID
    street: str
    detail: str
    access: str
    longitude: float
    latitude: float

    @property
    def place(self) -> routing.Place:
        """Where it is."""
        return routing.Place(self.longitude, self.latitude)


async def resolve_address(session: AsyncSession, line: str) -> Suggestion | None:
    """The address a line names exactly, case and accents aside; None when it could be several."""
    found = await find_address(session, line)
    return next((each for each in found if fold(each.line) == fold(line)), None)


async def keep_address(
    session: AsyncSession, client_id: UUID, at: Suggestion, *, detail: str = "", access: str = ""
) -> Address:
    """Her address, written down once however often she orders there."""
    same = await session.exec(
        select(Address).where(
            Address.client_id == client_id,
            Address.street == at.line,
            Address.detail == detail.strip(),
        )
    )
    address = same.first() or Address(
        id=new_id(),
        client_id=client_id,
        street=at.line,
        detail=detail.strip(),
        longitude=at.place.longitude,
        latitude=at.place.latitude,
        approximate=at.approximate,
    )
    address.access = access.strip() or address.access
    session.add(address)
    await session.flush()
    return address


async def saved_addresses(session: AsyncSession, client_id: UUID | None) -> list[SavedAddress]:
    """Her addresses, the newest first."""
    rows = await session.exec(
        select(Address)
        .where(Address.client_id == client_id)
        .order_by(col(Address.id).desc())
        .limit(MOST_ADDRESSES)
    )
    return [_saved(address) for address in rows]


async def saved_address(
    session: AsyncSession, client_id: UUID | None, address_id: UUID | None
) -> SavedAddress:
    """One of her addresses.

    Raises:
        Missing: it is not hers.
    """
    return _saved(await _hers(session, client_id, address_id))


async def change_address(
    session: AsyncSession, client_id: UUID, address_id: UUID, notes: AddressNotes, *, now: datetime
) -> None:
    """Correct the floor, and how to get in.

    Raises:
        Missing: the address is not hers.
    """
    address = await _hers(session, client_id, address_id)
    address.detail, address.access = notes.detail.strip(), notes.access.strip()
    await audit(
        session, who=f"client:{client_id}", what="address.change",
        subject=f"address:{address_id}", now=now,
    )  # fmt: skip


def _saved(address: Address) -> SavedAddress:
    return SavedAddress(
        id=address.id,
        street=address.street,
        detail=address.detail,
        access=address.access,
        longitude=address.longitude,
        latitude=address.latitude,
    )


async def _hers(session: AsyncSession, client_id: UUID | None, address_id: UUID | None) -> Address:
    address = await session.get(Address, address_id) if address_id else None
    if address is None or address.client_id != client_id:
        raise Missing("There is no such address in your book.")
    return address

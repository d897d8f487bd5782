"""Who a client is: how a visitor becomes one, where she lives, and what she may correct.

Ordering makes a visitor a client. An e-mail alone proves nothing, so it never opens an account:
when the e-mail she types belongs to somebody we know, a second client is made without it, and
nothing on any page tells the two cases apart. Her letters go to the e-mail she typed either way,
so the real owner learns of it; her older orders show only after she followed a sign-in link.
"""

import re
from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from sqlalchemy import delete
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

import routing
from concierge.model import LANGUAGES, Address, Client, Preference, new_id
from concierge.model.refusals import BadRequest, Missing
from concierge.model.street import fold
from concierge.store.log import audit
from concierge.store.transaction import lock_email

from .find_address import Suggestion, find_address

MOST_ADDRESSES = 12
_PART = r"[^\s@,;:<>()\[\]\"\\]+"
_EMAIL = re.compile(rf"{_PART}@{_PART}\.{_PART}")
"""One address and nothing else: what she types becomes the head of a letter."""
_JOINERS = "\u200c\u200d"
"""Unseen, and yet part of how names are written in Persian and Hindi."""
Name = Annotated[str, msgspec.Meta(max_length=120)]
Email = Annotated[str, msgspec.Meta(max_length=254)]
Phone = Annotated[str, msgspec.Meta(max_length=40)]
Line = Annotated[str, msgspec.Meta(max_length=120)]
Note = Annotated[str, msgspec.Meta(max_length=400)]


class Who(msgspec.Struct, frozen=True):
    """What a newcomer tells of herself.

    Raises:
        BadRequest: no name, or an e-mail nobody can write to; the sentence names the field.
    """

    name: Name
    email: Email
    phone: Phone = ""
    language: str = "en"

    def check(self) -> None:
        """Refuse what makes no sense."""
        if not one_line(self.name):
            raise BadRequest("Tell us your name, so that we know whom to greet.")
        if not _EMAIL.fullmatch(self.email.strip()):
            raise BadRequest("This e-mail does not look complete; please look again.")
        if self.language not in LANGUAGES:
            raise BadRequest("We do not speak this language yet.")


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


class LikeShown(msgspec.Struct, frozen=True):
    """Something we believe she likes, who said so and when."""

    id: UUID
    words: str
    source: str
    confirmed: bool
    at: datetime


class DetailsShown(msgspec.Struct, frozen=True):
    """What we know of a client, for her to read and correct."""

    name: str
    alias: str
    phone: str
    language: str
    likes: list[LikeShown]
    addresses: list[SavedAddress]


async def become_client(session: AsyncSession, who: Who, *, now: datetime) -> Client:
    """Make a newcomer a client; see the module for what her e-mail does and does not do."""
    who.check()
    email = who.email.strip().lower()
    await lock_email(session, email)
    known = await session.exec(select(Client.id).where(func.lower(col(Client.email)) == email))
    client = Client(
        id=new_id(),
        email=None if known.first() else email,
        name=one_line(who.name),
        phone=one_line(who.phone) or None,
        language=who.language,
        created_at=now,
    )
    session.add(client)
    await session.flush()
    return client


async def forget_newcomer(session: AsyncSession, client_id: UUID) -> None:
    """Her order could not be taken: she is a visitor still, and we keep nothing of her."""
    await session.exec(delete(Address).where(col(Address.client_id) == client_id))
    await session.exec(delete(Client).where(col(Client.id) == client_id))


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
    session: AsyncSession,
    client_id: UUID,
    address_id: UUID,
    *,
    detail: str,
    access: str,
    now: datetime,
) -> None:
    """Correct the floor, and how to get in.

    Raises:
        Missing: the address is not hers.
    """
    address = await _hers(session, client_id, address_id)
    address.detail, address.access = detail.strip(), access.strip()
    await _note(session, client_id, "address.change", f"address:{address_id}", now)


async def show_details(session: AsyncSession, client_id: UUID) -> DetailsShown:
    """What we know of her."""
    client = await session.get_one(Client, client_id)
    likes = await session.exec(
        select(Preference)
        .where(Preference.client_id == client_id)
        .order_by(col(Preference.at).desc(), col(Preference.id))
    )
    return DetailsShown(
        name=client.name,
        alias=client.alias or "",
        phone=client.phone or "",
        language=client.language,
        likes=[
            LikeShown(like.id, like.words, like.source, like.confirmed, like.at) for like in likes
        ],
        addresses=await saved_addresses(session, client_id),
    )


async def change_details(
    session: AsyncSession,
    client_id: UUID,
    *,
    name: str,
    alias: str,
    phone: str,
    language: str,
    now: datetime,
) -> None:
    """Correct her name, what we call her, her phone and her language.

    Raises:
        BadRequest: the name is empty, or we do not speak the language.
    """
    if not one_line(name):
        raise BadRequest("Tell us your name, so that we know whom to greet.")
    if language not in LANGUAGES:
        raise BadRequest("We do not speak this language yet.")
    client = await session.get_one(Client, client_id)
    client.name, client.alias = one_line(name), one_line(alias) or None
    client.phone, client.language = one_line(phone) or None, language
    await _note(session, client_id, "client.change", f"client:{client_id}", now)


async def tell_preference(
    session: AsyncSession, client_id: UUID, words: str, *, now: datetime
) -> UUID:
    """She tells us something she likes; from her it is certain.

    Raises:
        BadRequest: nothing was said.
    """
    like = Preference(
        id=new_id(),
        client_id=client_id,
        words=_said(words),
        source="client",
        confirmed=True,
        at=now,
    )
    session.add(like)
    await _note(session, client_id, "preference.tell", f"preference:{like.id}", now)
    return like.id


async def correct_preference(
    session: AsyncSession, client_id: UUID, like_id: UUID, words: str, *, now: datetime
) -> None:
    """She confirms what we believe, or says it better; from then on it is hers.

    Raises:
        Missing: it is not about her.
        BadRequest: nothing was said.
    """
    like = await _about_her(session, client_id, like_id)
    like.words, like.source, like.confirmed, like.at = _said(words), "client", True, now
    await _note(session, client_id, "preference.correct", f"preference:{like_id}", now)


async def forget_preference(
    session: AsyncSession, client_id: UUID, like_id: UUID, *, now: datetime
) -> None:
    """She wants us to forget it.

    Raises:
        Missing: it is not about her.
    """
    await session.delete(await _about_her(session, client_id, like_id))
    await _note(session, client_id, "preference.forget", f"preference:{like_id}", now)


def one_line(words: str) -> str:
    """Words in one line, without what nobody can see: names head letters and stand on boards."""
    seen = (letter if letter.isprintable() or letter in _JOINERS else " " for letter in words)
    return " ".join("".join(seen).split())


def _said(words: str) -> str:
    if not words.strip():
        raise BadRequest("Write a word or two about what you like.")
    return words.strip()


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


async def _about_her(session: AsyncSession, client_id: UUID, like_id: UUID) -> Preference:
    like = await session.get(Preference, like_id)
    if like is None or like.client_id != client_id:
        raise Missing("We have no such note about you.")
    return like


async def _note(
    session: AsyncSession, client_id: UUID, what: str, subject: str, now: datetime
) -> None:
    await audit(session, who=f"client:{client_id}", what=what, subject=subject, now=now)

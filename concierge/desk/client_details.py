"""What we know of a client, for her to read and correct."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from concierge.model import Client, Preference, new_id
from concierge.model.refusals import BadRequest, Missing
from concierge.store.log import audit

from .address_book import Note, SavedAddress, saved_addresses
from .become_client import Name, Phone, check_language, check_name, check_phone, one_line


class Details(msgspec.Struct, frozen=True):
    """Her name, what we call her, her phone and her language."""

    name: Name
    alias: Name = ""
    phone: Phone = ""
    language: str = "en"


class Like(msgspec.Struct, frozen=True):
    """Something she likes, in her words."""

    words: Note


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
    session: AsyncSession, client_id: UUID, details: Details, *, now: datetime
) -> None:
    """Correct her name, what we call her, her phone and her language.

    Raises:
        BadRequest: the name is empty, the phone rings nowhere, or we do not speak the language.
    """
    check_name(details.name)
    check_phone(details.phone)
    check_language(details.language)
    client = await session.get_one(Client, client_id)
    client.name, client.alias = one_line(details.name), one_line(details.alias) or None
    client.phone, client.language = one_line(details.phone) or None, details.language
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


def _said(words: str) -> str:
    if not words.strip():
        raise BadRequest("Write a word or two about what you like.")
    return words.strip()


async def _about_her(session: AsyncSession, client_id: UUID, like_id: UUID) -> Preference:
    like = await session.get(Preference, like_id)
    if like is None or like.client_id != client_id:
        raise Missing("We have no such note about you.")
    return like


async def _note(
    session: AsyncSession, client_id: UUID, what: str, subject: str, now: datetime
) -> None:
    await audit(session, who=f"client:{client_id}", what=what, subject=subject, now=now)

"""How a visitor becomes a client.

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

from concierge.model import LANGUAGES, Address, Client, new_id
from concierge.model.refusals import BadRequest
from concierge.store.transaction import lock_email

_PART = r"[^\s@,;:<>()\[\]\"\\]+"
_EMAIL = re.compile(rf"{_PART}@{_PART}\.{_PART}")
"""One address and nothing else: what she types becomes the head of a letter."""
_JOINERS = "\u200c\u200d"
"""Unseen, and yet part of how names are written in Persian and Hindi."""
_PHONE = re.compile(r"\+?(?:[ ().\-/]*\d){6,15}[ ().\-/]*")
"""Digits as anybody writes them. Source: E.164 allows fifteen; local numbers have six or more."""
Name = Annotated[str, msgspec.Meta(max_length=120)]
Email = Annotated[str, msgspec.Meta(max_length=254)]
Phone = Annotated[str, msgspec.Meta(max_length=40)]


class Who(msgspec.Struct, frozen=True):
    """What a newcomer tells of herself.

    Raises:
        BadRequest: no name, an e-mail nobody can write to, or a phone nobody can ring; the
            sentence names the field.
    """

    name: Name
    email: Email
    phone: Phone = ""
    language: str = "en"

    def check(self) -> None:
        """Refuse what makes no sense."""
        check_name(self.name)
        if not _EMAIL.fullmatch(self.email.strip()):
            raise BadRequest(
                "This e-mail does not look complete; please look again.", field="email"
            )
        check_phone(self.phone)
        check_language(self.language)


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


def check_name(name: str) -> None:
    """Refuse a name that is none.

    Raises:
        BadRequest: nothing of it can be read.
    """
    if not one_line(name):
        raise BadRequest("Tell us your name, so that we know whom to greet.", field="name")


def check_phone(phone: str) -> None:
    """Refuse a number that rings nowhere; none at all is welcome.

    Raises:
        BadRequest: too few digits or too many, or something else among them.
    """
    if one_line(phone) and not _PHONE.fullmatch(one_line(phone)):
        raise BadRequest(
            "Nobody can be reached at this phone number; please look again.", field="phone"
        )


def check_language(language: str) -> None:
    """Refuse to promise a language.

    Raises:
        BadRequest: we do not speak it.
    """
    if language not in LANGUAGES:
        raise BadRequest("We do not speak this language yet.", field="language")


def one_line(words: str) -> str:
    """Words in one line, without what nobody can see: names head letters and stand on boards."""
    seen = (letter if letter.isprintable() or letter in _JOINERS else " " for letter in words)
    return " ".join("".join(seen).split())

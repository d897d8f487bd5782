"""Letting people in: passwords for staff, links by letter for clients.

Times here are the machine's own (`store.clock.wall`), so that moving a demo's clock signs nobody
in or out.
"""

import asyncio
import secrets
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import delete, func, or_
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from concierge.model import Account, Client, Message, SignInLink, SignInTry, WebSession
from concierge.model.account import (
    MOST_TRIES_PER_ACCOUNT,
    MOST_TRIES_PER_ADDRESS,
    SAME_ASKING,
    TRIES_WINDOW,
)
from concierge.model.refusals import SignInRefused, TooManyTries
from concierge.store.clock import now as house_now
from concierge.store.transaction import lock_email, transaction
from concierge.words import Words

from .visits import begin_anew, end_unproven_visits, hash_of, new_token

REFUSED = "That e-mail and password do not go together."
LINK_REFUSED = "This link was used already or is older than 15 minutes. Ask for a new one."
TOO_MANY = "Too many tries. Wait a quarter of an hour, then try again."

_hasher = PasswordHasher()
_NOBODY = _hasher.hash(secrets.token_urlsafe(16))
"""Checked when there is no such account, so that the answer takes as long."""
_at_once = asyncio.Semaphore(2)
"""A password check takes 64 MB and a core for a moment; the pages come first."""


def hash_password(password: str) -> str:
    """What we keep of a password. Slow on purpose."""
    return _hasher.hash(password)


async def sign_in_client(
    session: AsyncSession,
    client_id: UUID,
    *,
    before: UUID | None,
    now: datetime,
    proven: bool = False,
) -> str:
    """Let a client in; the token of her new visit, which keeps the selection of the one before.

    Only for somebody who is this client: she followed her link, which makes it `proven`, or this
    very visit made her known to us for the first time.
    """
    old = await session.get(WebSession, before) if before else None
    visit = WebSession(
        token_hash="",
        client_id=client_id,
        selection_id=old.selection_id if old else None,
        language=old.language if old else None,
        proven=proven,
        created_at=now,
        seen_at=now,
    )
    return begin_anew(session, old, visit, now)


async def sign_in_staff(
    engine: AsyncEngine,
    email: str,
    password: str,
    *,
    address: str,
    before: UUID | None,
    now: datetime,
) -> str:
    """Let a staff member in; the token of the new visit.

    Raises:
        SignInRefused: the two do not go together, or the account is closed; never said which.
        TooManyTries: too many tries for this account or from this network address.
    """
    email = email.strip().lower()
    tries = await count_try(engine, email, address=address, now=now)
    async with transaction(engine) as session:
        account = (await session.exec(select(Account).where(Account.email == email))).first()
    fits = await _fits(account, password)
    if account is None or not fits or not account.active:
        raise SignInRefused(REFUSED)
    async with transaction(engine) as session:
        old = await session.get(WebSession, before) if before else None
        visit = WebSession(
            token_hash="",
            account_id=account.id,
            language=old.language if old else None,
            created_at=now,
            seen_at=now,
        )
        hers = or_(col(SignInTry.about) == _about(email), col(SignInTry.id).in_(tries))
        await session.exec(delete(SignInTry).where(hers))
        return begin_anew(session, old, visit, now)


async def _fits(account: Account | None, password: str) -> bool:
    kept = account.password_hash if account else _NOBODY
    async with _at_once:
        try:
            await asyncio.to_thread(_hasher.verify, kept, password)
        except (VerifyMismatchError, InvalidHashError):
            return False
    return True


async def count_try(engine: AsyncEngine, email: str, *, address: str, now: datetime) -> list[UUID]:
    """Count one more try for this e-mail and from this address; the ids of what was counted.

    The try is kept before it is judged, so that many at once are all counted.

    Raises:
        TooManyTries: more than we allow lately.
    """
    limits = ((_about(email), MOST_TRIES_PER_ACCOUNT), (_about(address), MOST_TRIES_PER_ADDRESS))
    tries = [SignInTry(about=about, at=now) for about, _ in limits]
    counted = [each.id for each in tries]
    async with transaction(engine) as session:
        session.add_all(tries)
    async with transaction(engine) as session:
        if await _over(session, limits, now):
            raise TooManyTries(TOO_MANY)
    return counted


async def _over(session: AsyncSession, limits: Iterable[tuple[str, int]], now: datetime) -> bool:
    for about, most in limits:
        tries = await session.exec(
            select(func.count())
            .select_from(SignInTry)
            .where(SignInTry.about == about, SignInTry.at > now - TRIES_WINDOW)
        )
        if tries.one() > most:
            return True
    return False


def _about(whom: str) -> str:
    return hash_of(f"sign-in:{whom.strip().lower()}")


async def send_link(
    session: AsyncSession,
    email: str,
    *,
    leads_to: str,
    base_url: str,
    words: Words,
    now: datetime,
) -> None:
    """Write a client a letter with her sign-in link; strangers get none, and nobody is told.

    Pressed twice is pressed once: a letter that is on its way there is not followed by another.
    """
    address = email.strip().lower()
    await lock_email(session, address)
    client = (
        await session.exec(select(Client).where(func.lower(col(Client.email)) == address))
    ).first()
    if client is None or client.email is None:
        return
    on_its_way = select(SignInLink.id).where(
        SignInLink.client_id == client.id,
        SignInLink.leads_to == leads_to,
        SignInLink.created_at > now - SAME_ASKING,
        col(SignInLink.followed_at).is_(None),
    )
    if (await session.exec(on_its_way)).first() is not None:
        return
    token = new_token()
    session.add(
        SignInLink(
            token_hash=hash_of(token), client_id=client.id, leads_to=leads_to, created_at=now
        )
    )
    session.add(
        Message(
            client_id=client.id,
            email=client.email,
            language=words.language,
            subject=words.say("Your sign-in link"),
            body=words.say(
                "Good day %(name)s,\n\n"
                "follow this link within 15 minutes to sign in:\n%(link)s\n\n"
                "If you did not ask for it, you need do nothing.",
                name=client.shown_as,
                link=f"{base_url}/sign-in/{token}",
            ),
            at=await house_now(session),
        )
    )


async def follow_link(
    session: AsyncSession, token: str, *, before: UUID | None, now: datetime
) -> tuple[str, str]:
    """Use a link up: the new visit's token, and the page it leads to.

    Whoever ordered under her e-mail before she ever signed in is let out: it may not have been
    she.

    Raises:
        SignInRefused: the link is unknown, used or too old.
    """
    link = (
        await session.exec(
            select(SignInLink).where(SignInLink.token_hash == hash_of(token)).with_for_update()
        )
    ).first()
    if link is None or not link.follow(now):
        raise SignInRefused(LINK_REFUSED)
    session.add(link)
    await end_unproven_visits(session, link.client_id, now=now)
    token = await sign_in_client(session, link.client_id, before=before, now=now, proven=True)
    return token, link.leads_to

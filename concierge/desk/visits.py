"""Browsers' visits: how one begins, is recognised, speaks a language and ends.

Times here are the machine's own (`store.clock.wall`), so that moving a demo's clock signs nobody
in or out.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from concierge.model import Account, Client, Hub, Role, SignInLink, SignInTry, WebSession
from concierge.model.account import LINK_LASTS, TRIES_WINDOW
from concierge.model.web_session import CLIENT_IDLE, CLIENT_LASTS


@dataclass(frozen=True, slots=True)
class Known:
    """Whom a browser belongs to, as far as we know."""

    session_id: UUID
    role: Role
    name: str
    account_id: UUID | None = None
    client_id: UUID | None = None
    concierge_id: UUID | None = None
    hub_id: UUID | None = None
    hub: str | None = None
    """The slug of `hub_id`."""
    selection_id: UUID | None = None
    language: str | None = None


def new_token() -> str:
    """A secret nobody can guess: 256 bits."""
    return secrets.token_urlsafe(32)


def hash_of(secret: str) -> str:
    """What we keep of a secret that is random already."""
    return hashlib.sha256(secret.encode()).hexdigest()


async def recognise(session: AsyncSession, token: str, *, now: datetime) -> Known | None:
    """Whose visit this token is, if it still counts; its sign of life is written down."""
    found = (
        await session.exec(
            select(WebSession, Account, Client, Hub.slug)
            .outerjoin(Account, col(Account.id) == col(WebSession.account_id))
            .outerjoin(Hub, col(Hub.id) == col(Account.hub_id))
            .outerjoin(Client, col(Client.id) == col(WebSession.client_id))
            .where(WebSession.token_hash == hash_of(token))
        )
    ).first()
    if found is None:
        return None
    visit, account, client, hub = cast(
        "tuple[WebSession, Account | None, Client | None, str | None]", found
    )
    if not visit.alive(now) or (account is not None and not account.active):
        return None
    if visit.stale(now):
        visit.seen_at = now
        session.add(visit)
    return _known(visit, account, client, hub)


def _known(
    visit: WebSession, account: Account | None, client: Client | None, hub: str | None
) -> Known:
    if account is not None:
        return Known(
            session_id=visit.id,
            role=account.role,
            name=account.name,
            account_id=account.id,
            concierge_id=account.concierge_id,
            hub_id=account.hub_id,
            hub=hub,
            language=visit.language,
        )
    return Known(
        session_id=visit.id,
        role=Role.VISITOR if client is None else Role.CLIENT,
        name="" if client is None else client.shown_as,
        client_id=visit.client_id,
        selection_id=visit.selection_id,
        language=visit.language or (client.language if client else None),
    )


async def begin_visit(session: AsyncSession, token: str, *, now: datetime) -> UUID:
    """Begin an anonymous visit under a fresh token; its id."""
    visit = WebSession(token_hash=hash_of(token), created_at=now, seen_at=now)
    session.add(visit)
    await session.flush()
    return visit.id


def begin_anew(
    session: AsyncSession, old: WebSession | None, visit: WebSession, now: datetime
) -> str:
    """Put a visit in the place of another, which ends; the new one's token."""
    token = new_token()
    visit.token_hash = hash_of(token)
    session.add(visit)
    if old is not None:
        old.ended_at = now
        session.add(old)
    return token


async def sign_out(session: AsyncSession, visit_id: UUID, *, now: datetime) -> None:
    """End this visit, everywhere its token may be."""
    visit = await session.get(WebSession, visit_id)
    if visit is not None:
        visit.ended_at = now
        session.add(visit)


async def end_unproven_visits(session: AsyncSession, client_id: UUID, *, now: datetime) -> None:
    """End a client's visits that began with an order and not with a letter to her mailbox."""
    visits = await session.exec(
        select(WebSession).where(
            WebSession.client_id == client_id,
            col(WebSession.proven).is_(False),
            col(WebSession.ended_at).is_(None),
        )
    )
    for visit in visits:
        visit.ended_at = now
        session.add(visit)


async def speak(session: AsyncSession, visit_id: UUID, language: str) -> None:
    """Speak this language for the rest of the visit."""
    visit = await session.get_one(WebSession, visit_id)
    visit.language = language
    session.add(visit)


async def forget_old_visits(session: AsyncSession, *, now: datetime) -> None:
    """Delete visits, links and tries that no longer mean anything."""
    await session.exec(
        delete(WebSession).where(
            or_(
                col(WebSession.seen_at) < now - CLIENT_IDLE,
                col(WebSession.created_at) < now - CLIENT_LASTS,
                col(WebSession.ended_at) < now - TRIES_WINDOW,
            )
        )
    )
    await session.exec(delete(SignInLink).where(col(SignInLink.created_at) < now - 4 * LINK_LASTS))
    await session.exec(delete(SignInTry).where(col(SignInTry.at) < now - TRIES_WINDOW))

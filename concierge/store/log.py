"""Two logs that only grow: events for the screens, and the audit for the house."""

import hashlib
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from concierge.model import AuditEntry, Event

from .transaction import lock_logs

CHANNEL = "concierge_events"
FIRST_HASH = "0" * 64


async def tell(
    session: AsyncSession, topic: str, kind: str, now: datetime, **content: Any
) -> None:
    """Let every screen that follows `topic` know, once this transaction commits."""
    await lock_logs(session)
    session.add(Event(topic=topic, kind=kind, content=content, at=now))
    await session.exec(select(func.pg_notify(CHANNEL, topic)))


async def audit(
    session: AsyncSession,
    *,
    who: str,
    what: str,
    subject: str,
    now: datetime,
    why: str = "",
    **details: Any,
) -> None:
    """Write down who did what to whom, when and why, chained to the entry before."""
    await lock_logs(session)
    newest = select(AuditEntry.hash).order_by(col(AuditEntry.seq).desc()).limit(1)
    previous = (await session.exec(newest)).first() or FIRST_HASH
    entry = AuditEntry(
        at=now, who=who, what=what, subject=subject, why=why, details=details,
        previous=previous, hash="",
    )  # fmt: skip
    entry.hash = link(entry)
    session.add(entry)
    await session.flush()


async def first_broken_link(session: AsyncSession) -> int | None:
    """The number of the first audit entry that does not follow from the one before, if any.

    A changed, removed or inserted entry breaks the chain there. The newest entries cut off leave
    no trace in the chain itself: compare the newest hash with one kept elsewhere.
    """
    previous = FIRST_HASH
    entries = await session.stream_scalars(
        select(AuditEntry).order_by(col(AuditEntry.seq)).execution_options(yield_per=1_000)
    )
    async for entry in entries:
        if entry.previous != previous or entry.hash != link(entry):
            return entry.seq
        previous = entry.hash
    return None


def link(entry: AuditEntry) -> str:
    """The hash of an entry: of what it says and of the hash before it."""
    said = msgspec.json.encode(
        [
            entry.previous, entry.at.timestamp(), entry.who, entry.what, entry.subject,
            entry.why, entry.details,
        ],
        order="deterministic",
    )  # fmt: skip
    return hashlib.sha256(said).hexdigest()

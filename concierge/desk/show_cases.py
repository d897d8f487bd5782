"""What needs a person, as the people of a hub see it: whose it is, for how long, how it ended."""

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import Select

from concierge.model import Account, Case, Client, Hub, Order
from concierge.model.refusals import Missing
from concierge.model.told import Sentence

ENDED_SHOWN = 20
"""How many of those that have ended are listed, the latest first."""


class CaseShown(msgspec.Struct, frozen=True, kw_only=True):
    """A case. `closed_by` is empty when it came right by itself.

    Of an old one there are no `sentences`, and only its English `words`.
    """

    id: UUID
    kind: str
    words: str
    sentences: list[Sentence] | None
    hub: str
    order: UUID | None
    reference: str | None
    client: str | None
    opened_at: datetime
    owner_id: UUID | None
    owner: str | None
    taken_at: datetime | None
    closed_at: datetime | None
    closed_by: str | None
    closed_why: str


async def open_cases(session: AsyncSession, hubs: Sequence[UUID]) -> list[CaseShown]:
    """All that needs a person at these hubs, the oldest first."""
    asked = _asked().where(col(Case.hub_id).in_(hubs), col(Case.closed_at).is_(None))
    rows = await session.exec(asked.order_by(col(Case.opened_at), col(Case.id)))
    return await _shown(session, rows.all())


async def ended_cases(session: AsyncSession, hubs: Sequence[UUID]) -> list[CaseShown]:
    """Those that ended last at these hubs."""
    asked = _asked().where(col(Case.hub_id).in_(hubs), col(Case.closed_at).is_not(None))
    latest = asked.order_by(col(Case.closed_at).desc(), col(Case.id)).limit(ENDED_SHOWN)
    return await _shown(session, (await session.exec(latest)).all())


async def show_case(
    session: AsyncSession, case_id: UUID, *, works_at: Callable[[UUID], bool]
) -> CaseShown:
    """One case, for whoever works at its hub.

    Raises:
        Missing: there is no such case for them.
    """
    found = (await session.exec(_asked().where(Case.id == case_id))).first()
    if found is None or not works_at(found[0].hub_id):
        raise Missing("There is no such case.")
    return (await _shown(session, [found]))[0]


def _asked() -> Select[Case, Hub, Order, Client]:
    return (
        select(Case, Hub, Order, Client)
        .join(Hub, col(Hub.id) == col(Case.hub_id))
        .outerjoin(Order, col(Order.id) == col(Case.order_id))
        .outerjoin(Client, col(Client.id) == col(Order.client_id))
    )


async def _shown(
    session: AsyncSession, rows: Sequence[tuple[Case, Hub, Order | None, Client | None]]
) -> list[CaseShown]:
    names = await named(
        session,
        [each for case, *_ in rows for each in (case.owner_id, account_of(case.closed_by))],
    )
    return [
        CaseShown(
            id=case.id,
            kind=case.kind,
            words=case.words,
            sentences=case.sentences,
            hub=hub.name,
            order=case.order_id,
            reference=order.reference if order else None,
            client=client.shown_as if client else None,
            opened_at=case.opened_at,
            owner_id=case.owner_id,
            owner=names.get(case.owner_id),
            taken_at=case.taken_at,
            closed_at=case.closed_at,
            closed_by=names.get(account_of(case.closed_by), case.closed_by),
            closed_why=case.closed_why,
        )
        for case, hub, order, client in rows
    ]


def account_of(who: str | None) -> UUID | None:
    """The account in `dispatcher:<id>`, if that is what it is."""
    try:
        return UUID((who or "").rpartition(":")[2])
    except ValueError:
        return None


async def named(session: AsyncSession, accounts: Sequence[UUID | None]) -> dict[UUID | None, str]:
    """What these colleagues are called."""
    rows = await session.exec(
        select(Account.id, Account.name).where(
            col(Account.id).in_([each for each in accounts if each is not None])
        )
    )
    return dict(rows.all())

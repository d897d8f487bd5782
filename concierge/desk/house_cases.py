"""Cases that are about no order: somebody at the house's first hub looks at them."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from concierge.model import Case, Hub
from concierge.model.told import Sentence, plainly
from concierge.store.log import tell


async def open_house_case(
    session: AsyncSession, kind: str, told: Sequence[Sentence], now: datetime
) -> Case | None:
    """Hand something over to a person, once in these words; None in a house without a hub."""
    same = select(Case).where(
        Case.kind == kind, Case.words == plainly(told), col(Case.closed_at).is_(None)
    )
    if (known := (await session.exec(same)).first()) is not None:
        return known
    hub = (await session.exec(select(Hub).order_by(col(Hub.slug)))).first()
    if hub is None:
        return None
    case = Case(hub_id=hub.id, kind=kind, opened_at=now)
    case.tell(told)
    session.add(case)
    await session.flush()
    await tell(session, f"day:{hub.id}:{hub.day_of(now)}", "case", now)
    return case

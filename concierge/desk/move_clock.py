"""Make it later in a demo, for the house and for its payments sandbox alike."""

from datetime import datetime, timedelta

import httpx
from sqlalchemy.ext.asyncio import AsyncEngine

import payments
from concierge.store.clock import now, set_clock
from concierge.store.transaction import transaction

PATIENCE_S = 20.0


async def move_clock(engine: AsyncEngine, by: timedelta, *, sandbox: str | None) -> datetime:
    """Move the demo's clock on; the new moment.

    The sandbox goes first: a hold that lapses there meanwhile is then found lapsed.

    Raises:
        payments.Unreachable: the sandbox did not answer; the house's clock stands as it was.
    """
    async with transaction(engine) as session:
        later = await now(session) + by
    if sandbox is not None:
        await _tell(sandbox, later)
    async with transaction(engine) as session:
        await set_clock(session, later)
    return later


async def _tell(sandbox: str, moment: datetime) -> None:
    try:
        async with httpx.AsyncClient(
            base_url=sandbox, timeout=PATIENCE_S, trust_env=False
        ) as door:
            said = await door.post("/_sandbox/clock/set", json={"now": moment.isoformat()})
            said.raise_for_status()
    except httpx.HTTPError as silence:
        raise payments.Unreachable("The payments sandbox does not take the time.") from silence

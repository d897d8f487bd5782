"""What the provider wanted to tell and could not: fetched every hour, into the same inbox."""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from concierge.store.clock import now
from concierge.store.transaction import transaction
from payments.stripe_gateway import StripeGateway

from .read_notice import keep_notice

BACK = timedelta(days=4)
"""How far back we ask: the provider itself tries for three days, and gives up."""


async def fetch_notices(engine: AsyncEngine, gateway: StripeGateway) -> int:
    """Ask what we did not hear, and keep it like anything told; how much of it was new.

    Raises:
        payments.Unreachable: the provider does not answer; ask again.
    """
    async with transaction(engine) as session:
        since = await now(session) - BACK
    unheard = await gateway.notices_since(since)
    async with transaction(engine) as session:
        return sum([await keep_notice(session, told) for told in unheard])

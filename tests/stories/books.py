"""The house's ledger, to be held beside another: of one order, or of all."""

import hashlib
from collections import defaultdict
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select

from concierge.model import LedgerEntry
from concierge.store.transaction import transaction

Books = list[tuple[str, str, int, str]]
"""What happened, the account, the amount and its currency, without the provider's names."""


async def books_of_all(engine: AsyncEngine) -> dict[UUID, Books]:
    """Every order's books."""
    found: dict[UUID, Books] = defaultdict(list)
    async with transaction(engine) as session:
        for row in await session.exec(select(LedgerEntry)):
            fact = row.journal.partition(":")[2]
            found[row.order_id].append((fact, row.account, row.amount_minor, row.currency))
    return {order: sorted(lines) for order, lines in found.items()}


async def hash_of_all(engine: AsyncEngine) -> str:
    """A fingerprint of the whole ledger, in the order in which it was written."""
    async with transaction(engine) as session:
        rows = await session.exec(select(LedgerEntry).order_by(col(LedgerEntry.seq)))
        return hashlib.sha256(repr([row.model_dump() for row in rows]).encode()).hexdigest()

"""Every closed order ends in captured, released, given back, or a person's case: this looks."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from concierge.model import Account, Order, Role
from concierge.model.told import Term, says, term
from concierge.store.clock import now
from concierge.store.transaction import lock_order, transaction

from .settle import open_case

LIES = "money_lies"
"""The kind of case that says so."""
WITHIN = timedelta(hours=1)
"""How long money may take to follow an order's end; each try on the way is bounded by itself."""


async def lying(session: AsyncSession, moment: datetime, most: int) -> list[UUID]:
    """Closed orders whose money stands still for too long, and that are nobody's case.

    The database's view `money_left_lying` says which are open at all: once this was looked at,
    none of them is older than an hour.
    """
    connection = await session.connection()
    rows = await connection.execute(
        text(
            "select order_id from money_left_lying where since < :before "
            "order by since limit :most"
        ),
        {"before": moment - WITHIN, "most": most},
    )
    return list(rows.scalars())


async def call_for_lying_money(engine: AsyncEngine, order_id: UUID) -> None:
    """Call a person for an order's money, if it still lies. Calling twice is calling once."""
    async with transaction(engine) as session:
        await lock_order(session, order_id)
        moment = await now(session)
        connection = await session.connection()
        still = await connection.execute(
            text("select 1 from money_left_lying where order_id = :order and since < :before"),
            {"order": order_id, "before": moment - WITHIN},
        )
        if still.first() is None:
            return
        order = await session.get_one(Order, order_id, populate_existing=True)
        who = await _somebody(session, order)
        told = [
            says(
                "The money of order %(order)s has not moved for an hour: it is %(standing)s.",
                order=order.reference, standing=term(order.standing),
            ),
            says(
                "%(who)s looks at its record, and at the provider.",
                who=who or Term("Whoever is on duty"),
            ),
        ]  # fmt: skip
        await open_case(session, order, LIES, told, moment)


async def _somebody(session: AsyncSession, order: Order) -> str | None:
    """Who answers for the hub's money: a dispatcher of it, of the house, or the owner."""
    rows = await session.exec(
        select(Account)
        .where(
            col(Account.role).in_([Role.DISPATCHER, Role.OWNER]),
            col(Account.active),
            or_(col(Account.hub_id).is_(None), Account.hub_id == order.hub_id),
        )
        .order_by(
            col(Account.role) != Role.DISPATCHER, col(Account.hub_id).is_(None), col(Account.id)
        )
        .limit(1)
    )
    found = rows.first()
    return found.name if found else None

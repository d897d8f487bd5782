"""Marks that change with every write to a hub's day, so that what was read of it can be kept."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import bindparam, text
from sqlmodel.ext.asyncio.session import AsyncSession

from concierge.model import Hub

_MARKS = text(
    """
    with row (day, mark) as (
        select day, hashtextextended('plan' || xmin, 0)
        from day_plan where hub_id = :hub and day in :days
        union all
        select day, hashtextextended(order_id::text || stop.xmin, 1)
        from stop where hub_id = :hub and day in :days
        union all
        select day, hashtextextended(shift.id::text || shift.xmin || concierge.xmin, 2)
        from shift join concierge on concierge.id = shift.concierge_id
        where shift.hub_id = :hub and day in :days
        union all
        select day, hashtextextended(orders.id::text || orders.xmin || address.xmin, 3)
        from orders join address on address.id = orders.address_id
        where hub_id = :hub and day in :days
        union all
        select day, hashtextextended(order_id::text || visit_lock.xmin, 4)
        from visit_lock join orders on orders.id = order_id
        where hub_id = :hub and day in :days
        union all
        select day, hashtextextended(visit_step.id::text || visit_step.xmin, 5)
        from visit_step join orders on orders.id = order_id
        where hub_id = :hub and day in :days
        union all
        select day, hashtextextended(order_wish.id::text || order_wish.xmin, 6)
        from order_wish join orders on orders.id = order_id
        where hub_id = :hub and day in :days
        union all
        select day, hashtextextended(setback.id::text || setback.xmin, 7)
        from setback where hub_id = :hub and day in :days
        union all
        select day, hashtextextended(shift_id::text || plan_route.xmin, 8)
        from plan_route where hub_id = :hub and day in :days
        union all
        select day, hashtextextended(order_id::text || leftover.xmin, 9)
        from leftover where hub_id = :hub and day in :days
    )
    select day, sum(mark)::text || ':' || (select xmin from hub where id = :hub) as mark
    from row group by day
    """
).bindparams(bindparam("days", expanding=True))
"""A row's `xmin` is the transaction that wrote it: whoever writes it anew, by whatever program,
changes it. The sum over rows changes as well when one goes or comes."""


async def marks_of(session: AsyncSession, hub: Hub, days: Sequence[date]) -> dict[date, str]:
    """For each of these days a mark of all rows that what can be promised depends on.

    Source: PostgreSQL 17, "System Columns".
    """
    connection = await session.connection()
    rows = await connection.execute(_MARKS, {"hub": hub.id, "days": list(days)})
    found = {row.day: row.mark for row in rows}
    return {day: found.get(day, "") for day in days}

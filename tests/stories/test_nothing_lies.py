"""Every closed order ends in captured, released, given back, or a person's case."""

from datetime import timedelta

from sqlalchemy import text
from sqlmodel import col, select

import payments
from concierge.model import Case, Role
from concierge.store.transaction import transaction
from tests.payments.sandboxed import Sandbox
from tests.small_house import at

from .whole import Whole, opened_whole


async def left_lying(whole: Whole) -> list[str]:
    async with transaction(whole.shop.small.engine) as session:
        connection = await session.connection()
        rows = await connection.execute(text("select standing from money_left_lying"))
        return list(rows.scalars())


async def test_money_that_stands_still_becomes_a_persons_case_by_name(
    database: str, sandbox: Sandbox
) -> None:
    async with opened_whole(database, sandbox) as whole:
        await whole.colleague(Role.DISPATCHER)
        her, order_id = await whole.ordered()
        assert await left_lying(whole) == []
        assert (await her.ask("POST", f"/api/orders/{order_id}/cancellations")).status_code == 201
        assert await left_lying(whole) == ["releasing"]
        async with transaction(whole.shop.small.engine) as session:  # whoever did it, nobody knows
            await session.exec(text("update operation set state = 'called_off'"))  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue, reportArgumentType]
        await whole.again(timedelta(minutes=30))
        assert await left_lying(whole) == ["releasing"]
        for _ in range(2):
            await whole.again(timedelta(minutes=40))
        assert await left_lying(whole) == []
        async with transaction(whole.shop.small.engine) as session:
            cases = await session.exec(select(Case).where(col(Case.closed_at).is_(None)))
            [case] = cases.all()
        assert case.kind == "money_lies"
        assert "A dispatcher looks at its record" in case.words


async def test_an_order_whose_money_followed_is_nobodys_case(
    database: str, sandbox: Sandbox
) -> None:
    async with opened_whole(database, sandbox) as whole:
        _, order_id = await whole.ordered()
        await whole.visited(order_id, 1, at("14:30"))
        assert (await whole.order(order_id)).standing is payments.Standing.CAPTURED
        await whole.again(timedelta(hours=2))
        assert await left_lying(whole) == []
        async with transaction(whole.shop.small.engine) as session:
            assert (await session.exec(select(Case))).all() == []

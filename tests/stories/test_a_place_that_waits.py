"""A place that waits for her card: she is told where she comes in, and when it is given up."""

from datetime import timedelta
from uuid import UUID

from concierge.desk.give_up_order import give_up_slot
from concierge.desk.sweep import sweep
from tests.payments.sandboxed import Sandbox

from .plain import Plain
from .whole import opened_whole


async def test_she_is_told_that_a_place_waits_and_is_written_to_when_it_is_given_up(
    database: str, sandbox: Sandbox
) -> None:
    async with opened_whole(database, sandbox) as whole:
        her = await whole.shop.visitor()
        await her.choose(0)
        order = (await her.order((await her.windows())[0])).json()["order"]
        at_home = Plain(her.browser)
        assert "Your place is held until" in (await at_home.open("/")).words
        await whole.again(timedelta(hours=2))
        engine, bench = whole.shop.small.engine, whole.bench
        for _ in range(2):
            await sweep(engine)
            await give_up_slot(engine, bench.gateway, bench.roads, UUID(order["id"]))
        letters = [letter.subject for letter in await whole.letters(UUID(order["id"]))]
        assert letters.count("Your place was given up") == 1
        assert "Your place is held until" not in (await at_home.open("/")).words

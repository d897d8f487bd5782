"""A visit far ahead, through her own browser: what her page says about her money, and when."""

from datetime import datetime, timedelta

from sqlmodel import col, select

from concierge.desk.hold_money import hold_money
from concierge.desk.run_operation import run_operation
from concierge.model import Operation, OperationState, Order
from concierge.store.transaction import transaction
from payments.stripe_gateway import StripeGateway
from tests.payments.sandboxed import FAILS_LATER, OK, Sandbox
from tests.small_house import at

from .plain import Plain
from .shop import Shop, opened_shop


async def test_her_page_tells_when_her_money_is_held_and_what_to_do_when_it_is_not(
    database: str, sandbox: Sandbox, gateway: StripeGateway
) -> None:
    await sandbox.settle_down(at("09:00"))
    async with opened_shop(database, sandbox, days=13) as shop:
        visitor = await shop.visitor()
        await visitor.choose(1)
        taken = (await visitor.order((await visitor.windows())[-1])).json()
        await visitor.pay(taken["card_page"], FAILS_LATER)
        her = Plain(visitor.browser)
        booked = await her.open(f"/orders/{taken['order']['id']}")
        assert "Your card is saved." in booked.words
        assert "two days before the visit" in booked.words
        assert "has set aside" not in booked.words
        row = await the_order(shop)
        assert row.opens is not None
        await two_days_before(shop, sandbox, gateway, row.opens)
        refused = await her.open(f"/orders/{row.id}")
        assert "would not set" in refused.words
        at_card = await her.press(refused.form("/card"))
        await visitor.pay(at_card.answer.headers["location"], OK)
        held = await her.open(f"/orders/{row.id}")
        assert "Your bank has set aside" in held.words
        assert "would not set" not in held.words


async def the_order(shop: Shop) -> Order:
    async with transaction(shop.small.engine) as session:
        return (await session.exec(select(Order))).one()


async def two_days_before(
    shop: Shop, sandbox: Sandbox, gateway: StripeGateway, opens: datetime
) -> None:
    moment = opens - timedelta(hours=48)
    await sandbox.tell("clock/set", now=moment.isoformat())
    await shop.small.clock(moment)
    row = await the_order(shop)
    await hold_money(shop.small.engine, row.id)
    async with transaction(shop.small.engine) as session:
        planned = select(Operation.id).where(
            Operation.state == OperationState.PLANNED, col(Operation.card).is_not(None)
        )
        operation = (await session.exec(planned)).one()
    await run_operation(shop.small.engine, gateway, operation)

"""A visit that is planned and paid for, on the real machinery: placed, card given, confirmed."""

from datetime import date

from sqlmodel import select

import payments
from concierge.desk.card_pages import check_card_page, open_card_page
from concierge.desk.place_order import place_order
from concierge.model import CardPage, Order
from concierge.store.transaction import transaction
from payments.stripe_gateway import StripeGateway
from tests.payments.sandboxed import OK, Client
from tests.small_house import MONDAY, SmallHouse


async def paid_visit(
    house: SmallHouse,
    gateway: StripeGateway,
    her: Client,
    opens: str = "14:00",
    *,
    day: date = MONDAY,
    variants: tuple[int, ...] = (),
) -> Order:
    """She chose a window and her card is held for every piece."""
    request = house.request(house.window(opens, day), variants=variants)
    order = await place_order(house.engine, house.roads, request)
    await open_card_page(
        house.engine, gateway, order.id, base_url="http://127.0.0.1:9", house="Maison Orane"
    )
    async with transaction(house.engine) as session:
        page = (await session.exec(select(CardPage).where(CardPage.order_id == order.id))).one()
    await her.give(payments.CardPage(page.id, page.url, page.expires_at), OK)
    await check_card_page(house.engine, gateway, page.id)
    return order

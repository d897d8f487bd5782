"""What of her pieces is held, by the hub's policy: the same on every page and at the departure."""

import pytest
from sqlmodel import select

import payments
from concierge.desk.record_step import StepReport, record_step
from concierge.model import Hold, Hub, Order, Piece, Step, Stop, Variant, new_id
from concierge.store.transaction import transaction
from payments.stripe_gateway import StripeGateway
from tests.paid_visit import paid_visit
from tests.payments.sandboxed import Client, Sandbox
from tests.small_house import PRICES, SmallHouse, at

from .plain import Plain
from .shop import Shop, opened_shop
from .test_order_by_pages import add, at_windows, free, order, pay

TWO_SIZES = (0, 3, 2)
"""The dress in two sizes, and the loafer."""
ONCE, EACH = PRICES[0] + PRICES[2], 2 * PRICES[0] + PRICES[2]
WORDS = "Two sizes of one piece count once"
EVERY, DEAREST = payments.HoldPolicy.EVERY_PIECE, payments.HoldPolicy.DEAREST_PER_STYLE


async def with_another_size(house: SmallHouse, policy: payments.HoldPolicy) -> None:
    """The dress hangs in a second size too."""
    style, hub = house.styles[0], house.hub
    variant = Variant(
        style_id=style.id, sku=f"{style.slug}-40", colour="ivory", shade="#eeeae0", size="40",
        size_rank=1,
    )  # fmt: skip
    piece = Piece(hub_id=hub.id, variant_id=variant.id, tag="MO-4", holder=f"hub:{hub.id}")
    async with transaction(house.engine) as session:
        session.add(variant)
        await session.flush()
        session.add(piece)
        (await session.get_one(Hub, hub.id)).hold_policy = policy
    house.variants.append(variant)
    house.pieces.append(piece)


@pytest.mark.parametrize(("policy", "held"), [(DEAREST, ONCE), (EVERY, EACH)])
async def test_two_sizes_are_held_as_the_hub_says_and_the_visit_departs_on_it(
    house: SmallHouse,
    gateway: StripeGateway,
    her: Client,
    policy: payments.HoldPolicy,
    held: int,
) -> None:
    await with_another_size(house, policy)
    placed = await paid_visit(house, gateway, her, variants=TWO_SIZES)
    async with transaction(house.engine) as session:
        (await session.get_one(Hub, house.hub.id)).hold_policy = EVERY  # she was told before
    async with transaction(house.engine) as session:
        stop = await session.get_one(Stop, placed.id)
        leaving = StepReport(new_id(), Step.EN_ROUTE, at("13:40"))
        await record_step(
            session, placed.id, leaving, concierge_id=stop.concierge_id, now=at("13:40")
        )
        hold = (await session.exec(select(Hold))).one()
        stands = await session.get_one(Order, placed.id)
    assert hold.amount_minor == held
    assert stands.standing is payments.Standing.AUTHORISED


async def test_her_pages_say_what_is_held_and_why(database: str, sandbox: Sandbox) -> None:
    await sandbox.settle_down(at("09:00"))
    async with opened_shop(database, sandbox) as shop:
        await with_another_size(shop.small, DEAREST)
        said = await ordered(shop, Plain(await shop.browser()))
    for page in said:
        assert WORDS in page
        assert "SEK 11,500" in page.replace("\xa0", " ")
    assert "SEK 23,000" not in said[0].replace("\xa0", " ")


async def ordered(shop: Shop, her: Plain) -> list[str]:
    """What her selection, the booking and her order say."""
    await add(her, "bias-dress")
    page = await her.open("/pieces/bias-dress")
    form = page.form("/selection")
    form.tick("variant", str(shop.small.variants[3].id))
    await her.press(form)
    selection = await her.open("/selection")
    windows = await at_windows(her)
    at_card = await order(her, windows, free(windows)[0])
    booked = await pay(shop, her, at_card)
    return [selection.words, windows.words, booked.words]

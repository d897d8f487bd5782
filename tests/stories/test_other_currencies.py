"""A hub that trades in yen, and one in dinars: every amount right, from the rail to the refund."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID

import httpx
import pytest
from sqlmodel import select

import payments
from concierge.desk.print_receipt import receipt_sheet
from concierge.desk.show_receipt import show_receipt
from concierge.model import Gesture, Hub, Order, OrderLine, Role, Style, new_id
from concierge.model.refusals import BadRequest
from concierge.settings import INVENTED_SELLER
from concierge.store.transaction import transaction
from concierge.words import words_in
from tests.payments.sandboxed import PLAIN, Sandbox
from tests.small_house import PRICES, ZONE, SmallHouse, at

from .plain import Plain
from .whole import Colleague, Whole, opened_whole


@dataclass(frozen=True)
class Trade:
    """What a hub trades in, its amounts in minor units, and how they are written."""

    currency: str
    prices: tuple[int, int, int]
    fee: int
    gesture: int
    dress: str
    to_hold: str
    due: str
    refunded: str
    vat: tuple[int, int]
    """The VAT inside what is paid, before and after the blouse went back."""

    @property
    def agreed(self) -> str:
        return f"{self.fee}/{self.fee}/24/{self.currency}"

    def money(self, minor: int) -> payments.Money:
        return payments.Money(minor, self.currency)


YEN = Trade(
    "JPY", (115_001, 59_000, 68_000), 3_000, 1_501,
    "JP¥115,001", "245,001", "JP¥181,500", "JP¥68,000", (36_300, 22_700),
)  # fmt: skip
DINARS = Trade(
    "KWD", (345_670, 59_990, 68_500), 5_000, 1_250,
    "KWD 345.670", "479.160", "KWD 412.920", "KWD 68.500", (82_584, 68_884),
)  # fmt: skip


async def trade_in(house: SmallHouse, trade: Trade) -> None:
    """The hub and all its prices change in one transaction."""
    async with transaction(house.engine) as session:
        hub = await session.get_one(Hub, house.hub.id)
        hub.currency, hub.gesture_minor = trade.currency, 2 * trade.gesture // 10 * 10
        hub.late_fee_minor = hub.absence_fee_minor = trade.fee
        for row, price in zip(house.styles, trade.prices, strict=True):
            style = await session.get_one(Style, row.id)
            style.currency, style.price_minor = trade.currency, price


@pytest.fixture
async def whole(database: str, sandbox: Sandbox) -> AsyncIterator[Whole]:
    async with opened_whole(database, sandbox) as one:
        yield one


def written(words: str) -> str:
    return words.replace("\xa0", " ")


@pytest.mark.parametrize("trade", [YEN, DINARS], ids=lambda trade: trade.currency)
async def test_every_amount_is_right_from_the_rail_to_the_refund(
    whole: Whole, trade: Trade
) -> None:
    await trade_in(whole.shop.small, trade)
    dress, _, loafer = trade.prices
    her = await whole.shop.visitor()
    plain = Plain(her.browser)
    assert trade.dress in written((await plain.open("/pieces/bias-dress")).words)
    whole_units = dress // 10 ** trade.money(0).exponent
    assert await found(plain, f"least={whole_units}") == {"Bias dress"}
    assert await found(plain, f"most={whole_units - 1}") == {"Silk blouse", "Soft loafer"}
    await her.choose(0, 1, 2)
    taken = await her.order((await her.windows())[0], fees=trade.agreed)
    assert taken.status_code == 201, taken.text
    async with httpx.AsyncClient(verify=PLAIN) as outside:
        assert trade.to_hold in written((await outside.get(taken.json()["card_page"])).text)
    await her.pay(taken.json()["card_page"])
    order_id = UUID(taken.json()["order"]["id"])
    [hold] = await whole.holds(order_id)
    assert hold.amount == trade.money(sum(trade.prices) + trade.fee)

    given = {"minor": trade.gesture, "reason": "late"}
    phone = await whole.visited(order_id, 2, at("09:30"), gesture=given)
    due = dress + loafer - trade.gesture
    said = (await phone.read(f"/api/field/visits/{order_id}"))["receipt"]
    assert (said["state"], said["due"]) == (
        "charged", {"minor": due, "currency": trade.currency},
    )  # fmt: skip
    letters = written(" ".join(letter.body for letter in await whole.letters(order_id)))
    assert trade.due in letters
    assert trade.due in written((await plain.open(f"/orders/{order_id}/receipt")).words)
    paper = await plain.open(f"/orders/{order_id}/receipt.pdf")
    assert paper.answer.content.startswith(b"%PDF-")
    await receipt_says(whole, order_id, trade, due, trade.vat[0])
    await gives_back(whole, her.browser, order_id, loafer)
    await receipt_says(whole, order_id, trade, due - loafer, trade.vat[1])
    assert trade.refunded in written((await plain.open(f"/orders/{order_id}/receipt")).words)

    there = (await whole.shop.sandbox.look(f"totals?order={order_id}"))["orders"][str(order_id)]
    assert (there["authorised"], there["captured"]) == (hold.amount_minor, due)
    assert (there["released"], there["refunded"]) == (hold.amount_minor - due, loafer)
    assert (await whole.balance("sales"), await whole.balance("refunds")) == (-due, loafer)
    await whole.clock(at("10:00"))
    owner = await whole.colleague(Role.OWNER)
    books = written((await Plain(owner.browser).open("/dispatch/books")).words)
    assert trade.due.removeprefix("JP¥").removeprefix("KWD ") in books


async def found(plain: Plain, narrowed: str) -> set[str]:
    """The styles on a rail narrowed by price."""
    page = (await plain.open(f"/?{narrowed}")).words
    return {name for name in ("Bias dress", "Silk blouse", "Soft loafer") if name in page}


async def receipt_says(whole: Whole, order_id: UUID, trade: Trade, paid: int, vat: int) -> None:
    async with transaction(whole.shop.small.engine) as session:
        order = await session.get_one(Order, order_id)
        receipt = await show_receipt(session, order_id, order.client_id)
    assert receipt.paid == trade.money(paid)
    assert (receipt.vat_total, receipt.net) == (trade.money(vat), trade.money(paid - vat))
    sheet = receipt_sheet(receipt, INVENTED_SELLER, words_in("en", ZONE))
    assert written(words_in("en", ZONE).money(trade.money(paid))) in [
        written(line.amount) for line in sheet.sums if line.main
    ]


async def gives_back(whole: Whole, browser: httpx.AsyncClient, order_id: UUID, price: int) -> None:
    """She brings a piece back; it is as it was."""
    her = Colleague(browser)  # pyright: ignore[reportArgumentType]
    shown = await her.read(f"/api/orders/{order_id}")
    lines = [p["line"] for p in shown["pieces"] if p["price"]["minor"] == price]
    asked = await her.ask("POST", f"/api/orders/{order_id}/give-backs", {"lines": lines})
    assert asked.status_code == 201, asked.text
    hub = await whole.colleague(Role.HUB, hub_id=whole.shop.small.hub.id)
    [back] = await hub.read("/api/dispatch/give-backs")
    pieces = [{"piece": back["pieces"][0]["piece"], "accepted": True}]
    door = f"/api/dispatch/give-backs/{back['id']}/inspections"
    paid = (await hub.ask("POST", door, {"pieces": pieces})).json()["refund"]
    assert paid["minor"] == price
    await whole.work()


@pytest.mark.parametrize("trade", [YEN, DINARS], ids=lambda trade: trade.currency)
async def test_a_late_cancellation_costs_the_fee_to_the_last_unit(
    whole: Whole, trade: Trade
) -> None:
    await trade_in(whole.shop.small, trade)
    her, order_id = await whole.ordered(0, fees=trade.agreed)
    gone = await her.ask("POST", f"/api/orders/{order_id}/cancellations?fee={trade.fee}")
    assert gone.is_success, gone.text
    await whole.work()
    there = (await whole.shop.sandbox.look(f"totals?order={order_id}"))["orders"][str(order_id)]
    assert (there["captured"], there["released"]) == (trade.fee, trade.prices[0])
    assert await whole.balance("sales") == -trade.fee


@pytest.mark.parametrize("minor", [1_255, -10, 1.5, 10**12])
async def test_a_gesture_no_card_can_pay_is_refused_and_nothing_is_written(
    whole: Whole, minor: float
) -> None:
    await trade_in(whole.shop.small, DINARS)
    _, order_id = await whole.ordered(0, fees=DINARS.agreed)
    phone = await whole.concierge_of(order_id)
    await whole.clock(at("09:30"))
    [piece] = (await phone.read(f"/api/field/visits/{order_id}"))["pieces"]
    record = {
        "verdicts": [{"piece": piece["id"], "verdict": "kept"}],
        "confirmed_at": at("09:30").isoformat(),
        "gesture": {"minor": minor, "reason": "late"},
    }
    door = f"/api/field/visits/{order_id}/returns/{new_id()}"
    refused = await phone.ask("PUT", door, record)
    assert refused.status_code in {400, 422}
    if minor == 1_255:
        assert "KWD\u00a01.255 to the last digit" in refused.json()["detail"]
    async with transaction(whole.shop.small.engine) as session:
        assert (await session.exec(select(Gesture))).all() == []
        assert (await session.exec(select(OrderLine.verdict))).all() == [None]


async def test_a_style_in_another_currency_never_hangs_at_a_hub(whole: Whole) -> None:
    engine, styles = whole.shop.small.engine, whole.shop.small.styles
    with pytest.raises(BadRequest, match="priced in another currency than its hub"):
        async with transaction(engine) as session:
            (await session.get_one(Style, styles[0].id)).currency = "EUR"
    with pytest.raises(BadRequest, match="priced in another currency than its hub"):
        async with transaction(engine) as session:
            (await session.get_one(Hub, whole.shop.small.hub.id)).currency = "EUR"
    fine = Trade("KWD", (12_345, 59_990, 68_500), 0, 1_250, "", "", "", "", (0, 0))
    with pytest.raises(BadRequest, match="to the last digit"):
        await trade_in(whole.shop.small, fine)
    her = await whole.shop.visitor()
    await her.choose(0)
    shown = (await her.ask("GET", "/api/selection")).json()
    assert shown["held"] == {"minor": PRICES[0], "currency": "SEK"}

"""Her receipt, as a page and as a PDF: the same lines, the VAT by rate, and nobody else's."""

from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import UUID

import pytest
from sqlmodel import col, select

from concierge.desk.print_receipt import print_receipt, receipt_sheet
from concierge.desk.show_receipt import Receipt, show_receipt
from concierge.model import Message, Order, Style
from concierge.settings import INVENTED_SELLER, BadSettings, from_environment
from concierge.store.transaction import transaction
from concierge.words import words_in
from tests.payments.sandboxed import Sandbox
from tests.small_house import PRICES, ZONE, at

from .plain import Plain
from .shop import Shop, opened_shop
from .test_money_follows_the_outcome import keep, work_off
from .test_order_by_pages import add, at_windows, free, order, pay

TOTALS = {"sv": "18 300 kr", "fr": "18 300 SEK", "ar": "١٨٬٣٠٠ SEK"}
BOOKS = 600
"""The rate of books and newspapers in Sweden, in hundredths of a percent."""


@pytest.fixture
async def shop(database: str, sandbox: Sandbox) -> AsyncIterator[Shop]:
    await sandbox.settle_down(at("09:00"))
    async with opened_shop(database, sandbox) as one:
        yield one


@pytest.fixture
async def her(shop: Shop) -> Plain:
    return Plain(await shop.browser())


async def at_the_door(shop: Shop, her: Plain) -> Order:
    """She ordered all three pieces, one of them at a rate that has changed since."""
    async with transaction(shop.small.engine) as session:
        loafer = await session.get_one(Style, shop.small.styles[2].id)
        loafer.vat_bp = BOOKS
    for slug in ("bias-dress", "silk-blouse", "soft-loafer"):
        await add(her, slug)
    page = await at_windows(her)
    await pay(shop, her, await order(her, page, free(page)[0]))
    async with transaction(shop.small.engine) as session:
        loafer = await session.get_one(Style, shop.small.styles[2].id)
        loafer.vat_bp = None
        return (await session.exec(select(Order))).one()


async def receipt_of(shop: Shop, order_id: UUID) -> Receipt:
    async with transaction(shop.small.engine) as session:
        placed = await session.get_one(Order, order_id)
        return await show_receipt(session, order_id, placed.client_id)


async def test_a_receipt_tells_every_piece_the_card_and_the_vat_to_her_alone(
    shop: Shop, her: Plain
) -> None:
    placed = await at_the_door(shop, her)
    early = await her.open(f"/orders/{placed.id}/receipt")
    assert early.answer.status_code == 404
    await keep(shop.small, placed, 2)
    async with shop.sandbox.gateway() as gateway:
        await work_off(shop.small, gateway)
    settled_page = await her.open(f"/orders/{placed.id}")
    assert f"/orders/{placed.id}/receipt" in settled_page.answer.text
    page = await her.open(f"/orders/{placed.id}/receipt")
    said = page.words.replace("\xa0", " ")
    for words in ("Bias dress", "Silk blouse", "Soft loafer", "Returned", "SEK 18,300"):
        assert words in said
    assert INVENTED_SELLER.number in said
    assert "pi_" in said
    found = await receipt_of(shop, placed.id)
    assert found.charged.minor == PRICES[0] + PRICES[2]
    assert [(line.vat_bp, line.gross.minor) for line in found.vat] == [
        (2_500, PRICES[0]),
        (BOOKS, PRICES[2]),
    ]
    assert found.net + found.vat_total == found.paid
    (card,) = found.card
    assert (card.held.minor, card.released.minor) == (sum(PRICES), PRICES[1])
    await as_paper(her, placed)
    await for_her_alone(shop, placed)
    await in_her_letter(shop, her, placed)
    await in_every_language(found)


async def as_paper(her: Plain, placed: Order) -> None:
    """The PDF has its language and structure, and the same receipt is the same file."""
    answer = (await her.open(f"/orders/{placed.id}/receipt.pdf")).answer
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    assert b"<pdfuaid:part>1<" in answer.content
    assert b"/Lang(en)" in answer.content
    again = (await her.open(f"/orders/{placed.id}/receipt.pdf")).answer
    assert again.content == answer.content


async def for_her_alone(shop: Shop, placed: Order) -> None:
    stranger = Plain(await shop.browser())
    for address in (f"/orders/{placed.id}/receipt", f"/orders/{placed.id}/receipt.pdf"):
        assert (await stranger.open(address)).answer.status_code == 404


async def in_her_letter(shop: Shop, her: Plain, placed: Order) -> None:
    async with transaction(shop.small.engine) as session:
        letters = await session.exec(select(Message.leads_to).order_by(col(Message.at).desc()))
        assert letters.first() == f"/orders/{placed.id}/receipt"
    assert f"/orders/{placed.id}/receipt" in (await her.open("/demo/postbox")).answer.text


async def in_every_language(found: Receipt) -> None:
    english = receipt_sheet(found, INVENTED_SELLER, words_in("en", ZONE))
    for language, total in TOTALS.items():
        words = words_in(language, ZONE)
        sheet = receipt_sheet(found, INVENTED_SELLER, words)
        amounts = [each.amount for each in sheet.sums if each.main]
        assert total in amounts[0].replace("\xa0", " ").replace("\u202f", " ")
        assert not {english.title, *english.pieces_head, *english.notes} & {
            sheet.title, *sheet.pieces_head, *sheet.notes,
        }  # fmt: skip
        pdf = await print_receipt(found, INVENTED_SELLER, words)
        rtl = language == "ar"
        assert f"/Lang({language})".encode() in pdf
        assert (b"/Direction/R2L" in pdf) is sheet.rtl is rtl
        assert (b"NotoSansArabic" in pdf) is rtl


async def test_a_visit_where_nothing_was_kept_has_a_receipt_of_nothing(
    shop: Shop, her: Plain
) -> None:
    placed = await at_the_door(shop, her)
    await keep(shop.small, placed, 0)
    async with shop.sandbox.gateway() as gateway:
        await work_off(shop.small, gateway)
    found = await receipt_of(shop, placed.id)
    assert (found.paid.minor, found.vat) == (0, ())
    assert (await her.open(f"/orders/{placed.id}/receipt")).answer.status_code == 200


def test_real_money_needs_a_real_seller() -> None:
    told = {"DATABASE_URL": "postgresql://x", "STRIPE_WEBHOOK_SECRET": "whsec"}
    with pytest.raises(BadSettings, match="CONCIERGE_SELLER"):
        from_environment({**told, "STRIPE_SECRET_KEY": "sk_live_1"})
    with pytest.raises(BadSettings, match="CONCIERGE_SELLER"):
        from_environment({**told, "CONCIERGE_SELLER": "Half a house"})
    assert from_environment({**told, "STRIPE_SECRET_KEY": "sk_test_1"}).seller == INVENTED_SELLER
    ours = replace(INVENTED_SELLER, name="Another AB")
    named = {
        "CONCIERGE_SELLER": ours.name, "CONCIERGE_SELLER_NUMBER": ours.number,
        "CONCIERGE_SELLER_VAT": ours.vat_number, "CONCIERGE_SELLER_ADDRESS": ours.address,
    }  # fmt: skip
    assert from_environment({**told, **named, "STRIPE_SECRET_KEY": "sk_live_1"}).seller == ours

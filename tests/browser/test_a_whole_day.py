"""One visit from three sides: booked, moved on the board, settled at the door; the till agrees."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Page, expect
from sqlmodel import select

from concierge.desk.sign_in import hash_password
from concierge.model import Account, Concierge, Order, Role, Stop
from concierge.store.clock import wall
from concierge.store.engine import open_engine
from concierge.store.transaction import transaction
from tests.browser.board_desk import a_place, on_the_board, row_of
from tests.browser.client_shop import (
    ClientShop,
    choose,
    client_shop,
    pay,
    tell_where,
    tell_who,
)
from tests.browser.demo_house import program
from tests.browser.phone_day import a_phone, chromium
from tests.payments.sandboxed import Sandbox
from tests.small_house import PRICES, SmallHouse, at, build_small_house

PASSWORD = "the orange hanger"
HERS = "Lova Holm"
PATIENCE_MS = 30_000


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as one:
        yield one


@pytest.fixture
async def shop(database: str, tmp_path: Path) -> AsyncIterator[ClientShop]:
    """Monday, nine o'clock: pages, worker and card provider, each a program of its own."""
    engine = open_engine(database)
    house = await build_small_house(engine)
    await hire(house)
    sandbox = Sandbox(tmp_path)
    await sandbox.start()
    try:
        await sandbox.tell("clock/set", now=at("09:00").isoformat())
        async with client_shop(house, sandbox, tmp_path) as one:
            with program(["work"], one.env, tmp_path / "work.txt"):
                yield one
    finally:
        sandbox.stop()
        await engine.dispose()


async def hire(house: SmallHouse) -> None:
    """Accounts for the dispatcher and both concierges."""
    people = [("Board", Role.DISPATCHER, None)]
    people += [(one.greeting, Role.CONCIERGE, one.id) for one in house.concierges]
    async with transaction(house.engine) as session:
        for name, role, concierge_id in people:
            session.add(
                Account(
                    email=f"{name.lower()}@house.test", name=name, role=role,
                    password_hash=hash_password(PASSWORD), concierge_id=concierge_id,
                    hub_id=house.hub.id, created_at=wall(),
                )
            )  # fmt: skip


async def test_a_visit_from_the_rail_to_the_receipt_as_all_three_see_it(
    shop: ClientShop, browser: Browser
) -> None:
    board = await at_work(browser, shop, "board", "/dispatch", width=1440)
    await board.get_by_role("grid").wait_for()

    client = await in_hand(browser)
    await book(client, shop)
    chip = on_the_board(board, HERS, title="")
    await chip.wait_for()

    had, other = await carrier_and_colleague(shop.house)
    await on_her_row(board, had).wait_for()
    await chip.click()
    await board.get_by_role("button", name="Move to…").click()
    await a_place(board, other.name).click()
    await on_her_row(board, other).wait_for()
    await client.get_by_text(f"{other.greeting} brings your pieces").wait_for()

    await shop.house.clock(at("14:02"))  # the window is open: she may ring
    phone = await at_work(browser, shop, other.greeting.lower(), "/field/", width=390)
    await phone.get_by_role("button", name="I am on my way").click()
    await client.get_by_role("heading", name=f"{other.greeting} is on the way").wait_for()
    await keep_the_dress(phone)

    await client.get_by_role("heading", name="Your receipt").wait_for()
    await client.locator(".sums-main", has_text="11,500").wait_for()
    await phone.get_by_text("SEK 11,500 charged").wait_for()
    await phone.get_by_role("button", name="Finish the visit").click()
    await expect(chip).to_contain_text("Finished", timeout=PATIENCE_MS)
    await the_till_agrees(shop)


async def at_work(browser: Browser, shop: ClientShop, who: str, path: str, *, width: int) -> Page:
    """A colleague, signed in where she works."""
    context = await browser.new_context(viewport={"width": width, "height": 900}, locale="en-GB")
    page = await context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    await page.goto(f"{shop.base}/staff?next={path}")
    await page.get_by_label("E-mail").fill(f"{who}@house.test")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"{shop.base}{path}**")
    return page


async def in_hand(browser: Browser) -> Page:
    """The client, with her phone."""
    page = await (await a_phone(browser)).new_page()
    page.set_default_timeout(PATIENCE_MS)
    return page


def on_her_row(board: Page, concierge: Concierge) -> Locator:
    """The visit, where this concierge's day is."""
    return row_of(board, concierge.name).get_by_role("button", name=f"{HERS}, ")


async def book(page: Page, shop: ClientShop) -> None:
    """A dress and a blouse for two o'clock, on a good card."""
    await choose(page, shop, "Bias dress")
    await choose(page, shop, "Silk blouse")
    await page.get_by_role("link", name="See your selection").click()
    await page.get_by_role("link", name="Choose your visit").click()
    await tell_where(page)
    await page.locator(".window", has_text="14:00").click()
    await tell_who(page)
    await page.get_by_role("button", name="Continue to card").click()
    await page.wait_for_url(f"{shop.sandbox.base}/**")
    await pay(page)
    await page.wait_for_url(f"{shop.base}/orders/*")
    await expect(page.get_by_role("heading", name="See you today")).to_be_visible()


async def keep_the_dress(page: Page) -> None:
    """At the door: one stays, one goes back; the client reads the list and confirms."""
    await page.get_by_role("button", name="I have arrived").click()
    dress = page.get_by_role("listitem").filter(has_text="Bias dress")
    await dress.get_by_role("button", name="Keep").click()
    blouse = page.get_by_role("listitem").filter(has_text="Silk blouse")
    await blouse.get_by_role("button", name="Return").click()
    await blouse.get_by_text("Too large").click()
    await page.get_by_role("link", name="Show her the list").click()
    await page.get_by_role("button", name="I confirm").click()


async def carrier_and_colleague(house: SmallHouse) -> tuple[Concierge, Concierge]:
    """Who has the visit, and who has not."""
    async with transaction(house.engine) as session:
        stop = (await session.exec(select(Stop))).one()
    had, other = sorted(house.concierges, key=lambda one: one.id != stop.concierge_id)
    return had, other


async def the_till_agrees(shop: ClientShop) -> None:
    """What the card provider itself says was taken and let go."""
    async with transaction(shop.house.engine) as session:
        order = (await session.exec(select(Order))).one()
    kept, back = PRICES[:2]
    assert order.due_minor == kept
    totals = await shop.sandbox.look("totals")
    said = totals["orders"][str(order.id)]
    assert (said["authorised"], said["captured"]) == (kept + back, kept)
    everything = totals["currencies"]["SEK"]
    assert (everything["captured"], everything["released"], everything["held"]) == (kept, back, 0)
    assert (await shop.sandbox.look("contract"))["faults"] == []

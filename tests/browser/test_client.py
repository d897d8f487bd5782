"""A client in a real browser, phone first: from the rail to the card and back."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect
from sqlmodel import select

from concierge.desk.record_step import StepReport, record_step
from concierge.model import Order, Shift, Step, Stop, new_id
from concierge.store.engine import open_engine
from concierge.store.transaction import transaction
from tests.browser.client_shop import (
    ClientShop,
    choose,
    client_shop,
    pay,
    tell_where,
    tell_who,
)
from tests.browser.phone_day import a_phone, chromium
from tests.payments.sandboxed import DECLINED, Sandbox
from tests.small_house import at, build_small_house


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as one:
        yield one


@pytest.fixture
async def shop(database: str, tmp_path: Path) -> AsyncIterator[ClientShop]:
    engine = open_engine(database)
    house = await build_small_house(engine)
    sandbox = Sandbox(tmp_path)
    await sandbox.start()
    try:
        await sandbox.tell("clock/set", now=at("09:00").isoformat())
        async with client_shop(house, sandbox, tmp_path) as one:
            yield one
    finally:
        sandbox.stop()
        await engine.dispose()


@pytest.fixture
async def page(browser: Browser) -> Page:
    phone = await a_phone(browser)
    one = await phone.new_page()
    one.set_default_timeout(20_000)
    return one


async def test_from_the_rail_to_a_booked_visit_and_a_concierge_on_the_way(
    shop: ClientShop, page: Page
) -> None:
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    await choose(page, shop, "Bias dress")
    await choose(page, shop, "Silk blouse")
    await page.get_by_role("link", name="See your selection").click()
    await page.get_by_role("link", name="Choose your visit").click()
    await tell_where(page)
    await page.locator(".window", has_text="14:00").click()
    await expect(page.locator("[data-chosen]")).to_contain_text("Mon 23 Nov, \u206814:00")
    await tell_who(page)
    await page.get_by_role("button", name="Continue to card").click()
    await page.wait_for_url(f"{shop.sandbox.base}/**")
    await pay(page, DECLINED)
    await expect(page.get_by_role("alert")).to_be_visible()
    await pay(page)
    await page.wait_for_url(f"{shop.base}/orders/*")
    await expect(page.get_by_role("heading", name="See you today")).to_be_visible()
    await set_out(shop)
    await expect(page.get_by_role("heading", name="is on the way")).to_be_visible()
    assert faults == []


async def test_without_javascript_she_gets_there_too(shop: ClientShop, browser: Browser) -> None:
    plain = await browser.new_context(java_script_enabled=False)
    page = await plain.new_page()
    page.set_default_timeout(20_000)
    await choose(page, shop, "Bias dress")
    await page.get_by_role("link", name="See your selection").click()
    await page.get_by_role("link", name="Choose your visit").click()
    await page.get_by_label("Where shall we come?").fill("linnegatn 12")
    await page.get_by_role("button", name="Find the address").click()
    await page.get_by_role("button", name="Visit me here").click()
    await page.locator(".window", has_text="17:00").click()
    await tell_who(page)
    await page.get_by_role("button", name="Continue to card").click()
    await pay(page)
    await expect(page.get_by_role("heading", name="See you today")).to_be_visible()


@pytest.mark.parametrize("scripted", [True, False])
async def test_what_her_press_did_is_before_her_eyes_and_has_the_focus(
    shop: ClientShop, browser: Browser, *, scripted: bool
) -> None:
    phone = await browser.new_context(
        viewport={"width": 390, "height": 700}, java_script_enabled=scripted
    )
    page = await phone.new_page()
    page.set_default_timeout(20_000)
    await page.goto(f"{shop.base}/pieces/bias-dress")
    await page.get_by_role("button", name="Add to your selection").click()
    await expect(page.get_by_role("alert")).to_be_in_viewport(ratio=1)
    await expect(page.get_by_role("alert")).to_be_focused()
    await page.locator(".size").first.click()
    await page.get_by_role("button", name="Add to your selection").click()
    await expect(page.get_by_role("status")).to_be_in_viewport(ratio=1)
    await expect(page.get_by_role("status")).to_be_focused()


async def test_without_a_window_she_is_led_to_the_windows_and_no_field_hides_under_the_bar(
    shop: ClientShop, browser: Browser
) -> None:
    phone = await browser.new_context(viewport={"width": 390, "height": 700})
    page = await phone.new_page()
    page.set_default_timeout(20_000)
    await choose(page, shop, "Bias dress")
    await page.goto(f"{shop.base}/visit")
    await tell_where(page)
    onward = page.get_by_role("button", name="Continue to card")
    await onward.click()
    pick = page.get_by_role("alert")
    await expect(pick).to_have_text("Choose a window first.")
    await expect(pick).to_be_focused()
    await expect(pick).to_be_in_viewport(ratio=1)
    await page.locator(".window", has_text="14:00").click()
    await expect(pick).to_be_hidden()
    await onward.click()
    name = page.get_by_label("Your name")
    await expect(name).to_be_focused()
    field, bar = await name.bounding_box(), await page.locator(".bar").bounding_box()
    assert field is not None
    assert bar is not None
    assert field["y"] + field["height"] <= bar["y"]


async def test_a_reload_costs_a_guest_nothing_and_an_order_leaves_nothing_behind(
    shop: ClientShop, page: Page
) -> None:
    await choose(page, shop, "Bias dress")
    await page.goto(f"{shop.base}/visit")
    await tell_where(page)
    await tell_who(page)
    await page.get_by_label("How to get in").fill("Code 1234")
    await page.goto(shop.base)
    await page.goto(f"{shop.base}/visit")
    await expect(page.locator(".where")).to_contain_text("Linnégatan 12")
    assert page.url == f"{shop.base}/visit"
    await expect(page.get_by_label("Your name")).to_have_value("Lova Holm")
    await expect(page.get_by_label("How to get in")).to_have_value("Code 1234")
    await page.locator(".window", has_text="14:00").click()
    await page.get_by_role("button", name="Continue to card").click()
    await pay(page)
    await page.wait_for_url(f"{shop.base}/orders/*")
    await expect(page.get_by_role("heading", name="See you today")).to_be_visible()
    assert await page.evaluate("sessionStorage.length") == 0


async def test_a_window_taken_while_she_looks_is_struck_out_before_her_eyes(
    shop: ClientShop, page: Page
) -> None:
    await choose(page, shop, "Bias dress")
    await page.goto(f"{shop.base}/visit")
    await tell_where(page)
    window = page.locator(".window", has_text="14:00")
    await window.click()
    await tell_who(page)
    await everyone_goes_home(shop)
    await look_again(page)
    await expect(window).to_contain_text("Just taken")
    await expect(window.locator("input")).to_be_disabled()
    await expect(page.locator("[data-chosen]")).to_have_text("No window chosen yet")
    await expect(page.get_by_label("Your name")).to_have_value("Lova Holm")
    await page.get_by_role("button", name="Tuesday 24 November").click()
    await expect(page.locator(".window input:enabled").first).to_be_attached()


async def test_suggestions_are_walked_with_the_keyboard(shop: ClientShop, page: Page) -> None:
    await choose(page, shop, "Bias dress")
    await page.goto(f"{shop.base}/visit")
    field = page.get_by_role("combobox", name="Where shall we come?")
    await field.press_sequentially("vasagat 4")
    await expect(page.get_by_role("option")).to_have_count(1)
    await field.press("ArrowDown")
    await expect(page.get_by_role("option")).to_have_attribute("aria-selected", "true")
    await field.press("Enter")
    await expect(page.locator(".where")).to_contain_text("Vasagatan 4")
    await expect(page.locator(".windows")).to_be_visible()


@pytest.mark.parametrize("language", ["sv", "fr", "ar"])
async def test_no_page_is_wider_than_her_phone_in_any_language(
    shop: ClientShop, browser: Browser, language: str
) -> None:
    phone = await a_phone(browser, locale=language)
    page = await phone.new_page()
    page.set_default_timeout(20_000)
    await page.goto(f"{shop.base}/pieces/bias-dress")
    assert await page.get_attribute("html", "dir") == ("rtl" if language == "ar" else "ltr")
    await page.locator(".size").first.click()
    await page.locator("main form .button").click()
    for path in ("/", "/pieces/bias-dress", "/selection", "/visit"):
        await page.goto(f"{shop.base}{path}")
        wide, shown = await page.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        assert wide <= shown, path


async def look_again(page: Page) -> None:
    """She comes back to the page from another."""
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


async def everyone_goes_home(shop: ClientShop) -> None:
    async with transaction(shop.house.engine) as session:
        shifts = await session.exec(select(Shift).where(Shift.day == at("09:00").date()))
        for shift in shifts:
            await session.delete(shift)


async def set_out(shop: ClientShop) -> None:
    """Her concierge says that she is on her way."""
    await shop.house.clock(at("13:40"))
    async with transaction(shop.house.engine) as session:
        order_id = (await session.exec(select(Order.id))).one()
        stop = await session.get_one(Stop, order_id)
        report = StepReport(new_id(), Step.EN_ROUTE, at("13:40"))
        await record_step(
            session, order_id, report, concierge_id=stop.concierge_id, now=at("13:40")
        )

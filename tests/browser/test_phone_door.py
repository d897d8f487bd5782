"""At the door, on the concierge's phone and the client's own: less to pay, and more to hold."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect
from sqlmodel import select

from concierge.desk.sign_in import sign_in_client
from concierge.model import Disposition, Gesture
from concierge.store.clock import wall
from concierge.store.engine import open_engine
from concierge.store.transaction import transaction
from tests.browser.client_shop import pay
from tests.browser.phone_day import PhoneDay, a_phone, chromium, phone_day, signed_in
from tests.payments.sandboxed import Sandbox, client_of
from tests.small_house import PRICES, at, build_small_house
from tests.stories.test_how_much_is_held import DEAREST, EACH, TWO_SIZES, with_another_size

from .test_phone import confirm, day, go_to_the_door

__all__ = ["day"]


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as one:
        yield one


async def test_what_she_reads_on_the_list_is_what_she_pays_also_without_signal(
    browser: Browser, day: PhoneDay
) -> None:
    page = await signed_in(await a_phone(browser), day)
    await go_to_the_door(page)
    day.cut()
    rows = page.get_by_role("listitem")
    await rows.filter(has_text="Bias dress").get_by_role("button", name="Keep").click()
    blouse = rows.filter(has_text="Silk blouse")
    await blouse.get_by_role("button", name="Return").click()
    await blouse.get_by_text("Too large").click()
    await blouse.get_by_text("Damaged").click()
    await blouse.get_by_label("What happened?").fill("Wine on the sleeve")
    await rows.filter(has_text="Soft loafer").get_by_role("button", name="It is not here").click()

    await page.get_by_role("button", name="Take something off").click()
    await page.get_by_role("button", name="Take it off").click()
    await expect(page.get_by_text("Write how much, in figures.")).to_be_in_viewport()
    await page.get_by_label("Take off, at most SEK 300").fill("301")
    await expect(page.get_by_text("you may give away at most SEK 300")).to_be_visible()
    await page.get_by_label("Take off, at most SEK 300").fill("250,50")
    await page.get_by_text("We were late").click()
    await page.get_by_role("button", name="Take it off").click()
    await expect(page.get_by_role("button", name="SEK 250.50 taken off")).to_be_visible()

    await page.get_by_role("link", name="Show her the list").click()
    await expect(page.get_by_role("heading", name="Not charged now")).to_be_visible()
    await expect(page.get_by_text("SEK 11,249.50")).to_be_visible()
    await page.get_by_role("link", name="Change something").first.click()
    await confirm(page)
    await expect(page.get_by_text("SEK 11,249.50 is charged when signal returns")).to_be_visible()

    day.work()
    await day.serve()
    assert (await day.settled()).due_minor == PRICES[0] - 25_050
    await expect(page.get_by_text("SEK 11,249.50 charged")).to_be_visible(timeout=60_000)
    async with transaction(day.house.engine) as session:
        remarks = (await session.exec(select(Disposition.remark))).all()
        reasons = (await session.exec(select(Gesture.reason))).all()
    assert sorted(remarks) == ["", "Wine on the sleeve"]
    assert list(reasons) == ["late"]


async def her_page(browser: Browser, day: PhoneDay) -> Page:
    """The client's own phone, on her order's page."""
    phone = await a_phone(browser, color_scheme="light")
    async with transaction(day.house.engine) as session:
        token = await sign_in_client(session, day.house.client.id, before=None, now=wall())
    await phone.add_cookies([{"name": "visit", "value": token, "url": day.base}])
    page = await phone.new_page()
    await page.goto(f"{day.base}/orders/{day.order.id}")
    return page


@pytest.fixture
async def two_sizes(database: str, tmp_path: Path) -> AsyncIterator[PhoneDay]:
    """The dress in two sizes, one of them held, and the loafer."""
    engine = open_engine(database)
    house = await build_small_house(engine)
    await with_another_size(house, DEAREST)
    sandbox = Sandbox(tmp_path)
    await sandbox.start()
    try:
        await sandbox.tell("clock/set", now=at("09:00").isoformat())
        async with (
            sandbox.gateway() as gateway,
            client_of(sandbox) as her,
            phone_day(house, gateway, her, sandbox, tmp_path, variants=TWO_SIZES) as one,
        ):
            yield one
    finally:
        sandbox.stop()
        await engine.dispose()


async def test_more_than_is_held_waits_for_her_own_phone(
    browser: Browser, two_sizes: PhoneDay
) -> None:
    day = two_sizes
    page = await signed_in(await a_phone(browser), day)
    await go_to_the_door(page)
    for piece in ("Bias dress 38", "Bias dress 40", "Soft loafer 38"):
        row = page.get_by_role("group", name=piece)
        await row.get_by_role("button", name="Keep").click()
    await expect(page.get_by_text("SEK 11,500 of what she keeps is not held")).to_be_visible()
    await expect(page.get_by_role("link", name="Show her the list")).to_have_count(0)
    day.cut()
    await expect(page.get_by_text("It cannot be asked for without signal.")).to_be_visible(
        timeout=60_000
    )
    await day.serve()
    await page.get_by_role("button", name="Ask her to set SEK 11,500 aside").click(timeout=60_000)
    await expect(page.get_by_text("Waiting for her: SEK 11,500")).to_be_visible()

    hers = await her_page(browser, day)
    await expect(hers.get_by_text("Bias dress, 40")).to_be_visible()
    await hers.get_by_role("button", name="Set SEK 11,500 aside").click()
    await pay(hers)
    await expect(hers.get_by_role("heading", name="Take your time")).to_be_visible()
    await expect(hers.get_by_text("A little more to set aside")).to_have_count(0)

    await page.get_by_role("link", name="Show her the list").click(timeout=60_000)
    await page.get_by_role("button", name="I confirm").click()
    day.work()
    assert (await day.settled()).due_minor == EACH
    await expect(page.get_by_text("SEK 29,800 charged", exact=True)).to_be_visible(timeout=60_000)

"""At the door, on the concierge's phone: what is given away, and what came back wrong."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, expect
from sqlmodel import select

from concierge.model import Disposition, Gesture
from concierge.store.transaction import transaction
from tests.browser.phone_day import PhoneDay, a_phone, chromium, signed_in
from tests.small_house import PRICES

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

"""A concierge is ill: the dispatcher says so on the board, and chooses who takes over."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.browser.axe import Eyes
from tests.browser.board_desk import Desk, a_desk, on_the_board, row_of
from tests.browser.phone_day import chromium

NOON = "13:00"


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as one:
        yield one


@pytest.fixture
async def desk(database: str, tmp_path: Path) -> AsyncIterator[Desk]:
    async with a_desk(database, tmp_path, works=True) as one:
        await one.day.clock(NOON)
        yield one


async def test_a_concierge_is_ill_and_the_way_out_is_chosen_with_keys_alone(
    browser: Browser, desk: Desk
) -> None:
    page = await desk.sit_down(browser)
    today = await desk.day.read()
    ahead = [stop for stop in today.stops.values() if stop.starts > today.now]
    ill = ahead[0].concierge_id
    concierge = today.concierges[ill].name
    hers = {each.order_id for each in ahead if each.concierge_id == ill}
    clients = {order.id: name for name, order in desk.day.orders.items()}
    last = max((each for each in ahead if each.concierge_id != ill), key=lambda each: each.starts)
    await on_the_board(page, clients[last.order_id]).click()
    await page.get_by_role("button", name="Lock to this concierge").click()
    await expect(page.get_by_role("button", name="Undo: lock of")).to_be_enabled()
    await page.keyboard.press("Escape")

    await page.get_by_text("Something went wrong?").focus()
    await page.keyboard.press("Enter")
    await page.get_by_label("Who is it?").select_option(label=concierge)
    await page.get_by_label("What happened?").select_option(label="She is ill")
    await page.get_by_role("button", name="Find ways out").focus()
    await page.keyboard.press("Enter")
    setback = page.get_by_role("region", name=f"{concierge} is ill since 13:00")
    await expect(setback).to_be_visible()
    tray = page.get_by_role("complementary", name="Unassigned")
    await expect(tray.get_by_role("listitem")).to_have_count(len(hers) + 1)
    await expect(tray.get_by_text("Waiting for a way out")).to_be_visible()
    await expect(tray.get_by_text("1 visit without a concierge")).to_be_visible()

    ways = setback.get_by_role("list", name="Ways out, best first").locator("> li")
    await expect(ways.first).to_be_visible(timeout=60_000)
    await expect(ways.first).to_contain_text("Every promise is kept")
    eyes = Eyes(desk.base, ("light", "dark"))
    await eyes.look(page, "ways out", anew=True)
    assert eyes.faults == []
    await ways.first.get_by_text("change", exact=False).first.focus()
    await page.keyboard.press("Enter")
    greeting = concierge.split()[0]
    await expect(ways.first.get_by_text(f"because {greeting} is ill").first).to_be_visible()
    await ways.first.get_by_role("button", name="Choose this way").focus()
    await page.keyboard.press("Enter")

    await expect(
        page.get_by_role("status").filter(
            has_text="The phones know. Every promise is as it was; no client had to be told."
        )
    ).to_have_count(1)
    await expect(page.get_by_role("button", name="Nothing to undo")).to_be_disabled()
    await expect(
        setback.get_by_text("Taking it back brings the plan before it back")
    ).to_be_visible()
    await expect(setback.get_by_text("Settled")).to_be_visible()
    await expect(tray.get_by_role("listitem")).to_have_count(1)
    after = await desk.day.read()
    assert all(after.stops[each].concierge_id != ill for each in hers)
    kept = [stop for stop in after.stops.values() if stop.concierge_id == ill]
    await expect(row_of(page, concierge).get_by_role("button", name="Mme ")).to_have_count(
        len(kept)
    )

    await setback.get_by_role("button", name="Take it back").click()
    await expect(
        page.get_by_role("status").filter(has_text="Taken back: the plan is as it was before")
    ).to_have_count(1)
    back = await desk.day.read()
    assert {back.stops[each].concierge_id for each in hers} == {ill}


async def test_the_tray_says_what_would_make_a_visit_fit(browser: Browser, desk: Desk) -> None:
    page = await desk.sit_down(browser, viewport={"width": 390, "height": 844})
    await page.get_by_role("complementary", name="Unassigned").get_by_role("button").click()
    fits = page.get_by_role("list", name="What would make it fit")
    await expect(fits.get_by_text("Let Mme Sorel do without Arabic")).to_be_visible()
    eyes = Eyes(desk.base, ("light",))
    await eyes.look(page, "what would make it fit")
    assert eyes.faults == []

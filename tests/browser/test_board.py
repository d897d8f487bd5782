"""The dispatch board in a real browser: with the mouse, with keys, two at once, on a phone."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from concierge.model import Step
from tests.browser.board_desk import Desk, a_desk, a_place, on_the_board, row_of
from tests.browser.phone_day import chromium, until


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as one:
        yield one


@pytest.fixture
async def desk(database: str, tmp_path: Path) -> AsyncIterator[Desk]:
    async with a_desk(database, tmp_path) as one:
        yield one


async def said(page: Page, words: str) -> None:
    """What the board tells somebody who listens."""
    await expect(page.get_by_role("status").filter(has_text=words)).to_have_count(1)


async def test_a_dispatcher_moves_locks_and_unassigns_a_visit_with_the_mouse(
    browser: Browser, desk: Desk
) -> None:
    page = await desk.sit_down(browser)
    had = await desk.day.carrier("Petit")
    assert had is not None
    await expect(page.get_by_role("heading", name="Monday 23 November")).to_be_visible()
    await expect(page.get_by_text("Nobody can take it as the day stands")).to_be_visible()

    await on_the_board(page, "Petit").click()
    panel = page.get_by_role("region", name="Mme Petit")
    await expect(panel.get_by_text("17:00 \u2013 18:00")).to_be_visible()
    await panel.get_by_label("Reason, for the record").fill("She asked for Jules.")
    await panel.get_by_role("button", name="Move to…").click()
    noor = panel.get_by_role("button", name="Noor Haddad")
    await expect(noor).to_have_attribute("aria-disabled", "true")
    await expect(noor).to_contain_text("Breaks")
    await noor.click(force=True)
    await said(page, "Not moved to Noor Haddad. ")
    await expect(noor).to_contain_text("Not moved to Noor Haddad. ")
    assert await desk.day.carrier("Petit") == had
    await panel.get_by_role("button", name="Jules Perrin").click()

    await expect(
        row_of(page, "Jules Perrin").get_by_role("button", name="Mme Petit, ")
    ).to_be_visible()
    await said(page, "Mme Petit moved to Jules Perrin")
    assert await desk.day.carrier("Petit") == "Jules Perrin"
    await expect(a_place(page, "Jules Perrin")).to_have_count(0)
    await expect(a_place(page, had)).to_be_visible()

    await panel.get_by_role("button", name="Lock to this concierge").click()
    await said(page, "planning keeps this concierge")
    await expect(panel.get_by_role("button", name="Unlock")).to_be_focused()
    await panel.get_by_role("button", name="Unlock").click()
    await said(page, "Mme Petit is unlocked")
    await expect(panel.get_by_role("button", name="Lock to this concierge")).to_be_focused()
    await panel.get_by_role("button", name="Unassign").click()
    tray = page.get_by_role("complementary", name="Unassigned")
    await expect(tray.get_by_role("button", name="Mme Petit")).to_contain_text("Best: ")
    await expect(panel.get_by_text("Taken off Jules Perrin's route by hand.")).to_be_visible()
    await expect(a_place(page, "Jules Perrin")).to_be_visible()

    for _ in range(4):
        await page.get_by_role("button", name="Undo: ").click()
        await expect(page.get_by_role("status").filter(has_text="Undone")).to_have_count(1)
        await page.wait_for_timeout(50)
    await expect(page.get_by_role("button", name="Nothing to undo")).to_be_disabled()
    assert await desk.day.carrier("Petit") == had


async def test_the_whole_board_is_worked_with_keys(browser: Browser, desk: Desk) -> None:
    page = await desk.sit_down(browser)
    await on_the_board(page, "Petit").focus()
    await page.keyboard.press("End")
    last = await _focused(page)
    await page.keyboard.press("ArrowLeft")
    assert await _focused(page) != last
    await page.keyboard.press("Home")
    assert "on the map" in await _focused(page)
    await page.keyboard.press("ArrowDown")
    assert "on the map" in await _focused(page)

    await on_the_board(page, "Keller").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Move to…")).to_be_focused()
    await page.keyboard.press("Enter")
    first = page.get_by_role("button", name="Keeps every promise").first
    await expect(first).to_be_focused()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowUp")
    await expect(first).to_be_focused()
    had = await desk.day.carrier("Keller")
    await page.keyboard.press("Enter")
    await said(page, "Mme Keller moved to")
    assert await desk.day.carrier("Keller") not in {had, None}

    await page.keyboard.press("Escape")
    await expect(on_the_board(page, "Keller")).to_be_focused()
    await page.keyboard.press("Control+z")
    await said(page, "Undone: move of Mme Keller")
    assert await desk.day.carrier("Keller") == had


async def test_two_dispatchers_see_each_other_and_overwrite_nothing(
    browser: Browser, desk: Desk
) -> None:
    hers, his = await desk.sit_down(browser), await desk.sit_down(browser)
    deaf = await hers.context.new_page()
    await deaf.route("**/live?**", lambda route: route.abort())
    await deaf.goto(f"{desk.base}/dispatch")
    await on_the_board(deaf, "Costa").click()
    await deaf.get_by_role("button", name="Move to…").click()
    await expect(a_place(deaf, "Jules Perrin")).to_be_visible()

    await on_the_board(his, "Petit").click()
    await his.get_by_role("button", name="Move to…").click()
    await a_place(his, "Jules Perrin").click()
    await expect(
        row_of(hers, "Jules Perrin").get_by_role("button", name="Mme Petit, ")
    ).to_be_visible()

    had = await desk.day.carrier("Costa")
    await a_place(deaf, "Jules Perrin").click()
    await expect(deaf.get_by_role("alert")).to_contain_text("The day changed meanwhile")
    await expect(
        row_of(deaf, "Jules Perrin").get_by_role("button", name="Mme Petit, ")
    ).to_be_visible()
    assert await desk.day.carrier("Costa") == had


async def test_a_visit_that_runs_late_is_explained_and_its_ways_out_are_ranked(
    browser: Browser, desk: Desk
) -> None:
    late = await desk.day.carrier("Okonkwo")
    assert late is not None
    today = await desk.day.read()
    route = today.stops_of(desk.day.shifts[late].id)
    names = {order.id: name for name, order in desk.day.orders.items()}
    first = names[route[0].order_id]
    await desk.day.clock("11:40")
    await desk.day.step(first, Step.ARRIVED, "11:35")
    page = await desk.sit_down(browser)
    await expect(page.get_by_text("clash").first).to_be_visible()
    await expect(page.get_by_role("region", name="The day")).to_contain_text(
        "after the window closes"
    )


async def test_no_hour_is_hidden_and_lateness_is_read_in_full(
    browser: Browser, desk: Desk
) -> None:
    late = await desk.day.carrier("Okonkwo")
    assert late is not None
    await desk.day.clock("11:40")
    await desk.day.step("Okonkwo", Step.ARRIVED, "11:35")
    page = await desk.sit_down(browser)
    pill = await page.locator(".hours .pill em").bounding_box()
    assert pill
    names = await page.locator(".corner").bounding_box()
    assert names
    hours = page.locator(".hours > span:not(.pill)")
    for at in range(await hours.count()):
        hour = hours.nth(at)
        await expect(hour).to_have_css("visibility", "visible")
        label = await hour.evaluate(
            """at => {
                const range = document.createRange();
                range.selectNodeContents(at);
                const { left, right, top, bottom } = range.getBoundingClientRect();
                return { left, right, top, bottom };
            }"""
        )
        assert label["bottom"] <= pill["y"], "the time is told below the hours"
        edge = names["x"] + names["width"]
        assert label["right"] <= edge or label["left"] >= edge, "no label is cut by the names"
    chips = page.locator(".visit.late span.brief, .visit.clash span.brief")
    assert await chips.count() > 0
    for at in range(await chips.count()):
        fits = await chips.nth(at).evaluate(
            "of => of.scrollWidth <= of.clientWidth + 1 && of.offsetTop + of.offsetHeight"
            " <= of.parentElement.clientHeight + 1"
        )
        assert fits, await chips.nth(at).text_content()


async def test_a_visit_too_short_for_its_hour_still_shows_a_name(
    browser: Browser, desk: Desk
) -> None:
    page = await desk.sit_down(browser, viewport={"width": 900, "height": 900})
    more = page.get_by_role("button", name="Show more hours")
    while await more.is_enabled():
        await more.click()
    petit = on_the_board(page, "Petit")
    size = await petit.bounding_box()
    assert size is not None
    assert size["width"] <= 38
    name = petit.locator("b.brief")
    await expect(name).to_have_text("Petit")
    await expect(name).to_be_visible()
    assert await name.evaluate(
        """of => { const { width, height } = of.getBoundingClientRect();
            return width <= of.parentElement.clientWidth && of.scrollHeight <= height + 1; }"""
    )
    await expect(petit.locator("span.brief")).to_be_hidden()


async def test_a_phone_reads_the_day_as_a_list_and_arabic_from_right_to_left(
    browser: Browser, desk: Desk
) -> None:
    page = await desk.sit_down(browser, viewport={"width": 390, "height": 844})
    petit = on_the_board(page, "Petit")
    await expect(petit).to_contain_text("17:00 \u2013 17:45, Planned")
    wide = await page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390
    await petit.click()
    await expect(page.get_by_role("region", name="Mme Petit")).to_be_in_viewport()
    await page.get_by_role("button", name="Close").click()

    await page.get_by_label("Language and sign-out").click()
    await page.get_by_label("Language", exact=True).select_option("ar")
    await expect(page.locator("html")).to_have_attribute("dir", "rtl")
    await expect(page.get_by_role("heading", level=1)).to_contain_text("٢٣")
    wide = await page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390


async def test_planning_again_is_shown_while_it_lasts_and_keeps_locks(
    browser: Browser, database: str, tmp_path: Path
) -> None:
    async with a_desk(database, tmp_path, works=True) as desk:
        page = await desk.sit_down(browser)
        await on_the_board(page, "Rossi").click()
        await page.get_by_role("button", name="Move to…").click()
        await a_place(page, "Jules Perrin").click()
        await said(page, "Mme Rossi moved to Jules Perrin")
        await page.get_by_role("button", name="Lock to this concierge").click()
        await said(page, "Mme Rossi is locked")
        await page.get_by_role("button", name="Replan the day").click()
        await expect(page.get_by_role("button", name="Planning…")).to_be_disabled()
        await expect(page.get_by_role("button", name="Replan the day")).to_be_enabled(
            timeout=60_000
        )

        async def planned() -> bool:
            return "OR-Tools" in (await desk.day.read()).plan_row.words

        await until(planned, 10)
        assert await desk.day.carrier("Rossi") == "Jules Perrin"
        await page.keyboard.press("Escape")
        the_day = page.get_by_role("region", name="The day")
        await expect(the_day).to_contain_text("OR-Tools alone")
        await expect(the_day).to_contain_text("min, same objective.")
        await expect(the_day).to_contain_text("Left unassigned 1 visit")


async def _focused(page: Page) -> str:
    return await page.evaluate("document.activeElement?.textContent ?? ''")

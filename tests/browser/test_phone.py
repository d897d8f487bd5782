"""A concierge's phone, in a real browser: what she writes down survives, and counts once."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, FilePayload, Locator, Page, expect
from sqlmodel import select

from concierge.model import (
    Case,
    Client,
    Operation,
    OrderLine,
    Photograph,
    ReturnsConflict,
    Setback,
    Stop,
    VisitStep,
)
from concierge.store.engine import open_engine
from concierge.store.transaction import transaction
from tests.browser.phone_day import (
    TOM,
    PhoneDay,
    a_phone,
    chromium,
    phone_day,
    sign_in,
    signed_in,
)
from tests.payments.sandboxed import Sandbox, client_of
from tests.photographs import taken_by_a_camera
from tests.small_house import PRICES, at, build_small_house


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as one:
        yield one


@pytest.fixture
async def day(database: str, tmp_path: Path) -> AsyncIterator[PhoneDay]:
    engine = open_engine(database)
    house = await build_small_house(engine)
    sandbox = Sandbox(tmp_path)
    await sandbox.start()
    try:
        await sandbox.tell("clock/set", now=at("09:00").isoformat())
        async with (
            sandbox.gateway() as gateway,
            client_of(sandbox) as her,
            phone_day(house, gateway, her, sandbox, tmp_path) as one,
        ):
            yield one
    finally:
        sandbox.stop()
        await engine.dispose()


async def go_to_the_door(page: Page) -> None:
    await page.get_by_role("button", name="I am on my way").click()
    await page.get_by_role("button", name="I have arrived").click()
    await expect(page.get_by_role("heading", name="Mme Haddad", level=1)).to_be_visible()


async def decide(page: Page) -> None:
    """She keeps the dress; the blouse is too large, the loafer was not tried."""
    dress = page.get_by_role("listitem").filter(has_text="Bias dress")
    await dress.get_by_role("button", name="Keep").click()
    blouse = page.get_by_role("listitem").filter(has_text="Silk blouse")
    await blouse.get_by_role("button", name="Return").click()
    await blouse.get_by_text("Too large").click()
    await page.get_by_role("button", name="The rest was not tried").click()


async def unsent_in(said: Locator) -> int:
    """The number a sentence on the phone tells."""
    await expect(said).to_be_visible()
    found = re.search(r"\d+", await said.inner_text())
    assert found
    return int(found[0])


async def photograph(page: Page, piece: str) -> None:
    """She photographs a piece with the phone's camera."""
    row = page.get_by_role("listitem").filter(has_text=piece)
    picture = FilePayload(name="piece.jpg", mimeType="image/jpeg", buffer=taken_by_a_camera())
    await row.get_by_label("Photograph as it goes out").set_input_files(picture)
    await expect(row.get_by_text("1 photograph", exact=True)).to_be_visible()


async def test_what_is_marked_without_signal_survives_a_reload_and_settles_once(
    browser: Browser, day: PhoneDay
) -> None:
    page = await signed_in(await a_phone(browser), day)
    await go_to_the_door(page)
    day.cut()
    await photograph(page, "Bias dress")
    await decide(page)
    await expect(page.get_by_text("No signal.")).to_be_visible()

    await page.reload()
    await expect(page.get_by_text("3 of 3 recorded")).to_be_visible()
    await expect(page.get_by_text("Returned, too large")).to_be_visible()
    await expect(page.get_by_role("listitem").filter(has_text="Bias dress")).to_contain_text(
        "SEK 11,500"
    )
    number = await unsent_in(page.get_by_text("saved on this phone"))
    await page.goto(f"{day.base}/field/#/me")
    assert number == await unsent_in(page.get_by_text("wait on this phone"))
    waiting = page.get_by_role("main").get_by_role("list")
    assert number > 3
    await expect(waiting.get_by_role("listitem")).to_have_count(number)
    await expect(page.get_by_role("radio", name="Svenska")).to_be_disabled()
    await expect(page.locator("label", has_text="Svenska")).to_have_css(
        "text-decoration-line", "none"
    )
    await expect(page.get_by_role("button", name="Sign out")).to_be_disabled()
    await expect(page.get_by_text("The language is changed with signal")).to_be_visible()
    await page.go_back()
    await page.get_by_role("link", name="Show her the list").click()
    await expect(page.get_by_text("You will be charged", exact=True)).to_be_visible()
    await expect(page.get_by_text("SEK 11,500").last).to_be_visible()
    await page.get_by_role("button", name="I confirm").click()
    await expect(page.get_by_text("charged when signal returns")).to_be_visible()

    await page.reload()
    await expect(page.get_by_text("charged when signal returns")).to_be_visible()
    assert (await day.read()).returns_key is None

    day.work()
    await day.serve()
    settled = await day.settled()
    assert settled.due_minor == PRICES[0]
    await expect(page.get_by_text("SEK 11,500 charged")).to_be_visible(timeout=60_000)
    await page.get_by_role("button", name="Finish the visit").click()
    await expect(page.get_by_text("All visits done")).to_be_visible()
    await expect(page.get_by_text("All sent")).to_be_visible()
    async with transaction(day.house.engine) as session:
        lines = (await session.exec(select(OrderLine))).all()
        steps = (await session.exec(select(VisitStep))).all()
        operations = (await session.exec(select(Operation))).all()
        photographs = (await session.exec(select(Photograph))).all()
    assert [(one.taken, one.order_id) for one in photographs] == [("out", day.order.id)]
    assert sorted(line.verdict or "" for line in lines) == ["kept", "returned", "returned"]
    assert sorted(step.step for step in steps) == ["arrived", "en_route", "finished", "trying"]
    assert [one.amount_minor for one in operations if one.kind == "capture"] == [PRICES[0]]


async def test_what_waits_stays_under_her_name_until_she_signs_in_again(
    browser: Browser, day: PhoneDay
) -> None:
    phone = await a_phone(browser)
    page = await signed_in(phone, day)
    await go_to_the_door(page)
    await phone.clear_cookies()
    await decide(page)
    await confirm(page)
    await expect(page.get_by_text("wait on this phone")).to_be_visible(timeout=30_000)
    assert (await day.read()).returns_key is None

    await sign_in(page, day)
    await expect(page.get_by_text("All sent")).to_be_visible(timeout=30_000)
    assert (await day.read()).returns_key is not None


async def test_of_two_lists_from_two_phones_one_counts_and_the_other_is_shown(
    browser: Browser, day: PhoneDay
) -> None:
    first, second = await a_phone(browser), await a_phone(browser)
    page = await signed_in(first, day)
    await go_to_the_door(page)
    other = await signed_in(second, day)
    await expect(other.get_by_role("link", name="Go on with the visit")).to_be_visible()
    await other.get_by_role("link", name="Go on with the visit").click()
    await expect(other.get_by_text("Another phone is recording this visit too.")).to_be_visible()
    await expect(page.get_by_text("Another phone is recording")).to_have_count(0)
    await second.set_offline(True)
    await (
        other.get_by_role("listitem")
        .filter(has_text="Silk blouse")
        .get_by_role("button", name="Keep")
        .click()
    )
    await other.get_by_role("button", name="The rest was not tried").click()
    await confirm(other)
    await expect(other.get_by_text("charged when signal returns")).to_be_visible()
    await decide(page)
    unconfirmed = page.get_by_text("3 choices on this phone until she confirms")
    await expect(unconfirmed).to_be_visible()
    await page.get_by_role("link", name="Back to route").click()
    await expect(unconfirmed).to_be_visible()
    await page.get_by_role("link", name="Go on with the visit").click()
    await confirm(page)
    await expect(page.get_by_text("Charging")).to_be_visible(timeout=30_000)

    await second.set_offline(False)
    said = other.get_by_role("alert")
    await expect(said.get_by_text("was already confirmed at 14:0")).to_be_visible(timeout=30_000)
    await expect(said.get_by_role("listitem")).to_have_text(
        [
            "Bias dress 38 There: kept. Yours: returned, not tried.",
            "Silk blouse 38 There: returned, too large. Yours: kept.",
        ]
    )
    await expect(said.get_by_text("The office has your list too")).to_be_visible()
    async with transaction(day.house.engine) as session:
        kept = (await session.exec(select(OrderLine).where(OrderLine.verdict == "kept"))).all()
        case = (await session.exec(select(Case))).one()
        second_list = (await session.exec(select(ReturnsConflict))).one()
    assert [line.price_minor for line in kept] == [PRICES[0]]
    assert case.kind == "returns_conflict"
    assert "kept in the first, returned (not tried, as new) in the second." in case.words
    assert "returned (too large, as new) in the first, kept in the second." in case.words
    assert "loafer" not in case.words
    assert len(second_list.content["verdicts"]) == len(PRICES)


async def test_signing_out_asks_first_and_loses_nothing_that_is_not_sent(
    browser: Browser, day: PhoneDay
) -> None:
    page = await signed_in(await a_phone(browser), day)
    await go_to_the_door(page)
    await decide(page)
    await page.get_by_role("link", name="Back to route").click()
    await page.get_by_role("link", name="Me", exact=True).click()
    for answer in ("Stay signed in", "Sign out all the same"):
        await page.get_by_role("button", name="Sign out").click()
        question = page.get_by_role("dialog", name="3 entries are not sent yet")
        await expect(question).to_contain_text("It stays on this phone under your name.")
        await question.get_by_role("button", name=answer).click()
        await expect(question).to_be_hidden()
    await page.wait_for_url(f"{day.base}/staff**")
    assert await day.steps() == ["arrived", "en_route", "trying"]

    await sign_in(page, day)
    await page.get_by_role("link", name="Go on with the visit").click()
    await expect(page.get_by_text("3 of 3 recorded")).to_be_visible()
    await expect(page.get_by_text("Another phone is recording")).to_have_count(0)
    await confirm(page)
    await expect(page.get_by_text("Charging")).to_be_visible(timeout=30_000)
    await page.get_by_role("link", name="Back to route").click()
    await page.get_by_role("link", name="Me", exact=True).click()
    await expect(page.get_by_text("Everything is sent.")).to_be_visible()
    await page.get_by_role("button", name="Sign out").click()
    await page.wait_for_url(f"{day.base}/staff**")


async def test_what_one_concierge_has_not_sent_waits_for_her_while_another_holds_the_phone(
    browser: Browser, day: PhoneDay
) -> None:
    phone = await a_phone(browser)
    page = await signed_in(phone, day)
    await go_to_the_door(page)
    await expect(page.get_by_text("Stop 1 of 1")).to_be_visible()
    await phone.clear_cookies()
    await decide(page)
    await confirm(page)
    await expect(page.get_by_text("wait on this phone")).to_be_visible(timeout=30_000)

    await day.let_in(TOM, day.house.concierges[1].id)
    await sign_in(page, day, TOM)
    await page.get_by_role("link", name="Me", exact=True).click()
    await expect(page.get_by_text("entries of Amelie Berg wait on this phone")).to_be_visible()
    await expect(page.get_by_text("Mme Haddad")).to_have_count(0)
    assert (await day.read()).returns_key is None
    await page.get_by_role("button", name="Sign out").click()
    await page.wait_for_url(f"{day.base}/staff**")

    await sign_in(page, day)
    await expect(page.get_by_text("All sent")).to_be_visible(timeout=30_000)
    assert (await day.read()).returns_key is not None


async def test_leave_by_follows_the_arrival_and_is_not_said_once_it_is_past(
    browser: Browser, day: PhoneDay
) -> None:
    await day.house.clock(at("15:40"))
    async with transaction(day.house.engine) as session:
        stop = await session.get_one(Stop, day.order.id)
    lasts = stop.ends - stop.starts
    page = await signed_in(await a_phone(browser), day)
    await go_to_the_door(page)
    leave = (at("15:40") + lasts).astimezone(day.house.hub.zone)
    await expect(page.get_by_text(f"Arrived 15:40, leave by {leave:%H:%M}")).to_be_visible()
    await day.house.clock(at("15:41") + lasts)
    await page.reload()
    await expect(page.get_by_text("Arrived 15:40", exact=True)).to_be_visible()


async def test_a_closed_door_is_said_without_signal_and_is_the_offices_once_it_is_back(
    browser: Browser, day: PhoneDay
) -> None:
    page = await signed_in(await a_phone(browser), day)
    await go_to_the_door(page)
    await expect(page.get_by_text("Stop 1 of 1")).to_be_visible()
    await day.arrived()
    day.cut()
    await page.get_by_role("button", name="Nobody opens: wait until 14:1").click()
    question = page.get_by_role("dialog", name="Wait until 14:1")
    await expect(question).to_contain_text("You have been waiting since 14:0")
    await question.get_by_role("button", name="Nobody opens: I go on").click()
    leaves = page.get_by_role("dialog", name="Leave before 14:1")
    await expect(leaves).to_contain_text("It is written down that you left early.")
    await leaves.get_by_role("button", name="I leave early").click()
    await expect(page.get_by_text("All visits done")).to_be_visible()
    await page.get_by_role("link", name="Mme Haddad").click()
    await page.get_by_role("button", name="She opened after all").click()
    await page.get_by_role("button", name="Nobody opens").click()
    await page.get_by_role("button", name="Nobody opens: I go on").click()
    await page.get_by_role("button", name="I leave early").click()
    await expect(page.get_by_text("All visits done")).to_be_visible()
    await page.reload()
    await expect(page.get_by_text("Nobody opened", exact=True)).to_be_visible()

    await day.serve()
    await expect(page.get_by_text("All sent")).to_be_visible(timeout=60_000)
    await expect(page.get_by_text("No visits are planned for you yet.")).to_be_visible()
    async with transaction(day.house.engine) as session:
        setback = (await session.exec(select(Setback))).one()
    assert (setback.order_id, setback.kind) == (day.order.id, "nobody_home")
    assert setback.left_early
    assert (await day.read()).state == "confirmed"


async def test_an_early_arrival_is_asked_about_before_it_is_written_down(
    browser: Browser, day: PhoneDay
) -> None:
    await day.house.clock(at("13:40"))
    page = await signed_in(await a_phone(browser), day)
    await page.get_by_role("button", name="I am on my way").click()
    for answer in ("I wait", "Escape"):
        await page.get_by_role("button", name="I have arrived").click()
        question = page.get_by_role("dialog", name="You are early: ring from 14:00")
        await expect(question).to_be_visible()
        if answer == "Escape":
            await page.keyboard.press(answer)
        else:
            await question.get_by_role("button", name=answer).click()
        await expect(question).to_be_hidden()
    await expect(page.get_by_text("All sent")).to_be_visible()
    assert await day.steps() == ["en_route"]
    await page.get_by_role("button", name="I have arrived").click()
    await page.get_by_role("button", name="Record my arrival now").click()
    await expect(page.get_by_role("heading", name="Mme Haddad", level=1)).to_be_visible()


async def test_running_late_is_said_on_the_route_also_without_signal(
    browser: Browser, day: PhoneDay
) -> None:
    await day.house.clock(at("15:10"))
    page = await signed_in(await a_phone(browser), day)
    await expect(page.get_by_text("late by")).to_be_visible()
    day.cut()
    await page.reload()
    await expect(page.get_by_text("late by")).to_be_visible()


async def test_a_phone_on_its_side_shows_the_list_beside_the_map(
    browser: Browser, day: PhoneDay
) -> None:
    page = await signed_in(await a_phone(browser), day)
    await page.set_viewport_size({"width": 844, "height": 390})
    await expect(page.get_by_role("link", name="Mme Haddad")).to_be_in_viewport(ratio=1)
    streets = await page.get_by_role("region", name="Map of your route").bounding_box()
    assert streets is not None
    assert streets["width"] < 844 / 2
    await expect_no_sideways_scroll(page)


async def test_in_arabic_the_phone_reads_from_the_right_and_the_client_reads_her_own_language(
    browser: Browser, day: PhoneDay
) -> None:
    async with transaction(day.house.engine) as session:
        (await session.get_one(Client, day.house.client.id)).language = "sv"
    page = await signed_in(await a_phone(browser, locale="ar"), day)
    await expect(page.locator("html")).to_have_attribute("dir", "rtl")
    await page.get_by_role("button", name="أنا في الطريق").click()
    await expect_no_sideways_scroll(page)
    await page.get_by_role("button", name="وصلتُ").click()
    for piece in ("Bias dress", "Silk blouse", "Soft loafer"):
        row = page.get_by_role("listitem").filter(has_text=piece)
        await row.get_by_role("button", name="احتفاظ").click()
    await expect_no_sideways_scroll(page)
    await expect(page.get_by_text("38، عاجي").first).to_be_visible()
    await page.get_by_role("link", name="عرض القائمة عليها").click()
    await expect(page.get_by_role("heading", name="Ditt val")).to_be_visible()
    await expect(page.get_by_text("38 · elfenben").first).to_be_visible()
    await expect(page.locator("main")).to_have_attribute("dir", "ltr")
    await expect_no_sideways_scroll(page)


async def confirm(page: Page) -> None:
    await page.get_by_role("link", name="Show her the list").click()
    await page.get_by_role("button", name="I confirm").click()


async def expect_no_sideways_scroll(page: Page) -> None:
    assert await page.evaluate(
        "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    )

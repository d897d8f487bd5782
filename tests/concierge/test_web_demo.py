from datetime import datetime, timedelta
from pathlib import Path

from concierge.desk.move_clock import move_clock
from concierge.model import Role
from concierge.store.clock import now, set_clock, wall
from tests.payments.sandboxed import Sandbox

from .web_house import WebHouse


async def present(house: WebHouse) -> datetime:
    async with house.session() as session:
        return await now(session)


async def test_the_clock_moves_in_the_house_and_in_its_sandbox(
    house: WebHouse, tmp_path: Path
) -> None:
    sandbox = Sandbox(tmp_path)
    await sandbox.start()
    try:
        before = await present(house)
        later = await move_clock(house.engine, timedelta(hours=4), sandbox=sandbox.base)
        assert later - before >= timedelta(hours=4)
        assert abs(await present(house) - later) < timedelta(seconds=20)
        there = datetime.fromisoformat((await sandbox.look("clock"))["now"])
        assert abs(there - later) < timedelta(seconds=20)
    finally:
        sandbox.stop()
        async with house.session() as session:
            await set_clock(session, wall())


async def test_without_its_sandbox_the_clock_stands_and_we_say_so(house: WebHouse) -> None:
    before = await present(house)
    browser = await house.browser()
    await browser.page("/demo")
    answer = await browser.send_form("/demo/clock", minutes="240")
    assert answer.status_code == 503
    assert await present(house) - before < timedelta(minutes=10)


async def test_the_front_page_names_who_may_be_played_and_signs_them_in(house: WebHouse) -> None:
    account = await house.staff(Role.CONCIERGE)
    browser = await house.browser()
    page = await browser.page("/demo")
    assert account.email in page.text
    assert "4242 4242 4242 4242" in page.text


async def test_letters_are_shown_and_only_our_own_links_can_be_followed(house: WebHouse) -> None:
    client = await house.client()
    browser = await house.browser()
    await browser.page("/sign-in")
    await browser.send_form("/sign-in", email=client.email or "")
    page = await browser.page("/demo/postbox")
    assert client.email in page.text
    assert '<a href="http://127.0.0.1:8000/sign-in/' in page.text

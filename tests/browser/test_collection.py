"""A collection in real browsers: she chooses when, her concierge ticks off what she hands over."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, expect
from sqlmodel import col, select

from concierge.desk.record_returns import record_returns
from concierge.desk.record_step import StepReport, record_step
from concierge.model import (
    Account,
    Order,
    Piece,
    PieceVerdict,
    ReturnsRecord,
    Step,
    Stop,
    Verdict,
    new_id,
)
from concierge.store.transaction import transaction
from tests.browser.axe import Eyes
from tests.browser.phone_day import EMAIL, PhoneDay, a_phone, chromium, signed_in
from tests.small_house import at

from .test_phone import confirm, day, go_to_the_door
from .test_phone_door import her_page

__all__ = ["day"]


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as one:
        yield one


async def keeps_all(day: PhoneDay) -> None:
    """She has kept all three, and paid."""
    async with transaction(day.house.engine) as session:
        stop = await session.get_one(Stop, day.order.id)
        for step in (Step.EN_ROUTE, Step.ARRIVED, Step.TRYING):
            said = StepReport(new_id(), step, at("14:03"))
            await record_step(
                session, day.order.id, said, concierge_id=stop.concierge_id, now=at("14:03")
            )
        kept = tuple(PieceVerdict(piece.id, Verdict.KEPT) for piece in day.house.pieces)
        record = ReturnsRecord(new_id(), kept, at("14:30"))
        await record_returns(
            session, day.order.id, record, concierge_id=stop.concierge_id, now=at("14:30")
        )
        over = StepReport(new_id(), Step.FINISHED, at("14:31"))
        await record_step(
            session, day.order.id, over, concierge_id=stop.concierge_id, now=at("14:31")
        )
    day.work()
    await day.settled()
    await day.house.clock(at("14:40"))


async def her_concierge_signs_in(browser: Browser, day: PhoneDay) -> Page:
    """The phone of whoever is to collect, in the promised hour."""
    async with transaction(day.house.engine) as session:
        rows = await session.exec(select(Stop).join(Order).where(col(Order.collects).is_not(None)))
        account = await session.exec(select(Account).where(Account.email == EMAIL))
        account.one().concierge_id = rows.one().concierge_id
    await day.house.clock(at("17:02"))
    return await signed_in(await a_phone(browser), day)


async def test_she_chooses_when_and_hands_over_two_of_three_without_signal(
    browser: Browser, day: PhoneDay
) -> None:
    await keeps_all(day)
    light, dark = Eyes(day.base, ("light",)), Eyes(day.base, ("dark",))
    hers = await her_page(browser, day)
    await hers.get_by_text("Changed your mind?").click()
    for piece in await hers.get_by_role("checkbox").all():
        await piece.check()
    await hers.get_by_role("button", name="You collect them from me").click()
    await expect(hers.get_by_role("heading", name="When shall we collect?")).to_be_visible()
    await hers.get_by_role("button", name="Collect them then").click()
    await expect(hers.get_by_text("Choose a window first.")).to_be_visible()
    await hers.locator(".window", has_text="17:00").click()
    await light.look(hers, "when we collect")
    await hers.get_by_role("button", name="Collect them then").click()
    await expect(hers.get_by_role("heading", name="We collect your pieces today")).to_be_visible()
    await light.look(hers, "a collection to come")

    phone = await her_concierge_signs_in(browser, day)
    await expect(phone.get_by_text("Collects").first).to_be_visible()
    await dark.look(phone, "a route with a collection")
    await go_to_the_door(phone)
    await expect(hers.get_by_role("heading", name="Your concierge is at your door")).to_be_visible(
        timeout=20_000
    )
    day.cut()
    rows = phone.get_by_role("listitem")
    await rows.filter(has_text="Bias dress").get_by_role("button", name="I have it").click()
    await rows.filter(has_text="Silk blouse").get_by_role("button", name="I have it").click()
    await dark.look(phone, "a collection at the door")
    await rows.filter(has_text="Soft loafer").get_by_role("button", name="Not there").click()
    await expect(phone.get_by_text("3 of 3 recorded")).to_be_visible()
    await phone.reload()
    await expect(phone.get_by_text("3 of 3 recorded")).to_be_visible()
    await phone.get_by_role("link", name="Show her the list").click()
    await expect(phone.get_by_text("Nothing is charged", exact=True)).to_be_visible()
    await dark.look(phone, "the list of what is collected")
    await phone.get_by_role("link", name="Change something").first.click()
    await confirm(phone)
    await expect(phone.get_by_text("Saved on this phone", exact=True)).to_be_visible()

    await day.serve()
    await expect(phone.get_by_text("2 collected").first).to_be_visible(timeout=60_000)
    await phone.get_by_role("button", name="Finish the visit").click()
    await expect(phone.get_by_text("2 collected")).to_be_visible()
    await hers.reload()
    await expect(hers.get_by_role("heading", name="We have your pieces")).to_be_visible()
    await expect(hers.get_by_text("Not handed over")).to_be_visible()
    await light.look(hers, "a collection that is over")
    async with transaction(day.house.engine) as session:
        holders = (await session.exec(select(Piece.holder).order_by(col(Piece.tag)))).all()
    assert [each.partition(":")[0] for each in holders] == ["concierge", "concierge", "client"]
    assert light.faults + dark.faults == []

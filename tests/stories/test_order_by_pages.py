"""The whole path as plain HTML: no JavaScript runs here."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlmodel import col, select

from concierge.desk.give_up_order import give_up_slot
from concierge.model import Order, Reservation, Shift
from concierge.store.transaction import transaction
from payments.stripe_gateway import StripeGateway
from tests.payments.sandboxed import DECLINED, OK, Sandbox
from tests.small_house import at

from .plain import Page, Plain
from .shop import FAR_AWAY, HER, Shop, Visitor, opened_shop


@pytest.fixture
async def shop(database: str, sandbox: Sandbox) -> AsyncIterator[Shop]:
    await sandbox.settle_down(at("09:00"))
    async with opened_shop(database, sandbox) as one:
        yield one


@pytest.fixture
async def her(shop: Shop) -> Plain:
    return Plain(await shop.browser())


async def add(her: Plain, slug: str) -> Page:
    page = await her.open(f"/pieces/{slug}")
    form = page.form("/selection")
    form.tick("variant", form.named("variant")[0].value)
    return await her.press(form)


async def at_windows(her: Plain, line: str = "Linnégatan 12") -> Page:
    """The page with its windows, for whom it does not know yet."""
    page = await her.open("/visit")
    form = page.form("/visit")
    form.fill(words=line)
    return await her.press(form, form.button("do", "find"))


def free(page: Page) -> list[str]:
    return [each.value for each in page.form("/visit").named("window") if each.enabled]


async def order(her: Plain, page: Page, *windows: str) -> Page:
    form = page.form("/visit")
    for window in windows:
        form.tick("window", window)
    form.fill(**HER)
    return await her.press(form, form.button("do", "order"))


async def pay(shop: Shop, her: Plain, at_card: Page, card: str = OK) -> Page:
    by = Visitor(her.browser, shop)
    answer = await by.pay(at_card.answer.headers["location"], card)
    if not answer.is_redirect:
        return at_card
    return await her.open(answer.headers["location"])


async def test_from_the_rail_to_a_booked_visit(shop: Shop, her: Plain) -> None:
    rail = await her.open("/?words=dres")
    assert "Bias dress" in rail.words
    assert "Silk blouse" not in rail.words
    assert "In your selection." in (await add(her, "bias-dress")).words
    await add(her, "silk-blouse")
    selection = await her.open("/selection")
    assert "SEK 17,400" in selection.words.replace("\xa0", " ")
    page = await at_windows(her)
    assert "Linnégatan 12" in page.words
    at_card = await order(her, page, free(page)[0])
    booked = await pay(shop, her, at_card)
    assert "See you today" in booked.words
    assert "Linnégatan 12" in booked.words
    calendar = await her.open(str(booked.answer.url.path) + "/visit.ics")
    assert "DTSTART:20261123T100000Z\r\n" in calendar.answer.text
    assert (await her.open("/account")).words.count("MO-") == 1


async def test_without_a_window_the_page_says_so_at_the_windows(her: Plain) -> None:
    await add(her, "bias-dress")
    refused = await order(her, await at_windows(her))
    assert refused.answer.status_code == 422
    _, said = refused.answer.text.split('id="pick"')
    assert " autofocus" in said.split("Choose a window first.")[0]
    assert refused.form("/visit").named("email")[0].value == HER["email"]


async def test_an_address_with_a_slip_is_asked_back(her: Plain) -> None:
    await add(her, "bias-dress")
    page = await at_windows(her, "linnegatn 12")
    assert "Which one do you mean?" in page.words
    form = page.form("/visit")
    page = await her.press(form, form.button("do", "choose"))
    assert free(page)


async def test_coverage_is_said_before_any_window(her: Plain) -> None:
    await add(her, "bias-dress")
    page = await at_windows(her, f"{FAR_AWAY} 3")
    assert "We do not drive to this address yet." in page.words
    assert page.form("/visit").named("window") == []


async def test_a_window_taken_while_she_looks_costs_her_nothing_she_typed(
    shop: Shop, her: Plain
) -> None:
    await add(her, "bias-dress")
    page = await at_windows(her)
    wanted = free(page)[0]
    await everyone_goes_home(shop)
    refused = await order(her, page, wanted)
    assert refused.answer.status_code == 409
    assert "This window was just taken." in refused.words
    assert "Just taken" in refused.words
    assert wanted not in free(refused)
    assert refused.form("/visit").named("email")[0].value == HER["email"]
    assert len((await her.open("/selection")).form("/removals").named("variant")) == 1


async def test_a_window_on_an_old_page_is_over_not_taken(shop: Shop, her: Plain) -> None:
    await add(her, "bias-dress")
    page = await at_windows(her)
    await shop.small.clock(at("18:30"))
    refused = await order(her, page, free(page)[0])
    assert refused.answer.status_code == 409
    assert "It is too late for this window." in refused.words
    assert "just taken" not in refused.words.lower()


async def test_who_leaves_the_card_page_finds_her_order_where_her_pieces_were(
    shop: Shop, her: Plain
) -> None:
    await add(her, "bias-dress")
    page = await at_windows(her)
    await order(her, page, free(page)[0])
    selection = await her.open("/visit")
    assert "Your place is held until 09:31" in selection.words
    assert f'href="{await path_of(shop)}"' in selection.answer.text
    await shop.small.clock(at("09:32"))
    assert "Your place is held" not in (await her.open("/selection")).words


async def test_a_declined_card_leaves_the_place_hers_and_another_card_books_it(
    shop: Shop, her: Plain
) -> None:
    await add(her, "bias-dress")
    page = await at_windows(her)
    at_card = await order(her, page, free(page)[0])
    await pay(shop, her, at_card, DECLINED)
    waiting = await her.open(await path_of(shop))
    assert "Your place is held until 09:31" in waiting.words
    again = await her.press(waiting.form("/card"))
    assert "See you today" in (await pay(shop, her, again)).words


async def test_a_closed_tab_frees_the_place_and_the_pieces_come_back_to_her(
    shop: Shop, her: Plain, sandbox: Sandbox, gateway: StripeGateway
) -> None:
    await add(her, "bias-dress")
    page = await at_windows(her)
    await order(her, page, free(page)[0])
    await sandbox.wait(timedelta(minutes=32))
    await shop.small.clock(at("09:32"))
    async with transaction(shop.small.engine) as session:
        placed = (await session.exec(select(Order.id))).one()
    await give_up_slot(shop.small.engine, gateway, shop.small.roads, placed)
    expired = await her.open(f"/orders/{placed}")
    assert "Your place was given up" in expired.words
    async with transaction(shop.small.engine) as session:
        held = await session.exec(
            select(Reservation).where(col(Reservation.released_at).is_(None))
        )
        assert held.all() == []
    selection = await her.press(expired.form("/selections"))
    assert "Bias dress" in selection.words


async def test_a_silent_provider_keeps_her_place_and_she_tries_again_minutes_later(
    shop: Shop, her: Plain, sandbox: Sandbox
) -> None:
    await add(her, "bias-dress")
    page = await at_windows(her)
    await sandbox.fault("500_before", "/v1/checkout/sessions", times=9)
    try:
        waiting = await order(her, page, free(page)[0])
    finally:
        await sandbox.tell("faults/clear")
    assert "The card page does not answer just now." in waiting.words
    await sandbox.wait(timedelta(minutes=5))
    await shop.small.clock(at("09:05"))
    at_card = await her.press(waiting.form("/card"))
    assert "See you today" in (await pay(shop, her, at_card)).words


async def test_somebody_elses_order_is_as_missing_as_one_that_never_was(
    shop: Shop, her: Plain
) -> None:
    await add(her, "bias-dress")
    page = await at_windows(her)
    await order(her, page, free(page)[0])
    path = await path_of(shop)
    other = Plain(await shop.browser())
    for address in (path, f"{path}/visit.ics", f"{path}/card/cs_test_none"):
        assert (await other.open(address)).answer.status_code == 404, address


async def test_she_gives_a_booked_visit_up_and_her_money_is_released(
    shop: Shop, her: Plain
) -> None:
    await add(her, "bias-dress")
    page = await at_windows(her)
    booked = await pay(shop, her, await order(her, page, free(page)[0]))
    cancelled = await her.press(booked.form("/cancellations"))
    assert "Your visit is cancelled" in cancelled.words
    assert "what your bank set aside is released" in cancelled.words


async def test_of_several_windows_we_choose(shop: Shop, her: Plain) -> None:
    await add(her, "bias-dress")
    page = await at_windows(her)
    form = page.form("/visit")
    page = await her.press(form, form.button("do", "several"))
    booked = await pay(shop, her, await order(her, page, *free(page)[:2]))
    assert "We will tell you your hour by the evening before." in booked.words


async def test_windows_ticked_on_another_day_stay_ticked(her: Plain) -> None:
    await add(her, "bias-dress")
    page = await at_windows(her)
    form = page.form("/visit")
    page = await her.press(form, form.button("do", "several"))
    form = page.form("/visit")
    monday = free(page)[0]
    form.tick("window", monday)
    page = await her.press(form, form.button("day", "2026-11-24"))
    assert monday in [each.value for each in page.form("/visit").named("window")]
    assert "On other days" in page.words


async def test_a_client_we_know_is_never_asked_twice(shop: Shop, her: Plain) -> None:
    await add(her, "bias-dress")
    page = await at_windows(her)
    await pay(shop, her, await order(her, page, free(page)[0]))
    await add(her, "silk-blouse")
    page = await her.open("/visit")
    assert "Linnégatan 12" in page.words
    assert page.form("/visit").named("email") == []
    form = page.form("/visit")
    form.tick("window", free(page)[0])
    at_card = await her.press(form, form.button("do", "order"))
    assert at_card.answer.is_redirect


async def test_a_half_told_name_is_asked_for_with_everything_else_kept(her: Plain) -> None:
    await add(her, "bias-dress")
    page = await at_windows(her)
    form = page.form("/visit")
    window = free(page)[0]
    form.tick("window", window)
    form.fill(name="Lova", email="lova@nowhere")
    page = await her.press(form, form.button("do", "order"))
    assert page.answer.status_code == 422
    assert "This e-mail does not look complete" in page.words
    ticked = [each.value for each in page.form("/visit").named("window") if each.on]
    assert ticked == [window]


async def everyone_goes_home(shop: Shop) -> None:
    """No concierge works any more that Monday."""
    async with transaction(shop.small.engine) as session:
        shifts = await session.exec(select(Shift).where(Shift.day == at("09:00").date()))
        for shift in shifts:
            await session.delete(shift)


async def path_of(shop: Shop) -> str:
    async with transaction(shop.small.engine) as session:
        return f"/orders/{(await session.exec(select(Order.id))).one()}"


async def test_a_day_whose_windows_have_all_been_is_over_not_full(shop: Shop, her: Plain) -> None:
    await shop.small.clock(at("18:30"))
    await add(her, "silk-blouse")
    page = await at_windows(her)
    assert "Monday 23 November, Over" in page.words
    assert "Tuesday 24 November, Over" not in page.words
    assert "Thursday 26 November, Full" in page.words

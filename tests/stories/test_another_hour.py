"""She gives her visit another hour herself: place, pieces and hold follow it, or nothing does."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlmodel import select

import payments
import routing
from concierge.desk.read_day import read_day
from concierge.model import Hold, Order, Reservation, Role, Stop
from concierge.store.clock import now
from concierge.store.transaction import transaction
from tests.payments.sandboxed import Sandbox
from tests.small_house import MONDAY, at

from .plain import Page, Plain
from .shop import Visitor
from .whole import Whole, opened_whole


@pytest.fixture
async def whole(database: str, sandbox: Sandbox) -> AsyncIterator[Whole]:
    async with opened_whole(database, sandbox) as one:
        yield one


async def choose(her: Visitor, order_id: UUID, opens: datetime) -> Page:
    """On her order's page she asks for another hour: the day, then the window."""
    plain = Plain(her.browser)
    page = await plain.open(f"/orders/{order_id}/window")
    form = page.form("/window")
    if page.answer.status_code == 200:
        day = form.button("day", opens.date().isoformat())
        form = (await plain.press(form, day)).form("/window")
    value = next(
        each.value
        for each in form.named("window")
        if datetime.fromisoformat(each.value.partition("/")[0]) == opens
    )
    form.tick("window", value)
    return await plain.press(form, form.button("do", "order"))


async def is_proved(whole: Whole, order_id: UUID) -> Order:
    """Both days are judged good from the problem alone, and she has one place, in her window."""
    small = whole.shop.small
    async with transaction(small.engine) as session:
        order = await session.get_one(Order, order_id)
        stops = (await session.exec(select(Stop).where(Stop.order_id == order_id))).all()
        kept = (await session.exec(select(Reservation))).all()
        days = [
            await read_day(session, small.hub, MONDAY + timedelta(days=ahead), await now(session))
            for ahead in range(3)
        ]
    for day in days:
        problem = day.problem(await small.roads.travel_times(day.places()))
        assert routing.check(problem, day.plan(problem)) == []
    [stop] = stops
    window = order.window
    assert window is not None
    assert stop.day == order.day
    assert stop.starts in window
    assert all(row.opens <= window.opens < row.closes for row in kept if not row.released_at)
    return order


async def test_her_visit_moves_within_its_day_and_to_another_with_all_that_hangs_on_it(
    whole: Whole,
) -> None:
    her, order_id = await whole.ordered()
    before = await is_proved(whole, order_id)
    assert before.opens is not None
    assert "Choose another hour" in (await Plain(her.browser).open(f"/orders/{order_id}")).words

    async with transaction(whole.shop.small.engine) as session:
        hold = (await session.exec(select(Hold))).one()
        hold.capture_before = before.closes and before.closes + timedelta(hours=25)
    for opens in (at("14:00"), at("17:00") + timedelta(days=1)):
        page = await choose(her, order_id, opens)
        assert page.answer.status_code == 200, page.words
        moved = await is_proved(whole, order_id)
        assert moved.opens == opens
        await whole.work()
    letters = [letter.subject for letter in await whole.letters(order_id)]
    assert letters.count("Your visit has another hour") == 2
    assert (await whole.order(order_id)).standing is payments.Standing.AUTHORISED
    first, second = await whole.holds(order_id)
    assert not first.live, "It would have lapsed before the new hour is over."
    assert second.live
    phone = await whole.concierge_of(order_id)
    assert (await phone.read(f"/api/field/visits/{order_id}"))["ready"]
    board = await whole.colleague(Role.DISPATCHER)
    hub = whole.shop.small.hub.slug
    left = await board.read(f"/api/dispatch/days/{hub}/{MONDAY}")
    assert str(order_id) not in str(left)


async def test_a_client_of_ours_moves_a_visit_over_json_as_the_page_does(whole: Whole) -> None:
    her, order_id = await whole.ordered()
    before = await is_proved(whole, order_id)
    assert before.opens is not None
    offered = await her.ask("GET", f"/api/orders/{order_id}/windows")
    assert offered.status_code == 200, offered.text
    free = [
        {"opens": window["opens"], "closes": window["closes"]}
        for day in offered.json()["days"]
        for window in day["windows"]
        if window["state"] in {"free", "last"}
    ]
    assert before.opens not in {datetime.fromisoformat(each["opens"]) for each in free}
    wanted = datetime.fromisoformat(free[-1]["opens"])
    for _ in range(2):  # the answer was lost, and it is sent again
        moved = await her.ask("PUT", f"/api/orders/{order_id}/window", free[-1])
        assert moved.status_code == 200, moved.text
        assert datetime.fromisoformat(moved.json()["window"]["opens"]) == wanted
    assert (await is_proved(whole, order_id)).opens == wanted
    letters = [letter.subject for letter in await whole.letters(order_id)]
    assert letters.count("Your visit has another hour") == 1

    never = {"opens": at("03:00").isoformat(), "closes": at("04:00").isoformat()}
    assert (await her.ask("PUT", f"/api/orders/{order_id}/window", never)).status_code == 400
    stranger = await whole.shop.visitor()
    assert (await stranger.ask("GET", f"/api/orders/{order_id}/windows")).status_code == 404
    theirs = await stranger.ask("PUT", f"/api/orders/{order_id}/window", free[0])
    assert theirs.status_code == 404
    await whole.clock(wanted + timedelta(minutes=1))
    late = await her.ask("PUT", f"/api/orders/{order_id}/window", free[0])
    assert (late.status_code, late.json()["type"]) == (409, "urn:concierge:problem:too_late")
    assert (await whole.order(order_id)).opens == wanted


async def test_too_late_and_somebody_elses_visit_are_refused_and_change_nothing(
    whole: Whole,
) -> None:
    her, order_id = await whole.ordered()
    before = await whole.order(order_id)
    assert before.opens is not None
    stranger = Plain((await whole.shop.visitor()).browser)
    assert (await stranger.open(f"/orders/{order_id}/window")).answer.status_code == 404

    plain = Plain(her.browser)
    form = (await plain.open(f"/orders/{order_id}/window")).form("/window")
    unchosen = await plain.press(form, form.button("do", "order"))
    assert unchosen.answer.status_code == 422
    assert "Choose a window first." in unchosen.words
    form.tick("window", next(each.value for each in form.named("window") if each.enabled))
    await whole.clock(before.opens + timedelta(minutes=1))
    late = await plain.press(form, form.button("do", "order"))
    assert late.answer.status_code == 409
    assert "It is too late to give this visit another hour." in late.words
    after = await whole.order(order_id)
    assert (after.opens, after.day) == (before.opens, before.day)

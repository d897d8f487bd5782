"""What needs a person has an owner and an end, and the house knows when it is not over yet."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest
from sqlmodel import col, select

import payments
from concierge.model import AuditEntry, Case, Hub, Order, Role, new_id
from concierge.model.told import says
from concierge.store.transaction import transaction
from tests.payments.sandboxed import Sandbox
from tests.small_house import at

from .plain import Page, Plain, beside
from .whole import Whole, opened_whole


@pytest.fixture
async def whole(database: str, sandbox: Sandbox) -> AsyncIterator[Whole]:
    async with opened_whole(database, sandbox) as one:
        yield one


async def opened(whole: Whole, kind: str, order_id: UUID | None = None) -> Case:
    """Something needs a person, since nine o'clock."""
    async with transaction(whole.shop.small.engine) as session:
        case = Case(
            hub_id=whole.shop.small.hub.id, order_id=order_id, kind=kind, words="Look at it.",
            opened_at=at("09:00"),
        )  # fmt: skip
        session.add(case)
    return case


async def case_now(whole: Whole, case_id: UUID) -> Case:
    async with transaction(whole.shop.small.engine) as session:
        return await session.get_one(Case, case_id)


async def done(desk: Plain, case_id: UUID, why: str) -> Page:
    form = (await desk.open(f"/dispatch/cases/{case_id}")).form("/endings")
    form.fill(why=why)
    return await desk.press(form)


async def test_somebody_takes_a_case_and_says_why_it_is_done(whole: Whole) -> None:
    case = await opened(whole, "notice_unread")
    await whole.clock(at("12:00"))
    colleague = await whole.colleague(Role.DISPATCHER)
    desk = Plain(colleague.browser)
    board = f"/api/dispatch/days/{whole.shop.small.hub.slug}/2026-11-23"
    [shown] = (await colleague.read(board))["exceptions"]
    assert (shown["case"], shown["owner"]) == (str(case.id), None)
    listed = await desk.open("/dispatch/cases")
    assert "Nobody looks after it yet" in listed.words
    assert "3 hours" in listed.words
    taken = await desk.press(listed.form("/owners"))
    assert "A dispatcher" in taken.words
    [shown] = (await colleague.read(board))["exceptions"]
    assert shown["owner"] == "A dispatcher"
    unsaid = await done(desk, case.id, "  ")
    assert beside(unsaid) == "why: Say in a word why this case is done."
    assert (await case_now(whole, case.id)).closed_at is None
    ended = await done(desk, case.id, "Looked at it there: nothing was lost.")
    assert "Looked at it there: nothing was lost." in ended.words
    row = await case_now(whole, case.id)
    assert row.closed_at is not None
    assert row.closed_why == "Looked at it there: nothing was lost."
    async with transaction(whole.shop.small.engine) as session:
        told = await session.exec(
            select(AuditEntry)
            .where(AuditEntry.subject == f"case:{case.id}")
            .order_by(col(AuditEntry.seq))
        )
        written = [(entry.what, entry.who) for entry in told]
    assert written == [("case.take", row.closed_by), ("case.end", row.closed_by)]
    assert (await colleague.read(board))["exceptions"] == []
    closed = await desk.open(f"/dispatch/cases/{case.id}")
    assert not [form for form in closed.forms if form.action.endswith(("/owners", "/endings"))]


async def test_a_case_is_told_in_the_readers_language_and_an_old_one_as_it_was_written(
    whole: Whole,
) -> None:
    small = whole.shop.small
    old = await opened(whole, "notice_unread")
    async with transaction(small.engine) as session:
        case = Case(hub_id=small.hub.id, kind="not_paid", opened_at=at("10:00"))
        owed = payments.Money(1_150_000, "SEK")
        case.tell([
            says("%(amount)s of order %(order)s is not paid.", amount=owed, order="MO-1"),
            says("A link to pay was sent."),
        ])  # fmt: skip
        session.add(case)
    colleague = await whole.colleague(Role.DISPATCHER)
    colleague.browser.headers["accept-language"] = "sv"
    desk = Plain(colleague.browser)
    told = "11 500 kr i order MO-1 är inte betalt. En betalningslänk har skickats."
    assert told in (await desk.open("/dispatch/cases")).words
    assert told in (await desk.open(f"/dispatch/cases/{case.id}")).words
    assert "Look at it." in (await desk.open(f"/dispatch/cases/{old.id}")).words
    board = await colleague.read(f"/api/dispatch/days/{small.hub.slug}/2026-11-23")
    on_the_board = [each["words"].replace("\xa0", " ") for each in board["exceptions"]]
    assert on_the_board == ["Look at it.", told]


async def test_a_case_whose_money_still_lies_is_not_done(whole: Whole) -> None:
    _, order_id = await whole.ordered()
    case = await opened(whole, "money_lies", order_id)
    desk = Plain((await whole.colleague(Role.DISPATCHER)).browser)
    async with transaction(whole.shop.small.engine) as session:
        (await session.get_one(Order, order_id)).state = "cancelled"
    refused = await done(desk, case.id, "I am sure.")
    assert refused.answer.status_code == 409
    assert "Its money has not come to an end" in refused.words
    assert (await case_now(whole, case.id)).closed_at is None
    async with transaction(whole.shop.small.engine) as session:
        (await session.get_one(Order, order_id)).standing = "released"
    assert (await done(desk, case.id, "Released by hand.")).answer.status_code == 200
    assert (await case_now(whole, case.id)).closed_why == "Released by hand."


async def test_another_hubs_case_is_not_found(whole: Whole) -> None:
    case = await opened(whole, "notice_unread")
    small = whole.shop.small
    async with transaction(small.engine) as session:
        here = await session.get_one(Hub, small.hub.id)
        there = Hub.model_validate({**here.model_dump(), "id": new_id(), "slug": "haga"})
        session.add(there)
    desk = Plain((await whole.colleague(Role.HUB, hub_id=there.id)).browser)
    assert "Nothing needs a person right now." in (await desk.open("/dispatch/cases")).words
    assert (await desk.open(f"/dispatch/cases/{case.id}")).answer.status_code == 404
    hers = Plain(
        (await whole.colleague(Role.HUB, "hub-2@house.test", hub_id=small.hub.id)).browser
    )
    form = (await hers.open(f"/dispatch/cases/{case.id}")).form("/owners")
    assert (await desk.press(form)).answer.status_code in (403, 404)
    assert (await case_now(whole, case.id)).owner_id is None
    client, _ = await whole.ordered()
    assert (await Plain(client.browser).open("/dispatch/cases")).answer.status_code == 403


async def test_the_database_keeps_whose_a_case_was_and_how_it_ended(
    whole: Whole, database: str
) -> None:
    case = await opened(whole, "notice_unread")
    for wrong in (
        "update person_case set taken_at = now()",
        "update person_case set closed_by = 'dispatcher:1', closed_why = 'So.'",
        "update person_case set closed_by = 'dispatcher:1', closed_at = now()",
        "update person_case set closed_why = 'So.', closed_at = now()",
    ):
        with psycopg.connect(database) as connection, pytest.raises(psycopg.IntegrityError):
            connection.execute(wrong)
    desk = Plain((await whole.colleague(Role.DISPATCHER)).browser)
    await done(desk, case.id, "Seen.")
    for wrong in (
        "update person_case set closed_at = null, closed_by = null, closed_why = ''",
        "update person_case set closed_why = 'Otherwise.'",
    ):
        with psycopg.connect(database) as connection, pytest.raises(psycopg.IntegrityError):
            connection.execute(wrong)


async def test_how_old_it_is_is_said_as_time_goes(whole: Whole) -> None:
    await opened(whole, "notice_unread")
    await whole.clock(at("10:00") + timedelta(days=2))
    desk = Plain((await whole.colleague(Role.DISPATCHER)).browser)
    assert "2 days" in (await desk.open("/dispatch/cases")).words

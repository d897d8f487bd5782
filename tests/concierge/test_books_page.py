"""The trial balance page: for owners and dispatchers, in their language, and never for others."""

from collections.abc import AsyncIterator

import pytest
from sqlmodel import select

import payments
from concierge.model import (
    Comparison,
    Difference,
    DifferenceKind,
    LedgerEntry,
    Order,
    Role,
    new_id,
)
from concierge.store.transaction import transaction

from .dispatch_day import DispatchDay, build_dispatch_day
from .web_house import WebHouse, opened_house, settings_for


@pytest.fixture
async def web(database: str) -> AsyncIterator[WebHouse]:
    async with opened_house(settings_for(database)) as one:
        await written(await build_dispatch_day(one.engine), one)
        yield one


async def written(day: DispatchDay, web: WebHouse) -> None:
    """A sale of the day's hub, a comparison, and a difference that stands."""
    async with transaction(web.engine) as session:
        order = await session.get_one(Order, day.orders["Petit"].id)
        at = order.placed_at
        for entry in payments.entries(payments.Movement.CAPTURED, payments.Money(12_345, "SEK")):
            session.add(
                LedgerEntry(
                    journal="pi_1:captured", order_id=order.id, account=entry.account,
                    amount_minor=entry.signed.minor, currency="SEK", at=at,
                )
            )  # fmt: skip
        sums = {"SEK": {"captured": {"ours": 12_345, "theirs": 12_000}}}
        session.add(Comparison(at=at, since=at, until=at, looked=1, differences=1, sums=sums))
        session.add(
            Difference(
                id=new_id(), kind=DifferenceKind.BOOKS, subject="pi_1", order_id=order.id,
                amount_minor=-345, currency="SEK", words="=cmd is 3.45 SEK apart.", found_at=at,
            )
        )  # fmt: skip


async def test_owner_and_dispatchers_read_the_trial_balance_of_what_is_theirs(
    web: WebHouse,
) -> None:
    async with transaction(web.engine) as session:
        assert (await session.exec(select(Difference))).one().words
    for role, sees in ((Role.OWNER, True), (Role.DISPATCHER, False)):
        browser = await web.browser()
        await browser.sign_in((await web.staff(role, hub=web.hub)).email)
        page = await browser.page("/dispatch/books")
        assert page.status_code == 200
        assert ("123.45" in page.text) is sees
        assert ("is 3.45 SEK apart" in page.text) is sees
        table = await browser.get("/dispatch/books.csv")
        assert table.headers["content-type"].startswith("text/csv")
        assert table.text.startswith("currency,account,debit,credit,balance\r\n")
        assert ("SEK,sales,0.00,123.45,-123.45\r\n" in table.text) is sees
    await browser.send_form("/language", language="ar", next="/dispatch/books")
    arabic = await browser.page("/dispatch/books")
    assert "ميزان المراجعة" in arabic.text


@pytest.mark.parametrize("role", [Role.HUB, Role.CONCIERGE])
async def test_nobody_else_does(web: WebHouse, role: Role) -> None:
    browser = await web.browser()
    await browser.sign_in((await web.staff(role, hub=web.hub)).email)
    for path in ("/dispatch/books", "/dispatch/books.csv"):
        assert (await browser.get(path)).status_code == 403

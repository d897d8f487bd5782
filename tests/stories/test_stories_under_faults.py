"""Whatever the provider does to a story, it ends in the same books; and both sides' sums agree."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator

import pytest
import uvicorn
from sqlmodel import col, func, select

from concierge.app import create_app
from concierge.desk.compare_books import BACK, compare_books
from concierge.desk.read_notice import read_notice
from concierge.desk.show_books import show_books
from concierge.model import Case, Notice, Order, OrderState
from concierge.settings import SANDBOX_WEBHOOK_SECRET
from concierge.store.transaction import transaction
from payments.sandbox.faults import FaultKind
from tests.concierge.web_house import settings_for
from tests.examples import soaking
from tests.payments.sandboxed import Sandbox, free_port, until
from tests.small_house import PRICES

from .books import books_of_all, hash_of_all
from .many_orders import many_orders
from .told import FULL, Told, opened_told

CALLS = (
    ("POST", "/v1/checkout/sessions"),
    ("GET", "/v1/checkout/sessions/*"),
    ("POST", "/v1/payment_intents/*/capture"),
    ("POST", "/v1/payment_intents/*/cancel"),
)
"""What a story asks of the provider: a page, how far she got, to take, to give back."""
SLOW_S = 1.5
STORIES = 1_000 if soaking() else 200
AT_ONCE = 4


@pytest.fixture
async def told(database: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Told]:
    """A house and a provider that nobody else uses."""
    sandbox = Sandbox(tmp_path_factory.mktemp("told-sandbox"))
    await sandbox.start()
    try:
        async with opened_told(database, sandbox, stories=STORIES if soaking() else FULL) as one:
            yield one
    finally:
        sandbox.stop()


@pytest.mark.hypothesis
async def test_under_every_fault_the_books_are_the_same_and_agree_with_the_provider(
    told: Told,
) -> None:
    """Each fault in a story by every door; the others begin with a card held, but in a soak.

    A soak lives many days, as full as real ones, and compares the books at the end of each few.
    """
    sandbox, engine = told.shop.sandbox, told.shop.small.engine
    small = told.shop.small
    for kept in range(len(PRICES) + 1):
        await told.story(kept)
    calm = {told.ends[order]: books for order, books in (await books_of_all(engine)).items()}
    for method, path in CALLS:
        for kind in FaultKind:
            more = {"seconds": SLOW_S} if kind.value.startswith("timeout") else {}
            await sandbox.fault(kind, path, method=method, **more)
            await told.story(0 if path.endswith("cancel") else 1)
            assert await sandbox.look("faults") == [], f"{kind} at {method} {path} was not met"
    while soaking() and len(told.ends) < STORIES:
        if len(told.ends) % FULL == 0:
            await compared(told)
            await told.days_pass()
        await told.story(len(told.ends) % len(calm))
    rest = STORIES - len(told.ends)
    orders = await many_orders(small, sandbox, told.gateway, rest, held=True)
    for first in range(0, rest, AT_ONCE):
        some = enumerate(orders[first : first + AT_ONCE])
        await asyncio.gather(*(told.visited(order.id, at % len(calm)) for at, order in some))

    books = await books_of_all(engine)
    assert len(books) == STORIES
    for order, end in told.ends.items():
        assert books[order] == calm[end], order
    await agrees_with_the_provider(told)
    async with transaction(engine) as session:
        states = await session.exec(select(Order.state, func.count()).group_by(col(Order.state)))
        assert dict(states.all()) == {OrderState.SETTLED: STORIES}
        assert (await session.exec(select(Case))).all() == []


async def agrees_with_the_provider(told: Told) -> None:
    """Order by order, on the page of the trial balance, and line by line."""
    there = await told.shop.sandbox.look("totals")
    for order, (held, due) in told.ends.items():
        said = there["orders"][str(order)]
        assert (said["authorised"], said["captured"]) == (held, due)
        assert (said["released"], said["held"]) == (held - due, 0)
    await compared(told)
    async with transaction(told.shop.small.engine) as session:
        (crowns,) = (await show_books(session, None)).currencies
    assert crowns.even
    here = {line.account: line.balance.minor for line in (*crowns.books, *crowns.memo)}
    held, due = (sum(each) for each in zip(*told.ends.values(), strict=True))
    total = there["currencies"]["SEK"]
    assert total["authorised"] == held
    assert total["captured"] == here["provider_balance"] == -here["sales"] == due
    assert total["held"] == here["memo:held"] == 0
    assert total["released"] == held - due


async def compared(told: Told) -> None:
    """The hourly comparison looks at every order as far back as it goes, and finds nothing."""
    comparison = await compare_books(told.shop.small.engine, told.gateway)
    looked = [day for day in told.days.values() if told.today - day < BACK]
    assert (comparison.looked, comparison.differences) == (len(looked), 0)


async def test_every_event_three_times_and_shuffled_leaves_the_ledger_as_it_was(
    told: Told, database: str
) -> None:
    sandbox, engine = told.shop.sandbox, told.shop.small.engine
    for kept in (0, 1, 2, 1):
        await told.story(kept)
    before = await hash_of_all(engine)
    async with listening(database, sandbox) as url:
        await sandbox.tell(
            "webhook/set", url=url, secret=SANDBOX_WEBHOOK_SECRET, duplicates=2, shuffle=True
        )
        told_again = await sandbox.tell("webhook/replay", times=1)
        assert told_again["waiting"] >= 4 * len(told.ends)

        async def all_heard() -> bool:
            return not (await sandbox.look("webhook"))["waiting"]

        await until(all_heard, 60)
    async with transaction(engine) as session:
        notices = (await session.exec(select(Notice))).all()
    assert len(notices) >= 2 * len(told.ends)
    for notice in random.Random(1).sample(notices, len(notices)) * 2:  # noqa: S311 - a test's dice
        await read_notice(engine, told.gateway, notice.id)
    assert await hash_of_all(engine) == before
    await agrees_with_the_provider(told)
    async with transaction(engine) as session:
        handled = await session.exec(
            select(func.count()).where(col(Notice.handled_at).is_not(None))
        )
        assert handled.one() == len(notices)


@contextlib.asynccontextmanager
async def listening(database: str, sandbox: Sandbox) -> AsyncIterator[str]:
    """The door for notices of another web process of the house, over real HTTP."""
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    app = create_app(settings_for(database, base_url=base, payments_base=sandbox.base))
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning"))
    serving = asyncio.create_task(server.serve())

    async def is_up() -> bool:
        return server.started

    await until(is_up, 60)
    try:
        yield f"{base}/webhooks/stripe"
    finally:
        server.should_exit = True
        await serving

"""Our books beside the provider's: no difference in a clean house, a case for every other."""

import csv
import io
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from sqlmodel import col, select

import payments
from concierge.desk.compare_books import compare_books
from concierge.desk.show_books import as_csv, inert, show_books
from concierge.model import (
    Case,
    Comparison,
    Difference,
    DifferenceKind,
    Hold,
    LedgerEntry,
    Order,
    OrderState,
)
from concierge.store.transaction import transaction
from payments.stripe_gateway import StripeGateway
from tests.paid_visit import paid_visit
from tests.payments.sandboxed import Client, Sandbox, sek
from tests.small_house import PRICES, SmallHouse, at

from .test_money_follows_the_outcome import keep, work_off


@pytest.fixture
async def sandbox(tmp_path: Path) -> AsyncIterator[Sandbox]:
    """A provider that remembers no other story."""
    one = Sandbox(tmp_path)
    await one.start()
    try:
        yield one
        assert (await one.look("contract"))["faults"] == []
    finally:
        one.stop()


async def hold_of(house: SmallHouse, order: Order) -> Hold:
    async with transaction(house.engine) as session:
        return (await session.exec(select(Hold).where(Hold.order_id == order.id))).one()


async def settled(house: SmallHouse, gateway: StripeGateway, order: Order, kept: int) -> Hold:
    await keep(house, order, kept)
    await work_off(house, gateway)
    return await hold_of(house, order)


async def differing(house: SmallHouse, gateway: StripeGateway) -> list[Difference]:
    """Compare twice: what stands then, each with exactly one open case and told once."""
    for _ in range(2):
        comparison = await compare_books(house.engine, gateway)
    async with transaction(house.engine) as session:
        rows = await session.exec(select(Difference).where(col(Difference.closed_at).is_(None)))
        standing = list(rows)
        cases = await session.exec(
            select(Case).where(Case.kind == "books_differ", col(Case.closed_at).is_(None))
        )
        assert {each.case_id for each in standing} == {case.id for case in cases}
    assert comparison.differences == len(standing)
    return standing


def apart(comparison: Comparison) -> dict[str, int]:
    return {currency: comparison.difference(currency) for currency in comparison.sums}


async def test_a_clean_house_agrees_to_the_unit_and_its_trial_balance_is_the_providers(
    house: SmallHouse, gateway: StripeGateway, her: Client, sandbox: Sandbox
) -> None:
    bought = await paid_visit(house, gateway, her, "11:00", variants=(0,))
    held = await paid_visit(house, gateway, her, "17:00", variants=(1,))
    given_back = await paid_visit(house, gateway, her, "14:00", variants=(2,))
    await settled(house, gateway, bought, 1)
    await settled(house, gateway, given_back, 0)
    comparison = await compare_books(house.engine, gateway)
    assert (comparison.looked, comparison.differences) == (3, 0)
    assert apart(comparison) == {"SEK": 0}

    theirs = (await sandbox.look("totals"))["currencies"]["SEK"]
    assert theirs["held"] == PRICES[1]
    async with transaction(house.engine) as session:
        whole = await show_books(session, None)
        ours = await show_books(session, house.hub.id)
        elsewhere = await show_books(session, held.id)
    (crowns,) = whole.currencies
    lines = {line.account: line for line in (*crowns.books, *crowns.memo)}
    assert lines["sales"].credit.minor == theirs["captured"] == PRICES[0]
    assert lines["provider_balance"].balance.minor == theirs["captured"] - theirs["refunded"]
    assert lines["memo:held"].balance.minor == theirs["held"]
    assert lines["memo:held"].debit.minor == theirs["authorised"] == sum(PRICES)
    assert lines["memo:held"].credit.minor == theirs["captured"] + theirs["released"]
    assert crowns.even
    assert ours.currencies == whole.currencies
    assert elsewhere.currencies == []

    table = list(csv.reader(io.StringIO(as_csv(whole))))
    assert table[0] == ["currency", "account", "debit", "credit", "balance"]
    assert ["SEK", "sales", "0.00", "11500.00", "-11500.00"] in table
    assert [inert(words) for words in ("=1+1", "@x", "sales")] == ["'=1+1", "'@x", "sales"]


async def test_money_that_moved_behind_our_back_is_a_case_within_one_cycle_until_it_is_put_right(
    house: SmallHouse, gateway: StripeGateway, her: Client
) -> None:
    refunded = await paid_visit(house, gateway, her, "11:00", variants=(0,))
    hold = await settled(house, gateway, refunded, 1)
    await gateway.refund(hold.provider_id, sek(30_000), key="by-hand:1", op="by-hand")
    (first,) = await differing(house, gateway)
    assert (first.kind, first.subject) == (DifferenceKind.UNASKED, refunded.reference)
    assert first.amount == sek(-30_000)
    assert "300.00 SEK given back" in first.words

    taken = await paid_visit(house, gateway, her, "17:00", variants=(1,))
    name = (await hold_of(house, taken)).provider_id
    await gateway.capture(name, sek(PRICES[1]), key="by-hand:2", op="by-hand")
    both = await differing(house, gateway)
    assert {each.subject for each in both} == {refunded.reference, taken.reference}
    await gateway.refund(name, sek(PRICES[1]), key="by-hand:3", op="by-hand")
    (left,) = await differing(house, gateway)
    assert left.id == first.id
    async with transaction(house.engine) as session:
        rows = await session.exec(select(LedgerEntry).where(LedgerEntry.order_id == taken.id))
        books = [row.amount_minor for row in rows if row.account == "provider_balance"]
    assert sum(books) == 0


async def test_lost_lines_are_found_written_and_told_and_invented_ones_stay_a_persons(
    house: SmallHouse, gateway: StripeGateway, her: Client, database: str
) -> None:
    order = await paid_visit(house, gateway, her, "11:00", variants=(0,))
    hold = await settled(house, gateway, order, 1)
    async with transaction(house.engine) as session:
        whole = list(await session.exec(select(LedgerEntry)))
    tamper(database, "delete from ledger_entry where journal = %s", f"{hold.provider_id}:captured")
    comparison = await compare_books(house.engine, gateway)
    assert comparison.differences == 1
    async with transaction(house.engine) as session:
        (lost,) = await session.exec(select(Difference))
        case = await session.get_one(Case, lost.case_id)
        again = list(await session.exec(select(LedgerEntry)))
    assert (lost.kind, lost.subject) == (DifferenceKind.BOOKS, hold.provider_id)
    assert lost.amount.minor == PRICES[0]
    assert order.reference in case.words
    assert "our ledger lacked 11500.00 SEK captured" in case.words
    key = {(row.journal, row.account, row.amount_minor) for row in whole}
    assert {(row.journal, row.account, row.amount_minor) for row in again} == key
    assert await differing(house, gateway) == []

    async with transaction(house.engine) as session:
        for account, minor in (("provider_balance", 5_000), ("sales", -5_000)):
            session.add(
                LedgerEntry(
                    journal=f"{hold.provider_id}:disputed", order_id=order.id, account=account,
                    amount_minor=minor, currency="SEK", at=at("14:41"),
                )
            )  # fmt: skip
    (invented,) = await differing(house, gateway)
    assert "our ledger says 50.00 SEK disputed" in invented.words


def tamper(database: str, statement: str, *words: str) -> None:
    """What only somebody with the keys of the database can do."""
    with psycopg.connect(database) as connection:
        connection.execute("alter table ledger_entry disable trigger user")
        connection.execute(statement, words)  # type: ignore[arg-type]
        connection.execute("alter table ledger_entry enable trigger user")


async def test_money_set_aside_for_nobody_is_given_back_or_told(
    house: SmallHouse, gateway: StripeGateway, her: Client, sandbox: Sandbox
) -> None:
    stranger = await her.held(70_000)
    order = await paid_visit(house, gateway, her, "17:00", variants=(1,))
    ours = await hold_of(house, order)
    async with transaction(house.engine) as session:
        (await session.get_one(Order, order.id)).state = OrderState.CANCELLED
    await house.clock(at("10:00"))
    await sandbox.wait(timedelta(hours=1))
    comparison = await compare_books(house.engine, gateway)
    assert comparison.differences == 2
    await work_off(house, gateway)
    assert (await gateway.fetch_hold(ours.provider_id)).state is payments.HoldState.RELEASED
    (left,) = await differing(house, gateway)
    assert (left.kind, left.subject) == (DifferenceKind.ORPHAN, stranger.id)
    assert "Release it at the provider" in left.words
    await gateway.release(stranger.id, key="by-hand:4", op="by-hand")
    assert await differing(house, gateway) == []


async def test_what_nobody_told_us_is_taken_over_and_no_difference(
    house: SmallHouse, gateway: StripeGateway, her: Client, sandbox: Sandbox
) -> None:
    order = await paid_visit(house, gateway, her, "11:00", variants=(0,))
    hold = await settled(house, gateway, order, 1)
    await sandbox.tell("disputes/begin", hold=hold.provider_id, amount=PRICES[0])
    comparison = await compare_books(house.engine, gateway)
    assert (comparison.taken_over, comparison.differences) == (1, 0)
    assert apart(comparison) == {"SEK": 0}
    async with transaction(house.engine) as session:
        (crowns,) = (await show_books(session, None)).currencies
    lines = {line.account: line.balance.minor for line in crowns.books}
    assert lines["disputed"] == PRICES[0]
    assert lines["dispute_fees"] == -lines["provider_balance"] > 0

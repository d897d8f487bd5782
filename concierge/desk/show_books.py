"""The trial balance: every account by currency, and how the last comparison came out."""

import csv
import io
from collections import defaultdict
from datetime import datetime
from decimal import Decimal
from typing import cast
from uuid import UUID

import msgspec
from sqlmodel import case, col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

import payments
from concierge.model import Comparison, Difference, LedgerEntry, Order
from concierge.model.told import Sentence

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would run instead of show."""
NEWEST = 10


class AccountShown(msgspec.Struct, frozen=True):
    """One account: all its debits, all its credits, and what they come to."""

    account: str
    debit: payments.Money
    credit: payments.Money

    @property
    def balance(self) -> payments.Money:
        """Debits less credits."""
        return self.debit - self.credit


class TrialBalance(msgspec.Struct, frozen=True):
    """A currency's accounts. Debits are credits, in the books and in the memo accounts apart."""

    currency: str
    books: list[AccountShown]
    memo: list[AccountShown]

    @property
    def totals(self) -> AccountShown:
        """What the books' accounts come to."""
        return _total("", self.books, self.currency)

    @property
    def memo_totals(self) -> AccountShown:
        """What the memo accounts come to."""
        return _total("", self.memo, self.currency)

    @property
    def even(self) -> bool:
        """Whether debits are credits in both."""
        return not (self.totals.balance or self.memo_totals.balance)


class ComparisonShown(msgspec.Struct, frozen=True):
    """The last comparison with the provider: when, over what, and how far apart both are."""

    at: datetime
    since: datetime
    looked: int
    taken_over: int
    apart: list[payments.Money]


class DifferenceShown(msgspec.Struct, frozen=True):
    """A difference, and until when it stood."""

    subject: str
    order: str | None
    amount: payments.Money
    words: str
    sentences: list[Sentence] | None
    found_at: datetime
    closed_at: datetime | None


class BooksShown(msgspec.Struct, frozen=True):
    """All of the page. `whole` when it is of every hub, as the comparison is."""

    whole: bool
    currencies: list[TrialBalance]
    comparison: ComparisonShown | None
    differences: list[DifferenceShown]
    settled: list[DifferenceShown]


async def show_books(session: AsyncSession, hub_id: UUID | None) -> BooksShown:
    """The trial balance of a hub's orders; of all of them without a hub."""
    differences = await _differences(session, hub_id)
    newest = select(Comparison).order_by(col(Comparison.at).desc()).limit(1)
    comparison = (await session.exec(newest)).first()
    return BooksShown(
        whole=hub_id is None,
        currencies=await _balances(session, hub_id),
        comparison=_comparison(comparison) if comparison is not None else None,
        differences=[each for each in differences if each.closed_at is None],
        settled=[each for each in differences if each.closed_at is not None],
    )


def as_csv(shown: BooksShown) -> str:
    """The accounts as a table for a spreadsheet, amounts as plain numbers, words never run."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\r\n")
    rows.writerow(["currency", "account", "debit", "credit", "balance"])
    for each in shown.currencies:
        for line in (*each.books, *each.memo):
            amounts = (line.debit, line.credit, line.balance)
            rows.writerow(
                [inert(each.currency), inert(line.account), *(_plain(each) for each in amounts)]
            )
    return out.getvalue()


def inert(text: str) -> str:
    """A text that a spreadsheet shows and does not run."""
    return f"'{text}" if text.startswith(FORMULA) else text


def _plain(amount: payments.Money) -> str:
    return str(Decimal(amount.minor).scaleb(-amount.exponent))


async def _balances(session: AsyncSession, hub_id: UUID | None) -> list[TrialBalance]:
    amount = col(LedgerEntry.amount_minor)
    asked = (
        select(
            LedgerEntry.currency,
            LedgerEntry.account,
            func.sum(case((amount > 0, amount), else_=0)),
            func.sum(case((amount < 0, -amount), else_=0)),
        )
        .group_by(col(LedgerEntry.currency), col(LedgerEntry.account))
        .order_by(col(LedgerEntry.currency), col(LedgerEntry.account))
    )
    if hub_id is not None:
        asked = asked.join(Order, col(Order.id) == col(LedgerEntry.order_id)).where(
            Order.hub_id == hub_id
        )
    found: dict[str, list[AccountShown]] = defaultdict(list)
    for currency, account, debit, credit in await session.exec(asked):
        found[currency].append(
            AccountShown(
                account,
                payments.Money(int(debit), currency),
                payments.Money(int(credit), currency),
            )
        )
    return [
        TrialBalance(
            currency,
            [line for line in lines if not line.account.startswith("memo:")],
            [line for line in lines if line.account.startswith("memo:")],
        )
        for currency, lines in found.items()
    ]


async def _differences(session: AsyncSession, hub_id: UUID | None) -> list[DifferenceShown]:
    asked = (
        select(Difference, Order)
        .join(Order, col(Order.id) == col(Difference.order_id), isouter=True)
        .order_by(col(Difference.closed_at).desc().nulls_first(), col(Difference.found_at).desc())
    )
    if hub_id is not None:
        asked = asked.where(Order.hub_id == hub_id)
    shown: list[DifferenceShown] = []
    closed = 0
    for each, order in await session.exec(asked):
        closed += each.closed_at is not None
        if closed > NEWEST:
            break
        reference = cast("Order | None", order)
        shown.append(
            DifferenceShown(
                each.subject, reference and reference.reference, each.amount,
                each.words, each.sentences, each.found_at, each.closed_at,
            )
        )  # fmt: skip
    return shown


def _comparison(last: Comparison) -> ComparisonShown:
    return ComparisonShown(
        last.at, last.since, last.looked, last.taken_over,
        [payments.Money(last.difference(currency), currency) for currency in last.sums],
    )  # fmt: skip


def _total(name: str, lines: list[AccountShown], currency: str) -> AccountShown:
    return AccountShown(
        name,
        payments.Money.total((line.debit for line in lines), currency),
        payments.Money.total((line.credit for line in lines), currency),
    )

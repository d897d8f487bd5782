"""A dispute is answered at the provider, once: with the evidence looked over, or by giving in."""

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel.ext.asyncio.session import AsyncSession

import payments
from concierge.model import Case, Dispute, Hub, Order
from concierge.model.told import says
from concierge.settings import Seller
from concierge.store.clock import now
from concierge.store.transaction import lock_order, transaction
from concierge.words import words_in
from payments.stripe_gateway import StripeGateway

from .end_case import tell_of
from .print_photographs import sheet_of
from .print_receipt import print_receipt
from .see_dispute import dispute_seen, said_of
from .show_receipt import receipt_of


async def carry_to_the_bank(
    engine: AsyncEngine, gateway: StripeGateway, dispute_id: str, *, seller: Seller
) -> None:
    """Tell her bank what somebody decided, if it does not know yet. Twice is once.

    The provider is read first each time, so a fresh key after its own failure does nothing twice.

    Raises:
        payments.Unreachable: the provider does not answer; ask again.
    """
    async with transaction(engine) as session:
        row = await session.get(Dispute, dispute_id)
        if row is None or not row.to_carry:
            return
    try:
        seen = await gateway.fetch_dispute(dispute_id)
        if not seen.answered and not seen.over:
            seen = await _answer(engine, gateway, row, seller)
    except payments.Unreachable as silence:
        if silence.stored:
            await _fresh_key(engine, row)
        raise
    except payments.WrongState:
        seen = await gateway.fetch_dispute(dispute_id)
    except payments.PaymentsError as no:
        await _back_to_the_person(engine, row, str(no))
        return
    async with transaction(engine) as session:
        await lock_order(session, row.order_id)
        order = await session.get_one(Order, row.order_id, populate_existing=True)
        await dispute_seen(session, order, seen, await now(session))


async def _answer(
    engine: AsyncEngine, gateway: StripeGateway, row: Dispute, seller: Seller
) -> payments.Dispute:
    if row.given_in_at is not None:
        return await gateway.accept_dispute(row.id, key=row.key)
    shown = dict(row.evidence)
    if file := await _receipt(engine, gateway, row, seller):
        shown["receipt"] = file
    if file := await _photographs(engine, gateway, row):
        shown["uncategorized_file"] = file
    return await gateway.submit_evidence(row.id, shown, key=row.key)


async def receipt_file(engine: AsyncEngine, row: Dispute, seller: Seller) -> bytes | None:
    """Her receipt as her bank gets it, in English; None while there is none."""
    async with transaction(engine) as session:
        order = await session.get_one(Order, row.order_id)
        if order.settled_at is None:
            return None
        receipt = await receipt_of(session, order)
        words = words_in("en", (await session.get_one(Hub, order.hub_id)).zone)
    return await print_receipt(receipt, seller, words)


async def _receipt(
    engine: AsyncEngine, gateway: StripeGateway, row: Dispute, seller: Seller
) -> str | None:
    """Her receipt at the provider: handed in once."""
    if row.receipt_file is not None:
        return row.receipt_file
    content = await receipt_file(engine, row, seller)
    if content is None:
        return None
    name = await gateway.upload_evidence("receipt.pdf", content, key=f"{row.key}:receipt")
    async with transaction(engine) as session:
        kept = await session.get_one(Dispute, row.id)
        kept.receipt_file = name
    return name


async def _photographs(engine: AsyncEngine, gateway: StripeGateway, row: Dispute) -> str | None:
    """The photographs of the pieces at the provider: handed in once, as one sheet."""
    if row.photographs_file is not None:
        return row.photographs_file
    sheet = await sheet_of(engine, row.order_id)
    if sheet is None:
        return None
    name = await gateway.upload_evidence("photographs.jpg", sheet, key=f"{row.key}:photographs")
    async with transaction(engine) as session:
        kept = await session.get_one(Dispute, row.id)
        kept.photographs_file = name
    return name


async def _fresh_key(engine: AsyncEngine, row: Dispute) -> None:
    """The provider keeps a failure of its own under this key: the next try has another."""
    async with transaction(engine) as session:
        kept = await session.get_one(Dispute, row.id)
        kept.key = payments.next_key(kept.key)


async def _back_to_the_person(engine: AsyncEngine, row: Dispute, trouble: str) -> None:
    """The provider does not take it: whoever looked it over does so again."""
    async with transaction(engine) as session:
        await lock_order(session, row.order_id)
        kept = await session.get_one(Dispute, row.id, populate_existing=True)
        kept.take_back(trouble)
        order = await session.get_one(Order, row.order_id)
        case = await session.get(Case, kept.case_id)
        if case is not None:
            no = says("The provider did not take it: %(why)s", why=trouble)
            case.tell([*await said_of(session, order, kept), no])
        await tell_its_case(session, kept)


async def tell_its_case(session: AsyncSession, dispute: Dispute) -> None:
    """Let the boards know that a dispute's case has changed."""
    case = await session.get(Case, dispute.case_id) if dispute.case_id else None
    if case is not None:
        await tell_of(session, case)

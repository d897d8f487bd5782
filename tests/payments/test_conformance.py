"""What we rely on in Stripe: the same story against the sandbox and, with a key, against Stripe.

`STRIPE_TEST_KEY=sk_test_… pytest tests/payments/test_conformance.py` runs each against both.
"""

import base64
import os
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
import pytest

import payments
from payments.stripe_gateway import StripeGateway

from .sandboxed import KEY, Sandbox, fresh, sek, until

REAL_KEY = os.environ.get("STRIPE_TEST_KEY", "")
DISPUTED_WITHIN_S = 60
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
)
"""The smallest of pictures."""
BACKENDS = ["sandbox", "stripe"] if REAL_KEY.startswith("sk_test_") else ["sandbox"]


@dataclass
class Backend:
    """Something that speaks Stripe, with a customer who left a card."""

    gateway: StripeGateway
    http: httpx.AsyncClient
    now: datetime

    async def customer_with(self, token: str) -> tuple[str, str]:
        customer = await self._post("/v1/customers", email="client@example.com")
        card = await self._post(f"/v1/payment_methods/{token}/attach", customer=customer)
        return customer, card

    async def _post(self, path: str, **form: str) -> str:
        return (await self.http.post(path, data=form)).raise_for_status().json()["id"]

    async def hold(self, minor: int = 50_000, card_like: str = "visa") -> payments.Hold:
        customer, card = await self.customer_with(f"pm_card_{card_like}")
        order = fresh()
        return await self.gateway.hold_off_session(
            amount=sek(minor),
            order=order,
            op=f"{order}:authorise:1",
            key=f"{order}:authorise:1:1",
            customer=customer,
            payment_method=card,
            description="Home visit",
        )

    async def charge(self, minor: int = 50_000, card_like: str = "visa") -> payments.Hold:
        customer, card = await self.customer_with(f"pm_card_{card_like}")
        order = fresh()
        asked = payments.operation(payments.OperationKind.CHARGE, order, 1, sek(minor))
        return await self.gateway.charge_off_session(
            amount=asked.amount,
            order=order,
            op=asked.op,
            key=asked.key,
            customer=customer,
            payment_method=card,
            description="Home visit",
        )

    async def disputed(self, card_like: str = "createDispute") -> payments.Dispute:
        """A dispute of a charge just made: the card makes one, a moment later."""
        taken = await self.charge(card_like=card_like)
        found: list[payments.Dispute] = []

        async def begun() -> bool:
            found.extend(await self.gateway.disputes_of(taken.id))
            return bool(found)

        await until(begun, DISPUTED_WITHIN_S)
        return found[0]


@pytest.fixture(params=BACKENDS)
async def backend(request: pytest.FixtureRequest, sandbox: Sandbox) -> AsyncIterator[Backend]:
    real = request.param == "stripe"
    key, base = (REAL_KEY, None) if real else (KEY, sandbox.base)
    now = datetime.fromtimestamp(time.time(), UTC) if real else await sandbox.now()
    headers = {"Authorization": f"Bearer {key}"}
    async with (
        StripeGateway(key, base) as gateway,
        httpx.AsyncClient(base_url=base or "https://api.stripe.com", headers=headers) as http,
    ):
        yield Backend(gateway, http, now)


async def test_a_hold_sets_money_aside_and_says_until_when(backend: Backend) -> None:
    hold = await backend.hold(50_000)

    assert hold.state is payments.HoldState.HELD
    assert hold.amount == sek(50_000)
    assert not hold.captured
    assert hold.outlasts(backend.now + timedelta(days=4))
    assert hold == await backend.gateway.fetch_hold(hold.id)


async def test_a_capture_below_the_hold_gives_the_rest_back(backend: Backend) -> None:
    hold = await backend.hold(50_000)

    captured = await backend.gateway.capture(hold.id, sek(30_000), key=fresh(), op=fresh())

    assert captured.state is payments.HoldState.CAPTURED
    assert captured.captured == sek(30_000)
    assert captured.released == sek(20_000)
    assert captured.op == hold.op


async def test_a_hold_is_captured_once(backend: Backend) -> None:
    hold = await backend.hold(50_000)
    await backend.gateway.capture(hold.id, sek(30_000), key=fresh(), op=fresh())

    with pytest.raises(payments.WrongState):
        await backend.gateway.capture(hold.id, sek(10_000), key=fresh(), op=fresh())
    assert (await backend.gateway.fetch_hold(hold.id)).captured == sek(30_000)


async def test_more_than_is_held_cannot_be_captured(backend: Backend) -> None:
    hold = await backend.hold(50_000)

    with pytest.raises(payments.BadAmount):
        await backend.gateway.capture(hold.id, sek(50_001), key=fresh(), op=fresh())
    assert (await backend.gateway.fetch_hold(hold.id)).state is payments.HoldState.HELD


async def test_a_released_hold_goes_back_whole_and_pays_nothing(backend: Backend) -> None:
    hold = await backend.hold(50_000)

    released = await backend.gateway.release(hold.id, key=fresh(), op=fresh())

    assert released.state is payments.HoldState.RELEASED
    assert released.released == sek(50_000)
    assert released.ever_held
    assert not released.lapsed
    with pytest.raises(payments.WrongState):
        await backend.gateway.release(hold.id, key=fresh(), op=fresh())
    with pytest.raises(payments.WrongState):
        await backend.gateway.capture(hold.id, sek(1_000), key=fresh(), op=fresh())


async def test_refunds_stay_within_what_was_captured(backend: Backend) -> None:
    hold = await backend.hold(50_000)
    await backend.gateway.capture(hold.id, sek(30_000), key=fresh(), op=fresh())
    op = fresh("refund")

    refund = await backend.gateway.refund(hold.id, sek(10_000), key=f"{op}:1", op=op)

    assert (refund.hold, refund.amount, refund.op) == (hold.id, sek(10_000), op)
    with pytest.raises(payments.BadAmount):
        await backend.gateway.refund(hold.id, sek(20_001), key=fresh(), op=fresh())
    await backend.gateway.refund(hold.id, sek(20_000), key=fresh(), op=fresh())
    with pytest.raises(payments.WrongState):
        await backend.gateway.refund(hold.id, sek(1_000), key=fresh(), op=fresh())
    found = await backend.gateway.refunds_of(hold.id)
    assert [each.amount for each in found] == [sek(20_000), sek(10_000)]
    assert found[1].op == op


async def test_a_hold_that_was_not_captured_cannot_be_refunded(backend: Backend) -> None:
    hold = await backend.hold(50_000)

    with pytest.raises(payments.PaymentsError):
        await backend.gateway.refund(hold.id, sek(1_000), key=fresh(), op=fresh())
    assert await backend.gateway.refunds_of(hold.id) == ()


async def test_the_same_key_is_the_same_act(backend: Backend) -> None:
    hold = await backend.hold(50_000)
    await backend.gateway.capture(hold.id, sek(50_000), key=fresh(), op=fresh())
    key, op = fresh("key"), fresh("op")

    first = await backend.gateway.refund(hold.id, sek(10_000), key=key, op=op)
    again = await backend.gateway.refund(hold.id, sek(10_000), key=key, op=op)

    assert first == again
    assert len(await backend.gateway.refunds_of(hold.id)) == 1


async def test_the_same_key_with_other_content_does_nothing(backend: Backend) -> None:
    hold = await backend.hold(50_000)
    await backend.gateway.capture(hold.id, sek(50_000), key=fresh(), op=fresh())
    key, op = fresh("key"), fresh("op")
    await backend.gateway.refund(hold.id, sek(10_000), key=key, op=op)

    with pytest.raises(payments.KeyReused):
        await backend.gateway.refund(hold.id, sek(20_000), key=key, op=op)
    assert len(await backend.gateway.refunds_of(hold.id)) == 1


async def test_a_hold_is_found_by_what_we_wrote_on_it(backend: Backend) -> None:
    hold = await backend.hold(50_000)
    assert hold.op is not None
    assert hold.customer is not None

    assert await backend.gateway.find_hold(hold.op, customer=hold.customer) == hold
    assert await backend.gateway.find_hold(fresh("never"), customer=hold.customer) is None


async def test_a_card_that_fails_later_is_declined_with_a_code(backend: Backend) -> None:
    with pytest.raises(payments.Declined) as refusal:
        await backend.hold(card_like="chargeCustomerFail")
    assert refusal.value.code == "generic_decline"
    assert not refusal.value.needs_her


async def test_a_bank_that_wants_her_is_told_apart(backend: Backend) -> None:
    with pytest.raises(payments.Declined) as refusal:
        await backend.hold(card_like="authenticationRequired")
    assert refusal.value.needs_her


async def test_amounts_that_cannot_be_are_refused(backend: Backend) -> None:
    with pytest.raises(payments.BadAmount):
        await backend.hold(299)
    with pytest.raises(payments.BadAmount):
        await backend.hold(100_000_000)


async def test_what_is_not_there_is_unknown(backend: Backend) -> None:
    with pytest.raises(payments.Unknown):
        await backend.gateway.fetch_hold("pi_never")
    with pytest.raises(payments.Unknown):
        await backend.gateway.fetch_card_page("cs_test_never")


async def test_a_card_page_is_open_until_it_is_closed(backend: Backend) -> None:
    order = fresh()
    page = await backend.gateway.open_card_page(
        amount=sek(50_000),
        order=order,
        op=f"{order}:open_page:1",
        key=f"{order}:open_page:1:1",
        success_url="https://example.com/done",
        cancel_url="https://example.com/back",
        expires_at=backend.now + timedelta(minutes=45),
        description="Home visit",
        email="client@example.com",
        house="Maison Orane",
        note="Held, not charged.",
        lines=[
            payments.CardLine("Double coat", sek(30_000), "Camel, 38"),
            payments.CardLine("Silk blouse", sek(20_000)),
        ],
    )

    state = await backend.gateway.fetch_card_page(page.id)
    assert state.status is payments.CardPageStatus.OPEN
    assert (state.order, state.op, state.hold) == (order, f"{order}:open_page:1", None)

    closed = await backend.gateway.expire_card_page(page.id, key=fresh())
    assert closed.status is payments.CardPageStatus.EXPIRED
    with pytest.raises(payments.WrongState):
        await backend.gateway.expire_card_page(page.id, key=fresh())


async def test_a_card_page_cannot_close_too_soon(backend: Backend) -> None:
    order = fresh()
    with pytest.raises(payments.Rejected):
        await backend.gateway.open_card_save_page(
            order=order,
            op=order,
            key=order,
            success_url="https://example.com/done",
            cancel_url="https://example.com/back",
            expires_at=backend.now + timedelta(minutes=5),
            description="Home visit",
            currency="SEK",
        )


async def test_a_charge_without_her_is_captured_at_once(backend: Backend) -> None:
    taken = await backend.charge(50_000)

    assert (taken.state, taken.captured) == (payments.HoldState.CAPTURED, sek(50_000))
    assert taken == await backend.gateway.fetch_hold(taken.id)
    assert taken.op is not None
    assert await backend.gateway.find_hold(taken.op, customer=taken.customer) == taken
    with pytest.raises(payments.WrongState):
        await backend.gateway.release(taken.id, key=fresh(), op=fresh())


async def test_a_charge_is_declined_as_a_hold_is(backend: Backend) -> None:
    with pytest.raises(payments.Declined) as refusal:
        await backend.charge(card_like="chargeCustomerFail")
    assert not refusal.value.needs_her
    with pytest.raises(payments.Declined) as refusal:
        await backend.charge(card_like="authenticationRequired")
    assert refusal.value.needs_her


async def test_a_refund_can_be_fetched_and_found(backend: Backend) -> None:
    taken, op = await backend.charge(50_000), fresh("refund")
    refund = await backend.gateway.refund(taken.id, sek(20_000), key=f"{op}:1", op=op)

    assert await backend.gateway.fetch_refund(refund.id) == refund
    assert await backend.gateway.find_refund(taken.id, op) == refund
    assert await backend.gateway.find_refund(taken.id, fresh("never")) is None
    with pytest.raises(payments.Unknown):
        await backend.gateway.fetch_refund("re_never")


async def test_a_refund_may_be_pending_at_first(backend: Backend) -> None:
    taken = await backend.charge(card_like="pendingRefund")
    refund = await backend.gateway.refund(taken.id, sek(50_000), key=fresh(), op=fresh())
    assert refund.state is payments.RefundState.PENDING
    with pytest.raises(payments.PaymentsError):
        await backend.gateway.refund(taken.id, sek(1_000), key=fresh(), op=fresh())


async def test_a_dispute_takes_the_money_until_evidence_wins(backend: Backend) -> None:
    dispute = await backend.disputed()
    assert (dispute.amount, dispute.taken) == (sek(50_000), True)
    assert dispute.state is payments.DisputeState.NEEDS_EVIDENCE
    assert dispute.fee is not None
    assert dispute.answer_by is not None
    assert dispute.answer_by > backend.now + timedelta(days=5)
    with pytest.raises(payments.WrongState):
        await backend.gateway.refund(dispute.hold, sek(1_000), key=fresh(), op=fresh())

    photo = await backend.gateway.upload_evidence("photo.png", PNG, key=fresh())
    shown = await backend.gateway.submit_evidence(
        dispute.id,
        {"uncategorized_text": "winning_evidence", "service_documentation": photo},
        key=fresh(),
    )
    assert shown.answered == 1

    async def won() -> bool:
        seen = await backend.gateway.fetch_dispute(dispute.id)
        return seen.state is payments.DisputeState.WON

    await until(won, DISPUTED_WITHIN_S)


async def test_who_gives_in_has_lost(backend: Backend) -> None:
    dispute = await backend.disputed()
    lost = await backend.gateway.accept_dispute(dispute.id, key=fresh())
    assert lost.state is payments.DisputeState.LOST
    with pytest.raises(payments.PaymentsError):
        await backend.gateway.submit_evidence(dispute.id, {"customer_name": "A"}, key=fresh())


async def test_a_bank_may_only_ask(backend: Backend) -> None:
    asked = await backend.disputed("createDisputeInquiry")
    assert (asked.state, asked.taken) == (payments.DisputeState.ASKED, False)


async def test_a_page_to_pay_is_open_until_it_is_closed(backend: Backend) -> None:
    order = fresh()
    page = await backend.gateway.open_payment_page(
        amount=sek(50_000),
        order=order,
        op=f"{order}:pay_page:1",
        key=f"{order}:pay_page:1:1",
        success_url="https://example.com/done",
        cancel_url="https://example.com/back",
        expires_at=backend.now + timedelta(hours=23),
        description="Home visit",
    )
    state = await backend.gateway.fetch_card_page(page.id)
    assert (state.status, state.op) == (payments.CardPageStatus.OPEN, f"{order}:pay_page:1")
    closed = await backend.gateway.expire_card_page(page.id, key=fresh())
    assert closed.status is payments.CardPageStatus.EXPIRED


async def test_what_happened_lately_is_listed(backend: Backend) -> None:
    since = backend.now - timedelta(seconds=60)
    taken = await backend.charge()
    refund = await backend.gateway.refund(taken.id, sek(1_000), key=fresh(), op=fresh())
    later = backend.now + timedelta(hours=1)

    assert taken.id in [each.id for each in await backend.gateway.holds_made(since, later)]
    assert refund.id in [each.id for each in await backend.gateway.refunds_made(since, later)]
    assert await backend.gateway.holds_made(later, later + timedelta(hours=1)) == ()

    async def told() -> bool:
        notices = await backend.gateway.notices_since(since, unheard=False)
        return taken.id in {notice.object_id for notice in notices}

    await until(told, DISPUTED_WITHIN_S)


async def test_the_account_can_be_read(backend: Backend) -> None:
    account = await backend.gateway.fetch_account()
    assert account.id.startswith("acct_")
    assert account.currency in payments.EXPONENTS
    assert all(each.url for each in await backend.gateway.endpoints())

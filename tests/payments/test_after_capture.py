"""What may come after a visit: charges, links to pay, refunds and disputes, at the sandbox."""

from collections.abc import Callable
from datetime import timedelta

import pytest

import payments
import payments.notices

from .sandboxed import MASTERCARD, OK, Client, fresh, sek, until

DISPUTES, INQUIRES = "4000000000000259", "4000000000001976"
REFUND_PENDS, REFUND_FAILS = "4000000000007726", "4000000000005126"
CAPTURE_FAILS, CAPTURE_FAILS_BROKE = "4000000000005886", "4000000000005894"
ASKS_ALWAYS = "4000002760003184"


async def charge(client: Client, number: str, minor: int = 50_000) -> payments.Hold:
    """Take money at once from a card that was kept."""
    kept = await client.kept(number)
    assert kept.customer is not None
    assert kept.payment_method is not None
    order = fresh()
    asked = payments.operation(payments.OperationKind.CHARGE, order, 1, sek(minor))
    return await client.gateway.charge_off_session(
        amount=asked.amount, order=order, op=asked.op, key=asked.key, customer=kept.customer,
        payment_method=kept.payment_method, description="Home visit",
    )  # fmt: skip


async def captured(client: Client, number: str, minor: int = 50_000) -> payments.Hold:
    """A hold on this card, captured whole."""
    page = await client.page(minor)
    await client.give(page, number)
    hold = (await client.gateway.fetch_card_page(page.id)).hold
    assert hold is not None
    return await client.gateway.capture(hold.id, sek(minor), key=fresh(), op=fresh())


async def test_a_charge_without_her_takes_the_amount_at_once(client: Client) -> None:
    taken = await charge(client, OK, 50_000)

    assert taken.state is payments.HoldState.CAPTURED
    assert (taken.captured, taken.released) == (sek(50_000), sek(0))
    assert taken == await client.gateway.fetch_hold(taken.id)
    assert taken.op is not None
    assert await client.gateway.find_hold(taken.op, customer=taken.customer) == taken
    found = payments.judge(payments.OperationKind.CHARGE, sek(50_000), taken)
    assert found is payments.Finding.DONE
    facts = dict(payments.movements(None, taken))
    assert facts[payments.Movement.CAPTURED] == sek(50_000)


async def test_a_bank_that_wants_her_refuses_the_charge_and_says_so(client: Client) -> None:
    with pytest.raises(payments.Declined) as no:
        await charge(client, ASKS_ALWAYS)
    assert no.value.needs_her


async def test_a_link_to_pay_takes_the_amount_at_once(client: Client) -> None:
    order = fresh()
    page = await client.gateway.open_payment_page(
        amount=sek(50_000), order=order, op=f"{order}:pay_page:1", key=f"{order}:pay_page:1:1",
        success_url="http://127.0.0.1:9/done", cancel_url="http://127.0.0.1:9/back",
        expires_at=await client.sandbox.now() + timedelta(hours=12), description="Home visit",
        email="client@example.com", locale="en",
    )  # fmt: skip
    assert "Pay SEK\N{NO-BREAK SPACE}500" in await client.read(page)

    await client.give(page, MASTERCARD)

    seen = await client.gateway.fetch_card_page(page.id)
    assert seen.status is payments.CardPageStatus.COMPLETE
    assert seen.hold is not None
    assert (seen.hold.state, seen.hold.captured) == (payments.HoldState.CAPTURED, sek(50_000))
    assert (seen.order, seen.op) == (order, f"{order}:pay_page:1")


@pytest.mark.parametrize(("number", "pays"), [(CAPTURE_FAILS, True), (CAPTURE_FAILS_BROKE, False)])
async def test_a_capture_that_comes_too_late_takes_nothing(
    client: Client, number: str, *, pays: bool
) -> None:
    page = await client.page(50_000)
    await client.give(page, number)
    hold = (await client.gateway.fetch_card_page(page.id)).hold
    assert hold is not None

    with pytest.raises(payments.WrongState):
        await client.gateway.capture(hold.id, sek(50_000), key=fresh(), op=fresh())

    gone = await client.gateway.fetch_hold(hold.id)
    assert (gone.state, gone.lapsed, gone.captured.minor) == (
        payments.HoldState.RELEASED, True, 0,
    )  # fmt: skip
    if pays:
        assert (await charge(client, number)).captured == sek(50_000)
    else:
        with pytest.raises(payments.Declined):
            await charge(client, number)


async def test_a_refund_is_pending_then_done(client: Client) -> None:
    hold = await captured(client, REFUND_PENDS)
    op = fresh("refund")
    refund = await client.gateway.refund(hold.id, sek(20_000), key=f"{op}:1", op=op)
    assert refund.state is payments.RefundState.PENDING
    left = payments.refundable(hold, await client.gateway.refunds_of(hold.id))
    assert left == sek(30_000)
    with pytest.raises(payments.BadAmount):
        await client.gateway.refund(hold.id, sek(30_001), key=fresh(), op=fresh())

    await client.sandbox.tell("refunds/end", refund=refund.id, status="succeeded")

    assert (await client.gateway.fetch_refund(refund.id)).state is payments.RefundState.DONE
    found = await client.gateway.find_refund(hold.id, op)
    assert found is not None
    assert payments.refund_movements(refund, found) == ()


async def test_a_refund_that_fails_is_ours_again(client: Client) -> None:
    hold = await captured(client, REFUND_FAILS)
    refund = await client.gateway.refund(hold.id, sek(50_000), key=fresh(), op=fresh())
    assert refund.state is payments.RefundState.DONE

    await client.sandbox.tell("refunds/end", refund=refund.id, status="failed")

    failed = await client.gateway.fetch_refund(refund.id)
    assert payments.refund_movements(refund, failed) == (payments.Movement.REFUND_FAILED,)
    assert payments.refundable(hold, [failed]) == sek(50_000)
    judged = payments.judge(payments.OperationKind.REFUND, sek(50_000), failed)
    assert judged is payments.Finding.IMPOSSIBLE
    again = await client.gateway.refund(hold.id, sek(50_000), key=fresh(), op=fresh())
    assert again.id != failed.id


async def disputed(client: Client, number: str = DISPUTES) -> payments.Dispute:
    """A dispute just begun, by a card that always does."""
    hold = await captured(client, number)
    [dispute] = await client.gateway.disputes_of(hold.id)
    assert (dispute.hold, dispute.amount) == (hold.id, sek(50_000))
    return dispute


async def test_a_dispute_takes_the_money_and_evidence_brings_it_back(client: Client) -> None:
    dispute = await disputed(client)
    assert (dispute.state, dispute.taken) == (payments.DisputeState.NEEDS_EVIDENCE, True)
    assert dispute.answer_by is not None
    fee = payments.Movement.DISPUTE_FEE, sek(15_000)
    taken = payments.Movement.DISPUTED, sek(50_000)
    assert payments.dispute_movements(None, dispute) == (taken, fee)
    with pytest.raises(payments.WrongState):
        await client.gateway.refund(dispute.hold, sek(1_000), key=fresh(), op=fresh())
    key = fresh("file")
    photo = await client.gateway.upload_evidence("in.png", b"\x89PNG photograph", key=key)
    assert photo == await client.gateway.upload_evidence("in.png", b"\x89PNG photograph", key=key)

    kept = await client.gateway.submit_evidence(
        dispute.id, {"service_documentation": photo}, key=fresh(), final=False
    )
    assert (kept.state, kept.answered) == (payments.DisputeState.NEEDS_EVIDENCE, 0)
    shown = await client.gateway.submit_evidence(
        dispute.id, {"customer_name": "A Client", "service_date": "26 November"}, key=fresh()
    )
    assert (shown.state, shown.answered) == (payments.DisputeState.UNDER_REVIEW, 1)
    with pytest.raises(payments.PaymentsError):
        await client.gateway.submit_evidence(dispute.id, {"customer_name": "B"}, key=fresh())
    await client.sandbox.tell("disputes/decide", dispute=dispute.id, outcome="won")

    won = await client.gateway.fetch_dispute(dispute.id)
    assert won.state is payments.DisputeState.WON
    back = payments.Movement.DISPUTE_WON, sek(50_000)
    assert payments.dispute_movements(shown, won) == (back,), "winning does not bring the fee back"
    await client.gateway.refund(dispute.hold, sek(1_000), key=fresh(), op=fresh())


@pytest.mark.parametrize(
    ("words", "ends"),
    [
        ("winning_evidence", payments.DisputeState.WON),
        ("losing_evidence", payments.DisputeState.LOST),
    ],
)
async def test_stripe_s_own_words_decide_a_dispute(
    client: Client, words: str, ends: payments.DisputeState
) -> None:
    dispute = await disputed(client)
    over = await client.gateway.submit_evidence(
        dispute.id, {"uncategorized_text": words}, key=fresh()
    )
    assert over.state is ends


async def fees(client: Client) -> int:
    """What all disputes cost so far, the sandbox says."""
    return int((await client.sandbox.look("totals"))["currencies"]["SEK"]["fees"])


async def test_a_dispute_is_lost_by_giving_in(client: Client) -> None:
    dispute = await disputed(client)
    before = await fees(client)
    lost = await client.gateway.accept_dispute(dispute.id, key=fresh())

    assert lost.state is payments.DisputeState.LOST
    facts = payments.Movement
    assert dict(payments.dispute_movements(None, lost)) == {
        facts.DISPUTED: sek(50_000),
        facts.DISPUTE_FEE: sek(15_000),
        facts.DISPUTE_LOST: sek(50_000),
    }
    assert await fees(client) == before
    with pytest.raises(payments.PaymentsError):
        await client.gateway.accept_dispute(dispute.id, key=fresh())


async def test_a_fee_that_comes_back_is_booked_back(client: Client) -> None:
    dispute = await disputed(client)
    before = await fees(client)
    ended = {"dispute": dispute.id, "outcome": "won", "fee_back": True}
    await client.sandbox.tell("disputes/decide", **ended)
    won = await client.gateway.fetch_dispute(dispute.id)
    assert (won.fee, won.fee_back) == (sek(15_000), sek(15_000))
    assert dict(payments.dispute_movements(dispute, won)) == {
        payments.Movement.DISPUTE_WON: sek(50_000),
        payments.Movement.DISPUTE_FEE_BACK: sek(15_000),
    }
    assert await fees(client) == before - 15_000


async def test_a_bank_that_only_asks_takes_nothing(client: Client) -> None:
    asked = await disputed(client, INQUIRES)
    assert (asked.state, asked.taken, asked.fee) == (payments.DisputeState.ASKED, False, None)
    assert payments.dispute_movements(None, asked) == ()
    with pytest.raises(payments.WrongState):
        await client.gateway.accept_dispute(asked.id, key=fresh())
    await client.sandbox.tell("disputes/decide", dispute=asked.id, outcome="won")
    closed = await client.gateway.fetch_dispute(asked.id)
    assert (closed.state, closed.taken) == (payments.DisputeState.WON, False)
    assert payments.dispute_movements(asked, closed) == ()


async def test_evidence_that_cannot_be_is_not_sent(client: Client) -> None:
    dispute = await disputed(client)
    gateway = client.gateway
    cases: list[Callable[[], object]] = [
        lambda: gateway.submit_evidence(dispute.id, {"mood": "good"}, key=fresh()),
        lambda: gateway.submit_evidence(dispute.id, {"customer_name": "x" * 150_001}, key=fresh()),
        lambda: gateway.upload_evidence("empty.pdf", b"", key=fresh()),
    ]
    for case in cases:
        with pytest.raises(payments.BadAmount):
            await case()  # type: ignore[misc]  # pyright: ignore[reportGeneralTypeIssues]
    with pytest.raises(payments.Rejected):
        await gateway.upload_evidence("page.html", b"<html>", key=fresh())
    with pytest.raises(payments.PaymentsError):
        await gateway.submit_evidence(dispute.id, {"receipt": "file_never"}, key=fresh())


async def test_what_was_not_delivered_can_be_fetched(client: Client) -> None:
    sandbox, since = client.sandbox, await client.sandbox.now() - timedelta(seconds=1)
    await sandbox.tell("webhook/set", url="http://127.0.0.1:9/nobody", paused=True)
    try:
        hold = await captured(client, OK)
        unheard = await client.gateway.notices_since(since)
    finally:
        await sandbox.tell("webhook/set", url=None, paused=False)
    about = [each.word for each in unheard if each.object_id == hold.id]
    assert about.index("payment_intent.created") < about.index("payment_intent.succeeded")
    assert unheard == tuple(sorted(unheard, key=lambda each: each.at))
    heard = await client.gateway.notices_since(since, unheard=False)
    assert {each.id for each in unheard} <= {each.id for each in heard}


async def test_what_was_made_in_a_stretch_of_time_is_listed_whole(client: Client) -> None:
    await client.sandbox.wait(timedelta(minutes=5))
    since = await client.sandbox.now()
    hold = await captured(client, DISPUTES)
    other = await captured(client, OK)
    await client.gateway.refund(other.id, sek(1_000), key=fresh(), op=fresh())
    before = await client.sandbox.now() + timedelta(seconds=1)
    await client.sandbox.wait(timedelta(minutes=5))
    await captured(client, OK)

    holds = await client.gateway.holds_made(since, before)
    assert [each.id for each in holds] == [other.id, hold.id]
    assert [each.captured for each in holds] == [sek(50_000), sek(50_000)]
    [refund] = await client.gateway.refunds_made(since, before)
    assert (refund.hold, refund.amount) == (other.id, sek(1_000))
    [dispute] = await client.gateway.disputes_made(since, before)
    assert dispute.hold == hold.id


async def test_the_account_says_what_it_may(client: Client) -> None:
    account = await client.gateway.fetch_account()
    assert (account.may_charge, account.may_pay_out, account.currency) == (True, True, "SEK")
    assert await client.gateway.endpoints() == ()
    url = "http://127.0.0.1:9/webhooks/stripe"
    await client.sandbox.tell("webhook/set", url=url, paused=True)
    try:
        [endpoint] = await client.gateway.endpoints()
    finally:
        await client.sandbox.tell("webhook/set", url=None, paused=False)
    assert (endpoint.url, endpoint.words, endpoint.enabled) == (url, ("*",), True)


async def test_time_alone_ends_refunds_and_disputes(client: Client) -> None:
    failing = await captured(client, REFUND_FAILS)
    refund = await client.gateway.refund(failing.id, sek(1_000), key=fresh(), op=fresh())
    dispute, asked = await disputed(client), await disputed(client, INQUIRES)

    await client.sandbox.wait(timedelta(days=10))

    async def over() -> bool:
        return (await client.gateway.fetch_dispute(dispute.id)).over

    await until(over)
    assert (await client.gateway.fetch_refund(refund.id)).state is payments.RefundState.FAILED
    ends = (await client.gateway.fetch_dispute(dispute.id)).state
    assert ends is payments.DisputeState.LOST
    assert (await client.gateway.fetch_dispute(asked.id)).state is payments.DisputeState.WON

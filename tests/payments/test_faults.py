"""Answers that do not come, or come broken: the outcome is unknown until it is read back."""

from datetime import timedelta

import pytest

import payments

from .sandboxed import OK, Client, Sandbox, client_of, fresh, sek

CAPTURE = "/v1/payment_intents/*/capture"


async def captured(client: Client, hold: payments.Hold) -> payments.Money:
    return (await client.gateway.fetch_hold(hold.id)).captured


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "409", "timeout_after"])
async def test_the_same_key_finishes_what_was_cut_off(
    client: Client, sandbox: Sandbox, kind: str
) -> None:
    hold, key, op = await client.held(50_000), fresh("key"), fresh("op")
    await sandbox.fault(kind, CAPTURE, seconds=0.2)
    if kind == "timeout_after":
        slow = await client.gateway.capture(hold.id, sek(30_000), key=key, op=op)
    else:
        with pytest.raises(payments.Unreachable) as lost:
            await client.gateway.capture(hold.id, sek(30_000), key=key, op=op)
        assert not lost.value.stored
        slow = None

    again = await client.gateway.capture(hold.id, sek(30_000), key=key, op=op)

    assert again.captured == sek(30_000)
    assert slow in {None, again}


async def test_an_answer_that_never_comes_is_unreachable(sandbox: Sandbox) -> None:
    async with client_of(sandbox) as client:
        hold, key, op = await client.held(50_000), fresh("key"), fresh("op")
        await sandbox.fault("timeout_after", CAPTURE, seconds=3)
        impatient = type(client.gateway)("sk_test_concierge", sandbox.base, timeout_s=0.3)
        async with impatient:
            with pytest.raises(payments.Unreachable):
                await impatient.capture(hold.id, sek(30_000), key=key, op=op)
        assert await captured(client, hold) == sek(30_000)


async def test_a_key_in_use_is_busy_although_it_was_done(client: Client, sandbox: Sandbox) -> None:
    hold, key, op = await client.held(50_000), fresh("key"), fresh("op")
    done = await client.gateway.capture(hold.id, sek(30_000), key=key, op=op)
    await sandbox.fault("409", CAPTURE, key=f"{key}*")
    other = await client.held(50_000)
    await client.gateway.capture(other.id, sek(10_000), key=fresh("key"), op=op)
    with pytest.raises(payments.Unreachable) as busy:
        await client.gateway.capture(hold.id, sek(30_000), key=key, op=op)
    assert not busy.value.stored
    assert await client.gateway.capture(hold.id, sek(30_000), key=key, op=op) == done


async def test_a_500_is_remembered_although_it_was_done(client: Client, sandbox: Sandbox) -> None:
    hold, key, op = await client.held(50_000), fresh("key"), fresh("op")
    await sandbox.fault("500_after", CAPTURE)

    for _ in range(2):
        with pytest.raises(payments.Unreachable) as broken:
            await client.gateway.capture(hold.id, sek(30_000), key=key, op=op)
        assert broken.value.stored

    assert await captured(client, hold) == sek(30_000)


async def test_a_500_before_anything_was_done_needs_a_fresh_key(
    client: Client, sandbox: Sandbox
) -> None:
    hold = await client.held(50_000)
    operation = payments.operation(
        payments.OperationKind.CAPTURE, fresh(), 1, sek(30_000), hold=hold.id
    )
    await sandbox.fault("500_before", CAPTURE)
    for _ in range(2):
        with pytest.raises(payments.Unreachable):
            await client.gateway.capture(
                hold.id, operation.amount, key=operation.key, op=operation.op
            )
    assert not await captured(client, hold)

    renewed = operation.with_fresh_key()
    await client.gateway.capture(hold.id, renewed.amount, key=renewed.key, op=renewed.op)

    assert await captured(client, hold) == sek(30_000)


async def test_a_key_is_forgotten_after_a_day_so_looking_comes_first(
    client: Client, sandbox: Sandbox
) -> None:
    hold, key, op = await client.held(50_000), fresh("key"), fresh("op")
    await client.gateway.capture(hold.id, sek(50_000), key=fresh(), op=fresh())
    await client.gateway.refund(hold.id, sek(10_000), key=key, op=op)
    await sandbox.wait(timedelta(hours=23))
    await client.gateway.refund(hold.id, sek(10_000), key=key, op=op)
    assert len(await client.gateway.refunds_of(hold.id)) == 1

    await sandbox.wait(timedelta(hours=2))
    await client.gateway.refund(hold.id, sek(10_000), key=key, op=op)

    doubled = await client.gateway.refunds_of(hold.id)
    assert [refund.op for refund in doubled] == [op, op]


async def test_a_declined_card_is_declined_again_by_the_same_key(client: Client) -> None:
    kept = await client.kept("4000000000000341")
    order = fresh()
    for _ in range(2):
        with pytest.raises(payments.Declined):
            await client.gateway.hold_off_session(
                amount=sek(1_000),
                order=order,
                op=f"{order}:authorise:1",
                key=f"{order}:authorise:1:1",
                customer=kept.customer or "",
                payment_method=kept.payment_method or "",
                description="Home visit",
            )


async def test_a_page_opened_twice_by_one_key_is_one_page(
    client: Client, sandbox: Sandbox
) -> None:
    order, until = fresh(), await sandbox.now() + timedelta(minutes=45)
    await sandbox.fault("drop_after", "/v1/checkout/sessions")
    with pytest.raises(payments.Unreachable):
        await client.page(order=order, expires_at=until)

    page = await client.page(order=order, expires_at=until)

    assert page == await client.page(order=order, expires_at=until)
    with pytest.raises(payments.KeyReused):
        await client.page(1_000_000, order=order, expires_at=until)


async def test_nobody_there_is_unreachable(sandbox: Sandbox) -> None:
    nobody = type(sandbox)(sandbox.folder).gateway()
    async with nobody:
        with pytest.raises(payments.Unreachable) as lost:
            await nobody.fetch_hold("pi_1")
    assert not lost.value.stored


async def test_a_live_key_is_sent_away(sandbox: Sandbox) -> None:
    gateway = type(sandbox.gateway())("sk_live_never", sandbox.base)
    async with gateway:
        with pytest.raises(payments.Rejected, match="Never send a live key here"):
            await gateway.fetch_hold("pi_1")


async def test_a_hold_lapses_when_the_provider_said_it_would(
    client: Client, sandbox: Sandbox
) -> None:
    hold = await client.held(50_000)
    assert hold.capture_before is not None
    before = hold.capture_before - await sandbox.now()
    assert timedelta(days=6, hours=23) < before <= timedelta(days=7)

    await sandbox.wait(before - timedelta(minutes=1))
    assert (await client.gateway.fetch_hold(hold.id)).state is payments.HoldState.HELD
    await sandbox.wait(timedelta(minutes=2))

    lapsed = await client.gateway.fetch_hold(hold.id)
    assert lapsed.state is payments.HoldState.RELEASED
    assert lapsed.lapsed
    with pytest.raises(payments.WrongState):
        await client.gateway.capture(hold.id, sek(50_000), key=fresh(), op=fresh())


async def test_a_visa_hold_made_without_her_lapses_sooner(
    client: Client, sandbox: Sandbox
) -> None:
    kept = await client.kept(OK)
    order = fresh()
    hold = await client.gateway.hold_off_session(
        amount=sek(1_000),
        order=order,
        op=order,
        key=order,
        customer=kept.customer or "",
        payment_method=kept.payment_method or "",
        description="Home visit",
    )

    assert hold.capture_before is not None
    left = hold.capture_before - await sandbox.now()
    assert left <= timedelta(days=4, hours=18)


@pytest.mark.parametrize(
    ("currency", "minor"), [("EUR", 12_345), ("JPY", 12_345), ("KRW", 12_345), ("KWD", 12_340)]
)
async def test_currencies_keep_their_own_minor_units(
    client: Client, currency: str, minor: int
) -> None:
    order = fresh()
    page = await client.page(order=order, amount=payments.Money(minor, currency))
    await client.give(page, OK)
    hold = (await client.gateway.fetch_card_page(page.id)).hold
    assert hold is not None

    part = payments.Money(minor - 340, currency)
    assert (await client.gateway.capture(hold.id, part, key=order, op=order)).captured == part


async def test_amounts_that_cannot_be_are_refused_before_anybody_is_asked(client: Client) -> None:
    for amount in (sek(0), sek(-100)):
        with pytest.raises(payments.BadAmount):
            await client.page(amount=amount)
        with pytest.raises(payments.BadAmount):
            await client.gateway.capture("pi_1", amount, key="k", op="o")
        with pytest.raises(payments.BadAmount):
            await client.gateway.refund("pi_1", amount, key="k", op="o")
    with pytest.raises(payments.BadAmount):
        await client.page(1_000, lines=[payments.CardLine("Coat", sek(999))])

"""`stripe check` and what it rests on: each sentence is right for its reason."""

import re
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import payments
import payments.connection as connected_rightly
import payments.notices
from concierge.embedded.stripe import check
from concierge.settings import SELLER

from .sandboxed import CLONE, Client, Sandbox, client_of

HOUSE = "http://127.0.0.1:9"
ENV = {
    "STRIPE_SECRET_KEY": "sk_test_house",
    "STRIPE_WEBHOOK_SECRET": "whsec_house",
    "CONCIERGE_BASE_URL": HOUSE,
    **dict.fromkeys(SELLER, "Maison Orane"),
}


def now() -> datetime:
    return datetime.fromtimestamp(time.time(), UTC)


@pytest.fixture(scope="module")
async def connected(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Sandbox]:
    """A sandbox that sends its notices to the house; nothing has happened in it."""
    words = ("--strict", "--webhook", f"{HOUSE}/webhooks/stripe")
    one = Sandbox(tmp_path_factory.mktemp("connected"), words)
    await one.start()
    try:
        yield one
    finally:
        one.stop()


async def test_all_is_well(connected: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    assert await check(ENV, now(), base=connected.base) == 0
    said = capsys.readouterr().out
    for words in ("is a test key", "may take payments", "all that hastens us", "Both speak"):
        assert words in said
    assert "Nobody answers" in said
    assert "✗" not in said


@pytest.mark.parametrize(
    ("account", "words"),
    [
        ({"charges_enabled": False}, "may not take payments"),
        ({"enabled_events": ["refund.created"]}, "is not told charge.dispute.closed"),
        ({"api_version": "2020-08-27"}, "speaks 2020-08-27; make it anew with"),
        ({"status": "disabled"}, "The endpoint is disabled"),
    ],
)
async def test_what_is_wrong_with_the_account_is_said(
    connected: Sandbox,
    capsys: pytest.CaptureFixture[str],
    account: dict[str, object],
    words: str,
) -> None:
    await connected.tell("account/set", **account)
    try:
        assert await check(ENV, now(), base=connected.base) == 1
    finally:
        await connected.tell("account/set")
    assert words in capsys.readouterr().out


@pytest.mark.parametrize(
    ("env", "words"),
    [
        ({"STRIPE_SECRET_KEY": ""}, "STRIPE_SECRET_KEY is not set"),
        ({"STRIPE_SECRET_KEY": "pk_test_house"}, "the publishable one"),
        ({"STRIPE_SECRET_KEY": "house"}, "none of Stripe's"),
        ({"STRIPE_SECRET_KEY": "sk_live_house"}, "does not take the key"),
        ({"STRIPE_WEBHOOK_SECRET": "house"}, "The webhook secret is none"),
        ({"CONCIERGE_BASE_URL": "http://127.0.0.1:8"}, "not to http://127.0.0.1:8/webhooks"),
    ],
)
async def test_what_is_wrong_with_the_settings_is_said(
    connected: Sandbox, capsys: pytest.CaptureFixture[str], env: dict[str, str], words: str
) -> None:
    assert await check(ENV | env, now(), base=connected.base) == 1
    assert words in capsys.readouterr().out


async def test_nobody_there_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert await check(ENV, now(), base="http://127.0.0.1:9") == 1
    assert "could not be asked" in capsys.readouterr().out


async def test_notices_that_do_not_arrive_are_seen(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sandbox = Sandbox(tmp_path, ("--webhook", f"{HOUSE}/webhooks/stripe"))
    await sandbox.start()
    try:
        async with client_of(sandbox) as client:
            await client.held()
        assert await check(ENV, now(), base=sandbox.base) == 1
    finally:
        sandbox.stop()
    assert re.search(r"2 notices were not taken", capsys.readouterr().out)


@pytest.mark.parametrize(
    ("status", "right", "still_open"),
    [(204, True, False), (400, False, False), (404, False, False), (None, True, True)],
)
def test_the_running_house_is_asked(status: int | None, *, right: bool, still_open: bool) -> None:
    finding = connected_rightly.check_house(status, "http://house.test/webhooks/stripe")
    assert (finding.right, finding.open) == (right, still_open)


def test_a_live_account_must_pay_out_over_https() -> None:
    account = payments.ProviderAccount("acct", "SE", "SEK", True, False, False)
    assert [each.right for each in connected_rightly.check_account(account, live=True)] == [
        True, True, False, False,
    ]  # fmt: skip
    wanted = connected_rightly.Wanted("http://house.test/webhooks/stripe", ("a",), "v")
    endpoint = payments.Endpoint("we", wanted.url, ("*",), "v", enabled=True, live=True)
    found = list(connected_rightly.check_endpoints([endpoint, endpoint], wanted, live=True))
    words = " ".join(each.words for each in found if not each.right)
    assert "keep one" in words
    assert "needs https" in words


def test_the_secret_is_tried_with_a_notice_that_says_nothing() -> None:
    body = b'{"id": "evt", "created": 1, "type": "check", "data": {"object": {"object": "check"}}}'
    signature = payments.notices.signed(body, secret="whsec_a", at=now())
    told = payments.notices.read_notice(body, signature, secret="whsec_a")
    assert told.kind is payments.notices.NoticeKind.OTHER
    with pytest.raises(payments.BadSignature):
        payments.notices.read_notice(body, signature, secret="whsec_b")


def test_the_readme_lists_the_events_to_enable() -> None:
    readme = (CLONE / "README.md").read_text()
    task = readme[readme.index("**Connect Stripe.**") :].partition("\n\n")[0]
    listed = re.findall(r"`((?:checkout|payment_intent|refund|charge)\.[a-z_.]+)`", task)
    assert tuple(listed) == payments.notices.EVENTS
    assert payments.notices.API_VERSION in task


async def test_every_event_we_ask_for_is_about_something_we_fetch(client: Client) -> None:
    since = await client.sandbox.now() - timedelta(days=365)
    told = await client.gateway.notices_since(since, unheard=False)
    asked = [each for each in told if each.word in payments.notices.EVENTS]
    assert {each.kind for each in asked} <= set(payments.notices.KINDS.values())
    assert all(each.object_id for each in asked)

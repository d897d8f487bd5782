"""`python -m concierge stripe check`: is the house rightly connected to its Stripe account?"""

import argparse
import asyncio
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import httpx

import payments
import payments.connection as connected
import payments.notices
from concierge.settings import Settings, from_environment
from payments.stripe_gateway import StripeGateway

WEBHOOKS = "/webhooks/stripe"
DAYS = 3
"""How far back deliveries are looked at: as long as Stripe tries."""
ANY_DATABASE = "postgresql://nobody@127.0.0.1/nothing"
"""The check asks no database, so none has to be named."""
PATIENCE_S = 10


def main(words: Sequence[str]) -> int:
    """Say in sentences what is right and what is not; 0 when nothing is wrong."""
    parser = argparse.ArgumentParser(prog="python -m concierge stripe", description=__doc__)
    parser.add_argument("what", choices=["check"])
    parser.add_argument("--base", metavar="URL", help="ask this address in Stripe's place")
    asked = parser.parse_args(words)
    now = datetime.fromtimestamp(time.time(), UTC)
    return asyncio.run(check(os.environ, now, base=asked.base))


async def check(env: Mapping[str, str], now: datetime, *, base: str | None = None) -> int:
    """Look at keys, account, endpoint, versions and deliveries; 0 when nothing is wrong."""
    if not env.get("STRIPE_SECRET_KEY"):
        _say(
            connected.Finding(
                "STRIPE_SECRET_KEY is not set: cards are held by the sandbox, no money moves.",
                right=False,
            )
        )
        return 1
    settings = from_environment({"DATABASE_URL": ANY_DATABASE, **env})
    wrong = 0
    async for finding in _findings(settings, now, base):
        _say(finding)
        wrong += not finding.right
    sys.stdout.write("Something is to be put right.\n" if wrong else "Nothing is wrong.\n")
    return 1 if wrong else 0


async def _findings(
    settings: Settings, now: datetime, base: str | None
) -> AsyncIterator[connected.Finding]:
    key = connected.check_key(settings.payments_key)
    yield key
    yield connected.check_secret(settings.webhook_secret)
    if not key.right:
        return
    async with StripeGateway(settings.payments_key, base, timeout_s=PATIENCE_S) as gateway:
        try:
            async for finding in _at_stripe(settings, gateway, now):
                yield finding
        except payments.PaymentsError as error:
            yield connected.refused(error)
            return
    url = settings.base_url + WEBHOOKS
    yield connected.check_house(await _try_secret(url, settings.webhook_secret, now), url)


async def _at_stripe(
    settings: Settings, gateway: StripeGateway, now: datetime
) -> AsyncIterator[connected.Finding]:
    live = "_live_" in settings.payments_key
    account = await gateway.fetch_account()
    for finding in connected.check_account(account, live=live):
        yield finding
    wanted = connected.Wanted(
        settings.base_url + WEBHOOKS, payments.notices.EVENTS, payments.notices.API_VERSION
    )
    for finding in connected.check_endpoints(await gateway.endpoints(), wanted, live=live):
        yield finding
    since = now - timedelta(days=DAYS)
    told = await gateway.notices_since(since, unheard=False)
    unheard = {each.id for each in await gateway.notices_since(since)}
    ours = [each for each in told if each.word in payments.notices.EVENTS]
    missed = sum(each.id in unheard for each in ours)
    yield connected.check_deliveries(missed, len(ours) - missed, DAYS)


async def _try_secret(url: str, secret: str, at: datetime) -> int | None:
    """What the house answers to a notice of nothing, signed with the secret; None: no answer."""
    nothing = {"id": "evt_check", "created": int(at.timestamp()), "type": "check"}
    body = json.dumps({**nothing, "data": {"object": {"object": "check", "id": "check"}}}).encode()
    headers = {
        "Content-Type": "application/json",
        "Stripe-Signature": payments.notices.signed(body, secret=secret, at=at),
    }
    async with httpx.AsyncClient(timeout=PATIENCE_S) as client:
        try:
            return (await client.post(url, content=body, headers=headers)).status_code
        except httpx.HTTPError:
            return None


def _say(finding: connected.Finding) -> None:
    sign = "·" if finding.open else "✓" if finding.right else "✗"
    sys.stdout.write(f"{sign} {finding.words}\n")

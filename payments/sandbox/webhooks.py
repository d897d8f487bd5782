"""Tells the app what happened: signed, again and again until it listens.

Source: Stripe, "Receive Stripe events", read November 2026: retries for three days, duplicates
and disorder are normal, the signature is `t=…,v1=HMAC-SHA256(secret, "t.body")`.
"""

import asyncio
import contextlib
import hmac
import json
import random
from dataclasses import dataclass
from hashlib import sha256

import httpx

from .passing import pass_time
from .store import Delivery
from .strict import Strict
from .world import World

TICK_S = 0.1
FIRST_RETRY_S = 0.5
LONGEST_RETRY_S = 3_600
PATIENCE_S = 3 * 86_400
ANSWER_WITHIN_S = 10


@dataclass
class Manner:
    """How notices travel. Duplicates and shuffling are asked for by tests."""

    secret: str
    duplicates: int = 0
    shuffle: bool = False
    paused: bool = False


class Messenger:
    """Carries events to the webhook until it says 2xx, and lets time pass meanwhile."""

    def __init__(self, world: World, manner: Manner, strict: Strict | None) -> None:
        self._world, self._strict = world, strict
        self.manner = manner

    async def run(self) -> None:
        """Until cancelled."""
        async with httpx.AsyncClient(timeout=ANSWER_WITHIN_S) as client:
            while True:
                with self._world.store.transaction():
                    pass_time(self._world)
                if self._world.webhook_url and not self.manner.paused:
                    await self._carry(client, self._world.webhook_url)
                await asyncio.sleep(TICK_S)

    async def _carry(self, client: httpx.AsyncClient, url: str) -> None:
        batch = self._world.store.deliveries(self._world.clock.wall())
        batch = [letter for letter in batch for _ in range(1 + self.manner.duplicates)]
        if self.manner.shuffle:
            random.shuffle(batch)
        arrived = [(letter, await self._post(client, url, letter.event)) for letter in batch]
        with self._world.store.transaction():
            for letter, heard in arrived:
                self._note(letter, heard=heard)

    async def _post(self, client: httpx.AsyncClient, url: str, event: str) -> bool:
        doc = self._world.fetch("event", event)
        if self._strict:
            self._strict.event(doc)
        body = json.dumps(doc)
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": self.signature(body, int(self._world.clock.wall())),
        }
        with contextlib.suppress(httpx.HTTPError):
            answer = await client.post(url, content=body, headers=headers)
            return answer.is_success
        return False

    def signature(self, body: str, at: int) -> str:
        """The header that proves who wrote `body`, and when."""
        signed = hmac.new(self.manner.secret.encode(), f"{at}.{body}".encode(), sha256)
        return f"t={at},v1={signed.hexdigest()}"

    def _note(self, letter: Delivery, *, heard: bool) -> None:
        if heard:
            self._world.store.put(
                self._world.fetch("event", letter.event) | {"pending_webhooks": 0}
            )
        delay = min(FIRST_RETRY_S * 2**letter.attempts, LONGEST_RETRY_S)
        if heard or FIRST_RETRY_S * 2**letter.attempts > PATIENCE_S:
            self._world.store.delivered(letter.id)
        else:
            self._world.store.retry(letter.id, self._world.clock.wall() + delay)

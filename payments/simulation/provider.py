"""The sandbox's provider, driven directly: its own rules and keys, without HTTP, with troubles."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import count
from typing import Any
from urllib.parse import urlencode

import msgspec

import payments.notices
import payments.stripe_reading
from payments.card_page import CardPageState
from payments.dispute import Dispute
from payments.errors import Unreachable
from payments.hold import Hold, Refund
from payments.money import Money
from payments.plan import OperationKind
from payments.sandbox import cards, sessions
from payments.sandbox.api import CALLS, Answer, Asked, serve
from payments.sandbox.faults import Fault, FaultKind
from payments.sandbox.passing import pass_time
from payments.sandbox.refusals import Refusal
from payments.sandbox.world import Clock, World

from .memory import Memory

SILENT = {
    FaultKind.SLOW_BEFORE,
    FaultKind.SLOW_AFTER,
    FaultKind.DROP_BEFORE,
    FaultKind.DROP_AFTER,
}
"""Troubles of which the caller hears nothing at all."""
KINDS, UNHEARD = list(FaultKind), sorted(SILENT)
INTENTS, SESSIONS, REFUNDS = "/v1/payment_intents", "/v1/checkout/sessions", "/v1/refunds"
HOLD_PARTS = {"expand[0]": "latest_charge"}
PAGE_PARTS = {"expand[0]": "payment_intent.latest_charge", "expand[1]": "setup_intent"}


class Hands(Clock):
    """A clock that goes when it is told to."""

    def __init__(self, moment: datetime) -> None:  # pyright: ignore[reportMissingSuperCall] - no file
        self.moment = moment

    def now(self) -> int:
        """Seconds since 1970."""
        return int(self.moment.timestamp())

    def pass_by(self, time: timedelta) -> None:
        """Let time pass."""
        self.moment += time


@dataclass
class Provider:
    """One account at the provider, alone with one history."""

    clock: Hands
    chance: random.Random
    troubled: float = 0.0
    """How often a call meets trouble."""
    silent: bool = False
    """Whether every trouble is one of which nothing at all is heard, an answer kept or not."""
    world: World = field(init=False)
    store: Memory = field(init=False)
    troubles: int = 0
    """Calls that met trouble so far."""

    def __post_init__(self) -> None:
        self.store = Memory()
        numbers = count(1)
        self.world = World(
            self.store, webhook_url="memory", name=lambda prefix: f"{prefix}_{next(numbers)}"
        )
        self.world.clock = self.clock

    def open_page(
        self, kind: OperationKind, amount: Money, order: str, op: str, key: str, until: datetime
    ) -> str:
        """A card page; its id."""
        saves = kind is OperationKind.SAVE_CARD
        asked: dict[str, str] = {
            "success_url": "https://house.test/back",
            "expires_at": str(int(until.timestamp())),
            "client_reference_id": order,
            "customer_creation": "always",
            "mode": "setup" if saves else "payment",
        }
        if saves:
            asked["currency"] = amount.currency.lower()
            asked |= _written("setup_intent_data[metadata]", op=op, order=order)
        else:
            price = "line_items[0][price_data]"
            asked |= {
                f"{price}[currency]": amount.currency.lower(),
                f"{price}[unit_amount]": str(amount.minor),
                f"{price}[product_data][name]": "Pieces",
            }
            if kind is OperationKind.PAY_PAGE:
                asked["payment_intent_data[capture_method]"] = "automatic"
            else:
                asked["payment_intent_data[capture_method]"] = "manual"
                asked["payment_intent_data[setup_future_usage]"] = "off_session"
            asked |= _written("payment_intent_data[metadata]", op=op, order=order)
        return self._post(SESSIONS, asked, key)["id"]

    def fetch_page(self, page: str) -> CardPageState:
        """How far she got."""
        return payments.stripe_reading.card_page(
            self._get(f"{SESSIONS}/{{name}}", PAGE_PARTS, page)
        )

    def expire_page(self, page: str, key: str) -> CardPageState:
        """Close it."""
        path = f"{SESSIONS}/{{name}}/expire"
        return payments.stripe_reading.card_page(self._post(path, PAGE_PARTS, key, page))

    def ask_card(
        self,
        kind: OperationKind,
        amount: Money,
        order: str,
        op: str,
        key: str,
        customer: str,
        card: str,
    ) -> Hold:
        """Hold or charge without her."""
        at_once = kind is OperationKind.CHARGE
        asked = {
            "amount": str(amount.minor),
            "currency": amount.currency.lower(),
            "customer": customer,
            "payment_method": card,
            "capture_method": "automatic" if at_once else "manual",
            "confirm": "true",
            "off_session": "true",
            **_written("metadata", op=op, order=order),
            **HOLD_PARTS,
        }
        return payments.stripe_reading.hold(self._post(INTENTS, asked, key))

    def capture(self, hold: str, amount: Money, key: str, op: str) -> Hold:
        """Take exactly this."""
        asked = {
            "amount_to_capture": str(amount.minor),
            "metadata[capture_op]": op,
            **HOLD_PARTS,
        }
        return payments.stripe_reading.hold(
            self._post(f"{INTENTS}/{{name}}/capture", asked, key, hold)
        )

    def release(self, hold: str, key: str) -> Hold:
        """Give it back."""
        asked = {"cancellation_reason": "requested_by_customer", **HOLD_PARTS}
        return payments.stripe_reading.hold(
            self._post(f"{INTENTS}/{{name}}/cancel", asked, key, hold)
        )

    def refund(self, hold: str, amount: Money, key: str, op: str) -> Refund:
        """Give captured money back."""
        asked = {
            "payment_intent": hold,
            "amount": str(amount.minor),
            **_written("metadata", op=op),
        }
        return payments.stripe_reading.refund(self._post(REFUNDS, asked, key))

    def fetch_refund(self, refund: str) -> Refund:
        """As it stands now."""
        return payments.stripe_reading.refund(self._get(f"{REFUNDS}/{{name}}", {}, refund))

    def fetch_dispute(self, dispute: str) -> Dispute:
        """As it stands now."""
        answer = self._get("/v1/disputes/{name}", {}, dispute)
        return payments.stripe_reading.dispute(answer)

    def fetch_hold(self, hold: str) -> Hold:
        """As it stands now."""
        return payments.stripe_reading.hold(self._get(f"{INTENTS}/{{name}}", HOLD_PARTS, hold))

    def find_hold(self, op: str, customer: str) -> Hold | None:
        """The hold an operation made."""
        asked = {"customer": customer, "limit": "100", "expand[0]": "data.latest_charge"}
        holds = map(payments.stripe_reading.hold, self._get(INTENTS, asked)["data"])
        found = [hold for hold in holds if hold.op == op]
        return max(found, key=lambda hold: hold.capture_before is not None, default=None)

    def find_refund(self, hold: str, op: str) -> Refund | None:
        """The refund an operation made."""
        answer = self._get(REFUNDS, {"payment_intent": hold, "limit": "100"})
        found = [payments.stripe_reading.refund(each) for each in answer["data"]]
        return next((refund for refund in found if refund.op == op), None)

    def give_card(self, page: str, word: str) -> bool:
        """She types a card and says yes to her bank; whether it went through."""
        pass_time(self.world)
        session = self.store.get("checkout.session", page)
        if session is None or session["status"] != "open":
            return False
        typed = cards.Typed(cards.BY_WORD[word], 12, 2049, "A Client", "her@house.test")
        try:
            sessions.give_card(self.world, session, typed)
            sessions.bank_says(self.world, session, approved=True)
        except Refusal:
            return False
        return True

    def events(self, since: int) -> list[tuple[payments.notices.Notice, dict[str, Any]]]:
        """What happened after the first `since` events: the notices, and what they carry."""
        pass_time(self.world)
        told = [self.store.get("event", name) for name in self.store.told[since:]]
        return [(payments.notices.told_by(each), each["data"]["object"]) for each in told if each]

    def intents(self) -> list[dict[str, Any]]:
        """Every hold there ever was, as the provider itself knows it."""
        pass_time(self.world)
        return self.store.find("payment_intent")

    def refunds(self) -> list[dict[str, Any]]:
        """Every refund."""
        return self.store.find("refund")

    def lasts_until(self, intent: str) -> datetime | None:
        """When a live hold lapses."""
        due = self.store.objects[intent].due
        return None if due is None else datetime.fromtimestamp(due, UTC)

    def _get(self, path: str, asked: Mapping[str, str], name: str = "") -> dict[str, Any]:
        return self._ask("GET", path, asked, None, name)

    def _post(
        self, path: str, asked: Mapping[str, str], key: str, name: str = ""
    ) -> dict[str, Any]:
        return self._ask("POST", path, asked, key, name)

    def _ask(
        self, method: str, path: str, asked: Mapping[str, str], key: str | None, name: str
    ) -> dict[str, Any]:
        fault = self._fault()
        self.troubles += fault is not None
        request = Asked(
            method, path.replace("{name}", name), {"name": name}, _form(*asked.items()), key,
            "sk_test_memory", "https://provider.test",
        )  # fmt: skip
        answer: Answer = serve(self.world, CALLS[method, path], request, fault)
        if fault is not None and fault.kind in SILENT:
            raise Unreachable(f"{fault.kind}: no answer.")
        body: dict[str, Any] = msgspec.json.decode(answer.body)
        if answer.status != 200:
            raise payments.stripe_reading.error(answer.status, body["error"])
        return body

    def _fault(self) -> Fault | None:
        if self.troubled and self.chance.random() < self.troubled:
            return Fault(self.chance.choice(UNHEARD if self.silent else KINDS))
        return None


@lru_cache(maxsize=1_000)
def _form(*fields: tuple[str, str]) -> str:
    return urlencode(fields)


def _written(under: str, **words: str) -> dict[str, str]:
    return {f"{under}[{name}]": value for name, value in words.items()}

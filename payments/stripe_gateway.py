"""Calls out to Stripe, or to whatever speaks like it at another base address.

Every POST takes the caller's key: the SDK would make up a random one, which does not survive a
crash. Answers come back as our values, refusals as our errors; no SDK object leaves these files.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from . import stripe_pages as pages
from . import stripe_reading as reading
from .card_page import CardLine, CardPage, CardPageState
from .errors import BadAmount
from .hold import Hold, Refund
from .money import Money
from .stripe_books import HOLD_PARTS, StripeBooks
from .stripe_connection import answer_of

if TYPE_CHECKING:
    from stripe.params import PaymentIntentCreateParams
    from stripe.params.checkout import SessionCreateParams

PAGE_PARTS = ["payment_intent.latest_charge", "setup_intent"]
RELEASE_REASON = "requested_by_customer"


class StripeGateway(StripeBooks):
    """One account at Stripe, and a pool of connections that lives on one event loop.

    `base` is another address that speaks Stripe's protocol, such as the sandbox; None is Stripe.

    Raises, from every method:
        Unreachable: the outcome is unknown; ask again with the same key, or read back.
        KeyReused: the key was used for other content; nothing was done.
        Rejected: Stripe does not understand or does not let us.
    """

    async def open_card_page(
        self,
        *,
        amount: Money,
        order: str,
        op: str,
        key: str,
        success_url: str,
        cancel_url: str,
        expires_at: datetime,
        description: str,
        email: str | None = None,
        customer: str | None = None,
        lines: Sequence[CardLine] = (),
        locale: str = "auto",
        house: str | None = None,
        note: str | None = None,
    ) -> CardPage:
        """Open a page that holds `amount` on her card, charges nothing and keeps the card.

        `customer` is the provider's name for her when she came before; `note` is what she reads by
        the button; `{CHECKOUT_SESSION_ID}` in `success_url` becomes the page's id.

        Raises:
            BadAmount: the lines do not add up to the amount, or there are too many.
        """
        params = pages.page("payment", order, op, success_url, cancel_url, expires_at, locale)
        params["line_items"] = pages.line_items(amount, lines or (CardLine(description, amount),))
        params["submit_type"] = "book"
        params["payment_intent_data"] = {
            "capture_method": "manual",
            "setup_future_usage": "off_session",
            "description": description,
            "metadata": {"op": op, "order": order},
        }
        return await self._open(pages.for_whom(params, customer, email, house, note), key)

    async def open_payment_page(
        self,
        *,
        amount: Money,
        order: str,
        op: str,
        key: str,
        success_url: str,
        cancel_url: str,
        expires_at: datetime,
        description: str,
        email: str | None = None,
        customer: str | None = None,
        lines: Sequence[CardLine] = (),
        locale: str = "auto",
        house: str | None = None,
        note: str | None = None,
    ) -> CardPage:
        """Open a page on which she pays `amount` at once. Paid, its hold reads as captured.

        Raises:
            BadAmount: the lines do not add up to the amount, or there are too many.
        """
        params = pages.page("payment", order, op, success_url, cancel_url, expires_at, locale)
        params["line_items"] = pages.line_items(amount, lines or (CardLine(description, amount),))
        params["submit_type"] = "pay"
        params["payment_intent_data"] = {
            "capture_method": "automatic",
            "description": description,
            "metadata": {"op": op, "order": order},
        }
        return await self._open(pages.for_whom(params, customer, email, house, note), key)

    async def open_card_save_page(
        self,
        *,
        order: str,
        op: str,
        key: str,
        success_url: str,
        cancel_url: str,
        expires_at: datetime,
        description: str,
        currency: str,
        email: str | None = None,
        customer: str | None = None,
        locale: str = "auto",
        house: str | None = None,
        note: str | None = None,
    ) -> CardPage:
        """Open a page that keeps her card for a later hold, and holds nothing now."""
        params = pages.page("setup", order, op, success_url, cancel_url, expires_at, locale)
        params["currency"] = currency.lower()
        params["setup_intent_data"] = {
            "description": description,
            "metadata": {"op": op, "order": order},
        }
        return await self._open(pages.for_whom(params, customer, email, house, note), key)

    async def fetch_card_page(self, page: str) -> CardPageState:
        """How far she got, with the hold or the kept card if there is one."""
        ask = self._client.checkout.sessions.retrieve_async(page, {"expand": PAGE_PARTS})
        return reading.card_page(await answer_of(ask))

    async def expire_card_page(self, page: str, *, key: str) -> CardPageState:
        """Close a page that is still open, so that nobody can pay on it any more.

        Raises:
            WrongState: she finished in the last second, or it was closed before: fetch it.
        """
        ask = self._client.checkout.sessions.expire_async(
            page, {"expand": PAGE_PARTS}, {"idempotency_key": key}
        )
        return reading.card_page(await answer_of(ask))

    async def fetch_hold(self, hold: str) -> Hold:
        """The hold as Stripe sees it now."""
        ask = self._client.payment_intents.retrieve_async(hold, {"expand": HOLD_PARTS})
        return reading.hold(await answer_of(ask))

    async def find_hold(self, op: str, *, customer: str | None = None) -> Hold | None:
        """The hold that an operation made, or None when there is none.

        With her `customer` id Stripe's own list is read, which is up to date; without it Stripe's
        search answers, which may lag by a minute. A hold that went through is preferred.
        """
        if customer is not None:
            listed = self._client.payment_intents.list_async(
                {"customer": customer, "limit": 100, "expand": ["data.latest_charge"]}
            )
            answer = await answer_of(listed)
        else:
            words = op.replace("\\", "\\\\").replace("'", "\\'")
            searched = self._client.payment_intents.search_async(
                {"query": f"metadata['op']:'{words}'", "expand": ["data.latest_charge"]}
            )
            answer = await answer_of(searched)
        found = [hold for hold in map(reading.hold, answer["data"]) if hold.op == op]
        return max(found, key=lambda hold: hold.capture_before is not None, default=None)

    async def hold_off_session(
        self,
        *,
        amount: Money,
        order: str,
        op: str,
        key: str,
        customer: str,
        payment_method: str,
        description: str,
    ) -> Hold:
        """Hold `amount` on a card she left with us, without her.

        Raises:
            BadAmount: too little or too much for a card.
            Declined: the card said no; `needs_her` when her bank wants her on a card page.
        """
        params = _without_her(amount, order, op, customer, payment_method, description)
        params["capture_method"] = "manual"
        ask = self._client.payment_intents.create_async(params, {"idempotency_key": key})
        return reading.hold(await answer_of(ask))

    async def charge_off_session(
        self,
        *,
        amount: Money,
        order: str,
        op: str,
        key: str,
        customer: str,
        payment_method: str,
        description: str,
    ) -> Hold:
        """Take `amount` at once from a card she left with us, without her: it reads as captured.

        Raises:
            BadAmount: too little or too much for a card.
            Declined: the card said no; `needs_her` when her bank wants her on a page to pay.
        """
        params = _without_her(amount, order, op, customer, payment_method, description)
        params["capture_method"] = "automatic"
        ask = self._client.payment_intents.create_async(params, {"idempotency_key": key})
        return reading.hold(await answer_of(ask))

    async def capture(self, hold: str, amount: Money, *, key: str, op: str) -> Hold:
        """Take exactly `amount` of a hold; Stripe gives the rest back at once.

        Raises:
            BadAmount: nothing to take, or more than is held.
            WrongState: captured before, or lapsed: fetch it; captured for `amount` is success.
        """
        if amount.minor <= 0:
            raise BadAmount(f"Cannot capture {amount}; release the hold instead.")
        ask = self._client.payment_intents.capture_async(
            hold,
            {
                "amount_to_capture": amount.minor,
                "metadata": {"capture_op": op},
                "expand": HOLD_PARTS,
            },
            {"idempotency_key": key},
        )
        return reading.hold(await answer_of(ask))

    async def release(self, hold: str, *, key: str, op: str) -> Hold:
        """Give a hold back whole. Stripe takes no metadata here: `op` travels as a header.

        Raises:
            WrongState: captured or released before: fetch it; released is success.
        """
        ask = self._client.payment_intents.cancel_async(
            hold,
            {"cancellation_reason": RELEASE_REASON, "expand": HOLD_PARTS},
            {"idempotency_key": key, "headers": {"X-Operation": op}},
        )
        return reading.hold(await answer_of(ask))

    async def refund(self, hold: str, amount: Money, *, key: str, op: str) -> Refund:
        """Give captured money back.

        Raises:
            BadAmount: nothing, or more than is left of what was captured.
            WrongState: all of it was given back before, or nothing was captured.
        """
        if amount.minor <= 0:
            raise BadAmount(f"Cannot refund {amount}.")
        ask = self._client.refunds.create_async(
            {
                "payment_intent": hold,
                "amount": amount.minor,
                "reason": RELEASE_REASON,
                "metadata": {"op": op},
            },
            {"idempotency_key": key},
        )
        return reading.refund(await answer_of(ask))

    async def _open(self, params: "SessionCreateParams", key: str) -> CardPage:
        ask = self._client.checkout.sessions.create_async(params, {"idempotency_key": key})
        session = await answer_of(ask)
        return CardPage(session["id"], session["url"], reading.moment(session["expires_at"]))


def _without_her(
    amount: Money, order: str, op: str, customer: str, payment_method: str, description: str
) -> "PaymentIntentCreateParams":
    return {
        "amount": amount.minor,
        "currency": amount.currency.lower(),
        "customer": customer,
        "payment_method": payment_method,
        "allowed_payment_method_types": ["card"],
        "confirm": True,
        "off_session": True,
        "description": description,
        "metadata": {"op": op, "order": order},
        "expand": HOLD_PARTS,
    }

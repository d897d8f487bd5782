"""Calls out to Stripe, or to whatever speaks like it at another base address.

Every POST takes the caller's key: the SDK would make up a random one, which does not survive a
crash. Answers come back as our values, refusals as our errors; no SDK object leaves this file.
"""

from collections.abc import Awaitable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

import stripe

from . import stripe_reading as reading
from .card_page import CardLine, CardPage, CardPageState
from .errors import BadAmount, PaymentsError, Unreachable
from .hold import Hold, Refund
from .money import Money

if TYPE_CHECKING:
    from stripe.params import PaymentIntentCreateParams
    from stripe.params.checkout import (
        SessionCreateParams,
        SessionCreateParamsBrandingSettings,
        SessionCreateParamsCustomText,
        SessionCreateParamsLineItem,
        SessionCreateParamsLineItemPriceDataProductData,
    )

Answer = TypeVar("Answer", bound=stripe.StripeObject)

LOCALES = (
    *("bg", "cs", "da", "de", "el", "en", "en-GB", "es", "es-419", "et", "fi", "fil", "fr"),
    *("fr-CA", "hr", "hu", "id", "it", "ja", "ko", "lt", "lv", "ms", "mt", "nb", "nl", "pl"),
    *("pt", "pt-BR", "ro", "ru", "sk", "sl", "sv", "th", "tr", "vi", "zh", "zh-HK", "zh-TW"),
)
"""Languages Stripe's page speaks; any other is left to her browser. Source: SDK 16.1."""

MOST_LINES = 100
"""Lines on one card page. Source: SDK 16.1, `SessionCreateParams.line_items`."""

HOLD_PARTS = ["latest_charge"]
PAGE_PARTS = ["payment_intent.latest_charge", "setup_intent"]
RELEASE_REASON = "requested_by_customer"


class StripeGateway:
    """One account at Stripe, and a pool of connections that lives on one event loop.

    `base` is another address that speaks Stripe's protocol, such as the sandbox; None is Stripe.

    Raises, from every method:
        Unreachable: the outcome is unknown; ask again with the same key, or read back.
        KeyReused: the key was used for other content; nothing was done.
        Rejected: Stripe does not understand or does not let us.
    """

    def __init__(self, api_key: str, base: str | None = None, *, timeout_s: float = 20) -> None:
        self._http = _Connections(timeout=timeout_s)
        self._client = stripe.StripeClient(
            api_key,
            base_addresses={"api": base} if base else {},
            http_client=self._http,
            max_network_retries=0,
        ).v1

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close_async()

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
        params = _page("payment", order, op, success_url, cancel_url, expires_at, locale)
        params["line_items"] = _line_items(amount, lines or (CardLine(description, amount),))
        params["submit_type"] = "book"
        params["payment_intent_data"] = {
            "capture_method": "manual",
            "setup_future_usage": "off_session",
            "description": description,
            "metadata": {"op": op, "order": order},
        }
        return await self._open(_for_whom(params, customer, email, house, note), key)

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
        params = _page("setup", order, op, success_url, cancel_url, expires_at, locale)
        params["currency"] = currency.lower()
        params["setup_intent_data"] = {
            "description": description,
            "metadata": {"op": op, "order": order},
        }
        return await self._open(_for_whom(params, customer, email, house, note), key)

    async def fetch_card_page(self, page: str) -> CardPageState:
        """How far she got, with the hold or the kept card if there is one."""
        ask = self._client.checkout.sessions.retrieve_async(page, {"expand": PAGE_PARTS})
        return reading.card_page(await _answer(ask))

    async def expire_card_page(self, page: str, *, key: str) -> CardPageState:
        """Close a page that is still open, so that nobody can pay on it any more.

        Raises:
            WrongState: she finished in the last second, or it was closed before: fetch it.
        """
        ask = self._client.checkout.sessions.expire_async(
            page, {"expand": PAGE_PARTS}, {"idempotency_key": key}
        )
        return reading.card_page(await _answer(ask))

    async def fetch_hold(self, hold: str) -> Hold:
        """The hold as Stripe sees it now."""
        ask = self._client.payment_intents.retrieve_async(hold, {"expand": HOLD_PARTS})
        return reading.hold(await _answer(ask))

    async def find_hold(self, op: str, *, customer: str | None = None) -> Hold | None:
        """The hold that an operation made, or None when there is none.

        With her `customer` id Stripe's own list is read, which is up to date; without it Stripe's
        search answers, which may lag by a minute. A hold that went through is preferred.
        """
        if customer is not None:
            listed = self._client.payment_intents.list_async(
                {"customer": customer, "limit": 100, "expand": ["data.latest_charge"]}
            )
            answer = await _answer(listed)
        else:
            words = op.replace("\\", "\\\\").replace("'", "\\'")
            searched = self._client.payment_intents.search_async(
                {"query": f"metadata['op']:'{words}'", "expand": ["data.latest_charge"]}
            )
            answer = await _answer(searched)
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
            Declined: the card said no; `needs_her` when her bank wants her on a card page.
        """
        params: PaymentIntentCreateParams = {
            "amount": amount.minor,
            "currency": amount.currency.lower(),
            "customer": customer,
            "payment_method": payment_method,
            "allowed_payment_method_types": ["card"],
            "capture_method": "manual",
            "confirm": True,
            "off_session": True,
            "description": description,
            "metadata": {"op": op, "order": order},
            "expand": HOLD_PARTS,
        }
        ask = self._client.payment_intents.create_async(params, {"idempotency_key": key})
        return reading.hold(await _answer(ask))

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
        return reading.hold(await _answer(ask))

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
        return reading.hold(await _answer(ask))

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
        return reading.refund(await _answer(ask))

    async def refunds_of(self, hold: str) -> tuple[Refund, ...]:
        """Every refund of a hold, newest first; a lost answer is found again by its `op`."""
        ask = self._client.refunds.list_async({"payment_intent": hold, "limit": 100})
        answer = await _answer(ask)
        return tuple(map(reading.refund, answer["data"]))

    async def _open(self, params: "SessionCreateParams", key: str) -> CardPage:
        ask = self._client.checkout.sessions.create_async(params, {"idempotency_key": key})
        session = await _answer(ask)
        return CardPage(session["id"], session["url"], reading.moment(session["expires_at"]))


class _Connections(stripe.HTTPXClient):
    """The SDK's own client, but the body goes under the name httpx wants (SDK 16.1 warns)."""

    def _get_request_args_kwargs(
        self, method: str, url: str, headers: Mapping[str, str], post_data: str | None
    ) -> list[Any]:
        build: Any = super()._get_request_args_kwargs  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        asked = build(method, url, headers, post_data)
        asked[1]["content"] = asked[1].pop("data") or b""
        return asked


def _page(
    mode: str,
    order: str,
    op: str,
    success_url: str,
    cancel_url: str,
    expires_at: datetime,
    locale: str,
) -> "SessionCreateParams":
    return {
        "mode": mode,
        "allowed_payment_method_types": ["card"],
        "client_reference_id": order,
        "metadata": {"op": op, "order": order},
        "success_url": success_url,
        "cancel_url": cancel_url,
        "expires_at": int(expires_at.timestamp()),
        "locale": locale if locale in LOCALES else "auto",
    }


def _for_whom(
    params: "SessionCreateParams",
    customer: str | None,
    email: str | None,
    house: str | None,
    note: str | None,
) -> "SessionCreateParams":
    """Say who she is, in whose name the page speaks, and what it tells her by the button."""
    if customer is not None:
        params["customer"] = customer
    else:
        params["customer_creation"] = "always"
        if email is not None:
            params["customer_email"] = email
    if house is not None:
        branding: SessionCreateParamsBrandingSettings = {"display_name": house}
        params["branding_settings"] = branding
    if note is not None:
        words: SessionCreateParamsCustomText = {"submit": {"message": note}}
        params["custom_text"] = words
    return params


def _line_items(amount: Money, lines: Sequence[CardLine]) -> "list[SessionCreateParamsLineItem]":
    if amount.minor <= 0:
        raise BadAmount(f"Cannot hold {amount}; a page that only keeps the card holds nothing.")
    if len(lines) > MOST_LINES:
        raise BadAmount(f"A card page shows {MOST_LINES} lines at most, not {len(lines)}.")
    if Money.total((line.price for line in lines), amount.currency) != amount:
        raise BadAmount(f"The lines on the card page do not add up to {amount}.")
    return [_line_item(line) for line in lines]


def _line_item(line: CardLine) -> "SessionCreateParamsLineItem":
    product: SessionCreateParamsLineItemPriceDataProductData = {"name": line.name}
    if line.detail is not None:
        product["description"] = line.detail
    return {
        "quantity": 1,
        "price_data": {
            "currency": line.price.currency.lower(),
            "unit_amount": line.price.minor,
            "product_data": product,
        },
    }


async def _answer(ask: Awaitable[Answer]) -> dict[str, Any]:
    """Wait for Stripe and read its answer as a plain mapping, its refusals as our errors."""
    try:
        answer = await ask
    except stripe.StripeError as refusal:
        raise _ours(refusal) from refusal
    return answer.to_dict()


def _ours(refusal: stripe.StripeError) -> PaymentsError:
    """Stripe's refusal as ours; silence when there was no answer to read."""
    said: Any = refusal.json_body
    status = refusal.http_status or 0
    if not isinstance(said, Mapping):
        return Unreachable(refusal.user_message or str(refusal), stored=status >= 500)
    return reading.error(status, cast("Mapping[str, Any]", said).get("error") or {})

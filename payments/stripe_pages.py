"""What Stripe is asked for when a card page is opened."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from .card_page import CardLine
from .errors import BadAmount
from .money import Money

if TYPE_CHECKING:
    from stripe.params.checkout import (
        SessionCreateParams,
        SessionCreateParamsBrandingSettings,
        SessionCreateParamsCustomText,
        SessionCreateParamsLineItem,
        SessionCreateParamsLineItemPriceDataProductData,
    )

LOCALES = (
    *("bg", "cs", "da", "de", "el", "en", "en-GB", "es", "es-419", "et", "fi", "fil", "fr"),
    *("fr-CA", "hr", "hu", "id", "it", "ja", "ko", "lt", "lv", "ms", "mt", "nb", "nl", "pl"),
    *("pt", "pt-BR", "ro", "ru", "sk", "sl", "sv", "th", "tr", "vi", "zh", "zh-HK", "zh-TW"),
)
"""Languages Stripe's page speaks; any other is left to her browser. Source: SDK 16.1."""

MOST_LINES = 100
"""Lines on one card page. Source: SDK 16.1, `SessionCreateParams.line_items`."""


def page(
    mode: str,
    order: str,
    op: str,
    success_url: str,
    cancel_url: str,
    expires_at: datetime,
    locale: str,
) -> "SessionCreateParams":
    """A page for an order, until it closes."""
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


def for_whom(
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


def line_items(amount: Money, lines: Sequence[CardLine]) -> "list[SessionCreateParamsLineItem]":
    """What she reads on the page; it adds up to what is asked.

    Raises:
        BadAmount: it does not, there are too many lines, or nothing is asked.
    """
    if amount.minor <= 0:
        raise BadAmount(f"Cannot ask for {amount}; a page that only keeps the card asks nothing.")
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

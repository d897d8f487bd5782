"""Holds and charges: authorised, captured once or at once, cancelled, or lapsed.

Source: Stripe, "Place a hold on a payment method", read November 2026: a hold made while she is
there lasts 7 days, a Visa hold made without her 4 days 18 hours; a capture below the hold gives
the rest back; there is one capture.
"""

from typing import Any

from . import disputes, shapes
from .cards import BY_TOKEN, BY_WORD, Card, problem
from .params import Params
from .refusals import Refusal, card_error, invalid, unexpected
from .store import Doc
from .world import World

DAY_S = 86_400
HOLD_S = 7 * DAY_S
VISA_OFF_SESSION_S = 4 * DAY_S + 18 * 3_600

LEAST = {
    **dict.fromkeys(("chf", "eur", "jpy", "usd"), 50),
    **dict.fromkeys(("nok", "sek"), 300),
    "dkk": 250,
    "gbp": 30,
}
"""The least Stripe charges, in minor units. Source: "Minimum charge amounts", November 2026; that
it refuses a smaller capture, too: woocommerce-gateway-stripe, pull request 3903, February 2025."""
MOST = 99_999_999
THREE_DECIMALS = {"bhd", "kwd", "tnd"}

CANCELABLE = {"requires_payment_method", "requires_confirmation", "requires_action"}
REASONS = ("abandoned", "duplicate", "fraudulent", "requested_by_customer")

CREATE = (
    "allowed_payment_method_types",
    "amount",
    "capture_method",
    "confirm",
    "currency",
    "customer",
    "description",
    "expand",
    "metadata",
    "off_session",
    "payment_method",
    "setup_future_usage",
)


def check_amount(amount: int | None, currency: str, param: str = "amount") -> int:
    """An amount that Stripe would take.

    Raises:
        Refusal: too small, too large, or finer than the card networks settle.
    """
    if amount is None:
        raise invalid(f"Missing required param: {param}.", param, "parameter_missing")
    least = LEAST.get(currency, 1)
    if amount < least:
        words = f"Amount must be at least {least} in {currency}."
        raise invalid(words, param, "amount_too_small")
    if amount > MOST:
        raise invalid(f"Amount must be no more than {MOST}.", param, "amount_too_large")
    if currency in THREE_DECIMALS and amount % 10:
        words = f"Invalid integer: {amount}. Amounts in {currency} end in 0."
        raise invalid(words, param, "parameter_invalid_integer")
    return amount


def create(world: World, params: Params) -> Doc:
    """Hold money without her in one step, or take it at once.

    Raises:
        Refusal: the card said no; the intent stays, waiting for another card.
    """
    params.only(CREATE)
    currency = params.must("currency").lower()
    amount = check_amount(params.integer("amount"), currency)
    method_of_capture = params.choice("capture_method", ("manual", "automatic"), "automatic")
    if not (params.flag("confirm") and params.flag("off_session")):
        raise invalid("The sandbox makes intents only with confirm and off_session.", "confirm")
    customer = world.fetch("customer", params.must("customer"))
    method = usable(world, params.must("payment_method"), customer["id"])
    intent = shapes.intent(world.name("pi"), world.clock.now(), amount, currency)
    intent |= {
        "capture_method": method_of_capture,
        "customer": customer["id"],
        "description": params.text("description"),
        "metadata": params.metadata(),
        "payment_method": method["id"],
    }
    world.tell("payment_intent.created", world.store.put(intent))
    return authorise(world, intent, method, off_session=True)


def usable(world: World, name: str, customer: str) -> Doc:
    """A card of hers, or a ready-made one by its token.

    Raises:
        Refusal: it is somebody else's, or kept for nobody.
    """
    if name in BY_TOKEN:
        return ready_made(world, name)
    method = world.fetch("payment_method", name)
    if method["customer"] != customer:
        raise invalid(
            f"The customer does not have a payment method with the ID {name}.", "payment_method"
        )
    return method


def ready_made(world: World, token: str, name: str | None = None) -> Doc:
    """A new payment method of a test card, under this name or one nobody can guess."""
    card = BY_TOKEN[token]
    expiry = (12, world.clock.month()[0] + 3)
    now = world.clock.now()
    method = shapes.payment_method(name or world.name("pm"), now, card, expiry, (None, None))
    return world.store.put(method, inside={"card": card.word})


def card_of(world: World, method: Doc) -> Card:
    """Which test card a payment method is."""
    return BY_WORD[world.store.inside(method["id"])["card"]]


def authorise(world: World, intent: Doc, method: Doc, *, off_session: bool = False) -> Doc:
    """Ask her bank to set the money aside, or to give it at once.

    Raises:
        Refusal: it says no.
    """
    card, at_once = card_of(world, method), intent["capture_method"] == "automatic"
    refusal = card.later if off_session else card.hold
    if off_session and at_once:
        refusal = refusal or card.charge
    if refusal is not None:
        fail(world, intent, problem(refusal), method)
        raise card_error(problem(refusal), payment_intent=intent)
    now = world.clock.now()
    short = off_session and card.brand == "visa"
    before = now + (VISA_OFF_SESSION_S if short else HOLD_S)
    charge = shapes.charge(world.name("ch"), now, intent, method, before)
    intent |= {
        "amount_capturable": intent["amount"],
        "last_payment_error": None,
        "latest_charge": charge["id"],
        "next_action": None,
        "payment_method": method["id"],
        "status": "requires_capture",
    }
    if at_once:
        charge["payment_method_details"]["card"]["capture_before"] = None
        charge |= {"amount_captured": intent["amount"], "captured": True}
        world.tell("charge.succeeded", world.store.put(charge))
        return _taken(world, intent, intent["amount"], card)
    world.tell("charge.succeeded", world.store.put(charge))
    world.tell("payment_intent.amount_capturable_updated", world.store.put(intent, due=before))
    return intent


def fail(world: World, intent: Doc, error: dict[str, Any], method: Doc | None) -> None:
    """Write down that her bank said no; the intent waits for another card."""
    intent |= {
        "last_payment_error": {**error, **({"payment_method": method} if method else {})},
        "next_action": None,
        "payment_method": None,
        "status": "requires_payment_method",
    }
    world.tell("payment_intent.payment_failed", world.store.put(intent))


def capture(world: World, name: str, params: Params) -> Doc:
    """Take money that is held, once; the rest goes back.

    Raises:
        Refusal: it is not held any more, or less is held than asked for.
    """
    params.only(("amount_to_capture", "metadata", "expand"))
    intent = world.fetch("payment_intent", name)
    asked = params.integer("amount_to_capture")
    metadata = params.metadata()
    if intent["status"] != "requires_capture":
        raise unexpected(intent, "captured", "requires_capture")
    amount = intent["amount_capturable"] if asked is None else asked
    if amount < 1:
        words = "Invalid positive integer."
        raise invalid(words, "amount_to_capture", "parameter_invalid_integer")
    check_amount(amount, intent["currency"], "amount_to_capture")
    if amount > intent["amount_capturable"]:
        raise Refusal(
            400,
            f"The amount to capture ({amount}) is greater than the capturable amount "
            f"({intent['amount_capturable']}).",
            code="amount_too_large",
            param="amount_to_capture",
        )
    charge = world.fetch("charge", intent["latest_charge"])
    card = card_of(world, world.fetch("payment_method", intent["payment_method"]))
    if card.lapses:
        lapse(world, intent)
        words = "The charge cannot be captured as the authorization has expired."
        raise Refusal(400, words, code="charge_expired_for_capture")
    charge |= {
        "amount_captured": amount,
        "amount_refunded": charge["amount"] - amount,  # Stripe counts what it lets go as refunded
        "captured": True,
    }
    intent["metadata"] |= metadata
    world.tell("charge.captured", world.store.put(charge))
    return _taken(world, intent, amount, card)


def _taken(world: World, intent: Doc, amount: int, card: Card) -> Doc:
    """The money is ours; some clients do not know it any more the next moment."""
    intent |= {"amount_capturable": 0, "amount_received": amount, "status": "succeeded"}
    world.tell("payment_intent.succeeded", world.store.put(intent))
    if card.dispute is not None:
        disputes.begin(world, intent, "fraudulent", inquiry=card.dispute == "inquiry")
    return intent


def cancel(world: World, name: str, params: Params) -> Doc:
    """Give a hold back whole, or give up one that nobody paid.

    Raises:
        Refusal: it is captured or cancelled already.
    """
    params.only(("cancellation_reason", "expand"))
    reason = params.choice("cancellation_reason", REASONS)
    intent = world.fetch("payment_intent", name)
    if intent["status"] not in CANCELABLE | {"requires_capture"}:
        allowed = ", ".join(sorted(CANCELABLE | {"requires_capture"}))
        raise unexpected(intent, "canceled", allowed)
    return close(world, intent, reason)


def lapse(world: World, intent: Doc) -> None:
    """Her bank's patience is over: Stripe gives the money back."""
    close(world, intent, "automatic")
    charge = world.fetch("charge", intent["latest_charge"])
    world.tell("charge.expired", charge)


def close(world: World, intent: Doc, reason: str | None) -> Doc:
    """Cancel an intent, whatever it holds."""
    intent |= {
        "amount_capturable": 0,
        "canceled_at": world.clock.now(),
        "cancellation_reason": reason,
        "next_action": None,
        "status": "canceled",
    }
    charge = world.store.get("charge", intent["latest_charge"])
    if charge is not None:
        charge |= {"amount_refunded": charge["amount"], "refunded": True}
        world.tell("charge.refunded", world.store.put(charge))
    world.tell("payment_intent.canceled", world.store.put(intent))
    return intent

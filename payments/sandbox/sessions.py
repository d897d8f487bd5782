"""Card pages: opened by us, finished by her, closed by time.

Source: Stripe, "Checkout Sessions" and SDK 16.1's parameters; a page lives 30 minutes to 24 hours.
"""

from typing import Any

from . import intents, shapes
from .cards import Typed, problem
from .params import Params
from .refusals import Refusal, card_error, invalid
from .store import Doc
from .world import World

MINUTE_S = 60
LEAST_S, MOST_S = 30 * MINUTE_S, 24 * 60 * MINUTE_S

CREATE = (
    "allowed_payment_method_types",
    "branding_settings",
    "cancel_url",
    "client_reference_id",
    "currency",
    "custom_text",
    "customer",
    "customer_creation",
    "customer_email",
    "expand",
    "expires_at",
    "line_items",
    "locale",
    "metadata",
    "mode",
    "payment_intent_data",
    "setup_intent_data",
    "submit_type",
    "success_url",
)

REFUSED_BY_BANK = {
    "type": "invalid_request_error",
    "code": "payment_intent_authentication_failure",
    "message": "We are unable to authenticate your payment method.",
}


def create(world: World, params: Params, base: str) -> Doc:
    """Open a card page under `base`."""
    params.only(CREATE)
    mode = params.choice("mode", ("payment", "setup")) or params.must("mode")
    now = world.clock.now()
    session = shapes.session(world.name("cs_test"), now, mode)
    session |= {
        "cancel_url": params.text("cancel_url"),
        "client_reference_id": params.text("client_reference_id"),
        "customer": _known_customer(world, params),
        "customer_creation": params.choice("customer_creation", ("always", "if_required")),
        "customer_email": params.text("customer_email"),
        "expires_at": _expiry(params, now),
        "locale": params.text("locale"),
        "metadata": params.metadata(),
        "submit_type": params.choice("submit_type", ("auto", "book", "donate", "pay")),
        "success_url": params.must("success_url"),
        "url": f"{base}/pay/{session['id']}",
    }
    if note := params.inner("custom_text").inner("submit").text("message"):
        session["custom_text"]["submit"] = {"message": note}
    inside: dict[str, Any] = {
        "house": params.inner("branding_settings").text("display_name"),
        **(_payment(session, params) if mode == "payment" else _setup(session, params)),
    }
    return world.store.put(session, due=session["expires_at"], inside=inside)


def _known_customer(world: World, params: Params) -> str | None:
    name = params.text("customer")
    if name is None:
        return None
    if params.text("customer_creation") or params.text("customer_email"):
        raise invalid("You may only specify one of these parameters: customer, ...", "customer")
    return world.fetch("customer", name)["id"]


def _expiry(params: Params, now: int) -> int:
    at = params.integer("expires_at", now + MOST_S) or 0
    if not LEAST_S - MINUTE_S <= at - now <= MOST_S + MINUTE_S:
        words = (
            "The `expires_at` timestamp must be at least 30 minutes and at most 24 hours "
            "from Checkout Session creation."
        )
        raise invalid(words, "expires_at")
    return at


def _payment(session: Doc, params: Params) -> Doc:
    lines = [_line(row) for row in params.rows("line_items")]
    if not lines or len(lines) > 100:
        raise invalid("`line_items` takes 1 to 100 lines in payment mode.", "line_items")
    currencies = {line["currency"] for line in lines}
    if len(currencies) > 1:
        raise invalid("All line items need the same currency.", "line_items")
    data = params.inner("payment_intent_data")
    data.only(("capture_method", "setup_future_usage", "description", "metadata"))
    capture = data.choice("capture_method", ("manual", "automatic"), "automatic")
    currency = currencies.pop()
    total = intents.check_amount(sum(line["amount"] for line in lines), currency)
    session |= {"amount_subtotal": total, "amount_total": total, "currency": currency}
    session["total_details"] = {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0}
    return {
        "lines": lines,
        "capture": capture,
        "description": data.text("description"),
        "metadata": data.metadata(),
        "future": data.choice("setup_future_usage", ("off_session", "on_session")),
    }


def _line(row: Params) -> Doc:
    row.only(("price_data", "quantity"))
    price = row.inner("price_data").only(("currency", "unit_amount", "product_data"))
    product = price.inner("product_data").only(("name", "description"))
    unit, quantity = price.integer("unit_amount"), row.integer("quantity", 1)
    if unit is None or unit < 0 or not quantity or quantity < 1:
        raise invalid("A line needs a unit_amount and a quantity.", "line_items")
    return {
        "name": product.must("name"),
        "detail": product.text("description"),
        "amount": unit * quantity,
        "currency": price.must("currency").lower(),
    }


def _setup(session: Doc, params: Params) -> Doc:
    if params.rows("line_items"):
        raise invalid("You can not pass `line_items` in `setup` mode.", "line_items")
    session["currency"] = (params.text("currency") or "").lower() or None
    data = params.inner("setup_intent_data").only(("description", "metadata"))
    return {"lines": [], "description": data.text("description"), "metadata": data.metadata()}


def expire(world: World, name: str, params: Params) -> Doc:
    """Close a page that is still open.

    Raises:
        Refusal: it is not.
    """
    params.only(("expand",))
    session = world.fetch("checkout.session", name)
    if session["status"] != "open":
        raise Refusal(
            400,
            'Only Checkout Sessions with a status in ["open"] can be expired. '
            f"This Checkout Session has a status of {session['status']}.",
        )
    return lapse(world, session)


def lapse(world: World, session: Doc) -> Doc:
    """The page closes unfinished; a card that was being asked about is let go."""
    session |= {"status": "expired", "url": None}
    intent = world.store.get("payment_intent", session["payment_intent"])
    if intent is not None and intent["status"] in intents.CANCELABLE:
        intents.close(world, intent, "automatic")
    world.tell("checkout.session.expired", world.store.put(session))
    return session


def asked_of(world: World, session: Doc) -> Doc | None:
    """The intent behind a page, once a card was given."""
    return world.store.get("payment_intent", session["payment_intent"]) or world.store.get(
        "setup_intent", session["setup_intent"]
    )


def give_card(world: World, session: Doc, typed: Typed) -> None:
    """She pressed the button. Her bank may want a word with her first.

    Raises:
        Refusal: her bank says no; the page stays open for another card.
    """
    now = world.clock.now()
    method = shapes.payment_method(
        world.name("pm"),
        now,
        typed.card,
        (typed.exp_month, typed.exp_year),
        (typed.name, session["customer_email"] or typed.email),
    )
    world.store.put(method, inside={"card": typed.card.word})
    intent = asked_of(world, session) or _begin(world, session)
    if not typed.card.asks:
        _finish(world, session, intent, method)
        return
    intent |= {
        "next_action": {
            "type": "redirect_to_url",
            "redirect_to_url": {"url": f"{session['url']}/bank", "return_url": session["url"]},
        },
        "payment_method": method["id"],
        "status": "requires_action",
    }
    world.store.put(intent)
    world.tell(f"{intent['object']}.requires_action", intent)


def bank_says(world: World, session: Doc, *, approved: bool) -> None:
    """Her bank heard her.

    Raises:
        Refusal: she refused, or the money is not there after all.
    """
    intent = asked_of(world, session)
    if intent is None or intent["status"] != "requires_action":
        return
    method = world.fetch("payment_method", intent["payment_method"])
    if approved:
        _finish(world, session, intent, method)
        return
    _refuse(world, intent, dict(REFUSED_BY_BANK), method)
    raise card_error(REFUSED_BY_BANK)


def _begin(world: World, session: Doc) -> Doc:
    inside, now = world.store.inside(session["id"]), world.clock.now()
    if session["mode"] == "payment":
        intent = shapes.intent(world.name("pi"), now, session["amount_total"], session["currency"])
        intent |= {"setup_future_usage": inside["future"], "capture_method": inside["capture"]}
    else:
        intent = shapes.setup_intent(world.name("seti"), now)
    intent |= {
        "customer": session["customer"],
        "description": inside["description"],
        "metadata": inside["metadata"],
    }
    session[intent["object"]] = intent["id"]
    world.store.put(session, due=session["expires_at"])
    world.tell(f"{intent['object']}.created", world.store.put(intent))
    return intent


def _finish(world: World, session: Doc, intent: Doc, method: Doc) -> None:
    """Her bank agrees: hold or keep, and close the page."""
    card = intents.card_of(world, method)
    if intent["object"] == "setup_intent" and card.save is not None:
        _refuse(world, intent, problem(card.save), method)
        raise card_error(problem(card.save))
    if intent["object"] == "payment_intent" and card.hold is not None:
        _refuse(world, intent, problem(card.hold), method)
        raise card_error(problem(card.hold))
    who = method["billing_details"]
    customer = session["customer"] or _new_customer(world, who["email"], who["name"])
    intent["customer"] = method["customer"] = customer
    world.tell("payment_method.attached", world.store.put(method))
    if intent["object"] == "payment_intent":
        intents.authorise(world, intent, method)
    else:
        intent |= {"next_action": None, "payment_method": method["id"], "status": "succeeded"}
        world.tell("setup_intent.succeeded", world.store.put(intent))
    if intent["status"] == "succeeded" and session["mode"] == "payment":
        session["payment_status"] = "paid"
    session |= {
        "customer": customer,
        "customer_details": {
            "address": {**shapes.NO_ADDRESS, "country": "SE"},
            "business_name": None,
            "email": who["email"],
            "individual_name": None,
            "name": who["name"],
            "phone": None,
            "tax_exempt": "none",
            "tax_ids": [],
        },
        "status": "complete",
        "url": None,
    }
    world.tell("checkout.session.completed", world.store.put(session))


def _new_customer(world: World, email: str | None, name: str | None) -> str:
    customer = shapes.customer(world.name("cus"), world.clock.now(), email, name)
    world.tell("customer.created", world.store.put(customer))
    return customer["id"]


def _refuse(world: World, intent: Doc, error: dict[str, Any], method: Doc) -> None:
    if intent["object"] == "payment_intent":
        intents.fail(world, intent, error, method)
        return
    intent |= {
        "last_setup_error": {**error, "payment_method": method},
        "next_action": None,
        "payment_method": None,
        "status": "requires_payment_method",
    }
    world.tell("setup_intent.setup_failed", world.store.put(intent))

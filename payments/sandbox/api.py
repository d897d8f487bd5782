"""Stripe's API over HTTP: which call does what, and what its idempotency key remembers."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from . import disputes, files, house_account, intents, refunds, sessions, shapes
from .expanding import check, expand
from .faults import Fault, FaultKind
from .params import Params, tree
from .passing import pass_time
from .refusals import Refusal, invalid
from .searching import events, listed, search
from .store import Answered, Doc
from .world import World

KEY_LONGEST = 255


@dataclass(frozen=True, slots=True)
class Call:
    """One request, as far as the rules care."""

    world: World
    params: Params
    names: dict[str, str]
    """What stood in the path."""
    base: str
    """Where this sandbox is reached: card pages live below it."""


Handler = Callable[[Call], Doc]


def _create_customer(call: Call) -> Doc:
    call.params.only(("email", "name", "metadata", "expand"))
    email, person = call.params.text("email"), call.params.text("name")
    now = call.world.clock.now()
    customer = shapes.customer(call.world.name("cus"), now, email, person)
    customer["metadata"] = call.params.metadata()
    call.world.tell("customer.created", call.world.store.put(customer))
    return customer


def _attach(call: Call) -> Doc:
    call.params.only(("customer", "expand"))
    customer = call.world.fetch("customer", call.params.must("customer"))
    method = intents.ready_made(call.world, call.names["name"])
    method["customer"] = customer["id"]
    call.world.tell("payment_method.attached", call.world.store.put(method))
    return method


def _fetch(kind: str) -> Handler:
    return lambda call: call.world.fetch(kind, call.names["name"])


def _list(kind: str, url: str, *filters: str) -> Handler:
    return lambda call: listed(call.world, call.params, kind, url, filters)


CALLS: dict[tuple[str, str], Handler] = {
    ("POST", "/v1/customers"): _create_customer,
    ("GET", "/v1/customers/{name}"): _fetch("customer"),
    ("GET", "/v1/payment_methods/{name}"): _fetch("payment_method"),
    ("POST", "/v1/payment_methods/{name}/attach"): _attach,
    ("POST", "/v1/checkout/sessions"): lambda c: sessions.create(c.world, c.params, c.base),
    ("GET", "/v1/checkout/sessions"): _list(
        "checkout.session", "/v1/checkout/sessions", "customer", "payment_intent", "status"
    ),
    ("GET", "/v1/checkout/sessions/{name}"): _fetch("checkout.session"),
    ("POST", "/v1/checkout/sessions/{name}/expire"): lambda c: sessions.expire(
        c.world, c.names["name"], c.params
    ),
    ("POST", "/v1/payment_intents"): lambda c: intents.create(c.world, c.params),
    ("GET", "/v1/payment_intents"): _list("payment_intent", "/v1/payment_intents", "customer"),
    ("GET", "/v1/payment_intents/search"): lambda c: search(c.world, c.params),
    ("GET", "/v1/payment_intents/{name}"): _fetch("payment_intent"),
    ("POST", "/v1/payment_intents/{name}/capture"): lambda c: intents.capture(
        c.world, c.names["name"], c.params
    ),
    ("POST", "/v1/payment_intents/{name}/cancel"): lambda c: intents.cancel(
        c.world, c.names["name"], c.params
    ),
    ("GET", "/v1/setup_intents/{name}"): _fetch("setup_intent"),
    ("GET", "/v1/charges"): _list("charge", "/v1/charges", "payment_intent", "customer"),
    ("GET", "/v1/charges/{name}"): _fetch("charge"),
    ("POST", "/v1/refunds"): lambda c: refunds.create(c.world, c.params),
    ("GET", "/v1/refunds"): _list("refund", "/v1/refunds", "payment_intent", "charge"),
    ("GET", "/v1/refunds/{name}"): _fetch("refund"),
    ("GET", "/v1/disputes"): _list("dispute", "/v1/disputes", "payment_intent", "charge"),
    ("GET", "/v1/disputes/{name}"): _fetch("dispute"),
    ("POST", "/v1/disputes/{name}"): lambda c: disputes.answer(c.world, c.names["name"], c.params),
    ("POST", "/v1/disputes/{name}/close"): lambda c: disputes.accept(
        c.world, c.names["name"], c.params
    ),
    ("POST", "/v1/files"): lambda c: files.upload(c.world, c.params),
    ("GET", "/v1/account"): lambda c: house_account.account(c.world),
    ("GET", "/v1/webhook_endpoints"): lambda c: house_account.endpoints(c.world, c.params),
    ("GET", "/v1/events"): lambda c: events(c.world, c.params),
    ("GET", "/v1/events/{name}"): _fetch("event"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """One HTTP request to the API."""

    method: str
    path: str
    names: dict[str, str]
    form: str
    """The body of a POST, the query of a GET: encoded alike."""
    key: str | None
    credential: str
    base: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back."""

    status: int
    body: str
    replayed: bool = False


def serve(world: World, handler: Handler, asked: Asked, fault: Fault | None) -> Answer:
    """Answer one request in one transaction, once per key, with the trouble that was ordered."""
    with world.store.transaction():
        pass_time(world)
        try:
            _admit(asked)
            if asked.key is None or asked.method != "POST":
                return _run(world, handler, asked, fault)
            return _once(world, handler, asked, asked.key, fault)
        except Refusal as refusal:
            return _refused(refusal)


def _admit(asked: Asked) -> None:
    if not asked.credential:
        raise Refusal(401, "You did not provide an API key.", stored=False)
    if "_live_" in asked.credential:
        words = "This is a sandbox. Never send a live key here; roll the one you just sent."
        raise Refusal(401, words, stored=False)
    if "_test_" not in asked.credential:
        raise Refusal(401, "Invalid API Key provided.", stored=False)
    if asked.key is not None and len(asked.key) > KEY_LONGEST:
        raise invalid("Idempotency keys are at most 255 characters.", "Idempotency-Key")


def _once(world: World, handler: Handler, asked: Asked, key: str, fault: Fault | None) -> Answer:
    fingerprint = json.dumps([asked.path, tree(asked.form)], sort_keys=True)
    before = world.store.answered(key)
    if before is not None and before.asked != fingerprint:
        words = (
            "Keys for idempotent requests can only be used with the same parameters they were "
            f"first used with. Try using a key other than '{key}'."
        )
        raise Refusal(400, words, stored=False, type="idempotency_error")
    if before is not None and fault is not None and fault.kind is FaultKind.BUSY:
        raise _trouble(fault)
    if before is not None:
        return Answer(before.status, before.body, replayed=True)
    try:
        answer = _run(world, handler, asked, fault)
    except Refusal as refusal:
        if not refusal.stored:
            raise
        answer = _refused(refusal)
    world.store.remember(key, Answered(fingerprint, answer.status, answer.body, world.clock.now()))
    return answer


def _run(world: World, handler: Handler, asked: Asked, fault: Fault | None) -> Answer:
    if fault is not None and not fault.kind.is_done:
        raise _trouble(fault)
    params = Params(tree(asked.form))
    parts = check(params.words("expand"))
    doc = handler(Call(world, params, asked.names, asked.base))
    body = msgspec.json.encode(expand(world, doc, parts)).decode()
    if fault is not None and fault.kind is FaultKind.BROKEN_AFTER:
        return _refused(_trouble(fault))
    return Answer(200, body)


def _trouble(fault: Fault) -> Refusal:
    if fault.kind is FaultKind.BUSY:
        words = "There is currently another in-progress request using this Idempotent Key."
        return Refusal(409, words, stored=False, code="idempotency_key_in_use")
    broken = fault.kind in {FaultKind.BROKEN_BEFORE, FaultKind.BROKEN_AFTER}
    words = "An unknown error occurred. (The sandbox was asked to fail here.)"
    return Refusal(500 if broken else 503, words, stored=broken, type="api_error")


def _refused(refusal: Refusal) -> Answer:
    body: dict[str, Any] = refusal.body
    return Answer(refusal.status, msgspec.json.encode(body).decode())

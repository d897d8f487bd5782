"""The installed SDK's own types as JSON Schemas, for the calls we make.

The SDK's types are generated from Stripe's specification for the very API version it sends, so
what is held to them cannot drift from what Stripe understands. They prove shape, not behaviour.

Two readings are stricter than the SDK's: a parameter it does not know is a fault, and so is a
word outside a list of words, although the SDK leaves such lists open for the future.
"""

import decimal
import inspect
import re
import sys
import types
import typing
from collections.abc import Mapping
from functools import cached_property
from typing import Any, Literal, Union, cast, get_args, get_origin
from urllib.parse import parse_qsl

import stripe
import stripe.checkout
import stripe.params
import stripe.params.checkout
import typing_extensions
from stripe._error_object import ErrorObject
from stripe._expandable_field import ExpandableField
from stripe._list_object import ListObject
from stripe._request_options import RequestOptions
from stripe._search_result_object import SearchResultObject
from stripe._stripe_object import StripeObject, UntypedStripeObject

Schema = dict[str, Any]

_sessions = stripe.params.checkout
_asked = stripe.params
OPERATIONS: dict[str, tuple[type | None, Any]] = {
    "POST /v1/customers": (_asked.CustomerCreateParams, stripe.Customer),
    "GET /v1/customers/{}": (_asked.CustomerRetrieveParams, stripe.Customer),
    "GET /v1/payment_methods/{}": (_asked.PaymentMethodRetrieveParams, stripe.PaymentMethod),
    "POST /v1/payment_methods/{}/attach": (
        _asked.PaymentMethodAttachParams,
        stripe.PaymentMethod,
    ),
    "POST /v1/checkout/sessions": (_sessions.SessionCreateParams, stripe.checkout.Session),
    "GET /v1/checkout/sessions": (
        _sessions.SessionListParams,
        ListObject[stripe.checkout.Session],
    ),
    "GET /v1/checkout/sessions/{}": (_sessions.SessionRetrieveParams, stripe.checkout.Session),
    "POST /v1/checkout/sessions/{}/expire": (
        _sessions.SessionExpireParams,
        stripe.checkout.Session,
    ),
    "POST /v1/payment_intents": (_asked.PaymentIntentCreateParams, stripe.PaymentIntent),
    "GET /v1/payment_intents": (
        _asked.PaymentIntentListParams,
        ListObject[stripe.PaymentIntent],
    ),
    "GET /v1/payment_intents/search": (
        _asked.PaymentIntentSearchParams,
        SearchResultObject[stripe.PaymentIntent],
    ),
    "GET /v1/payment_intents/{}": (_asked.PaymentIntentRetrieveParams, stripe.PaymentIntent),
    "POST /v1/payment_intents/{}/capture": (
        _asked.PaymentIntentCaptureParams,
        stripe.PaymentIntent,
    ),
    "POST /v1/payment_intents/{}/cancel": (
        _asked.PaymentIntentCancelParams,
        stripe.PaymentIntent,
    ),
    "GET /v1/setup_intents/{}": (_asked.SetupIntentRetrieveParams, stripe.SetupIntent),
    "GET /v1/charges": (_asked.ChargeListParams, ListObject[stripe.Charge]),
    "GET /v1/charges/{}": (_asked.ChargeRetrieveParams, stripe.Charge),
    "POST /v1/refunds": (_asked.RefundCreateParams, stripe.Refund),
    "GET /v1/refunds": (_asked.RefundListParams, ListObject[stripe.Refund]),
    "GET /v1/refunds/{}": (_asked.RefundRetrieveParams, stripe.Refund),
    "GET /v1/disputes": (_asked.DisputeListParams, ListObject[stripe.Dispute]),
    "GET /v1/disputes/{}": (_asked.DisputeRetrieveParams, stripe.Dispute),
    "POST /v1/disputes/{}": (_asked.DisputeUpdateParams, stripe.Dispute),
    "POST /v1/disputes/{}/close": (_asked.DisputeCloseParams, stripe.Dispute),
    "POST /v1/files": (_asked.FileCreateParams, stripe.File),
    "GET /v1/account": (_asked.AccountRetrieveCurrentParams, stripe.Account),
    "GET /v1/webhook_endpoints": (
        _asked.WebhookEndpointListParams,
        ListObject[stripe.WebhookEndpoint],
    ),
    "GET /v1/events": (_asked.EventListParams, ListObject[stripe.Event]),
    "GET /v1/events/{}": (_asked.EventRetrieveParams, stripe.Event),
}
"""For each call the SDK's type of what is asked and of what is answered."""

WHOLE = {
    kind.OBJECT_NAME: kind
    for kind in (
        stripe.Account,
        stripe.BalanceTransaction,
        stripe.Charge,
        stripe.Customer,
        stripe.Dispute,
        stripe.Event,
        stripe.File,
        stripe.PaymentIntent,
        stripe.PaymentMethod,
        stripe.Refund,
        stripe.SetupIntent,
        stripe.WebhookEndpoint,
        stripe.checkout.Session,
    )
}
"""Objects that are checked in full; any other is only an object, or the whole API would follow."""

CARD_ONLY = re.compile(r"PaymentMethod(Options|Data|Details)?$")
CARD_PARTS = {
    "allow_redisplay",
    "billing_details",
    "card",
    "created",
    "customer",
    "id",
    "livemode",
    "metadata",
    "object",
    "type",
}
"""Of the forty ways to pay, the one we take."""

PLAIN: dict[Any, Schema] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    decimal.Decimal: {"type": "string"},
    type(None): {"type": "null"},
    Any: {},
    object: {},
}
NULL: Schema = {"type": "null"}


class Contract:
    """Judges traffic by the SDK's types. Needs `jsonschema-rs`, a development dependency."""

    def __init__(self) -> None:
        self._definitions: dict[str, Schema] = {}
        self._validators: dict[str, Any] = {}
        self._requests = {
            name: self._reference(asked) if asked else {"type": "object"}
            for name, (asked, _) in OPERATIONS.items()
        }
        self._answers = {name: self._schema(kind) for name, (_, kind) in OPERATIONS.items()}
        self._error = {
            "type": "object",
            "required": ["error"],
            "properties": {"error": self._reference(ErrorObject)},
        }
        self._objects = {name: self._reference(kind) for name, kind in WHOLE.items()}

    @property
    def size(self) -> tuple[int, int]:
        """How many calls, and how many types they rest on."""
        return len(OPERATIONS), len(self._definitions)

    def operation(self, method: str, path: str) -> str:
        """The name of a call.

        Raises:
            LookupError: it is none of ours.
        """
        for name, pattern in self._patterns:
            if pattern.fullmatch(f"{method} {path}"):
                return name
        raise LookupError(f"{method} {path} is not a call we make.")

    def request_faults(self, method: str, path: str, form: str) -> list[str]:
        """What is wrong with a request: its form-encoded body or query against the SDK's type."""
        schema = self._requests[self.operation(method, path)]
        return self._faults(schema, self._typed(_tree(form), schema))

    def answer_faults(self, method: str, path: str, status: int, body: Any) -> list[str]:
        """What is wrong with an answer."""
        name = self.operation(method, path)
        return self._faults(self._answers[name] if status == 200 else self._error, body)

    def event_faults(self, event: Mapping[str, Any]) -> list[str]:
        """What is wrong with an event, the object it carries included."""
        told = event["data"]["object"]
        carried = self._objects.get(told["object"], {})
        return self._faults(self._objects["event"], event) + self._faults(carried, told)

    @cached_property
    def _patterns(self) -> list[tuple[str, re.Pattern[str]]]:
        names = sorted(OPERATIONS, key=lambda name: name.count("{"))
        return [(name, re.compile(name.replace("{}", "[^/]+"))) for name in names]

    def _faults(self, schema: Schema, value: Any) -> list[str]:
        return [
            f"{'/'.join(map(str, error.instance_path))}: {error.message[:200]}"
            for error in self._validator(schema).iter_errors(value)
        ]

    def _validator(self, schema: Schema) -> Any:
        import jsonschema_rs  # noqa: PLC0415 - a development dependency, asked for when used

        name = repr(schema)
        if name not in self._validators:
            whole = {"allOf": [schema], "$defs": self._definitions}
            self._validators[name] = jsonschema_rs.Draft202012Validator(whole)
        return self._validators[name]

    def _typed(self, value: Any, schema: Schema) -> Any:
        """Form text as the numbers, booleans and lists its type asks for; nonsense stays text."""
        while "$ref" in schema:
            schema = self._definitions[schema["$ref"].rpartition("/")[2]]
        if "anyOf" in schema:
            tried = [(self._typed(value, each), each) for each in schema["anyOf"]]
            fitting = [made for made, each in tried if self._validator(each).is_valid(made)]
            return fitting[0] if fitting else value
        match schema.get("type"), value:
            case "object", dict():
                parts, other = schema.get("properties", {}), schema.get("additionalProperties")
                other = cast("Schema", other) if isinstance(other, dict) else {}
                items = cast("dict[str, Any]", value).items()
                return {name: self._typed(part, parts.get(name, other)) for name, part in items}
            case "array", dict():
                rows = sorted(cast("dict[str, Any]", value).items(), key=lambda row: int(row[0]))
                return [self._typed(row, schema["items"]) for _, row in rows]
            case "integer", str() if re.fullmatch(r"-?\d+", value):
                return int(value)
            case "boolean", "true" | "false":
                return value == "true"
            case _:
                return value

    def _schema(self, kind: Any) -> Schema:
        """The schema of one type."""
        origin, inner = get_origin(kind), get_args(kind)
        if kind in PLAIN:
            return PLAIN[kind]
        if origin is Literal:
            return {"enum": list(inner)}
        if origin in {typing_extensions.NotRequired, typing_extensions.Required}:
            return self._schema(inner[0])
        if origin in {Union, types.UnionType}:
            return self._union(inner)
        if origin is list:
            return {"type": "array", "items": self._schema(inner[0])}
        if origin in {dict, UntypedStripeObject}:
            return {"type": "object", "additionalProperties": self._schema(inner[-1])}
        if origin in {ListObject, SearchResultObject}:
            return self._listing(origin, inner[0])
        if typing_extensions.is_typeddict(kind):
            return self._reference(kind)
        return self._object(kind)

    def _object(self, kind: Any) -> Schema:
        if not (isinstance(kind, type) and issubclass(kind, StripeObject)):
            return {}
        whole = "." in kind.__qualname__ or kind in WHOLE.values()
        return self._reference(cast("type", kind)) if whole else {"type": "object"}

    def _union(self, kinds: tuple[Any, ...]) -> Schema:
        """One of several; a list of words together with `str` is read as the words alone."""
        words = any(get_origin(kind) is Literal for kind in kinds)
        options = [self._schema(kind) for kind in kinds if not (words and kind is str)]
        return options[0] if len(options) == 1 else {"anyOf": options}

    def _listing(self, origin: Any, inner: Any) -> Schema:
        name = "list" if origin is ListObject else "search_result"
        return {
            "type": "object",
            "required": ["object", "data", "has_more", "url"],
            "properties": {
                "object": {"enum": [name]},
                "data": {"type": "array", "items": self._schema(inner)},
                "has_more": {"type": "boolean"},
                "url": {"type": "string"},
            },
        }

    def _reference(self, kind: type) -> Schema:
        """A named schema, made once: types refer to one another in circles."""
        name = f"{kind.__module__}.{kind.__qualname__}".replace("/", ".")
        if name not in self._definitions:
            self._definitions[name] = {}
            asked = typing_extensions.is_typeddict(kind)
            self._definitions[name] |= self._request(kind) if asked else self._answer(kind)
        return {"$ref": f"#/$defs/{name}"}

    def _request(self, kind: type) -> Schema:
        options = RequestOptions.__annotations__.keys()
        hints = {name: hint for name, hint in _hints(kind).items() if name not in options}
        required = [
            name
            for name, hint in hints.items()
            if get_origin(hint) is not typing_extensions.NotRequired
        ]
        return {
            "type": "object",
            "additionalProperties": False,
            "required": required,
            "properties": {name: self._schema(hint) for name, hint in hints.items()},
        }

    def _answer(self, kind: type) -> Schema:
        hints = _hints(kind)
        if CARD_ONLY.search(kind.__qualname__):
            hints = {name: hint for name, hint in hints.items() if name in CARD_PARTS}
        required = [name for name, hint in hints.items() if type(None) not in get_args(hint)]
        return {
            "type": "object",
            "required": required,
            "properties": {name: self._schema(hint) for name, hint in hints.items()},
        }


def _tree(form: str) -> dict[str, Any]:
    """Stripe's form encoding as nested mappings of text."""
    root: dict[str, Any] = {}
    for name, value in parse_qsl(form, keep_blank_values=True):
        *path, last = re.findall(r"[^\[\]]+", name)
        at = root
        for part in path:
            at = at.setdefault(part, {})
        at[last] = value
    return root


def _hints(kind: type) -> dict[str, Any]:
    """The annotations a type itself has, names the SDK imports for checkers alone included."""
    names = {**vars(typing), **_SDK_NAMES, **vars(sys.modules[kind.__module__])}
    names |= {"ListObject": ListObject, "UntypedStripeObject": UntypedStripeObject}
    names |= {"ExpandableField": ExpandableField}
    own = inspect.get_annotations(kind)
    found = {name: _evaluated(hint, names) for name, hint in own.items()}
    return {
        name: hint
        for name, hint in found.items()
        if get_origin(hint) is not typing.ClassVar and not name.startswith("_")
    }


_SDK_NAMES: dict[str, Any] = {
    **{name: kind for name, kind in vars(stripe).items() if isinstance(kind, type)},
    **{name: kind for name, kind in vars(stripe.checkout).items() if isinstance(kind, type)},
}


def _evaluated(hint: Any, names: dict[str, Any]) -> Any:
    """A type from its words. What the SDK cannot name either may be anything."""
    for _ in range(100):
        try:
            return typing._eval_type(_forward(hint), names, names)  # type: ignore[attr-defined]  # noqa: SLF001 - get_type_hints would evaluate all or nothing
        except NameError as unknown:
            names[str(unknown.name)] = getattr(stripe, str(unknown.name), Any)
    raise TypeError(f"{hint} rests on too many unknown names.")


def _forward(hint: Any) -> Any:
    return typing.ForwardRef(hint) if isinstance(hint, str) else hint

"""Who may do what: the one table of every route and the roles it serves.

A route that is missing here serves nobody, and a test says so. Foreign ids are not this table's
business: a verb that does not find a row *for this person* raises `Missing`, the same 404 as for
a row that never was. So does a route under a hub for staff of another hub.
"""

from litestar.handlers import BaseRouteHandler

from concierge.model import Role
from concierge.model.refusals import Missing, NotAllowed, SignInNeeded

from .doors import Connection
from .session import me

EVERYONE = frozenset(Role)
CLIENTS = frozenset({Role.CLIENT})
SHOPPERS = frozenset({Role.VISITOR, Role.CLIENT})
CONCIERGES = frozenset({Role.CONCIERGE})
DISPATCHERS = frozenset({Role.DISPATCHER, Role.OWNER})
DESK = DISPATCHERS | {Role.HUB}
STAFF = DESK | CONCIERGES

ACCESS: dict[str, frozenset[Role]] = {
    # --- the foundation ---
    "GET /assets/{file_path}": EVERYONE,
    "GET /field/worker.js": EVERYONE,
    "GET /tiles/city.json": EVERYONE,
    "GET /tiles/city.pmtiles": EVERYONE,
    "GET /garments/{category}/{cut}/{file}": EVERYONE,
    "GET /health": EVERYONE,
    "GET /ready": EVERYONE,
    "GET /metrics": EVERYONE,
    "GET /schema": EVERYONE,
    "GET /schema/openapi.json": EVERYONE,
    "GET /schema/{path}": EVERYONE,
    "GET /session": EVERYONE,
    "POST /language": EVERYONE,
    "GET /live": EVERYONE,
    "GET /{path}": EVERYONE,
    "POST /{path}": EVERYONE,
    "PUT /{path}": EVERYONE,
    "PATCH /{path}": EVERYONE,
    "DELETE /{path}": EVERYONE,
    # --- signing in and out ---
    "GET /sign-in": EVERYONE,
    "POST /sign-in": EVERYONE,
    "GET /sign-in/{token}": EVERYONE,
    "POST /sign-in/{token}": EVERYONE,
    "GET /staff": EVERYONE,
    "POST /staff": EVERYONE,
    "POST /sign-out": EVERYONE,
    # --- the demo, where it is one ---
    "GET /demo": EVERYONE,
    "GET /demo/postbox": EVERYONE,
    "POST /demo/clock": EVERYONE,
    "POST /demo/clients/{client_id}/visits": EVERYONE,
    # --- client pages ---
    "GET /": EVERYONE,
    "GET /pieces/{slug}": EVERYONE,
    "GET /selection": SHOPPERS,
    "POST /selection": SHOPPERS,
    "POST /selection/removals": SHOPPERS,
    "GET /visit": SHOPPERS,
    "POST /visit": SHOPPERS,
    "GET /orders/{order_id}": SHOPPERS,
    "GET /orders/{order_id}/card/{page}": SHOPPERS,
    "POST /orders/{order_id}/card": SHOPPERS,
    "POST /orders/{order_id}/cancellations": SHOPPERS,
    "POST /orders/{order_id}/give-backs": SHOPPERS,
    "POST /orders/{order_id}/give-backs/{give_back_id}/withdrawals": SHOPPERS,
    "POST /orders/{order_id}/pieces/{disposition_id}/answers": SHOPPERS,
    "GET /orders/{order_id}/window": SHOPPERS,
    "POST /orders/{order_id}/window": SHOPPERS,
    "GET /orders/{order_id}/collection": SHOPPERS,
    "POST /orders/{order_id}/collection": SHOPPERS,
    "GET /orders/{order_id}/give-backs/{give_back_id}/collection": SHOPPERS,
    "POST /orders/{order_id}/give-backs/{give_back_id}/collection": SHOPPERS,
    "POST /orders/{order_id}/selections": SHOPPERS,
    "GET /orders/{order_id}/visit.ics": SHOPPERS,
    "GET /orders/{order_id}/receipt": SHOPPERS,
    "GET /orders/{order_id}/receipt.pdf": SHOPPERS,
    "GET /account": CLIENTS,
    "POST /account": CLIENTS,
    "POST /account/preferences": CLIENTS,
    "POST /account/preferences/{like_id}": CLIENTS,
    "POST /account/preferences/{like_id}/removals": CLIENTS,
    "POST /account/addresses/{address_id}": CLIENTS,
    # --- the concierge's phone ---
    "GET /field": CONCIERGES,
    "GET /field/app.webmanifest": EVERYONE,
    "GET /field/icon.svg": EVERYONE,
    "GET /api/field/route": CONCIERGES,
    "GET /api/field/visits/{order_id}": CONCIERGES,
    "PUT /api/field/visits/{order_id}/steps/{step_id}": CONCIERGES,
    "PUT /api/field/visits/{order_id}/closed-doors/{door_id}": CONCIERGES,
    "PUT /api/field/visits/{order_id}/additions/{addition_id}": CONCIERGES,
    "PUT /api/field/visits/{order_id}/photographs/{photograph_id}": CONCIERGES,
    "PUT /api/field/visits/{order_id}/holds/{hold_id}": CONCIERGES,
    "PUT /api/field/visits/{order_id}/returns/{key}": CONCIERGES,
    # --- dispatch ---
    "GET /api/dispatch/orders/{order_id}/record": DISPATCHERS,
    "POST /api/dispatch/orders/{order_id}/payment-links": DISPATCHERS,
    "GET /dispatch/give-backs": DESK,
    "POST /dispatch/give-backs/{give_back_id}": DESK,
    "POST /dispatch/give-backs/{give_back_id}/arrivals": DESK,
    "GET /api/dispatch/give-backs": DESK,
    "POST /api/dispatch/give-backs/{give_back_id}/inspections": DESK,
    "GET /dispatch/cases": DESK,
    "GET /dispatch/cases/{case_id}": DESK,
    "POST /dispatch/cases/{case_id}/owners": DESK,
    "POST /dispatch/cases/{case_id}/endings": DESK,
    "POST /dispatch/cases/{case_id}/payment-links": DISPATCHERS,
    "POST /dispatch/pieces/{disposition_id}/put-backs": DESK,
    "POST /dispatch/pieces/{disposition_id}/write-offs": DISPATCHERS,
    "POST /dispatch/pieces/{disposition_id}/questions": DISPATCHERS,
    "POST /dispatch/disputes/{dispute_id}/concessions": DISPATCHERS,
    "POST /dispatch/disputes/{dispute_id}/evidence": DISPATCHERS,
    "GET /dispatch/disputes/{dispute_id}/receipt.pdf": DISPATCHERS,
    "GET /dispatch/photographs/{photograph_id}": DESK,
    "GET /dispatch": DESK,
    "GET /dispatch/books": DISPATCHERS,
    "GET /dispatch/books.csv": DISPATCHERS,
    "GET /api/dispatch/days/{hub}/{day}": DESK,
    "GET /api/dispatch/days/{hub}/{day}/visits/{order_id}/places": DESK,
    "GET /api/dispatch/days/{hub}/{day}/lines": DESK,
    "POST /api/dispatch/days/{hub}/{day}/moves": DISPATCHERS,
    "POST /api/dispatch/days/{hub}/{day}/unassignments": DISPATCHERS,
    "PUT /api/dispatch/days/{hub}/{day}/locks/{order_id}": DISPATCHERS,
    "DELETE /api/dispatch/days/{hub}/{day}/locks/{order_id}": DISPATCHERS,
    "POST /api/dispatch/days/{hub}/{day}/replans": DISPATCHERS,
    "POST /api/dispatch/days/{hub}/{day}/setbacks": DISPATCHERS,
    "POST /api/dispatch/days/{hub}/{day}/setbacks/{setback_id}/choice": DISPATCHERS,
    "POST /api/dispatch/days/{hub}/{day}/setbacks/{setback_id}/weighings": DISPATCHERS,
    "DELETE /api/dispatch/days/{hub}/{day}/setbacks/{setback_id}": DISPATCHERS,
    "POST /api/dispatch/days/{hub}/{day}/closed-doors": DISPATCHERS,
    "POST /api/dispatch/days/{hub}/{day}/cancellations": DISPATCHERS,
    "POST /api/dispatch/days/{hub}/{day}/absences": DISPATCHERS,
    "GET /api/dispatch/days/{hub}/{day}/visits/{order_id}/fits": DESK,
    "POST /api/dispatch/days/{hub}/{day}/windows": DISPATCHERS,
    # --- the API ---
    "GET /api/pieces": EVERYONE,
    "GET /api/pieces/{slug}": EVERYONE,
    "GET /api/selection": SHOPPERS,
    "PUT /api/selection/{variant_id}": SHOPPERS,
    "DELETE /api/selection/{variant_id}": SHOPPERS,
    "POST /api/address-searches": SHOPPERS,
    "GET /api/addresses": CLIENTS,
    "POST /api/window-searches": SHOPPERS,
    "POST /api/orders": SHOPPERS,
    "GET /api/orders": CLIENTS,
    "GET /api/orders/{order_id}": SHOPPERS,
    "POST /api/orders/{order_id}/card-pages": SHOPPERS,
    "POST /api/orders/{order_id}/cancellations": SHOPPERS,
    "POST /api/orders/{order_id}/give-backs": SHOPPERS,
    "POST /api/orders/{order_id}/pieces/{disposition_id}/answers": SHOPPERS,
    "POST /api/orders/{order_id}/give-backs/{give_back_id}/withdrawals": SHOPPERS,
    "GET /api/orders/{order_id}/windows": SHOPPERS,
    "PUT /api/orders/{order_id}/window": SHOPPERS,
    "GET /api/orders/{order_id}/give-backs/{give_back_id}/windows": SHOPPERS,
    "POST /api/orders/{order_id}/give-backs/{give_back_id}/collections": SHOPPERS,
    "POST /api/orders/{order_id}/selections": SHOPPERS,
    "GET /api/account": CLIENTS,
    "PUT /api/account": CLIENTS,
    "POST /api/account/preferences": CLIENTS,
    "PUT /api/account/preferences/{like_id}": CLIENTS,
    "DELETE /api/account/preferences/{like_id}": CLIENTS,
    "PUT /api/account/addresses/{address_id}": CLIENTS,
    "POST /webhooks/stripe": EVERYONE,
}


def row_of(method: str, path_template: str) -> str:
    """A route's key in the table. Asking for a page's head is asking for the page."""
    return f"{'GET' if method == 'HEAD' else method} {path_template}"


def only_in_their_hub(connection: Connection, _: BaseRouteHandler) -> None:
    """Guard every route under a hub: for staff of another one there is no such hub.

    Raises:
        Missing: it is not theirs.
    """
    hub = connection.path_params.get("hub")
    if isinstance(hub, str) and not me(connection).works_at(hub):
        raise Missing("There is no such hub.")


def only_those_allowed(connection: Connection, _: BaseRouteHandler) -> None:
    """Guard every route by the table.

    Raises:
        SignInNeeded: a visitor asks for what is not for visitors.
        NotAllowed: somebody signed in asks for what is not theirs.
    """
    scope = connection.scope
    if scope["type"] != "http" or scope["method"] == "OPTIONS":
        return
    allowed = ACCESS.get(row_of(scope["method"], scope["path_template"]), frozenset())
    role = me(connection).role
    if role in allowed:
        return
    if role is Role.VISITOR and allowed:
        raise SignInNeeded("Sign in first.")
    raise NotAllowed("This is not for you to see or do.")

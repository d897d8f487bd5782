"""The account the sandbox pretends to be, and the one address it sends notices to.

`POST /_sandbox/account/set` changes what it says, so that a check can be seen to fail.
"""

import json
from typing import Any

from . import shapes
from .params import Params
from .store import Doc
from .world import API_VERSION, World

CHANGEABLE = {
    "charges_enabled": bool,
    "payouts_enabled": bool,
    "details_submitted": bool,
    "default_currency": str,
    "country": str,
    "enabled_events": list,
    "api_version": str,
    "status": str,
}


def account(world: World) -> Doc:
    """The Account."""
    said = _said(world)
    parts = ("charges_enabled", "payouts_enabled", "details_submitted")
    return shapes.account() | {
        name: said[name] for name in (*parts, "default_currency", "country") if name in said
    }


def endpoints(world: World, params: Params) -> Doc:
    """The webhook endpoints: one, when there is somebody to tell."""
    params.only(("ending_before", "expand", "limit", "starting_after"))
    if world.webhook_url is None:
        return shapes.listing([], "/v1/webhook_endpoints", 10)
    said = _said(world)
    one = shapes.webhook_endpoint(world.webhook_url, API_VERSION) | {
        name: said[name] for name in ("enabled_events", "api_version", "status") if name in said
    }
    return shapes.listing([one], "/v1/webhook_endpoints", 10)


def change(world: World, said: dict[str, Any]) -> dict[str, Any]:
    """Say something else from now on; nothing said is as it was at first.

    Raises:
        TypeError: there is no such thing to say, or not so.
    """
    for name, value in said.items():
        if not isinstance(value, CHANGEABLE.get(name, ())):
            raise TypeError(f"An account cannot say {name}={value!r}.")
    world.store.set("account", json.dumps(said))
    return said


def _said(world: World) -> dict[str, Any]:
    return json.loads(world.store.setting("account", "{}"))

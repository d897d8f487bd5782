"""The admin door: the clock, troubles, notices, what banks do, and totals.

It opens to this machine alone.
"""

import ipaddress
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, cast

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from . import disputes, house_account, intents, refunds
from .faults import Fault, FaultKind, Faults
from .passing import pass_time
from .past import tell_past
from .refusals import Refusal
from .strict import Strict
from .totals import totals
from .webhooks import Messenger
from .world import World


def is_local(request: Request) -> bool:
    """Whether it was asked from this machine, by name of this machine, and not by a web page.

    A page of another site can make her browser call a loopback address; it cannot do so without
    an `Origin`, nor, after tricking the name service, with a loopback `Host`.
    """
    host = request.url.hostname or ""
    return (
        _is_loopback(request.client.host if request.client else "")
        and (host == "localhost" or _is_loopback(host))
        and "origin" not in request.headers
    )


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


class AdminDoor:
    """The routes below `/_sandbox`."""

    def __init__(
        self, world: World, faults: Faults, messenger: Messenger, strict: Strict | None
    ) -> None:
        self._world, self._faults = world, faults
        self._messenger, self._strict = messenger, strict

    def routes(self) -> list[Route]:
        """Every address of the door."""
        doors = {
            "/health": (self._health, "GET"),
            "/clock": (self._clock, "GET"),
            "/clock/set": (self._set_clock, "POST"),
            "/clock/advance": (self._advance, "POST"),
            "/faults": (self._list_faults, "GET"),
            "/faults/add": (self._add_fault, "POST"),
            "/faults/clear": (self._clear_faults, "POST"),
            "/webhook": (self._webhook, "GET"),
            "/webhook/set": (self._set_webhook, "POST"),
            "/webhook/replay": (self._replay, "POST"),
            "/past": (self._past, "POST"),
            "/holds/lapse": (self._lapse, "POST"),
            "/refunds/end": (self._end_refund, "POST"),
            "/disputes/begin": (self._dispute, "POST"),
            "/disputes/decide": (self._decide, "POST"),
            "/account/set": (self._set_account, "POST"),
            "/totals": (self._totals, "GET"),
            "/contract": (self._contract, "GET"),
        }
        return [
            Route(f"/_sandbox{path}", self._guarded(answer), methods=[method])
            for path, (answer, method) in doors.items()
        ]

    def _guarded(self, answer: Any) -> Any:
        async def door(request: Request) -> Response:
            if not is_local(request):
                return JSONResponse({"error": "Only from this machine."}, status_code=403)
            said = cast("dict[str, Any]", await request.json()) if request.method == "POST" else {}
            try:
                with self._world.store.transaction():
                    pass_time(self._world)
                    found = answer(said, request.query_params)
                    pass_time(self._world)
            except (KeyError, TypeError, ValueError, Refusal) as nonsense:
                return JSONResponse({"error": repr(nonsense)}, status_code=400)
            return JSONResponse(found)

        return door

    def _health(self, *_: Any) -> Any:
        return {"sandbox": True, "strict": self._strict is not None}

    def _clock(self, *_: Any) -> Any:
        now = datetime.fromtimestamp(self._world.clock.now(), UTC)
        return {"now": now.isoformat()}

    def _set_clock(self, said: dict[str, Any], _: Any) -> Any:
        moment = datetime.fromisoformat(said["now"])
        if moment.tzinfo is None:
            raise ValueError("The moment needs a time zone.")
        self._world.clock.set(moment)
        return self._clock()

    def _advance(self, said: dict[str, Any], _: Any) -> Any:
        self._world.clock.advance(float(said["seconds"]))
        return self._clock()

    def _list_faults(self, *_: Any) -> Any:
        return [asdict(fault) for fault in self._faults.waiting]

    def _add_fault(self, said: dict[str, Any], _: Any) -> Any:
        fault = Fault(FaultKind(said["kind"]))
        fault.method = str(said.get("method", fault.method))
        fault.path = str(said.get("path", fault.path))
        fault.key = str(said.get("key", fault.key))
        fault.times = int(said.get("times", fault.times))
        fault.seconds = float(said["seconds"]) if "seconds" in said else None
        self._faults.waiting.append(fault)
        return self._list_faults()

    def _clear_faults(self, *_: Any) -> Any:
        self._faults.waiting.clear()
        return self._list_faults()

    def _webhook(self, *_: Any) -> Any:
        manner = self._messenger.manner
        return {
            "url": self._world.webhook_url,
            "duplicates": manner.duplicates,
            "shuffle": manner.shuffle,
            "paused": manner.paused,
            "waiting": self._world.store.waiting(),
        }

    def _set_webhook(self, said: dict[str, Any], _: Any) -> Any:
        manner = self._messenger.manner
        self._world.webhook_url = said.get("url", self._world.webhook_url)
        manner.secret = str(said.get("secret", manner.secret))
        manner.duplicates = int(said.get("duplicates", manner.duplicates))
        manner.shuffle = bool(said.get("shuffle", manner.shuffle))
        manner.paused = bool(said.get("paused", manner.paused))
        return self._webhook()

    def _replay(self, said: dict[str, Any], _: Any) -> Any:
        events = self._world.store.find("event")
        for event in events * int(said.get("times", 1)):
            self._world.store.deliver(event["id"], self._world.clock.wall())
        return self._webhook()

    def _past(self, said: dict[str, Any], _: Any) -> Any:
        return tell_past(self._world, said["holds"], said.get("cards", []))

    def _lapse(self, said: dict[str, Any], _: Any) -> Any:
        intent = self._world.fetch("payment_intent", said["hold"])
        if intent["status"] != "requires_capture":
            raise ValueError(f"{intent['id']} holds nothing.")
        intents.lapse(self._world, intent)
        return intent

    def _end_refund(self, said: dict[str, Any], _: Any) -> Any:
        return refunds.end(
            self._world, self._world.fetch("refund", said["refund"]), said["status"]
        )

    def _dispute(self, said: dict[str, Any], _: Any) -> Any:
        intent = self._world.fetch("payment_intent", said["hold"])
        reason, amount = str(said.get("reason", "fraudulent")), said.get("amount")
        inquiry = bool(said.get("inquiry", False))
        return disputes.begin(
            self._world, intent, reason, amount=amount and int(amount), inquiry=inquiry
        )

    def _decide(self, said: dict[str, Any], _: Any) -> Any:
        dispute = self._world.fetch("dispute", said["dispute"])
        fee_back = bool(said.get("fee_back"))
        return disputes.decide(self._world, dispute, said["outcome"], fee_back=fee_back)

    def _set_account(self, said: dict[str, Any], _: Any) -> Any:
        return house_account.change(self._world, said)

    def _totals(self, _: Any, query: Any) -> Any:
        return totals(self._world, query.get("order"))

    def _contract(self, *_: Any) -> Any:
        return self._strict.report() if self._strict else {"checked": 0, "faults": []}

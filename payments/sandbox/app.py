"""The sandbox as a web application, and the process that serves it."""

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from . import files
from .admin import AdminDoor
from .api import CALLS, Answer, Asked, Handler, serve
from .faults import Fault, FaultKind, Faults
from .pages import CardPages
from .store import Store
from .strict import Strict
from .webhooks import Manner, Messenger
from .world import API_VERSION, World

KEEP_ALIVE_S = 75
"""How long a quiet connection is kept: longer than callers keep it, or they meet in the door."""
DROPPED = {FaultKind.DROP_BEFORE, FaultKind.DROP_AFTER}


@dataclass(frozen=True, slots=True)
class Settings:
    """How a sandbox is started."""

    port: int
    host: str = "127.0.0.1"
    state: str | None = None
    webhook_url: str | None = None
    webhook_secret: str = "whsec_sandbox"  # noqa: S105 - guards nothing but the sandbox's own notices
    public: str | None = None
    """Where browsers reach the card page; None: wherever the API was called."""
    strict: bool = False
    fonts: str | None = None
    """A folder with the house's own type; None: the reader's."""


class Dropped(Response):
    """Promises a body and breaks off, so that the connection dies under the caller."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the head alone."""
        del scope, receive
        headers = [(b"content-length", b"1000000")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"", "more_body": True})


class Api:
    """The routes below `/v1`."""

    def __init__(
        self, world: World, faults: Faults, strict: Strict | None, public: str | None
    ) -> None:
        self._world, self._faults, self._strict = world, faults, strict
        self._public = public and public.rstrip("/")

    def routes(self) -> list[Route]:
        """Every call; fixed paths before those with a name in them."""
        ordered = sorted(CALLS.items(), key=lambda call: call[0][1].count("{"))
        known = [
            Route(path, self._endpoint(handler), methods=[method])
            for (method, path), handler in ordered
        ]
        return [*known, Route("/v1/{rest:path}", self._unknown, methods=["GET", "POST", "DELETE"])]

    def _endpoint(self, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            method, path = request.method, request.url.path
            body = await _form_of(request)
            asked = Asked(
                method=method,
                path=path,
                names=dict(request.path_params),
                form=body if method == "POST" else request.url.query,
                key=request.headers.get("idempotency-key"),
                credential=request.headers.get("authorization", ""),
                base=self._public or f"{request.url.scheme}://{request.url.netloc}",
            )
            if self._strict and (wrong := self._strict.request(method, path, asked.form)):
                return _contract_broken("asked", wrong)
            fault = self._faults.take(method, path, asked.key or "")
            answer = serve(self._world, handler, asked, fault)
            if self._strict and (
                wrong := self._strict.answer(method, path, answer.status, answer.body)
            ):
                return _contract_broken("answered", wrong)
            return await _troubled(answer, fault)

        return endpoint

    async def _unknown(self, request: Request) -> Response:
        words = f"The sandbox does not know {request.method} {request.url.path}."
        error = {"type": "invalid_request_error", "message": words}
        return JSONResponse({"error": error}, status_code=404)


async def _form_of(request: Request) -> str:
    """The body as form text; a file in it by what it is and its fingerprint."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        return (await request.body()).decode()
    told: dict[str, str] = {}
    for name, value in (await request.form()).multi_items():
        if isinstance(value, UploadFile):
            told |= files.told(value.filename or "blob", await value.read())
        else:
            told[name] = value
    return urlencode(told)


async def _troubled(answer: Answer, fault: Fault | None) -> Response:
    """The answer, unless somebody ordered it late or lost."""
    if fault is not None and fault.held_back_s:
        await asyncio.sleep(fault.held_back_s)
    if fault is not None and fault.kind in DROPPED:
        return Dropped()
    headers = {"Stripe-Version": API_VERSION}
    if answer.replayed:
        headers["Idempotent-Replayed"] = "true"
    return Response(answer.body, answer.status, media_type="application/json", headers=headers)


def _contract_broken(which: str, wrong: list[str]) -> Response:
    words = f"What was {which} is not what the SDK's types say: {json.dumps(wrong)}"
    error = {"type": "invalid_request_error", "code": "contract", "message": words}
    return JSONResponse({"error": error}, status_code=400)


def build(settings: Settings) -> Starlette:
    """The application: Stripe's API, the card page, the admin door, the messenger."""
    world = World(Store(settings.state), settings.webhook_url)
    faults = Faults()
    strict = Strict() if settings.strict else None
    messenger = Messenger(world, Manner(settings.webhook_secret), strict)

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None]:
        carrying = asyncio.create_task(messenger.run())
        try:
            yield
        finally:
            carrying.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await carrying
            world.store.close()

    return Starlette(
        routes=[
            *Api(world, faults, strict, settings.public).routes(),
            *CardPages(world, Path(settings.fonts) if settings.fonts else None).routes(),
            *AdminDoor(world, faults, messenger, strict).routes(),
        ],
        lifespan=lifespan,
    )


def run(settings: Settings) -> None:
    """Serve until told to stop. Whoever is in front is not believed about who is asking."""
    uvicorn.run(
        build(settings),
        host=settings.host,
        port=settings.port,
        log_level="warning",
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=2,
        timeout_keep_alive=KEEP_ALIVE_S,
    )

"""How browsers may call us: by our names, at plain paths. Looked at before anything else."""

from urllib.parse import urlsplit

from litestar.datastructures import Headers
from litestar.enums import ScopeType
from litestar.exceptions import ClientException, NotFoundException
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from concierge.settings import Settings

LOCAL = ("127.0.0.1", "localhost", "[::1]")


def allowed_hosts(settings: Settings) -> frozenset[str]:
    """The host of `base_url`; on this machine, each of the machine's names for itself."""
    ours = urlsplit(settings.base_url)
    if ours.hostname not in {"127.0.0.1", "localhost", "::1"}:
        return frozenset({ours.netloc})
    port = f":{ours.port}" if ours.port else ""
    return frozenset(f"{name}{port}" for name in LOCAL)


class OurHosts(ASGIMiddleware):
    """Refuses requests that call us by another name."""

    scopes = (ScopeType.HTTP, ScopeType.ASGI)

    def __init__(self, settings: Settings) -> None:
        self._allowed = allowed_hosts(settings)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Let it pass, or refuse it.

        Raises:
            ClientException: the host is not ours.
        """
        if Headers.from_scope(scope).get("host", "").lower() not in self._allowed:
            raise ClientException("This host is not served here.")
        await next_app(scope, receive, send)


class PlainPaths(ASGIMiddleware):
    """Refuses paths with control characters: no page of ours has one, and files choke on them."""

    scopes = (ScopeType.HTTP, ScopeType.ASGI)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Let it pass, or refuse it.

        Raises:
            NotFoundException: the path holds a control character.
        """
        if any(letter < " " or letter == "\x7f" for letter in scope["path"]):
            raise NotFoundException
        await next_app(scope, receive, send)

"""What every answer tells the browser: run only what is ours, and tell nobody where you were."""

from litestar.datastructures import MutableScopeHeaders
from litestar.types import Message, Scope

from concierge.settings import Settings

CARD_PAGE = "https://checkout.stripe.com"


def content_policy(settings: Settings) -> str:
    """The Content-Security-Policy: our own origin alone, and forms that may lead to the card page.

    Browsers check `form-action` along redirects, so the hosted card page must be named.
    """
    rules = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "font-src": "'self'",
        "img-src": "'self' data: blob:",
        "media-src": "'self' blob:",
        "connect-src": "'self'",
        "worker-src": "'self'",
        "manifest-src": "'self'",
        "form-action": f"'self' {settings.payments_base or CARD_PAGE}",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


class Headers:
    """Called before every message an answer is made of, errors included."""

    def __init__(self, settings: Settings) -> None:
        self._always = {
            "content-security-policy": content_policy(settings),
            "x-content-type-options": "nosniff",
            "x-frame-options": "DENY",
            # Not `no-referrer`: that would turn the Origin of our own forms to null.
            "referrer-policy": "same-origin",
            "permissions-policy": "camera=(self), geolocation=(self), microphone=(), payment=()",
            "cross-origin-opener-policy": "same-origin",
            "cross-origin-resource-policy": "same-origin",
        }
        if settings.secure_cookies:
            self._always["strict-transport-security"] = "max-age=31536000; includeSubDomains"

    async def __call__(self, message: Message, scope: Scope) -> None:
        """Write them, and keep pages out of caches unless a handler said otherwise."""
        if message["type"] != "http.response.start" or scope["type"] != "http":
            return
        message.setdefault("headers", [])
        headers = MutableScopeHeaders.from_message(message)
        for name, value in self._always.items():
            headers.setdefault(name, value)  # pyright: ignore[reportUnknownMemberType]
        headers.setdefault("cache-control", "no-store")  # pyright: ignore[reportUnknownMemberType]

"""One account at Stripe, or whatever speaks like it: connections, answers, refusals."""

from collections.abc import Awaitable, Mapping
from typing import Any, Self, TypeVar, cast

import stripe

from . import stripe_reading as reading
from .errors import PaymentsError, Unreachable

Answer = TypeVar("Answer", bound=stripe.StripeObject)


class StripeConnection:
    """One account, and a pool of connections that lives on one event loop.

    `base` is another address that speaks Stripe's protocol, such as the sandbox; None is Stripe.
    """

    def __init__(self, api_key: str, base: str | None = None, *, timeout_s: float = 20) -> None:
        self._http = _Connections(timeout=timeout_s)
        self._client = stripe.StripeClient(
            api_key,
            base_addresses={"api": base, "files": base} if base else {},
            http_client=self._http,
            max_network_retries=0,
        ).v1

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close_async()


class _Connections(stripe.HTTPXClient):
    """The SDK's own client, but the body goes under the name httpx wants (SDK 16.1 warns)."""

    def _get_request_args_kwargs(
        self, method: str, url: str, headers: Mapping[str, str], post_data: str | None
    ) -> list[Any]:
        build: Any = super()._get_request_args_kwargs  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        asked = build(method, url, headers, post_data)
        asked[1]["content"] = asked[1].pop("data") or b""
        return asked


async def answer_of(ask: Awaitable[Answer]) -> dict[str, Any]:
    """Wait for Stripe and read its answer as a plain mapping, its refusals as our errors."""
    try:
        answer = await ask
    except stripe.StripeError as refusal:
        raise _ours(refusal) from refusal
    return answer.to_dict()


def _ours(refusal: stripe.StripeError) -> PaymentsError:
    """Stripe's refusal as ours; silence when there was no answer to read."""
    said: Any = refusal.json_body
    status = refusal.http_status or 0
    if not isinstance(said, Mapping):
        return Unreachable(refusal.user_message or str(refusal), stored=status >= 500)
    return reading.error(status, cast("Mapping[str, Any]", said).get("error") or {})

"""What Stripe's books say: refunds, disputes, events not heard, lists to compare ours with."""

from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any, TypeVar, cast

from . import stripe_reading as reading
from .account import Endpoint, ProviderAccount
from .dispute import EVIDENCE_FILES, EVIDENCE_TEXTS, Dispute
from .errors import BadAmount
from .hold import Hold, Refund
from .notices import Notice, told_by
from .stripe_connection import StripeConnection, answer_of

if TYPE_CHECKING:
    from stripe import ListObject, StripeObject
    from stripe.params import DisputeUpdateParamsEvidence

Listed = TypeVar("Listed", bound="StripeObject")

HOLD_PARTS = ["latest_charge"]
AT_ONCE = 100
"""Objects on one page of a list: as many as Stripe gives."""

MOST_WORDS = 150_000
"""Characters of all evidence together. Source: Stripe, "Dispute evidence", November 2026."""
MOST_BYTES = 4_500_000
"""Of all evidence files together, in bytes. Source: the same page."""


class _File(BytesIO):
    """A file in memory with the name it is uploaded under."""

    def __init__(self, content: bytes, name: str) -> None:
        super().__init__(content)
        self.name = name


class StripeBooks(StripeConnection):
    """The part of the gateway that reads what became of money, and answers for it."""

    async def fetch_refund(self, refund: str) -> Refund:
        """The refund as Stripe sees it now."""
        return reading.refund(await answer_of(self._client.refunds.retrieve_async(refund)))

    async def refunds_of(self, hold: str) -> tuple[Refund, ...]:
        """Every refund of a hold or charge, newest first."""
        found = _every(self._client.refunds.list_async, {"payment_intent": hold})
        return tuple([reading.refund(each) async for each in found])

    async def find_refund(self, hold: str, op: str) -> Refund | None:
        """The refund that an operation made, or None when there is none."""
        return next((each for each in await self.refunds_of(hold) if each.op == op), None)

    async def fetch_dispute(self, dispute: str) -> Dispute:
        """The dispute as Stripe sees it now."""
        return reading.dispute(await answer_of(self._client.disputes.retrieve_async(dispute)))

    async def disputes_of(self, hold: str) -> tuple[Dispute, ...]:
        """Every dispute of a hold or charge, newest first."""
        found = _every(self._client.disputes.list_async, {"payment_intent": hold})
        return tuple([reading.dispute(each) async for each in found])

    async def upload_evidence(self, name: str, content: bytes, *, key: str) -> str:
        """Hand in a file (PDF, JPEG or PNG); its id at Stripe, to be named in the evidence.

        Raises:
            BadAmount: it is empty, or larger than all evidence together may be.
        """
        if not 0 < len(content) <= MOST_BYTES:
            words = f"{name} has {len(content)} bytes; evidence has 1 to {MOST_BYTES}."
            raise BadAmount(words)
        ask = self._client.files.create_async(
            {"file": _File(content, name), "purpose": "dispute_evidence"},
            {"idempotency_key": key},
        )
        return str((await answer_of(ask))["id"])

    async def submit_evidence(
        self, dispute: str, evidence: Mapping[str, str], *, key: str, final: bool = True
    ) -> Dispute:
        """Show her bank what we have: words, and files by the ids of their upload.

        `final` hands it in, which can most often be done once; otherwise it is only kept there.

        Raises:
            BadAmount: a field is none of evidence's, or there are too many words.
            WrongState: the dispute takes no evidence any more.
        """
        if unknown := evidence.keys() - EVIDENCE_FILES - EVIDENCE_TEXTS:
            raise BadAmount(f"Evidence has no {', '.join(sorted(unknown))}.")
        if sum(len(words) for words in evidence.values()) > MOST_WORDS:
            raise BadAmount(f"Evidence has {MOST_WORDS} characters at most.")
        shown = cast("DisputeUpdateParamsEvidence", dict(evidence))
        ask = self._client.disputes.update_async(
            dispute, {"evidence": shown, "submit": final}, {"idempotency_key": key}
        )
        return reading.dispute(await answer_of(ask))

    async def accept_dispute(self, dispute: str, *, key: str) -> Dispute:
        """Give in: the dispute is lost, and the money hers.

        Raises:
            WrongState: it is over already.
        """
        ask = self._client.disputes.close_async(dispute, {}, {"idempotency_key": key})
        return reading.dispute(await answer_of(ask))

    async def notices_since(self, moment: datetime, *, unheard: bool = True) -> tuple[Notice, ...]:
        """What Stripe wanted to tell since then, oldest first; `unheard`: and could not deliver.

        Stripe keeps events for 30 days. They are hints like any other notice: fetch and see.
        """
        asked: dict[str, Any] = {"created": {"gte": int(moment.timestamp())}}
        if unheard:
            asked["delivery_success"] = False
        found = [told_by(each) async for each in _every(self._client.events.list_async, asked)]
        return tuple(reversed(found))

    async def holds_made(self, since: datetime, until: datetime) -> tuple[Hold, ...]:
        """Every hold and charge asked for from `since` until before `until`, newest first.

        Compare each with our own row: state, amount and captured. What happened to older ones is
        not here: whoever compares goes back further than a hold lasts.
        """
        asked = _made(since, until) | {"expand": [f"data.{part}" for part in HOLD_PARTS]}
        found = _every(self._client.payment_intents.list_async, asked)
        return tuple([reading.hold(each) async for each in found])

    async def refunds_made(self, since: datetime, until: datetime) -> tuple[Refund, ...]:
        """Every refund asked for from `since` until before `until`, newest first."""
        found = _every(self._client.refunds.list_async, _made(since, until))
        return tuple([reading.refund(each) async for each in found])

    async def disputes_made(self, since: datetime, until: datetime) -> tuple[Dispute, ...]:
        """Every dispute opened from `since` until before `until`, newest first."""
        found = _every(self._client.disputes.list_async, _made(since, until))
        return tuple([reading.dispute(each) async for each in found])

    async def fetch_account(self) -> ProviderAccount:
        """Our own account."""
        return reading.account(await answer_of(self._client.accounts.retrieve_current_async()))

    async def endpoints(self) -> tuple[Endpoint, ...]:
        """Every address to which Stripe sends notices."""
        found = _every(self._client.webhook_endpoints.list_async, {})
        return tuple([reading.endpoint(each) async for each in found])


def _made(since: datetime, until: datetime) -> dict[str, Any]:
    return {"created": {"gte": int(since.timestamp()), "lt": int(until.timestamp())}}


async def _every(
    ask: "Callable[[Any], Coroutine[Any, Any, ListObject[Listed]]]", asked: Mapping[str, Any]
) -> AsyncIterator[dict[str, Any]]:
    """Every object of a list, page after page."""
    page: dict[str, str] = {}
    while True:
        answer = await answer_of(ask({**asked, "limit": AT_ONCE, **page}))
        for each in answer["data"]:
            yield each
        if not answer["has_more"]:
            return
        page = {"starting_after": answer["data"][-1]["id"]}

"""A captured sum that her bank questions, as the provider last told it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from .money import Money


class DisputeState(StrEnum):
    """Where a dispute stands at the provider, in our words."""

    ASKED = "asked"
    """Her bank only asks: no money has moved. An answer may keep it so."""
    NEEDS_EVIDENCE = "needs_evidence"
    """The money is taken back until we have shown our evidence and her bank agrees."""
    UNDER_REVIEW = "under_review"
    """Her bank reads our evidence."""
    WON = "won"
    """The money is ours again, or was never taken."""
    LOST = "lost"
    """The money is hers: we gave in, came too late, or her bank did not agree."""


OVER = frozenset({DisputeState.WON, DisputeState.LOST})
"""Nothing more comes of it."""


EVIDENCE_FILES = frozenset(
    {
        "cancellation_policy",
        "customer_communication",
        "customer_signature",
        "duplicate_charge_documentation",
        "receipt",
        "refund_policy",
        "service_documentation",
        "shipping_documentation",
        "uncategorized_file",
    }
)
"""Fields of the evidence that name an uploaded file. Source: SDK 16.1, `Dispute.Evidence`."""
EVIDENCE_TEXTS = frozenset(
    {
        "access_activity_log",
        "billing_address",
        "cancellation_policy_disclosure",
        "cancellation_rebuttal",
        "customer_email_address",
        "customer_name",
        "customer_purchase_ip",
        "duplicate_charge_explanation",
        "duplicate_charge_id",
        "product_description",
        "refund_policy_disclosure",
        "refund_refusal_explanation",
        "service_date",
        "shipping_address",
        "shipping_carrier",
        "shipping_date",
        "shipping_tracking_number",
        "uncategorized_text",
    }
)
"""Fields of the evidence that are words. Source: SDK 16.1, `Dispute.Evidence`."""


@dataclass(frozen=True, slots=True)
class Dispute:
    """What the provider says of one dispute, as last read.

    `hold` is the hold or charge it questions, `reason` the bank's word for why. `answer_by` is
    when evidence must be in, None when her bank takes none. `taken` tells that the money has left
    us for as long as it lasts; of a mere question it has not. `fee` is what the provider took from
    us for it, in the currency of our balance there, `fee_back` what of that it gave back.
    """

    id: str
    hold: str
    amount: Money
    state: DisputeState
    reason: str
    taken: bool
    answer_by: datetime | None = None
    answered: int = 0
    """How often evidence was handed in; most often it can be once."""
    fee: Money | None = None
    fee_back: Money | None = None

    @property
    def over(self) -> bool:
        """Whether nothing more comes of it."""
        return self.state in OVER

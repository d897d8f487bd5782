"""What a concierge writes down at the door, and the client confirms."""

import hashlib
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec


class Verdict(StrEnum):
    """What becomes of a piece."""

    KEPT = "kept"
    RETURNED = "returned"


class ReturnReason(StrEnum):
    """Why a piece goes back."""

    TOO_SMALL = "too_small"
    TOO_LARGE = "too_large"
    COLOUR = "colour"
    FABRIC = "fabric"
    CHANGED_MIND = "changed_mind"
    NOT_TRIED = "not_tried"


class Condition(StrEnum):
    """How a piece goes back."""

    AS_NEW = "as_new"
    TAGS_REMOVED = "tags_removed"
    MARKED = "marked"
    DAMAGED = "damaged"


class PieceVerdict(msgspec.Struct, frozen=True):
    """One piece's verdict; `reason` and `condition` only when it goes back."""

    piece: UUID
    verdict: Verdict
    reason: ReturnReason | None = None
    condition: Condition | None = None


class ReturnsRecord(msgspec.Struct, frozen=True):
    """The list the client confirmed: every piece, one verdict. `key` names this very record."""

    key: UUID
    verdicts: tuple[PieceVerdict, ...]
    confirmed_at: datetime

    @property
    def digest(self) -> str:
        """What the list says, in one hash: equal lists have equal digests, in any order."""
        ordered = sorted(self.verdicts, key=lambda each: each.piece)
        return hashlib.sha256(msgspec.json.encode(ordered)).hexdigest()

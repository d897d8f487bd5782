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
    MISSING = "missing"
    """It is not there. Nothing is charged for it now; a person looks into it."""


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


class GestureReason(StrEnum):
    """Why a concierge gives something away at the door."""

    LATE = "late"
    FLAW = "flaw"
    MISTAKE = "mistake"
    GOODWILL = "goodwill"


class PieceVerdict(msgspec.Struct, frozen=True):
    """One piece's verdict; `reason` and `condition` only when it goes back."""

    piece: UUID
    verdict: Verdict
    reason: ReturnReason | None = None
    condition: Condition | None = None

    @property
    def disputed(self) -> bool:
        """Whether a person must look into it before anything is asked of her for it."""
        damaged = self.verdict is Verdict.RETURNED and self.condition is Condition.DAMAGED
        return damaged or self.verdict is Verdict.MISSING


def untouched(piece: UUID) -> PieceVerdict:
    """The verdict of a piece that never changed hands."""
    return PieceVerdict(piece, Verdict.RETURNED, ReturnReason.NOT_TRIED, Condition.AS_NEW)


class Remark(msgspec.Struct, frozen=True):
    """What the concierge saw of a piece that is damaged or not there."""

    piece: UUID
    words: str


class GestureGiven(msgspec.Struct, frozen=True):
    """What she need not pay of this visit, and why. Units: `minor` of the order's currency."""

    minor: int
    reason: GestureReason


class ReturnsRecord(msgspec.Struct, frozen=True):
    """The list the client confirmed: every piece, one verdict. `key` names this very record.

    What is given away stands on the same list: she confirms what it leaves to pay.
    """

    key: UUID
    verdicts: tuple[PieceVerdict, ...]
    confirmed_at: datetime
    gesture: GestureGiven | None = None
    remarks: tuple[Remark, ...] = ()

    @property
    def digest(self) -> str:
        """What the list says, in one hash: equal lists have equal digests, in any order.

        A list without gesture and remarks has the digest it had before there were any: phones
        may still send what they wrote down then.
        """
        ordered = sorted(self.verdicts, key=lambda each: each.piece)
        said = msgspec.json.encode(ordered)
        if self.gesture is not None:
            said += msgspec.json.encode(self.gesture)
        if self.remarks:
            said += msgspec.json.encode(sorted(self.remarks, key=lambda each: each.piece))
        return hashlib.sha256(said).hexdigest()

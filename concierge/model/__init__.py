"""Rows with manners: rules are methods, no session, no I/O. The database checks them again."""

from .account import Account, Role, SignInLink, SignInTry
from .books import Comparison, Difference, DifferenceKind
from .catalogue import CATEGORIES, FAMILIES, LENDABLE, House, Piece, PieceState, Style, Variant
from .client import LANGUAGES, Address, Client, Preference
from .columns import new_id
from .day import (
    DayPlan,
    Leftover,
    PlanRoute,
    PlanVersion,
    Step,
    Stop,
    VisitLock,
    VisitStep,
)
from .disposition import PUT_BACK, Decision, Disposition, Trouble
from .dispute import Dispute
from .door import Gesture, SecondHold
from .fees import Fee, FeeConsent, FeeKind
from .hub import Hub
from .money import (
    OVER,
    CardPage,
    CardPageState,
    Hold,
    LedgerEntry,
    Notice,
    Operation,
    OperationState,
)
from .order import (
    COMING,
    STANDING,
    Order,
    OrderLine,
    OrderState,
    OrderWish,
    ReturnsConflict,
)
from .photograph import LARGEST_PHOTOGRAPH, MOST_PHOTOGRAPHS, Photograph, Taken
from .piece_ledger import PieceMove, Reservation
from .promise import BrokenPromise, Promise
from .record import AuditEntry, Case, Clock, Event, Message
from .refund import GiveBack, GivenPiece, Refund
from .returns import (
    Condition,
    GestureGiven,
    GestureReason,
    PieceVerdict,
    Remark,
    ReturnReason,
    ReturnsRecord,
    Verdict,
    untouched,
)
from .selection import MOST_PIECES, Selection, SelectionLine
from .setback import Setback, SetbackKind
from .staff import Concierge, Shift
from .street import Street
from .vat import Rated, VatLine, vat_by_rate
from .web_session import WebSession

__all__ = [
    "CATEGORIES",
    "COMING",
    "FAMILIES",
    "LANGUAGES",
    "LARGEST_PHOTOGRAPH",
    "LENDABLE",
    "MOST_PHOTOGRAPHS",
    "MOST_PIECES",
    "OVER",
    "PUT_BACK",
    "STANDING",
    "Account",
    "Address",
    "AuditEntry",
    "BrokenPromise",
    "CardPage",
    "CardPageState",
    "Case",
    "Client",
    "Clock",
    "Comparison",
    "Concierge",
    "Condition",
    "DayPlan",
    "Decision",
    "Difference",
    "DifferenceKind",
    "Disposition",
    "Dispute",
    "Event",
    "Fee",
    "FeeConsent",
    "FeeKind",
    "Gesture",
    "GestureGiven",
    "GestureReason",
    "GiveBack",
    "GivenPiece",
    "Hold",
    "House",
    "Hub",
    "LedgerEntry",
    "Leftover",
    "Message",
    "Notice",
    "Operation",
    "OperationState",
    "Order",
    "OrderLine",
    "OrderState",
    "OrderWish",
    "Photograph",
    "Piece",
    "PieceMove",
    "PieceState",
    "PieceVerdict",
    "PlanRoute",
    "PlanVersion",
    "Preference",
    "Promise",
    "Rated",
    "Refund",
    "Remark",
    "Reservation",
    "ReturnReason",
    "ReturnsConflict",
    "ReturnsRecord",
    "Role",
    "SecondHold",
    "Selection",
    "SelectionLine",
    "Setback",
    "SetbackKind",
    "Shift",
    "SignInLink",
    "SignInTry",
    "Step",
    "Stop",
    "Street",
    "Style",
    "Taken",
    "Trouble",
    "Variant",
    "VatLine",
    "Verdict",
    "VisitLock",
    "VisitStep",
    "WebSession",
    "new_id",
    "untouched",
    "vat_by_rate",
]

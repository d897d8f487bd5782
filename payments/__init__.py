"""Holds money and takes only what is kept. Values and protocol: no database, no wall clock.

The doors to the outside are asked for by name: `payments.stripe_gateway` calls out,
`payments.notices` reads what comes in, `payments.sandbox` stands in for the provider.
"""

from .card_page import CardLine, CardPage, CardPageState, CardPageStatus
from .errors import (
    BadAmount,
    BadSignature,
    CurrencyMismatch,
    Declined,
    KeyReused,
    NotCovered,
    PaymentsError,
    Rejected,
    Unbalanced,
    Unknown,
    Unreachable,
    WrongState,
)
from .hold import Hold, HoldState, Refund, RefundState
from .ledger import Account, Entry, Movement, Side, entries, movements
from .money import EXPONENTS, Money
from .plan import (
    Line,
    Operation,
    OperationKind,
    Step,
    allocate,
    due,
    next_step,
    operation,
    settle,
)

__all__ = [
    "EXPONENTS",
    "Account",
    "BadAmount",
    "BadSignature",
    "CardLine",
    "CardPage",
    "CardPageState",
    "CardPageStatus",
    "CurrencyMismatch",
    "Declined",
    "Entry",
    "Hold",
    "HoldState",
    "KeyReused",
    "Line",
    "Money",
    "Movement",
    "NotCovered",
    "Operation",
    "OperationKind",
    "PaymentsError",
    "Refund",
    "RefundState",
    "Rejected",
    "Side",
    "Step",
    "Unbalanced",
    "Unknown",
    "Unreachable",
    "WrongState",
    "allocate",
    "due",
    "entries",
    "movements",
    "next_step",
    "operation",
    "settle",
]

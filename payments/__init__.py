"""Holds money and takes only what is kept. Values and protocol: no database, no wall clock."""

from .errors import BadAmount, CurrencyMismatch, PaymentsError
from .hold import Hold, HoldState
from .money import Money

__all__ = ["BadAmount", "CurrencyMismatch", "Hold", "HoldState", "Money", "PaymentsError"]

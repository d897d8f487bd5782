"""The house's own account at the provider, and where it is told to send its notices."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ProviderAccount:
    """What the provider says of our account."""

    id: str
    country: str | None
    currency: str | None
    """What it settles in."""
    may_charge: bool
    may_pay_out: bool
    details_given: bool
    """Whether the provider has been told who we are."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address to which notices are sent: which ones, in which version's shapes."""

    id: str
    url: str
    words: tuple[str, ...]
    """The events that are sent there; `*` is all of them."""
    version: str | None
    """None: the account's own version."""
    enabled: bool
    live: bool

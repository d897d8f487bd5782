"""Everything the house is told from outside, read once from the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
SANDBOX_KEY = "sk_test_sandbox"
"""What we say to the sandbox when no Stripe key is given; it is no secret."""
SANDBOX_WEBHOOK_SECRET = "whsec_sandbox"  # noqa: S105 - the sandbox's own, known to everyone

PATIENCE, PATIENCE_S = "CONCIERGE_PAYMENTS_PATIENCE_S", 20.0


class BadSettings(Exception):
    """A setting is missing or makes no sense; the sentence names it."""


@dataclass(frozen=True, slots=True)
class Seller:
    """Who sells, as a receipt must name them: the law's name, its numbers, where it sits."""

    name: str
    number: str
    vat_number: str
    address: str


SELLER = (
    "CONCIERGE_SELLER",
    "CONCIERGE_SELLER_NUMBER",
    "CONCIERGE_SELLER_VAT",
    "CONCIERGE_SELLER_ADDRESS",
)
"""Where the environment names the seller, as `Seller` has it."""
INVENTED_SELLER = Seller(
    "Maison Orane AB", "556000-4615", "SE556000461501", "Vasagatan 1, 411 24 Göteborg"
)
"""The demo's; there is no such company."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The house's settings.

    `database_url` is a libpq URL (`postgresql://…`). `osrm_url` is None when no road engine can
    be had: travel is then estimated and marked. `payments_base` is the sandbox's address, or None
    to talk to Stripe; after `payments_patience_s` without an answer a call's outcome counts as
    unknown. `base_url` is how browsers reach us, without a trailing slash.
    """

    database_url: str
    base_url: str
    osrm_url: str | None
    payments_key: str
    payments_base: str | None
    webhook_secret: str
    tiles: Path | None
    demo: bool
    seller: Seller = INVENTED_SELLER
    payments_patience_s: float = PATIENCE_S

    @property
    def sandbox(self) -> bool:
        """Whether money is make-believe; every page then says so."""
        return self.payments_base is not None

    @property
    def secure_cookies(self) -> bool:
        """Whether cookies may travel only over TLS."""
        return self.base_url.startswith("https://")


def from_environment(env: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings.

    Raises:
        BadSettings: `DATABASE_URL` is missing, a Stripe key comes without its webhook secret, real
            money would be taken without a seller for the receipts, or our patience with the
            payments provider is no number of seconds.
    """
    database_url = env.get("DATABASE_URL", "")
    if not database_url.startswith(("postgresql://", "postgres://")):
        raise BadSettings("Set DATABASE_URL to postgresql://user:password@host:port/name.")
    key = env.get("STRIPE_SECRET_KEY", "")
    if key and "STRIPE_WEBHOOK_SECRET" not in env:
        raise BadSettings("STRIPE_SECRET_KEY is set; set STRIPE_WEBHOOK_SECRET beside it.")
    tiles = env.get("CONCIERGE_TILES")
    return Settings(
        database_url=database_url,
        base_url=env.get("CONCIERGE_BASE_URL", "http://127.0.0.1:8000").rstrip("/"),
        osrm_url=env.get("OSRM_URL") or None,
        payments_key=key or SANDBOX_KEY,
        payments_base=None if key else env.get("CONCIERGE_SANDBOX_URL", "http://127.0.0.1:8010"),
        webhook_secret=env.get("STRIPE_WEBHOOK_SECRET", SANDBOX_WEBHOOK_SECRET),
        tiles=Path(tiles) if tiles else None,
        demo=env.get("CONCIERGE_DEMO") == "1",
        seller=_seller(env, real="_live_" in key),
        payments_patience_s=_patience(env.get(PATIENCE)),
    )


def _seller(env: Mapping[str, str], *, real: bool) -> Seller:
    told = [env.get(name, "") for name in SELLER]
    if all(told):
        return Seller(*told)
    if real or any(told):
        raise BadSettings(f"Receipts name who sells: set {', '.join(SELLER)}.")
    return INVENTED_SELLER


def _patience(said: str | None) -> float:
    try:
        seconds = float(said or PATIENCE_S)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise BadSettings(f"{PATIENCE} is a number of seconds, such as {PATIENCE_S:.0f}.")
    return seconds

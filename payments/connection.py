"""Whether the house is rightly connected to its provider: each finding is one sentence."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .account import Endpoint, ProviderAccount
from .errors import PaymentsError, Rejected

ALL = "*"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at, and whether it is right. Of what is `open` nobody can know yet."""

    words: str
    right: bool = True
    open: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the house needs: where it is told, of what, in which version's shapes."""

    url: str
    words: tuple[str, ...]
    version: str


def check_key(key: str) -> Finding:
    """Whether this may be a secret key at all; which kind it is."""
    if key.startswith("pk_"):
        return Finding("The key is the publishable one; take the secret key (sk_…).", right=False)
    if not key.startswith(("sk_test_", "rk_test_", "sk_live_", "rk_live_")):
        return Finding("The key is none of Stripe's: it begins with sk_ or rk_.", right=False)
    if "_live_" in key:
        return Finding("The key is a live one: real money moves.")
    return Finding("The key is a test key: no money moves.")


def check_secret(secret: str) -> Finding:
    """Whether this may be a signing secret at all."""
    if secret.startswith("whsec_") and len(secret) > len("whsec_"):
        return Finding("The webhook secret looks like one.")
    words = "The webhook secret is none: it begins with whsec_ and stands beside the endpoint."
    return Finding(words, right=False)


def refused(error: PaymentsError) -> Finding:
    """What it means that the account cannot be read."""
    if isinstance(error, Rejected):
        return Finding(f"Stripe does not take the key: {error}", right=False)
    return Finding(f"Stripe could not be asked: {error}", right=False)


def check_account(account: ProviderAccount, *, live: bool) -> Iterator[Finding]:
    """Whether the account may take money and pay it out. A test account needs not pay out."""
    where = f"{account.country or 'nowhere'}, {account.currency or 'no currency'}"
    yield Finding(f"Stripe takes the key: it is account {account.id} ({where}).")
    if account.may_charge:
        yield Finding("The account may take payments.")
    else:
        yield Finding("The account may not take payments yet; Stripe says why.", right=False)
    if not live:
        return
    if not account.details_given:
        yield Finding("Stripe has not been told who you are; finish activation.", right=False)
    if account.may_pay_out:
        yield Finding("The account may pay out.")
    else:
        yield Finding("The account may not pay out; add a bank account at Stripe.", right=False)


def check_endpoints(
    endpoints: Sequence[Endpoint], wanted: Wanted, *, live: bool
) -> Iterator[Finding]:
    """Whether Stripe tells us what we need, where we listen, in shapes we read."""
    ours = [each for each in endpoints if each.url.rstrip("/") == wanted.url]
    if not ours:
        others = ", ".join(each.url for each in endpoints) or "nowhere"
        words = f"Stripe sends notices to {others}, not to {wanted.url}: add that endpoint."
        yield Finding(words, right=False)
        return
    if len(ours) > 1:
        words = f"{len(ours)} endpoints send to {wanted.url}, each with a secret: keep one."
        yield Finding(words, right=False)
    yield Finding(f"Stripe sends notices to {wanted.url}.")
    for endpoint in ours:
        yield from _check_endpoint(endpoint, wanted, live=live)


def _check_endpoint(endpoint: Endpoint, wanted: Wanted, *, live: bool) -> Iterator[Finding]:
    if not endpoint.enabled:
        yield Finding("The endpoint is disabled; enable it at Stripe.", right=False)
    missing = [] if ALL in endpoint.words else sorted({*wanted.words} - {*endpoint.words})
    if missing:
        yield Finding(f"The endpoint is not told {', '.join(missing)}; enable them.", right=False)
    else:
        yield Finding("The endpoint is told all that hastens us.")
    if endpoint.version != wanted.version:
        spoken = endpoint.version or "the account's own version"
        words = f"The endpoint speaks {spoken}; make it anew with {wanted.version}."
        yield Finding(words, right=False)
    else:
        yield Finding(f"Both speak API version {wanted.version}.")
    if live and not endpoint.url.startswith("https://"):
        yield Finding("A live endpoint needs https.", right=False)


def check_deliveries(unheard: int, heard: int, days: int) -> Finding:
    """Whether notices arrive: the surest sign that the secret is this endpoint's."""
    if unheard:
        words = (
            f"Of the last {days} days, {unheard} notices were not taken: the house was away, or "
            "its webhook secret is another endpoint's."
        )
        return Finding(words, right=False)
    if heard:
        return Finding(f"Every one of the {heard} notices of the last {days} days arrived.")
    return Finding("Nothing happened lately, so no notice proves the secret yet.", open=True)


def check_house(status: int | None, url: str) -> Finding:
    """Whether the running house believes what the secret signs; None: nobody answers."""
    if status is None:
        return Finding(f"Nobody answers at {url} yet: start the house and check again.", open=True)
    if 200 <= status < 300:
        return Finding("The running house believes what is signed with this secret.")
    if status == 400:
        words = "The running house goes by another webhook secret; start it anew with this one."
        return Finding(words, right=False)
    return Finding(f"{url} answers {status}: that is not this house's door.", right=False)

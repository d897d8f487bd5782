"""By which names browsers may call us."""

from urllib.parse import urlsplit

from concierge.settings import Settings

LOCAL = ("127.0.0.1", "localhost", "[::1]")


def allowed_hosts(settings: Settings) -> list[str]:
    """The host of `base_url`; on this machine, each of the machine's names for itself."""
    ours = urlsplit(settings.base_url)
    port = f":{ours.port}" if ours.port else ""
    if f"{ours.hostname}" in {"127.0.0.1", "localhost", "::1"}:
        return [f"{name}{port}" for name in LOCAL]
    return [ours.netloc]

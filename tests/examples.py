"""How many examples a property test tries: as many as it says, and twenty times that in a soak."""

from hypothesis import HealthCheck, settings

SOAK = 20
SAID = settings().max_examples

settings.register_profile("house", settings(), deadline=None)
settings.register_profile(
    "soak",
    settings(),
    max_examples=SAID * SOAK,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)


def examples(number: int) -> settings:
    """Try this many, or the profile's multiple of it."""
    return settings(max_examples=number * settings().max_examples // SAID)


def soaking() -> bool:
    """Whether this run may take as long as it likes."""
    return settings().max_examples > SAID

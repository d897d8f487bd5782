"""What a story needs: a small house, a payments sandbox, and a client with a card."""

from collections.abc import AsyncIterator

import pytest

from concierge.store.engine import open_engine
from payments.stripe_gateway import StripeGateway
from tests.payments.sandboxed import Client, Sandbox, client_of
from tests.small_house import SmallHouse, at, build_small_house


@pytest.fixture(scope="session")
async def sandbox(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Sandbox]:
    one = Sandbox(tmp_path_factory.mktemp("story-sandbox"))
    await one.start()
    try:
        yield one
        assert (await one.look("contract"))["faults"] == []
    finally:
        one.stop()


@pytest.fixture
async def house(database: str, sandbox: Sandbox) -> AsyncIterator[SmallHouse]:
    """Monday, nine o'clock, in the house and at the payments provider, where nothing is wrong."""
    engine = open_engine(database)
    built = await build_small_house(engine)
    await sandbox.settle_down(at("09:00"))
    yield built
    await engine.dispose()


@pytest.fixture
async def gateway(sandbox: Sandbox) -> AsyncIterator[StripeGateway]:
    async with sandbox.gateway() as one:
        yield one


@pytest.fixture
async def her(sandbox: Sandbox) -> AsyncIterator[Client]:
    """The client, with a browser and a card."""
    async with client_of(sandbox) as one:
        yield one

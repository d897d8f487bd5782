"""One sandbox for all of them, over real HTTP, every word of it held to the SDK's types."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from .sandboxed import Client, Sandbox, client_of


@pytest.fixture(scope="session")
async def sandbox(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Sandbox]:
    one = Sandbox(tmp_path_factory.mktemp("sandbox"))
    await one.start()
    try:
        yield one
        assert (await one.look("contract"))["faults"] == []
    finally:
        one.stop()


@pytest.fixture(scope="session")
async def client(sandbox: Sandbox) -> AsyncIterator[Client]:
    async with client_of(sandbox) as somebody:
        yield somebody


@pytest.fixture
async def lone(tmp_path: Path) -> AsyncIterator[Sandbox]:
    """A sandbox of its own, for tests that kill it."""
    one = Sandbox(tmp_path, words=())
    await one.start()
    try:
        yield one
    finally:
        one.stop()

"""One OPC UA server a module: starting one costs about a second of processor time."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio
from tests.gateway.rig import Machine


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def _server() -> AsyncIterator[Machine]:
    async with Machine() as made:
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def machine(_server: Machine) -> AsyncIterator[Machine]:
    """An empty server; what a test adds is taken away afterwards. Modules that use it run on one loop."""
    yield _server
    await _server.clear()

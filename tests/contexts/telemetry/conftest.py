"""Fixtures of telemetry tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.contexts.telemetry import support

from gearpark.base.scope import Scope
from gearpark.contexts.telemetry import public as telemetry


@pytest.fixture(autouse=True)
def lake_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A lake of this test's own; the database stays where the test process started it."""
    monkeypatch.setenv("GEARPARK_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def firm(scope_of) -> Scope:  # type: ignore[no-untyped-def]
    return scope_of("qichi")


@pytest.fixture
def other_firm(scope_of) -> Scope:  # type: ignore[no-untyped-def]
    return scope_of("jingjiang")


@pytest.fixture(scope="module")
def bus() -> Iterator[str]:
    """A real broker for the tests of one module."""
    with support.broker() as url:
        yield url


@pytest.fixture
def ear(bus: str) -> Iterator[str]:
    """This process listens to the bus."""
    telemetry.stop_live()  # whatever the web application started before listens elsewhere
    telemetry.start_live(bus)
    support.until(telemetry.bus_connected, what="the ear")
    yield bus
    telemetry.stop_live()

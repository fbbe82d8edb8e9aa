"""Shared by the plants' tests: one simulated line that has run for some shifts, and the parsed type space."""

import asyncio
import socket

import pytest

from gearpark.plants.line import Change, SimulatedLine
from gearpark.plants.opcua.typespace import TypeSpace, read_type_space

HOUR_US = 3_600_000_000
START_US = 1_795_276_800_000_000  # 2026-11-21T16:00Z, midnight in the shop
SHIFT_US = 8 * HOUR_US


@pytest.fixture(scope="session")
def day() -> tuple[SimulatedLine, list[Change]]:
    """A line after one day, with all its changes. Read only."""
    line = SimulatedLine("qc-l1", seed=7, start_us=START_US)
    return line, line.run_until(START_US + 24 * HOUR_US)


@pytest.fixture(scope="session")
def types() -> TypeSpace:
    return asyncio.run(read_type_space())


def open_port() -> int:
    """A TCP port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def free_port() -> int:
    return open_port()

"""One folder a protocol: manifest, connector, configuration, diagnostics, quality checklist.

A connector is a module ``connectors.<protocol>.connector`` with four coroutines::

    run(link)                 feed ``link`` until cancelled; raise on a fault, the runner comes back
    discover(url)             -> Proposal: machines, signals and sample values at an address
    test(wanted)              -> dict: can it be reached, do the addresses exist, one value each
    diagnostics(wanted)       -> dict: what a developer needs to see, without secrets

One whose manifest says ``writes = true`` has two more (``WritingConnector``).
"""

from __future__ import annotations

import importlib
import tomllib
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Protocol, cast

from gearpark.base.problems import Problem
from gearpark.base.wire import Value

from ..link import Link
from ..proposals import Proposal
from ..wanted import ConnectionWanted

FOLDER = Path(__file__).parent


class Connector(Protocol):
    """What each ``connector`` module offers."""

    def run(self, link: Link) -> Awaitable[None]: ...

    def discover(self, url: str) -> Awaitable[Proposal]: ...

    def test(self, wanted: ConnectionWanted) -> Awaitable[dict[str, Any]]: ...

    def diagnostics(self, wanted: ConnectionWanted) -> Awaitable[dict[str, Any]]: ...


class WritingConnector(Protocol):
    """What a connector that may write offers, over the connection that runs.

    write   ``ready(current value)`` is awaited right before the machine is told and may raise to refuse. A Problem:
            refused; any other exception after ``ready``: nobody knows whether the machine took it
    read    the value now, asked of the machine
    """

    def write(
        self, link: Link, tag: str, value: float | bool | str, ready: Callable[[Value], Awaitable[None]]
    ) -> Awaitable[None]: ...

    def read(self, link: Link, tag: str) -> Awaitable[Value]: ...


def protocols() -> list[str]:
    """Names of the connectors in this installation."""
    return sorted(path.parent.name for path in FOLDER.glob("*/manifest.toml"))


def manifest(protocol: str) -> dict[str, Any]:
    """The connector's ``manifest.toml``."""
    return _toml(protocol, "manifest.toml")


def quality(protocol: str) -> dict[str, Any]:
    """The connector's ``quality.toml`` with the tier reached: every rule of it and of the tiers below is met."""
    found = _toml(protocol, "quality.toml")
    reached = ""
    for tier in ("bronze", "silver", "gold", "platinum"):
        rules = found.get(tier, {})
        if not rules or not all(rule.get("done", False) for rule in rules.values()):
            break
        reached = tier
    return {**found, "tier": reached}


def load(protocol: str) -> Connector:
    """The connector module. Raises ``gateway.protocol_unknown``."""
    _known(protocol)
    return cast(Connector, importlib.import_module(f"{__name__}.{protocol}.connector"))


def writing(protocol: str) -> WritingConnector:
    """The connector module of a protocol whose manifest says that it writes."""
    return cast(WritingConnector, load(protocol))


def _known(protocol: str) -> None:
    if protocol not in protocols():
        raise Problem(
            "gateway.protocol_unknown",
            f"Protocol {protocol!r} has no connector here; there are: {', '.join(protocols())}.",
        )


def _toml(protocol: str, name: str) -> dict[str, Any]:
    _known(protocol)
    return tomllib.loads((FOLDER / protocol / name).read_text("utf-8"))

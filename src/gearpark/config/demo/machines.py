"""The demo's machines come in by the same door as a user's: a gateway looks at an address, the proposal is applied."""

from __future__ import annotations

import json
import logging
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

from gearpark.base import home
from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.contexts.shopfloor import public as shopfloor
from gearpark.contexts.telemetry import public as telemetry
from gearpark.kit.tenant import acting

from . import care, lines, quality, twin
from .park import park_scope

PLANTS_LIMIT_S = 120.0  # for the plants to write run/plants.json
GATEWAY_LIMIT_S = 60.0
LOOK_TRIES = 5
LOOKS_AT_ONCE = 3  # a gateway works on four requests; one place is left to people
POLL_S = 0.2
RIGHTS = frozenset({"registry.edit", "registry.view", "shopfloor.edit", "shopfloor.view"})
log = logging.getLogger("gearpark.demo")


def connect(now: datetime) -> dict[str, Any]:
    """Onboard every endpoint the plants offer that is not connected yet, then make the demo's lines.

    Returns endpoint id -> what happened. Problem ``demo.plants_silent`` when the plants offer nothing in time.
    """
    endpoints = _endpoints()
    telemetry.start_live()
    try:
        _wait(telemetry.gateway_health, GATEWAY_LIMIT_S, "no gateway speaks on the bus")
        done: dict[str, Any] = {}
        with ThreadPoolExecutor(
            LOOKS_AT_ONCE
        ) as pool:  # looking waits for the machine, so several are looked at
            looks = {e["id"]: pool.submit(_look, e) for e in endpoints if not _is_known(e)}
            for endpoint in endpoints:
                line = lines.other_line(endpoint["id"])
                if line is not None:
                    scope = _scope(line.org)
                    with acting(scope):
                        lines.ensure_other_line(scope, line)
                look = looks.get(endpoint["id"])
                done[endpoint["id"]] = "known" if look is None else _onboard(endpoint, look.result())
    finally:
        telemetry.stop_live()
    scope = _scope("qichi")
    with acting(scope):
        done["lines"] = len(shopfloor.ensure_demo_lines(scope))
    done["care"] = len(care.load_care(park_scope(), now))
    done["models"] = twin.load_twin(park_scope())["models"]
    done["limits"] = quality.freeze_limits(park_scope())
    return done


def _wait(condition: Any, limit_s: float, what: str) -> Any:
    end_s = time.monotonic() + limit_s
    while not (found := condition()):
        if time.monotonic() > end_s:
            raise Problem(
                "demo.plants_silent", f"The demo's machines cannot be connected: {what}.", status=503
            )
        time.sleep(POLL_S)
    return found


def _endpoints() -> list[dict[str, Any]]:
    path = home.home() / "run" / "plants.json"

    def fresh() -> list[dict[str, Any]]:
        if not path.exists():
            return []
        found: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))["endpoints"]
        return found

    found: list[dict[str, Any]] = _wait(fresh, PLANTS_LIMIT_S, "the plants have not said where they listen")
    return found


def _scope(org: str) -> Scope:
    rights = telemetry.process_scope("demo").rights | RIGHTS
    return Scope(org=org, orgs=frozenset({org}), rights=rights, actor="process:demo")


def _is_known(endpoint: dict[str, Any]) -> bool:
    """Is this endpoint connected already? Then it is left alone."""
    scope = _scope(endpoint["org"])
    with acting(scope):
        return any(known.url == endpoint["url"] for known in telemetry.connections(scope))


def _onboard(endpoint: dict[str, Any], proposal: telemetry.Proposal) -> str:
    """Say yes to what was found at one endpoint."""
    scope = _scope(endpoint["org"])
    ids: dict[str, str] = endpoint.get("assets", {})
    choices = {}
    for found in proposal.assets:
        wanted = _wanted_id(found, ids)
        path = found.path or f"qijiang/{endpoint['org']}/lab/replay/cell/{wanted}"
        choices[found.id] = telemetry.AssetChoice(include=bool(wanted), id=wanted, path=path)
    choice = telemetry.Choices(name=endpoint["id"], assets=choices)
    with acting(scope):
        diff = telemetry.apply_proposal(scope, proposal, choice)
    if diff.refusals:
        raise Problem("demo.machine_refused", f"{endpoint['id']}: {'; '.join(diff.refusals)}")
    return f"{len(diff.of('asset'))} assets, {len(diff.of('tag'))} tags"


def _wanted_id(found: telemetry.ProposedAsset, ids: dict[str, str]) -> str:
    """The id the plants name for a machine (device name -> id), or the proposed one where they name none.

    An adapter has no name of its own: where one id is listed and one machine found, they belong together.
    """
    if not ids:
        return found.id
    by_name = {name.lower(): text for name, text in ids.items()}
    if found.id not in by_name and len(ids) == 1:
        return next(iter(ids.values()))
    return by_name.get(found.id, "")


def _look(endpoint: dict[str, Any]) -> telemetry.Proposal:
    """Ask the gateway what is there; a server that is still starting gets a few more tries."""
    protocol, url, gateway = telemetry.Protocol(endpoint["protocol"]), endpoint["url"], endpoint["gateway"]
    for attempt in range(LOOK_TRIES):
        try:
            answer = telemetry.ask_gateway(gateway, "discover", {"protocol": protocol.value, "url": url})
            return telemetry.read_proposal(protocol, url, gateway, answer)
        except Problem as problem:
            if attempt == LOOK_TRIES - 1:
                raise
            log.info("%s: %s; trying again", endpoint["id"], problem)
            time.sleep(POLL_S * 2**attempt)
    raise AssertionError("unreachable")

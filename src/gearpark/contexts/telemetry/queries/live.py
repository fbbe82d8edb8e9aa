"""The one ear on the bus in this process: newest values of every tag, and what gateways say of themselves."""

from __future__ import annotations

import atexit
import threading
from typing import TYPE_CHECKING, Any

from gearpark.base.problems import Problem

from .health import HEALTH_FRESH_S

if TYPE_CHECKING:
    from gearpark.bus.gateways import GatewayLink
    from gearpark.bus.live import LiveValues

ASK_TIMEOUT_S = 80.0  # a gateway itself gives up after 75 s

_lock = threading.Lock()
_values: LiveValues | None = None
_gateways: GatewayLink | None = None


def start_live(url: str = "") -> None:
    """Start listening, once per process; later calls do nothing. Connecting happens in the background, so this
    returns at once also when the bus is not there yet."""
    global _values, _gateways
    # only the web process listens: the others need not load an MQTT client
    from gearpark.bus.gateways import GatewayLink
    from gearpark.bus.live import LiveValues

    with _lock:
        if _values is not None:
            return
        if _gateways is None:
            _gateways = GatewayLink(url or None)
            _gateways.start()
        _values = LiveValues(url or None)
        _values.start()
        atexit.register(stop_live)


def stop_live() -> None:
    """Stop listening; values fall back to the lake."""
    global _values, _gateways
    with _lock:
        values, gateways, _values, _gateways = _values, _gateways, None, None
    if values is not None:
        values.stop()
    if gateways is not None:
        gateways.stop()


def values() -> LiveValues | None:
    """The ear, or None in a process that does not listen (jobs, command line)."""
    return _values


def bus_connected() -> bool:
    """Does this process hear the bus?"""
    return _values is not None and _values.connected


def gateway_health() -> dict[str, dict[str, Any]]:
    """gateway -> its newest health document, only of gateways that spoke within HEALTH_FRESH_S."""
    link = _gateways
    if link is None:
        return {}
    return link.fresh_health(HEALTH_FRESH_S)


def gateway_link() -> GatewayLink:
    """The link to gateways, started when this process has none yet (one that commands but does not listen)."""
    global _gateways
    from gearpark.bus.gateways import GatewayLink

    with _lock:
        if _gateways is None:
            _gateways = GatewayLink(None)
            _gateways.start()
            atexit.register(stop_live)
        return _gateways


def ask_gateway(gateway: str, op: str, args: dict[str, Any]) -> dict[str, Any]:
    """Ask a gateway and wait for its answer (blocking, at most ASK_TIMEOUT_S).

    Problems: ``telemetry.bus_silent`` when this process does not hear the bus, and whatever the gateway answers.
    """
    link = _gateways
    if link is None:
        raise Problem(
            "telemetry.bus_silent", "This process does not hear the bus; is the broker running?", status=503
        )
    answer = link.request(gateway, op, args, timeout_s=ASK_TIMEOUT_S)
    return answer if isinstance(answer, dict) else {"answer": answer}

"""Settings of the SHDR connector."""

from __future__ import annotations

from urllib.parse import urlsplit

from gearpark.base.problems import Problem

PING_S = 5.0  # asked before the adapter names its own heartbeat
TICK_S = 0.5
GREETING_S = 2.0  # first an adapter sends what it knows, however old: that says nothing about its clock
HEARTBEAT_MIN_MS, HEARTBEAT_MAX_MS = 100, 120_000
READ_BYTES = 512 * 1024
MAX_LINE_BYTES = 262_144  # a longer one cannot be SHDR: the source is not an adapter
LISTEN_S = 5.0  # discovery and test listen this long
DEFAULT_PORT = 7878
TCP_IDLE_S, TCP_INTERVAL_S, TCP_PROBES = 10, 5, 3  # for adapters without a heartbeat


def host_and_port(url: str) -> tuple[str, int]:
    """``shdr://host:port`` -> (host, port). Raises ``gateway.url_invalid``."""
    parts = urlsplit(url)
    try:
        port = parts.port or DEFAULT_PORT
    except ValueError:
        port = 0
    if not parts.hostname or not port:
        raise Problem(
            "gateway.url_invalid", f"{url[:80]!r} is not an adapter's address: shdr://host:{DEFAULT_PORT}."
        )
    return parts.hostname, port

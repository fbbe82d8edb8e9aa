"""Settings of the MTConnect connector."""

from __future__ import annotations

from dataclasses import dataclass

from ...wanted import ConnectionWanted

INTERVAL_MS = 250.0  # the agent sends what came up at most this often
HEARTBEAT_MS = 4_000.0  # an empty document at least this often; twice as long without one is a dead link
COUNT = 10_000  # observations in one document
MAX_PART_BYTES = 32 * 1024 * 1024
REQUEST_TIMEOUT_S = 10.0
READ_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class Settings:
    """What one connection runs with. Options: interval_ms, heartbeat_ms, count."""

    interval_ms: int = int(INTERVAL_MS)
    heartbeat_ms: int = int(HEARTBEAT_MS)
    count: int = COUNT

    @property
    def dead_after_s(self) -> float:
        """No document for this long: the stream is dead (2 x heartbeat)."""
        return 2 * self.heartbeat_ms / 1000


def settings_of(wanted: ConnectionWanted) -> Settings:
    """Settings with the connection's options applied."""
    return Settings(
        interval_ms=max(1, int(wanted.option("interval_ms", INTERVAL_MS))),
        heartbeat_ms=max(10, int(wanted.option("heartbeat_ms", HEARTBEAT_MS))),
        count=max(1, int(wanted.option("count", COUNT))),
    )

"""Settings of the OPC UA connector. Numbers a connection may override are read from its ``options``."""

from __future__ import annotations

from dataclasses import dataclass

from ...wanted import ConnectionWanted

PUBLISHING_INTERVAL_MS = 200.0
SAMPLING_MS = 100.0  # asked of signals that only report changes
KEEP_ALIVE_COUNT = 10  # a publish answer at least every 2 s, value or not
LIFETIME_COUNT = 3_000  # the server keeps a silent subscription this many publishing intervals (10 min)
QUEUE_SIZE = 100  # values the server holds per signal while we do not ask
ITEMS_PER_SUBSCRIPTION = 1_000  # common limit of controllers
ITEMS_PER_CALL = 500
PUBLISH_IN_FLIGHT = 2
REQUEST_TIMEOUT_S = 4.0
SESSION_TIMEOUT_MS = 600_000
SILENCE_FACTOR = 2.5  # keep-alive periods without any publish answer before the subscription counts as dead
WATCH_EVERY_S = 0.5
MISSING_RETRY_S = 60.0  # signals whose node did not exist are tried again this often
DRAIN_S = 1.5  # how long a subscription of the previous session may still deliver what it had queued
GRACE_S = 2.0  # after building, before silent signals are held against the source
READ_PER_CALL = 500


@dataclass(frozen=True, slots=True)
class Settings:
    """What one connection runs with. Options: publishing_interval_ms, keep_alive_count, request_timeout_s."""

    publishing_interval_ms: float = PUBLISHING_INTERVAL_MS
    keep_alive_count: int = KEEP_ALIVE_COUNT
    request_timeout_s: float = REQUEST_TIMEOUT_S

    @property
    def silence_s(self) -> float:
        """No publish answer for this long: the subscription is dead."""
        return max(1.0, self.publishing_interval_ms / 1000 * self.keep_alive_count * SILENCE_FACTOR)


def settings_of(wanted: ConnectionWanted) -> Settings:
    """Settings with the connection's options applied."""
    return Settings(
        publishing_interval_ms=wanted.option("publishing_interval_ms", PUBLISHING_INTERVAL_MS),
        keep_alive_count=max(1, int(wanted.option("keep_alive_count", KEEP_ALIVE_COUNT))),
        request_timeout_s=wanted.option("request_timeout_s", REQUEST_TIMEOUT_S),
    )

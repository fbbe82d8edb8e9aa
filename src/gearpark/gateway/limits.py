"""Named limits of the gateway that more than one of its modules uses."""

from __future__ import annotations

BACKOFF_FIRST_S = 0.5  # wait after the first failed attempt; doubles to BACKOFF_MAX_S
BACKOFF_MAX_S = 20.0  # so that every source is back within 30 s of its own return
BACKOFF_RESET_S = 20.0  # a run that held this long starts again from BACKOFF_FIRST_S
CONNECT_TIMEOUT_S = 5.0
REQUEST_TIMEOUT_S = 10.0
STALL_FACTOR = 2.0  # no fresh value for this many expected intervals = stalled
STALL_FLOOR_S = 1.0  # never judge a source faster than this
REBUILD_FIRST_S = 5.0  # pause between two rebuilds of a source that stays frozen; doubles
REBUILD_MAX_S = 60.0
MAX_LISTED = 20  # names an error or health entry lists before it says "and n more"

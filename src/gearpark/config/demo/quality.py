"""The demo's quality room: charts of every line, two studies, a scheme; limits frozen once the lines have measured."""

from __future__ import annotations

import logging
import time
from datetime import datetime
from typing import Any

from gearpark.base.scope import Scope
from gearpark.base.time import now_utc
from gearpark.contexts.shopfloor import public as shopfloor
from gearpark.kit.tenant import acting

from .work import ORG

WAIT_S = 150.0  # for the history of the simulated lines to be read back and followed
POLL_S = 3.0
log = logging.getLogger("gearpark.demo")


def load_quality(scope: Scope, now: datetime) -> dict[str, Any]:
    """Store what is missing of charts, studies and scheme."""
    with acting(scope):
        lines = [line.asset for line in shopfloor.lines(scope)]
        return {
            "charts": shopfloor.ensure_demo_charts(scope, lines),
            "studies": shopfloor.ensure_demo_studies(scope, ORG, now),
        }


def freeze_limits(scope: Scope) -> int:
    """Wait until the charts have enough points and freeze their limits; returns how many were frozen.

    A chart that is still empty when the time is over keeps trial limits: a person can freeze them on its page.
    """
    load_quality(scope, now_utc())  # lines of other types have come in with their machines
    end_s, frozen = time.monotonic() + WAIT_S, 0
    while time.monotonic() < end_s:
        made, open_charts = shopfloor.freeze_demo_limits(scope, now_utc())
        frozen += made
        if not open_charts:
            break
        time.sleep(POLL_S)
    log.info("limits of %d charts frozen", frozen)
    return frozen

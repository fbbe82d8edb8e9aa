"""Figures are published when a shift has ended, and again when late data or bookings change them."""

from __future__ import annotations

from datetime import datetime

from gearpark.contexts.telemetry.public import process_scope
from gearpark.kit.jobs import periodic

from ..services.revisions import LATE_DAYS, publish_due

LOCK = "figures"  # one at a time: both look at the same shifts


@periodic("shopfloor.publish", "* * * * *", lock=LOCK)
def publish_ended(now: datetime) -> None:
    """Shifts of the last days, every minute."""
    publish_due(process_scope("figures"), now)


@periodic("shopfloor.publish_late", "17 * * * *", lock=LOCK)
def publish_late(now: datetime) -> None:
    """Shifts of the last month, every hour."""
    publish_due(process_scope("figures"), now, days=LATE_DAYS)

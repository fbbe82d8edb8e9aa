"""Production progress of orders, from nothing but what the seller's shop told of the order it is made under."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import F

from gearpark.base.time import now_utc
from gearpark.contexts.shopfloor.public import SerialDone, SerialStatus
from gearpark.contexts.telemetry.public import process_scope
from gearpark.kit.tenant import acting

from ..models import Order
from ..queries import deals as queries
from ..types.deals import OrderState, Party
from .orders import write

ACTOR = "market"


def on_serial_done(event: SerialDone) -> None:
    """A part of a linked shop order left its route."""
    if event.order_id is None:
        return
    field = "made" if event.status is SerialStatus.GOOD else "scrapped"
    with acting(process_scope(ACTOR)) as wide:
        Order.objects.of(wide).filter(job=event.order_id, seller=event.org).update(**{field: F(field) + 1})


def escalate_silent() -> int:
    """Disputes that stood for AUTOMATIC_DAYS become the park's; returns how many."""
    now = now_utc()
    done = 0
    with acting(process_scope(ACTOR)) as wide:
        before = now - timedelta(days=queries.AUTOMATIC_DAYS)
        rows = (
            Order.objects.of(wide)
            .filter(state=OrderState.DISPUTED.value, moved_at__lte=before)
            .select_for_update()
        )
        for row in rows:
            told = queries.entries(wide, row.pk)
            at = max((entry.at for entry in told if entry.deed == "dispute"), default=None)
            if at is None or at > before or any(e.deed == "escalate" and e.at >= at for e in told):
                continue
            write(wide, row, Party.PARK, "escalate", "", {"automatic": True}, now)
            done += 1
    return done

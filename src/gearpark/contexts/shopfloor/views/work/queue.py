"""The queues of all lines side by side."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gearpark.base.scope import Scope

from ... import queries
from ...queries.work import orders as asked
from ...queries.work.holds import station_holds
from .drawing import progress_bar
from .tabs import frame
from .words import ORDER_LOOK, ORDER_STATUS, PRIORITY, language, word


def context_of(scope: Scope) -> dict[str, Any]:
    """Each line of the scope with its orders as they are to be made."""
    today = timezone.localdate()
    holds: dict[str, int] = {}
    for item in station_holds(scope):
        holds[item.line_asset] = holds.get(item.line_asset, 0) + 1
    lines = []
    queued = asked.queues(scope)
    for line in queries.lines(scope):
        found = queued.get(line.asset, [])
        lines.append(
            {
                "asset": line.asset,
                "name": line.name(language()),
                "holds": holds.get(line.asset, 0),
                "orders": [
                    {
                        "info": info,
                        "place": place,
                        "up": place - 1,
                        "down": place + 1,
                        "last": place == len(found) - 1,
                        "look": ORDER_LOOK[info.status],
                        "status": word(ORDER_STATUS, info.status),
                        "priority": word(PRIORITY, str(info.priority)),
                        "name": info.product_name(language()),
                        "bar": progress_bar(info.progress),
                        "late": info.due_on is not None and info.due_on < today,
                    }
                    for place, info in enumerate(found)
                ],
            }
        )
    return frame(scope, "queue", _("Queue"), lines=lines)

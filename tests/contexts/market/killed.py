"""Run as a process of its own: does one step and is killed (SIGKILL) inside it, before its transaction ends.

``python killed.py STEP ARGUMENTS``; the moment is that of the step's own event.
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any


def die(event: Any) -> None:
    """What a listener does when the power goes."""
    os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    import django

    django.setup()
    from django.conf import settings

    from gearpark.base.scope import Scope
    from gearpark.config import database
    from gearpark.contexts.market.services import auctions, money, orders
    from gearpark.contexts.market.types.auctions import AuctionEnded
    from gearpark.contexts.market.types.deals import OrderMoved, OrderPlaced, StageHeld
    from gearpark.contexts.registry.types import RIGHTS
    from gearpark.kit import events

    settings.DATABASES["default"].update(database.dsn("app").django(), CONN_MAX_AGE=None)
    now = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
    step, *words = sys.argv[1:]

    def scope_of(org: str) -> Scope:
        return Scope(org=org, orgs=frozenset((org,)), rights=frozenset(RIGHTS), actor="process:killed")

    for kind in (OrderPlaced, OrderMoved, StageHeld, AuctionEnded):
        events.bind(kind, die)
    if step == "place":
        orders.place_order(scope_of(words[0]), int(words[1]), Decimal(1), words[2], now)
    elif step == "ship":
        orders.move(scope_of(words[0]), int(words[1]), "ship", now)
    elif step == "confirm":
        money.confirm(words[0], words[1], now)
    elif step == "end":
        auctions.end_auction(int(words[0]), datetime.fromisoformat(words[1]))


if __name__ == "__main__":
    main()

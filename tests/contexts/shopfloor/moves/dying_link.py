"""The fleet's link as a process that is killed between publishing an order and noting that it did."""

from __future__ import annotations

import os
import signal
import sys
import time
from datetime import datetime
from typing import Any

import django


def main(url: str) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "gearpark.config.settings"
    django.setup()
    from gearpark.base.time import now_utc
    from gearpark.contexts.shopfloor.services.moves import link

    made = link.FleetLink(url)

    def die(scope: Any, key: int, now: datetime) -> None:
        client = made.start()
        while client._waiting:  # until the broker has it
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGKILL)

    link.sent = die
    while True:
        made.round(now_utc())
        time.sleep(0.05)


if __name__ == "__main__":
    main(sys.argv[1])

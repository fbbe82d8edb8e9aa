"""The fleet's link: one loop that listens to vehicles, steers, and sends what waits in the outbox.

Everything that matters is in the tables. The process may be killed at any point: a message that was published and not
marked is published again, and the vehicle knows the same order by its id; a state that was not stored is said again by
the vehicle within its own interval.
"""

from __future__ import annotations

import json
import logging
import os
import time
import uuid
from collections import deque
from datetime import datetime, timedelta

from gearpark.base.scope import Scope
from gearpark.base.time import now_utc
from gearpark.bus import vda5050 as vda
from gearpark.bus.client import MqttClient, bus_url
from gearpark.kit.loops import Loop
from gearpark.kit.tenant import acting

from ...models.moves import Message
from ...queries.moves.scopes import loop_scope
from .hear import Heard, hear
from .levels import find_missing, look
from .pieces import work_off
from .steer import steer

EVERY_S = 0.5
STOCK_EVERY_S = 2.0  # how often rules look at stocks
LEVEL_EVERY_S = 10.0  # and at what buffers say (a read of the lake)
RESEND_S, MAX_RESEND_S = 5.0, 60.0  # a message without an effect is sent again after this; doubles
MAX_INBOX = (
    20_000  # messages kept while the database is away; then the oldest go, vehicles say their state again
)
MAX_HEARD = 100  # messages of one transaction
MAX_SENT = 200  # messages of one round
log = logging.getLogger("gearpark.logistics")


class FleetLink:
    """``round(now)`` from one thread. Listening happens on the bus client's own thread."""

    def __init__(self, url: str | None = None) -> None:
        self._inbox: deque[Heard] = deque(maxlen=MAX_INBOX)
        self._client: MqttClient | None = None
        self._url = url
        self._stocks_s = self._levels_s = 0.0

    def start(self) -> MqttClient:
        """Connect in the background; later calls return the same client."""
        if self._client is None:
            self._client = MqttClient(
                self._url or bus_url(),
                f"gearpark-fleet-{os.getpid()}-{uuid.uuid4().hex[:6]}",
                subscribe=vda.CONTROL_FILTERS,
                on_message=self._received,
            )
            self._client.start()
        return self._client

    def stop(self) -> None:
        if self._client is not None:
            self._client.stop()
            self._client = None

    def _received(self, topic: str, payload: bytes) -> None:
        self._inbox.append(Heard(topic, payload, now_utc()))

    def round(self, now: datetime) -> None:
        """Listen, follow the shop, decide, send."""
        client = self.start()
        scope = loop_scope()
        self._listen(scope)
        moment = time.monotonic()
        stocks = moment - self._stocks_s >= STOCK_EVERY_S
        machines = stocks and moment - self._levels_s >= LEVEL_EVERY_S
        follow(scope, now, stocks=stocks, machines=machines)
        self._stocks_s = moment if stocks else self._stocks_s
        self._levels_s = moment if machines else self._levels_s
        if client.up:
            self._send(scope, client, now)

    def _listen(self, scope: Scope) -> None:
        while self._inbox:
            batch = [self._inbox[place] for place in range(min(len(self._inbox), MAX_HEARD))]
            hear(scope, batch)  # an error leaves them in the box: they are taken again, and news only once
            for _ in batch:
                self._inbox.popleft()

    def _send(self, scope: Scope, client: MqttClient, now: datetime) -> None:
        for key, topic, payload in due(scope, now):
            if not client.publish(topic, payload, 1):
                return
            sent(scope, key, now)


def follow(scope: Scope, now: datetime, *, stocks: bool = True, machines: bool = True) -> None:
    """What the shop asks for and who does it, in one transaction. ``stocks``: rules look at stocks too; ``machines``:
    and at what buffers say."""
    with acting(scope):
        work_off(scope, now)
        if stocks:
            look(scope, now, machines=machines)
            find_missing(scope, now)
        steer(scope, now)


def due(scope: Scope, now: datetime) -> list[tuple[int, str, bytes]]:
    """(id, topic, payload) of what is to be sent now: to vehicles that are there."""
    with acting(scope):
        rows = (
            Message.objects.of(scope)
            .select_related("vehicle")
            .filter(settled_at=None, next_at__lte=now, vehicle__online=True)
            .order_by("pk")[:MAX_SENT]
        )
        return [
            (
                row.pk,
                vda.topic(row.vehicle.manufacturer, row.vehicle.serial, row.kind),
                json.dumps(row.document, ensure_ascii=False, separators=(",", ":")).encode(),
            )
            for row in rows
        ]


def sent(scope: Scope, key: int, now: datetime) -> None:
    """The bus took it; without an effect it goes out again later."""
    with acting(scope):
        row = Message.objects.of(scope).select_for_update().filter(pk=key).first()
        if row is None:
            return
        pause = min(RESEND_S * 2 ** min(row.sends, 8), MAX_RESEND_S)
        row.sends, row.sent_at = row.sends + 1, row.sent_at or now
        row.next_at = now + timedelta(seconds=pause)
        row.save(update_fields=["sends", "sent_at", "next_at"])


LINK = FleetLink()
LOOPS = (Loop("logistics", EVERY_S, LINK.round),)

"""The simulated vehicles on a real bus: one session each, so that a vehicle's death is told by the broker."""

from __future__ import annotations

import asyncio
import json
import logging
from collections import deque
from datetime import datetime
from pathlib import Path
from typing import Any

from gearpark.base.time import now_utc
from gearpark.bus import vda5050 as vda
from gearpark.bus.client import Message, MqttClient
from gearpark.bus.vda5050.writing import stamp
from gearpark.engines.transport import parking

from .vehicle import HANDLING_S, SPEED_M_S, SimVehicle

MAKER = "gearpark-sim"
TICK_S = 0.2
KEEP_EVERY_S = 5.0
MAX_INBOX = 1000
log = logging.getLogger("gearpark.plants")


class Wired:
    """One vehicle with its session. ``deaf`` and ``mute`` cut one direction (fault injection)."""

    def __init__(self, vehicle: SimVehicle, url: str) -> None:
        self.vehicle = vehicle
        self.deaf = self.mute = False
        self._inbox: deque[tuple[str, bytes]] = deque(maxlen=MAX_INBOX)
        self._sessions = 0
        names = (vehicle.manufacturer, vehicle.serial)
        self.client = MqttClient(
            url,
            f"{vehicle.manufacturer}-{vehicle.serial}",
            subscribe=[(vda.topic(*names, "order"), 1), (vda.topic(*names, "instantActions"), 1)],
            will=lambda: self._connection("CONNECTIONBROKEN"),
            on_up=self._up,
            on_message=self._received,
        )

    def _connection(self, state: str) -> Message:
        self._sessions += 1
        head = vda.Header(self._sessions, now_utc(), self.vehicle.manufacturer, self.vehicle.serial)
        return Message(self._topic("connection"), vda.encode(vda.Connection(head, state)), 1, True)

    def _topic(self, kind: str) -> str:
        return vda.topic(self.vehicle.manufacturer, self.vehicle.serial, kind)

    def _up(self) -> None:
        self.client.publish(*self._connection("ONLINE"))
        self.client.publish(self._topic("factsheet"), json.dumps(factsheet(self.vehicle)).encode(), 0, True)
        self._inbox.append(("", b""))  # say the state at once

    def _received(self, topic: str, payload: bytes) -> None:
        found = vda.parse_topic(topic)
        if found is not None and not self.deaf:
            self._inbox.append((found.kind, payload))

    def tick(self, now: datetime) -> int:
        """Take what came, live on, say what has to be said. Returns how many messages went out."""
        while self._inbox:
            kind, payload = self._inbox.popleft()
            self.vehicle.take(kind, payload, now)
        said = self.vehicle.step(now)
        if self.mute:
            return 0
        return sum(self.client.publish(self._topic(one.kind), vda.encode(one.document)) for one in said)

    def stop(self) -> None:
        self.client.stop([self._connection("OFFLINE")])


class Fleet:
    """``run(stopping)`` as a task of the plants process. ``home``: where the vehicles' places are remembered."""

    def __init__(self, count: int, lines: int, home: Path, url: str, *, factor: float = 1.0) -> None:
        self._file = home / "run" / "fleet.json"
        kept = self._kept()
        self.vehicles: list[Wired] = []
        for index in range(count):
            x, y = parking(index, lines)
            vehicle = SimVehicle(MAKER, f"shop-{index + 1}", x, y, factor=factor, battery=0.9 - 0.07 * index)
            if vehicle.serial in kept:
                vehicle.restore(kept[vehicle.serial])
            self.vehicles.append(Wired(vehicle, url))

    def _kept(self) -> dict[str, dict[str, Any]]:
        try:
            found = json.loads(self._file.read_text("utf-8"))
            return {str(name): dict(row) for name, row in found.items()}
        except (OSError, ValueError, AttributeError, TypeError):
            return {}

    def keep(self) -> None:
        """Remember where every vehicle stands, replaced in one step."""
        document = {one.vehicle.serial: one.vehicle.kept() for one in self.vehicles}
        part = self._file.with_suffix(".part")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            part.write_text(json.dumps(document), "utf-8")
            part.replace(self._file)
        except OSError as error:
            log.warning("vehicles not remembered: %s", error)

    async def run(self, stopping: asyncio.Event) -> None:
        """Drive until told to stop; then say goodbye."""
        for one in self.vehicles:
            one.client.start()
        loop = asyncio.get_running_loop()
        keep_s = loop.time() + KEEP_EVERY_S
        try:
            while not stopping.is_set():
                now = now_utc()
                for one in self.vehicles:
                    one.tick(now)
                if loop.time() >= keep_s:
                    keep_s = loop.time() + KEEP_EVERY_S
                    self.keep()
                try:
                    await asyncio.wait_for(stopping.wait(), TICK_S)
                except TimeoutError:
                    continue
        finally:
            self.keep()
            await asyncio.gather(*(asyncio.to_thread(one.stop) for one in self.vehicles))


def factsheet(vehicle: SimVehicle) -> dict[str, Any]:
    """What the vehicle can do, in the standard's words."""
    action = {"actionScopes": ["NODE"], "actionParameters": []}
    return {
        "headerId": 1,
        "timestamp": stamp(now_utc()),
        "version": "2.1.0",
        "manufacturer": vehicle.manufacturer,
        "serialNumber": vehicle.serial,
        "typeSpecification": {
            "seriesName": "Simulated lift truck",
            "agvKinematic": "DIFF",
            "agvClass": "CARRIER",
            "maxLoadMass": 800,
            "localizationTypes": ["NATURAL"],
            "navigationTypes": ["VIRTUAL_LINE_GUIDED"],
        },
        "physicalParameters": {
            "speedMin": 0.05,
            "speedMax": SPEED_M_S,
            "accelerationMax": 0.6,
            "decelerationMax": 0.9,
            "heightMax": 2.1,
            "width": 0.9,
            "length": 1.6,
        },
        "protocolLimits": {
            "maxStringLens": {},
            "maxArrayLens": {},
            "timing": {"minOrderInterval": 0.5, "minStateInterval": 0.2},
        },
        "protocolFeatures": {
            "optionalParameters": [],
            "agvActions": [
                {"actionType": "pick", "actionDescription": f"{HANDLING_S:.0f} s", **action},
                {"actionType": "drop", "actionDescription": f"{HANDLING_S:.0f} s", **action},
                {"actionType": "startCharging", **action},
                {"actionType": "cancelOrder", "actionScopes": ["INSTANT"], "actionParameters": []},
            ],
        },
        "agvGeometry": {},
        "loadSpecification": {},
    }

"""What an open line board does: listen to the line's signals, and ask for the states soon after one changed.

The same steps as ``lineboard.js``: one event stream over the watched tags; a message asks for ``/lines/<line>/live/`` a
quarter of a second later, never twice at a time. Every device's part serial is the moment it was written (``_shop``), so
each answer tells how long every tick of every device took to reach the board; a tick that a newer one overtook counts
with the answer that showed the newer one.
"""

from __future__ import annotations

import http.client
import json
import threading
import time
from urllib.parse import urlsplit

SOON_S = 0.25
TICK_US = 1_000_000
MAX_OVERTAKEN = 30


class Board(threading.Thread):
    """One board of one line."""

    def __init__(self, web: str, token: str, line: str, tags: list[str]) -> None:
        super().__init__(daemon=True, name=f"board-{line}")
        self.web, self.line, self.tags = urlsplit(web), line, tags
        self.headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        self.shown: dict[str, int] = {}  # device -> newest serial on the board
        self.delays: list[tuple[float, float]] = []  # (when, seconds from the device to the board)
        self.asked = 0
        self.stopped = False
        self._wake = threading.Event()

    def run(self) -> None:
        asking = threading.Thread(target=self._ask_on, daemon=True)
        asking.start()
        while not self.stopped:
            link = http.client.HTTPConnection(self.web.hostname or "", self.web.port, timeout=30)
            try:
                link.request("GET", "/live/?tags=" + ",".join(self.tags), headers=self.headers)
                answer = link.getresponse()
                kind = ""
                while not self.stopped and (line := answer.readline()):
                    if line.startswith(b"event:"):
                        kind = line[6:].strip().decode()
                    elif line.startswith(b"data:") and kind in {"values", "snapshot"}:
                        self._wake.set()
            except (OSError, http.client.HTTPException):
                time.sleep(0.5)
            finally:
                link.close()
        asking.join(5)

    def _ask_on(self) -> None:
        link = http.client.HTTPConnection(self.web.hostname or "", self.web.port, timeout=30)
        while not self.stopped:
            if not self._wake.wait(1.0):
                continue
            self._wake.clear()
            time.sleep(SOON_S)
            try:
                link.request("GET", f"/lines/{self.line}/live/", headers=self.headers)
                self._take(json.loads(link.getresponse().read()))
            except (OSError, ValueError, http.client.HTTPException):
                link.close()
                link = http.client.HTTPConnection(self.web.hostname or "", self.web.port, timeout=30)
        link.close()

    def _take(self, body: dict[str, list[dict[str, str]]]) -> None:
        now_s = time.time()
        self.asked += 1
        for unit in body["units"]:
            if not unit["part"].isdigit():
                continue
            serial, before = int(unit["part"]), self.shown.get(unit["code"])
            if before is None or serial > before:
                self.shown[unit["code"]] = serial
                ticks = 1 if before is None else min(MAX_OVERTAKEN, round((serial - before) / TICK_US))
                for back in range(max(1, ticks)):
                    self.delays.append((now_s, now_s - (serial - back * TICK_US) / 1e6))

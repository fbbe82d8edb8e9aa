"""GatewayLink: questions to gateways and their health, over the bus. For the web and the command line."""

from __future__ import annotations

import json
import os
import re
import threading
import time
import uuid
from collections.abc import Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from typing import Any, NamedTuple

from gearpark.base.problems import Problem

from .client import MqttClient, bus_url

PREFIX = "gearpark/gateway"
DEFAULT_TIMEOUT_S = 15.0
MAX_OPEN_REQUESTS = 200
MAX_GATEWAYS = 200
MAX_ANSWER_BYTES = 8 << 20
FRESH_S = 7.0  # health older than this (published every 2 s) means that the gateway is silent
HISTORIAN_TOPIC = "gearpark/historian/health"
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")


def request_topic(gateway: str) -> str:
    return f"{PREFIX}/{gateway}/request"


def response_topic(gateway: str, request_id: str) -> str:
    return f"{PREFIX}/{gateway}/response/{request_id}"


def health_topic(gateway: str) -> str:
    return f"{PREFIX}/{gateway}/health"


class Health(NamedTuple):
    """A gateway's newest health document and when it came; `fresh` says whether it may still be believed."""

    gateway: str
    document: dict[str, Any]
    received_us: int

    def age_s(self, now_us: int) -> float:
        return (now_us - self.received_us) / 1e6

    def fresh(self, now_us: int) -> bool:
        return self.age_s(now_us) <= FRESH_S


class GatewayLink:
    """Request, response, health. Start once per process; methods may be called from any thread."""

    def __init__(self, url: str | None = None, client_id: str = "") -> None:
        self._lock = threading.Lock()
        self._open: dict[str, tuple[str, Future[dict[str, Any]]]] = {}
        self._health: dict[str, Health] = {}
        self._historian: Health | None = None
        self.client = MqttClient(
            url or bus_url(),
            client_id or f"gearpark-link-{os.getpid()}-{uuid.uuid4().hex[:6]}",
            subscribe=[
                (f"{PREFIX}/+/response/+", 1),
                (f"{PREFIX}/+/health", 0),
                (HISTORIAN_TOPIC, 0),
            ],
            on_message=self._received,
        )

    def start(self) -> None:
        self.client.start()

    def stop(self) -> None:
        self.client.stop()
        with self._lock:
            waiting, self._open = list(self._open.values()), {}
        for gateway, future in waiting:
            if future.set_running_or_notify_cancel():  # False: nobody waits any more
                future.set_exception(_unreachable(gateway, "the link was closed"))

    def send(self, gateway: str, op: str, args: Mapping[str, Any] | None = None) -> Future[dict[str, Any]]:
        """Ask a gateway to do `op`; the future holds its answer document.

        Problems: ``gateway.unreachable`` when the bus is down or too many questions wait.
        """
        if not _NAME.fullmatch(gateway):
            raise Problem("gateway.name", f"{gateway!r} is not a gateway's name.")
        request_id = uuid.uuid4().hex
        future: Future[dict[str, Any]] = Future()
        with self._lock:
            self._open = {key: item for key, item in self._open.items() if not item[1].done()}
            if len(self._open) >= MAX_OPEN_REQUESTS:
                raise _unreachable(gateway, f"{MAX_OPEN_REQUESTS} questions wait for answers already")
            self._open[request_id] = (gateway, future)
        document = json.dumps({"id": request_id, "op": op, "args": dict(args or {})}).encode()
        if not self.client.publish(request_topic(gateway), document, 1, timeout_s=1.0):
            with self._lock:
                self._open.pop(request_id, None)
            raise _unreachable(gateway, self.client.last_error or "the bus is down")
        return future

    def request(
        self,
        gateway: str,
        op: str,
        args: Mapping[str, Any] | None = None,
        timeout_s: float = DEFAULT_TIMEOUT_S,
    ) -> Any:
        """`send`, wait, and return the answer's ``result``. The gateway's own refusal comes back as the Problem it names; silence is
        ``gateway.unreachable``."""
        future = self.send(gateway, op, args)
        try:
            answer = future.result(timeout_s)
        except FutureTimeout:
            future.cancel()
            raise _unreachable(gateway, f"no answer within {timeout_s:g} s") from None
        problem = answer.get("problem")
        if isinstance(problem, dict):
            raise Problem(
                str(problem.get("title") or "gateway.refused"),
                str(problem.get("detail") or "The gateway refused."),
                status=int(problem.get("status") or 502),
                **(problem.get("details") or {}),
            )
        return answer.get("result")

    def health(self) -> dict[str, Health]:
        """Newest health per gateway, also of silent ones: look at `fresh`."""
        with self._lock:
            return dict(self._health)

    def fresh_health(self, within_s: float = FRESH_S) -> dict[str, dict[str, Any]]:
        """gateway -> newest health document, only of gateways that spoke within `within_s` and are not gone."""
        now_us = time.time_ns() // 1000
        return {
            name: found.document
            for name, found in self.health().items()
            if found.age_s(now_us) <= within_s and found.document.get("online", True)
        }

    def historian(self) -> Health | None:
        """Newest health of the historian."""
        return self._historian

    def _received(self, topic: str, payload: bytes) -> None:
        parts = topic.split("/")
        try:
            if len(payload) > MAX_ANSWER_BYTES:
                return
            document = json.loads(payload)
        except ValueError:
            return
        if not isinstance(document, dict):
            return
        now_us = time.time_ns() // 1000
        if topic == HISTORIAN_TOPIC:
            self._historian = Health("historian", document, now_us)
        elif len(parts) == 4 and parts[3] == "health":
            with self._lock:
                if parts[2] in self._health or len(self._health) < MAX_GATEWAYS:
                    self._health[parts[2]] = Health(parts[2], document, now_us)
        elif len(parts) == 5 and parts[3] == "response":
            with self._lock:
                found = self._open.get(parts[4])
                if found is None or found[0] != parts[2]:
                    return
                del self._open[parts[4]]
            if found[1].set_running_or_notify_cancel():
                found[1].set_result(document)


def _unreachable(gateway: str, why: str) -> Problem:
    return Problem(
        "gateway.unreachable",
        f"The gateway {gateway} does not answer: {why}. Its machines' data is kept in its journal; check that it runs.",
        status=504,
    )

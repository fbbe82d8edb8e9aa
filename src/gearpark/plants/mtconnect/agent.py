"""An MTConnect agent over HTTP: probe, current, sample (also as a stream), with the standard's sequence rules."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Mapping

from aiohttp import web

from gearpark.base.mtconnect import extra_fields, read_devices
from gearpark.base.problems import Problem
from gearpark.base.shdr import CONDITION_LEVELS
from gearpark.base.time import now_utc, to_us

from .documents import Heading, devices_document, error_document, streams_document
from .model import DeviceModel, Item, read_model
from .recordings import Played, Player, Recording, stamp
from .store import BUFFER_SIZE, UNAVAILABLE, Row, Store, rows_of

DEFAULT_COUNT = 100
MAX_COUNT = 10_000
MIN_INTERVAL_MS, MAX_INTERVAL_MS = 0, 600_000
DEFAULT_HEARTBEAT_MS, MIN_HEARTBEAT_MS = 10_000, 100
POLL_S = 0.05  # how often an open stream looks for new observations
MAX_STREAMS = 50
_XML = "text/xml"
log = logging.getLogger(__name__)


class Refused(Exception):
    """A request the standard answers with an error document."""

    def __init__(self, code: str, sentence: str, status: int = 400) -> None:
        super().__init__(sentence)
        self.code, self.sentence, self.status = code, sentence, status


class Agent:
    """Serves recordings as one MTConnect agent.

    instance_id  changes with every start; a client must then begin anew
    size         observations kept
    """

    def __init__(
        self, recordings: list[Recording], *, instance_id: int, size: int = BUFFER_SIZE, speed: float = 1.0
    ) -> None:
        self.store = Store(size)
        self.heading = Heading(instance_id, size)
        self.devices: dict[str, DeviceModel] = {}
        self.extra: dict[str, Mapping[str, int]] = {}
        self.players: list[Player] = []
        self._recordings, self._speed = recordings, speed
        self._runner: web.AppRunner | None = None
        self._streams = 0
        self.url = ""
        first = 0
        for recording in recordings:
            document = recording.model_bytes()
            model = read_model(document, recording.device, first)
            first += len(model.items)
            self.devices[recording.device] = model
            device = next(d for d in read_devices(document) if d.name == recording.device)
            self.extra[recording.device] = extra_fields(device)

    # -- observations -----------------------------------------------------------------------------------------

    def begin(self, now_us: int) -> None:
        """Everything unavailable first, as the standard wants; then the recordings play."""
        at = stamp(now_us)
        for device in self.devices.values():
            for item in device.items:
                fields = ("", "", "", "") if item.category == "CONDITION" else None
                self.store.add(at, item, UNAVAILABLE, fields)
        self.players = [Player(r, now_us, self.extra[r.device], self._speed) for r in self._recordings]

    def play(self, now_us: int) -> int:
        """Take over what has become due; returns how many observations."""
        before = self.store.next_sequence
        for player in self.players:
            device = self.devices[player.recording.device]
            for line in player.due(now_us):
                self._line(device, line)
        return self.store.next_sequence - before

    def _line(self, device: DeviceModel, line: Played) -> None:
        fields = line.rest.split("|")
        at, extra, place = stamp(line.at_us), self.extra[device.name], 0
        while place < len(fields) - 1:
            key, value = fields[place].rpartition(":")[2].strip(), fields[place + 1].strip()
            more = extra.get(key, 0)
            rest = [f.strip() for f in fields[place + 2 : place + 2 + more]]
            place += 2 + more
            item = device.keys.get(key)
            if item is not None:
                self._take(at, item, value, rest)

    def _take(self, at: str, item: Item, value: str, rest: list[str]) -> None:
        if item.category == "CONDITION":
            level = value.upper()
            if level in CONDITION_LEVELS:
                self.store.add(at, item, level, tuple([*rest, "", "", "", ""][:4]))
            return
        if value.upper() == UNAVAILABLE or not value:
            value = UNAVAILABLE
        elif item.type == "MESSAGE" and rest:
            value = rest[0]
        self.store.add(at, item, value)

    # -- HTTP -------------------------------------------------------------------------------------------------

    async def start(self, host: str, port: int) -> None:
        """Listen. Problem ``plants.port_taken``."""
        app = web.Application(middlewares=[self._errors])
        for path in ("/", "/probe", "/{device}", "/{device}/probe"):
            app.router.add_get(path, self._probe)
        for path in ("/current", "/{device}/current"):
            app.router.add_get(path, self._current)
        for path in ("/sample", "/{device}/sample"):
            app.router.add_get(path, self._sample)
        for path in ("/assets", "/asset", "/asset/{id}", "/assets/{id}"):
            app.router.add_get(path, self._asset)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, host, port).start()
        except OSError as error:
            await self._runner.cleanup()
            raise Problem("plants.port_taken", f"Port {port} cannot be used: {error}.", status=409) from error
        self.url = f"http://{host}:{port}"
        log.info("MTConnect agent listens at %s, instance %s", self.url, self.heading.instance_id)

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    @web.middleware
    async def _errors(self, request: web.Request, handler: object) -> web.StreamResponse:
        try:
            return await handler(request)  # type: ignore[operator, no-any-return]
        except Refused as refused:
            text = error_document(self.heading, refused.code, refused.sentence)
            return web.Response(text=text, content_type=_XML, status=refused.status)
        except web.HTTPException as error:
            code = "UNSUPPORTED" if error.status in (404, 405) else "INTERNAL_ERROR"
            text = error_document(self.heading, code, f"{request.path} is not supported.")
            return web.Response(text=text, content_type=_XML, status=error.status)

    def _wanted(self, request: web.Request) -> list[DeviceModel]:
        if request.query.get("path"):
            raise Refused("INVALID_XPATH", "This agent does not filter by path; ask for a device instead.")
        name = request.match_info.get("device")
        if name is None:
            return list(self.devices.values())
        for device in self.devices.values():
            if name in (device.name, device.uuid):
                return [device]
        raise Refused("NO_DEVICE", f"Could not find the device {name!r}.", 404)

    async def _probe(self, request: web.Request) -> web.Response:
        text = devices_document(self.heading, self._wanted(request))
        return web.Response(text=text, content_type=_XML)

    async def _asset(self, request: web.Request) -> web.Response:
        raise Refused("ASSET_NOT_FOUND", "This agent keeps no assets.", 404)

    async def _current(self, request: web.Request) -> web.Response:
        devices, store = self._wanted(request), self.store
        latest = store.latest
        if "at" in request.query:
            at = _number(request, "at", 0, low=None, high=None)
            if not store.first_sequence <= at < store.next_sequence:
                raise Refused("OUT_OF_RANGE", self._range("at", at), 404)
            latest = store.as_of(at)
        parts = [(d, rows_of(latest, d.items)) for d in devices]
        return web.Response(text=self._streams_text(store.next_sequence, parts), content_type=_XML)

    async def _sample(self, request: web.Request) -> web.StreamResponse:
        devices, store = self._wanted(request), self.store
        start = _number(request, "from", store.first_sequence, low=None, high=None)
        count = _number(request, "count", DEFAULT_COUNT, low=1, high=MAX_COUNT)
        if not store.first_sequence <= start <= store.next_sequence:
            raise Refused("OUT_OF_RANGE", self._range("from", start), 404)
        if "interval" in request.query:
            interval = _number(request, "interval", 0, low=MIN_INTERVAL_MS, high=MAX_INTERVAL_MS)
            heartbeat = _number(
                request, "heartbeat", DEFAULT_HEARTBEAT_MS, low=MIN_HEARTBEAT_MS, high=MAX_INTERVAL_MS
            )
            return await self._stream(request, devices, start, count, interval / 1000, heartbeat / 1000)
        text, _, _ = self._chunk(devices, start, count)
        return web.Response(text=text, content_type=_XML)

    async def _stream(
        self,
        request: web.Request,
        devices: list[DeviceModel],
        start: int,
        count: int,
        interval_s: float,
        beat_s: float,
    ) -> web.StreamResponse:
        """multipart/x-mixed-replace: a document whenever there is something new, else one a heartbeat."""
        if self._streams >= MAX_STREAMS:
            raise Refused("TOO_MANY", f"At most {MAX_STREAMS} streams at once.", 503)
        boundary = uuid.uuid4().hex
        response = web.StreamResponse(
            headers={
                "Content-Type": f"multipart/x-mixed-replace;boundary={boundary}",
                "Cache-Control": "no-cache",
            }
        )
        self._streams += 1
        try:
            await response.prepare(request)
            loop = asyncio.get_running_loop()
            silent_since = loop.time()
            while start >= self.store.first_sequence:  # else the client fell out of the buffer: hang up
                text, start, rows = self._chunk(devices, start, count)
                if rows or loop.time() - silent_since >= beat_s:
                    body = text.encode()
                    head = f"--{boundary}\r\nContent-type: text/xml\r\nContent-length: {len(body)}\r\n\r\n"
                    await response.write(head.encode() + body + b"\r\n")
                    silent_since = loop.time()
                    if start >= self.store.next_sequence:
                        await asyncio.sleep(max(interval_s, POLL_S))
                else:
                    await asyncio.sleep(POLL_S)
        except (ConnectionError, asyncio.CancelledError):
            log.debug("stream closed by its client")
        finally:
            self._streams -= 1
        return response

    def _chunk(self, devices: list[DeviceModel], start: int, count: int) -> tuple[str, int, int]:
        whole = len(devices) == len(self.devices)
        items = None if whole else frozenset(i.index for d in devices for i in d.items)
        rows, following = self.store.since(start, count, items)
        by_device: dict[int, list[Row]] = {}
        bounds = [(d.items[0].index, d.items[-1].index) for d in devices]
        for row in rows:
            for place, (low, high) in enumerate(bounds):
                if low <= row.item.index <= high:
                    by_device.setdefault(place, []).append(row)
                    break
        parts = [(d, by_device[i]) for i, d in enumerate(devices) if i in by_device]
        return self._streams_text(following, parts), following, len(rows)

    def _streams_text(self, following: int, parts: list[tuple[DeviceModel, list[Row]]]) -> str:
        store = self.store
        return streams_document(self.heading, store.first_sequence, store.next_sequence - 1, following, parts)

    def _range(self, name: str, value: int) -> str:
        return f"'{name}' is {value}, must be between {self.store.first_sequence} and {self.store.next_sequence}."


def _number(request: web.Request, name: str, default: int, *, low: int | None, high: int | None) -> int:
    text = request.query.get(name)
    if text is None:
        return default
    try:
        value = int(text)
    except ValueError:
        raise Refused("INVALID_REQUEST", f"'{name}' is {text[:40]!r}, not a whole number.") from None
    if (low is not None and value < low) or (high is not None and value > high):
        raise Refused("OUT_OF_RANGE", f"'{name}' is {value}, must be between {low} and {high}.", 404)
    return value


def new_instance_id() -> int:
    """A number that differs at every start, as agents use it: seconds since 1970."""
    return to_us(now_utc()) // 1_000_000

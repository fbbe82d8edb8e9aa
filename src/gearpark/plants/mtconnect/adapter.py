"""An SHDR adapter over TCP: writes ``time|key|value`` lines, first everything that stands, then what happens."""

from __future__ import annotations

import asyncio
import logging

from gearpark.base.mtconnect import extra_fields, read_devices
from gearpark.base.problems import Problem

from .recordings import Player, Recording, stamp

HEARTBEAT_MS = 10_000
MAX_CLIENTS = 20
MAX_BEHIND_BYTES = 4_000_000  # a client that reads slower than this is hung up on
MAX_COMMAND = 1024
log = logging.getLogger(__name__)


class Adapter:
    """Plays one recording to every client."""

    def __init__(self, recording: Recording, *, speed: float = 1.0) -> None:
        self.recording, self._speed = recording, speed
        device = next(d for d in read_devices(recording.model_bytes()) if d.name == recording.device)
        self._extra = extra_fields(device)
        self._player: Player | None = None
        self._standing: dict[str, tuple[int, str]] = {}
        self._clients: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self.url = ""

    def begin(self, now_us: int) -> None:
        self._player = Player(self.recording, now_us, self._extra, self._speed)

    def play(self, now_us: int) -> int:
        """Send what has become due; returns how many lines."""
        lines = self._player.due(now_us) if self._player else []
        text = []
        for line in lines:
            self._remember(line.at_us, line.rest)
            text.append(f"{stamp(line.at_us)}|{line.rest}\n")
        if text:
            body = "".join(text).encode()
            for client in list(self._clients):
                self._send(client, body)
        return len(lines)

    def _remember(self, at_us: int, rest: str) -> None:
        fields = rest.split("|")
        place = 0
        while place < len(fields) - 1:
            width = 2 + self._extra.get(fields[place], 0)
            self._standing[fields[place]] = (at_us, "|".join(fields[place + 1 : place + width]))
            place += width

    def _send(self, client: asyncio.StreamWriter, body: bytes) -> None:
        if client.transport.get_write_buffer_size() > MAX_BEHIND_BYTES or client.is_closing():
            self._clients.discard(client)
            client.transport.abort()
            return
        client.write(body)

    async def start(self, host: str, port: int) -> None:
        """Listen. Problem ``plants.port_taken``."""
        try:
            self._server = await asyncio.start_server(self._serve, host, port, limit=MAX_COMMAND)
        except OSError as error:
            raise Problem("plants.port_taken", f"Port {port} cannot be used: {error}.", status=409) from error
        self.url = f"shdr://{host}:{port}"
        log.info("SHDR adapter of %s listens at %s", self.recording.device, self.url)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._clients) >= MAX_CLIENTS:
            writer.close()
            return
        standing = "".join(f"{stamp(at)}|{key}|{value}\n" for key, (at, value) in self._standing.items())
        writer.write(f"* adapterVersion: 2.0\n* device: {self.recording.device}\n{standing}".encode())
        self._clients.add(writer)
        try:
            while line := await reader.readline():
                if line.strip().upper() == b"* PING":
                    writer.write(f"* PONG {HEARTBEAT_MS}\n".encode())
        except (ConnectionError, ValueError):
            log.debug("client of the SHDR adapter left")
        finally:
            self._clients.discard(writer)
            writer.close()

    async def stop(self) -> None:
        for client in list(self._clients):
            client.transport.abort()
        if self._server is not None:
            self._server.close()

"""One thread that drives every source's session: woken by commits, acknowledgements and the link."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from gearpark.gateway.journal import Journal

from .interface import LinkStats
from .session import HISTORIAN_HOST, Session

log = logging.getLogger(__name__)
IDLE_S = 0.2  # longest sleep: time-outs and births are looked at this often
MAX_SOURCES = 64  # edge sessions of one gateway: each is a connection


class Forwarder:
    """Sends what the journal holds. `session(source)` opens an edge session; sources with old rows get one by
    themselves."""

    def __init__(self, journal: Journal, url: str, host_id: str = HISTORIAN_HOST) -> None:
        self.journal, self.url, self.host_id = journal, url, host_id
        self._sessions: dict[str, Session] = {}
        self._lock = threading.Lock()
        self._woken = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="forwarder", daemon=True)

    def start(self) -> None:
        self.journal.on_commit = self.wake
        for source in self.journal.sources():
            self.session(source)
        self._thread.start()

    def stop(self) -> None:
        """Death certificates, disconnect. What is not acknowledged stays in the journal."""
        self._stopping = True
        self.wake()
        self._thread.join()
        with self._lock:
            sessions = list(self._sessions.values())
        for session in sessions:
            session.edge.stop()

    def wake(self) -> None:
        self._woken.set()

    def session(self, source: str) -> Session:
        """The session of a source, opened when new. The organisation is what follows the gateway's name."""
        with self._lock:
            found = self._sessions.get(source)
            if found is None:
                group = source.removeprefix(f"{self.journal.gateway}.")
                found = Session(self.journal, source, group, self.url, self.wake, self.host_id)
                self._sessions[source] = found
                found.edge.start()
                if len(self._sessions) == MAX_SOURCES + 1:
                    log.warning("forwarder: more than %d organisations at one gateway", MAX_SOURCES)
            return found

    def stats(self) -> tuple[LinkStats, ...]:
        with self._lock:
            sessions = list(self._sessions.values())
        return tuple(session.stats() for session in sessions)

    def _run(self) -> None:
        while not self._stopping:
            self._woken.wait(IDLE_S)
            self._woken.clear()
            with self._lock:
                sessions = list(self._sessions.values())
            while sessions and not self._stopping:
                sessions = [session for session in sessions if self._guarded(session.pump)]

    def _guarded(self, pump: Callable[[float], bool]) -> bool:
        try:
            return pump(time.monotonic())
        except Exception:
            log.exception("forwarder: a session failed and is tried again")
            return False

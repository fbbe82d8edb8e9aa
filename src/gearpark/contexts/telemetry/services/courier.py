"""The courier: takes stored commands to the gateways and their answers back. One a process, driven by a loop.

A command is marked ``sent`` and committed before it goes out, and a gateway does one id once. So whatever is killed
when, a command is asked for again until the gateway says what became of it, and is never done twice.
"""

from __future__ import annotations

import logging
from concurrent.futures import Future
from datetime import datetime, timedelta
from typing import Any

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.base.time import to_us
from gearpark.bus.signing import signed
from gearpark.kit.loops import Loop
from gearpark.kit.tenant import acting

from ..models import Command, Gateway
from ..queries import live
from ..queries.connections import config_etag
from ..queries.scopes import process_scope
from ..types.commands import COMMAND, CommandState
from .commands import end

EVERY_S = 0.4
MAX_AT_ONCE = 50  # commands taken up in one round
ANSWER_LIMIT = timedelta(seconds=12)  # without an answer for this long a command is asked for again
FIRST_PAUSE_S, MAX_PAUSE_S = 1.0, 60.0  # between two askings of one command; doubles
GIVE_UP = timedelta(
    days=7
)  # a gateway that never comes back: the command stays "sent" and is asked for no more
AGAIN = frozenset({"gateway.busy", "gateway.ledger"})  # nothing was written, and it is worth another try
UNSURE = frozenset({"gateway.request_timeout", "gateway.request_failed"})
log = logging.getLogger(__name__)


class Courier:
    """``round(now)`` as often as the loop says. Answers under way are kept in memory; nothing else is."""

    def __init__(self) -> None:
        self._under_way: dict[str, tuple[Future[dict[str, Any]], datetime]] = {}

    def round(self, now: datetime) -> int:
        """Take up what is due, note what was answered. Returns how many commands ended."""
        ended = self._answers(now)
        with acting(_scope()) as scope:
            due = list(
                Command.objects.of(scope)
                .filter(state__in=[CommandState.WAITING.value, CommandState.SENT.value], next_at__lte=now)
                .filter(asked_at__gt=now - GIVE_UP)
                .order_by("next_at", "id")[:MAX_AT_ONCE]
            )
            gateways = {row.name: row for row in Gateway.objects.of(scope)} if due else {}
            current = {name: row.served_etag == config_etag(scope, row) for name, row in gateways.items()}
        for row in due:
            ended += self._take(row, gateways.get(row.gateway), current.get(row.gateway, False), now)
        return ended

    def _take(self, row: Command, gateway: Gateway | None, current: bool, now: datetime) -> int:
        key = str(row.key)
        if key in self._under_way:
            return 0
        if row.state == CommandState.WAITING and now >= row.deadline_at:
            return self._end(key, CommandState.EXPIRED, now, detail=row.detail)
        if gateway is None or (row.state == CommandState.WAITING and not current):
            detail = "The gateway has not taken up the newest configuration yet."
            self._later(key, now, CommandState(row.state), detail)
            return 0
        if not self._mark_sent(key, now):
            return 0  # withdrawn at this moment
        link = live.gateway_link()
        try:
            future = link.send(row.gateway, "write", signed(gateway.token_hash, _order(row)))
        except Problem as problem:  # it did not leave this machine
            self._later(key, now, CommandState(row.state), problem.sentence)
            return 0
        self._under_way[key] = (future, now)
        return 0

    def _answers(self, now: datetime) -> int:
        ended = 0
        for key, (future, since) in list(self._under_way.items()):
            if future.done():
                del self._under_way[key]
                error = future.exception()
                answer = {} if error is not None else future.result()
                ended += self._note(key, answer, now)
            elif now - since > ANSWER_LIMIT:
                del self._under_way[key]
                future.cancel()
                self._later(key, now, CommandState.SENT, "The gateway has not answered yet.")
        return ended

    def _note(self, key: str, answer: dict[str, Any], now: datetime) -> int:
        problem = answer.get("problem")
        if isinstance(problem, dict):
            code, detail = str(problem.get("title") or ""), str(problem.get("detail") or "")
            if code in AGAIN:
                self._later(key, now, None, detail)
            elif code in UNSURE:
                self._later(key, now, CommandState.SENT, detail)
            else:
                return self._end(key, CommandState.REFUSED, now, code=code, detail=detail)
            return 0
        said = answer.get("result")
        outcome = said.get("outcome") if isinstance(said, dict) else None
        if outcome in (CommandState.DONE, CommandState.REFUSED, CommandState.NOT_DONE):
            return self._end(key, CommandState(outcome), now, **_said(said))
        detail = str(said.get("detail") or "") if isinstance(said, dict) else ""
        self._later(key, now, CommandState.WAITING if outcome == "waiting" else CommandState.SENT, detail)
        return 0

    # --- each in its own transaction -------------------------------------------------------------------------------

    def _mark_sent(self, key: str, now: datetime) -> bool:
        with acting(_scope()) as scope:
            row = _locked(scope, key)
            if row is None:
                return False
            row.state, row.tries, row.sent_at = CommandState.SENT.value, row.tries + 1, row.sent_at or now
            row.next_at = now
            row.save(update_fields=["state", "tries", "sent_at", "next_at"])
            return True

    def _later(self, key: str, now: datetime, state: CommandState | None, detail: str) -> None:
        """Try again later. ``state`` None: this try wrote nothing, and only an earlier one may have."""
        with acting(_scope()) as scope:
            row = _locked(scope, key)
            if row is None:
                return
            state = state or (CommandState.SENT if row.tries > 1 else CommandState.WAITING)
            pause = min(FIRST_PAUSE_S * 2 ** min(row.tries, 10), MAX_PAUSE_S)
            row.state, row.detail = state.value, detail[:400]
            row.next_at = now + timedelta(seconds=pause)
            row.save(update_fields=["state", "detail", "next_at"])

    def _end(self, key: str, state: CommandState, now: datetime, **said: Any) -> int:
        with acting(_scope()) as scope:
            row = _locked(scope, key)
            if row is None:
                return 0
            end(scope, row, state, now, **said)
            log.info("command %s on %s: %s %s", key, row.tag, state, row.code or "")
            return 1


def _scope() -> Scope:
    wide = process_scope("commands")
    return Scope(
        org=wide.org, orgs=wide.orgs, park_wide=True, rights=wide.rights | {COMMAND}, actor="process:commands"
    )


def _locked(scope: Scope, key: str) -> Command | None:
    """The command, if it has not ended."""
    states = [CommandState.WAITING.value, CommandState.SENT.value]
    return Command.objects.of(scope).select_for_update().filter(key=key, state__in=states).first()


def _order(row: Command) -> dict[str, Any]:
    """The document a gateway takes; numbers as floats, so that both sides sign the same text."""
    return {
        "command_id": str(row.key),
        "connection_id": row.connection,
        "tag": row.tag,
        "value": _plain(row.value),
        "expected": None if row.expected is None else _plain(row.expected),
        "deadline_us": to_us(row.deadline_at),
        "who": row.actor,
        "why": row.why,
    }


def _plain(value: Any) -> Any:
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _said(answer: Any) -> dict[str, Any]:
    return {name: answer.get(name) for name in ("code", "detail", "before")}


COURIER = Courier()
LOOPS = (Loop("commands", EVERY_S, COURIER.round),)

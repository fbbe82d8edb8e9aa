"""Having values written to machines: what may be written, and giving, withdrawing and ending commands."""

from __future__ import annotations

import math
import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from gearpark.base.limits import MAX_TEXT_VALUE
from gearpark.base.problems import NotFound, Problem
from gearpark.base.scope import Scope
from gearpark.base.wire import SignalKind
from gearpark.kit import audit, events
from gearpark.kit.tenant import require

from ..models import Command, Connection, Tag
from ..queries.commands import command_info
from ..types import EDIT, ConnectionChanged, Protocol
from ..types.commands import (
    COMMAND,
    DEADLINE_S,
    MAX_DEADLINE_S,
    MAX_WHY,
    OPEN,
    WRITING,
    CommandEnded,
    CommandInfo,
    CommandState,
    Given,
)

MAX_OPEN = 500  # commands of one organisation that have not ended
NUMBERS = frozenset({SignalKind.ANALOG.value, SignalKind.COUNTER.value})


@transaction.atomic
def allow_writing(
    scope: Scope, tag: str, allowed: bool, *, low: float | None = None, high: float | None = None
) -> None:
    """Put a signal on its connection's list of writable ones, or take it off. The gateway follows with its next pull.

    Problems: ``telemetry.tag_unknown``, ``telemetry.write_unsupported``, ``telemetry.write_range``.
    """
    require(scope, EDIT)
    row = _tag(scope, tag)
    if row.connection is None or Protocol(row.connection.protocol) not in WRITING:
        raise Problem(
            "telemetry.write_unsupported",
            f"{tag} comes over a connection that can only be read; OPC UA connections can be written to.",
            tag=tag,
        )
    for end in (low, high):
        if end is not None and not math.isfinite(end):
            raise Problem("telemetry.write_range", "A limit is a number.")
    if low is not None and high is not None and low > high:
        raise Problem("telemetry.write_range", f"The lowest value {low:g} is above the highest {high:g}.")
    before = {"writable": row.writable, "low": row.write_low, "high": row.write_high}
    row.writable = allowed
    row.write_low, row.write_high = (low, high) if allowed else (None, None)
    after = {"writable": row.writable, "low": row.write_low, "high": row.write_high}
    if after == before:
        return
    row.save(update_fields=["writable", "write_low", "write_high"])
    connection = Connection.objects.of(scope).select_for_update().get(pk=row.connection.pk)
    connection.revision += 1
    connection.save(update_fields=["revision", "changed_at"])
    action = "telemetry.writing_allowed" if allowed else "telemetry.writing_forbidden"
    audit.record(scope, action, "telemetry.tag", tag, before, after, org=row.org)
    events.tell(ConnectionChanged(row.org, connection.key))


@transaction.atomic
def write_signal(
    scope: Scope,
    tag: str,
    value: Given,
    why: str,
    *,
    now: datetime,
    expected: Given | None = None,
    seconds: float = DEADLINE_S,
    source: str = "",
    command_id: str = "",
) -> CommandInfo:
    """Have one value written to a machine. The command is stored with the caller's transaction and sent right after.

    expected    only if the signal has this value then
    seconds     how long it is tried while the machine or its gateway is away
    source      who asks when it is no person ("hold:17")
    command_id  a UUID of the caller's: giving it twice is one command
    Problems: ``telemetry.signal_not_writable``, ``telemetry.command_value``, ``telemetry.command_why``,
    ``telemetry.command_deadline``, ``telemetry.command_reused``, ``telemetry.too_many_commands``.
    """
    require(scope, COMMAND)
    key, words = _key(command_id), _words(why, seconds)
    known = Command.objects.of(scope).filter(key=key).first()
    if known is not None:
        if (known.tag, known.value, known.expected) != (tag, value, expected):
            raise Problem(
                "telemetry.command_reused",
                "A command of this id says something else; nothing was sent.",
                status=409,
            )
        return command_info(known)
    row = _tag(scope, tag)
    connection = _open_connection(row)
    _fits(row, value)
    _room(scope, row.org)
    made = Command(
        org=row.org,
        key=key,
        tag=tag,
        connection=connection.key,
        gateway=connection.gateway,
        value=value,
        expected=expected,
        why=words,
        source=source,
        actor=scope.actor[:160],
        person_id=scope.person_id,
        asked_at=now,
        deadline_at=now + timedelta(seconds=seconds),
        state=CommandState.WAITING.value,
        next_at=now,
    )
    made.save(force_insert=True)
    audit.record(
        scope, "telemetry.command_given", "telemetry.command", str(key), None, facts(made), org=row.org
    )
    return command_info(made)


def _words(why: str, seconds: float) -> str:
    words = " ".join(why.split())
    if not words or len(words) > MAX_WHY:
        raise Problem("telemetry.command_why", f"Say why in 1 to {MAX_WHY} characters; nothing was sent.")
    if not 1.0 <= seconds <= MAX_DEADLINE_S:
        raise Problem(
            "telemetry.command_deadline", f"A command is tried for 1 to {MAX_DEADLINE_S:.0f} seconds."
        )
    return words


def _room(scope: Scope, org: str) -> None:
    if Command.objects.of(scope).filter(org=org, state__in=OPEN).count() >= MAX_OPEN:
        raise Problem(
            "telemetry.too_many_commands",
            f"{MAX_OPEN} commands have not ended yet; wait until the gateways have answered.",
            status=503,
        )


@transaction.atomic
def withdraw_command(scope: Scope, command_id: str, now: datetime) -> CommandInfo:
    """Take a command back that was not sent yet; one that was sent cannot be taken back (409)."""
    require(scope, COMMAND)
    row = Command.objects.of(scope).select_for_update().filter(key=_key(command_id)).first()
    if row is None:
        raise NotFound("telemetry.command_unknown", f"There is no command {command_id[:40]!r} here.")
    if row.state != CommandState.WAITING:
        raise Problem(
            "telemetry.command_under_way",
            "The command was sent or has ended already; give another one instead.",
            status=409,
        )
    end(scope, row, CommandState.WITHDRAWN, now)
    return command_info(row)


def end(scope: Scope, row: Command, state: CommandState, now: datetime, **said: Any) -> None:
    """The end of a command, audited and told. ``said``: code, detail, before."""
    row.state, row.ended_at = state.value, now
    row.code, row.before = str(said.get("code") or "")[:60], said.get("before")
    row.detail = str(said.get("detail") or "")[:400]
    row.save(update_fields=["state", "ended_at", "code", "detail", "before", "tries", "next_at", "sent_at"])
    audit.record(
        scope,
        f"telemetry.command_{state.value}",
        "telemetry.command",
        str(row.key),
        None,
        facts(row),
        org=row.org,
    )
    events.tell(CommandEnded(row.org, str(row.key), row.tag, row.source, state, row.code, row.detail))


def facts(row: Command) -> dict[str, Any]:
    """What the audit log keeps of a command."""
    found = {
        "tag": row.tag,
        "value": row.value,
        "expected": row.expected,
        "why": row.why,
        "asked_by": row.actor,
    }
    return {**found, "state": row.state, "before": row.before, "code": row.code, "detail": row.detail}


def _key(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text) if text else uuid.uuid4()
    except ValueError:
        raise Problem("telemetry.command_id", f"{text[:40]!r} is not a UUID.") from None


def _tag(scope: Scope, tag: str) -> Tag:
    row = (
        Tag.objects.of(scope)
        .select_related("connection")
        .select_for_update(of=("self",))
        .filter(tag=tag, retired_at__isnull=True)
        .first()
    )
    if row is None:
        raise NotFound("telemetry.tag_unknown", f"There is no tag {tag[:80]!r} here.", tags=[tag[:80]])
    return row


def _open_connection(row: Tag) -> Connection:
    found = row.connection
    if not row.writable or found is None or found.deleted_at is not None or not found.enabled:
        raise Problem(
            "telemetry.signal_not_writable",
            f"{row.tag} may not be written: it is not on the list of writable signals, or its connection is stopped.",
            status=409,
            tag=row.tag,
        )
    return found


def _fits(row: Tag, value: Given) -> None:
    """What the core can know; the gateway and the machine look again."""
    wrong = ""
    if isinstance(value, str):
        if row.kind in NUMBERS or len(value) > MAX_TEXT_VALUE:
            wrong = "a number"
    elif not math.isfinite(value):
        wrong = "a finite number"
    elif isinstance(value, bool) and row.kind in NUMBERS:
        wrong = "a number"
    low, high = row.write_low, row.write_high
    if not wrong and (low is not None or high is not None):
        under = isinstance(value, str) or (low is not None and value < low)
        if under or (high is not None and not isinstance(value, str) and value > high):
            ends = [f"{end:g}" if end is not None else "…" for end in (low, high)]
            wrong = f"a value from {ends[0]} to {ends[1]}"
    if wrong:
        raise Problem(
            "telemetry.command_value",
            f"{row.tag} takes {wrong}; {value!r} was not sent.",
            tag=row.tag,
            value=str(value)[:80],
        )

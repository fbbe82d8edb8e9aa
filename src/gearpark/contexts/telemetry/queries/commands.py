"""Commands and the signals they may go to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from gearpark.base.problems import NotFound
from gearpark.base.scope import Scope

from ..models import Command, Tag
from ..types import Latest, TagInfo
from ..types.commands import OPEN, CommandInfo, CommandState, WritableSignal
from .latest import latest_of
from .tags import info as tag_info

SHOWN_COMMANDS = 20
MAX_ASKED = 500


def command_info(row: Command) -> CommandInfo:
    return CommandInfo(
        id=str(row.key),
        org=row.org,
        tag=row.tag,
        connection=row.connection,
        value=row.value,
        expected=row.expected,
        why=row.why,
        source=row.source,
        actor=row.actor,
        state=CommandState(row.state),
        asked_at=row.asked_at,
        deadline_at=row.deadline_at,
        sent_at=row.sent_at,
        ended_at=row.ended_at,
        before=row.before,
        code=row.code,
        detail=row.detail,
        tries=row.tries,
    )


def command_rows(scope: Scope) -> QuerySet[Command]:
    """For the list page."""
    return Command.objects.of(scope).order_by("-asked_at", "-id")


def command(scope: Scope, key: str) -> CommandInfo:
    """One command, or Problem (404) ``telemetry.command_unknown``."""
    try:
        row = Command.objects.of(scope).filter(key=key).first()
    except (ValidationError, ValueError):
        row = None
    if row is None:
        raise NotFound("telemetry.command_unknown", f"There is no command {key[:40]!r} here.")
    return command_info(row)


def commands_of(scope: Scope, *, connection: str = "", tag: str = "") -> list[CommandInfo]:
    """The newest commands of a connection or a tag."""
    rows = command_rows(scope)
    if connection:
        rows = rows.filter(connection=connection)
    if tag:
        rows = rows.filter(tag=tag)
    return [command_info(row) for row in rows[:SHOWN_COMMANDS]]


def commands_by_source(scope: Scope, sources: Sequence[str]) -> dict[str, CommandInfo]:
    """source -> its newest command, for the sources that have one."""
    rows = Command.objects.of(scope).filter(source__in=list(sources)[:MAX_ASKED]).order_by("asked_at", "id")
    return {row.source: command_info(row) for row in rows}


def open_commands(scope: Scope) -> int:
    return Command.objects.of(scope).filter(state__in=OPEN).count()


def writable(scope: Scope, tags: Sequence[str]) -> dict[str, WritableSignal]:
    """tag -> its limits, for those of ``tags`` that may be written now."""
    rows = Tag.objects.of(scope).filter(
        tag__in=list(tags)[:MAX_ASKED], writable=True, retired_at__isnull=True
    )
    return {row.tag: WritableSignal(row.tag, row.write_low, row.write_high) for row in rows}


@dataclass(frozen=True, slots=True)
class WritableRow:
    """One allowed signal of a connection with its newest value and its newest command."""

    tag: TagInfo
    latest: Latest
    limits: WritableSignal
    command: CommandInfo | None


def writable_rows(scope: Scope, connection: str, now: datetime) -> list[WritableRow]:
    """What may be written on one connection."""
    rows = list(
        Tag.objects.of(scope)
        .select_related("connection")
        .filter(connection__key=connection, writable=True, retired_at__isnull=True)
        .order_by("tag")[:MAX_ASKED]
    )
    infos = [tag_info(row) for row in rows]
    values = latest_of(infos, now)
    asked = Command.objects.of(scope).filter(tag__in=[row.tag for row in rows]).order_by("asked_at", "id")
    newest = {row.tag: command_info(row) for row in asked}
    return [
        WritableRow(
            info,
            values[info.tag],
            WritableSignal(row.tag, row.write_low, row.write_high),
            newest.get(info.tag),
        )
        for row, info in zip(rows, infos, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class CommandForm:
    """What the page to give a command shows."""

    tag: TagInfo
    latest: Latest
    limits: WritableSignal | None
    recent: list[CommandInfo]


def command_form(scope: Scope, tag: str, now: datetime) -> CommandForm:
    """One signal with its present value; ``limits`` None: it may not be written."""
    row = Tag.objects.of(scope).select_related("connection").filter(tag=tag, retired_at__isnull=True).first()
    if row is None:
        raise NotFound("telemetry.tag_unknown", f"There is no tag {tag[:80]!r} here.", tags=[tag[:80]])
    info = tag_info(row)
    limits = WritableSignal(row.tag, row.write_low, row.write_high) if row.writable else None
    return CommandForm(info, latest_of([info], now)[row.tag], limits, commands_of(scope, tag=row.tag))

"""Words of commands: values written to machines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from .connections import Protocol

COMMAND = "telemetry.command"  # right: have a value written to a machine
WRITING = frozenset({Protocol.OPCUA})  # protocols whose machines can be written to
MAX_WHY = 400
DEADLINE_S = 60.0  # a command is tried for this long when nobody says otherwise
MAX_DEADLINE_S = 3600.0
Given = float | bool | str


class CommandState(StrEnum):
    """A command's life. Only the first two are not final."""

    WAITING = "waiting"  # nothing sent yet, or the machine is not connected
    SENT = "sent"  # sent, and no answer yet: the gateway is asked until it says
    DONE = "done"
    REFUSED = "refused"  # nothing was written; ``code`` says why
    NOT_DONE = "not_done"  # sent, no answer, and the machine does not have the value
    EXPIRED = "expired"  # never sent within its deadline
    WITHDRAWN = "withdrawn"  # taken back before it was sent


OPEN = (CommandState.WAITING, CommandState.SENT)


@dataclass(frozen=True, slots=True)
class CommandInfo:
    """One command. ``before`` is what the signal read when it was written."""

    id: str
    org: str
    tag: str
    connection: str
    value: Given
    expected: Given | None
    why: str
    source: str
    actor: str
    state: CommandState
    asked_at: datetime
    deadline_at: datetime
    sent_at: datetime | None = None
    ended_at: datetime | None = None
    before: Given | None = None
    code: str = ""
    detail: str = ""
    tries: int = 0

    @property
    def open(self) -> bool:
        return self.state in OPEN


@dataclass(frozen=True, slots=True)
class WritableSignal:
    """A signal that may be written, with its limits; both None: any value of its type."""

    tag: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class CommandEnded:
    """Event: a command reached its end; ``state`` says which."""

    org: str
    id: str
    tag: str
    source: str
    state: CommandState
    code: str
    detail: str

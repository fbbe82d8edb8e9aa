"""Words of calls (andon): what is called for, how far the answer is, when it must have come further."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class CallStatus(StrEnum):
    """How far the answer to a call is."""

    OPEN = "open"
    ACCEPTED = "accepted"
    ON_SITE = "on_site"
    CONTAINED = "contained"
    CLOSED = "closed"
    CANCELLED = "cancelled"


STANDING = (CallStatus.OPEN, CallStatus.ACCEPTED, CallStatus.ON_SITE, CallStatus.CONTAINED)


class CallStep(StrEnum):
    """What must happen by when: somebody accepts, stands there, has stopped the harm."""

    ACCEPT = "accept"
    ON_SITE = "on_site"
    CONTAIN = "contain"


class CallColour(StrEnum):
    """IEC 60073: red danger or fault now, yellow abnormal, blue somebody must act."""

    RED = "red"
    YELLOW = "yellow"
    BLUE = "blue"


class CallSource(StrEnum):
    TERMINAL = "terminal"
    BOARD = "board"
    PHONE = "phone"
    API = "api"
    ALARM = "alarm"


@dataclass(frozen=True, slots=True)
class CallInfo:
    """One call.

    type                code of its call type; names in both languages
    accept_s ...        seconds from the call to each step, as they were when it was raised
    level               how often it was escalated: 0 nobody above the line was told
    """

    id: int
    org: str
    type: str
    type_en: str
    type_zh: str
    colour: CallColour
    line: str
    line_en: str
    line_zh: str
    station: str
    text: str
    status: CallStatus
    source: CallSource
    raised_at: datetime
    raised_by: str
    accept_s: int
    on_site_s: int
    contain_s: int
    level: int = 0
    accepted_at: datetime | None = None
    accepted_by: str = ""
    on_site_at: datetime | None = None
    on_site_by: str = ""
    contained_at: datetime | None = None
    contained_by: str = ""
    closed_at: datetime | None = None
    closed_by: str = ""
    reason: str = ""
    reason_en: str = ""
    reason_zh: str = ""
    note: str = ""
    photo: int | None = None
    job: int | None = None

    @property
    def standing(self) -> bool:
        return self.status in STANDING

    def type_name(self, language: str) -> str:
        return (self.type_zh if language.startswith("zh") else self.type_en) or self.type_en

    def line_name(self, language: str) -> str:
        return (self.line_zh if language.startswith("zh") else self.line_en) or self.line_en or self.line

    def reason_name(self, language: str) -> str:
        return (self.reason_zh if language.startswith("zh") else self.reason_en) or self.reason_en

    @property
    def next_step(self) -> CallStep | None:
        """The step that is waited for; None once contained or closed."""
        return {
            CallStatus.OPEN: CallStep.ACCEPT,
            CallStatus.ACCEPTED: CallStep.ON_SITE,
            CallStatus.ON_SITE: CallStep.CONTAIN,
        }.get(self.status)

    def due_at(self, step: CallStep) -> datetime:
        """Until when a step must be done; every limit counts from the call."""
        limit = {
            CallStep.ACCEPT: self.accept_s,
            CallStep.ON_SITE: self.on_site_s,
            CallStep.CONTAIN: self.contain_s,
        }
        return self.raised_at + timedelta(seconds=limit[step])


@dataclass(frozen=True, slots=True)
class CallRaised:
    """Event: somebody, or a rule, calls for help at a line."""

    org: str
    call_id: int
    line: str
    station: str
    type: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CallEscalated:
    """Event: a step of a call was not done in time; told exactly once per step."""

    org: str
    call_id: int
    line: str
    type: str
    step: CallStep
    level: int
    at: datetime


@dataclass(frozen=True, slots=True)
class CallTypeWanted:
    """A type of call; every limit counts in seconds from the call."""

    code: str
    name_en: str
    colour: CallColour
    name_zh: str = ""
    accept_s: int = 120
    on_site_s: int = 300
    contain_s: int = 900
    position: int = 0
    active: bool = True
    illustrative: bool = False


@dataclass(frozen=True, slots=True)
class CallWanted:
    """A call somebody raises. A repeated ``key`` gives the call it gave before."""

    type: str
    line: str
    station: str = ""
    text: str = ""
    source: CallSource = CallSource.BOARD
    key: str = ""
    photo: bytes = b""
    photo_name: str = ""

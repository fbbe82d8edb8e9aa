"""Words of work instructions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from .work import RoutingStatus


class CheckKind(StrEnum):
    """What a step asks for before its operation may be finished."""

    NONE = "none"
    CONFIRM = "confirm"  # seen and done
    NUMBER = "number"  # a value within limits
    CHOICE = "choice"  # one of the right answers
    SCAN = "scan"  # a code with the expected beginning
    COMPONENT = "component"  # a component serial issued to the order; it is consumed


@dataclass(frozen=True, slots=True)
class Option:
    """One answer of a choice."""

    code: str
    text_en: str
    text_zh: str = ""

    def text(self, language: str) -> str:
        return (self.text_zh if language.startswith("zh") else self.text_en) or self.text_en or self.code


@dataclass(frozen=True, slots=True)
class StepWanted:
    """One step as written. ``picture`` is the sha256 of a stored picture, "" for none."""

    text_en: str
    text_zh: str = ""
    picture: str = ""
    check: CheckKind = CheckKind.NONE
    unit: str = ""
    lower: float | None = None
    upper: float | None = None
    options: tuple[Option, ...] = ()
    right_options: tuple[str, ...] = ()
    expects: str = ""


@dataclass(frozen=True, slots=True)
class StepInfo:
    """One step as stored."""

    id: int
    position: int
    wanted: StepWanted
    picture_width: int = 0
    picture_height: int = 0

    def text(self, language: str) -> str:
        wanted = self.wanted
        return (wanted.text_zh if language.startswith("zh") else wanted.text_en) or wanted.text_en

    @property
    def gated(self) -> bool:
        return self.wanted.check is not CheckKind.NONE


@dataclass(frozen=True, slots=True)
class InstructionInfo:
    """One revision of an instruction with its steps."""

    id: int
    org: str
    product_id: int
    product: str
    op: int
    revision: int
    status: RoutingStatus
    title_en: str
    title_zh: str
    note: str
    released_by: str
    released_at: datetime | None
    illustrative: bool
    steps: tuple[StepInfo, ...]

    def title(self, language: str) -> str:
        return (self.title_zh if language.startswith("zh") else self.title_en) or self.title_en

    @property
    def key(self) -> str:
        """How facts name it: product, operation and revision."""
        return f"{self.product}/op{self.op}/r{self.revision}"


@dataclass(frozen=True, slots=True)
class CheckInfo:
    """What was checked at one step of one run."""

    step_id: int
    value: str
    passed: bool
    by: str
    at: datetime

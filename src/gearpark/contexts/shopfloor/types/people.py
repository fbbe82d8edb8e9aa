"""Words of operators: skills and who stands where."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

LEARNING, UNDER_EYES, ALONE, TEACHES = 1, 2, 3, 4  # levels of a skill
EXPIRES_SOON_DAYS = 30


class SkillState(StrEnum):
    """How good a skill is on a day."""

    NONE = "none"
    GOOD = "good"
    EXPIRING = "expiring"
    EXPIRED = "expired"


class SignedBy(StrEnum):
    """How a person was known at a terminal."""

    SELF = "self"  # the one who is signed in
    BADGE = "badge"
    PIN = "pin"
    LEADER = "leader"  # put there by somebody with the right to set lines up


@dataclass(frozen=True, slots=True)
class SkillInfo:
    """One skill of a firm."""

    id: int
    code: str
    name_en: str
    name_zh: str

    def name(self, language: str) -> str:
        return (self.name_zh if language.startswith("zh") else self.name_en) or self.name_en or self.code


@dataclass(frozen=True, slots=True)
class SkillHeld:
    """A person's level in a skill on a day. Level 0: none."""

    skill_id: int
    code: str
    level: int = 0
    valid_until: date | None = None
    state: SkillState = SkillState.NONE
    days_left: int | None = None


@dataclass(frozen=True, slots=True)
class SignOnInfo:
    """A person at a station."""

    id: int
    person_id: int
    name: str
    line_asset: str
    station: str
    since_at: datetime
    until_at: datetime | None
    how: SignedBy


@dataclass(frozen=True, slots=True)
class OperatorInfo:
    """A person who may work on the floor, with skills and where they stand now."""

    person_id: int
    sign_in: str
    name: str
    role: str
    skills: dict[str, SkillHeld]
    at: tuple[SignOnInfo, ...] = ()
    has_badge: bool = False
    has_pin: bool = False

    @property
    def expiring(self) -> int:
        """Skills that expire soon or have expired."""
        return sum(held.state in (SkillState.EXPIRING, SkillState.EXPIRED) for held in self.skills.values())

"""Operators, their skills, and who stands where. People themselves come from the registry."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from gearpark.base.limits import MAX_FUTURE_S
from gearpark.base.scope import Scope
from gearpark.contexts.registry import public as registry

from ...models import Badge, PersonSkill, SignOn, Skill
from ...types.people import (
    ALONE,
    EXPIRES_SOON_DAYS,
    UNDER_EYES,
    OperatorInfo,
    SignedBy,
    SignOnInfo,
    SkillHeld,
    SkillInfo,
    SkillState,
)
from ...types.work import WORK, Block

MAX_SIGN_ONS = 500
CLOCK_LAG = timedelta(seconds=MAX_FUTURE_S)


def skills(scope: Scope, org: str = "") -> list[SkillInfo]:
    """Skills of the organisation, by code."""
    rows = Skill.objects.of(scope).filter(org=org or scope.org).order_by("code")
    return [SkillInfo(row.pk, row.code, row.name_en, row.name_zh) for row in rows]


def operators(scope: Scope, today: date, org: str = "") -> list[OperatorInfo]:
    """People whose role lets them work on the floor, by name. Six SQL queries."""
    owner = org or scope.org
    people = [person for person in registry.people(scope, owner) if person.may(WORK)]
    held = held_skills(scope, [person.id for person in people], today)
    here: dict[int, list[SignOnInfo]] = defaultdict(list)
    for item in sign_ons(scope, org=owner):
        here[item.person_id].append(item)
    badges = {row.person_id: row for row in Badge.objects.of(scope).filter(org=owner)}
    return [
        OperatorInfo(
            person_id=person.id,
            sign_in=person.sign_in,
            name=person.name,
            role=person.role,
            skills=held.get(person.id, {}),
            at=tuple(here.get(person.id, ())),
            has_badge=bool(person.id in badges and badges[person.id].code_hash),
            has_pin=bool(person.id in badges and badges[person.id].pin_hash),
        )
        for person in people
    ]


def held_skills(
    scope: Scope, people: Iterable[int], today: date, code: str = ""
) -> dict[int, dict[str, SkillHeld]]:
    """Person id -> skill code -> level on that day."""
    rows = PersonSkill.objects.of(scope).filter(person_id__in=list(people)).select_related("skill")
    if code:
        rows = rows.filter(skill__code=code)
    found: dict[int, dict[str, SkillHeld]] = defaultdict(dict)
    for row in rows:
        left = None if row.valid_until is None else (row.valid_until - today).days
        found[row.person_id][row.skill.code] = SkillHeld(
            row.skill_id, row.skill.code, row.level, row.valid_until, _state(left), left
        )
    return found


def _state(days_left: int | None) -> SkillState:
    if days_left is None or days_left > EXPIRES_SOON_DAYS:
        return SkillState.GOOD
    return SkillState.EXPIRED if days_left < 0 else SkillState.EXPIRING


def sign_ons(
    scope: Scope, line_asset: str = "", station: str = "", *, org: str = "", history: bool = False
) -> list[SignOnInfo]:
    """Who stands where now (or stood, with ``history``), newest first."""
    rows = SignOn.objects.of(scope).select_related("line")
    if line_asset:
        rows = rows.filter(line__asset=line_asset)
    if station:
        rows = rows.filter(station=station)
    if org:
        rows = rows.filter(org=org)
    if not history:
        rows = rows.filter(until_at=None)
    kept = list(rows.order_by("-since_at", "pk")[:MAX_SIGN_ONS])
    names = names_of(scope, {row.org for row in kept})
    return [
        SignOnInfo(
            row.pk,
            row.person_id,
            names.get(row.person_id, f"#{row.person_id}"),
            row.line.asset,
            row.station,
            row.since_at,
            row.until_at,
            SignedBy(row.how),
        )
        for row in kept
    ]


def names_of(scope: Scope, orgs: Iterable[str]) -> dict[int, str]:
    """Person id -> shown name, of people of these organisations; one query each."""
    return {person.id: person.name for org in orgs for person in registry.people(scope, org)}


def operator_blocks(
    scope: Scope, line_id: int, station: str, skill: str, operator: int | None, at: datetime
) -> list[Block]:
    """Why this person must not start an operation here: not signed on, or the skill missing, too low or expired.

    Judged by who stood here ``at`` that time. Level 3 works alone; level 2 while somebody of level 3 is there too.
    """
    here = people_at(scope, line_id, station, at)
    if operator is None or operator not in here:
        return [Block("not_signed_on", {"station": station}, signed=False)]
    if not skill:
        return []
    held = held_skills(scope, here, timezone.localdate(at), skill)
    mine = held.get(operator, {}).get(skill)
    if mine is None or mine.level < UNDER_EYES:
        return [Block("skill_missing", {"skill": skill})]
    if mine.state is SkillState.EXPIRED:
        return [Block("skill_expired", {"skill": skill, "until": str(mine.valid_until)})]
    watched = any(
        person != operator and (other := known.get(skill)) is not None and _alone(other)
        for person, known in held.items()
    )
    if mine.level < ALONE and not watched:
        return [Block("skill_alone", {"skill": skill})]
    return []


def people_at(scope: Scope, line_id: int, station: str, at: datetime) -> set[int]:
    """Who stood at a station; clocks of terminals may lag by MAX_FUTURE_S."""
    rows = SignOn.objects.of(scope).filter(
        Q(until_at=None) | Q(until_at__gt=at - CLOCK_LAG),
        line_id=line_id,
        station=station,
        since_at__lte=at + CLOCK_LAG,
    )
    return set(rows.values_list("person_id", flat=True))


def _alone(held: SkillHeld) -> bool:
    return held.level >= ALONE and held.state is not SkillState.EXPIRED

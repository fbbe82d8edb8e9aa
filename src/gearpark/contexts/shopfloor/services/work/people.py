"""Skills of people, badges and PINs, signing on and off."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.utils.crypto import salted_hmac

from gearpark.base.problems import NotFound, Problem
from gearpark.base.scope import Scope
from gearpark.contexts.registry import public as registry
from gearpark.kit.audit import record
from gearpark.kit.tenant import acting, require

from ...models import MAX_CODE, MAX_NAME, Badge, PersonSkill, SignOn, Skill
from ...models.people import MAX_LEVEL
from ...models.work import MAX_ACTOR, MAX_NOTE
from ...queries.work.people import sign_ons
from ...queries.work.route import line_row, station_of
from ...types.lines import EDIT
from ...types.people import SignedBy, SignOnInfo
from ...types.work import WORK

MAX_BADGE = 80
MIN_BADGE = 4
MAX_FAILED_PINS = 5
LOCK_OUT = timedelta(minutes=15)
_PIN = re.compile(r"\d{4,8}")
_CODE = re.compile(rf"[a-z0-9][a-z0-9-]{{0,{MAX_CODE - 1}}}")


def save_skill(scope: Scope, code: str, name_en: str, name_zh: str = "", *, org: str = "") -> int:
    """Make or rename a skill. Needs shopfloor.edit."""
    require(scope, EDIT)
    word = code.strip()
    if not _CODE.fullmatch(word) or not name_en.strip():
        raise Problem(
            "work.skill", "A skill has a name and a code of lower-case letters, digits and hyphens."
        )
    with acting(scope):
        owner = org or scope.org
        row = Skill.objects.of(scope).filter(org=owner, code=word).first()
        before = {"name_en": row.name_en, "name_zh": row.name_zh} if row else None
        row = row or Skill(org=owner, code=word)
        row.name_en, row.name_zh = name_en.strip()[:MAX_NAME], name_zh.strip()[:MAX_NAME]
        after = {"name_en": row.name_en, "name_zh": row.name_zh}
        if before != after:
            row.save()
            record(scope, "work.skill_saved", "skill", word, before, after, org=owner)
        return int(row.pk)


def grant_skill(
    scope: Scope,
    person_id: int,
    skill: str,
    level: int,
    valid_until: date | None,
    now: datetime,
    note: str = "",
    *,
    org: str = "",
) -> None:
    """Set a person's level in a skill; level 0 takes it away. Needs shopfloor.edit; nobody grants the own."""
    require(scope, EDIT)
    if person_id == scope.person_id:
        raise Problem("work.own_skill", "Somebody else must confirm your skills.", status=409)
    if not 0 <= level <= MAX_LEVEL:
        raise Problem("work.skill_level", f"A level is 1 to {MAX_LEVEL}, or 0 for none.")
    with acting(scope):
        owner = org or scope.org
        who = _person(scope, owner, person_id)
        held = Skill.objects.of(scope).filter(org=owner, code=skill).first()
        if held is None:
            raise NotFound("work.skill_unknown", f"There is no skill {skill!r}.", skill=skill)
        row = PersonSkill.objects.of(scope).filter(org=owner, person_id=person_id, skill=held).first()
        before = {"level": row.level, "valid_until": _iso(row.valid_until)} if row else None
        after = {"level": level, "valid_until": _iso(valid_until)} if level else None
        if before == after:
            return
        if not level and row is not None:
            row.delete()
        elif level:
            row = row or PersonSkill(org=owner, person_id=person_id, skill=held)
            row.level, row.valid_until, row.note = level, valid_until, note.strip()[:MAX_NOTE]
            row.granted_by, row.granted_at = scope.actor[:MAX_ACTOR], now
            row.save()
        record(scope, "work.skill_granted", "person", f"{who.sign_in} {skill}", before, after, org=owner)


def set_badge(
    scope: Scope, person_id: int, badge: str | None = None, pin: str | None = None, *, org: str = ""
) -> None:
    """Give a person a badge or PIN ("" takes it away, None leaves it). Only hashes are kept. Needs shopfloor.edit."""
    require(scope, EDIT)
    if badge and not MIN_BADGE <= len(badge.strip()) <= MAX_BADGE:
        raise Problem("work.badge", f"A badge code has {MIN_BADGE} to {MAX_BADGE} characters.")
    if pin and not _PIN.fullmatch(pin):
        raise Problem("work.pin", "A PIN has 4 to 8 digits.")
    with acting(scope):
        owner = org or scope.org
        who = _person(scope, owner, person_id)
        row = Badge.objects.of(scope).filter(org=owner, person_id=person_id).first() or Badge(
            org=owner, person_id=person_id, code_hash=""
        )
        if badge is not None:
            row.code_hash = badge_hash(badge) if badge.strip() else ""
            twin = Badge.objects.of(scope).filter(org=owner, code_hash=row.code_hash).exclude(code_hash="")
            if twin.exclude(person_id=person_id).exists():
                raise Problem("work.badge_taken", "Another person has this badge.", status=409)
        if pin is not None:
            row.pin_hash = make_password(pin) if pin else ""
        row.failed_count, row.locked_until_at = 0, None
        row.save()
        after = {"badge": bool(row.code_hash), "pin": bool(row.pin_hash)}
        record(scope, "work.badge_set", "person", who.sign_in, None, after, org=owner)


def badge_hash(code: str) -> str:
    """Keyed hash of a badge's text, so that a stolen table does not give badges away."""
    return salted_hmac("gearpark.badge", code.strip(), algorithm="sha256").hexdigest()


def who_signs_on(
    scope: Scope, now: datetime, *, badge: str = "", person_id: int | None = None, pin: str = ""
) -> tuple[int, SignedBy] | Problem:
    """The person behind a badge, a PIN, or the session itself.

    A wrong PIN is returned, not raised: its count must stand though the request is refused.
    """
    with acting(scope):
        if badge:
            row = Badge.objects.of(scope).filter(org=scope.org, code_hash=badge_hash(badge)).first()
            if row is None:
                raise NotFound("work.badge_unknown", "Nobody here has this badge.")
            return row.person_id, SignedBy.BADGE
        if person_id is None or person_id == scope.person_id:
            if scope.person_id is None:
                raise Problem(
                    "work.signature_person",
                    "Only a person can sign this; a token or process cannot.",
                    status=403,
                )
            return scope.person_id, SignedBy.SELF
        if not pin and scope.may(EDIT):
            return person_id, SignedBy.LEADER
        row = Badge.objects.of(scope).filter(org=scope.org, person_id=person_id).select_for_update().first()
        return _by_pin(row, pin, now) or (person_id, SignedBy.PIN)


def _by_pin(row: Badge | None, pin: str, now: datetime) -> Problem | None:
    wrong = Problem("work.pin_wrong", "The PIN is wrong.", status=403)
    if row is None or not row.pin_hash:
        return wrong
    if row.locked_until_at is not None and row.locked_until_at > now:
        minutes = int((row.locked_until_at - now).total_seconds() // 60) + 1
        return Problem(
            "work.pin_locked",
            f"Too many wrong PINs; try again in {minutes} min.",
            status=403,
            minutes=minutes,
        )
    if check_password(pin, row.pin_hash):
        row.failed_count, row.locked_until_at = 0, None
        row.save(update_fields=["failed_count", "locked_until_at"])
        return None
    row.failed_count += 1
    if row.failed_count >= MAX_FAILED_PINS:
        row.failed_count, row.locked_until_at = 0, now + LOCK_OUT
    row.save(update_fields=["failed_count", "locked_until_at"])
    return wrong


def sign_on(
    scope: Scope, line_asset: str, station: str, person_id: int, how: SignedBy, at: datetime
) -> SignOnInfo:
    """Put a person at a station. At several stations of one line at once: yes. On another line: signed off there."""
    require(scope, WORK)
    with acting(scope):
        line = line_row(scope, line_asset)
        code = station_of(line, station).code
        who = _person(scope, line.org, person_id)
        if not who.may(WORK):
            raise Problem(
                "work.person_may_not", f"The role of {who.name} does not include work on the floor.", status=403,
                person=who.name,
            )  # fmt: skip
        open_rows = list(
            SignOn.objects.of(scope)
            .filter(org=line.org, person_id=person_id, until_at=None)
            .select_for_update()
            .order_by("pk")
        )
        here = next((row for row in open_rows if row.line_id == line.pk and row.station == code), None)
        for row in open_rows:
            if row.line_id != line.pk:
                _end(scope, row, at)
        if here is None:
            last = (
                SignOn.objects.of(scope)
                .filter(person_id=person_id, line=line, station=code)
                .order_by("-until_at")
                .first()
            )
            since = max(at, last.until_at) if last is not None and last.until_at is not None else at
            SignOn(
                org=line.org, person_id=person_id, line=line, station=code, since_at=since, how=how.value
            ).save(force_insert=True)
            after = {"line": line.asset, "station": code, "how": how.value}
            record(scope, "work.signed_on", "person", who.sign_in, None, after, org=line.org)
        return next(item for item in sign_ons(scope, line.asset, code) if item.person_id == person_id)


def sign_off(scope: Scope, line_asset: str, station: str, person_id: int, at: datetime) -> bool:
    """Take a person off a station; False when they were not there."""
    require(scope, WORK)
    with acting(scope):
        line = line_row(scope, line_asset)
        rows = SignOn.objects.of(scope).filter(line=line, station=station, person_id=person_id, until_at=None)
        row = rows.select_for_update().first()
        if row is None:
            return False
        _end(scope, row, at)
        who = _person(scope, line.org, person_id)
        before = {"line": line.asset, "station": station}
        record(scope, "work.signed_off", "person", who.sign_in, before, None, org=line.org)
        return True


def _end(scope: Scope, row: SignOn, at: datetime) -> None:
    row.until_at, row.ended_by = max(at, row.since_at), scope.actor[:MAX_ACTOR]
    row.save(update_fields=["until_at", "ended_by"])


def _person(scope: Scope, org: str, person_id: int) -> registry.PersonInfo:
    found = next((item for item in registry.people(scope, org) if item.id == person_id), None)
    if found is None:
        raise NotFound("work.person_unknown", "There is no such person in your organisation.")
    return found


def _iso(on: date | None) -> str | None:
    return None if on is None else on.isoformat()

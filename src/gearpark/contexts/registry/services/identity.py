"""Signing in, people, tokens."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.utils import timezone

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.kit import audit
from gearpark.kit.tenant import acting, require

from ..models import ApiToken, Membership, Person
from ..queries.identity import hash_token
from ..types import RIGHTS, ROLES

MAX_FAILED_SIGN_INS = 5
LOCK_OUT = timedelta(minutes=15)
MAX_TOKEN_DAYS = 366
TOKEN_BYTES = 32
_NOBODY = make_password(secrets.token_urlsafe(16))  # checked for unknown names, so that timing tells nothing


class PersonBackend:
    """Django's door to a person by id; passwords are checked by ``sign_in_person``."""

    def authenticate(self, request: Any, **credentials: Any) -> None:
        return None

    def get_user(self, person_id: int) -> Person | None:
        return Person.objects.filter(pk=person_id, is_active=True).first()

    def has_perm(self, person: Person, name: str, obj: Any = None) -> bool:
        return False


def sign_in_person(sign_in: str, password: str, now: datetime) -> Person | Problem:
    """Check a sign-in. Returns the person, or the Problem to show; attempts are counted and audited either way.

    After MAX_FAILED_SIGN_INS wrong passwords the name is locked for LOCK_OUT, also for the right password. The
    Problem is returned, not raised, because the count must stand.
    """
    name = sign_in.strip().lower()[:80]
    refused = Problem("registry.sign_in", "The sign-in name or the password is wrong.", status=401)
    with transaction.atomic():
        person = Person.objects.select_for_update().filter(sign_in=name).first()
        if person is None or not person.is_active:
            check_password(password, _NOBODY)
            audit.record_open(f"sign-in:{name}", "sign-in.refused", "person", name, {"reason": "unknown"})
            return refused
        if person.locked_until_at and person.locked_until_at > now:
            audit.record_open(person.sign_in, "sign-in.refused", "person", name, {"reason": "locked"})
            return Problem(
                "registry.sign_in_locked",
                f"Too many wrong passwords: this name is locked until {person.locked_until_at:%H:%M} UTC. "
                "An administrator can unlock it.",
                status=429,
                until=f"{timezone.localtime(person.locked_until_at):%H:%M}",
            )
        if not check_password(password, person.password):
            person.failed_count += 1
            if person.failed_count >= MAX_FAILED_SIGN_INS:
                person.locked_until_at, person.failed_count = now + LOCK_OUT, 0
                audit.record_open(person.sign_in, "sign-in.locked", "person", name)
            person.save(update_fields=["failed_count", "locked_until_at"])
            audit.record_open(person.sign_in, "sign-in.refused", "person", name, {"reason": "password"})
            return refused
        person.failed_count, person.locked_until_at, person.last_login = 0, None, now
        person.save(update_fields=["failed_count", "locked_until_at", "last_login"])
        audit.record_open(person.sign_in, "sign-in", "person", name)
    return person


def add_person(
    scope: Scope,
    sign_in: str,
    display_name: str,
    role: str,
    now: datetime,
    *,
    org: str | None = None,
    password: str | None = None,
    invented: bool = False,
) -> Person:
    """Give a person (made when missing) a role in an organisation. Needs the right people.manage."""
    require(scope, "people.manage")
    if role not in ROLES:
        raise Problem("registry.role_unknown", f"There is no role {role!r}; roles are {', '.join(ROLES)}.")
    where = org or scope.org
    with acting(scope):
        person, made = Person.objects.get_or_create(
            sign_in=sign_in.strip().lower(),
            defaults={
                "display_name": display_name,
                "password": make_password(password),
                "invented": invented,
            },
        )
        if Membership.objects.of(scope).filter(org=where, person=person).exists():
            raise Problem("registry.person_exists", f"{person.sign_in} already has a role here.", status=409)
        Membership(org=where, person=person, role=role, since_at=now).save(force_insert=True)
        audit.record(
            scope, "person.add", "person", person.sign_in, after={"role": role, "new": made}, org=where
        )
    return person


def ensure_person(
    scope: Scope,
    sign_in: str,
    display_name: str,
    role: str,
    now: datetime,
    *,
    org: str,
    password: str,
    invented: bool = False,
) -> bool:
    """Like ``add_person``, but False when the person has a role there already."""
    with acting(scope):
        person = Person.objects.filter(sign_in=sign_in).first()
        if person and Membership.objects.of(scope).filter(org=org, person=person).exists():
            return False
        add_person(scope, sign_in, display_name, role, now, org=org, password=password, invented=invented)
    return True


def issue_token(
    scope: Scope, name: str, rights: frozenset[str], now: datetime, *, days: int = 90, org: str | None = None
) -> str:
    """Make a bearer token for ``org`` and return its text, the only time it is seen. Needs tokens.manage.

    A token never carries more than its maker may; Problem ``registry.token_rights`` otherwise.
    """
    require(scope, "tokens.manage")
    beyond = sorted(rights - scope.rights) + sorted(rights - set(RIGHTS) - scope.rights)
    if beyond:
        raise Problem(
            "registry.token_rights",
            f"You cannot give rights you do not hold: {', '.join(beyond)}.",
            status=403,
        )
    if not 1 <= days <= MAX_TOKEN_DAYS:
        raise Problem("registry.token_days", f"A token lives 1 to {MAX_TOKEN_DAYS} days.")
    text = f"gp_{secrets.token_urlsafe(TOKEN_BYTES)}"
    where = org or scope.org
    with acting(scope):
        ApiToken(
            org=where,
            name=name,
            token_hash=hash_token(text),
            rights=sorted(rights),
            park_wide=scope.park_wide and where == scope.org,
            created_by=scope.actor,
            created_at=now,
            expires_at=now + timedelta(days=days),
        ).save(force_insert=True)
        audit.record(
            scope, "token.issue", "token", name, after={"rights": sorted(rights), "days": days}, org=where
        )
    return text


def revoke_token(scope: Scope, token_id: int, now: datetime) -> None:
    """End a token at once. Needs tokens.manage."""
    require(scope, "tokens.manage")
    with acting(scope):
        token = ApiToken.objects.of(scope).filter(pk=token_id).first()
        if token is None:
            raise Problem("registry.token_unknown", "There is no such token here.", status=404)
        if token.revoked_at is None:
            token.revoked_at = now
            token.save(update_fields=["revoked_at"])
            audit.record(scope, "token.revoke", "token", token.name, org=token.org)

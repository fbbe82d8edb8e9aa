"""People of an organisation: inviting, roles, disabling, unlocking, the first password."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.kit import audit
from gearpark.kit.tenant import acting, identifying, require

from ..models import Invitation, Membership, Person
from ..queries.identity import hash_token
from ..types import ROLES
from .identity import add_person

INVITATION_LIFE = timedelta(days=7)


def invite(scope: Scope, sign_in: str, display_name: str, role: str, now: datetime) -> str:
    """Add a person without a password and return the one-time link's token, the only time it is seen."""
    with acting(scope):
        person = add_person(scope, sign_in, display_name, role, now)
        token = secrets.token_urlsafe(32)
        Invitation(
            org=scope.org, person=person, token_hash=hash_token(token), expires_at=now + INVITATION_LIFE
        ).save(force_insert=True)
    return token


def accept_invitation(token: str, password: str, now: datetime) -> Person:
    """Set the first password. Problem ``registry.invitation`` when the link is used or old, ``registry.password`` when weak."""
    digest = hash_token(token)
    with transaction.atomic():
        with identifying("token", digest):
            held = Invitation._base_manager.select_related("person").filter(token_hash=digest).first()
        if held is None or held.used_at is not None or held.expires_at <= now:
            raise Problem(
                "registry.invitation", "This link was used or is too old; ask for a new one.", status=410
            )
        person = held.person
        try:
            validate_password(password, person)
        except ValidationError as error:
            raise Problem("registry.password", " ".join(error.messages), status=422) from error
        scope = Scope(org=held.org, person_id=person.pk, orgs=frozenset((held.org,)), actor=person.sign_in)
        with acting(scope):
            taken = Invitation.objects.of(scope).filter(pk=held.pk, used_at=None).update(used_at=now)
            if taken != 1:
                raise Problem(
                    "registry.invitation", "This link was used or is too old; ask for a new one.", status=410
                )
            person.set_password(password)
            person.save(update_fields=["password"])
            audit.record(scope, "person.password", "person", person.sign_in)
    return person


def set_role(scope: Scope, person_id: int, role: str) -> None:
    """Give a person another role. Needs people.manage; nobody changes the own role."""
    if role not in ROLES:
        raise Problem("registry.role_unknown", f"There is no role {role!r}; roles are {', '.join(ROLES)}.")
    with acting(scope):
        row = _membership(scope, person_id)
        before, row.role = row.role, role
        row.save(update_fields=["role"])
        audit.record(scope, "person.role", "person", row.person.sign_in, {"role": before}, {"role": role})


def disable(scope: Scope, person_id: int, now: datetime) -> None:
    """End a person's access to this organisation at once; history keeps the name."""
    with acting(scope):
        row = _membership(scope, person_id)
        row.disabled_at = now
        row.save(update_fields=["disabled_at"])
        audit.record(scope, "person.disable", "person", row.person.sign_in)


def enable(scope: Scope, person_id: int) -> None:
    """Give access back and unlock the sign-in."""
    with acting(scope):
        row = _membership(scope, person_id)
        row.disabled_at = None
        row.save(update_fields=["disabled_at"])
        Person.objects.filter(pk=person_id).update(locked_until_at=None, failed_count=0)
        audit.record(scope, "person.enable", "person", row.person.sign_in)


def _membership(scope: Scope, person_id: int) -> Membership:
    require(scope, "people.manage")
    if person_id == scope.person_id:
        raise Problem(
            "registry.own_role", "You cannot change your own access; ask another administrator.", status=409
        )
    row = (
        Membership.objects.of(scope)
        .select_related("person")
        .filter(org=scope.org, person_id=person_id)
        .first()
    )
    if row is None:
        raise Problem("registry.person_unknown", "There is no such person in your organisation.", status=404)
    return row

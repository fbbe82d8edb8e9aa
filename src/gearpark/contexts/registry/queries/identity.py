"""Reads about people, memberships and tokens."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from gearpark.base.scope import Scope
from gearpark.kit.tenant import identifying

from ..models import ApiToken, Invitation, Membership, Organisation, Person
from ..types import Kind, rights_of


@dataclass(frozen=True, slots=True)
class MembershipInfo:
    """One role of one person, with the organisation's names."""

    org: str
    role: str
    kind: Kind
    name_zh: str
    name_en: str


@dataclass(frozen=True, slots=True)
class PersonInfo:
    """One person with the role in one organisation."""

    id: int
    org: str
    sign_in: str
    name: str
    role: str
    active: bool

    def may(self, right: str) -> bool:
        return self.active and right in rights_of(self.role)


def hash_token(token: str) -> str:
    """SHA-256 of a token's text; tokens are long random words, so no slow hash is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


def person_by_sign_in(sign_in: str) -> Person | None:
    return Person.objects.filter(sign_in=sign_in.strip().lower()).first()


def memberships_of(person_id: int) -> list[MembershipInfo]:
    """Live memberships of one person, before any scope is known (the database shows own rows only)."""
    with identifying("person", str(person_id)):
        rows = list(
            Membership._base_manager.filter(person_id=person_id, disabled_at=None)
            .order_by("id")
            .values("org", "role")
        )
        orgs = {
            row["slug"]: row
            for row in Organisation._base_manager.filter(slug__in=[row["org"] for row in rows]).values(
                "slug", "kind", "name_zh", "name_en"
            )
        }
    return [
        MembershipInfo(row["org"], row["role"], Kind(held["kind"]), held["name_zh"], held["name_en"])
        for row in rows
        if (held := orgs.get(row["org"]))
    ]


def scope_for(person: Person, info: MembershipInfo) -> Scope:
    """The scope of a person acting in one organisation."""
    return Scope(
        org=info.org,
        person_id=person.pk,
        orgs=frozenset((info.org,)),
        park_wide=info.kind is Kind.PARK,
        rights=rights_of(info.role),
        actor=person.sign_in,
    )


def token_scope(token: str, now: datetime) -> Scope | None:
    """The scope a bearer token carries, or None when it is unknown, revoked or past its day."""
    digest = hash_token(token)
    with identifying("token", digest):
        held = ApiToken._base_manager.filter(token_hash=digest, revoked_at=None, expires_at__gt=now).first()
    if held is None:
        return None
    return Scope(
        org=held.org,
        orgs=frozenset((held.org,)),
        park_wide=held.park_wide,
        rights=frozenset(held.rights),
        actor=f"token:{held.name}",
    )


def people_rows(scope: Scope) -> QuerySet[Membership]:
    """Memberships of the scope's organisation with their persons (the park sees every organisation's)."""
    return Membership.objects.of(scope).select_related("person")


def people(scope: Scope, org: str = "") -> list[PersonInfo]:
    """People of the organisation (default: the one the scope acts for), by name; also those who left."""
    rows = people_rows(scope).filter(org=org or scope.org).order_by("person__display_name", "pk")
    return [
        PersonInfo(
            row.person_id,
            row.org,
            row.person.sign_in,
            row.person.display_name,
            row.role,
            row.disabled_at is None and row.person.is_active,
        )
        for row in rows
    ]


def invitation(token: str, now: datetime) -> Invitation | None:
    """The open invitation a one-time link stands for, or None."""
    digest = hash_token(token)
    with identifying("token", digest):
        return (
            Invitation._base_manager.select_related("person")
            .filter(token_hash=digest, used_at=None, expires_at__gt=now)
            .first()
        )


def tokens(scope: Scope) -> list[ApiToken]:
    """The organisation's API tokens, newest first; their text is known to nobody."""
    return list(ApiToken.objects.of(scope).filter(org=scope.org).order_by("-created_at"))

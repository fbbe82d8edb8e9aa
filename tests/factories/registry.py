"""Organisations, people and signed-in clients for tests."""

from __future__ import annotations

import itertools
from typing import Any

from django.test import Client

from gearpark.base.scope import Scope
from gearpark.base.time import now_utc
from gearpark.contexts.registry.models import Membership, Organisation, Person
from gearpark.contexts.registry.public import SEEN_KEY, SIGNED_IN_KEY
from gearpark.contexts.registry.types import RIGHTS
from gearpark.kit.tenant import acting

_numbers = itertools.count(1)
PASSWORD = "correct horse battery staple"


def scope_of(org: str, *rights: str, park: bool = False, person_id: int | None = None) -> Scope:
    """A scope for ``org``; without ``rights`` it carries all of them."""
    return Scope(
        org=org,
        person_id=person_id,
        orgs=frozenset((org,)),
        park_wide=park,
        rights=frozenset(rights or RIGHTS),
        actor="process:test",
    )


def organisation(slug: str, **fields: Any) -> Organisation:
    """A stored organisation; invented, with a made-up name."""
    values = {
        "kind": "firm",
        "name_zh": f"测试企业{slug}",
        "name_en": f"Test firm {slug}",
        "state": "producing",
        "invented": True,
        **fields,
    }
    with acting(scope_of(slug)):
        found = Organisation.objects.of(scope_of(slug)).filter(slug=slug).first()
        if found:
            return found
        made = Organisation(org=slug, slug=slug, **values)
        made.save(force_insert=True)
    return made


def person(org: str, role: str, sign_in: str = "", password: str | None = None, **org_fields: Any) -> Person:
    """A stored person with a role; the organisation is made when missing."""
    if role.startswith("park-"):
        org_fields.setdefault("kind", "park")
    organisation(org, **org_fields)
    name = sign_in or f"person{next(_numbers)}"
    made = Person(sign_in=name, display_name=f"Test {name}")
    made.set_password(password)
    made.save(force_insert=True)
    with acting(scope_of(org)):
        Membership(org=org, person=made, role=role, since_at=now_utc()).save(force_insert=True)
    return made


def signed_in(org: str, role: str = "firm-admin", sign_in: str = "", **org_fields: Any) -> Client:
    """A client with a fresh session of a person in ``role`` at ``org``; the person is ``client.person``."""
    made = person(org, role, sign_in, **org_fields)
    client = Client()
    client.force_login(made, backend="gearpark.contexts.registry.public.PersonBackend")
    session = client.session
    session[SIGNED_IN_KEY] = session[SEEN_KEY] = now_utc().timestamp()
    session.save()
    client.person = made  # type: ignore[attr-defined]
    return client

"""People: invitation by a one-time link, roles, disabling, unlocking, rights."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from tests.factories import registry as make

from gearpark.base.problems import Problem
from gearpark.base.time import now_utc
from gearpark.contexts.registry import services
from gearpark.contexts.registry.models import Invitation, Person
from gearpark.kit.tenant import acting

pytestmark = pytest.mark.django_db
WORD = "drei rote zahnräder"


def _invite(client: Client, name: str = "neu", role: str = "engineer") -> str:
    page = client.post(
        "/people/invite/", {"sign_in": name, "display_name": "Neu", "role": role}
    ).content.decode()
    return page.split("/welcome/", 1)[1].split("/", 1)[0]


def test_an_invited_person_sets_a_password_once_and_signs_in() -> None:
    admin = make.signed_in("firm-a")
    token = _invite(admin)
    guest = Client()
    assert guest.get(f"/welcome/{token}/").status_code == 200
    assert guest.post(f"/welcome/{token}/", {"password": "short", "again": "short"}).status_code == 422
    assert guest.post(f"/welcome/{token}/", {"password": WORD, "again": "other"}).status_code == 422
    assert guest.post(f"/welcome/{token}/", {"password": WORD, "again": WORD}).status_code == 302
    assert guest.get(f"/welcome/{token}/").status_code == 410
    assert guest.post("/sign-in/", {"username": "neu", "password": WORD}).status_code == 302
    assert guest.get("/assets/").status_code == 200
    assert guest.get("/people/invite/").status_code == 403


def test_old_links_and_unknown_ones_are_gone() -> None:
    token = _invite(make.signed_in("firm-a"))
    scope = make.scope_of("firm-a")
    with acting(scope):
        assert token not in str(Invitation.objects.of(scope).values())
        Invitation.objects.of(scope).update(expires_at=now_utc() - timedelta(seconds=1))
    with pytest.raises(Problem, match="registry.invitation"):  # noqa: RUF043
        services.accept_invitation(token, WORD, now_utc())
    assert Client().get("/welcome/nonsense/").status_code == 410


def test_a_name_that_acts_here_already_is_refused() -> None:
    admin = make.signed_in("firm-a")
    make.person("firm-a", "viewer", "anna")
    answer = admin.post("/people/invite/", {"sign_in": "anna", "display_name": "A", "role": "viewer"})
    assert answer.status_code == 422


def test_roles_change_access_ends_and_returns() -> None:
    admin = make.signed_in("firm-a")
    worker = make.signed_in("firm-a", "engineer", "anna")
    key = worker.person.pk
    assert worker.get("/import/").status_code == 200
    admin.post(f"/people/{key}/change/", {"action": "role", "role": "viewer"})
    assert worker.get("/import/").status_code == 403
    admin.post(f"/people/{key}/change/", {"action": "disable"})
    assert worker.get("/assets/").status_code == 403
    Person.objects.filter(pk=key).update(locked_until_at=now_utc() + timedelta(hours=1))
    admin.post(f"/people/{key}/change/", {"action": "enable"})
    assert worker.get("/assets/").status_code == 200
    assert Person.objects.get(pk=key).locked_until_at is None


@pytest.mark.parametrize("data", [{"action": "role", "role": "king"}, {"action": "dance"}, {}])
def test_wrong_changes_are_problems(data: dict[str, str]) -> None:
    admin = make.signed_in("firm-a")
    other = make.person("firm-a", "viewer")
    assert admin.post(f"/people/{other.pk}/change/", data).status_code == 400


def test_nobody_changes_the_own_access_or_strangers() -> None:
    admin = make.signed_in("firm-a")
    stranger = make.person("firm-b", "viewer")
    assert admin.post(f"/people/{admin.person.pk}/change/", {"action": "disable"}).status_code == 409
    assert admin.post(f"/people/{stranger.pk}/change/", {"action": "disable"}).status_code == 404
    assert admin.get(f"/people/{stranger.pk}/").status_code == 404


def test_a_firm_cannot_hand_out_park_roles() -> None:
    admin = make.signed_in("firm-a")
    answer = admin.post("/people/invite/", {"sign_in": "neu", "display_name": "N", "role": "park-admin"})
    assert answer.status_code == 422
    assert not Person.objects.filter(sign_in="neu").exists()


def test_tokens_are_made_once_shown_and_revoked_on_the_page() -> None:
    admin = make.signed_in("firm-a")
    page = admin.post(
        "/people/tokens/", {"action": "make", "name": "erp", "days": "30", "rights": ["registry.view"]}
    )
    assert b"gp_" in page.content
    assert b"gp_" not in admin.get("/people/tokens/").content
    assert (
        admin.post("/people/tokens/", {"action": "make", "name": "x", "days": "0", "rights": []}).status_code
        == 422
    )

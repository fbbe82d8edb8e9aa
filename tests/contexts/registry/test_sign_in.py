"""Signing in through the page: passwords, lock-out, time-outs, open redirects."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from tests.factories import registry as make

from gearpark.base.time import now_utc
from gearpark.contexts.registry.models import Person
from gearpark.contexts.registry.public import SEEN_KEY, SIGNED_IN_KEY
from gearpark.contexts.registry.services.identity import MAX_FAILED_SIGN_INS
from gearpark.kit.models import AuditEntry
from gearpark.kit.tenant import acting

pytestmark = pytest.mark.django_db
WORD = make.PASSWORD


def _post(client: Client, name: str, word: str, **more: str):
    return client.post("/sign-in/", {"username": name, "password": word, **more})


def test_the_door_opens_for_the_right_password_and_keeps_the_way() -> None:
    make.person("firm-a", "engineer", "anna", WORD)
    client = Client()
    answer = _post(client, "Anna ", WORD, next="/firms/?q=x")
    assert answer.status_code == 302
    assert answer["Location"] == "/firms/?q=x"
    assert Person.objects.get(sign_in="anna").password.startswith("argon2")
    assert client.post("/sign-out/").status_code == 302
    assert "_auth_user_id" not in client.session


def test_no_open_redirect() -> None:
    make.person("firm-a", "engineer", "anna", WORD)
    assert _post(Client(), "anna", WORD, next="https://evil.example/")["Location"] == "/"


@pytest.mark.parametrize("name", ["anna", "nobody"])
def test_wrong_password_and_unknown_name_read_the_same(name: str) -> None:
    make.person("firm-a", "engineer", "anna", WORD)
    answer = _post(Client(), name, "wrong")
    assert answer.status_code == 401
    assert "wrong" in answer.content.decode()


def test_lock_out_after_named_number_of_wrong_passwords_and_audit() -> None:
    made = make.person("firm-a", "engineer", "anna", WORD)
    for _ in range(MAX_FAILED_SIGN_INS):
        assert _post(Client(), "anna", "wrong").status_code == 401
    assert _post(Client(), "anna", WORD).status_code == 429
    Person.objects.filter(pk=made.pk).update(locked_until_at=now_utc() - timedelta(seconds=1))
    assert _post(Client(), "anna", WORD).status_code == 302
    park = make.scope_of("qijiang-park", park=True)
    with acting(park):
        actions = list(
            AuditEntry.objects.of(park).filter(key="anna").order_by("id").values_list("action", flat=True)
        )
    assert actions.count("sign-in.refused") == MAX_FAILED_SIGN_INS + 1
    assert actions[-1] == "sign-in"
    assert "sign-in.locked" in actions


@pytest.mark.parametrize(
    ("key", "age_s"), [(SEEN_KEY, settings.SESSION_IDLE_S), (SIGNED_IN_KEY, settings.SESSION_MAX_S)]
)
def test_sessions_end_when_idle_or_too_old(key: str, age_s: int) -> None:
    client = make.signed_in("firm-a")
    session = client.session
    session[key] = now_utc().timestamp() - age_s - 1
    session.save()
    answer = client.post("/sign-out/", HTTP_HX_REQUEST="true")
    assert answer.status_code == 401
    assert answer.json()["title"] == "kit.sign_in_needed"


def test_a_page_without_sign_in_leads_to_the_door_and_the_api_answers_problem_json() -> None:
    answer = Client().get("/act-for/?x=1")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in/?next=%2Fact-for%2F")
    answer = Client().get("/api/v1/nothing")
    assert answer.status_code in (401, 404)
    assert answer["Content-Type"] == "application/problem+json"


def test_a_person_with_two_roles_chooses_the_organisation() -> None:
    client = make.signed_in("firm-a", sign_in="anna")
    make.organisation("firm-b")
    with acting(make.scope_of("firm-b")), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO registry_membership (org, person_id, role, since_at) VALUES ('firm-b', %s, 'viewer', now())",
            [client.person.pk],
        )
    assert client.post("/act-for/", {"org": "firm-b"}).status_code == 302
    assert client.session["org"] == "firm-b"
    assert client.post("/act-for/", {"org": "firm-c"}).status_code == 403


def test_refusals_speak_the_readers_language() -> None:
    client = Client()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"
    assert "登录名或密码错误" in _post(client, "anna", "wrong").content.decode()
    guest = make.signed_in("firm-a", "viewer")
    guest.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"
    assert "registry.import" in guest.get("/import/").content.decode()
    assert guest.get("/import/", HTTP_HX_REQUEST="true").json()["detail"].startswith("您的角色不含权限")

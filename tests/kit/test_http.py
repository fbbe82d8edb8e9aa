"""The edges: problem+json, rights, rolled-back refusals, headers, tokens, cursors."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from tests.factories import registry as make

from gearpark.base.problems import Problem
from gearpark.base.time import now_utc
from gearpark.contexts.registry import public
from gearpark.contexts.registry.models import ApiToken
from gearpark.kit.tenant import acting

pytestmark = pytest.mark.django_db
RIGHTS = frozenset({"registry.view", "registry.edit"})


def _token(org: str, rights: frozenset[str] = RIGHTS, **more: int) -> dict[str, str]:
    return {
        "HTTP_AUTHORIZATION": f"Bearer {public.issue_token(make.scope_of(org), 'test', rights, now_utc(), **more)}"
    }


@pytest.mark.parametrize(
    ("method", "address", "body", "status"),
    [
        ("get", "/api/v1/registry/assets/nothing", None, 404),
        ("get", "/api/v1/registry/nowhere", None, 404),
        ("get", "/api/v1/registry/assets?limit=0", None, 422),
        ("get", "/api/v1/registry/assets?cursor=%7B", None, 400),
        ("get", "/api/v1/registry/assets?cursor=WzEsMl0", None, 400),
        ("put", "/api/v1/registry/assets", '{"items": 3}', 422),
        ("put", "/api/v1/registry/assets", "{broken", 400),
        ("put", "/api/v1/registry/assets", '{"items": [{"id": "Bad Id", "type": "robot"}]}', 400),
        ("put", "/api/v1/registry/assets", '{"org": "firm-b", "items": [{"id": "x", "type": "robot"}]}', 404),
        ("post", "/api/v1/registry/assets", None, 405),
    ],
)
def test_every_failure_of_the_api_is_problem_json(
    method: str, address: str, body: str | None, status: int
) -> None:
    make.organisation("firm-a"), make.organisation("firm-b")
    answer = (
        getattr(Client(), method)(address, body, content_type="application/json", **_token("firm-a"))
        if body
        else getattr(Client(), method)(address, **_token("firm-a"))
    )
    assert answer.status_code == status
    if status != 405:
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["status"] == status
        assert answer.json()["type"].startswith("/problems/")


def test_tokens_work_until_revoked_expired_or_short_of_a_right() -> None:
    make.organisation("firm-a")
    header = _token("firm-a", frozenset({"registry.view"}))
    client = Client()
    assert client.get("/api/v1/registry/organisations", **header).json()["items"][0]["slug"] == "firm-a"
    put = client.put("/api/v1/registry/assets", '{"items": []}', content_type="application/json", **header)
    assert (put.status_code, put.json()["title"]) == (403, "kit.right_missing")
    scope = make.scope_of("firm-a")
    with acting(scope):
        held = ApiToken.objects.of(scope).get()
        assert header["HTTP_AUTHORIZATION"].removeprefix("Bearer ") not in str(held.__dict__)
    public.revoke_token(scope, held.pk, now_utc())
    assert client.get("/api/v1/registry/organisations", **header).status_code == 401
    late = _token("firm-a", days=1)
    with acting(scope):
        past = now_utc() - timedelta(days=2)
        ApiToken.objects.of(scope).filter(revoked_at=None).update(
            created_at=past, expires_at=past + timedelta(days=1)
        )
    assert client.get("/api/v1/registry/organisations", **late).status_code == 401
    assert (
        client.get("/api/v1/registry/organisations", HTTP_AUTHORIZATION="Bearer nonsense").status_code == 401
    )


def test_a_token_never_carries_more_than_its_maker() -> None:
    scope = make.scope_of("firm-a", "tokens.manage", "registry.view")
    with pytest.raises(Problem, match="token_rights"):
        public.issue_token(scope, "x", frozenset({"registry.edit"}), now_utc())


def test_cursors_walk_through_everything_once() -> None:
    from gearpark.base.wire import AssetInfo

    make.organisation("firm-a")
    wanted = [AssetInfo(f"m{n:03d}", "robot", "", f"firm-a/s/a/l/m{n:03d}") for n in range(25)]
    public.upsert_assets(make.scope_of("firm-a"), wanted)
    header, found, cursor = _token("firm-a"), [], ""
    while cursor is not None:
        answer = Client().get(f"/api/v1/registry/assets?limit=7&cursor={cursor}", **header).json()
        found += [item["id"] for item in answer["items"]]
        cursor = answer["next_cursor"]
    assert found == sorted(found)
    assert len(found) == len(set(found)) == 28


def test_a_browser_session_needs_the_csrf_token_for_writing() -> None:
    plain = make.signed_in("firm-a")
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = plain.cookies
    assert strict.get("/api/v1/registry/organisations").status_code == 200
    answer = strict.put("/api/v1/registry/assets", '{"items": []}', content_type="application/json")
    assert (answer.status_code, answer.json()["title"]) == (403, "kit.form_expired")
    assert strict.post("/sign-out/").status_code == 403


def test_a_right_that_is_missing_is_a_page_for_people_and_json_for_htmx() -> None:
    viewer = make.signed_in("firm-a", "viewer")
    page = viewer.get("/import/")
    assert (page.status_code, page["Content-Type"]) == (403, "text/html; charset=utf-8")
    assert viewer.get("/import/", HTTP_HX_REQUEST="true").json()["details"] == {"right": "registry.import"}


def test_headers_keep_scripts_and_frames_out() -> None:
    answer = Client().get("/sign-in/")
    policy = answer["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "'unsafe-inline'" not in policy.split("script-src", 1)[1].split(";")[0]
    assert "frame-ancestors 'none'" in policy
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer.cookies["csrftoken"]["httponly"]


def test_the_api_documents_itself_without_the_network() -> None:
    page = Client().get("/api/v1/docs").content.decode()
    assert "/static/ninja/" in page
    assert "https://" not in page
    schema = Client().get("/api/v1/openapi.json").json()
    assert "/api/v1/registry/assets" in schema["paths"]


def test_problem_pages_explain_codes() -> None:
    assert b"uscc" in Client().get("/problems/registry.uscc_check/").content.lower()
    for code in ("registry.nothing", "..%2F..%2Fsecret", "a/b"):
        assert Client().get(f"/problems/{code}/").status_code == 404

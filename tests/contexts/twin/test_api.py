"""The twin over HTTP: a model sent, asked, answered; refusals as RFC 9457; nothing of another firm."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.contexts.twin.test_models import SMALL
from tests.factories.registry import scope_of, signed_in

from gearpark.contexts.twin.services import runs

pytestmark = pytest.mark.django_db
BASE = "/api/v1/twin"


def _post(client: Any, path: str, body: dict[str, Any]) -> Any:
    return client.post(f"{BASE}{path}", json.dumps(body), content_type="application/json")


def test_a_model_is_sent_asked_and_answered() -> None:
    client = signed_in("qichi", "engineer")
    made = _post(client, "/models", {"text": SMALL, "code": "two"})
    assert made.status_code == 201, made.content
    key = made.json()["id"]
    asked = _post(client, f"/models/{key}/runs", {"question": "run", "replications": 4})
    assert asked.status_code == 202
    run = asked.json()
    assert (run["status"], run["result"]) == ("waiting", {})
    runs.perform(scope_of("qichi"), run["id"])
    found = client.get(f"{BASE}/runs/{run['id']}").json()
    assert found["status"] == "done"
    assert found["result"]["replications"] == 4
    changed = client.put(
        f"{BASE}/models/{key}",
        json.dumps({"text": SMALL.replace("60 s", "50 s"), "base": 1}),
        content_type="application/json",
    )
    assert changed.json()["revision"] == 2
    again = client.put(
        f"{BASE}/models/{key}", json.dumps({"text": SMALL, "base": 1}), content_type="application/json"
    )
    assert (again.status_code, again.json()["type"]) == (409, "/problems/kit.conflict")
    kept = _post(client, f"/runs/{run['id']}/keep", {})
    assert (kept.status_code, kept.json()["type"]) == (409, "/problems/twin.not_calibrated")


def test_refusals_name_their_place_and_other_firms_see_nothing() -> None:
    client = signed_in("qichi", "engineer")
    wrong = _post(client, "/models", {"text": SMALL.replace("buffer: 2", "buffer: -2")})
    assert wrong.status_code == 400
    assert wrong.json()["details"]["line"] == 6
    key = _post(client, "/models", {"text": SMALL}).json()["id"]
    other = signed_in("jingjiang", "engineer")
    assert other.get(f"{BASE}/models/{key}").json()["type"] == "/problems/twin.model_unknown"
    assert other.get(f"{BASE}/models").json() == []
    assert client.get(f"{BASE}/forecasts/qc-l1").status_code == 404
    viewer = signed_in("qichi", "viewer")
    assert _post(viewer, "/models", {"text": SMALL}).status_code == 403

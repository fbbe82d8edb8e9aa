"""The API: cursors, columns, problems, other firms' data that does not exist."""

from __future__ import annotations

import time
from typing import Any

import pytest
from tests.contexts.telemetry.support import SECOND_US, onboard, store

from gearpark.base.scope import Scope
from gearpark.base.time import from_us

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/telemetry"


@pytest.fixture
def stocked(firm: Scope, park_scope: Scope) -> int:
    """A machine with an hour of values; returns the time of the newest, microseconds."""
    onboard(firm, park_scope, "m1", "m2")
    newest = time.time_ns() // 1000 - SECOND_US
    store("qichi", "m1/load", [(newest - k * SECOND_US, float(k), 0) for k in range(3600)])
    return newest


def test_tags_page_by_cursor(stocked: int, signed_in: Any) -> None:
    client = signed_in("qichi")
    seen: list[str] = []
    cursor = ""
    while True:
        page = client.get(f"{ROOT}/tags", {"limit": 2, **({"cursor": cursor} if cursor else {})}).json()
        seen += [item["tag"] for item in page["items"]]
        cursor = page["next_cursor"]
        if not cursor:
            break
    assert seen == ["m1/item_state", "m1/load", "m1/part_count", "m2/item_state", "m2/load", "m2/part_count"]
    assert [t["tag"] for t in client.get(f"{ROOT}/tags", {"q": "load m2"}).json()["items"]] == ["m2/load"]
    assert client.get(f"{ROOT}/tags", {"cursor": "junk"}).json()["title"] == "kit.cursor"


def test_latest_and_history(stocked: int, signed_in: Any) -> None:
    client = signed_in("qichi")
    load, state = client.get(f"{ROOT}/latest?tag=m1/load&tag=m1/item_state").json()
    assert (load["value"], load["source"]) == (0.0, "lake")
    assert (state["value"], state["quality"]) == (None, "stale")
    period = {
        "start": from_us(stocked - 3599 * SECOND_US).isoformat(),
        "end": from_us(stocked + 1).isoformat(),
    }
    rolled = client.get(f"{ROOT}/history", {"tag": "m1/load", "max_points": 60, **period}).json()
    assert sum(n or 0 for n in rolled["series"][0]["count"]) == 3600
    rows: list[Any] = []
    start = period["start"]
    while start:
        page = client.get(
            f"{ROOT}/history/raw", {"tag": "m1/load", "limit": 1000, "start": start, "end": period["end"]}
        ).json()
        rows += page["rows"]
        start = page["next_start"]
    assert len(rows) == 3600
    assert [row[1] for row in rows] == [float(k) for k in reversed(range(3600))]


def test_connections_and_flow(stocked: int, signed_in: Any) -> None:
    client = signed_in("qichi")
    [connection] = client.get(f"{ROOT}/connections").json()
    assert (connection["devices"], connection["tag_count"], connection["state"]) == (
        ["m1", "m2"],
        6,
        "gateway-silent",
    )
    flow = client.get(f"{ROOT}/flow").json()
    assert flow["devices_total"] == 2
    assert 0 <= flow["last_commit_age_s"] < 600


def test_other_firms_data_does_not_exist(stocked: int, signed_in: Any) -> None:
    stranger = signed_in("jingjiang")
    assert stranger.get(f"{ROOT}/tags").json()["items"] == []
    for path in ("latest?tag=m1/load", "history?tag=m1/load", "history/raw?tag=m1/load"):
        answer = stranger.get(f"{ROOT}/{path}")
        assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")
    assert stranger.get(f"{ROOT}/connections").json() == []


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("latest", 422),
        ("history?tag=m1/load&max_points=1", 422),
        ("history?tag=m1/load&start=2026-01-02T00:00:00Z&end=2026-01-01T00:00:00Z", 400),
        ("tags?limit=100000", 422),
    ],
)
def test_wrong_questions_are_problems(stocked: int, signed_in: Any, path: str, status: int) -> None:
    answer = signed_in("qichi").get(f"{ROOT}/{path}")
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")

"""The overview, the wall screen and their streams over HTTP, on the database."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.test import Client

from gearpark.contexts.statistics import views

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/", "/wall/"])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_an_empty_park_says_how_to_begin(signed_in: Callable[..., Client], path: str, language: str) -> None:
    client = signed_in("qijiang-park", "park-admin")
    answer = client.get(path, headers={"accept-language": language})
    assert answer.status_code == 200
    text = answer.content.decode()
    assert ("尚未设置产线" if language == "zh-hans" else "No line is set up yet.") in text


def test_nobody_sees_the_overview_without_signing_in(client: Client) -> None:
    assert client.get("/").headers["Location"].startswith("/sign-in/")
    assert client.get("/overview/live/", headers={"accept": "text/event-stream"}).status_code in (302, 401)


def test_a_firm_sees_its_own_part_only(
    signed_in: Callable[..., Client], organisation: Callable[..., object]
) -> None:
    organisation("firm-a", name_en="Firm A")
    organisation("firm-b", name_en="Firm B secret")
    text = signed_in("firm-a", "viewer").get("/").content.decode()
    assert "Firm B secret" not in text


def test_the_stream_sends_parts_then_changes(park_scope: object) -> None:
    parts = views._rendered(park_scope, "en", "statistics/parts/", views.PARTS)  # type: ignore[arg-type]
    assert set(parts) == set(views.PARTS)
    assert "No line is set up yet." in parts["headline"]
    assert json.dumps(parts)

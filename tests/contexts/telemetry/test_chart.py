"""Charts against the raw observations they are made of, export, gaps, words, latest values from the lake."""

from __future__ import annotations

import csv
import io
import math
from datetime import UTC, datetime, timedelta
from typing import Any

import openpyxl
import pytest
from tests.contexts.telemetry.support import SECOND_US, onboard, store

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.base.time import from_us, now_utc, to_us
from gearpark.base.wire import Quality, Status
from gearpark.contexts.telemetry import queries, services
from gearpark.kit.tenant import acting

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
NOW_US = to_us(NOW)


def hour_of_load() -> list[tuple[int, float | str | None, int]]:
    """One value a second for the hour before NOW: a slow wave."""
    return [(NOW_US - (3600 - k) * SECOND_US, 50 + 40 * math.sin(k / 200), 0) for k in range(3600)]


def chart(
    scope: Scope, *tags: str, start: datetime, end: datetime = NOW, points: int = 900
) -> dict[str, Any]:
    return queries.chart(scope, tags, queries.Window(start, end), max_points=points, language="en")


def test_buckets_hold_exactly_what_the_observations_say(firm: Scope, park_scope: Scope) -> None:
    onboard(firm, park_scope, "m1")
    points = hour_of_load()
    store("qichi", "m1/load", points)
    start = NOW - timedelta(hours=1)
    with acting(firm):
        [series] = chart(firm, "m1/load", start=start, points=300)["series"]
    width_us = int(series["grain_s"] * 1e6)
    assert width_us == 12 * SECOND_US
    assert sum(series["count"]) == 3600
    for at_us, mean, low, high in zip(
        series["at_us"], series["value"], series["min"], series["max"], strict=True
    ):
        inside = [value for at, value, _ in points if at_us <= at < at_us + width_us]
        assert (low, high) == (min(inside), max(inside))
        assert mean == pytest.approx(sum(inside) / len(inside), rel=1e-12)


def test_zooming_in_ends_at_the_observations_themselves(firm: Scope, park_scope: Scope) -> None:
    onboard(firm, park_scope, "m1")
    points = hour_of_load()
    store("qichi", "m1/load", points)
    start, end = NOW - timedelta(seconds=30), NOW - timedelta(seconds=29)
    with acting(firm):
        [series] = chart(firm, "m1/load", start=start, end=end)["series"]
        assert series["grain_s"] == 0
        assert [(at, value) for at, value in zip(series["at_us"], series["value"], strict=True)] == [
            (at, value) for at, value, _ in points if to_us(start) <= at < to_us(end)
        ]
        year = chart(firm, "m1/load", start=NOW - timedelta(days=365))["series"][0]
    assert sum(n or 0 for n in year["count"]) == 3600


def test_a_gap_is_drawn_as_a_gap(firm: Scope, park_scope: Scope) -> None:
    onboard(firm, park_scope, "m1")
    kept = [
        p for p in hour_of_load()[-600:] if not NOW_US - 400 * SECOND_US <= p[0] < NOW_US - 300 * SECOND_US
    ]
    store("qichi", "m1/load", kept)
    with acting(firm):
        [series] = chart(firm, "m1/load", start=NOW - timedelta(minutes=10))["series"]
    holes = [at for at, value in zip(series["at_us"], series["value"], strict=True) if value is None]
    assert len(holes) == 1
    assert NOW_US - 401 * SECOND_US <= holes[0] <= NOW_US - 300 * SECOND_US


def test_bad_values_break_the_line_and_are_told(firm: Scope, park_scope: Scope) -> None:
    onboard(firm, park_scope, "m1")
    store("qichi", "m1/load", [
        (NOW_US - 3 * SECOND_US, 1.0, 0),
        (NOW_US - 2 * SECOND_US, None, int(Status.BAD_NO_COMMUNICATION)),
        (NOW_US - 1 * SECOND_US, 2.0, 0)])  # fmt: skip
    with acting(firm):
        [series] = chart(firm, "m1/load", start=NOW - timedelta(seconds=10))["series"]
    assert series["value"] == [1.0, None, 2.0]
    assert series["good_share"] == [1.0, 0.0, 1.0]


def test_words_are_strips_that_begin_with_the_word_in_force(firm: Scope, park_scope: Scope) -> None:
    onboard(firm, park_scope, "m1")
    store("qichi", "m1/item_state", [
        (NOW_US - 900 * SECOND_US, "Executing", 0),
        (NOW_US - 50 * SECOND_US, "NotExecuting", 0),
        (NOW_US - 40 * SECOND_US, "NotExecuting", 0),
        (NOW_US - 30 * SECOND_US, None, int(Status.UNCERTAIN_NO_COMMUNICATION))])  # fmt: skip
    start = NOW - timedelta(seconds=100)
    with acting(firm):
        document = chart(firm, "m1/item_state", start=start)
    [strip] = document["strips"]
    told = [(s["text"], s["start_us"], s["end_us"], s["quality"]) for s in strip["segments"]]
    assert told == [
        ("Executing", to_us(start), NOW_US - 50 * SECOND_US, "good"),
        ("NotExecuting", NOW_US - 50 * SECOND_US, NOW_US - 30 * SECOND_US, "good"),
        ("", NOW_US - 30 * SECOND_US, NOW_US, "uncertain"),
    ]


def test_latest_is_the_newest_source_time_not_the_last_arrival(firm: Scope, park_scope: Scope) -> None:
    onboard(firm, park_scope, "m1")
    now = now_utc()
    now_us = to_us(now)
    store("qichi", "m1/load", [(now_us - SECOND_US, 7.0, 0)])
    store("qichi", "m1/load", [(now_us - 60 * SECOND_US, 99.0, 0)], seq=2)
    store(
        "qichi", "m1/part_count", [(now_us + 3600 * SECOND_US, 1e9, 0), (now_us - 3600 * SECOND_US, 5.0, 0)]
    )
    with acting(firm):
        found = queries.latest(firm, ["m1/load", "m1/part_count", "m1/item_state"], now)
    assert (found["m1/load"].value, found["m1/load"].quality) == (7.0, Quality.GOOD)
    assert (found["m1/part_count"].value, found["m1/part_count"].quality) == (5.0, Quality.STALE)
    assert (found["m1/item_state"].at, found["m1/item_state"].quality) == (None, Quality.STALE)


def test_periods_that_cannot_be_drawn_are_refused(firm: Scope, park_scope: Scope) -> None:
    onboard(firm, park_scope, "m1")
    for start, end in (
        ("2026-11-20T12:00:00Z", "2026-11-20T12:00:00Z"),
        ("2000-01-01T00:00:00Z", ""),
        ("yesterday", ""),
    ):
        with pytest.raises(Problem):
            queries.window_of(NOW, start=start, end=end)


def test_the_page_and_its_data(signed_in: Any, firm: Scope, park_scope: Scope) -> None:
    client = signed_in("qichi")
    onboard(firm, park_scope, "m1")
    store("qichi", "m1/load", hour_of_load())
    store("qichi", "m1/item_state", [(NOW_US - 900 * SECOND_US, "Executing", 0)])
    period = "start=2026-11-20T11:00:00Z&end=2026-11-20T12:00:00Z"
    page = client.get(f"/chart/?tag=m1/load&tag=m1/item_state&{period}")
    assert page.status_code == 200
    text = page.content.decode()
    assert "<park-chart" in text
    assert "<noscript>" in text
    local = client.get("/chart/data/?tag=m1/load&start=2026-11-20T19:00&end=2026-11-20T20:00").json()
    assert local["start_us"] == NOW_US - 3600 * SECOND_US
    assert client.get("/chart/data/?tag=m1/nothing").status_code == 404
    assert client.get("/chart/").status_code == 200
    assert signed_in("jingjiang").get(f"/chart/data/?tag=m1/load&{period}").status_code == 404


@pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume")
def test_export_holds_every_observation(signed_in: Any, firm: Scope, park_scope: Scope) -> None:
    client = signed_in("qichi")
    onboard(firm, park_scope, "m1")
    points = hour_of_load()
    store("qichi", "m1/load", points)
    store("qichi", "m1/item_state", [(NOW_US - 9 * SECOND_US, "=1+1", 0)])
    query = "tag=m1/load&tag=m1/item_state&start=2026-11-20T11:00:00Z&end=2026-11-20T12:00:00Z"
    body = b"".join(client.get(f"/chart/export/?{query}&grain=raw&format=csv")).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(body)))
    load = [row for row in rows if row["tag"] == "m1/load"]
    assert [(row["at"], float(row["value"])) for row in load] == [
        (from_us(at).isoformat(), v) for at, v, _ in points
    ]
    assert rows[-1]["text"] == "'=1+1"
    sheet = b"".join(client.get(f"/chart/export/?{query}&grain=rolled&format=xlsx"))
    book = openpyxl.load_workbook(io.BytesIO(sheet))
    assert book.active.max_row > 800


def test_kept_charts(signed_in: Any, firm: Scope, park_scope: Scope) -> None:
    owner, colleague = signed_in("qichi"), signed_in("qichi", "viewer")
    onboard(firm, park_scope, "m1")
    answer = owner.post("/chart/save/", {"name": "Load", "tag": ["m1/load"], "last": "600"})
    opened = owner.get(answer["Location"])
    assert opened["Location"] == "/chart/?tag=m1%2Fload&last=600"
    assert colleague.get(answer["Location"]).status_code == 404
    owner.post("/chart/save/", {"name": "Load", "tag": ["m1/load"], "last": "600", "shared": "on"})
    assert colleague.get(answer["Location"]).status_code == 302
    assert colleague.post(f"{answer['Location']}remove/").status_code == 404
    assert owner.post(f"{answer['Location']}remove/").status_code == 302
    with acting(firm), pytest.raises(Problem):
        services.save_chart(firm, " ", {"tags": ["m1/load"]}, shared=False)

"""Reading: canonical order, carried-in values, latest by source time, charts."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gearpark.base.problems import Problem
from gearpark.lake import schema
from gearpark.lake.reader import DAY_US, Reader
from gearpark.lake.writer import Writer

from .conftest import T0_US


def write(root, batch, points, **more):
    writer = Writer(root, durable=False)
    writer.append(batch(writer.mark("gw1.qichi", 1) + 1, points, **more))
    writer.commit()


def test_an_empty_lake_answers_with_nothing(root):
    reader = Reader(root)
    assert len(reader.observations("qichi", ["m/a"], T0_US, T0_US + 5)["m/a"]) == 0
    assert reader.latest("qichi", ["m/a"]) == {}
    assert reader.span("qichi", "m") is None
    assert reader.tags("qichi") == []
    assert len(reader.chart("qichi", ["m/a"], T0_US, T0_US + DAY_US)["m/a"]) == 0


def test_late_and_shuffled_rows_come_back_in_order_and_good_wins_a_tie(root, batch):
    write(root, batch, [("m/a", 3, 3.0), ("m/a", 1, 1.0)])
    write(root, batch, [("m/a", 2, 2.0), ("m/a", 3, 9.0, 0x80310000), ("m/a", 3, 2.5)])
    series = Reader(root).observations("qichi", ["m/a"], T0_US, T0_US + 10**7)["m/a"]
    assert series.num.tolist() == [1.0, 2.0, 9.0, 2.5, 3.0]
    assert series.status.tolist() == [0, 0, 0x80310000, 0, 0]


def test_the_value_in_force_is_carried_in_from_days_before(root, batch):
    write(root, batch, [("m/a", -40 * 86400, 7.0), ("m/b", -1, "x"), ("m/a", 5, 8.0), ("m/c", 6, 1.0)])
    found = Reader(root).observations("qichi", ["m/a", "m/b", "m/c"], T0_US, T0_US + 10**7)
    assert found["m/a"].num.tolist() == [7.0, 8.0]
    assert found["m/b"].value(0) == "x"
    assert len(found["m/c"]) == 1
    bare = Reader(root).observations("qichi", ["m/a"], T0_US, T0_US + 10**7, carry_in=False)
    assert bare["m/a"].num.tolist() == [8.0]


def test_latest_is_the_newest_source_time_not_the_last_arrival(root, batch):
    write(root, batch, [("m/a", 10, 1.0)])
    write(root, batch, [("m/a", 5, 2.0), ("m/a", 3600 * 50, 3.0)])
    reader = Reader(root)
    assert reader.latest("qichi", ["m/a", "m/z"], before=T0_US + 11 * 10**6)["m/a"].num.tolist() == [1.0]
    assert reader.latest("qichi", ["m/a"])["m/a"].num.tolist() == [3.0]


def test_an_organisation_reads_only_its_own(root, batch):
    write(root, batch, [("m/a", 1, 1.0)])
    write(root, batch, [("m/a", 1, 2.0)], org="other")
    reader = Reader(root)
    assert reader.observations("other", ["m/a"], T0_US, T0_US + 10**7)["m/a"].num.tolist() == [2.0]
    assert reader.tags("third") == []
    assert reader.content_hash("qichi", ["m"]) != reader.content_hash("other", ["m"])


def test_span_and_tags(root, batch):
    write(root, batch, [("m/a", 1, 1.0), ("m/b", 2 * 86400, "x"), ("mm/a", 9, 1.0), ("l/z", -9, 1.0)])
    reader = Reader(root)
    assert reader.span("qichi", "m") == (T0_US + 10**6, T0_US + 2 * DAY_US)
    assert [row["tag"] for row in reader.tags("qichi", "m")] == ["m/a", "m/b"]
    assert len(reader.tags("qichi")) == 4


def test_too_many_tags_are_refused(root):
    with pytest.raises(Problem) as caught:
        Reader(root).observations("qichi", [f"m/{i}" for i in range(501)], 0, 1)
    assert caught.value.code == "lake.too_many_tags"


def test_odd_characters_in_tags_are_only_text(root, batch):
    write(root, batch, [("m/a'; DROP", 1, 1.0)])
    assert len(Reader(root).observations("qichi", ["m/a'; DROP"], T0_US, T0_US + 10**7)["m/a'; DROP"]) == 1


def test_few_observations_are_charted_as_they_are(root, batch):
    write(root, batch, [("m/a", 1, 1.0), ("m/a", 2, 2.0, 0x80310000), ("m/a", 3, "word")])
    chart = Reader(root).chart("qichi", ["m/a"], T0_US, T0_US + 10**7, 100)["m/a"]
    assert (chart.level, chart.count.tolist()) == ("raw", [1, 1, 1])
    assert chart.mean[0] == 1.0
    assert np.isnan(chart.mean[1:]).all()
    assert (chart.good_share.tolist(), chart.last_text.tolist()) == ([1.0, 0.0, 1.0], [None, None, "word"])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    points=st.lists(
        st.tuples(st.integers(0, 7199), st.floats(-1e6, 1e6) | st.none(), st.sampled_from([0, 0x80310000])),
        min_size=1,
        max_size=60,
    ),
    limit=st.integers(1, 30),
)
def test_every_chart_holds_every_observation_once_whatever_its_width(tmp_path_factory, batch, points, limit):
    """Law: counts sum up, means weigh back to the sum, extremes and ends agree - at raw, bucket and minute level."""
    root = tmp_path_factory.mktemp("law")
    write(root, batch, [("m/a", s, v, q) for s, v, q in points])
    chart = Reader(root).chart("qichi", ["m/a"], T0_US, T0_US + 7200 * 10**6, limit)["m/a"]
    assert len(chart) <= max(limit, len(points)) if chart.level == "raw" else len(chart) <= limit
    assert chart.count.sum() == len(points)
    good = sorted((s, v) for s, v, q in points if v is not None and q == 0)
    assert round((chart.good_share * chart.count).sum()) == sum(1 for _, _, q in points if q == 0)
    if not good:
        assert np.isnan(chart.mean).all()
        return
    values = [v for _, v in good]
    assert np.nanmin(chart.min) == min(values)
    assert np.nanmax(chart.max) == max(values)
    firsts, lasts = chart.first[~np.isnan(chart.first)], chart.last[~np.isnan(chart.last)]
    assert (firsts[0], lasts[-1]) == (good[0][1], good[-1][1])
    edges = [*chart.at_us.tolist(), 2**62]
    for i in range(len(chart)):
        inside = [v for s, v in good if edges[i] <= T0_US + s * 10**6 < edges[i + 1]]
        if chart.level != "raw" and inside:
            assert math.isclose(chart.mean[i], math.fsum(inside) / len(inside), rel_tol=1e-9, abs_tol=1e-6)


def test_a_reader_renews_its_engine_now_and_then_and_answers_on(root, batch, monkeypatch):
    monkeypatch.setattr("gearpark.lake.reader.RENEW_AFTER_VERSIONS", 2)
    reader, engines = Reader(root), set()
    for second in range(8):
        write(root, batch, [("m/a", second, float(second))])
        series = reader.observations("qichi", ["m/a"], T0_US, T0_US + 10**7)["m/a"]
        assert series.num.tolist() == [float(s) for s in range(second + 1)]
        engines.add(id(reader._duck))
    assert len(engines) > 1


def test_a_reader_follows_commits_even_when_log_files_after_its_own_are_gone(root, batch):
    write(root, batch, [("m/a", 1, 1.0)])
    reader = Reader(root)
    assert reader.snapshot().rows == 1
    write(root, batch, [("m/a", 2, 2.0)])
    schema.open_table(root).create_checkpoint()
    for path in (root / "points" / "_delta_log").glob("*.json"):
        path.unlink()
    assert reader.snapshot().rows == 2

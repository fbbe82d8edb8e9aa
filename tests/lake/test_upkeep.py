"""Roll-ups, compaction and retention: figures stay true to late data, nothing is lost beside running appends."""

from __future__ import annotations

import random
import threading
from datetime import timedelta

import numpy as np
import pytest

from gearpark.lake import compaction, retention, rollup, schema
from gearpark.lake.files import Catalogue
from gearpark.lake.reader import DAY_US, HOUR_US, MINUTE_US, Reader
from gearpark.lake.writer import Writer

from .conftest import NOW, T0_US

LATER = NOW + timedelta(days=2)


def write(root, batch, points, **more):
    writer = Writer(root, durable=False)
    writer.append(batch(writer.mark("gw1.qichi", 1) + 1, points, **more))
    writer.commit()


def day_of_points(rng: random.Random, n: int = 400) -> list[tuple]:
    made: list[tuple] = []
    for tag in ("m/a", "m/b"):
        made += [
            (tag, second, rng.uniform(-5, 5), rng.choice([0, 0, 0, 0x80310000]))
            for second in rng.sample(range(4 * 3600), n)
        ]
    return [*made, ("m/c", 100, "RUN"), ("m/c", 4000, "STOP")]


def assert_same(one, other, *, exactly: bool = False) -> None:
    assert one.keys() == other.keys()
    for tag, a in one.items():
        b = other[tag]
        for name in ("at_us", "count", "last_text"):
            assert (getattr(a, name) == getattr(b, name)).all(), (tag, name)
        for name in ("mean", "min", "max", "first", "last", "good_share"):
            left, right = getattr(a, name), getattr(b, name)
            if exactly:
                assert np.array_equal(left, right, equal_nan=True), (tag, name)
            else:
                assert np.allclose(left, right, rtol=1e-12, atol=1e-12, equal_nan=True), (tag, name)


def charts(root, tags=("m/a", "m/b", "m/c")):
    reader = Reader(root)
    period = (T0_US, T0_US + DAY_US)
    return {width: reader.chart("qichi", list(tags), *period, width) for width in (1440, 24, 5)}


def test_charts_are_the_same_before_and_after_rolling_up_and_compacting(root, batch):
    write(root, batch, day_of_points(random.Random(1)))
    before = charts(root)
    assert rollup.run(root, NOW)["rollup_1m"] > 100
    rolled = charts(root)
    compaction.run(root, LATER)
    for width, chart in charts(root).items():
        assert_same(before[width], chart)
        assert_same(rolled[width], chart)
    assert {c.level for c in before[24].values()} == {"1h"}
    assert {c.level for c in before[1440].values()} == {"1m"}


def test_late_and_shuffled_data_gives_the_same_figures_as_ordered_data(tmp_path, batch):
    points = day_of_points(random.Random(2))
    shuffled = random.Random(3).sample(points, len(points))
    ordered_root, shuffled_root = tmp_path / "ordered", tmp_path / "shuffled"
    write(ordered_root, batch, sorted(points, key=lambda p: p[1]))
    rollup.run(ordered_root, NOW)
    for part in range(0, len(shuffled), 250):
        write(shuffled_root, batch, shuffled[part : part + 250])
        rollup.run(shuffled_root, NOW)
    for width, chart in charts(ordered_root).items():
        assert_same(chart, charts(shuffled_root)[width])
    read = [Reader(r).content_hash("qichi", ["m"]) for r in (ordered_root, shuffled_root)]
    assert read[0] == read[1]


def test_a_run_touches_only_minutes_with_new_data_and_can_be_repeated(root, batch):
    write(root, batch, [("m/a", s, float(s)) for s in range(0, 7200, 10)])
    first = rollup.run(root, NOW)
    assert (first["rollup_1m"], first["rollup_1h"]) == (120, 2)
    again = rollup.run(root, NOW)
    assert (again["rollup_1m"], again["rollup_1h"]) == (0, 0)
    write(root, batch, [("m/a", 65, 1000.0)])
    late = rollup.run(root, NOW)
    assert (late["rollup_1m"], late["rollup_1h"]) == (1, 1)
    minute = Reader(root).chart("qichi", ["m/a"], T0_US, T0_US + 2 * HOUR_US, 120)["m/a"]
    assert (minute.max[1], minute.count[1], minute.count.sum()) == (1000.0, 7, 721)
    assert Reader(root).chart("qichi", ["m/a"], T0_US, T0_US + 2 * HOUR_US, 2)["m/a"].count.tolist() == [
        361,
        360,
    ]


def test_a_wide_file_is_asked_which_minutes_it_touches(root, batch):
    write(root, batch, [("m/a", s, 1.0) for s in range(0, 6 * 3600, 60)])
    rollup.run(root, NOW)
    write(root, batch, [("m/a", 30, 2.0), ("m/a", 5 * 3600, 2.0)])
    assert rollup.run(root, NOW)["rollup_1m"] == 2


def test_without_the_log_of_old_versions_everything_is_rolled_anew(root, tmp_path, batch):
    points = [*day_of_points(random.Random(4)), ("m/a", 5, 99.0)]
    write(tmp_path / "never-rolled", batch, points)
    write(root, batch, points[:-1])
    rollup.run(root, NOW)
    write(root, batch, points[-1:])
    schema.open_table(root).create_checkpoint()
    for path in sorted((root / "points" / "_delta_log").glob("*.json")):
        path.unlink()
    rollup.run(root, NOW)
    expected = charts(tmp_path / "never-rolled")
    for width, chart in charts(root).items():
        assert_same(expected[width], chart)


def test_compaction_sorts_a_day_that_is_over_into_one_file(root, batch):
    for part in range(5):
        write(root, batch, [("m/b", part * 10 + s, 1.0) for s in range(5)] + [("m/a", part, 2.0)])
    before = Reader(root).content_hash("qichi", ["m"])
    answer = compaction.run(root, LATER)["points"]
    assert (answer["files_before"], answer["files_after"], answer["rewrites"]) == (5, 1, 1)
    assert Reader(root).content_hash("qichi", ["m"]) == before
    assert compaction.run(root, LATER)["points"]["rewrites"] == 0
    [file] = Catalogue(root, schema.POINTS).snapshot().files
    assert (file.rows, file.at_min_us <= T0_US, file.at_max_us >= T0_US + 44 * 10**6) == (30, True, True)
    assert file.received_max_us == T0_US
    assert Writer(root).mark("gw1.qichi", 1) == 5


def test_an_open_day_is_left_alone_until_it_has_many_new_files(root, batch):
    for part in range(4):
        write(root, batch, [("m/a", part, 2.0)])
    assert compaction.run(root, NOW, min_new_files=5)["points"]["rewrites"] == 0
    write(root, batch, [("m/a", 9, 2.0)])
    assert compaction.run(root, NOW, min_new_files=5)["points"]["files_after"] == 1


def test_compaction_of_a_roll_up_drops_superseded_revisions(root, batch):
    for part in range(3):
        write(root, batch, [("m/a", part, float(part))])
        rollup.run(root, NOW)
    expected = charts(root, ["m/a"])
    compaction.run(root, LATER)
    snap = Catalogue(root, schema.ROLLUP_1M).snapshot()
    assert snap.rows == 1
    assert_same(charts(root, ["m/a"])[24], expected[24], exactly=True)


def test_of_two_compactions_at_once_one_gives_way(root, batch, monkeypatch):
    for part in range(3):
        write(root, batch, [("m/a", part, 2.0)])
    real, inner = compaction._write, []

    def racing(*arguments):
        stats = real(*arguments)
        if not inner:
            inner.append(True)
            inner.append(compaction.run(root, LATER, vacuum=False)["points"])
        return stats

    monkeypatch.setattr(compaction, "_write", racing)
    outer = compaction.run(root, LATER, vacuum=False)["points"]
    assert (inner[1]["rewrites"], outer["rewrites"], outer["conflicts"]) == (1, 0, 1)
    reader = Reader(root)
    assert reader.snapshot().rows == 3
    assert len(list((root / "points").rglob("sorted-*.parquet"))) == 1


def test_appends_compaction_and_reading_at_once_lose_nothing(root, batch):
    writer = Writer(root, durable=False)
    batches, size = 60, 20
    stop, trouble = threading.Event(), []

    def upkeep():
        while not stop.is_set():
            try:
                compaction.run(root, NOW, min_new_files=4)
                rollup.run(root, NOW)
            except Exception as error:
                trouble.append(error)
                return

    def reading():
        reader, seen = Reader(root), 0
        while not stop.is_set():
            try:
                series = reader.observations("qichi", ["m/a"], T0_US, T0_US + DAY_US)["m/a"]
                assert len(series) >= seen
                assert series.num.tolist() == [float(i) for i in range(len(series))]
                seen = len(series)
            except Exception as error:
                trouble.append(error)
                return

    threads = [threading.Thread(target=upkeep), threading.Thread(target=reading)]
    for thread in threads:
        thread.start()
    for seq in range(1, batches + 1):
        writer.append(
            batch(seq, [("m/a", (seq - 1) * size + i, float((seq - 1) * size + i)) for i in range(size)])
        )
        writer.commit()
    stop.set()
    for thread in threads:
        thread.join(60)
    assert not trouble
    assert Reader(root).observations("qichi", ["m/a"], T0_US, T0_US + DAY_US)["m/a"].num.tolist() == [
        float(i) for i in range(batches * size)
    ]
    rollup.run(root, NOW)
    minutes = Reader(root).chart("qichi", ["m/a"], T0_US, T0_US + DAY_US, 1440)["m/a"]
    assert minutes.count.sum() == batches * size


def test_retention_drops_old_days_but_not_a_recording_that_came_yesterday(root, batch):
    old_day = -100 * 86400
    write(root, batch, [("m/a", old_day, 1.0)])
    write(root, batch, [("m/a", 0, 2.0)])
    policy = retention.Policy(points_days=30, minute_days=60)
    assert retention.run(root, NOW, policy)["points"]["dropped"] == []
    answer = retention.run(root, NOW + timedelta(days=29), policy)
    assert answer["points"]["dropped"] == []
    answer = retention.run(root, NOW + timedelta(days=40), policy)
    assert answer["points"]["dropped"] == ["qichi/2026-08-15", "qichi/2026-11-23"]
    assert answer["rollup_1m"]["dropped"] == ["qichi/2026-08-15"]
    reader = Reader(root)
    assert reader.snapshot().rows == 0
    year = reader.chart("qichi", ["m/a"], T0_US - 200 * DAY_US, T0_US + DAY_US, 201)["m/a"]
    assert (year.level, year.count.tolist(), year.mean.tolist()) == ("1h", [1, 1], [1.0, 2.0])
    near = reader.chart("qichi", ["m/a"], T0_US, T0_US + HOUR_US, 4000)["m/a"]
    assert (near.level, near.bucket_us, near.count.tolist()) == ("1m", MINUTE_US, [1])


def test_late_data_after_retention_adds_buckets_but_overwrites_none(root, batch):
    write(root, batch, [("m/a", 10, 1.0), ("m/a", 20, 3.0)])
    policy = retention.Policy(points_days=30)
    retention.run(root, NOW + timedelta(days=40), policy)
    write(root, batch, [("m/a", 30, 50.0), ("m/a", 90, 60.0)])
    rollup.run(root, NOW + timedelta(days=40))
    compaction.run(root, NOW + timedelta(days=40))
    retention.run(root, NOW + timedelta(days=90), policy)
    chart = Reader(root).chart("qichi", ["m/a"], T0_US, T0_US + HOUR_US, 60)["m/a"]
    assert (chart.mean.tolist(), chart.count.tolist()) == ([2.0, 60.0], [2, 1])


def test_organisations_may_be_kept_for_ever(root, batch):
    write(root, batch, [("m/a", 10, 1.0)])
    policy = retention.Policy(points_days=1, minute_days=1, hour_days=1, keep_orgs=frozenset({"qichi"}))
    assert retention.run(root, NOW + timedelta(days=400), policy)["points"]["dropped"] == []


def test_leftovers_of_killed_writers_are_removed(root, batch):
    write(root, batch, [("m/a", 10, 1.0)])
    leftover = root / "points" / "org=qichi" / "day=2026-11-23" / "part-left-over.parquet"
    leftover.write_bytes(b"half")
    gone = compaction.vacuum_table(schema.open_table(root), full=True, kept_hours=0)
    assert not leftover.exists()
    assert len(gone) == 1
    assert Reader(root).snapshot().rows == 1


def test_a_full_disk_stops_compaction_without_a_trace(root, batch, monkeypatch):
    for part in range(3):
        write(root, batch, [("m/a", part, 2.0)])
    monkeypatch.setattr("gearpark.lake.storage.MIN_FREE_BYTES", 1 << 60)
    with pytest.raises(Exception, match=r"lake\.disk_full"):
        compaction.run(root, LATER)
    assert Reader(root).snapshot().rows == 3

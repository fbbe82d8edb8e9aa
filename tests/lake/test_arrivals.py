"""What arrived since a version: late rows are news by their arrival, compaction is none."""

from __future__ import annotations

from gearpark.lake import compaction
from gearpark.lake.reader import Reader
from gearpark.lake.writer import Writer

from .conftest import NOW, T0_US

SECOND_US = 1_000_000


def write(root, batch, points, **more):
    writer = Writer(root, durable=False)
    writer.append(batch(writer.mark("gw1.qichi", 1) + 1, points, **more))
    writer.commit()


def test_late_rows_are_news_and_old_ones_are_not(root, batch):
    reader = Reader(root)
    assert reader.arrived("qichi", ["m/a"], -1) == (-1, None)
    write(root, batch, [("m/a", 60, 1.0), ("m/b", 5, 1.0)])
    version, first = reader.arrived("qichi", ["m/a"], -1)
    assert first == T0_US + 60 * SECOND_US
    assert reader.arrived("qichi", ["m/a"], version) == (version, None)
    write(root, batch, [("m/b", 70, 1.0)])
    assert reader.arrived("qichi", ["m/a"], version)[1] is None
    write(root, batch, [("m/a", -3600, 1.0), ("m/a", 80, 2.0)])
    later, first = reader.arrived("qichi", ["m/a", "m/b"], version)
    assert (later > version, first) == (True, T0_US - 3600 * SECOND_US)


def test_compaction_brings_nothing_new_and_loses_nothing(root, batch):
    for second in range(30):
        write(root, batch, [("m/a", second, float(second))])
    reader = Reader(root)
    done, _first = reader.arrived("qichi", ["m/a"], -1)
    compaction.run(root, NOW, min_new_files=2)
    version, first = reader.arrived("qichi", ["m/a"], done)
    assert (version > done, first) == (True, None)
    assert reader.arrived("qichi", ["m/a"], 5)[1] is not None  # came before, rewritten since


def test_a_version_whose_log_is_gone_counts_as_never_seen(root, batch):
    for second in range(3):
        write(root, batch, [("m/a", second, float(second))])
    reader = Reader(root)
    reader.snapshot()
    (root / "points" / "_delta_log" / f"{2:020d}.json").unlink()
    assert reader.arrived("qichi", ["m/a"], 1)[1] == T0_US

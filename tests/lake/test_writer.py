"""Exactly once: marks, duplicates, holes, kills, races, a full disk."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from gearpark.base.problems import Problem
from gearpark.lake import schema
from gearpark.lake.reader import Reader
from gearpark.lake.writer import MAX_HELD_BATCHES, Batch, Outcome, Writer

from .conftest import T0_US

KEY = ("gw1.qichi", 1)


def stored(root: Path, tag: str = "m/a") -> list[float]:
    return Reader(root).observations("qichi", [tag], T0_US - 10**12, T0_US + 10**12)[tag].num.tolist()


def test_a_commit_stores_points_and_mark_together(root, batch):
    writer = Writer(root)
    assert writer.append(batch(1, [("m/a", 0, 1.0), ("m/b", 0, "RUN", 0x80310000)])) is Outcome.ACCEPTED
    assert writer.commit() == {KEY: 1}
    assert writer.commit() == {}
    assert Writer(root).mark(*KEY) == 1
    series = Reader(root).observations("qichi", ["m/a", "m/b"], T0_US, T0_US + 1)
    assert series["m/a"].value(0) == 1.0
    assert (series["m/b"].value(0), series["m/b"].status[0]) == ("RUN", 0x80310000)


def test_a_batch_sent_again_is_a_duplicate_before_and_after_the_commit_and_in_a_new_process(root, batch):
    writer = Writer(root)
    writer.append(batch(1, [("m/a", 0, 1.0)]))
    assert writer.append(batch(1, [("m/a", 0, 1.0)])) is Outcome.DUPLICATE
    writer.commit()
    assert writer.append(batch(1, [("m/a", 0, 1.0)])) is Outcome.DUPLICATE
    assert Writer(root).append(batch(1, [("m/a", 0, 1.0)])) is Outcome.DUPLICATE
    assert stored(root) == [1.0]


def test_what_lies_past_a_hole_is_held_and_never_acknowledged(root, batch):
    writer = Writer(root)
    assert writer.append(batch(1, [("m/a", 1, 1.0)])) is Outcome.ACCEPTED
    assert writer.append(batch(4, [("m/a", 4, 4.0)])) is Outcome.HELD
    assert writer.append(batch(3, [("m/a", 3, 3.0)])) is Outcome.HELD
    assert writer.held() == {KEY: (2, 2)}
    assert writer.commit() == {KEY: 1}
    assert stored(root) == [1.0]
    assert writer.append(batch(2, [("m/a", 2, 2.0)])) is Outcome.ACCEPTED
    assert writer.commit() == {KEY: 4}
    assert stored(root) == [1.0, 2.0, 3.0, 4.0]


def test_a_source_may_say_that_the_hole_will_never_be_filled(root, batch):
    writer = Writer(root)
    writer.append(batch(5, [("m/a", 5, 5.0)]))
    assert writer.skip_to("gw1.qichi", 1, 5) == 4
    assert writer.commit() == {KEY: 5}
    assert writer.skip_to("gw1.qichi", 1, 3) == 0


def test_held_batches_are_bounded(root, batch, monkeypatch):
    monkeypatch.setattr("gearpark.lake.writer.MAX_HELD_BATCHES", 2)
    assert MAX_HELD_BATCHES > 2
    writer = Writer(root)
    assert [writer.append(batch(n, [])) for n in (3, 4, 5)] == [Outcome.HELD, Outcome.HELD, Outcome.REFUSED]


def test_pending_points_are_bounded(root, batch, monkeypatch):
    monkeypatch.setattr("gearpark.lake.writer.MAX_PENDING_POINTS", 3)
    writer = Writer(root)
    writer.append(batch(1, [("m/a", 1, 1.0), ("m/a", 2, 2.0)]))
    with pytest.raises(Problem) as caught:
        writer.append(batch(2, [("m/a", 3, 3.0), ("m/a", 4, 4.0)]))
    assert caught.value.code == "lake.writer_full"
    writer.commit()
    assert writer.append(batch(2, [("m/a", 3, 3.0), ("m/a", 4, 4.0)])) is Outcome.ACCEPTED


def test_two_writers_of_one_boot_cannot_both_store_a_batch(root, batch):
    first, second = Writer(root), Writer(root)
    first.append(batch(1, [("m/a", 1, 1.0)]))
    second.append(batch(1, [("m/a", 1, 1.0)]))
    assert first.commit() == {KEY: 1}
    with pytest.raises(Problem) as caught:
        second.commit()
    assert caught.value.code == "lake.conflict"
    assert second.append(batch(1, [("m/a", 1, 1.0)])) is Outcome.DUPLICATE
    assert stored(root) == [1.0]


def test_writers_of_different_boots_do_not_disturb_each_other(root, batch):
    first, second = Writer(root), Writer(root)
    first.append(batch(1, [("m/a", 1, 1.0)]))
    second.append(batch(1, [("m/a", 2, 2.0)], boot=2))
    assert first.commit() == {KEY: 1}
    assert second.commit() == {("gw1.qichi", 2): 1}
    assert stored(root) == [1.0, 2.0]


def test_columns_of_different_length_are_refused(root):
    with pytest.raises(Problem) as caught:
        Writer(root).append(Batch("qichi", "g", 1, 1, ["m/a"], [1, 2], [1.0]))
    assert caught.value.code == "lake.batch_shape"


def test_a_source_time_that_is_no_time_is_left_out_and_counted(root, batch):
    writer = Writer(root)
    writer.append(Batch("qichi", "gw1.qichi", 1, 1, ["m/a", "m/a"], [-5, T0_US], [1.0, 2.0]))
    assert writer.commit() == {KEY: 1}
    assert writer.rejected_points == 1
    assert stored(root) == [2.0]


def test_a_nearly_full_disk_refuses_before_it_writes_and_loses_nothing(root, batch):
    writer = Writer(root, min_free_bytes=1 << 60)
    writer.append(batch(1, [("m/a", 1, 1.0)]))
    with pytest.raises(Problem) as caught:
        writer.commit()
    assert (caught.value.code, caught.value.status) == ("lake.disk_full", 507)
    assert writer.marks() == {KEY: 0}
    writer.min_free_bytes = 0
    assert writer.commit() == {KEY: 1}


FULL = """
import resource, sys
from gearpark.base.problems import Problem
from gearpark.lake.writer import Batch, Writer
root, limit = sys.argv[1], int(sys.argv[2])
writer = Writer(root, min_free_bytes=0)
n = 200_000
writer.append(Batch("qichi", "gw1.qichi", 1, 1, ["m/a"] * n, list(range(n)), [float(i) ** 1.5 for i in range(n)]))
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
try:
    writer.commit()
    print("stored")
except Problem as problem:
    print(problem.code)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
print(writer.commit())
"""


def test_a_write_that_fails_half_way_leaves_the_table_as_it_was_and_may_be_repeated(root):
    """The file size limit cuts the data file off in the middle, as a full disk does."""
    Writer(root)
    done = subprocess.run([sys.executable, "-c", FULL, str(root), "100000"], capture_output=True, text=True)
    assert done.stdout.splitlines() == ["lake.disk_full", "{('gw1.qichi', 1): 1}"], done.stderr
    assert Reader(root).snapshot().rows == 200_000


KILLED = """
import sys
from gearpark.lake.writer import Batch, Writer
writer = Writer(sys.argv[1])
seq = writer.mark("gw1.qichi", 1)
while True:
    seq += 1
    writer.append(Batch("qichi", "gw1.qichi", 1, seq, ["m/a"] * 10, [seq * 10 + i for i in range(10)], [float(seq)] * 10))
    print(*writer.commit().values(), flush=True)
"""


def test_kill_nine_at_random_moments_loses_nothing_acknowledged_and_doubles_nothing(root):
    acknowledged = 0
    for round_ in range(4):
        process = subprocess.Popen(
            [sys.executable, "-c", KILLED, str(root)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        for _ in range(3 + round_):
            acknowledged = int(process.stdout.readline())
        os.kill(process.pid, signal.SIGKILL)
        rest = process.communicate()[0].split()
        acknowledged = int(rest[-1]) if rest else acknowledged
    table = schema.open_table(root)
    mark = table.transaction_version("gw1.qichi:1")
    assert mark >= acknowledged
    series = Reader(root).observations("qichi", ["m/a"], 0, T0_US)["m/a"]
    assert series.at_us.tolist() == [seq * 10 + i for seq in range(1, mark + 1) for i in range(10)]


def test_the_delta_log_stays_short(root, batch):
    writer = Writer(root, durable=False)
    for seq in range(1, 2 * schema.CHECKPOINT_EVERY + 2):
        writer.append(batch(seq, [("m/a", seq, float(seq))]))
        writer.commit()
    log = root / "points" / "_delta_log"
    last = json.loads((log / "_last_checkpoint").read_text())
    assert writer.version - last["version"] < schema.CHECKPOINT_EVERY

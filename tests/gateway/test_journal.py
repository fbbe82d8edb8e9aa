"""The journal: durable before it answers, in order, trimmed by acknowledgement, bounded."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gearpark.base.problems import Problem
from gearpark.base.wire import Observation, Status
from gearpark.bus.sparkplug import columns, decode
from gearpark.gateway.journal import Journal, JournalRow

NOW_US = 1_790_000_000_000_000
SOURCE = "gw1.qichi"
LIMIT_S = 10


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "gw1.db"


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    found = Journal.open(path, "gw1", flush_s=0.02)
    yield found
    found.close()


def put(journal: Journal, *observations: Observation, historical: bool = False) -> None:
    journal.put(SOURCE, observations, historical).result(LIMIT_S)


def at(signal: str, second: int, value: object = 1.0, status: int = 0) -> Observation:
    return Observation(f"d1/{signal}", NOW_US + second * 1_000_000, value, status)  # type: ignore[arg-type]


def content(journal: Journal, rows: list[JournalRow]) -> list[tuple[str, int, object, int]]:
    """(tag, at_us, value, status) of rows, decoded through the alias table."""
    names = {row.alias: f"{row.device}/{row.signal}" for row in journal.aliases(SOURCE)}
    found = []
    for row in rows:
        read = columns(decode(row.body))
        for key, at_us, value, status in zip(read.keys, read.at_us, read.values, read.statuses, strict=True):
            found.append((names[key], at_us, value, status))  # type: ignore[index]
    return found


def rows(journal: Journal, boot: int | None = None) -> list[JournalRow]:
    return journal.unsent(SOURCE, boot or journal.boot(SOURCE), 0, 10_000)


def committed(journal: Journal, true: Callable[[], bool]) -> None:
    """Wait until a condition holds after a commit."""
    woken = threading.Event()
    journal.on_commit = woken.set
    while not true():
        assert woken.wait(LIMIT_S)
        woken.clear()


def test_put_answers_when_it_is_on_disk_in_order(journal: Journal) -> None:
    put(journal, at("a", 1, 1.5), at("b", 1, "Executing"))
    put(journal, at("a", 2, None, int(Status.BAD_TIMEOUT)))
    found = rows(journal)
    assert [row.seq for row in found] == [1, 2]
    assert content(journal, found) == [
        ("d1/a", NOW_US + 1_000_000, 1.5, 0),
        ("d1/b", NOW_US + 1_000_000, "Executing", 0),
        ("d1/a", NOW_US + 2_000_000, None, int(Status.BAD_TIMEOUT)),
    ]


def test_rows_of_one_device_each_and_historical_ones_apart(journal: Journal) -> None:
    two = [Observation(f"{device}/s", NOW_US, 1.0) for device in ("d1", "d2")]
    put(journal, *two)
    put(journal, at("s", 5), historical=True)
    assert sorted((row.device, row.historical) for row in rows(journal)) == [
        ("d1", False),
        ("d1", True),
        ("d2", False),
    ]


def test_a_long_batch_is_cut(journal: Journal) -> None:
    put(journal, *[at("s", second) for second in range(2500)])
    assert [row.points for row in rows(journal)] == [1000, 1000, 500]


def test_acknowledged_rows_go(journal: Journal) -> None:
    for second in range(5):
        put(journal, at("s", second))
    journal.ack(SOURCE, journal.boot(SOURCE), 3)
    committed(journal, lambda: journal.stats().rows == 2)
    assert [row.seq for row in rows(journal)] == [4, 5]
    journal.ack(SOURCE, journal.boot(SOURCE), 3)
    journal.ack(SOURCE, journal.boot(SOURCE), 5)
    committed(journal, lambda: journal.stats().rows == 0)
    assert (journal.stats().bytes, journal.stats().oldest_us) == (0, None)


def test_a_restart_keeps_rows_and_numbers_and_takes_a_new_boot(path: Path, journal: Journal) -> None:
    put(journal, at("a", 1), at("b", 1))
    before, boot = journal.aliases(SOURCE), journal.boot(SOURCE)
    journal.close()
    again = Journal.open(path, "gw1", flush_s=0.02)
    try:
        assert again.boot(SOURCE) > boot
        assert again.aliases(SOURCE) == before
        put(again, at("c", 1), at("a", 2))
        assert {row.alias for row in again.aliases(SOURCE)} == {1, 2, 3}
        assert [entry[0] for entry in again.boots(SOURCE)] == [boot, again.boot(SOURCE)]
        assert len(rows(again, boot)) == 1
    finally:
        again.close()


def test_a_boot_never_comes_twice_even_when_the_file_is_gone(path: Path, journal: Journal) -> None:
    boot = journal.new_boot(SOURCE) + 1
    journal.new_boot(SOURCE)
    journal.close()
    for file in path.parent.iterdir():
        file.unlink()
    again = Journal.open(path, "gw1")
    try:
        assert again.boot(SOURCE) >= boot - 2
    finally:
        again.close()


def test_a_new_boot_begins_at_seq_1(journal: Journal) -> None:
    put(journal, at("s", 1))
    old = journal.boot(SOURCE)
    new = journal.new_boot(SOURCE)
    put(journal, at("s", 2))
    assert new > old
    assert [(row.boot, row.seq) for row in rows(journal)] == [(new, 1)]
    assert journal.before(SOURCE, old, 10) == 1


@pytest.mark.parametrize(
    ("value", "reason"),
    [(math.nan, "not_finite"), (math.inf, "not_finite"), (10**400, "not_finite"), ("x" * 5000, "text_too_long"),
     ("\ud800", "text_not_unicode"), (b"x", "not_a_value")],
)  # fmt: skip
def test_a_value_that_cannot_be_kept_is_an_explicit_bad_one(
    journal: Journal, value: object, reason: str
) -> None:
    put(journal, at("s", 1, value))
    assert [(v, s) for _, _, v, s in content(journal, rows(journal))] == [
        (None, int(Status.BAD_OUT_OF_RANGE))
    ]
    assert journal.stats().rejected == {reason: 1}


@pytest.mark.parametrize(("value", "kept"), [(True, 1.0), (False, 0.0), (7, 7.0), ("", "")])
def test_values_that_are_brought_to_number_or_text(journal: Journal, value: object, kept: object) -> None:
    put(journal, at("s", 1, value))
    assert [v for _, _, v, _ in content(journal, rows(journal))] == [kept]


def test_a_time_that_is_none_is_counted_and_does_not_block(journal: Journal) -> None:
    put(journal, Observation("d1/s", -5, 1.0), Observation("d1/s", 1 << 62, 1.0))
    assert journal.stats().rejected == {"time_out_of_range": 2}
    assert rows(journal) == []


@pytest.mark.parametrize("tag", ["D1/s", "d1", "d1/", "d1/a b", "/s", "d1/" + "x" * 200])
def test_an_illegal_tag_is_refused(journal: Journal, tag: str) -> None:
    with pytest.raises(Problem) as refused:
        journal.put(SOURCE, [Observation(tag, NOW_US, 1.0)])
    assert refused.value.code.startswith("base.")


def test_one_journal_one_process(path: Path, journal: Journal) -> None:
    with pytest.raises(Problem) as refused:
        Journal.open(path, "gw1")
    assert refused.value.code == "journal.in_use"


def test_closed_means_closed(path: Path) -> None:
    journal = Journal.open(path, "gw1")
    waiting = journal.put(SOURCE, [at("s", 1)])
    journal.close()
    assert waiting.result(0) is None, "what was put before closing is committed"
    with pytest.raises(Problem) as refused:
        journal.put(SOURCE, [at("s", 2)])
    assert refused.value.code == "journal.closed"
    assert journal.stats().state == "closed"


def test_a_full_budget_refuses_and_says_so_on_the_way(path: Path) -> None:
    journal = Journal.open(path, "gw1", budget_bytes=10_000, flush_s=0.0)
    seen, second = set(), 0
    try:
        while journal.stats().state != "full":
            put(journal, at("s", second, float(second)))
            seen.add(journal.stats().state)
            second += 1
        with pytest.raises(Problem) as refused:
            put(journal, at("s", second, 1.0))
        assert refused.value.code == "journal.full"
        assert seen == {"ok", "warning", "critical", "full"}
        assert len(content(journal, rows(journal))) == second, "everything taken is still there"
        journal.ack(SOURCE, journal.boot(SOURCE), second - 5)
        committed(journal, lambda: journal.stats().state == "ok")
        put(journal, at("s", second))
    finally:
        journal.close()


def test_drop_oldest_leaves_a_gap_record_for_every_signal_dropped(path: Path) -> None:
    journal = Journal.open(path, "gw1", budget_bytes=15_000, policy="drop_oldest", flush_s=0.0)
    try:
        second = 0
        while journal.stats().dropped_points == 0:
            put(journal, at("a", second), at("b", second, "x"))
            second += 1
        for more in range(5):
            put(journal, at("a", second + more), at("b", second + more, "x"))
        found = content(journal, rows(journal))
        dropped = journal.stats().dropped_points
        gaps = [entry for entry in found if entry[3] == int(Status.BAD_DATA_LOST)]
        kept = [entry for entry in found if entry[3] == 0]
        assert {entry[0] for entry in gaps} == {"d1/a", "d1/b"}
        assert all(entry[1] == NOW_US for entry in gaps), "the gap begins where the first lost value was"
        assert len(kept) + dropped == 2 * (second + 5)
        assert journal.stats().bytes <= 15_000
        seqs = [row.seq for row in rows(journal)]
        assert seqs == list(range(seqs[0], seqs[-1] + 1))
    finally:
        journal.close()


BATCHES = st.lists(
    st.lists(
        st.tuples(
            st.sampled_from("abc"), st.integers(0, 50), st.one_of(st.floats(-1e9, 1e9), st.text(max_size=5))
        ),
        min_size=1,
        max_size=8,
    ),
    max_size=8,
)


@settings(max_examples=25, deadline=None)
@given(batches=BATCHES, cut=st.integers(0, 8))
def test_whatever_is_put_and_not_acknowledged_is_found_after_reopening(
    batches: list[list[tuple[str, int, object]]], cut: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("law") / "gw1.db"
    journal = Journal.open(path, "gw1", flush_s=0.0)
    boot = journal.boot(SOURCE)
    expected = []
    for batch in batches:
        put(journal, *[at(signal, second, value) for signal, second, value in batch])
        expected.append([(f"d1/{s}", NOW_US + second * 1_000_000, value, 0) for s, second, value in batch])
    seqs = [row.seq for row in rows(journal)]
    acked = min(cut, len(seqs))
    if acked:
        journal.ack(SOURCE, boot, seqs[acked - 1])
    journal.close()
    again = Journal.open(path, "gw1")
    try:
        flat = [entry for batch in expected for entry in batch]
        found = content(again, rows(again, boot))
        assert found == flat[len(flat) - len(found) :]
        assert [row.seq for row in rows(again, boot)] == seqs[acked:]
    finally:
        again.close()

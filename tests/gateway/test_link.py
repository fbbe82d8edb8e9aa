"""The link: checks, duplicates, back-pressure, what is said when nothing is known. Real runner, real clocks faked by
passing them in."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.gateway.rig import Kept, Marks, until, wanted

from gearpark.base.problems import Problem
from gearpark.base.wire import Observation, Status
from gearpark.gateway.bookmarks import BookmarkFile
from gearpark.gateway.health import connection_health
from gearpark.gateway.link import Link
from gearpark.gateway.runner import Backoff, run_connection
from gearpark.gateway.wanted import check_url, parse

NOW_US = 1_795_000_000_000_000
LOST = int(Status.UNCERTAIN_NO_COMMUNICATION)


class Clock:
    """Both clocks of a link, moved by hand."""

    def __init__(self) -> None:
        self.us = NOW_US

    def now_us(self) -> int:
        return self.us

    def monotonic(self) -> float:
        return self.us / 1e6

    def forward(self, seconds: float) -> None:
        self.us += int(seconds * 1e6)


def link_of(
    sink: Any, clock: Clock, marks: Any = None, interval_s: float | None = None, **options: float
) -> Link:
    signals = [{"name": "load", "interval_s": interval_s}, {"name": "mode", "kind": "state"}]
    entry = wanted("shdr", "shdr://127.0.0.1:1", signals, **options)
    return Link(entry, sink, marks or Marks(), now_us=clock.now_us, monotonic=clock.monotonic)


def load(value: float | None, at_us: int = NOW_US, status: int = 0) -> Observation:
    return Observation("m1/load", at_us, value, status)


async def test_duplicates_by_time_value_and_status() -> None:
    sink, clock = Kept(), Clock()
    link = link_of(sink, clock)
    await link.put(
        [load(1.0), load(1.0), load(2.0), load(1.0), load(1.0, status=LOST), load(1.0, NOW_US - 5)]
    )
    assert [(one.value, one.at_us, one.status) for one in sink.live] == [
        (1.0, NOW_US, 0), (2.0, NOW_US, 0), (1.0, NOW_US, 0), (1.0, NOW_US, LOST), (1.0, NOW_US - 5, 0),
    ]  # fmt: skip
    assert link.counters.duplicates == 1


async def test_unknown_tags_and_ancient_times_are_rejected_future_is_kept() -> None:
    sink, clock = Kept(), Clock()
    link = link_of(sink, clock)
    await link.put([Observation("m1/none", NOW_US, 1.0), load(1.0, 5), load(3.0, NOW_US + 3_600_000_000)])
    assert link.counters.rejected == {"unknown_tag": 1, "time_too_old": 1}
    assert [one.value for one in sink.live] == [3.0]
    assert link.counters.future == 1
    assert link.last_value_us == 0


async def test_a_full_journal_holds_the_source_back_and_loses_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Full(Kept):
        left = 2

        async def put(self, org: str, observations: list[Observation], *, historical: bool = False) -> None:
            if self.left:
                self.left -= 1
                raise Problem("journal.full", "The journal is full.", status=507)
            await super().put(org, observations, historical=historical)

    monkeypatch.setattr("gearpark.gateway.link.JOURNAL_RETRY_S", 0.01)
    sink = Full()
    link = link_of(sink, Clock())
    link.say("ok")
    putting = asyncio.create_task(link.put([load(1.0)]))
    await until(lambda: link.state == "stalled")
    assert link.busy
    await putting
    assert [one.value for one in sink.live] == [1.0]


async def test_a_value_that_was_not_stored_is_no_duplicate_when_sent_again() -> None:
    sink = Kept()
    link = link_of(sink, Clock())
    sink.closed.clear()
    putting = asyncio.create_task(link.put([load(1.0)]))
    await until(lambda: link.busy)
    putting.cancel()
    await asyncio.gather(putting, return_exceptions=True)
    sink.closed.set()
    await link.put([load(1.0)])
    assert [one.value for one in sink.live] == [1.0]


async def test_stale_signals_are_marked_once_and_confirmed_on_return() -> None:
    sink, clock = Kept(), Clock()
    link = link_of(sink, clock, interval_s=1.0)
    await link.put([load(1.0), Observation("m1/mode", NOW_US, "auto")])
    clock.forward(1.9)
    assert link.stale() == []
    clock.forward(0.2)
    assert link.stale() == ["m1/load"]
    assert await link.mark_lost(link.stale()) == 1
    assert await link.mark_lost(["m1/load"]) == 0
    lost_us = sink.live[-1].at_us
    clock.forward(10)
    await link.put([load(1.0)], confirmed_us=clock.us)
    confirmed = sink.live[-1]
    assert (confirmed.value, confirmed.status) == (1.0, 0)
    assert lost_us < confirmed.at_us <= clock.us
    assert link.unknown() == []


async def test_records_about_a_skewed_source_are_on_its_own_time_line() -> None:
    sink, clock = Kept(), Clock()
    link = link_of(sink, clock)
    hour = 3_600_000_000
    link.clock(NOW_US - hour)
    await link.put([load(1.0, NOW_US - hour)])
    await link.mark_lost()
    assert sink.live[-1].at_us == NOW_US - hour + 1
    assert link.clock_offset_s == -3600.0


async def test_a_crash_of_the_gateway_is_a_gap_from_when_it_was_last_alive() -> None:
    sink, clock, marks = Kept(), Clock(), Marks()
    link = link_of(sink, clock, marks)
    await link.put([load(1.0)])
    clock.forward(4)
    link.remember()
    alive_us = clock.us
    clock.forward(600)
    again = link_of(sink, clock, marks)
    await again.resume()
    assert sink.live[-1] == load(None, alive_us, LOST)
    await again.put([load(1.0)], confirmed_us=clock.us)
    assert sink.live[-1].value == 1.0
    assert sink.live[-1].at_us > alive_us
    stopped = link_of(sink, clock, marks)
    stopped.remember(stopped=True)
    stored = len(sink.live)
    await link_of(sink, clock, marks).resume()
    assert len(sink.live) == stored


@given(st.lists(st.tuples(st.integers(0, 50), st.sampled_from([1.0, 2.0]))))
def test_every_distinct_observation_is_kept_in_any_order(rows: list[tuple[int, float]]) -> None:
    sink = Kept()
    link = link_of(sink, Clock())
    asyncio.run(link.put([load(value, NOW_US - second * 1_000_000) for second, value in rows]))
    kept = {(one.at_us, one.value) for one in sink.live}
    assert kept == {(NOW_US - second * 1_000_000, value) for second, value in rows}


def test_waits_grow_and_are_bounded() -> None:
    backoff = Backoff(random.Random(7))
    waits = [backoff.wait_s() for _ in range(10)]
    assert 0.3 < waits[0] <= 0.5
    assert 15 <= max(waits) <= 20
    backoff.reset()
    assert backoff.wait_s() <= 0.5


async def test_one_bad_source_never_ends_the_runner() -> None:
    entry = wanted("shdr", "shdr://127.0.0.1:9", [{"name": "load"}])
    link = Link(entry, Kept(), Marks())
    lost: list[Link] = []
    task = asyncio.create_task(run_connection(link, rng=random.Random(1), on_lost=lost.append))
    await until(lambda: link.reconnects >= 2)
    assert link.state == "failed"
    assert "does not answer" in link.last_error
    assert len(lost) >= 2
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert link.state == "stopped"


def test_bookmarks_survive_and_damage_is_said(tmp_path: Any) -> None:
    path = tmp_path / "marks.json"
    marks = BookmarkFile(path)
    marks.set("c1", {"next_sequence": 5})
    marks.set("c2", {"next_sequence": 6})
    marks.keep_only(frozenset({"c1"}))
    marks.flush()
    again = BookmarkFile(path)
    assert again.get("c1") == {"next_sequence": 5}
    assert again.get("c2") == {}
    path.write_text('{"c1": {"next', "utf-8")
    assert "could not be read" in BookmarkFile(path).damaged


def test_one_bad_connection_does_not_spoil_the_document() -> None:
    good = {"id": "a", "org": "qichi", "protocol": "shdr", "url": "shdr://h:1", "assets": []}
    found = parse(
        {
            "gateway": "gw1",
            "connections": [
                good,
                {**good, "id": "b", "protocol": "smoke"},
                {**good, "id": "c", "url": "http://h"},
                {**good, "id": "a"},
                {**good, "id": "d", "assets": [{"id": "Not Legal"}]},
                {**good, "id": "e", "assets": [{"id": "m", "signals": [{"name": "s", "interval_s": -1}]}]},
                {**good, "id": "f", "assets": [{"id": "m", "signals": [{"name": "s"}, {"name": "s"}]}]},
                {**good, "id": "g", "options": {"max_points_per_s": "lots"}},
                {**good, "org": "qijiang/x", "id": "h"},
                "nonsense",
            ],
        }
    )
    assert [one.id for one in found.connections] == ["a"]
    assert len(found.rejected) == 9
    for document in (None, [], {"connections": 5}):
        with pytest.raises(Problem):
            parse(document)


def test_no_password_is_shown() -> None:
    secret = "opc.tcp://operator:s3cret@10.0.0.5:4840/x@y"
    entry = wanted("opcua", secret, [{"name": "load"}])
    link = Link(entry, Kept(), Marks())
    assert entry.shown_url == "opc.tcp://10.0.0.5:4840/x@y"
    assert "s3cret" not in str(connection_health(link))
    with pytest.raises(Problem) as caught:
        check_url("mtconnect", secret)
    assert "s3cret" not in caught.value.sentence

"""Parts followed from the lake: exactly once, whatever order rows come in and wherever it is cut off."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection, transaction

from gearpark.base.scope import Scope
from gearpark.base.time import from_us, to_us
from gearpark.contexts.shopfloor.models import OperationRun, Serial
from gearpark.contexts.shopfloor.public import LineInfo
from gearpark.contexts.shopfloor.queries import trace
from gearpark.contexts.shopfloor.queries.source import reader
from gearpark.contexts.shopfloor.services import follow
from gearpark.contexts.shopfloor.services.follow import follow_line
from gearpark.contexts.shopfloor.types.trace import Cause, FactKind
from gearpark.kit.tenant import acting
from gearpark.lake.reader import Reader

from .plant import HOUR_US, Point, history, write

START = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
START_US = to_us(START)
S = 1_000_000
Line = tuple[Scope, LineInfo, Path]


@pytest.fixture
def line(lake_root: Path, demo_lines: list[LineInfo], scope_of: Callable[..., Scope]) -> Line:
    return scope_of("qichi"), demo_lines[0], lake_root


def everything(scope: Scope) -> list[tuple[object, ...]]:
    """All that is known of all parts, in an order that does not depend on how it came."""
    with acting(scope), connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.serial, s.status, r.station, r.begun_at, r.ended_at, r.result, r.reason FROM shopfloor_run r"
            " JOIN shopfloor_serial s ON s.id = r.serial_id ORDER BY 1, 4, 3"
        )
        runs = cursor.fetchall()
        cursor.execute(
            "SELECT s.serial, f.at, t.kind, t.key, f.value, f.station FROM shopfloor_fact f"
            " JOIN shopfloor_serial s ON s.id = f.serial_id JOIN shopfloor_thing t ON t.id = f.thing_id"
            " WHERE NOT EXISTS (SELECT 1 FROM shopfloor_fact_error e WHERE e.serial_id = f.serial_id"
            " AND e.at = f.at AND e.thing_id = f.thing_id) ORDER BY 1, 2, 3, 4"
        )
        facts = cursor.fetchall()
        cursor.execute(
            "SELECT s.serial, m.at, t.key, w.value, t.spec ->> 'upper' FROM shopfloor_measured m"
            " CROSS JOIN LATERAL unnest(m.keys, m.values) w(thing, value) JOIN shopfloor_thing t ON t.id = w.thing"
            " JOIN shopfloor_serial s ON s.id = m.serial_id ORDER BY 1, 2, 3"
        )
        return [*runs, *facts, *cursor.fetchall()]


def batches_in_disorder(points: list[Point], seed: int) -> list[list[Point]]:
    """What gateways do at their worst: batches of two minutes each, whole, in any order, some of them twice."""
    batches: dict[int, list[Point]] = defaultdict(list)
    for point in points:
        batches[point[1] // (120 * S)].append(point)
    rng = random.Random(seed)
    whole = list(batches.values())
    bad = whole + rng.sample(whole, len(whole) // 10)
    rng.shuffle(bad)
    return bad


def told(code: str, *rows: tuple[float, str, object]) -> list[tuple[str, int, float | str, int]]:
    """(second, signal, value) of a station of line 1 as points."""
    return [(f"qc-l1-{code}/{signal}", START_US + round(at * S), value, 0) for at, signal, value in rows]  # type: ignore[misc]


def test_a_shift_becomes_serials_runs_and_facts(line: Line) -> None:
    scope, info, root = line
    end_us = START_US + HOUR_US
    write(root, "qichi", history("qc-l1", START_US, end_us))
    now = from_us(end_us)
    assert follow_line(scope, reader(), info, now) > 0
    before = everything(scope)
    assert follow_line(scope, reader(), info, now) == 0
    assert everything(scope) == before
    with acting(scope):
        done = Serial.objects.of(scope).filter(status="good").order_by("-pk").first()
        assert done is not None
        assert OperationRun.objects.of(scope).filter(ended_at=None).exists()
    story = trace.passport(scope, done.pk)
    kinds = {fact.kind for fact in story.facts}
    assert kinds >= {FactKind.MACHINE, FactKind.PROGRAM, FactKind.TOOL, FactKind.VALUE, FactKind.TEST}
    assert [run.op for run in story.runs] == sorted(run.op for run in story.runs)
    bores = [fact for fact in story.facts if fact.key == "bore_1_um"]
    assert (len(bores), bores[0].station, bores[0].inside) == (1, "cmm90", True)
    tool = next(fact for fact in story.facts if fact.kind is FactKind.TOOL)
    found = trace.trace_down(scope, Cause(FactKind.TOOL, tool.key))
    assert done.serial in {part.serial for part in found.parts}


@pytest.mark.parametrize("seed", [5, 6, 7])
def test_late_shuffled_doubled_batches_give_the_same(line: Line, tmp_path: Path, seed: int) -> None:
    scope, info, root = line
    end_us = START_US + HOUR_US // 2
    now = from_us(end_us)
    points = history("qc-l1", START_US, end_us)
    write(tmp_path / "ordered", "qichi", points)
    with acting(scope):
        follow_line(scope, Reader(tmp_path / "ordered"), info, now)
        ordered = everything(scope)
        transaction.set_rollback(True)
    assert everything(scope) == []
    bad = batches_in_disorder(points, seed)
    share = len(bad) // 6 + 1
    for first in range(0, len(bad), share):
        write(root, "qichi", [point for batch in bad[first : first + share] for point in batch])
        follow_line(scope, reader(), info, now)
    assert len(ordered) > 100
    assert everything(scope) == ordered


def test_a_back_fill_after_an_outage_puts_right_what_nobody_saw(line: Line) -> None:
    scope, info, root = line
    beats = [
        (f"qc-l1-{code}/power_kw", START_US + n * 60 * S, float(n), 0)
        for n in range(120)
        for code in ("op10a", "op20a")
    ]
    outage = range(START_US + 600 * S, START_US + 3600 * S)
    live = [beat for beat in beats if beat[1] not in outage]
    before = told(
        "op10a", (30, "program", "H12-M-OP10"), (60, "part_serial", "P-1"), (60, "work_order", "WO-7")
    )
    after = told("op10a", (4000, "part_serial", "P-3"), (4400, "part_serial", ""))
    write(root, "qichi", [*before, *after, *live])
    now = START + timedelta(hours=2)
    follow_line(scope, reader(), info, now)
    with acting(scope):
        unseen = OperationRun.objects.of(scope).get(serial__serial="P-1")
        assert (unseen.result, unseen.reason) == ("aborted", "end-not-seen")
        assert unseen.ended_at == START + timedelta(seconds=540)
    missed = told(
        "op10a",
        (700, "part_serial", ""),
        (800, "part_serial", "P-2"),
        (810, "program", "H12-R-OP10"),
        (1100, "part_serial", ""),
    )
    write(root, "qichi", [*missed, *[beat for beat in beats if beat[1] in outage]])
    follow_line(scope, reader(), info, now)
    with acting(scope):
        runs = OperationRun.objects.of(scope).order_by("begun_at")
        found = [(run.serial.serial, run.result, run.ended_at) for run in runs.select_related("serial")]
        part = runs[0].serial_id
    assert found == [
        ("P-1", "good", START + timedelta(seconds=700)),
        ("P-2", "good", START + timedelta(seconds=1100)),
        ("P-3", "good", START + timedelta(seconds=4400)),
    ]
    story = trace.passport(scope, part)
    assert story.part.order == "WO-7"
    assert [fact.key for fact in story.of(FactKind.PROGRAM)] == ["H12-M-OP10"]
    # the third part was cut with the program the second had brought, which only the back-fill told
    third = trace.part_of(scope, "P-3")
    programs = trace.passport(scope, third.id).facts
    assert [(f.key, bool(f.wrong)) for f in programs if f.kind is FactKind.PROGRAM] == [
        ("H12-M-OP10", True),
        ("H12-R-OP10", False),
    ]


def test_a_crash_between_lake_and_database_repeats_and_doubles_nothing(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    scope, info, root = line
    write(root, "qichi", history("qc-l1", START_US, START_US + HOUR_US // 4))
    now = from_us(START_US + HOUR_US // 4)
    real = follow.add_facts_of_many

    def dies(*args: object) -> int:
        real(*args)  # type: ignore[arg-type]
        raise RuntimeError("killed")

    monkeypatch.setattr(follow, "add_facts_of_many", dies)
    with pytest.raises(RuntimeError):
        follow_line(scope, reader(), info, now)
    assert everything(scope) == []
    monkeypatch.setattr(follow, "add_facts_of_many", real)
    follow_line(scope, reader(), info, now)
    once = everything(scope)
    assert len(once) > 50
    assert len(once) == len(set(once))


def test_a_long_back_fill_goes_in_steps(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    scope, info, root = line
    write(root, "qichi", history("qc-l1", START_US, START_US + HOUR_US // 2))
    now = from_us(START_US + HOUR_US // 2)
    with acting(scope):
        follow_line(scope, reader(), info, now)
        whole = everything(scope)
        transaction.set_rollback(True)
    monkeypatch.setattr(follow, "STEP_US", 600 * S)
    follow_line(scope, reader(), info, now)
    assert everything(scope) == whole


def test_scrap_tools_lots_and_gauges_are_told(line: Line) -> None:
    scope, info, root = line
    points = [
        *told(
            "op10a",
            (0, "part_serial", "P-1"), (0, "work_order", "QC-1"), (5, "program", "H12-M-OP10"), (5, "fixture", "FX-1"),
            (5, "material_lot", "CAST-L1-0007"), (6, "tool", "FM125"), (6, "tool_serial", "FM125-0001"),
            (6, "tool_life", 75.0), (60, "tool", "DR85"), (60, "tool_serial", "DR85-0003"), (300, "part_serial", ""),
        ),
        *told(
            "cmm90",
            (400, "part_serial", "P-1"), (401, "gauge_id", "CMM-PROBE-1"), (500, "bore_1_um", 25.5),
            (500, "threads", "OK"), (500, "part_temp", 21.5), (500, "measure_result", "NOK"),
            (500, "part_result", "NOK"), (500, "scrap_reason", "bore"), (600, "part_serial", ""),
        ),
    ]  # fmt: skip
    write(root, "qichi", points)
    follow_line(scope, reader(), info, START + timedelta(hours=1))
    part = trace.part_of(scope, "P-1")
    assert (part.status, part.order, part.product) == ("scrap", "QC-1", "H12-M")
    story = trace.passport(scope, part.id)
    assert story.runs[-1].reason == "bore"
    said = {(fact.kind.value, fact.key): fact for fact in story.facts}
    assert said["tool", "FM125-0001"].value == 0.25
    assert ("tool", "DR85-0003") in said
    assert said["material", "CAST-L1-0007"].value == 1.0
    assert ("gauge", "CMM-PROBE-1") in said
    assert ("fixture", "FX-1") in said
    assert said["value", "bore_1_um"].inside is False
    assert said["value", "part_temp"].value == 21.5
    assert said["test", "threads"].inside is True
    assert said["test", "measure_result"].inside is False
    bad = trace.recall(scope, Cause(FactKind.GAUGE, "CMM-PROBE-1", since_at=START))
    assert [row.serial for row in bad.parts] == ["P-1"]

"""Control charts on live gauge values: frozen limits judge, holds stop, history is never repainted."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError
from tests.contexts.shopfloor import plant
from tests.factories import registry as make

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.base.time import from_us, to_us
from gearpark.contexts.shopfloor import queries as lines_queries
from gearpark.contexts.shopfloor.models import Line
from gearpark.contexts.shopfloor.models.quality import Sample
from gearpark.contexts.shopfloor.public import LineInfo
from gearpark.contexts.shopfloor.queries import quality as queries
from gearpark.contexts.shopfloor.queries.work.holds import station_holds
from gearpark.contexts.shopfloor.services import quality as services
from gearpark.contexts.shopfloor.services.quality.follow import follow_line, spc_scope
from gearpark.contexts.shopfloor.types.quality import ChartKind
from gearpark.kit.tenant import acting

T0 = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
QUALITY = ("shopfloor.view", "shopfloor.work", "shopfloor.quality")
pytestmark = pytest.mark.django_db


@pytest.fixture
def engineer() -> Scope:
    return make.scope_of("qichi", *QUALITY)


def _fill(
    scope: Scope, count: int, *, start: datetime = T0, value: float | None = None, maker: str = "op40a"
) -> None:
    """Values around 0 in a fixed pattern that breaks no rule, one a minute."""
    pattern = itertools.cycle((0.6, -0.8, 1.1, -0.4, 0.2, -1.2, 0.9, -0.1))
    for i in range(count):
        at = start + timedelta(minutes=i)
        services.add_measurement(
            scope, "qc-l1", "bore_1_um", next(pattern) if value is None else value, at, at, maker=maker
        )


def test_every_measured_characteristic_gets_a_chart_a_maker(
    demo_lines: list[LineInfo], engineer: Scope
) -> None:
    made = services.add_charts(engineer, "qc-l1")
    with acting(engineer):
        found = queries.charts(engineer, line="qc-l1")
    assert len(found) == made
    assert {("bore_1_um", "op40a"), ("bore_1_um", "op40b"), ("flatness_um", "op50a")} <= {
        (item.characteristic.code, item.maker) for item in found
    }
    assert services.add_charts(engineer, "qc-l1") == 0


def test_limits_are_frozen_and_name_where_they_come_from(demo_lines: list[LineInfo], engineer: Scope) -> None:
    chart = services.save_chart(engineer, "qc-l1", "bore_1_um", maker="op40a")
    _fill(engineer, 10)
    with pytest.raises(Problem, match=r"quality\.too_few"):
        services.approve_limits(engineer, chart.id, T0)
    _fill(engineer, 40)
    now = T0 + timedelta(hours=2)
    made = services.approve_limits(engineer, chart.id, now, note="first parts")
    assert (made.version, made.location.estimator, made.location.phase) == (1, "mr_bar/d2", 2)
    assert (made.location.n, len(made.location.data_hash), made.approved_by) == (40, 64, engineer.actor)
    assert (made.data_from, made.data_to) == (T0, T0 + timedelta(minutes=39))


def test_approved_limits_cannot_be_changed_even_by_sql(demo_lines: list[LineInfo], engineer: Scope) -> None:
    chart = services.save_chart(engineer, "qc-l1", "bore_1_um", maker="op40a")
    _fill(engineer, 30)
    services.approve_limits(engineer, chart.id, T0 + timedelta(hours=2))
    with (
        pytest.raises(DatabaseError, match="append-only"),
        acting(engineer),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE shopfloor_limits SET note = 'other'")


def test_a_signal_holds_the_station_until_it_is_closed(demo_lines: list[LineInfo], engineer: Scope) -> None:
    chart = services.save_chart(engineer, "qc-l1", "bore_1_um", maker="op40a")
    _fill(engineer, 40)
    now = T0 + timedelta(hours=2)
    services.approve_limits(engineer, chart.id, now)
    at = now + timedelta(minutes=1)
    _fill(engineer, 1, start=at, value=9.0)
    assert services.judge_chart(engineer, chart.id, at, at) >= 1
    assert services.judge_chart(engineer, chart.id, at, at) == 0
    with acting(engineer):
        (hold,) = station_holds(engineer, "qc-l1")
        found = queries.signals(engineer, open_only=True)
    assert (hold.station, hold.source) == ("op40a", f"spc:{chart.id}")
    assert any(item.held and item.rule == "nelson1" for item in found)
    for item in found:
        with pytest.raises(Problem, match=r"quality\.cause_missing"):
            services.close_signal(engineer, item.id, "", "", at)
        services.close_signal(
            engineer, item.id, "chip on the seat", "seat cleaned", at + timedelta(minutes=5)
        )
    with acting(engineer):
        assert station_holds(engineer, "qc-l1") == []
    with pytest.raises(Problem, match=r"quality\.signal_closed"):
        services.close_signal(engineer, found[0].id, "again", "again", at)


def test_new_rules_leave_what_was_judged_as_it_was(demo_lines: list[LineInfo], engineer: Scope) -> None:
    chart = services.save_chart(engineer, "qc-l1", "bore_1_um", maker="op40a")
    _fill(engineer, 40)
    first = T0 + timedelta(hours=2)
    services.approve_limits(engineer, chart.id, first)
    _fill(engineer, 1, start=first + timedelta(minutes=1), value=9.0)
    services.judge_chart(engineer, chart.id, first, first + timedelta(minutes=1))
    before = [
        (p.at, p.signals, p.ucl) for p in queries.chart_view(engineer, chart.id).points if p.version == 1
    ]
    second = first + timedelta(hours=1)
    services.approve_limits(engineer, chart.id, second, since_at=T0, until_at=first, rules=(), holds=())
    _fill(engineer, 1, start=second + timedelta(minutes=1), value=9.0)
    assert services.judge_chart(engineer, chart.id, second, second + timedelta(minutes=1)) == 0
    view = queries.chart_view(engineer, chart.id)
    assert [(p.at, p.signals, p.ucl) for p in view.points if p.version == 1] == before
    assert [p.signals for p in view.points if p.version == 2] == [()]
    assert [item.version for item in view.history] == [1, 2]


def test_late_values_are_signalled_but_stop_nothing(demo_lines: list[LineInfo], engineer: Scope) -> None:
    chart = services.save_chart(engineer, "qc-l1", "bore_1_um", maker="op40a")
    _fill(engineer, 40)
    now = T0 + timedelta(hours=2)
    services.approve_limits(engineer, chart.id, now)
    _fill(engineer, 1, start=now + timedelta(minutes=10))
    services.judge_chart(engineer, chart.id, now, now + timedelta(minutes=10))
    _fill(engineer, 1, start=now + timedelta(minutes=5), value=9.0)
    assert (
        services.judge_chart(engineer, chart.id, now + timedelta(minutes=5), now + timedelta(minutes=11)) == 1
    )
    with acting(engineer):
        assert station_holds(engineer) == []
        assert [item.late for item in queries.signals(engineer)] == [True]


def test_a_value_left_out_counts_in_no_limit(demo_lines: list[LineInfo], engineer: Scope) -> None:
    chart = services.save_chart(engineer, "qc-l1", "bore_1_um", maker="op40a")
    _fill(engineer, 40)
    _fill(engineer, 1, start=T0 + timedelta(minutes=50), value=500.0)
    with acting(engineer):
        wrong = Sample.objects.of(engineer).get(value=500.0)
    services.leave_out(engineer, wrong.pk, "master part measured")
    made = services.approve_limits(engineer, chart.id, T0 + timedelta(hours=2))
    assert made.location.n == 40
    assert len(queries.chart_view(engineer, chart.id).left_out) == 1


@pytest.mark.parametrize("kind", [ChartKind.XBAR_R, ChartKind.XBAR_S, ChartKind.EWMA, ChartKind.CUSUM])
def test_other_charts_judge_too(demo_lines: list[LineInfo], engineer: Scope, kind: ChartKind) -> None:
    size = 4 if kind in (ChartKind.XBAR_R, ChartKind.XBAR_S) else 1
    chart = services.save_chart(engineer, "qc-l1", "bore_1_um", kind=kind, size=size)
    _fill(engineer, 100)
    now = T0 + timedelta(hours=3)
    services.approve_limits(engineer, chart.id, now)
    _fill(engineer, 24, start=now + timedelta(minutes=1), value=3.0)
    end = now + timedelta(minutes=25)
    assert services.judge_chart(engineer, chart.id, now, end) >= 1
    assert queries.chart_view(engineer, chart.id).judged


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"characteristic": "nothing"}, "quality.characteristic_unknown"),
        ({"maker": "op10a"}, "quality.maker_unknown"),
        ({"size": 5}, "quality.size"),
        ({"kind": ChartKind.XBAR_R, "size": 1}, "quality.size"),
    ],
)
def test_charts_that_make_no_sense_are_refused(
    demo_lines: list[LineInfo], engineer: Scope, given: dict[str, object], code: str
) -> None:
    with pytest.raises(Problem) as refused:
        services.save_chart(engineer, "qc-l1", **{"characteristic": "bore_1_um", **given})  # type: ignore[arg-type]
    assert refused.value.code == code


def test_rights_are_asked_for(demo_lines: list[LineInfo]) -> None:
    viewer = make.scope_of("qichi", "shopfloor.view")
    for call in (
        lambda: services.add_charts(viewer, "qc-l1"),
        lambda: services.add_measurement(viewer, "qc-l1", "bore_1_um", 1.0, T0, T0),
        lambda: services.close_signal(viewer, 1, "a", "b", T0),
    ):
        with pytest.raises(Problem, match=r"kit\.right_missing"):
            call()


def test_the_loop_takes_each_value_of_the_lake_once(
    demo_lines: list[LineInfo], lake_root: Path, engineer: Scope
) -> None:
    """Values of the simulated line, first half, late rest shuffled and doubled: stored once, with part and maker."""
    services.add_charts(engineer, "qc-l1")
    end = T0 + timedelta(hours=6)
    points = plant.history("qc-l1", to_us(T0), to_us(end))
    half = [p for i, p in enumerate(points) if i % 3]
    plant.write(lake_root, "qichi", half, commits=3)
    scope = spc_scope()
    with acting(scope):
        row = Line.objects.of(scope).select_related("calendar").get(asset="qc-l1")
    lines_queries.forget()
    first = follow_line(scope, row, end)
    assert follow_line(scope, row, end) == 0
    plant.write(
        lake_root,
        "qichi",
        plant.late_and_twice([p for i, p in enumerate(points) if not i % 3], 7),
        source="gw2",
    )
    lines_queries.forget()
    second = follow_line(scope, row, end)
    assert first > 0
    assert second > 0
    measured = {(tag, at) for tag, at, value, _ in points if "cmm90/bore_1" in tag}
    with acting(engineer):
        rows = list(Sample.objects.of(engineer).filter(characteristic="bore_1_um"))
    kept = {("qc-l1-cmm90/bore_1_um", to_us(row.at)) for row in rows}
    assert kept <= measured
    assert len(kept) == len(rows)
    assert len(kept) >= len([at for _tag, at in measured if from_us(at) >= T0 - timedelta(hours=2)]) - 2
    assert all(row.serial for row in rows)
    assert {row.maker for row in rows} <= {"op40a", "op40b", ""}
    assert sum(row.maker != "" for row in rows) > 0.9 * len(rows)

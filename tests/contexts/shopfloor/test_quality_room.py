"""Gauge studies, lot-by-lot inspection and pass rates: computed by the engine, kept with names, scoped to the firm."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from tests.factories import registry as make

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.contexts.shopfloor.models import Product, Serial
from gearpark.contexts.shopfloor.public import LineInfo
from gearpark.contexts.shopfloor.queries import quality as queries
from gearpark.contexts.shopfloor.services import quality as services
from gearpark.contexts.shopfloor.services.work import register_line_order
from gearpark.contexts.shopfloor.types.quality import Population, StudyKind
from gearpark.kit.tenant import acting

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
RIGHTS = ("shopfloor.view", "shopfloor.edit", "shopfloor.work", "shopfloor.quality", "shopfloor.release")
pytestmark = pytest.mark.django_db


@pytest.fixture
def engineer() -> Scope:
    make.organisation("qichi")
    return make.scope_of("qichi", *RIGHTS)


def _grr(noise: float) -> list[dict[str, object]]:
    rng = random.Random(4)
    parts = [rng.gauss(0, 5) for _ in range(10)]
    return [
        {"part": n, "appraiser": who, "value": part + rng.gauss(0, noise)}
        for n, part in enumerate(parts)
        for who in "ABC"
        for _ in range(3)
    ]


@pytest.mark.parametrize(("noise", "verdict"), [(0.1, "good"), (1.0, "conditional"), (4.0, "unfit")])
def test_a_study_gives_its_verdict(engineer: Scope, noise: float, verdict: str) -> None:
    made = services.save_study(engineer, StudyKind.GRR, "probe", _grr(noise), NOW, gauge_key="g1")
    assert made.verdict == verdict
    assert made.result["anova"]["trials"] == 3
    assert services.approve_study(engineer, made.id, NOW).approved_by == engineer.actor
    with pytest.raises(Problem, match=r"quality\.study_approved"):
        services.approve_study(engineer, made.id, NOW)


@pytest.mark.parametrize(
    ("rows", "row", "column"),
    [
        ([{"part": 1, "appraiser": "A"}], 1, "value"),
        ([{"part": 1, "appraiser": "A", "value": "1,2,3"}], 1, "value"),
    ],
)
def test_study_data_that_cannot_be_read_is_named(
    engineer: Scope, rows: list[dict[str, object]], row: int, column: str
) -> None:
    with pytest.raises(Problem) as refused:
        services.save_study(engineer, StudyKind.GRR, "probe", rows, NOW)
    assert refused.value.code == "quality.study_data"
    assert (refused.value.details["row"], refused.value.details["column"]) == (row, column)
    assert queries.studies(engineer) == []


def test_a_type_1_study_asks_for_its_reference(engineer: Scope) -> None:
    with pytest.raises(Problem, match=r"quality\.study_option"):
        services.save_study(engineer, StudyKind.TYPE1, "ring", [{"value": 1.0}], NOW)


def test_lots_switch_the_scheme_and_a_second_look_counts_for_nothing(engineer: Scope) -> None:
    made = services.save_scheme(engineer, "IN", "castings", "0.650")
    assert made.aql == "0.65"
    info, accepted = services.inspect_lot(engineer, made.id, "L1", 1300, 5, NOW)
    assert (accepted, info.severity) == (False, "normal")
    info, accepted = services.inspect_lot(engineer, made.id, "L1", 1300, 0, NOW)
    assert (accepted, info.severity) == (True, "normal")
    info, _accepted = services.inspect_lot(engineer, made.id, "L2", 1300, 5, NOW)
    assert info.severity == "tightened"
    assert queries.next_plan(info, 1300).ac < 3
    for number in range(5):
        info, _accepted = services.inspect_lot(engineer, made.id, f"T{number}", 1300, 9, NOW)
    assert info.severity == "discontinued"
    with pytest.raises(Problem, match=r"quality\.discontinued"):
        services.inspect_lot(engineer, made.id, "L9", 1300, 0, NOW)
    assert services.resume(engineer, made.id, "new die").severity == "tightened"


def test_a_scheme_with_lots_keeps_its_aql(engineer: Scope) -> None:
    made = services.save_scheme(engineer, "IN", "castings", "0.65")
    services.inspect_lot(engineer, made.id, "L1", 100, 0, NOW)
    with pytest.raises(Problem, match=r"quality\.scheme_fixed"):
        services.save_scheme(engineer, "IN", "castings", "1.0")
    with pytest.raises(Problem, match=r"quality\.found"):
        services.inspect_lot(engineer, made.id, "L2", 100, 101, NOW)


def _parts(scope: Scope, statuses: list[tuple[str, int]]) -> None:
    """(status, rework loops) of parts that left one minute after the other."""
    order = register_line_order(scope, "qc-l1", "qc-l1-261123-01", "s", NOW)
    with acting(scope):
        product = Product.objects.of(scope).get(orders=order)
        Serial.objects.of(scope).bulk_create(
            [
                Serial(
                    org="qichi", product=product, order_id=order, serial=f"P{n:04}", begun_at=NOW,
                    done_at=NOW + timedelta(minutes=n), status=status, rework_loops=loops,
                )
                for n, (status, loops) in enumerate(statuses)
            ]
        )  # fmt: skip


def test_populations_count_what_they_say(demo_lines: list[LineInfo], engineer: Scope) -> None:
    _parts(
        engineer,
        [("good", 0)] * 5 + [("scrap", 0)] + [("good", 1)] + [("good", 0)] * 3 + [("shipped", 0)] * 2,
    )
    end = NOW + timedelta(days=1)
    first = queries.pass_counts(engineer, Population.FIRST, NOW, end)
    after = queries.pass_counts(engineer, Population.AFTER_REWORK, NOW, end)
    shipped = queries.pass_counts(engineer, Population.SHIPPED, NOW, end)
    assert (first.good, first.bad, first.gaps, first.tail) == (10, 2, (6, 1), 5)
    assert (after.good, after.bad) == (11, 1)
    assert (shipped.good, shipped.bad) == (2, 0)
    services.record_escape(engineer, "P0011", "leak at the customer", end)
    assert queries.pass_counts(engineer, Population.SHIPPED, NOW, end).bad == 1
    with pytest.raises(Problem, match=r"quality\.escape_known"):
        services.record_escape(engineer, "P0011", "again", end)
    with pytest.raises(Problem, match=r"quality\.not_left"):
        services.record_escape(engineer, "P0005", "scrap", end)


def test_another_firm_sees_nothing_of_it(demo_lines: list[LineInfo], engineer: Scope) -> None:
    _parts(engineer, [("good", 0)] * 3)
    study = services.save_study(engineer, StudyKind.GRR, "probe", _grr(0.1), NOW)
    scheme = services.save_scheme(engineer, "IN", "castings", "0.65")
    other = make.scope_of("other", *RIGHTS)
    assert queries.pass_counts(other, Population.FIRST, NOW, NOW + timedelta(days=1)).good == 0
    for call in (
        lambda: queries.study(other, study.id),
        lambda: services.approve_study(other, study.id, NOW),
        lambda: services.inspect_lot(other, scheme.id, "L", 100, 0, NOW),
        lambda: services.resume(other, scheme.id, "x"),
        lambda: services.set_target(other, "qc-l1", "0.99", NOW),
    ):
        with pytest.raises(Problem) as refused:
            call()
        assert refused.value.status == 404


def test_the_cockpit_asks_few_questions(
    demo_lines: list[LineInfo], engineer: Scope, django_assert_max_num_queries: object
) -> None:
    services.ensure_demo_charts(engineer, [line.asset for line in demo_lines])
    with django_assert_max_num_queries(60):  # type: ignore[operator]
        lines, signals = queries.cockpit(engineer, NOW)
    assert len(lines) == 7
    assert signals == []


def test_promises_are_checked(demo_lines: list[LineInfo], engineer: Scope) -> None:
    assert services.set_target(engineer, "qc-l1", "0.99990", NOW).target == "0.99990"
    for text in ("1", "0", "x", "1.5"):
        with pytest.raises(Problem, match=r"quality\.parameter"):
            services.set_target(engineer, "qc-l1", text, NOW)

"""A plan of a day: made from what the cells told, released to the crew, weighed by people or the crane, told to other rooms."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.contexts.shopfloor.plant import write
from tests.factories.registry import organisation, scope_of, signed_in

from gearpark.base.problems import Problem
from gearpark.base.time import now_utc, to_us
from gearpark.contexts.potline.public import TappingPlanReleased, tapping_plan
from gearpark.contexts.potline.queries.plans import plan, work
from gearpark.contexts.potline.queries.report import line_report
from gearpark.contexts.potline.queries.shifts import day_of, shift_of
from gearpark.contexts.potline.services import plans as services
from gearpark.contexts.potline.services import work as crew
from gearpark.contexts.potline.services.lines import ensure_line
from gearpark.contexts.potline.types import OrderKind, OrderState, PlanState, PotlineInfo, WorkInfo
from gearpark.kit import events
from gearpark.kit.tenant import acting

pytestmark = pytest.mark.django_db
CODE, CELLS = "qn-p1", 24
RULES = {"ladle_t": 10.0, "ladle_cells": 3, "reach": 8, "taps": 20, "changes": 20}
WANTED = [{"grade": "Al99.85", "tonnes": 6.0, "shift": None}]
MINUTE_US = 60_000_000


@pytest.fixture
def scope() -> Any:
    organisation("qineng")
    return scope_of("qineng")


@pytest.fixture
def line(lake_root: Path, scope: Any) -> PotlineInfo:
    """Cells with levels, analyses and a tap ten hours ago; the last one was never analysed."""
    now = to_us(now_utc())
    rows: list[Any] = []
    for number in range(1, CELLS + 1):
        asset = f"{CODE}-{number:03d}"
        pure = number % 2 == 0
        rows += [
            (f"{asset}/metal_level", now - 90 * MINUTE_US, 200.0 + number % 5, 0),
            (f"{asset}/efficiency", now - MINUTE_US, 93.5, 0),
        ]
        rows += [
            (f"{asset}/tapped_total", now - 1000 * MINUTE_US, 1000.0, 0),
            (f"{asset}/tapped_total", now - 600 * MINUTE_US, 4150.0, 0),
        ]
        rows += [
            (f"{asset}/work", now - 700 * MINUTE_US, "anode_change", 0),
            (f"{asset}/work", now - 690 * MINUTE_US, "none", 0),
        ]
        if number < CELLS:
            rows += [
                (f"{asset}/iron", now - 90 * MINUTE_US, 0.09 if pure else 0.16, 0),
                (f"{asset}/silicon", now - 90 * MINUTE_US, 0.05, 0),
            ]
    write(lake_root, "qineng", rows)
    return ensure_line(scope, "qineng", CODE, cells=CELLS, name_en="Potline 1")


def _made(scope: Any, days: int = 1, wanted: Sequence[Any] = WANTED) -> int:
    made = services.draft(scope, CODE, day_of(now_utc()) + timedelta(days=days), RULES, wanted)
    assert services.perform(scope, made.id) is PlanState.DRAFT
    return made.id


def _today(scope: Any, line: PotlineInfo) -> tuple[Any, int, list[WorkInfo]]:
    """A released plan of today, and its running shift's taps; all orders are put into it."""
    from gearpark.contexts.potline.models import WorkOrder

    services.release(scope, _made(scope, 0))
    day, shift = shift_of(now_utc())
    with acting(scope):
        WorkOrder.objects.of(scope).update(shift=shift)
        return day, shift, work(scope, line, day, shift, OrderKind.TAP)


def test_a_plan_is_made_of_levels_analyses_and_last_taps(line: PotlineInfo, scope: Any) -> None:
    key = _made(scope)
    with acting(scope):
        found = plan(scope, key)
    assert found.unknown == {"level": 0, "analysis": 1, "tap": 0}
    cells = {one["cell"]: one for one in found.case["cells"]}
    assert all(2.8 < one["tap_t"] < 3.6 for one in cells.values())
    assert cells[CELLS]["fe_pct"] == 0.25  # never analysed: not counted as pure
    assert cells[2]["fe_pct"] == 0.09
    due = {one["tap_due"] for one in cells.values()}
    assert len(due) == 1  # all were tapped at one time
    tapped = [cell for ladle in found.result["ladles"] for cell in ladle["cells"]]
    assert sorted(tapped) == list(range(1, CELLS + 1))
    assert not found.result["short"]
    for ladle in found.result["ladles"]:
        assert ladle["tonnes"] <= RULES["ladle_t"]
        mixed = sum(cells[c]["tap_t"] * cells[c]["fe_pct"] for c in ladle["cells"]) / ladle["tonnes"]
        assert ladle["fe"] == pytest.approx(mixed)


def test_a_release_makes_orders_and_tells_it_a_withdrawal_takes_them_back(
    line: PotlineInfo, scope: Any
) -> None:
    told: list[TappingPlanReleased] = []
    events.bind(TappingPlanReleased, told.append)
    key = _made(scope)
    with acting(scope):
        assert tapping_plan(scope, line, plan(scope, key).day) is None
    made = services.release(scope, key)
    with acting(scope):
        orders = work(scope, line, made.day)
        shown = tapping_plan(scope, line, made.day)
    taps = [one for one in orders if one.kind is OrderKind.TAP]
    assert len(taps) == CELLS
    assert sum(one.planned_kg for one in taps) / 1000 == pytest.approx(
        sum(made.result["tonnes"].values()), abs=0.01
    )
    assert len(orders) - len(taps) == len(made.result["changes"]) > 0
    assert shown is not None
    assert [ladle.weighed_t for ladle in shown.ladles] == [0.0] * len(shown.ladles)
    with pytest.raises(Problem, match=r"potline\.plan_released_already"):
        services.release(scope, _made(scope))
    with pytest.raises(Problem, match=r"potline\.plan_not_so_far"):
        services.release(scope, key)
    services.withdraw(scope, key, "crane out of order")
    with acting(scope):
        assert work(scope, line, made.day) == []
        assert tapping_plan(scope, line, made.day) is None
    assert [(one.day, one.withdrawn) for one in told] == [(made.day, False), (made.day, True)]


def test_the_crew_weighs_leaves_out_and_undoes(line: PotlineInfo, scope: Any) -> None:
    day, _shift, taps = _today(scope, line)
    first, second = taps[:2]
    assert crew.done(scope, first.id, 3_120.5).kg == 3_120.5
    assert crew.done(scope, first.id, 3_130.0).kg == 3_130.0  # a corrected weight
    for wrong in (None, 0.0, -5.0, float("nan"), 50_000.0):
        with pytest.raises(Problem, match=r"potline\.weight_wrong"):
            crew.done(scope, second.id, wrong)
    with pytest.raises(Problem, match=r"potline\.reason_missing"):
        crew.skip(scope, second.id, "  ")
    assert crew.skip(scope, second.id, "anode effect").state is OrderState.SKIPPED
    assert crew.undo(scope, second.id).state is OrderState.OPEN
    with acting(scope):
        shown = tapping_plan(scope, line, day)
        found = line_report(scope, line, now_utc() - timedelta(hours=1), now_utc() + timedelta(seconds=1))
    assert shown is not None
    assert sum(one.weighed_t for one in shown.ladles) == pytest.approx(3.13)
    assert found.tapped_t == pytest.approx(3.13)


def test_the_crane_closes_orders_once(line: PotlineInfo, scope: Any, lake_root: Path) -> None:
    _day, shift, taps = _today(scope, line)
    assert crew.follow(now_utc()) == 0  # what was tapped before the release is in the plan already
    cell, hand = taps[0].cell, next(one for one in taps if one.cell != taps[0].cell)
    crew.done(scope, hand.id, 3_000.0)
    now = now_utc()
    asset = f"{CODE}-{cell:03d}"
    write(lake_root, "qineng", [(f"{asset}/tapped_total", to_us(now), 7_280.0, 0)])
    assert crew.follow(now + timedelta(seconds=1)) == 1
    with acting(scope):
        rows = {one.cell: one for one in work(scope, line, taps[0].day, shift, OrderKind.TAP)}
    assert (rows[cell].state, rows[cell].source, rows[cell].kg) == (OrderState.DONE, crew.CRANE, 3_130.0)
    assert rows[hand.cell].kg == 3_000.0  # what people wrote down stands
    crew.undo(scope, rows[cell].id)
    assert crew.follow(now + timedelta(seconds=1)) == 0  # and what they opened again stays open


def test_one_tap_closes_one_order(line: PotlineInfo, scope: Any, lake_root: Path) -> None:
    from gearpark.contexts.potline.models import Plan, WorkOrder

    day, shift, taps = _today(scope, line)
    first = taps[0]
    with acting(
        scope
    ):  # the same cell stands in tomorrow's released plan, too, near enough for the tap to fit
        other = Plan.objects.of(scope).get(pk=first.plan_id)
        other.pk, other.day = None, day + timedelta(days=1)
        other.save(force_insert=True)
        twin = WorkOrder.objects.of(scope).get(pk=first.id)
        twin.pk, twin.plan = None, other
        twin.save(force_insert=True)
    now = now_utc()
    write(lake_root, "qineng", [(f"{CODE}-{first.cell:03d}/tapped_total", to_us(now), 7_280.0, 0)])
    assert crew.follow(now + timedelta(seconds=1)) == 1
    assert crew.follow(now + timedelta(seconds=2)) == 0
    with acting(scope):
        rows = WorkOrder.objects.of(scope).filter(cell=first.cell, kind="tap", day=day, shift=shift)
        assert sorted(row.state for row in rows) == ["done", "open"]


def test_what_cannot_be_planned_is_refused_at_once(line: PotlineInfo, scope: Any) -> None:
    today = day_of(now_utc())
    with pytest.raises(Problem, match=r"potline\.day_wrong"):
        services.draft(scope, CODE, today - timedelta(days=1), RULES, [])
    with pytest.raises(Problem, match=r"potplan\.case"):
        services.draft(scope, CODE, today, {"ladle_t": -1}, [])
    with pytest.raises(Problem, match=r"potplan\.case"):
        services.draft(scope, CODE, today, RULES, [{"grade": "gold", "tonnes": 1.0, "shift": None}])
    with pytest.raises(Problem, match=r"potline\.line_unknown"):
        services.draft(scope, "nowhere", today, RULES, [])
    made = [services.draft(scope, CODE, today, RULES, []) for _ in range(services.MAX_OPEN)]
    with pytest.raises(Problem, match=r"potline\.too_many_plans"):
        services.draft(scope, CODE, today, RULES, [])
    services.perform(scope, made[0].id)
    assert services.perform(scope, made[0].id) is None


def test_pages_lead_from_want_to_weight(line: PotlineInfo, scope: Any) -> None:
    client = signed_in("qineng", "engineer")
    sent = {
        "day": day_of(now_utc()).isoformat(), **{name: str(value) for name, value in RULES.items()},
        "grade-0": "Al99.85", "tonnes-0": "6", "shift-0": "",
    }  # fmt: skip
    assert (
        "Give both, or neither"
        in client.post(f"/potline/{CODE}/plan/new/", sent | {"tonnes-0": ""}).content.decode()
    )
    where = client.post(f"/potline/{CODE}/plan/new/", sent).headers["Location"]
    assert "You may leave" in client.get(where).content.decode()
    key = int(where.rstrip("/").rsplit("/", 1)[1])
    services.perform(scope, key)
    page = client.get(where).content.decode()
    assert "Release to the crew" in page
    assert page.count("pl-bracket") > 5
    sheet = client.get(f"{where}?export=csv").content.decode().strip().splitlines()
    assert sum(",tap," in row for row in sheet) == CELLS
    client.post(f"{where}do/", {"what": "release"})
    day, _shift = shift_of(now_utc())
    with acting(scope):
        first = work(scope, line, day, kind=OrderKind.TAP)[0]
    board = f"/potline/{CODE}/work/?day={day.isoformat()}&shift={first.shift}"
    operator = signed_in("qineng", "operator")
    assert f'id="w{first.id}"' in operator.get(board).content.decode()
    assert operator.post(f"{where}do/", {"what": "withdraw"}).status_code == 403
    operator.post(f"/potline/{CODE}/work/{first.id}/do/", {"what": "done", "kg": "3111"})
    assert "3,111" in operator.get(board).content.decode()
    viewer = signed_in("qineng", "viewer")
    assert viewer.post(f"/potline/{CODE}/work/{first.id}/do/", {"what": "undo"}).status_code == 403
    stranger = signed_in("qichi", "engineer")
    assert stranger.get(where).status_code == 404
    assert stranger.post(f"/potline/{CODE}/work/{first.id}/do/", {"what": "undo"}).status_code == 404

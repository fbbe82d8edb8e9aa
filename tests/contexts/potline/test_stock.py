"""Silos: counted, delivered to, used by the cells; hoppers filled in time; books that never change."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from tests.contexts.shopfloor.plant import write
from tests.factories.registry import organisation, scope_of, signed_in

from gearpark.base.problems import Problem
from gearpark.base.time import now_utc, to_us
from gearpark.contexts.potline.models import StockMove
from gearpark.contexts.potline.queries.stock import HOPPER_KG, next_fills, silos
from gearpark.contexts.potline.services import stock as services
from gearpark.contexts.potline.services.lines import ensure_line
from gearpark.contexts.potline.types import Material, MoveKind, PotlineInfo
from gearpark.kit.tenant import acting

pytestmark = pytest.mark.django_db
CODE, CELLS = "qn-p1", 30
KG_H = 260.0


@pytest.fixture
def scope() -> Any:
    organisation("qineng")
    return scope_of("qineng")


@pytest.fixture
def line(scope: Any, lake_root: Path) -> PotlineInfo:
    return ensure_line(scope, "qineng", CODE, cells=CELLS, name_en="Potline 1")


def _fed(lake_root: Path, hours: float, fast: int = 0) -> None:
    """Counters of all cells from now on, every half hour; cell ``fast`` is fed half as much again."""
    now = now_utc()
    rows: list[Any] = []
    for number in range(1, CELLS + 1):
        rate = KG_H * (1.5 if number == fast else 1.0)
        rows += [
            (
                f"{CODE}-{number:03d}/feed_total",
                to_us(now + timedelta(hours=half / 2)),
                500.0 + rate * half / 2,
                0,
            )
            for half in range(int(hours * 2) + 1)
        ]
    write(lake_root, "qineng", rows)


def test_stock_is_counted_plus_delivered_less_used(line: PotlineInfo, scope: Any, lake_root: Path) -> None:
    key = services.add_silo(
        scope, CODE, "al-1", Material.ALUMINA, capacity_t=500, reorder_t=100, first=1, last=CELLS
    )
    with acting(scope):
        (one,) = silos(scope, line, now_utc())
    assert one.stock_t is None
    services.enter(scope, CODE, key, MoveKind.COUNT, 200.0)
    services.enter(scope, CODE, key, MoveKind.DELIVERY, 60.0, "wagon 4711")
    _fed(lake_root, 10)
    with acting(scope):
        (one,) = silos(scope, line, now_utc() + timedelta(hours=10, seconds=5))
    used = CELLS * KG_H * 10 / 1000
    assert one.stock_t == pytest.approx(260 - used, abs=0.5)
    assert one.use_t_d == pytest.approx(CELLS * KG_H * 24 / 1000, rel=0.01)
    assert one.hours_left == pytest.approx((260 - used) / (CELLS * KG_H / 1000), rel=0.02)
    services.enter(scope, CODE, key, MoveKind.COUNT, 150.0)  # what is counted is what there is
    with acting(scope):
        (one,) = silos(scope, line, now_utc())
    assert one.stock_t == pytest.approx(150.0, abs=0.1)


def test_the_hopper_that_runs_dry_first_is_filled_first(
    line: PotlineInfo, scope: Any, lake_root: Path
) -> None:
    services.add_silo(
        scope, CODE, "al-1", Material.ALUMINA, capacity_t=500, reorder_t=100, first=1, last=CELLS
    )
    with acting(scope):
        assert next_fills(scope, line, now_utc()) == []
    assert services.filled(scope, CODE, 1, CELLS) == CELLS
    _fed(lake_root, 4, fast=20)
    at = now_utc() + timedelta(hours=4)
    with acting(scope):
        found = next_fills(scope, line, at)
    assert (found[0].first, found[0].last) == (16, 30)
    left = HOPPER_KG - 1.5 * KG_H * 4
    assert (found[0].dry - at).total_seconds() / 3600 == pytest.approx(left / (1.5 * KG_H), abs=0.1)
    assert not any(one.late for one in found)
    services.filled(scope, CODE, 16, 30)


def test_books_are_never_changed(line: PotlineInfo, scope: Any) -> None:
    key = services.add_silo(
        scope, CODE, "f-1", Material.FLUORIDE, capacity_t=100, reorder_t=10, first=1, last=CELLS
    )
    services.enter(scope, CODE, key, MoveKind.COUNT, 40.0)
    for change in (lambda rows: rows.update(t=99.0), lambda rows: rows.delete()):
        with acting(scope), pytest.raises(DatabaseError, match="never change"), transaction.atomic():
            change(StockMove.objects.of(scope))


def test_what_does_not_fit_is_refused(line: PotlineInfo, scope: Any) -> None:
    fine: dict[str, Any] = {"capacity_t": 100.0, "reorder_t": 10.0, "first": 1, "last": CELLS}
    for wrong in ({"reorder_t": 100.0}, {"first": 0}, {"last": CELLS + 1}, {"first": 9, "last": 8}):
        with pytest.raises(Problem, match=r"potline\.silo_wrong"):
            services.add_silo(scope, CODE, "al-1", Material.ALUMINA, **{**fine, **wrong})
    key = services.add_silo(scope, CODE, "al-1", Material.ALUMINA, **fine)
    with pytest.raises(Problem, match=r"potline\.silo_wrong"):
        services.add_silo(scope, CODE, "al-1", Material.ALUMINA, **fine)
    for kind, t in ((MoveKind.DELIVERY, 0.0), (MoveKind.COUNT, 101.0), (MoveKind.COUNT, float("nan"))):
        with pytest.raises(Problem, match=r"potline\.stock_wrong"):
            services.enter(scope, CODE, key, kind, t)
    with pytest.raises(Problem, match=r"potline\.silo_unknown"):
        services.enter(scope, CODE, key + 99, MoveKind.COUNT, 1.0)
    assert not services.ensure_silo(scope, CODE, "al-1", Material.ALUMINA, **fine, counted_t=1.0)


def test_the_page_enters_and_exports(line: PotlineInfo, scope: Any) -> None:
    client = signed_in("qineng", "engineer")
    assert "No silo yet" in client.get(f"/potline/{CODE}/stock/").content.decode()
    sent = {
        "code": "al-1",
        "material": "alumina",
        "capacity_t": "500",
        "reorder_t": "100",
        "first": "1",
        "last": str(CELLS),
    }
    client.post(f"/potline/{CODE}/stock/new/", sent)
    with acting(scope):
        key = silos(scope, line, now_utc())[0].id
    operator = signed_in("qineng", "operator")
    operator.post(f"/potline/{CODE}/stock/{key}/enter/", {"kind": "count", "t": "80", "note": "dipped"})
    operator.post(f"/potline/{CODE}/stock/filled/", {"first": "1", "last": str(CELLS)})
    page = client.get(f"/potline/{CODE}/stock/").content.decode()
    assert "order more" in page
    assert "dipped" in page
    assert "Emptiest hopper" in page
    assert len(client.get(f"/potline/{CODE}/stock/?export=csv").content.decode().strip().splitlines()) == 3
    viewer = signed_in("qineng", "viewer")
    assert viewer.post(f"/potline/{CODE}/stock/{key}/enter/", {"kind": "count", "t": "1"}).status_code == 403
    assert signed_in("qichi", "engineer").get(f"/potline/{CODE}/stock/").status_code == 404

"""Changes of set-points: tried on the twin, approved by a second person, given to the controller of this machine, taken back."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from tests.factories.registry import organisation, scope_of, signed_in

from gearpark.base.problems import Problem
from gearpark.config.potline.orders import Orders, give, order_file, read_orders
from gearpark.config.potline.status import status_file
from gearpark.contexts.potline.queries.campaigns import campaign
from gearpark.contexts.potline.queries.lines import potline
from gearpark.contexts.potline.services import campaigns as services
from gearpark.contexts.potline.services.lines import ensure_line
from gearpark.contexts.potline.types import CampaignState
from gearpark.kit.tenant import acting

pytestmark = pytest.mark.django_db
CODE = "qn-p1"


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A twin of few cells and hours: the way is looked at, not the figures."""
    monkeypatch.setattr(services, "CELLS", 8)
    monkeypatch.setattr(services, "HOURS", 8)


@pytest.fixture
def scope() -> Any:
    organisation("qineng")
    made = scope_of("qineng")
    ensure_line(made, "qineng", CODE, cells=12, name_en="Potline 1")
    return made


@pytest.fixture
def second(scope: Any) -> Any:
    import dataclasses

    return dataclasses.replace(scope, actor="somebody else")


@pytest.fixture
def controller(lake_root: Path) -> Path:
    """What a running controller of the line leaves on this machine: its status. This process stands for it."""
    status_file().parent.mkdir(parents=True, exist_ok=True)
    status_file().write_text(json.dumps({"pid": os.getpid(), "line": CODE, "state": "ok"}))
    return lake_root.parent / "potline"


def _tried(scope: Any, changes: dict[str, float]) -> int:
    made = services.draft(scope, CODE, "trial", changes)
    assert services.perform(scope, made.id) is CampaignState.TRIED
    return made.id


def test_a_change_goes_its_way_and_comes_back(scope: Any, second: Any, controller: Path) -> None:
    key = _tried(scope, {"volt": 3.93})
    with acting(scope):
        found = campaign(scope, key)
    assert {one["figure"] for one in found.result} >= {"kwh_per_kg", "ce_pct", "temp_c"}
    assert next(one for one in found.result if one["figure"] == "volt")["difference"] < 0
    with pytest.raises(Problem, match=r"potline\.same_person"):
        services.approve(scope, key)
    with pytest.raises(Problem, match=r"potline\.not_so_far"):
        services.apply(scope, key)
    services.approve(second, key)
    services.apply(scope, key)
    orders = read_orders(controller, Orders())
    assert (dict(orders.set_points), orders.by, orders.why) == ({"volt": 3.93}, scope.actor, "trial")
    give(controller, "advise", [3], "leader", "beam motor")  # another order leaves the set-points as they are
    assert read_orders(controller, Orders()).set_points == {"volt": 3.93}
    other = _tried(scope, {"alf3_target_pct": 12.0})
    services.approve(second, other)
    with pytest.raises(Problem, match=r"potline\.applied_already"):
        services.apply(scope, other)
    services.take_back(scope, key, "cells got cold")
    assert read_orders(controller, Orders()).set_points == {}
    assert read_orders(controller, Orders()).advised == {3}
    services.apply(scope, other)
    services.end(scope, other)
    with acting(scope):
        assert campaign(scope, other).state is CampaignState.KEPT
        assert potline(scope, CODE).set_points == {"alf3_target_pct": 12.0}
        assert campaign(scope, key).note == "cells got cold"


def test_without_a_controller_nothing_is_applied(scope: Any, second: Any, lake_root: Path) -> None:
    key = _tried(scope, {"volt": 3.94})
    services.approve(second, key)
    with pytest.raises(Problem, match=r"potline\.not_running"):
        services.apply(scope, key)
    with acting(scope):
        assert campaign(scope, key).state is CampaignState.APPROVED
        assert potline(scope, CODE).set_points == {}
    assert not order_file(lake_root.parent / "potline").exists()
    services.end(scope, key)
    with acting(scope):
        assert campaign(scope, key).state is CampaignState.DROPPED


def test_what_cannot_be_a_set_point_is_refused(scope: Any) -> None:
    for changes, code in (
        ({"volt": 9.0}, "electrolysis.parameter"),
        ({}, "electrolysis.set_point"),
        ({"over_min": 3.0}, "electrolysis.set_point"),
    ):
        with pytest.raises(Problem) as refused:
            services.draft(scope, CODE, "x", changes)
        assert refused.value.code == code


def test_pages_lead_through_it(scope: Any, controller: Path) -> None:
    maker, checker = signed_in("qineng", "engineer", "maker"), signed_in("qineng", "line-leader", "checker")
    assert (
        "at least one"
        in maker.post(f"/potline/{CODE}/set-points/new/", {"name": "less voltage"}).content.decode()
    )
    sent = maker.post(f"/potline/{CODE}/set-points/new/", {"name": "less voltage", "volt": "3.93"})
    address = sent.headers["Location"]
    assert "progress" in maker.get(address).content.decode()
    services.perform(scope, int(address.rstrip("/").rsplit("/", 1)[-1]))
    own = maker.get(address).content.decode()
    assert "second person" in own
    assert 'value="approve"' not in own
    for client, what in ((checker, "approve"), (maker, "apply"), (maker, "take-back")):
        assert f'value="{what}"' in client.get(address).content.decode()
        assert client.post(f"{address}do/", {"what": what}).status_code == 302
    assert "Taken back" in maker.get(f"/potline/{CODE}/set-points/").content.decode()
    assert maker.post(f"{address}do/", {"what": "explode"}).status_code == 404
    assert signed_in("qineng", "viewer").post(f"{address}do/", {"what": "apply"}).status_code == 403

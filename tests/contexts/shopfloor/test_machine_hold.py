"""A hold of a station reaches its machine where the machine has a writable signal for it, and only there."""

from __future__ import annotations

import pytest
from tests.contexts.telemetry.support import onboard
from tests.factories import registry as make

from gearpark.base.scope import Scope
from gearpark.contexts.shopfloor.public import LineWanted, ensure_demo_lines, save_line
from gearpark.contexts.shopfloor.services.work.holds import clear_station, hold_station
from gearpark.contexts.telemetry import public as telemetry
from gearpark.contexts.telemetry.models import Command
from gearpark.kit.tenant import acting

RIGHTS = (
    "shopfloor.view", "shopfloor.edit", "shopfloor.work", "shopfloor.quality",
    "telemetry.view", "telemetry.edit", "telemetry.command", "registry.view", "registry.edit",
)  # fmt: skip
HOLD = {"signals": [{"name": "hold", "kind": "state", "address": "ns=2;s=hold"}]}
pytestmark = pytest.mark.django_db


@pytest.fixture
def firm() -> Scope:
    """Line qc-l1 whose OP40A is machine m1 with a hold signal."""
    make.organisation("qichi")
    scope = make.scope_of("qichi", *RIGHTS)
    onboard(scope, make.scope_of("qijiang-park", park=True), "m1", **HOLD)
    with acting(scope):
        info = ensure_demo_lines(scope)[0]
        save_line(
            scope,
            LineWanted(
                info.asset, info.name_en, info.template.code, info.calendar.name, info.plan, info.name_zh, info.path,
                bindings={"op40a": "m1"},
            ),
            org="qichi",
        )  # fmt: skip
    return scope


def _asked(scope: Scope) -> list[object]:
    with acting(scope):
        return list(Command.objects.of(scope).order_by("asked_at", "id").values_list("value", flat=True))


def test_the_machine_is_told_and_freed_with_the_last_hold(firm: Scope) -> None:
    with acting(firm):
        telemetry.allow_writing(firm, "m1/hold", True)
    hold_station(firm, "qc-l1", "op40a", "beyond 3 sigma", "spc:1")
    hold_station(firm, "qc-l1", "op40a", "gauge due", "gauge")
    assert _asked(firm) == [True, True]
    clear_station(firm, "qc-l1", "op40a", "seat cleaned", "spc:1")
    assert _asked(firm)[-1] is True
    clear_station(firm, "qc-l1", "op40a", "checked", "gauge")
    assert _asked(firm)[-1] is False


def test_a_signal_that_may_not_be_written_is_left_alone(firm: Scope) -> None:
    hold_station(firm, "qc-l1", "op40a", "beyond 3 sigma", "spc:1")
    hold_station(firm, "qc-l1", "op40b", "beyond 3 sigma", "spc:2")
    assert _asked(firm) == []

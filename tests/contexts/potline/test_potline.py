"""The potline's pages rest on what the controller told: cells at a moment, alarms as episodes, a shift's figures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from tests.contexts.potline import potroom
from tests.contexts.shopfloor.plant import write
from tests.factories.registry import organisation, scope_of, signed_in

from gearpark.base.problems import Problem
from gearpark.base.time import to_us
from gearpark.base.wire import Observation
from gearpark.contexts.potline.queries.alarms import EFFECT, episodes, foretold
from gearpark.contexts.potline.queries.cells import cell_at, cells_at, groups
from gearpark.contexts.potline.queries.estimates import causes_of, estimates_at
from gearpark.contexts.potline.queries.lines import potline, potlines
from gearpark.contexts.potline.queries.report import line_report
from gearpark.contexts.potline.services import lines as services
from gearpark.contexts.potline.types import CellState, Episode, Kpi, PotlineInfo, Target
from gearpark.kit.tenant import acting

pytestmark = pytest.mark.django_db
START = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
SECONDS = 3_600
END = START + timedelta(seconds=SECONDS)
CELLS = 12
FAULTS = {
    600: ("effect", 3),
    900: ("hands", 5),
    1_500: ("back", 5),
    2_000: ("silent", 7),
    1_000: ("block", 9),
}


@pytest.fixture(scope="module")
def observations(tmp_path_factory: pytest.TempPathFactory) -> list[Observation]:
    return potroom.told(to_us(START), SECONDS, tmp_path_factory.mktemp("potroom"), cells=CELLS, faults=FAULTS)


@pytest.fixture
def scope() -> Any:
    organisation("qineng")
    return scope_of("qineng")


@pytest.fixture
def line(lake_root: Path, observations: Sequence[Observation], scope: Any) -> PotlineInfo:
    write(lake_root, "qineng", [(o.tag, o.at_us, o.value, o.status) for o in observations])
    return services.ensure_line(scope, "qineng", "qn-p1", cells=CELLS, name_en="Potline 1")


def test_what_is_told_is_little_and_enough(observations: Sequence[Observation]) -> None:
    figures = [one for one in observations if one.tag == "qn-p1-001/voltage"]
    assert len(figures) == pytest.approx(SECONDS / 30, abs=2)
    assert len(observations) < CELLS * SECONDS / 3
    states = [one.value for one in observations if one.tag == "qn-p1-005/control"]
    assert states[-3:] == ["automatic", "hands", "automatic"]
    for name in ("phase", "alarms", "control"):
        told = [one.value for one in observations if one.tag == f"qn-p1-002/{name}"]
        assert all(a != b for a, b in pairwise(told))


def test_cells_at_a_moment(line: PotlineInfo) -> None:
    cells = cells_at(line, END)
    assert [one.number for one in cells] == list(range(1, CELLS + 1))
    assert not any(one.stale for one in cells)
    assert all(3.6 < one.values[Kpi.VOLTAGE] < 4.4 for one in cells)
    assert all(1.0 < one.values[Kpi.ALUMINA] < 5.0 for one in cells)
    by_hand = cells_at(line, START + timedelta(seconds=1_200), (Kpi.ALUMINA,))
    assert [one.number for one in by_hand if one.control == "hands"] == [5]
    burning = cell_at(line, 3, START + timedelta(seconds=630))
    assert burning.phase == "effect"
    assert EFFECT in burning.alarms
    silent = cell_at(line, 7, START + timedelta(seconds=2_400))
    assert silent.stale
    assert "signal_lost" in silent.alarms
    assert all(one.stale for one in cells_at(line, START - timedelta(hours=1)))
    with pytest.raises(Problem, match=r"potline\.cell_unknown"):
        cell_at(line, CELLS + 1, END)


def test_alarms_are_episodes_that_people_take_note_of(line: PotlineInfo, scope: Any) -> None:
    with acting(scope):
        found = episodes(scope, line, START, END)
    effect = next(one for one in found if one.alarm == EFFECT)
    assert effect.cell == 3
    assert abs((effect.began - START).total_seconds() - 600) < 5
    assert effect.ended is not None
    assert 20 < (effect.ended - effect.began).total_seconds() < 900
    services.take_note(scope, "qn-p1", effect.cell, effect.alarm, effect.began, "pole used")
    with acting(scope):
        again = next(one for one in episodes(scope, line, START, END, [3]) if one.alarm == EFFECT)
    assert (again.seen_by, again.note) == (scope.actor, "pole used")


def test_foretellings_are_scored_by_their_lead() -> None:
    def at(minute: float) -> datetime:
        return START + timedelta(minutes=minute)

    found = [
        Episode(1, "effect_predicted", at(0), at(9)), Episode(1, EFFECT, at(12), at(14)),
        Episode(2, "effect_predicted", at(0), at(3)), Episode(2, EFFECT, at(4), at(6)),
        Episode(3, EFFECT, at(30), at(31)), Episode(4, "effect_predicted", at(5), None),
        Episode(4, EFFECT, at(70), at(71)),
    ]  # fmt: skip
    score = foretold(found)
    assert score.effects == 4
    assert dict(score.foretold) == {5: 1, 10: 1, 20: 0}
    assert score.unfollowed == 1  # cell 4: the effect came after the hour


def test_a_stretch_in_figures(line: PotlineInfo, scope: Any) -> None:
    with acting(scope):
        found = line_report(scope, line, START, END)
    assert found.heard == CELLS
    assert found.current_ka == pytest.approx(420, rel=0.02)
    assert found.volts is not None
    assert 3.8 < found.volts < 4.3
    assert found.energy_mwh == pytest.approx(found.current_ka * found.volts * CELLS / 1000)
    assert found.effects == 1
    assert found.effects_per_cell_day == pytest.approx(1 / (CELLS / 24))
    assert sum(one.effect_min for one in found.cells) == pytest.approx(found.effect_min)
    assert found.cells[4].hours_away == pytest.approx(600 / 3600, abs=0.01)
    fed = [one.alumina_kg for one in found.cells if one.alumina_kg is not None]
    assert 200 < sum(fed) / len(fed) < 350  # 420 kA take some 260 kg an hour
    if found.metal_t is not None:
        assert found.kwh_per_kg is not None
        assert found.energy_mwh == pytest.approx(found.metal_t * found.kwh_per_kg, rel=1e-3)


def test_estimates_and_causes_reach_the_pages(line: PotlineInfo) -> None:
    found = estimates_at(line, END)
    assert [one.number for one in found] == list(range(1, CELLS + 1))
    for one in found:
        assert one.at is not None
        assert set(one.values) >= {
            "efficiency",
            "efficiency_sd",
            "superheat_estimate",
            "window_low",
            "window_high",
            "held",
        }
        assert 85.0 < one.values["efficiency"] < 98.0
        assert one.values["window_low"] < one.values["window_high"]
        assert abs(one.values["superheat_estimate"] - 9.0) < 12.0  # cell 3 burnt
    (blocked,) = estimates_at(line, END, [9])
    assert set(blocked.closed) & {1, 2}
    cause = next(one for one in blocked.causes if one.name == "hole_closed")
    assert cause.probability > 0.5
    assert cause.figures["closed_feeders"] >= 1
    client = signed_in("qineng", "engineer")
    page = client.get("/potline/qn-p1/cells/9/").content.decode()
    assert (
        page.count("Feeder hole closed") == 0
    )  # the pages look at now, a day later nothing is known any more
    assert estimates_at(line, END + timedelta(hours=1))[0].at is None


def test_what_is_no_list_of_causes_is_none() -> None:
    assert causes_of('[["hole_closed",0.9,{"closed_feeders":2}]]')[0].figures == {"closed_feeders": 2.0}
    for text in ("", "x", "{}", "[1]", '[["a","b",{}]]', '[["a",1,2]]'):
        assert causes_of(text) == ()


def test_neighbours_off_the_same_way_are_named() -> None:
    info = PotlineInfo(1, "a", "p", "P", "", 10, 2, {Kpi.ALUMINA: Target(2.5, 0.4)}, 1)
    high = {2, 3, 4, 5, 6, 9}  # 5 and 6 stand in different rows

    def state(number: int) -> CellState:
        value = 3.5 if number in high else 2.5
        return CellState(number, {Kpi.ALUMINA: value}, "under", "automatic", (), END, stale=False)

    found = groups(info, Kpi.ALUMINA, [state(number) for number in range(1, 11)])
    assert [(one.first, one.last, one.high) for one in found] == [(2, 5, True)]


def test_targets_change_once_and_are_checked(line: PotlineInfo, scope: Any) -> None:
    changed = services.set_targets(scope, "qn-p1", {Kpi.VOLTAGE: Target(4.0, 0.1), Kpi.ACIDITY: None}, base=1)
    assert changed.revision == 2
    assert changed.targets[Kpi.VOLTAGE] == Target(4.0, 0.1)
    assert Kpi.ACIDITY not in changed.targets
    with pytest.raises(Problem, match=r"kit\.conflict"):
        services.set_targets(scope, "qn-p1", {Kpi.VOLTAGE: Target(4.1, 0.1)}, base=1)
    with pytest.raises(Problem, match=r"potline\.target_wrong"):
        services.set_targets(scope, "qn-p1", {Kpi.VOLTAGE: Target(4.1, 0.0)}, base=2)


def test_an_order_without_a_controller_is_refused_and_not_recorded(line: PotlineInfo) -> None:
    client = signed_in("qineng", "engineer")
    sent = {"mode": "advise", "cell": "3", "why": "beam motor"}
    page = client.post("/potline/qn-p1/mode/", sent, follow=True)
    assert "No potline controller runs" in page.content.decode()
    silent = client.post("/potline/qn-p1/mode/", sent | {"why": " "}, follow=True)
    assert "Say why" in silent.content.decode()


def test_pages_show_what_was_told_and_nothing_of_another_firm(line: PotlineInfo) -> None:
    client = signed_in("qineng", "engineer")
    assert client.get("/potline/").headers["Location"] == "/potline/qn-p1/"
    for path in (
        "",
        "?kpi=voltage&back=600",
        "alarms/",
        "alarms/?hours=168",
        "cells/3/",
        "cells/3/?hours=168",
        "estimates/",
        "?kpi=efficiency",
        "targets/",
    ):
        assert client.get(f"/potline/qn-p1/{path}").status_code == 200, path
    shift = client.get("/potline/qn-p1/report/?day=2026-11-20&shift=early")
    assert f"{CELLS} of {CELLS} cells heard" in shift.content.decode()
    sheet = client.get("/potline/qn-p1/report/?day=2026-11-20&shift=early&export=csv").content.decode()
    assert len(sheet.strip().splitlines()) == CELLS + 1
    other = signed_in("qichi", "engineer")
    assert other.get("/potline/qn-p1/").status_code == 404
    with acting(scope_of("qichi")):
        assert potlines(scope_of("qichi")) == []
        with pytest.raises(Problem, match=r"potline\.line_unknown"):
            potline(scope_of("qichi"), "qn-p1")
    viewer = signed_in("qineng", "viewer")
    assert viewer.get("/potline/qn-p1/targets/").status_code == 403
    assert viewer.post("/potline/qn-p1/mode/", {"mode": "advise", "why": "x"}).status_code == 403

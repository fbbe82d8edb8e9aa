"""Every packaged line type runs: deterministic, parts conserved, and its signals tell each part's life story."""

from __future__ import annotations

import itertools
from collections import defaultdict
from typing import Any

import pytest
from tests.plants.conftest import HOUR_US, START_US

from gearpark.base.problems import Problem
from gearpark.base.time import from_us, to_us
from gearpark.engines.lines import Kind, Phase, Special, template, template_codes
from gearpark.plants.line import Change, SimulatedLine, parse_injection
from gearpark.plants.line.behaviour import shop
from gearpark.plants.line.charge import ChargeUnit
from gearpark.plants.line.parts import LOCAL
from gearpark.plants.line.quality import model
from gearpark.plants.lines import housing_lines, other_lines

MONDAY_US = START_US + 24 * HOUR_US  # two-shift lines work on weekdays
WORK_US = MONDAY_US + 7 * HOUR_US  # 07:00, every calendar works
CODES = template_codes()
Ran = tuple[SimulatedLine, list[Change]]


@pytest.fixture(scope="module")
def ran() -> dict[str, Ran]:
    """Every type after eight hours. Read only."""
    found = {}
    for code in CODES:
        line = SimulatedLine("xx-l1", seed=3, start_us=WORK_US, code=code)
        found[code] = (line, line.run_until(WORK_US + 8 * HOUR_US))
    return found


def conserved(line: SimulatedLine) -> bool:
    return line.orders.created == len(line.parts_inside()) + line.delivered + len(line.scrapped)


@pytest.mark.parametrize("code", CODES)
def test_an_hour_of_any_type_is_the_same_for_the_same_seed(code: str) -> None:
    runs = []
    for steps in (1, 7):
        line = SimulatedLine("xx-l1", seed=5, start_us=WORK_US, code=code)
        changes: list[Change] = []
        for i in range(steps):
            changes += line.run_until(WORK_US + HOUR_US * (i + 1) // steps)
            assert conserved(line)
        runs.append(changes)
    assert runs[0] == runs[1]
    assert len(runs[0]) > 100


@pytest.mark.parametrize("code", CODES)
def test_parts_are_conserved_and_some_are_finished(code: str, ran: dict[str, Ran]) -> None:
    line, _ = ran[code]
    assert conserved(line)
    serials = [p.serial for p in (*line.parts_inside(), *line.scrapped)]
    assert len(serials) == len(set(serials))
    assert float(line.board.values[line.template.output]["good_count"]) > 0
    for station in line.stations.values():
        if isinstance(station, ChargeUnit):
            assert len(station.parts) <= station.plan.batch
            assert len({p.variant.code for p in station.parts}) <= 1


@pytest.mark.parametrize("code", CODES)
def test_only_canonical_signals_are_told_and_all_of_a_station_are(code: str, ran: dict[str, Ran]) -> None:
    line, changes = ran[code]
    told: dict[str, set[str]] = defaultdict(set)
    for change in changes:
        told[change.device].add(change.signal)
    for device in line.template.devices:
        known = {s.name for s in line.template.signals_of(device.code)}
        assert told[device.code] <= known
    for station in line.template.stations:
        assert {"work_order", "part_serial", "fixture", "program", "part_result"} <= told[station.code]


def stays(changes: list[Change], device: str) -> list[tuple[str, int, int]]:
    """(serial, loaded, unloaded) of every part that was on a device, from its signals alone; charges are split."""
    found, since = [], {}
    for change in changes:
        if change.device != device or change.signal != "part_serial":
            continue
        here = set(str(change.value).split())
        found += [(serial, since.pop(serial), change.at_us) for serial in set(since) - here]
        since.update(dict.fromkeys(here - set(since), change.at_us))
    return found


@pytest.mark.parametrize("code", CODES)
def test_measured_values_and_verdicts_lie_between_load_and_unload(code: str, ran: dict[str, Ran]) -> None:
    line, changes = ran[code]
    for station in line.template.stations:
        measured = line.template.measured_by(station.code)
        spans = stays(changes, station.code)
        assert spans or station.batch > 1
        for signal in [c.signal for c in measured] + ["part_result"]:
            at = [
                c.at_us for c in changes if (c.device, c.signal) == (station.code, signal) and c.value != ""
            ]
            for serial, start, end in spans:
                inside = [t for t in at if start < t <= end]
                assert len(inside) == 1, (station.code, signal, serial)


@pytest.mark.parametrize("code", CODES)
def test_a_part_passes_every_operation_in_order(code: str, ran: dict[str, Ran]) -> None:
    line, changes = ran[code]
    seen: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for station in line.template.stations:
        for serial, start, _end in stays(changes, station.code):
            seen[serial].append((start, station.op))
    ops = [o.op for o in line.template.operations]
    whole = [
        s for s, visits in seen.items() if min(op for _, op in visits) == ops[0] and len(visits) == len(ops)
    ]
    assert whole or code in ("chip-packaging", "gear-machining")  # eight hours are short for ovens
    for visits in seen.values():
        assert [op for _, op in sorted(visits)] == sorted(op for _, op in visits)


@pytest.mark.parametrize("code", CODES)
def test_tools_lots_charges_and_gauges_have_names_that_say_whose_they_are(
    code: str, ran: dict[str, Ran]
) -> None:
    line, changes = ran[code]
    held: dict[str, dict[str, Any]] = defaultdict(dict)
    told = defaultdict(set)
    for change in changes:
        held[change.device][change.signal] = change.value
        if change.value:
            told[change.device, change.signal].add(str(change.value))
    for o in line.template.operations:
        for station in line.groups[o.group]:
            serials = told[station.code, "tool_serial"]
            assert bool(serials) >= bool(o.tool_classes and told[station.code, "program"])
            assert all(s.rsplit("-", 3)[0] in o.tool_classes for s in serials)
            assert all(g.split("-XX")[0].lower() in o.gauge_classes
                       for text in told[station.code, "gauge_id"] for g in text.split())  # fmt: skip
            assert told[station.code, "program"] <= {o.program_of(v.code) for v in line.template.variants}
    for m in line.template.materials:
        lots = {
            lot for s in line.groups[line.template.operation(m.op).group]  # type: ignore[union-attr]
            for text in told[s.code, "material_lot"] for lot in text.split() if lot.startswith(f"{m.code}-")
        }  # fmt: skip
        assert lots


@pytest.mark.parametrize("code", CODES)
def test_process_steps_are_the_states_the_type_names(code: str, ran: dict[str, Ran]) -> None:
    line, changes = ran[code]
    named = {(s.type, s.code) for s in line.template.special_states}
    told = {
        (line.template.device(c.device).type, c.value)
        for c in changes
        if c.signal == "process_step" and c.value
    }
    assert told <= named
    steps = {(k, name) for k in line.template.types for name, _ in shop().types[k].steps}
    assert steps <= named


@pytest.mark.parametrize("code", CODES)
def test_scrap_reasons_are_those_of_the_type(code: str, ran: dict[str, Ran]) -> None:
    line, changes = ran[code]
    known = {s.code for s in line.template.scrap_reasons}
    assert {str(c.value) for c in changes if c.signal == "scrap_reason" and c.value} <= known
    assert {p.scrap.partition(":")[2] for p in line.scrapped} <= known


def test_orders_hang_on_line_and_day_and_not_on_where_the_simulation_began() -> None:
    early = SimulatedLine("cf-g1", seed=4, start_us=MONDAY_US, code="die-casting")
    late = SimulatedLine("cf-g1", seed=4, start_us=MONDAY_US + 8 * HOUR_US, code="die-casting")
    end = MONDAY_US + 30 * HOUR_US
    found: list[dict[str, str]] = []
    for line in (early, late):
        made: dict[str, str] = {}
        changes = line.run_until(end)
        for change in changes:
            if change.signal == "work_order" and change.value:
                made[str(change.value)] = ""
        found.append(made)
    both = set(found[0]) & set(found[1])
    assert both
    day = (from_us(MONDAY_US) + LOCAL).strftime("%y%m%d")
    assert f"CF-G1-{day}-01" in both
    serials = [
        {str(c.value) for c in SimulatedLine("cf-g1", seed=4, start_us=s, code="die-casting").run_until(s + HOUR_US)
         if c.signal == "part_serial" and c.value}
        for s in (MONDAY_US, MONDAY_US + 8 * HOUR_US)
    ]  # fmt: skip
    assert not serials[0] & serials[1]


def test_an_order_ends_with_its_quantity_and_another_variant_follows() -> None:
    line = SimulatedLine("xx-l1", seed=4, start_us=MONDAY_US, code="die-casting")
    parts = [line.orders.blank(MONDAY_US) for _ in range(2000)]
    by_order: dict[str, list[str]] = defaultdict(list)
    for part in parts:
        by_order[part.order].append(part.variant.code)
    numbers = list(by_order)
    assert all(len(set(v)) == 1 for v in by_order.values())
    assert all(by_order[a][0] != by_order[b][0] for a, b in itertools.pairwise(numbers))
    low, high = (s * line.template.plan_per_shift for s in shop().order_shifts)
    assert all(low - 5 <= len(by_order[n]) <= high + 5 for n in numbers[1:-1])


def test_a_charge_waits_for_its_parts_and_starts_early_for_another_variant() -> None:
    line = SimulatedLine("xx-l1", seed=4, start_us=MONDAY_US, code="gear-machining")
    furnace = line.stations["ht50a"]
    assert isinstance(furnace, ChargeUnit)
    first, second = line.template.variants[:2]
    part = line.orders.blank(MONDAY_US)
    part.variant = first
    furnace.promise_in(part)
    furnace.place(MONDAY_US, part)
    other = line.orders.blank(MONDAY_US)
    other.variant = second
    assert furnace.phase == "loaded"
    assert not furnace.free_for(other)
    flow = line.flow_into["ht50"]
    line.stations["ht50b"].down = True
    assert line.free_target(MONDAY_US, flow, other) is None
    assert furnace.closing
    changes = line.run_until(MONDAY_US + HOUR_US)  # what was on its way still comes in
    lone = [c for c in changes if (c.device, c.signal) == ("ht50a", "process_step") and c.value == "Heating"]
    assert lone
    assert len(furnace.parts) < furnace.plan.batch


def test_a_commissioned_line_is_slow_and_stops_often(ran: dict[str, Ran]) -> None:
    for code in CODES:
        shape = template(code)
        assert (shape.phase is Phase.COMMISSIONING) == (ran[code][0].pace.cycle_factor > 1)
    body, die = ran["body-welding"], ran["die-casting"]
    stops = {name: sum(c.signal == "alarm" and c.value != "" for c in r[1]) / len(r[0].stations)
             for name, r in (("body", body), ("die", die))}  # fmt: skip
    assert stops["body"] > 2 * stops["die"]


@pytest.mark.parametrize("code", CODES)
def test_models_are_as_capable_as_asked(code: str) -> None:
    """Without drift and wear a variable meets its target with room; critical ones hardly ever fail."""
    shape = template(code)
    for c in shape.characteristics:
        m = model(code, c)
        if c.kind is Kind.ATTRIBUTE:
            assert 0 <= m.fails < 0.02
        elif m.typical:
            assert c.usl is not None
            assert m.typical < 0.6 * c.usl
        else:
            room = min(v for v in ((c.usl - m.centre) if c.usl is not None else None,
                                   (m.centre - c.lsl) if c.lsl is not None else None) if v is not None)  # fmt: skip
            assert room / (3 * m.noise) >= (c.target_cpk or 1.33)
    assert any(c.special is not Special.NONE for c in shape.characteristics) or code == "none"


def test_faults_work_on_any_type() -> None:
    line = SimulatedLine("jj-a1", seed=4, start_us=MONDAY_US, code="axle-shaft")
    line.run_until(MONDAY_US + HOUR_US)
    line.inject(parse_injection("jj-a1-mt80:scrap:2"))
    line.inject(parse_injection("jj-a1-ht20a:breakdown:600"))
    changes = line.run_until(MONDAY_US + 2 * HOUR_US)
    assert [p.scrap for p in line.scrapped][:2] == ["mt80:crack", "mt80:crack"]
    assert [c for c in changes if (c.device, c.signal, c.value) == ("mt80", "scrap_reason", "crack")]
    assert conserved(line)
    with pytest.raises(Problem, match=r"plants\.injection_target"):
        line.inject(parse_injection("jj-a1-b10:scrap:1"))


def test_the_demo_runs_one_line_of_every_other_type() -> None:
    assert len(housing_lines()) == 7
    others = other_lines()
    assert {line.template for line in (*housing_lines(), *others)} == set(CODES)
    assert len({line.template for line in others}) == len(others) == 6
    every = [*housing_lines(), *others]
    assert len({line.id for line in every}) == len({line.port for line in every}) == len(every)
    assert all(line.port < 50 for line in every)
    assert to_us(from_us(WORK_US)) == WORK_US

"""The housing line is physically coherent and the same for the same seed."""

from collections import Counter, defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.plants.conftest import HOUR_US, SHIFT_US, START_US

from gearpark.base.problems import Problem
from gearpark.plants.line import Change, SimulatedLine, parse_injection
from gearpark.plants.line.behaviour import shop
from gearpark.plants.line.board import SHOWN

Day = tuple[SimulatedLine, list[Change]]


def conserved(line: SimulatedLine) -> bool:
    return line.orders.created == len(line.parts_inside()) + line.delivered + len(line.scrapped)


def test_same_seed_same_history_another_seed_another(day: Day) -> None:
    again = SimulatedLine("qc-l1", seed=7, start_us=START_US)
    other = SimulatedLine("qc-l1", seed=8, start_us=START_US)
    assert again.run_until(START_US + 3 * HOUR_US) == [c for c in day[1] if c.at_us <= START_US + 3 * HOUR_US]
    assert other.run_until(START_US + 3 * HOUR_US) != [c for c in day[1] if c.at_us <= START_US + 3 * HOUR_US]


@settings(max_examples=8, deadline=None)
@given(st.lists(st.integers(1, 2 * 3600), min_size=1, max_size=12))
def test_history_does_not_depend_on_how_often_it_is_asked_for(steps_s: list[int]) -> None:
    whole = SimulatedLine("qc-l2", seed=3, start_us=START_US)
    pieces = SimulatedLine("qc-l2", seed=3, start_us=START_US)
    at, found = START_US, []
    for step in steps_s:
        at += step * 1_000_000
        found += pieces.run_until(at)
    assert found == whole.run_until(at)


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 30))
def test_parts_are_conserved_at_any_time(seed: int, hours: int) -> None:
    line = SimulatedLine("qc-l1", seed=seed, start_us=START_US)
    for hour in range(hours):
        line.run_until(START_US + (hour + 1) * HOUR_US)
        assert conserved(line)
        for buffer in line.buffers.values():
            assert 0 <= len(buffer.parts) <= buffer.plan.capacity


def test_serials_are_unique_and_on_one_place_only(day: Day) -> None:
    line, _ = day
    serials = [p.serial for p in (*line.parts_inside(), *line.scrapped)]
    assert len(serials) == len(set(serials))


def test_a_starved_station_has_nothing_upstream_and_a_blocked_one_no_room_downstream() -> None:
    line = SimulatedLine("qc-l1", seed=11, start_us=START_US)
    seen: Counter[str] = Counter()
    for minute in range(1, 20 * 60):
        line.run_until(START_US + minute * 60_000_000)
        for station in line.stations.values():
            state = line.board.states[station.code]
            if state == "starved":
                seen[state] += 1
                assert station.part is None
                flow = line.flow_into[station.group]
                assert line.ready_source(flow) is None or line._carrier[station.group].down
                if flow.source in line.buffers:
                    assert line.buffers[flow.source].stock == 0 or line._carrier[station.group].down
            elif state == "blocked":
                seen[state] += 1
                assert station.part is not None
                flow = line.flow_from[station.group]
                assert (
                    line.free_target(line.now_us, flow, station.part) is None
                    or line._carrier[flow.target].down
                )
                if flow.target in line.buffers and not line._carrier[flow.target].down:
                    assert line.buffers[flow.target].room == 0
    assert min(seen["starved"], seen["blocked"]) > 50


def test_counters_grow_and_times_never_go_back(day: Day) -> None:
    held: dict[tuple[str, str], float] = {}
    last = 0
    for change in day[1]:
        assert change.at_us >= last
        last = change.at_us
        if change.signal.endswith("_count"):
            key = (change.device, change.signal)
            assert float(change.value) >= held.get(key, 0.0)
            held[key] = float(change.value)
    for code in day[0].stations:
        assert held[code, "part_count"] == held[code, "good_count"] + held[code, "scrap_count"]


def test_a_signal_has_one_value_an_instant(day: Day) -> None:
    assert len({c[:3] for c in day[1]}) == len(day[1])


def test_every_canonical_event_signal_is_told_with_its_type(day: Day) -> None:
    told = defaultdict(set)
    for change in day[1]:
        told[change.device].add(change.signal)
    for device in day[0].template.devices:
        known = {s.name for s in day[0].template.signals_of(device.code)}
        assert told[device.code] <= known
        assert {"item_state", "operation_mode", "packml_state", "alarm", "part_count"} <= told[device.code]


def test_state_signals_always_show_one_of_the_agreed_states(day: Day) -> None:
    values: dict[str, dict[str, str | float]] = defaultdict(dict)
    by_instant: dict[tuple[int, str], bool] = {}
    for change in day[1]:
        values[change.device][change.signal] = change.value
        by_instant[change.at_us, change.device] = True
    names = ("item_state", "operation_mode", "packml_state", "suspend_reason")
    for held in values.values():
        assert tuple(held.get(n, "") for n in names) in SHOWN.values()


def test_mix_of_states_is_that_of_a_busy_shop(day: Day) -> None:
    seconds: dict[str, Counter[str]] = defaultdict(Counter)
    since: dict[str, tuple[int, str]] = {}
    shown = {v[:3]: k for k, v in SHOWN.items() if k not in ("starved", "blocked")}
    held: dict[str, dict[str, str | float]] = defaultdict(dict)
    for change in day[1]:
        held[change.device][change.signal] = change.value
        now = held[change.device]
        key = tuple(str(now.get(n, "")) for n in ("item_state", "operation_mode", "packml_state"))
        state = str(now.get("suspend_reason", "")) or shown.get(key, "")  # type: ignore[arg-type]
        start, before = since.get(change.device, (change.at_us, state))
        seconds[change.device][before] += (change.at_us - start) / 1e6
        since[change.device] = (change.at_us, state)
    for code in ("op40a", "op40b"):
        total = sum(seconds[code].values())
        assert seconds[code]["running"] / total > 0.75
        assert seconds[code]["starved"] / total < 0.12
    assert seconds["op60a"]["starved"] > seconds["op40a"]["starved"]  # the bottleneck feeds it too slowly


def test_a_shift_makes_seventy_to_eighty_housings() -> None:
    made: list[float] = []
    for number in range(1, 4):
        line = SimulatedLine(f"qc-l{number}", seed=7, start_us=START_US)
        before = 0.0
        for shift in range(7):
            line.run_until(START_US + (shift + 1) * SHIFT_US)
            count = float(line.board.values["cmm90"]["good_count"])
            made.append(count - before)
            before = count
        made.pop(-7)  # the first shift fills the line
    assert 70 <= sum(made) / len(made) <= 80
    assert max(made) <= SHIFT_US / 1e6 / line.template.ideal_cycle_s


def test_pass_rate_is_near_9999_in_ten_thousand() -> None:
    assert 0.9998 < (1 - shop().stray_share) ** 2 < 1
    made = scrapped = 0
    for seed in range(5):
        line = SimulatedLine("qc-l1", seed=seed, start_us=START_US)
        line.run_until(START_US + 24 * HOUR_US)
        made += line.delivered
        scrapped += len(line.scrapped)
    assert made > 900
    assert scrapped <= 3


def test_nothing_starts_in_a_break(day: Day) -> None:
    breaks = [(a + START_US, b + START_US) for a, b in ((2 * HOUR_US, 2 * HOUR_US + 600_000_000),)]
    starts = [c for c in day[1] if c.signal == "part_serial" and c.value and c.device in day[0].stations]
    grace = 60_000_000  # a part in the gripper is still put down
    assert not [c for c in starts for a, b in breaks if a + grace < c.at_us < b]


def test_a_breakdown_starves_what_follows_and_blocks_what_comes_before() -> None:
    line = SimulatedLine("qc-l3", seed=5, start_us=START_US)
    line.run_until(START_US + HOUR_US)
    for code in ("qc-l3-op40a", "qc-l3-op40b"):
        line.inject(parse_injection(f"{code}:breakdown:5400"))
    assert line.board.values["op40a"]["alarm"] == "INJ-0001"
    assert line.board.values["op40a"]["item_state"] == "OutOfService"
    line.run_until(START_US + 2 * HOUR_US + 1_200_000_000)
    assert line.buffers["b40"].room <= 0
    assert line.board.values["op30a"]["suspend_reason"] == "blocked"
    assert line.board.values["op60a"]["suspend_reason"] == "starved"
    line.run_until(START_US + 3 * HOUR_US)
    assert line.board.values["op40a"]["alarm"] == ""


def test_scrap_drift_and_missing_blanks_can_be_injected() -> None:
    line = SimulatedLine("qc-l1", seed=5, start_us=START_US)
    line.run_until(START_US + HOUR_US)
    line.inject(parse_injection("qc-l1-leak80:scrap:2"))
    line.inject(parse_injection("qc-l1-op40a:drift:60"))
    changes = line.run_until(START_US + 2 * HOUR_US)
    assert sum(p.scrap.startswith("leak80") for p in line.scrapped) == 2
    assert any(p.scrap == "cmm90:bore" for p in line.scrapped)
    assert [c for c in changes if c.signal == "measure_result" and c.value == "NOK"]
    assert max(float(c.value) for c in changes if c.signal == "bore_1_um") > 40
    line.inject(parse_injection("qc-l1-b10:no-blanks:7200"))
    line.run_until(START_US + 4 * HOUR_US - 60_000_000)  # a break begins at four
    assert line.board.values["op10a"]["suspend_reason"] == "starved"
    assert conserved(line)


@pytest.mark.parametrize(
    "text", ["", "x", "a:breakdown", "a:nothing:5", "a:breakdown:nan", "a:breakdown:-5", "a:slow:1e9"]
)
def test_faults_that_cannot_be_read_are_refused(text: str) -> None:
    with pytest.raises(Problem, match=r"plants\.injection"):
        parse_injection(text)


def test_a_fault_that_does_not_fit_the_device_is_refused() -> None:
    line = SimulatedLine("qc-l1", seed=5, start_us=START_US)
    for text in ("qc-l1-nothing:breakdown:5", "qc-l1-b10:breakdown:5", "qc-l1-g1:scrap:1"):
        with pytest.raises(Problem, match=r"plants\.injection_target"):
            line.inject(parse_injection(text))

"""Analog signals follow the state of their device."""

from tests.plants.conftest import HOUR_US, START_US

from gearpark.plants.line import AnalogSampler, SimulatedLine
from gearpark.plants.line.analogs import DEAD_BANDS, noise, sampled


def test_spindles_turn_only_while_cutting_and_values_stay_in_their_ranges() -> None:
    line = SimulatedLine("qc-l1", seed=7, start_us=START_US)
    sampler = AnalogSampler(line)
    turning = 0
    for second in range(1, 3600, 7):
        line.run_until(START_US + HOUR_US + second * 1_000_000)
        for change in sampler.sample(line.now_us):
            low, high = sampled(line.template, change.device)[change.signal]
            assert low <= float(change.value) <= high, change
            if change.signal == "spindle_speed" and float(change.value) > 0:
                unit = line.stations[change.device]
                turning += 1
                assert unit.phase == "busy"
                assert not unit.down
    assert turning > 1000


def test_a_value_inside_its_dead_band_keeps_standing() -> None:
    line = SimulatedLine("qc-l1", seed=7, start_us=START_US)
    sampler = AnalogSampler(line)
    line.run_until(START_US + HOUR_US)
    first = {(c.device, c.signal): float(c.value) for c in sampler.sample(line.now_us)}
    line.run_until(line.now_us + 1_000_000)
    for change in sampler.sample(line.now_us):
        before = first[change.device, change.signal]
        moved = abs(float(change.value) - before)
        band = DEAD_BANDS.get(change.signal) or sampler._bands[change.device, change.signal]
        assert moved == 0 or moved >= band - 1e-9


def test_sampled_signals_are_canonical_and_samples_repeat() -> None:
    one, two = (SimulatedLine("qc-l1", seed=7, start_us=START_US) for _ in range(2))
    for line in (one, two):
        line.run_until(START_US + HOUR_US)
    found = AnalogSampler(one).sample(one.now_us)
    assert found == AnalogSampler(two).sample(two.now_us)
    for change in found:
        assert change.signal in {s.name for s in one.template.signals_of(change.device)}


def test_noise_is_even_and_keyed() -> None:
    values = [noise(42, second) for second in range(20_000)]
    assert min(values) >= -1
    assert max(values) < 1
    assert abs(sum(values) / len(values)) < 0.02
    assert noise(42, 7) == noise(42, 7) != noise(43, 7)


def test_every_sampled_signal_is_sampled_every_time() -> None:
    line = SimulatedLine("qc-l1", seed=7, start_us=START_US)
    sampler = AnalogSampler(line)
    first = {c[1:3] for c in sampler.sample(line.now_us)}
    for minute in range(1, 200, 3):
        line.run_until(START_US + minute * 60_000_000)
        assert {c[1:3] for c in sampler.sample(line.now_us)} == first

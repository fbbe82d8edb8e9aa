"""The packaged line template hangs together and can be drawn."""

import pytest

from gearpark.base.problems import Problem
from gearpark.engines.lines import asset_types, signals_of, template, template_codes
from gearpark.engines.lines.template import read_template
from gearpark.engines.lines.types import Rail

HOUSING = template("housing-machining")


def test_seven_lines_have_more_than_180_devices() -> None:
    assert len(HOUSING.devices) == 26
    assert 7 * len(HOUSING.devices) == 182
    assert "housing-machining" in template_codes()


def test_every_device_has_a_known_type_with_signals() -> None:
    for device in HOUSING.devices:
        names = [s.name for s in signals_of(device.type)]
        assert "item_state" in names
        assert len(names) == len(set(names))
        assert device.title_en
        assert device.title_zh


def test_no_two_shapes_overlap_and_all_are_inside() -> None:
    shapes = [d.place for d in HOUSING.devices]
    for i, a in enumerate(shapes):
        assert a.width / 2 <= a.x <= HOUSING.width - a.width / 2
        assert a.height / 2 <= a.y <= HOUSING.height - a.height / 2
        for b in shapes[i + 1 :]:
            apart_x = abs(a.x - b.x) >= (a.width + b.width) / 2
            apart_y = abs(a.y - b.y) >= (a.height + b.height) / 2
            assert apart_x or apart_y, (a, b)


def test_flow_runs_left_to_right_and_reaches_every_station() -> None:
    order = [f.target for f in HOUSING.flows]
    assert order[0] == "b10"
    assert order[-1] == "store"
    reached = {code for f in HOUSING.flows for code in HOUSING.ends_of(f.target)}
    assert {s.code for s in HOUSING.stations} <= reached
    xs = [HOUSING.device(HOUSING.ends_of(f.target)[0]).place.x for f in HOUSING.flows[:-1]]
    assert xs == sorted(xs)


def test_bottleneck_gives_the_ideal_cycle() -> None:
    assert HOUSING.ideal_cycle_s == 310
    for group, stations in HOUSING.groups.items():
        assert min(s.ideal_cycle_s for s in stations) / len(stations) <= 310, group


def test_asset_ids_and_unknown_names() -> None:
    assert HOUSING.asset_id("qc-l1", "op10a") == "qc-l1-op10a"
    with pytest.raises(Problem, match=r"lines\.device_unknown"):
        HOUSING.asset_id("qc-l1", "nothing")
    with pytest.raises(Problem, match=r"lines\.template_unknown"):
        template("nothing")
    with pytest.raises(Problem, match=r"lines\.asset_type_unknown"):
        signals_of("nothing")
    assert set(asset_types()) >= {d.type for d in HOUSING.devices}


def test_a_broken_template_is_refused_with_a_reason() -> None:
    with pytest.raises(Problem, match=r"lines\.template_broken"):
        read_template("not toml [")
    with pytest.raises(Problem, match=r"lines\.template_broken"):
        read_template("[line]\ncode='x'")


def test_rail_walks_both_ways() -> None:
    loop = Rail(((0, 0), (10, 0), (10, 10), (0, 10)), closed=True)
    assert loop.length() == 40
    assert loop.at(0.25) == (10, 0)
    assert loop.at(0.875) == (0, 5)
    assert loop.share_of(10, 5) == pytest.approx(0.375)
    assert loop.at(1.0) == (0, 0)

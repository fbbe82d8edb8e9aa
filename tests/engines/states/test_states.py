"""Machine states: the rule tables cell by cell, the laws of intervals, a real machine's day."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gearpark.base.problems import Problem
from gearpark.base.wire import Status
from gearpark.engines.states import (
    MAPPINGS,
    STATES,
    bind_mtconnect,
    intervals,
    mapping,
    microseconds_by_state,
    report,
    seconds_by_state,
)
from gearpark.engines.states.mapping import read

BAD = int(Status.BAD_NO_COMMUNICATION)
NAN = float("nan")


@dataclass
class Columns:
    at_us: list[int] = field(default_factory=list)
    num: list[float] = field(default_factory=list)
    text: list[str | None] = field(default_factory=list)
    status: list[int] = field(default_factory=list)


def series(*points: tuple) -> Columns:
    """(time, value[, status]); value None: no value."""
    made = Columns()
    for at, value, *status in points:
        made.at_us.append(at)
        made.num.append(value if isinstance(value, (int, float)) else NAN)
        made.text.append(value if isinstance(value, str) else None)
        made.status.append(status[0] if status else 0)
    return made


def state_of(rules: str, **values) -> tuple[str, str]:
    known = {role: series((0, value, BAD) if value is None else (0, value)) for role, value in values.items()}
    [only] = intervals(known, 0, 10, mapping(rules))
    return only.state, only.reason


@pytest.mark.parametrize(
    ("values", "state"),
    [
        ({}, "no_data"),
        ({"item_state": None}, "no_data"),
        ({"item_state": "Executing", "availability": 0.0}, "no_data"),
        ({"item_state": "Executing", "availability": 1.0}, "running"),
        ({"item_state": "Executing", "operation_mode": "Processing", "packml_state": "Execute"}, "running"),
        ({"item_state": "executing"}, "running"),
        ({"item_state": "Executing", "operation_mode": "Setup"}, "setup"),
        ({"item_state": "NotExecuting", "operation_mode": "Maintenance"}, "planned_stop"),
        ({"item_state": "OutOfService", "operation_mode": "Maintenance"}, "planned_stop"),
        ({"item_state": "OutOfService", "operation_mode": "Processing", "alarm": "E-17"}, "down"),
        ({"item_state": "NotExecuting", "packml_state": "Aborted"}, "down"),
        ({"item_state": "NotExecuting", "packml_state": "Held"}, "down"),
        ({"item_state": "NotExecuting", "packml_state": "Stopped", "alarm": "E-1"}, "down"),
        ({"item_state": "NotExecuting", "packml_state": "Stopped", "alarm": ""}, "idle"),
        ({"item_state": "NotExecuting", "packml_state": "Suspended", "suspend_reason": "starved"}, "starved"),
        ({"item_state": "Executing", "packml_state": "Suspended", "suspend_reason": "blocked"}, "blocked"),
        ({"item_state": "NotExecuting", "packml_state": "Suspended", "suspend_reason": ""}, "idle"),
        ({"item_state": "NotExecuting", "suspend_reason": "starved"}, "starved"),
        ({"item_state": "NotExecuting", "packml_state": "Idle"}, "idle"),
        ({"item_state": "NotAvailable"}, "down"),
        ({"item_state": "Dreaming"}, "no_data"),
    ],
)
def test_machinery_cells(values, state):
    assert state_of("machinery-1", **values)[0] == state


@pytest.mark.parametrize(
    ("values", "state", "reason"),
    [
        ({}, "no_data", "no execution state"),
        ({"availability": None, "execution": None}, "no_data", "unavailable"),
        ({"availability": "UNAVAILABLE", "execution": "ACTIVE"}, "no_data", "unavailable"),
        ({"availability": "AVAILABLE", "execution": None}, "no_data", "no execution state"),
        ({"availability": "AVAILABLE", "execution": "ACTIVE", "mode": "AUTOMATIC"}, "running", ""),
        ({"execution": "ACTIVE", "functional_mode": "PROCESS_DEVELOPMENT"}, "running", ""),
        ({"execution": "ACTIVE", "mode": "MANUAL_DATA_INPUT"}, "setup", "by hand"),
        ({"execution": "READY", "mode": "MANUAL"}, "setup", "by hand"),
        ({"execution": "READY", "functional_mode": "MAINTENANCE"}, "planned_stop", "maintenance"),
        ({"execution": "ACTIVE", "estop": "TRIGGERED"}, "down", "emergency stop"),
        ({"execution": "STOPPED", "condition": "FAULT|E1|||no oil"}, "down", "E1 no oil"),
        ({"execution": "ACTIVE", "condition": "FAULT|E1|||no oil"}, "running", ""),
        ({"execution": "READY", "condition": "WARNING|W1|||low"}, "idle", "ready"),
        ({"execution": "FEED_HOLD"}, "idle", "feed hold"),
        ({"execution": "INTERRUPTED"}, "idle", "interrupted"),
        ({"execution": "STOPPED"}, "idle", "program ended"),
        ({"execution": "SOMETHING"}, "no_data", "unknown execution state"),
    ],
)
def test_mtconnect_cells(values, state, reason):
    assert state_of("mtconnect-1", **values) == (state, reason)


def test_an_alarm_is_the_reason_where_there_is_one():
    assert state_of("machinery-1", item_state="OutOfService", alarm="E-17") == ("down", "E-17")
    assert state_of("machinery-1", item_state="OutOfService", alarm="") == ("down", "out of service")


def test_an_execution_state_newer_than_unavailable_shows_that_the_machine_is_there():
    rules = mapping("mtconnect-1")
    known = {
        "availability": series((0, None, BAD), (50, None, BAD)),
        "execution": series((0, None, BAD), (10, "READY"), (60, "READY"), (70, None, BAD)),
    }
    made = [(i.start_us, i.end_us, i.state) for i in intervals(known, 0, 100, rules)]
    assert made == [
        (0, 10, "no_data"),
        (10, 50, "idle"),
        (50, 60, "no_data"),
        (60, 70, "idle"),
        (70, 100, "no_data"),
    ]


def test_several_alarms_of_one_data_item_are_told_apart():
    rules = mapping("mtconnect-1")
    known = {
        "execution": series((0, "STOPPED")),
        "a": series((1, "FAULT|1|||x"), (2, "FAULT|2|||y"), (3, "NORMAL|1"), (4, "NORMAL"), (6, None, BAD)),
        "b": series((5, "FAULT|9|||z")),
    }
    made = intervals(known, 0, 8, rules, {"execution": ["execution"], "condition": ["a", "b"]})
    assert [(i.start_us, i.state, i.reason) for i in made] == [
        (0, "idle", "program ended"),
        (1, "down", "1 x"),
        (3, "down", "2 y"),
        (4, "idle", "program ended"),
        (5, "down", "9 z"),
    ]


def test_at_one_instant_a_blanket_normal_clears_before_new_alarms_rise():
    rules = mapping("mtconnect-1")
    known = {
        "execution": series((0, "STOPPED")),
        "c": series((1, "FAULT|1|||x"), (2, "NORMAL"), (2, "FAULT|2|||y")),
    }
    made = intervals(known, 0, 3, rules, {"execution": ["execution"], "condition": ["c"]})
    assert [i.reason for i in made] == ["program ended", "1 x", "2 y"]


def test_roles_are_bound_by_data_item_type():
    items = [("zz", "EXECUTION", "EVENT"), ("aa", "EXECUTION", "EVENT"), ("x", "POSITION", "SAMPLE")]
    items += [("c2", "SYSTEM", "CONDITION"), ("c1", "LOAD", "CONDITION")]
    assert bind_mtconnect(mapping("mtconnect-1"), items) == {"execution": ["aa"], "condition": ["c1", "c2"]}


def test_wrong_periods_and_tables_are_named():
    with pytest.raises(Problem, match=r"states\.period"):
        intervals({}, 5, 5, mapping("machinery-1"))
    with pytest.raises(Problem, match=r"states\.mapping_unknown"):
        mapping("machinery-9")
    with pytest.raises(Problem, match=r"states\.mapping_wrong"):
        read('name="x"\nversion=1\nroles=["a"]\n[[rule]]\nstate="flying"\n')
    with pytest.raises(Problem, match=r"states\.mapping_wrong"):
        read('name="x"\nversion=1\nroles=["a"]\n[[rule]]\nstate="idle"\nwhen.b=["1"]\n')


@pytest.mark.parametrize("name", MAPPINGS)
def test_every_table_is_versioned_by_its_name_and_ends_with_a_rule_for_the_rest(name):
    rules = mapping(name)
    assert f"{rules.name.rpartition('-')[0]}-{rules.version}" == name
    assert rules.rules[-1].when == ()


VALUES = {
    "item_state": ["Executing", "NotExecuting", "OutOfService", None],
    "operation_mode": ["Processing", "Setup", "Maintenance"],
    "packml_state": ["Execute", "Suspended", "Held", "Idle", None],
    "suspend_reason": ["", "starved", "blocked"],
    "alarm": ["", "E-1"],
    "availability": [1.0, 0.0, None],
    "execution": ["ACTIVE", "READY", "STOPPED", None],
    "mode": ["AUTOMATIC", "MANUAL", None],
    "estop": ["ARMED", "TRIGGERED"],
    "condition": ["NORMAL", "FAULT|1|||x", "FAULT|2|||y", "NORMAL|1", "WARNING", None],
}
EVENTS = st.lists(
    st.sampled_from(sorted(VALUES)).flatmap(
        lambda role: st.tuples(st.just(role), st.integers(-30, 130), st.sampled_from(VALUES[role]))
    ),
    max_size=40,
)


def built(events) -> dict[str, Columns]:
    known: dict[str, list[tuple]] = {}
    for role, at, value in events:
        known.setdefault(role, []).append((at, value, BAD) if value is None else (at, value))
    return {role: series(*points) for role, points in known.items()}


@given(events=EVENTS, name=st.sampled_from(MAPPINGS), seed=st.integers(0, 99), cut=st.integers(1, 99))
def test_laws_of_intervals(events, name, seed, cut):
    """Coverage is exact, neighbours differ, order has no say, and a period is the sum of its parts."""
    rules = mapping(name)
    made = intervals(built(events), 0, 100, rules)
    assert (made[0].start_us, made[-1].end_us) == (0, 100)
    assert all(a.end_us == b.start_us and a[2:] != b[2:] for a, b in pairwise(made))
    assert all(i.start_us < i.end_us and i.state in STATES for i in made)
    assert sum(microseconds_by_state(made).values()) == 100
    shuffled = list(events)
    random.Random(seed).shuffle(shuffled)
    assert intervals(built(shuffled), 0, 100, rules) == made
    assert intervals(built(events * 2), 0, 100, rules) == made
    left = intervals(built(events), 0, cut, rules)
    right = intervals(built(events), cut, 100, rules)
    if left[-1][2:] == right[0][2:]:
        left, right = left[:-1], [right[0]._replace(start_us=left[-1].start_us), *right[1:]]
    assert [*left, *right] == made


def test_the_report_is_exact_in_microseconds():
    made = intervals(
        {"item_state": series((1, "Executing"), (2_000_003, "NotExecuting"))},
        0,
        5_000_000,
        mapping("machinery-1"),
    )
    answer = report("m1", made, mapping("machinery-1"))
    assert answer["seconds_by_state"]["running"] == 2.000002
    assert sum(answer["microseconds_by_state"].values()) == 5_000_000
    assert set(answer["seconds_by_state"]) == set(STATES)
    assert seconds_by_state(made)["no_data"] == 0.000001
    assert answer["intervals"][0] == {
        "from": "1970-01-01T00:00:00+00:00", "to": "1970-01-01T00:00:00.000001+00:00",
        "state": "no_data", "reason": "no item state",
    }  # fmt: skip

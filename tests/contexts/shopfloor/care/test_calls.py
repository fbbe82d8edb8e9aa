"""Calls for help: the clock runs on the server and every step escalates exactly once, however many processes run it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from tests.factories import registry as make

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.base.time import to_us
from gearpark.contexts.shopfloor.models.calls import Call, CallEscalation
from gearpark.contexts.shopfloor.queries import source
from gearpark.contexts.shopfloor.queries.calls import call, open_calls, standing_calls
from gearpark.contexts.shopfloor.services import calls
from gearpark.contexts.shopfloor.types.calls import (
    CallColour,
    CallEscalated,
    CallStatus,
    CallTypeWanted,
    CallWanted,
)
from gearpark.kit import events
from gearpark.kit.tenant import acting

from .signals import SECOND_US, write


@pytest.fixture
def types(shop: Scope) -> Scope:
    calls.save_call_type(shop, CallTypeWanted("machine", "Machine", CallColour.RED, "设备"))
    calls.save_call_reason(shop, "machine", "jam", "Jam", "卡料")
    return shop


def raised(scope: Scope, at: datetime, **more: str) -> int:
    return calls.raise_call(scope, CallWanted("machine", "qc-l1", "op10a", "Gripper stuck", **more), at)


def test_a_call_goes_from_hand_to_hand(types: Scope, now: datetime) -> None:
    key = raised(types, now)
    calls.accept_call(types, key, now + timedelta(seconds=40))
    calls.contain_call(types, key, now + timedelta(seconds=200))
    with acting(types):
        found = call(types, key)
        assert (found.status, found.on_site_at) == (CallStatus.CONTAINED, now + timedelta(seconds=200))
        assert open_calls(types, "qc-l2") == []
        assert [item.id for item in open_calls(types, "qc-l1")] == [key]
    with pytest.raises(Problem) as caught:
        calls.close_call(types, key, now, "no-such-reason")
    assert caught.value.code == "calls.reason_unknown"
    calls.close_call(types, key, now + timedelta(minutes=20), "jam", "Belt replaced")
    with acting(types):
        assert standing_calls(types) == []
    with pytest.raises(Problem) as caught:
        calls.accept_call(types, key, now)
    assert caught.value.code == "calls.over"


def test_a_call_that_somebody_took_is_not_taken_again(types: Scope, now: datetime) -> None:
    key = raised(types, now)
    calls.accept_call(types, key, now)
    other = make.scope_of("qichi", person_id=77)
    object.__setattr__(other, "actor", "somebody-else")
    with pytest.raises(Problem) as caught:
        calls.accept_call(other, key, now)
    assert caught.value.code == "calls.taken"


def test_the_clock_escalates_what_is_late_and_only_that(types: Scope, now: datetime) -> None:
    late, quick = raised(types, now), raised(types, now)
    calls.accept_call(types, quick, now + timedelta(seconds=30))
    steps: list[tuple[int, str, int]] = []
    for second in range(0, 1000, 30):
        told = calls.escalate(types, now + timedelta(seconds=second))
        steps += [(event.call_id, event.step.value, second) for event in told]
    assert steps == [
        (late, "accept", 120), (late, "on_site", 300), (quick, "on_site", 300), (late, "contain", 900),
        (quick, "contain", 900),
    ]  # fmt: skip
    with acting(types):
        assert call(types, late).level == 2


def test_a_changed_type_moves_no_running_clock(types: Scope, now: datetime) -> None:
    raised(types, now)
    calls.save_call_type(
        types, CallTypeWanted("machine", "Machine", CallColour.RED, accept_s=5, on_site_s=6, contain_s=7)
    )
    assert calls.escalate(types, now + timedelta(seconds=60)) == []


@pytest.mark.django_db(transaction=True)
def test_two_processes_escalate_each_step_once(now: datetime) -> None:
    from gearpark.contexts.shopfloor.public import ensure_demo_lines

    make.organisation("qichi")
    scope = make.scope_of("qichi")
    with acting(scope):
        ensure_demo_lines(scope)
    calls.save_call_type(scope, CallTypeWanted("machine", "Machine", CallColour.RED))
    keys = [raised(scope, now) for _ in range(12)]
    told: list[tuple[int, str]] = []
    events.bind(CallEscalated, note := lambda event: told.append((event.call_id, event.step.value)))
    start, failed = threading.Barrier(4), []

    def clock() -> None:
        try:
            start.wait()
            for _ in range(6):
                calls.escalate(scope, now + timedelta(minutes=16))
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=clock) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    events._listeners[CallEscalated].remove(note)
    assert failed == []
    assert sorted(told) == sorted((key, step) for key in keys for step in ("accept", "on_site", "contain"))
    with acting(scope):
        assert CallEscalation.objects.of(scope).count() == 36
        assert set(Call.objects.of(scope).values_list("level", flat=True)) == {2}


def test_an_alarm_that_stands_calls_once(lake_root: Path, types: Scope, now: datetime) -> None:
    began = to_us(now) - 90 * SECOND_US
    calls.save_call_rule(types, "machine", "SP-", now - timedelta(hours=1), delay_s=60)
    write(
        lake_root,
        [("qc-l1-op10a/alarm", began, "SP-2041"), ("qc-l1-op10a/alarm_text", began, "Spindle overload"),
         ("qc-l1-op10b/alarm", began + 80 * SECOND_US, "SP-2041"), ("qc-l1-op20a/alarm", began, "TC-1107")],
        to_us(now),
    )  # fmt: skip
    assert len(calls.call_by_alarms(types, source.reader(), now)) == 1
    assert calls.call_by_alarms(types, source.reader(), now) == []
    with acting(types):
        (found,) = standing_calls(types)
        assert (found.station, found.text, found.source.value) == (
            "op10a",
            "SP-2041 Spindle overload",
            "alarm",
        )
    assert len(calls.call_by_alarms(types, source.reader(), now + timedelta(minutes=1))) == 1


def test_the_same_key_gives_the_same_call(types: Scope, now: datetime) -> None:
    assert raised(types, now, key="t1-1") == raised(types, now, key="t1-1")


def test_a_stranger_neither_sees_nor_takes_a_call(
    types: Scope, now: datetime, scope_of: Callable[..., Scope]
) -> None:
    key, other = raised(types, now), scope_of("other")
    with acting(other):
        assert standing_calls(other) == []
    with pytest.raises(Problem) as caught:
        calls.accept_call(other, key, now)
    assert caught.value.code == "calls.call_unknown"

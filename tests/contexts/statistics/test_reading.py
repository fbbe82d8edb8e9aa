"""Readings are shared among those who may see the same, and among nobody else."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from gearpark.base.scope import Scope
from gearpark.base.time import now_utc
from gearpark.contexts.statistics import queries

pytestmark = pytest.mark.django_db


def read(scope: Scope, language: str = "en") -> object:
    return queries.reading(scope, now_utc(), language=language, time_zone="Asia/Shanghai")


def test_two_screens_share_one_reading(park_scope: Scope, acting_as: Callable[[Scope], Scope]) -> None:
    acting_as(park_scope)
    assert read(park_scope) is read(park_scope)
    assert read(park_scope) is not read(park_scope, "zh-hans")


def test_another_organisation_gets_its_own(
    scope_of: Callable[..., Scope], acting_as: Callable[[Scope], Scope], organisation: Callable[..., object]
) -> None:
    organisation("firm-a")
    organisation("firm-b")
    first, second = scope_of("firm-a"), scope_of("firm-b")
    acting_as(first)
    one = read(first)
    acting_as(second)
    assert read(second) is not one


def test_forgetting_is_safe_while_others_read() -> None:
    threads = [threading.Thread(target=queries.forget) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

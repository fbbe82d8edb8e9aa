"""One reading of the park shared by everyone who may see the same: pages, wall screens and their streams.

A reading walks over every line's shift and every device, so it is made at most once per ``MIN_AGE_S`` and never by two
at once; who comes while it is made waits for it.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from datetime import datetime

from gearpark.base.scope import Scope

from ..types import Overview
from .overview import overview

MIN_AGE_S = 2.0  # a younger reading is given as it is
LOAD_SHARE = 0.2  # making readings may take this share of one processor: a slow one is kept longer
MAX_AGE_S = 15.0
MAX_KEPT = 32


class _Kept:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.made_at = float("-inf")
        self.keep_s = 0.0
        self.seen: Overview | None = None


_kept: OrderedDict[tuple[object, ...], _Kept] = OrderedDict()
_lock = threading.Lock()


def reading(scope: Scope, now: datetime, *, language: str, time_zone: str) -> Overview:
    """The overview, at most ``MAX_AGE_S`` old. ``Overview.at`` says of when it is."""
    key = (scope.park_wide, scope.org, scope.orgs, language, time_zone)
    with _lock:
        kept = _kept.setdefault(key, _Kept())
        _kept.move_to_end(key)
        while len(_kept) > MAX_KEPT:
            _kept.popitem(last=False)
    with kept.lock:
        began = time.monotonic()
        if kept.seen is not None and began - kept.made_at < kept.keep_s:
            return kept.seen
        seen = overview(scope, now, language=language, time_zone=time_zone)
        kept.made_at = time.monotonic()
        kept.keep_s = min(MAX_AGE_S, max(MIN_AGE_S, (kept.made_at - began) / LOAD_SHARE))
        kept.seen = seen
        return seen


def forget() -> None:
    """Drop all readings (tests, and after the park was loaded anew)."""
    with _lock:
        _kept.clear()

"""A line's figures from the lake, made at most once per ``REFRESH_S`` and process, whoever asks."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict

from gearpark.base import home
from gearpark.engines.calendars import Shift
from gearpark.lake.reader import Reader, forget_shared, shared_reader

from ..types import LineFigures, LineInfo
from ..types.figures import Said
from .figures import EDGE_US, NOTHING_SAID, line_figures
from .history import LineHistory

REFRESH_S = 3.0  # figures of a running shift are made anew at most this often
MAX_KEPT = 64  # shifts kept in memory

_lock = threading.Lock()
_kept: OrderedDict[tuple[object, ...], _Kept] = OrderedDict()


class _Kept:
    """One shift: what was observed and the figures made of it."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.history: LineHistory | None = None
        self.figures: LineFigures | None = None
        self.made_at = 0.0


def reader() -> Reader:
    """The process's reader of this installation's lake."""
    return shared_reader(home.folder("lake"))


def figures(line: LineInfo, shift: Shift, plan: int, now_us: int, said: Said = NOTHING_SAID) -> LineFigures:
    """Figures of one shift, a pure function of the lake and of what was said; kept while neither has changed."""
    lake = reader()
    until = max(shift.start_us, min(now_us, shift.end_us))
    kept = _keep((*_key(line, shift), plan))
    with kept.lock:
        made = kept.figures
        young = time.monotonic() - kept.made_at < REFRESH_S
        same = made is not None and made.said == said
        if made and same and until < shift.end_us and young and 0 <= until - made.until_us <= REFRESH_S * 1e6:
            return made
        if kept.history is None:
            kept.history = LineHistory(line, shift.start_us - EDGE_US)
        if kept.history.update(lake, until) or made is None or not same:
            silent = kept.history.silences(shift.start_us)
            made = kept.figures = line_figures(line, shift, plan, kept.history.signals(), until, silent, said)
        kept.made_at = time.monotonic()
        return made


def young(line: LineInfo, shift: Shift, now_us: int) -> LineFigures | None:
    """Figures made in the last ``REFRESH_S``, if any: for what is asked many times a second."""
    wanted = _key(line, shift)
    with _lock:
        found = [kept for key, kept in _kept.items() if key[: len(wanted)] == wanted]
    for kept in found:
        made = kept.figures
        if made and time.monotonic() - kept.made_at < REFRESH_S and now_us - made.until_us <= REFRESH_S * 1e6:
            return made
    return None


def forget() -> None:
    """Drop everything kept in memory (tests, and after the lake was replaced under us)."""
    with _lock:
        _kept.clear()
    forget_shared()


def _key(line: LineInfo, shift: Shift) -> tuple[object, ...]:
    root = str(home.folder("lake"))
    return (root, line.org, line.asset, line.revision, line.calendar_revision, shift.key)


def _keep(key: tuple[object, ...]) -> _Kept:
    with _lock:
        found = _kept.get(key)
        if found is None:
            found = _kept[key] = _Kept()
            while len(_kept) > MAX_KEPT:
                _kept.popitem(last=False)
        _kept.move_to_end(key)
        return found

"""MTConnect conditions: one data item may have several alarms active at once, told apart by native code."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gearpark.base.mtconnect import condition_level

from .mapping import BAD

BAD_SEVERITY = 0x80000000


def _rank(level: str, code: str, text: str) -> tuple[int, str, str]:
    """At one instant: a blanket NORMAL clears first, then alarms are raised, then single ones are cleared."""
    if level == "NORMAL":
        return (2 if code else 0, code, text)
    return (1, code, text)


def condition_changes(known: Sequence[Any], end_us: int) -> list[tuple[int, tuple[str, str]]]:
    """Condition signals of a machine -> (time, word) of every change of its worst level.

    The word is ``fault``, ``warning`` or ``normal``, written with what the first active alarm says; ``?bad`` while no
    condition of the machine is known. NORMAL without a native code clears a data item, with a code only that alarm.
    """
    events: list[tuple[int, int, tuple[int, str, str], bool, str, str, str]] = []
    for number, one in enumerate(known):
        for at, text, status in zip(_listed(one.at_us), _listed(one.text), _listed(one.status), strict=True):
            if at >= end_us:
                continue
            bad = bool(status & BAD_SEVERITY) or text is None
            level, code = ("", "") if bad else condition_level(str(text).upper())
            said = "" if bad else str(text)
            events.append(
                (at, number, (-1, "", "") if bad else _rank(level, code, said), bad, level, code, said)
            )
    events.sort()
    active: list[dict[str, tuple[str, str]]] = [{} for _ in known]
    seen: list[bool] = [False] * len(known)
    changes: list[tuple[int, tuple[str, str]]] = []
    for place, (at, number, _, bad, level, code, said) in enumerate(events):
        seen[number] = not bad
        if bad or (level == "NORMAL" and not code):
            active[number].clear()
        elif level == "NORMAL":
            active[number].pop(code, None)
        else:
            active[number][code] = (level, said)
        if place + 1 < len(events) and events[place + 1][0] == at:
            continue
        word = _worst(active) if any(seen) else (BAD, "")
        if not changes or changes[-1][1] != word:
            changes.append((at, word))
    return changes


def _worst(active: list[dict[str, tuple[str, str]]]) -> tuple[str, str]:
    for level in ("FAULT", "WARNING"):
        said = sorted(text for alarms in active for found, text in alarms.values() if found == level)
        if said:
            return level.lower(), _words(said[0])
    return "normal", ""


def _words(text: str) -> str:
    """``FAULT|81000396|||918 BELLOWS`` -> ``81000396 918 BELLOWS``; only the level: nothing to add."""
    return " ".join(part for part in text.split("|")[1:] if part)


def _listed(column: Any) -> list[Any]:
    return column.tolist() if hasattr(column, "tolist") else list(column)

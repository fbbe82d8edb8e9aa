"""From observations to state intervals. Pure; exact in microseconds; the order of input has no say."""

from __future__ import annotations

from collections.abc import Mapping as MappingABC
from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

from gearpark.base.problems import Problem
from gearpark.base.wire import Status

from .conditions import condition_changes
from .mapping import BAD, STATES, UNSEEN, Mapping

BAD_SEVERITY = 0x80000000
Word = tuple[str, str]  # lower case for the rules, as written for reasons


class SeriesLike(Protocol):
    """Columns of one signal: times in microseconds, numbers (nan: none), texts (None: none), OPC UA status codes."""

    at_us: Any
    num: Any
    text: Any
    status: Any


class StateInterval(NamedTuple):
    """``start_us <= t < end_us``; state one of ``STATES``; reason in words or a code of the machine."""

    start_us: int
    end_us: int
    state: str
    reason: str


def intervals(
    series: MappingABC[str, SeriesLike],
    start_us: int,
    end_us: int,
    rules: Mapping,
    roles: MappingABC[str, Sequence[str]] | None = None,
) -> list[StateInterval]:
    """Intervals that cover ``[start_us, end_us)`` without gap or overlap, neighbours always different.

    series  by signal name; observations before ``start_us`` set the state the period begins with, later ones than
            ``end_us`` are ignored; any order; of several values at one instant a good one wins, then the greater
    roles   role -> signals that speak for it; None: signals are named like the roles
    Raises ``states.period`` when the period is empty or backwards.
    """
    if end_us <= start_us:
        raise Problem("states.period", "The end of the period must be after its start.")
    bound = roles if roles is not None else {role: [role] for role in rules.roles}
    dated = {role for pair in rules.outdated_by for role in pair}  # their repetitions count too
    changes: list[tuple[int, str, Word]] = []
    for role, signals in bound.items():
        known = [series[signal] for signal in signals if signal in series]
        made = (
            condition_changes(known, end_us)
            if role == "condition"
            else _changes(known[:1], end_us, every=role in dated)
        )
        changes.extend((at, role, word) for at, word in made)
    changes.sort(key=lambda change: (change[0], change[1]))
    return _walk(changes, start_us, end_us, rules)


def _walk(
    changes: list[tuple[int, str, Word]], start_us: int, end_us: int, rules: Mapping
) -> list[StateInterval]:
    words: dict[str, str] = dict.fromkeys(rules.roles, UNSEEN)
    texts: dict[str, str] = {}
    seen_us: dict[str, int] = {}
    decided: dict[tuple[Any, ...], tuple[str, str]] = {}
    made: list[StateInterval] = []
    begin, current = start_us, ("no_data", "")
    at = 0
    while True:
        while at < len(changes) and changes[at][0] <= begin:
            seen, role, (words[role], texts[role]) = changes[at]
            seen_us[role] = seen
            at += 1
        valid = dict(words)
        for role, witness in rules.outdated_by:
            if words[witness] not in (BAD, UNSEEN) and seen_us[witness] > seen_us.get(role, seen_us[witness]):
                valid[role] = UNSEEN
        key = (*valid.values(), *(texts.get(role, "") for role in rules.roles))
        current = decided.get(key) or decided.setdefault(key, rules.decide(valid, texts))
        following = min(changes[at][0], end_us) if at < len(changes) else end_us
        if made and (made[-1].state, made[-1].reason) == current:
            made[-1] = made[-1]._replace(end_us=following)
        else:
            made.append(StateInterval(begin, following, *current))
        if following >= end_us:
            return made
        begin = following


def word_of(num: float, text: str | None, status: int) -> Word:
    """One observation as a word. Bad quality, lost communication and missing values are ``?bad``."""
    if status & BAD_SEVERITY or status == Status.UNCERTAIN_NO_COMMUNICATION:
        return BAD, ""
    if text is not None:
        return str(text).lower(), str(text)
    if num != num:
        return BAD, ""
    plain = str(int(num)) if num == int(num) else repr(num)
    return plain, plain


def _changes(known: list[SeriesLike], end_us: int, *, every: bool = False) -> list[tuple[int, Word]]:
    """(time, word) of every change of one signal, sorted; at one instant the highest-ranking value counts.

    every  keep repetitions too: they show that the machine still speaks
    """
    if not known:
        return []
    one = known[0]
    best: dict[int, tuple[tuple[bool, int, str], Word]] = {}
    for at, num, text, status in zip(
        _listed(one.at_us), _listed(one.num), _listed(one.text), _listed(one.status), strict=True
    ):
        if at >= end_us:
            continue
        word = word_of(num, text, status)
        rank = (word[0] != BAD, -status, word[1])
        if at not in best or rank > best[at][0]:
            best[at] = (rank, word)
    changes: list[tuple[int, Word]] = []
    for at in sorted(best):
        word = best[at][1]
        if every or not changes or changes[-1][1] != word:
            changes.append((at, word))
    return changes


def _listed(column: Any) -> list[Any]:
    return column.tolist() if hasattr(column, "tolist") else list(column)


def microseconds_by_state(made: Sequence[StateInterval]) -> dict[str, int]:
    """Exact whole microseconds per state, every state a key; they sum to the period."""
    totals = dict.fromkeys(STATES, 0)
    for interval in made:
        totals[interval.state] += interval.end_us - interval.start_us
    return totals


def seconds_by_state(made: Sequence[StateInterval]) -> dict[str, float]:
    """Seconds per state, to the microsecond. For exact sums use ``microseconds_by_state``."""
    return {state: us / 1_000_000 for state, us in microseconds_by_state(made).items()}

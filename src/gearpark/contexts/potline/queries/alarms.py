"""Alarms of cells as episodes, and how well effects were foretold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from gearpark.base.scope import Scope

from ..models import AlarmSeen
from ..types import Episode, PotlineInfo
from .cells import alarms_of, words_over

MAX_LISTED = 2_000
EFFECT, FORETOLD = "anode_effect", "effect_predicted"
AHEAD = timedelta(minutes=60)  # a foretelling holds for so long


def episodes(
    scope: Scope, info: PotlineInfo, start: datetime, end: datetime, numbers: Sequence[int] = ()
) -> list[Episode]:
    """Alarms that stood in [start, end), the newest first; of some cells or all. ``began`` is never before ``start``'s
    newest change known, ``ended`` None while one stands at ``end``."""
    wanted = list(numbers) or list(range(1, info.cells + 1))
    made: list[Episode] = []
    for number, told in words_over(info, wanted, "alarms", start, end).items():
        made += _of_cell(number, told)
    seen = {
        (row.cell, row.alarm, row.began_at): row
        for row in AlarmSeen.objects.of(scope).filter(line_id=info.id, began_at__lt=end, cell__in=wanted)
    }
    found = []
    for one in made:
        row = seen.get((one.cell, one.alarm, one.began))
        found.append(one if row is None else replace(one, seen_by=row.by, seen_at=row.at, note=row.note))
    return sorted(found, key=lambda one: (one.began, -one.cell), reverse=True)


def _of_cell(number: int, told: Sequence[tuple[datetime, str]]) -> list[Episode]:
    made: list[Episode] = []
    standing: dict[str, datetime] = {}
    for at, text in told:
        now = alarms_of(text)
        made += [Episode(number, alarm, began, at) for alarm, began in standing.items() if alarm not in now]
        standing = {alarm: standing.get(alarm, at) for alarm in now}
    return made + [Episode(number, alarm, began, None) for alarm, began in standing.items()]


@dataclass(frozen=True, slots=True)
class Foretold:
    """Effects of a stretch and their foretellings.

    effects     anode effects that began; foretold: of those, with a foretelling that began 5, 10 or 20 min before
    unfollowed  foretellings without an effect within ``AHEAD``: prevented, or false
    """

    effects: int
    foretold: tuple[tuple[int, int], ...]
    unfollowed: int


def foretold(found: Sequence[Episode]) -> Foretold:
    """Score of the foretellings among episodes. One that was acted on and prevented its effect counts as unfollowed."""
    effects = [one for one in found if one.alarm == EFFECT]
    told: dict[int, list[datetime]] = {}
    for one in found:
        if one.alarm == FORETOLD:
            told.setdefault(one.cell, []).append(one.began)
    rows = []
    for minutes in (5, 10, 20):
        lead = timedelta(minutes=minutes)
        rows.append(
            (
                minutes,
                sum(any(lead <= one.began - at <= AHEAD for at in told.get(one.cell, ())) for one in effects),
            )
        )
    began: dict[int, list[datetime]] = {}
    for one in effects:
        began.setdefault(one.cell, []).append(one.began)
    unfollowed = sum(
        not any(timedelta(0) <= effect - at <= AHEAD for effect in began.get(cell, ()))
        for cell, moments in told.items()
        for at in moments
    )
    return Foretold(len(effects), tuple(rows), unfollowed)

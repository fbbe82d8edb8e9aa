"""Retention: whole days that are older than the policy are dropped, observations first, roll-ups much later.

A day of observations goes only when it is old by its own date AND was received that long ago (a recording of 2016
imported yesterday stays), and after the roll-ups were brought up to date. A day of roll-ups stays at least as long as
its observations. Organisations in ``keep_orgs`` are never touched.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deltalake import CommitProperties, Transaction

from gearpark.base.time import to_us

from . import rollup, schema, sql, storage
from .compaction import REWRITE, vacuum_table
from .files import DAY_US, Snapshot, load

LEFTOVER_HOURS = 24  # files of writers that were killed half-way are removed after that long


@dataclass(frozen=True, slots=True)
class Policy:
    """How many days each level is kept; None keeps for ever."""

    points_days: int | None = 90
    minute_days: int | None = 400
    hour_days: int | None = None
    keep_orgs: frozenset[str] = frozenset()


def run(root: Path | str, now: dt.datetime, policy: Policy) -> dict[str, Any]:
    """Apply the policy. Returns per table the days dropped (``org/day``) and the files vacuumed."""
    base = Path(root)
    if schema.open_table(base) is None:
        return {}
    rollup.run(base, now)
    answer: dict[str, Any] = {}
    kept_raw: set[tuple[str, dt.date]] = set()
    for name, days in (
        (schema.POINTS, policy.points_days),
        (schema.ROLLUP_1M, policy.minute_days),
        (schema.ROLLUP_1H, policy.hour_days),
    ):
        snap = load(base, name)
        every = {(org, day) for org in snap.orgs() for day in snap.days(org)}
        old = set() if days is None else {key for key in every if _is_old(snap, key, now, days)}
        old = {key for key in old if key[0] not in policy.keep_orgs and not _holds(snap, key, kept_raw)}
        if old:
            storage.attempt(base, lambda name=name, old=old: _drop(base, name, old))  # type: ignore[misc]
        if name == schema.POINTS:
            kept_raw = every - old
        gone = vacuum_table(schema.ensure(base, name), full=True, kept_hours=LEFTOVER_HOURS)
        answer[name] = {"dropped": sorted(f"{org}/{day}" for org, day in old), "vacuumed": len(gone)}
    return answer


def _holds(snap: Snapshot, key: tuple[str, dt.date], kept: set[tuple[str, dt.date]]) -> bool:
    """Whether a partition contains a day whose observations are kept."""
    return any(org == key[0] and key[1] <= day <= snap.last_day(key[1]) for org, day in kept)


def _is_old(snap: Snapshot, key: tuple[str, dt.date], now: dt.datetime, days: int) -> bool:
    if (now.date() - snap.last_day(key[1])).days <= days:
        return False
    received = max(file.received_max_us for file in snap.of_day(*key))
    return to_us(now) - received > days * DAY_US


def _drop(root: Path, name: str, old: set[tuple[str, dt.date]]) -> None:
    table = schema.ensure(root, name)
    marks = [Transaction(REWRITE, (table.transaction_version(REWRITE) or 0) + 1)]
    if name != schema.ROLLUP_1H:
        for org in sorted({org for org, _ in old}):
            newest = max(day.toordinal() for found, day in old if found == org)
            known = table.transaction_version(f"{schema.DROPPED}{org}") or 0
            marks.append(Transaction(f"{schema.DROPPED}{org}", max(newest, known)))
    chosen = " OR ".join(
        f"(org = {sql.quoted(org)} AND day = '{day.isoformat()}')" for org, day in sorted(old)
    )
    table.delete(
        chosen,
        commit_properties=CommitProperties(max_commit_retries=15, app_transactions=marks),
        post_commithook_properties=schema.HOOKS,
    )

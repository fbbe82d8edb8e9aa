"""The newest value of tags: from the bus while it speaks for them, else the last one stored."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from gearpark.base import home
from gearpark.base.limits import MAX_FUTURE_S
from gearpark.base.scope import Scope
from gearpark.base.time import to_us
from gearpark.lake.reader import MAX_TAGS, Reader

from ..types import Latest, TagInfo, TagRow
from . import live
from .quality import quality_at
from .tags import known

if TYPE_CHECKING:
    from gearpark.bus.live import LiveValue

MAX_LATEST_TAGS = 5000


@cache
def _reader(root: Path) -> Reader:
    return Reader(root)


def reader() -> Reader:
    """The reader of this installation's lake: one a process and home, it keeps file lists and is thread-safe."""
    return _reader(home.folder("lake"))


def from_bus(infos: Sequence[TagInfo], now_us: int) -> dict[str, Latest]:
    """tag -> newest value heard, for the tags the bus speaks for. Touches no database and no file.

    The bus judges staleness by when it heard a value, so that a machine with a wrong clock is not called stale.
    """
    ear = live.values()
    if ear is None:
        return {}
    heard = ear.latest([(info.org, info.tag) for info in infos])
    return {tag: told(tag, value, now_us) for (_, tag), value in heard.items()}


def told(tag: str, value: LiveValue, now_us: int) -> Latest:
    """A value of the bus in this context's words."""
    age_s = (now_us - value.at_us) / 1e6
    return Latest(tag, value.at_us, value.value, value.status, value.quality, age_s, "bus")


def latest_of(infos: Iterable[TagInfo], now: datetime) -> dict[str, Latest]:
    """tag -> newest value by source time. Every tag asked has an entry; one without any value says so."""
    asked = list(infos)[:MAX_LATEST_TAGS]
    now_us = to_us(now)
    made = from_bus(asked, now_us)
    by_org: dict[str, list[TagInfo]] = {}
    for info in asked:
        if info.tag not in made:
            by_org.setdefault(info.org, []).append(info)
    for org, infos_of in by_org.items():
        for start in range(0, len(infos_of), MAX_TAGS):
            made.update(_stored(org, infos_of[start : start + MAX_TAGS], now_us))
    return made


def _stored(org: str, infos: list[TagInfo], now_us: int) -> dict[str, Latest]:
    # values "from the future" of a source with a wrong clock are kept in history, but are not the newest value
    before = now_us + int(MAX_FUTURE_S * 1e6)
    stored = reader().latest(org, [info.tag for info in infos], before=before)
    made = {}
    for info in infos:
        found = stored.get(info.tag)
        if found is None or not len(found):
            made[info.tag] = Latest(info.tag)
            continue
        at_us, status = int(found.at_us[0]), int(found.status[0])
        age_s = (now_us - at_us) / 1e6
        quality = quality_at(info, status, age_s)
        made[info.tag] = Latest(info.tag, at_us, found.value(0), status, quality, age_s, "lake")
    return made


def latest(scope: Scope, tags: Sequence[str], now: datetime) -> dict[str, Latest]:
    """Newest values of tags the scope may see; Problem (404) for a tag it may not."""
    return latest_of(known(scope, tags, at_most=MAX_LATEST_TAGS), now)


def rows_of(infos: Sequence[TagInfo], now: datetime) -> list[TagRow]:
    """Tags with their newest values, in the order given."""
    values = latest_of(infos, now)
    return [TagRow(info, values[info.tag]) for info in infos]

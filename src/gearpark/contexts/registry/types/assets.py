"""The asset tree: ISA-95 levels below the enterprise, and nodes as other contexts see them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    SITE = "site"
    AREA = "area"
    LINE = "line"
    UNIT = "unit"


LEVELS = (Level.SITE, Level.AREA, Level.LINE, Level.UNIT)


def path_levels(path: str) -> list[tuple[str, Level]]:
    """``enterprise/site/area/line/unit`` -> [(segment, level)] below the enterprise; deeper segments are units."""
    segments = [part for part in path.split("/") if part][1:]
    return [(segment, LEVELS[min(index, len(LEVELS) - 1)]) for index, segment in enumerate(segments)]


@dataclass(frozen=True, slots=True)
class AssetNode:
    """One asset. ``path`` is ``enterprise/site/area/line/unit``; ``children`` only in trees."""

    id: str
    org: str
    type: str
    level: Level
    name: str
    path: str
    parent: str = ""
    code: str = ""
    manufacturer: str = ""
    model: str = ""
    serial_number: str = ""
    active: bool = True
    children: tuple[AssetNode, ...] = ()


@dataclass(frozen=True, slots=True)
class AssetsChanged:
    """Event: assets of one organisation were added, changed, moved or taken out of use."""

    org: str
    ids: tuple[str, ...]

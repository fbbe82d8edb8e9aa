"""What machines say of tools, written into a real lake with the time it arrived."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path

from gearpark.lake.writer import Batch, Writer

SECOND_US = 1_000_000
MINUTE_US = 60_000_000
_boots = itertools.count(1000)
Point = tuple[str, int, float | str]  # tag, at_us, value


def write(root: Path, points: Sequence[Point], received_us: int, org: str = "qichi") -> None:
    """One commit of points that arrived at ``received_us``."""
    writer = Writer(root)
    writer.append(
        Batch(
            org=org, source=f"care.{org}", boot=next(_boots), seq=1, tags=[p[0] for p in points],
            at_us=[p[1] for p in points],
            nums=[p[2] if isinstance(p[2], float | int) else None for p in points],
            texts=[p[2] if isinstance(p[2], str) else None for p in points],
            statuses=[0] * len(points), received_us=received_us,
        )
    )  # fmt: skip
    writer.commit()


def cuts(
    asset: str, start_us: int, parts: int, *, tool: str = "T01", serial: str = "", life: int = 100, used: int = 0,
    every_us: int = 10 * MINUTE_US, first_part: int = 1,
) -> list[Point]:  # fmt: skip
    """A tool that cuts ``parts`` parts, one every ten minutes, with what the tool table had left before each."""
    found: list[Point] = []
    for n in range(parts):
        at = start_us + n * every_us
        found += [
            (f"{asset}/part_serial", at, f"P{first_part + n:05d}"),
            (f"{asset}/tool", at + SECOND_US, tool),
            (f"{asset}/tool_life", at + SECOND_US, 100.0 * (1 - (used + n) / life)),
            (f"{asset}/tool", at + 5 * MINUTE_US, "T99"),
        ]
        if serial:
            found.append((f"{asset}/tool_serial", at + SECOND_US, serial))
            found.append((f"{asset}/tool_serial", at + 5 * MINUTE_US, "T99-1"))
    return found

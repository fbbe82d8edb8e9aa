"""What changed from one published figure to the next: element by element, bar by bar, exactly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Change:
    """kind element, loss or piece count; ``before`` and ``after`` in the element's own unit, None: was or is not known."""

    kind: str
    code: str
    reason: str
    before: int | None
    after: int | None
    booked: bool = False

    @property
    def by(self) -> int | None:
        return None if self.before is None or self.after is None else self.after - self.before


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Change, ...]:
    """Two documents with ``elements`` {code: number|None}, ``counts`` {..} and ``losses`` [{code, reason, booked, time_us}].

    Only what differs; elements in the order of the newer document, then counts, then losses by how much they moved.
    """
    made = [
        Change(kind, code, "", old.get(code), new.get(code))
        for kind, old, new in (
            ("element", before["elements"], after["elements"]),
            ("count", before["counts"], after["counts"]),
        )
        for code in [*new, *(code for code in old if code not in new)]
        if old.get(code) != new.get(code)
    ]
    bars, was = _bars(after["losses"]), _bars(before["losses"])
    moved = [
        Change("loss", key[0], key[1], was.get(key, 0), bars.get(key, 0), key[2])
        for key in sorted({*bars, *was})
        if was.get(key, 0) != bars.get(key, 0)
    ]
    moved.sort(key=lambda change: (-abs(change.by or 0), change.code, change.reason, change.booked))
    return (*made, *moved)


def _bars(losses: Sequence[Mapping[str, Any]]) -> dict[tuple[str, str, bool], int]:
    return {
        (str(loss["code"]), str(loss["reason"]), bool(loss.get("booked"))): int(loss["time_us"])
        for loss in losses
    }

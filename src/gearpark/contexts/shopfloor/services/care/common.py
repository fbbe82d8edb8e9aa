"""What every care service needs: who may, whose rows, which station, numbers that can be believed."""

from __future__ import annotations

import math

from gearpark.base.problems import Forbidden, Problem
from gearpark.base.scope import Scope

from ...models import Line
from ...queries import setup
from ...types.care import CARE, QUALITY
from ...types.work import WORK

MAX_USE = 1e9  # uses, minutes, metres or deviations beyond this are a slip of the keyboard
FLOOR = (WORK, CARE)  # whoever stands at the machine
GAUGES = (CARE, QUALITY)  # whoever answers for measuring


def require_one(scope: Scope, *rights: str) -> None:
    """Raise Forbidden ``kit.right_missing`` unless ``scope`` carries one of ``rights``."""
    if not any(scope.may(right) for right in rights):
        raise Forbidden(
            "kit.right_missing",
            f"Your role does not include the right {rights[0]}. Nothing was changed; ask your organisation's administrator.",
            right=rights[0],
        )


def owner(scope: Scope, org: str) -> str:
    """The organisation a new row belongs to; Problem ``shopfloor.org_unknown``."""
    found = org or scope.org
    if not scope.sees(found):
        raise Problem(
            "shopfloor.org_unknown", f"There is no organisation {found!r} that you may act for.", status=404
        )
    return found


def line_row(scope: Scope, asset: str, station: str = "") -> Line:
    """The row of a line; with ``station`` also checks that it stands there. Problem ``care.station_unknown``."""
    info = setup.line(scope, asset)
    known = {device.code for device in info.template.devices}
    if station and station not in known:
        raise Problem(
            "care.station_unknown", f"Line {asset} has no station {station!r}.", known=sorted(known)
        )
    row: Line = Line.objects.of(scope).get(pk=info.id)
    return row


def believable(what: str, value: float, low: float = 0.0, high: float = MAX_USE) -> float:
    """``value`` when it is a number in [low, high]; else Problem ``care.number_range``."""
    if not math.isfinite(value) or not low <= value <= high:
        raise Problem(
            "care.number_range",
            f"{what} must be between {low:g} and {high:g}; nothing was saved.",
            what=what,
            low=low,
            high=high,
        )
    return float(value)


def named(what: str, text: str, length: int) -> str:
    """``text`` without blanks around it when it is 1 to ``length`` characters; else Problem ``care.text_missing``."""
    clean = text.strip()
    if not clean or len(clean) > length:
        raise Problem(
            "care.text_missing", f"{what} needs 1 to {length} characters; nothing was saved.", what=what
        )
    return clean

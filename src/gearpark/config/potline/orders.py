"""What people order of the controller: which cells it controls and which it only advises. A small file, replaced whole."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from gearpark.base.problems import Problem
from gearpark.engines.electrolysis.control.codes import LINE_SET_POINTS
from gearpark.engines.electrolysis.control.telegram import MAX_CELLS

MODES = ("control", "advise")
MAX_ORDER_BYTES = 100_000
MAX_WHY = 200


@dataclass(frozen=True, slots=True)
class Orders:
    """``mode`` of the line, "": as the controller was started; cells in ``advised`` are advised anyway; ``set_points`` take
    the place of the controller's own."""

    mode: str = ""
    advised: frozenset[int] = frozenset()
    by: str = ""
    why: str = ""
    set_points: Mapping[str, float] = field(default_factory=dict)


def order_file(folder: Path) -> Path:
    return folder / "orders.json"


def read_orders(folder: Path, otherwise: Orders) -> Orders:
    """The newest order, ``otherwise`` when none was given. Problem ``potline.order`` for a file that is none."""
    path = order_file(folder)
    try:
        if path.stat().st_size > MAX_ORDER_BYTES:
            raise _no_order(f"{path} is too large")
        raw = json.loads(path.read_text("utf-8"))
        points = {str(name): float(value) for name, value in raw.get("set_points", {}).items()}
        advised = frozenset(int(one) for one in raw["advised"])
        made = Orders(str(raw["mode"]), advised, raw["by"], raw["why"], points)
    except FileNotFoundError:
        return otherwise
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise _no_order(f"{path} cannot be read: {error}") from error
    return checked(made)


def checked(orders: Orders) -> Orders:
    if orders.mode not in ("", *MODES):
        raise _no_order(f"mode {orders.mode!r} is none of {', '.join(MODES)}")
    if not all(1 <= cell <= MAX_CELLS for cell in orders.advised):
        raise _no_order(f"cells go from 1 to {MAX_CELLS}")
    strange = [name for name in orders.set_points if name not in LINE_SET_POINTS]
    if strange:
        raise _no_order(f"{strange[0]} is no set-point")
    if not orders.why.strip() or len(orders.why) > MAX_WHY:
        raise _no_order(f"the reason has to be said, in at most {MAX_WHY} characters")
    return orders


def give(folder: Path, mode: str, cells: Sequence[int], by: str, why: str) -> Orders:
    """Order ``mode`` for the line, or for some cells only."""
    now = read_orders(folder, Orders(why=why))
    made = checked(Orders(mode, frozenset(cells), by, why, now.set_points))
    if cells:
        if mode == "control" and now.mode == "advise":
            raise _no_order("the whole line is advised; order control of the line first")
        changed = now.advised | made.advised if mode == "advise" else now.advised - made.advised
        made = replace(made, mode=now.mode, advised=frozenset(changed))
    elif mode not in MODES:
        raise _no_order(f"mode {mode!r} is none of {', '.join(MODES)}")
    return _written(folder, made)


def give_set_points(folder: Path, set_points: Mapping[str, float], by: str, why: str) -> Orders:
    """Order set-points in place of the controller's own; those not named are its own again. Problem ``potline.order``."""
    now = read_orders(folder, Orders(why=why))
    return _written(folder, checked(replace(now, set_points=dict(set_points), by=by, why=why)))


def _written(folder: Path, made: Orders) -> Orders:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = order_file(folder).with_suffix(".part")
    document = {
        "mode": made.mode,
        "advised": sorted(made.advised),
        "by": made.by,
        "why": made.why,
        "set_points": dict(made.set_points),
    }
    part.write_text(json.dumps(document, ensure_ascii=False), "utf-8")
    part.replace(order_file(folder))
    return made


def _no_order(why: str) -> Problem:
    return Problem("potline.order", f"No order: {why}.")

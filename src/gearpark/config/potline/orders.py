"""What people order of the controller: which cells it controls and which it only advises. A small file, replaced whole."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gearpark.base.problems import Problem
from gearpark.engines.electrolysis.control.telegram import MAX_CELLS

MODES = ("control", "advise")
MAX_ORDER_BYTES = 100_000
MAX_WHY = 200


@dataclass(frozen=True, slots=True)
class Orders:
    """``mode`` of the line, "": as the controller was started; cells in ``advised`` are advised anyway."""

    mode: str = ""
    advised: frozenset[int] = frozenset()
    by: str = ""
    why: str = ""


def order_file(folder: Path) -> Path:
    return folder / "orders.json"


def read_orders(folder: Path, otherwise: Orders) -> Orders:
    """The newest order, ``otherwise`` when none was given. Problem ``potline.order`` for a file that is none."""
    path = order_file(folder)
    try:
        if path.stat().st_size > MAX_ORDER_BYTES:
            raise _no_order(f"{path} is too large")
        raw = json.loads(path.read_text("utf-8"))
        made = Orders(str(raw["mode"]), frozenset(int(one) for one in raw["advised"]), raw["by"], raw["why"])
    except FileNotFoundError:
        return otherwise
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _no_order(f"{path} cannot be read: {error}") from error
    return checked(made)


def checked(orders: Orders) -> Orders:
    if orders.mode not in ("", *MODES):
        raise _no_order(f"mode {orders.mode!r} is none of {', '.join(MODES)}")
    if not all(1 <= cell <= MAX_CELLS for cell in orders.advised):
        raise _no_order(f"cells go from 1 to {MAX_CELLS}")
    if not orders.why.strip() or len(orders.why) > MAX_WHY:
        raise _no_order(f"the reason has to be said, in at most {MAX_WHY} characters")
    return orders


def give(folder: Path, mode: str, cells: Sequence[int], by: str, why: str) -> Orders:
    """Order ``mode`` for the line, or for some cells only."""
    made = checked(Orders(mode, frozenset(cells), by, why))
    if cells:
        now = read_orders(folder, Orders())
        if mode == "control" and now.mode == "advise":
            raise _no_order("the whole line is advised; order control of the line first")
        changed = now.advised | made.advised if mode == "advise" else now.advised - made.advised
        made = Orders(now.mode, frozenset(changed), by, why)
    elif mode not in MODES:
        raise _no_order(f"mode {mode!r} is none of {', '.join(MODES)}")
    else:
        made = Orders(mode, frozenset(), by, why)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = order_file(folder).with_suffix(".part")
    document = {"mode": made.mode, "advised": sorted(made.advised), "by": made.by, "why": made.why}
    part.write_text(json.dumps(document, ensure_ascii=False), "utf-8")
    part.replace(order_file(folder))
    return made


def _no_order(why: str) -> Problem:
    return Problem("potline.order", f"No order: {why}.")

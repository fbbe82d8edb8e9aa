"""Pictures of orders: the river of parts along the operations, and the bar of what became of the pieces."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...types.orders import Progress, Standing

STEP_W, TOP, BED = 150, 62, 46  # drawing units: width of an operation, top of the bed, height of the bed
MAX_DOTS = 18  # parts drawn one by one; more become a number
DOTS_A_ROW = 6
DOT, GAP = 11, 3


def river(standings: Sequence[Standing], language: str) -> dict[str, Any]:
    """Each operation as a gate; before it the parts that wait, in it those at work, behind it how many passed."""
    total = max([1, *(item.done for item in standings), *(_here(item) for item in standings)])
    steps = []
    for index, item in enumerate(standings):
        x = index * STEP_W
        steps.append(
            {
                "x": x,
                "op": item.op,
                "name": item.name(language),
                "lines": _wrap(item.name(language), 9 if language.startswith("zh") else 18),
                "waiting": item.waiting,
                "at_work": item.at_work,
                "held": item.held,
                "done": item.done,
                "scrap": item.scrap,
                "dots": _dots(item, x),
                "more": max(0, _here(item) - MAX_DOTS),
                "passed": {
                    "height": round(BED * item.done / total, 1),
                    "y": round(TOP + BED * (1 - item.done / total), 1),
                },
            }
        )
    return {"width": max(1, len(steps)) * STEP_W + 10, "height": 190, "top": TOP, "bed": BED, "steps": steps}


def _here(item: Standing) -> int:
    return item.waiting + item.at_work + item.held


def _dots(item: Standing, x: float) -> list[dict[str, Any]]:
    """Up to MAX_DOTS parts as small squares: at work first, then waiting, then held."""
    kinds = ["work"] * item.at_work + ["wait"] * item.waiting + ["held"] * item.held
    return [
        {
            "kind": kind,
            "x": x + 14 + (index % DOTS_A_ROW) * (DOT + GAP),
            "y": TOP + BED + 26 + (index // DOTS_A_ROW) * (DOT + GAP),
        }
        for index, kind in enumerate(kinds[:MAX_DOTS])
    ]


def _wrap(text: str, width: int) -> list[str]:
    """At most two lines of about ``width`` characters; Chinese breaks anywhere."""
    if len(text) <= width:
        return [text]
    if " " not in text[: width + 1]:
        return [text[:width], text[width : 2 * width]]
    cut = text.rfind(" ", 0, width + 1)
    return [text[:cut], text[cut + 1 : cut + 1 + width + 4]]


def progress_bar(progress: Progress) -> list[dict[str, Any]]:
    """Stretches of one bar over the quantity: good, scrap, on the way, held, not begun. Shares sum to 1."""
    parts = (
        ("good", progress.good),
        ("scrap", progress.scrap),
        ("held", progress.held),
        ("open", progress.open),
        ("left", progress.left),
    )
    total = max(progress.quantity, sum(count for _kind, count in parts), 1)
    found, x = [], 0.0
    for kind, count in parts:
        width = 100 * count / total
        if count:
            found.append({"kind": kind, "count": count, "x": round(x, 3), "width": round(width, 3)})
        x += width
    return found

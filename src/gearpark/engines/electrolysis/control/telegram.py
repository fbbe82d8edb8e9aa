"""What a line's cell computers and its controller say to each other: arrays over all cells, and one telegram of set-points.

A telegram is one array of float64 (exact for whole numbers below 2**53): a head, then a row a cell. One value is written
whole or not at all. A row's set-points are running totals and absolute positions, and its ``sequence`` grows with each
command to that cell: a cell carries a row out when the number is new to it, once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .state import FEEDERS

LOCAL, REMOTE, MANUAL_CELL = range(3)  # who a cell obeys: its own base feed, the controller, people
NOTHING, DONE, REFUSED, TAKEN, STALE = range(5)  # what a cell did with its newest command
HEAD = ("version", "boot", "second", "cells")
ROW = ("sequence", "mode", "beam_mm", "alf3_kg", *(f"feed_{place + 1}" for place in range(FEEDERS)))
VERSION = 1.0
MAX_CELLS = 1000


@dataclass(frozen=True, slots=True)
class Signal:
    """An array of the line: ``kind`` as numpy says it, ``width`` values a cell; 0: one value for the line."""

    name: str
    kind: str
    width: int
    unit: str
    about: str


SIGNALS = (
    Signal("Voltage", "f8", 1, "V", "mean of the last second; not a number: no signal"),
    Signal("BeamPosition", "f8", 1, "mm", "position of the anode beam"),
    Signal("Tapping", "?", 1, "1", "the crew taps metal"),
    Signal("AnodeChange", "?", 1, "1", "an anode is being changed"),
    Signal("Selector", "?", 1, "1", "switch at the cell: true is by hand"),
    Signal("Control", "i8", 1, "1", "who the cell obeys: 0 its base feed, 1 the controller, 2 people"),
    Signal("BathTemperature", "f8", 1, "Cel", "newest measured"),
    Signal("ExcessAlF3", "f8", 1, "%", "newest measured"),
    Signal("Superheat", "f8", 1, "K", "newest measured"),
    Signal("LaboratoryCount", "i8", 1, "1", "measurements so far"),
    Signal("MetalLevel", "f8", 1, "mm", "newest measured; not a number: none yet"),
    Signal("Iron", "f8", 1, "%", "of the metal, newest measured"),
    Signal("Silicon", "f8", 1, "%", "of the metal, newest measured"),
    Signal("LookCount", "i8", 1, "1", "levels and analyses so far"),
    Signal("TappedTotal", "f8", 1, "kg", "metal weighed by the crane so far"),
    Signal("Strikes", "i8", FEEDERS, "1", "strikes of each breaker so far"),
    Signal("Contacts", "i8", FEEDERS, "1", "of those with contact to the bath"),
    Signal("FeedTotal", "i8", FEEDERS, "1", "shots of each feeder asked for so far"),
    Signal("BeamTarget", "f8", 1, "mm", "where the beam is sent"),
    Signal("FluorideTotal", "f8", 1, "kg", "AlF3 asked for so far"),
    Signal("FeedMode", "i8", 1, "1", "phase of feeding the controller is in, plus one; 0: none"),
    Signal("AckSequence", "i8", 1, "1", "newest command carried out or refused"),
    Signal("AckCode", "i8", 1, "1", "0 nothing, 1 done, 2 refused, 3 control taken, 4 not obeyed now"),
    Signal("LineCurrent", "f8", 0, "A", "line current"),
    Signal("Boot", "i8", 0, "1", "when the cell computers began to count, microseconds"),
    Signal("Second", "i8", 0, "1", "seconds counted since; written last"),
)  # fmt: skip
NAMESPACE = "urn:gearpark:plants:potline"
COMMAND = "Telegram"
LOOP = "LoopSeconds"


def packed(boot: int, second: int, rows: dict[str, Any]) -> np.ndarray[Any, Any]:
    """``rows``: sequence, mode, beam_mm, alf3_kg with a value a cell, feed with ``FEEDERS`` values a cell."""
    cells = len(rows["sequence"])
    body = np.empty((cells, len(ROW)))
    for place, name in enumerate(ROW[:4]):
        body[:, place] = rows[name]
    body[:, 4:] = rows["feed"]
    return np.concatenate([np.array([VERSION, boot, second, cells]), body.ravel()])


def unpacked(given: Any, cells: int) -> tuple[int, int, dict[str, np.ndarray[Any, Any]]] | None:
    """Boot, second and rows of a telegram; None when it is none for so many cells."""
    try:
        values = np.asarray(given, dtype="f8")
    except (TypeError, ValueError):
        return None
    if values.shape != (len(HEAD) + cells * len(ROW),) or not np.isfinite(values).all():
        return None
    if values[0] != VERSION or values[3] != cells:
        return None
    body = values[len(HEAD) :].reshape(cells, len(ROW))
    rows = {name: body[:, place] for place, name in enumerate(ROW[:4])}
    rows["feed"] = body[:, 4:].astype("i8")
    rows["sequence"], rows["mode"] = rows["sequence"].astype("i8"), rows["mode"].astype("i8")
    return int(values[1]), int(values[2]), rows

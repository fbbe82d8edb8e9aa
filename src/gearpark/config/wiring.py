"""What contexts offer at their doors, bound at the roof: ``public.LISTENERS``, (event type, function) pairs,
``public.TILES``, (place, route) pairs, and ``public.LOOPS`` (``kit.loops``)."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from django.conf import settings

from gearpark.kit import events, tiles
from gearpark.kit.loops import Loop


def doors() -> Iterator[ModuleType]:
    """The ``public`` module of every built context that has one."""
    for name in settings.CONTEXTS:
        try:
            yield importlib.import_module(f"{name}.public")
        except ModuleNotFoundError as error:
            if error.name != f"{name}.public":
                raise


def bind_all(app: Any = None) -> None:
    """Bind every context's listeners and tiles; called once Django is ready (``app``: Procrastinate's, unused)."""
    for door in doors():
        for kind, listener in getattr(door, "LISTENERS", ()):
            events.bind(kind, listener)
        for place, route in getattr(door, "TILES", ()):
            tiles.bind(place, route)
    if "gearpark.contexts.potline" in settings.CONTEXTS:
        from gearpark.contexts.potline.public import ModeOrdered, SetPointsOrdered

        from .potline import desk

        events.bind(ModeOrdered, desk.obey)
        events.bind(SetPointsOrdered, desk.set_points)


def loops() -> list[Loop]:
    """Every context's loops."""
    return [loop for door in doors() for loop in getattr(door, "LOOPS", ())]

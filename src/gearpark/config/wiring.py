"""Events bound to listeners. A context that is built may offer ``public.LISTENERS``: (event type, function) pairs."""

from __future__ import annotations

import importlib
from typing import Any

from django.conf import settings

from gearpark.kit import events


def bind_all(app: Any = None) -> None:
    """Bind every context's listeners; called once Django is ready (``app``: Procrastinate's, unused)."""
    for name in settings.CONTEXTS:
        try:
            door = importlib.import_module(f"{name}.public")
        except ModuleNotFoundError as error:
            if error.name != f"{name}.public":
                raise
            continue
        for kind, listener in getattr(door, "LISTENERS", ()):
            events.bind(kind, listener)

"""Facts go up: a context tells an event, the roof binds who listens. Same transaction, in order of binding."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

E = TypeVar("E")
_listeners: dict[type, list[Callable[[Any], None]]] = defaultdict(list)


def bind(kind: type[E], listener: Callable[[E], None]) -> None:
    """Call ``listener`` for every told event of exactly ``kind``. Binding the same pair twice changes nothing."""
    if listener not in _listeners[kind]:
        _listeners[kind].append(listener)


def tell(event: object) -> None:
    """Tell all listeners now; an exception of one undoes the caller's transaction, so nothing is half told."""
    for listener in tuple(_listeners[type(event)]):
        listener(event)

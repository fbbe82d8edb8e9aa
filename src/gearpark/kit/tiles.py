"""Tiles: a higher room's part on a lower room's page. The roof binds routes to places; the page asks for each by itself."""

from __future__ import annotations

from collections import defaultdict

EVERY_S = 60  # a tile is asked for again
_routes: dict[str, list[str]] = defaultdict(list)


def bind(place: str, route: str) -> None:
    """Show the part that ``route`` (a URL name with one argument) answers at ``place``. Binding twice changes nothing."""
    if route not in _routes[place]:
        _routes[place].append(route)


def routes(place: str) -> tuple[str, ...]:
    """URL names bound to a place, in order."""
    return tuple(_routes.get(place, ()))

"""Firms as the market shows them: names and how they are placed are nobody's secret here."""

from __future__ import annotations

from collections.abc import Iterable

from gearpark.base.problems import NotFound
from gearpark.contexts.registry.public import FirmInfo, organisations
from gearpark.contexts.telemetry.public import process_scope
from gearpark.kit.tenant import acting

ACTOR = "market"


def firms(slugs: Iterable[str]) -> dict[str, FirmInfo]:
    """Firms by slug, whoever asks."""
    wanted = tuple(sorted(set(slugs)))
    if not wanted:
        return {}
    with acting(process_scope(ACTOR)) as wide:
        return {firm.slug: firm for firm in organisations(wide, slugs=wanted)}


def firm(slug: str) -> FirmInfo:
    """NotFound ``market.firm_unknown``."""
    found = firms([slug]).get(slug)
    if found is None:
        raise NotFound("market.firm_unknown", f"There is no firm {slug!r} in the park.", firm=slug)
    return found


def names(slugs: Iterable[str], language: str) -> dict[str, str]:
    return {slug: found.name(language) for slug, found in firms(slugs).items()}

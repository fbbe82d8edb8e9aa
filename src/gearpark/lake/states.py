"""The observations machine states are made of. Which rules apply is the engine's affair (``engines.states``)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gearpark.base.ids import tag

from .reader import DAY_US, Moment, Reader, as_us
from .series import Series

CONDITION_LOOKBACK_DAYS = 31  # several alarms of one data item may be active since long before the period
CONDITION = "condition"  # role whose signals need that history; the others need the one value in force


def state_series(
    reader: Reader, org: str, asset: str, roles: Mapping[str, Iterable[str]], start: Moment, end: Moment
) -> dict[str, Series]:
    """Signal -> observations for ``engines.states.intervals``, with what was in force when the period begins.

    roles  role -> signals of the asset
    """
    start_us, end_us = as_us(start), as_us(end)
    single = sorted({signal for role, names in roles.items() if role != CONDITION for signal in names})
    several = sorted(set(roles.get(CONDITION, ())) - set(single))
    found: dict[str, Series] = {}
    if single:
        found |= reader.observations(org, [tag(asset, name) for name in single], start_us, end_us)
    if several:
        since = start_us - CONDITION_LOOKBACK_DAYS * DAY_US
        found |= reader.observations(org, [tag(asset, name) for name in several], since, end_us)
    return {name.partition("/")[2]: series for name, series in found.items()}

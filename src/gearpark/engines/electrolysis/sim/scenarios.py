"""What a line is put through: the six regression cases of the controller, and everything at once.

The six cases run a reduced cell (no heat, no drift, no saturation), so that feeding alone decides; each switches on one
part of the controller or one trouble. ``mixed`` is the whole cell with its crew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gearpark.base.problems import Problem

REDUCED: Mapping[str, float] = {
    "thermal": 0, "saturates": 0, "drift": 0, "feed_bias": 0.10, "feeder_bias": 0.0, "settle_s": 0.0,
    "effect_spread_pct": 0.0, "effect_sd_pct": 0.0, "loss_spread": 0.0, "bath_spread": 0.0, "ohm_spread": 0.0,
    "crust_return": 0.0,
}  # fmt: skip
# Feeding as published, without any of the parts that the cases add one by one; the beam stands still.
BARE: Mapping[str, float] = {
    "over_min": 30, "boost_min": 15,
    "adapt_on": 0, "track_on": 0, "check_on": 0, "predict_on": 0, "contact_on": 0, "beam_on": 0, "bath_on": 0,
}  # fmt: skip
NOISE_X3: Mapping[str, float] = {"roll_mv": 18.0, "bubble_mv": 12.0}


@dataclass(frozen=True, slots=True)
class Scenario:
    """Changes of the cell's and the controller's constants, and the troubles."""

    name: str
    about: str
    cell: Mapping[str, float] = field(default_factory=dict)
    control: Mapping[str, float] = field(default_factory=dict)
    blocked_d: float = 0.0  # times a cell and day that two of six feeders are blocked for an hour
    crew: bool = False  # tapping, anode changes, bath, laboratory
    quality_sd: float = 0.0  # relative spread of the alumina's dissolution between batches


def _case(
    name: str, about: str, on: Mapping[str, float], noisy: bool = False, blocked: float = 0.0
) -> Scenario:
    return Scenario(name, about, {**REDUCED, **(NOISE_X3 if noisy else {})}, {**BARE, **on}, blocked)


_TRACKED: Mapping[str, float] = {"adapt_on": 1, "track_on": 1}
SCENARIOS: Mapping[str, Scenario] = {
    made.name: made
    for made in (
        _case("no_adaptation", "time-out into overfeed, feeders 10 % off, base rate never adapted", {}),
        _case("adaptation", "base rate adapted, still time-out into overfeed", {"adapt_on": 1}),
        _case("track", "base rate adapted, search without feed after a time-out", _TRACKED),
        _case("noise", "the same with three times the noise", _TRACKED, noisy=True),
        _case("blocked", "two of six feeders blocked for an hour every second day, no delivery check", _TRACKED, blocked=0.5),
        _case("blocked_check", "the same with delivery check", {**_TRACKED, "check_on": 1}, blocked=0.5),
        Scenario(
            "mixed",
            "whole cell: feeder bias, blocked feeders, noise, tapping, anode changes, alumina quality shifts",
            blocked_d=0.5,
            crew=True,
            quality_sd=0.2,
        ),
        Scenario(
            "starved",
            "the troubles of mixed without contact signals and delivery check: anode effects to predict",
            control={"contact_on": 0, "check_on": 0},
            blocked_d=0.5,
            crew=True,
            quality_sd=0.2,
        ),
    )
}  # fmt: skip
# Controllers to compare with: what a plain cell computer does. Both quench and dose fluoride like ours.
_PLAIN: Mapping[str, float] = {**BARE, "beam_on": 2, "bath_on": 1}
BASELINES: Mapping[str, Mapping[str, float]] = {
    "fixed_cycle": {**_PLAIN, "feed_mode": 1},
    "plain_demand": _PLAIN,
}


def scenario(name: str) -> Scenario:
    """A scenario by name."""
    if name not in SCENARIOS:
        raise Problem(
            "electrolysis.scenario_unknown",
            f"No scenario {name!r}; there are: {', '.join(SCENARIOS)}.",
            name=name,
            known=", ".join(SCENARIOS),
        )
    return SCENARIOS[name]

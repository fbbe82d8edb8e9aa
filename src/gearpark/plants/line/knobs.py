"""Fault injection: what a tester may do to a device, on the command line or while the shop runs."""

from __future__ import annotations

from dataclasses import dataclass

from gearpark.base.problems import Problem

MAX_SECONDS = 86_400.0
KINDS = {
    "breakdown": "the device stops with an alarm for SECONDS",
    "slow": "cycles or moves take 1.5 times as long for SECONDS",
    "scrap": "the next SECONDS (a count) parts of a station fail",
    "drift": "what the station makes shifts by SECONDS units of each characteristic",
    "no-blanks": "the store has no blanks for SECONDS (any device of the line)",
    "no-data": "every signal of the device turns bad (no communication) for SECONDS",
}


@dataclass(frozen=True, slots=True)
class Injection:
    """One fault. ``amount`` is seconds, for ``scrap`` a count, for ``drift`` units of the characteristic."""

    asset: str
    kind: str
    amount: float


def parse_injection(text: str) -> Injection:
    """``qc-l3-op20a:breakdown:600`` -> Injection, or Problem ``plants.injection``."""
    asset, _, rest = text.partition(":")
    kind, _, amount = rest.partition(":")
    try:
        number = float(amount)
    except ValueError:
        number = float("nan")
    if not asset or kind not in KINDS or not abs(number) <= MAX_SECONDS or (number < 0 and kind != "drift"):
        raise Problem(
            "plants.injection",
            f"{text!r} is not a fault; write ASSET:KIND:SECONDS, kinds: {', '.join(KINDS)}.",
        )
    return Injection(asset, kind, number)

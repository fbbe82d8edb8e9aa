"""Demand feeding: underfeed until the resistance rises, overfeed, search by no feed, emergency feed; shots to feeders."""

from __future__ import annotations

import math
from typing import Any

from ..compiled import hot
from ..constants import AL2O3_KG_PER_KAH
from .average import mean_of, raise_alarm, ring_at, slope_of
from .codes import (
    A_DELIVERY,
    A_FEEDER,
    A_RICH,
    AFTER_EFFECT,
    BOOST,
    EFFECT,
    FIXED,
    HOLD,
    LEAN_RISE,
    NOT_DELIVERED,
    NOT_FOUND,
    OVER,
    PREDICTED,
    SLOPE,
    TIME,
    TRACK,
    UNDER,
)
from .state import FEEDERS

SLOPE_EVERY_S = 30.0
RICH_TRACKS = 2.0  # searches in a row that find nothing: too much alumina
CONTACT_MIX = 0.3
DOUBT_FACTOR = 2.0  # on the trigger after an overfeed that changed nothing
MINUTE_N = 12
FAST_N = 60  # of the slope that warns
LEVEL_N = 36  # samples of a level
MAX_SHOTS = 3  # of one cell in one second


@hot
def go(k: Any, phase: Any, rate: Any, why: Any) -> None:
    """Enter a phase of feeding."""
    k.phase = phase
    k.phase_s = 0.0
    k.phase_n = 0.0
    k.rate = rate
    k.feed_why = why
    if phase != OVER:
        k.judged = 0.0


@hot
def _cycle_ends(k: Any, q: Any) -> None:
    """Adapt the base rate by what the cycle asked for; take the mean resistance of the cycle for the beam."""
    if q.adapt_on > 0.0 and k.cycle_s > 60.0 and k.cycle_bad == 0.0:
        mean = max(k.cycle_feed / k.cycle_s, 0.05)
        k.factor = min(max(k.factor * mean**q.adapt_power, q.factor_low), q.factor_high)
    k.cycle_s = k.cycle_feed = k.cycle_bad = 0.0
    k.cycles += 1.0
    k.cyc_mean = k.cyc_sum / k.cyc_n if k.cyc_n > 0.0 else math.nan
    k.cyc_sum = k.cyc_n = 0.0


@hot
def boost(k: Any, q: Any, why: Any) -> None:
    """Emergency feeding."""
    k.boosts += 1.0
    k.boost_at = k.t
    go(k, BOOST, q.rate_boost, why)


@hot
def _above_noise(k: Any, q: Any, wanted: Any, window_n: Any) -> Any:
    """A slope that means something: at least ``wanted``, more for rolling metal and for short windows."""
    return max(wanted, q.noise_slope * k.swing_mv * (q.window_n / window_n) ** 1.5)


@hot
def _under(k: Any, q: Any, n: Any) -> None:
    wanted = q.trigger_noisy if k.t < k.degraded_until else q.trigger
    if k.doubt > 0.0:
        wanted *= DOUBT_FACTOR
    wanted = _above_noise(k, q, wanted, q.window_n)
    if n >= q.window_n:
        k.slope = slope_of(k, int(q.window_n))
        if k.slope > wanted:
            level = ring_at(k, 0)
            k.r_lean = level if math.isnan(k.r_lean) else k.r_lean + 0.3 * (level - k.r_lean)
            k.r_trigger = mean_of(k, LEVEL_N)
            k.tracks = 0.0
            raise_alarm(k, A_RICH, False)
            go(k, OVER, q.rate_over, SLOPE)
            return
    if k.phase_s >= q.under_min * 60.0:
        if q.track_on > 0.0:
            go(k, TRACK, 0.0, TIME)
        else:
            go(k, OVER, q.rate_over, TIME)


@hot
def _track(k: Any, q: Any, n: Any) -> None:
    if n >= q.track_n:
        k.slope = slope_of(k, int(q.track_n))
        if k.slope > _above_noise(k, q, q.track_trigger, q.track_n):
            k.tracks = 0.0
            raise_alarm(k, A_RICH, False)
            go(k, OVER, q.rate_over, SLOPE)
            return
    if k.phase_s >= q.track_min * 60.0:
        k.tracks += 1.0
        raise_alarm(k, A_RICH, k.tracks >= RICH_TRACKS)
        _cycle_ends(k, q)
        go(k, UNDER, q.rate_under, NOT_FOUND)


@hot
def _contact_lost(k: Any, q: Any) -> Any:
    for f in range(FEEDERS):  # noqa: SIM110 (the compiler knows no any())
        if k.contact[f] < 2.0 * q.contact_low:
            return True
    return False


@hot
def _over(k: Any, q: Any) -> None:
    if k.ring_n >= q.window_n:
        k.slope = slope_of(k, int(q.window_n))
        late = k.phase_s >= q.check_after_min * 60.0
        limit = _above_noise(k, q, q.check_slope, q.window_n)
        if q.contact_on > 0.0 and not _contact_lost(k, q):
            limit *= DOUBT_FACTOR  # every feeder touches bath
        if q.check_on > 0.0 and late and k.slope > limit and k.feed_why != NOT_DELIVERED:
            raise_alarm(k, A_DELIVERY, True)
            k.degraded_until = k.t + q.degraded_h * 3600.0
            boost(k, q, NOT_DELIVERED)
            return
        if late and k.slope <= 0.0:
            raise_alarm(k, A_DELIVERY, False)
    if k.phase_s >= q.over_min * 60.0:
        # overfeed that left the resistance where it was answered a wrong slope: nothing is learnt from it
        known = q.track_on > 0.0 and k.ring_n >= LEVEL_N and not math.isnan(k.r_trigger)
        k.doubt = 1.0 if known and abs(k.r_trigger - mean_of(k, LEVEL_N)) < q.drop_ohm else 0.0
        k.cycle_bad = k.doubt
        k.r_trigger = math.nan
        _cycle_ends(k, q)
        go(k, UNDER, q.rate_under, TIME)


@hot
def _warned(k: Any, q: Any) -> Any:
    """Reason to feed at once, or 0."""
    if q.predict_on == 0.0 or k.t - k.boost_at < q.boost_gap_min * 60.0:
        return 0
    if k.ring_n >= FAST_N:
        fast = slope_of(k, FAST_N)
        if k.predicted > 0.0 and fast > _above_noise(k, q, q.predict_slope, q.window_n):
            return PREDICTED
        if k.x[0] - math.sqrt(k.cov[0, 0]) > q.warn_pct:
            return 0  # a rise that the estimate explains otherwise
        lean = not math.isnan(k.r_lean) and mean_of(k, MINUTE_N) > k.r_lean + q.warn_rise
        if (k.phase != TRACK and fast > _above_noise(k, q, q.warn_slope, FAST_N)) or lean:
            return LEAN_RISE
    return 0


@hot
def _answered(k: Any, q: Any) -> Any:
    """The resistance falls: what emergency feeding was for has come, more would only fill the bath."""
    if k.phase_s < q.boost_least_min * 60.0 or k.ring_n < FAST_N:
        return False
    return slope_of(k, FAST_N) < -_above_noise(k, q, q.boost_fall, q.window_n)


@hot
def decide(k: Any, q: Any) -> None:
    """The feed phase after a 5 s mean; slopes are looked at every ``SLOPE_EVERY_S``."""
    phase = int(k.phase)
    if phase in (FIXED, EFFECT):
        return
    if phase == HOLD:
        if k.phase_s >= q.hold_min * 60.0:
            _cycle_ends(k, q)
            go(k, UNDER, q.rate_under, AFTER_EFFECT)
        return
    if k.t - k.slope_at < SLOPE_EVERY_S:
        return
    k.slope_at = k.t
    if phase == BOOST:
        answered = _answered(k, q)
        if answered:
            k.boost_at = (
                k.t - (q.boost_gap_min - q.boost_again_min) * 60.0
            )  # it was right: the next need not wait long
        if answered or k.phase_s >= q.boost_min * 60.0:
            missing = k.feed_why == NOT_DELIVERED
            go(k, OVER, q.rate_over, NOT_DELIVERED if missing else TIME)
            if not missing or q.contact_on > 0.0:
                k.phase_s = max(q.over_min - q.after_boost_min, 0.0) * 60.0
        return
    why = _warned(k, q)
    if why > 0:
        boost(k, q, why)
        return
    n = min(k.ring_n, k.phase_n)
    if phase == UNDER:
        _under(k, q, n)
    elif phase == TRACK:
        _track(k, q, n)
    elif phase == OVER:
        _over(k, q)


@hot
def contacts(k: Any, q: Any, m: Any) -> None:
    """Share of strikes of each feeder that touched bath; a feeder without contact counts as blocked."""
    closed = 0
    strikes, before, share = m.strikes, k.strikes_seen, k.contact
    for f in range(FEEDERS):
        struck = strikes[f] - before[f]
        if struck > 0:
            touched = min(m.contacts[f] - k.contacts_seen[f], struck)
            mix = 1.0 - (1.0 - CONTACT_MIX) ** min(struck, 20)
            share[f] += mix * (touched / struck - share[f])
            before[f] = strikes[f]
            k.contacts_seen[f] = m.contacts[f]
        if share[f] < q.contact_low:
            closed += 1
    if q.contact_on > 0.0:
        raise_alarm(k, A_FEEDER, closed > 0)


@hot
def _usable(k: Any, q: Any, f: Any) -> Any:
    if k.t - k.fed_at[f] < q.feeder_min_s:
        return False
    if q.contact_on > 0.0 and k.contact[f] < q.contact_low:
        return k.t - k.fed_at[f] >= q.contact_retry_min * 60.0
    return True


@hot
def base_kg_s(q: Any, amp: Any) -> Any:
    """What a cell uses a second at this current, as fed alumina."""
    return AL2O3_KG_PER_KAH * amp * q.need / 3.6e6


@hot
def feed(k: Any, q: Any, amp: Any) -> None:
    """Turn the rate into shots: a running count a feeder."""
    asked = k.rate * k.factor * base_kg_s(q, amp)
    k.demand_kg = min(k.demand_kg + asked, 10.0 * q.dose_kg)
    k.cycle_s += 1.0
    k.cycle_feed += min(k.rate, q.rate_over)  # an emergency teaches no more than overfeed
    k.phase_s += 1.0
    for _ in range(MAX_SHOTS):
        if k.demand_kg < q.dose_kg:
            break
        found = -1
        for ahead in range(FEEDERS):
            f = (int(k.next_feeder) + ahead) % FEEDERS
            if _usable(k, q, f):
                found = f
                break
        if found < 0:
            break
        k.shots[found] += 1
        k.fed_at[found] = k.t
        k.next_feeder = (found + 1) % FEEDERS
        k.demand_kg -= q.dose_kg
        k.minute_kg += q.dose_kg

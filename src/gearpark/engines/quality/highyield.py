"""High-yield quality: what a pass rate of 99.99 % takes, and charts that still work there.

A pass rate is shown by a bound, not by a ratio: the one-sided Clopper-Pearson bound of the share of failures.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from scipy import special

from gearpark.base.problems import Problem

from .guards import inside

MAX_PIECES = 10**12  # beyond this the arithmetic of the bounds is not checked


class Verdict(StrEnum):
    """What the pieces say about a target."""

    DEMONSTRATED = "demonstrated"  # even the pessimistic bound meets it
    CONSISTENT = "consistent"  # neither shown nor contradicted
    REFUTED = "refuted"  # even the optimistic bound misses it


def failure_upper(failures: int, pieces: int, confidence: float) -> float:
    """One-sided upper Clopper-Pearson bound of the share of failures: Beta^-1(C; x + 1, n - x)."""
    return (
        1.0 if failures >= pieces else float(special.betaincinv(failures + 1, pieces - failures, confidence))
    )


def failure_lower(failures: int, pieces: int, confidence: float) -> float:
    """One-sided lower Clopper-Pearson bound of the share of failures: Beta^-1(1 - C; x, n - x + 1)."""
    if failures <= 0:
        return 0.0
    return float(special.betaincinv(failures, pieces - failures + 1, 1.0 - confidence))


def _shown(failures: int, pieces: int, share: float, confidence: float) -> bool:
    """Do x failures in n pieces show that failures are at most this share? P(X <= x | n, share) <= 1 - C."""
    return failures < pieces and float(special.betainc(failures + 1, pieces - failures, share)) >= confidence


def pieces_needed(failures: int, share: float, confidence: float) -> int:
    """Smallest number of pieces that, with this many failures, shows at most this share of failures."""
    inside(share, 0.0, 1.0, "share of failures")
    inside(confidence, 0.0, 1.0, "confidence")
    if failures == 0:
        guess = math.log1p(-confidence) / math.log1p(-share)
        low = max(1, math.ceil(guess) - 1)
    else:
        low = max(failures + 1, int(float(special.gammaincinv(failures + 1, confidence)) / share * 0.5))
    if _shown(failures, low, share, confidence):
        low = failures + 1
    if _shown(failures, low, share, confidence):
        return low
    high = low + 1
    while not _shown(failures, high, share, confidence):  # doubles: ends after log2(MAX_PIECES) steps
        low, high = high, high * 2
        if high > 4 * MAX_PIECES:
            raise Problem(
                "quality.too_many",
                f"More than {MAX_PIECES} pieces would be needed.",
                most=MAX_PIECES,
                have=high,
            )
    while high - low > 1:
        middle = (low + high) // 2
        if _shown(failures, middle, share, confidence):
            high = middle
        else:
            low = middle
    return high


def failures_allowed(pieces: int, share: float, confidence: float) -> int | None:
    """Most failures in this many pieces that still show at most this share; None: too few pieces even without any."""
    if pieces < 1 or not _shown(0, pieces, share, confidence):
        return None
    low, high = 0, pieces
    while high - low > 1:
        middle = (low + high) // 2
        if _shown(middle, pieces, share, confidence):
            low = middle
        else:
            high = middle
    return low


@dataclass(frozen=True, slots=True)
class PassRate:
    """A pass rate with what it proves.

    fail_upper_ppm, fail_lower_ppm  one-sided Clopper-Pearson bounds at ``confidence``, failures a million
    verdict                         of ``target`` (None without one)
    pieces_still_needed             good pieces in a row that would demonstrate the target; 0 when it is
    failures_allowed                most failures among the pieces so far that would demonstrate it
    """

    good: int
    bad: int
    pieces: int
    pass_rate: float
    confidence: float
    fail_ppm: float
    fail_upper_ppm: float
    fail_lower_ppm: float
    target: float | None
    verdict: Verdict | None
    pieces_still_needed: int | None
    failures_allowed: int | None


def _whole(value: object, what: str) -> int:
    try:
        number = Decimal(str(value))
        whole = int(number)
    except (InvalidOperation, ValueError, OverflowError) as error:
        raise Problem(
            "quality.counts", f"The number of {what} pieces must be a whole number from 0 on."
        ) from error
    if whole != number or whole < 0:
        raise Problem(
            "quality.counts", f"The number of {what} pieces must be a whole number from 0 on; it is {value}."
        )
    if whole > MAX_PIECES:
        raise Problem(
            "quality.too_many", f"At most {MAX_PIECES} pieces at a time.", most=MAX_PIECES, have=whole
        )
    return whole


def _share_of(target: object) -> Decimal:
    try:
        share = Decimal(str(target))
    except InvalidOperation as error:
        raise Problem(
            "quality.parameter", f"The target {target!r} is no number.", name="target", value=str(target)
        ) from error
    if not share.is_finite() or not 0 < share < 1:
        raise Problem(
            "quality.parameter",
            "The target must lie between 0 and 1, for example 0.9999; no number of pieces shows exactly 1.",
            name="target",
            value=str(target),
        )
    return share


def pass_rate(
    good: int | str,
    bad: int | str,
    *,
    target: float | str | Decimal | None = None,
    confidence: float = 0.95,
) -> PassRate:
    """What ``good`` and ``bad`` pieces show. target: the pass rate promised (0.9999), as text or Decimal where its last
    digit counts."""
    ok, failed = _whole(good, "good"), _whole(bad, "bad")
    inside(confidence, 0.0, 1.0, "confidence")
    share = None if target is None else _share_of(target)
    pieces = ok + failed
    if pieces == 0:
        raise Problem(
            "quality.no_pieces", "No piece was judged, so there is no pass rate. Count some pieces first."
        )
    if pieces > MAX_PIECES:
        raise Problem(
            "quality.too_many", f"At most {MAX_PIECES} pieces at a time.", most=MAX_PIECES, have=pieces
        )
    upper, lower = failure_upper(failed, pieces, confidence), failure_lower(failed, pieces, confidence)
    verdict = still = allowed = None
    if share is not None:
        most = float(1 - share)
        if _shown(failed, pieces, most, confidence):
            verdict = Verdict.DEMONSTRATED
        else:
            verdict = Verdict.REFUTED if lower > most else Verdict.CONSISTENT
        still = 0 if verdict is Verdict.DEMONSTRATED else pieces_needed(failed, most, confidence) - pieces
        allowed = failures_allowed(pieces, most, confidence)
    return PassRate(
        good=ok,
        bad=failed,
        pieces=pieces,
        pass_rate=ok / pieces,
        confidence=float(confidence),
        fail_ppm=failed / pieces * 1e6,
        fail_upper_ppm=upper * 1e6,
        fail_lower_ppm=lower * 1e6,
        target=None if share is None else float(share),
        verdict=verdict,
        pieces_still_needed=still,
        failures_allowed=allowed,
    )

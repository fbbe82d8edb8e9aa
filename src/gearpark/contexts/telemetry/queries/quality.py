"""When a value is too old to be called good."""

from __future__ import annotations

from gearpark.base.wire import Quality, SignalKind, quality_of

from ..types import TagInfo

STALE_AFTER_INTERVALS = 2.0  # no fresh observation in twice the expected interval
MIN_STALE_AFTER_S = 5.0  # a page must not flicker between good and stale over network jitter


def stale_after_s(tag: TagInfo) -> float | None:
    """Seconds after which the newest value counts as stale; None when the source only reports changes."""
    if tag.interval_s is None or tag.kind in (SignalKind.TEXT, SignalKind.CONDITION):
        return None
    return max(MIN_STALE_AFTER_S, STALE_AFTER_INTERVALS * tag.interval_s)


def quality_at(tag: TagInfo, status: int, age_s: float | None) -> Quality:
    """Status and age of a *stored* value -> the word pages show.

    Nobody speaks for a stored value, so one of a source that only reports changes is as good as its age is small.
    A bad value stays bad however old it is: stale would sound better than what is known.
    """
    if age_s is None:
        return Quality.STALE
    word = quality_of(status)
    if word is Quality.BAD:
        return word
    return Quality.STALE if age_s > (stale_after_s(tag) or MIN_STALE_AFTER_S) else word

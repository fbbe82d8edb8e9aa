"""Numbers as people read them: units small, Chinese amounts in 万/亿, ages in words, sparklines as paths."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext

Number = int | float | Decimal
_CHINESE_STEPS = ((Decimal(100_000_000), "亿"), (Decimal(10_000), "万"))
_MINUTE_S, _HOUR_S, _DAY_S = 60, 3600, 86400
_SKEW_S = 2  # a value that came while the page was being written, or a clock a little fast, is not news
_ENGLISH_STEPS = ((Decimal(1_000_000_000), "bn"), (Decimal(1_000_000), "m"))


def plain(value: Number | None, decimals: int = 0) -> str:
    """A number with fixed decimals, grouped by thousands in both languages; an en dash when there is none."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return "–"
    return f"{value:,.{decimals}f}".replace("-", "\u2212")


def percent(share: float | None, decimals: int = 1) -> str:
    """A share 0..1 as per cent without the sign (the sign is the unit)."""
    return plain(None if share is None else share * 100.0, decimals)


def money(amount_cny: Number | None, language: str) -> tuple[str, str]:
    """(number, unit) of an amount in CNY: 亿/万元 in Chinese, bn/m CNY in English."""
    if amount_cny is None:
        return "–", ""
    amount = Decimal(str(amount_cny))
    chinese = language.startswith("zh")
    for step, word in _CHINESE_STEPS if chinese else _ENGLISH_STEPS:
        if abs(amount) >= step:
            scaled = amount / step
            return plain(scaled, 2 if abs(scaled) < 100 else 1), f"{word}元" if chinese else f"{word} CNY"
    return plain(amount, 0), "元" if chinese else "CNY"


def age(seconds: float | None) -> str:
    """How long ago, in the coarsest honest unit."""
    if seconds is None:
        return gettext("never")
    if seconds < -_SKEW_S:
        return gettext("in the future")
    if seconds < 1:
        return gettext("now")
    if seconds >= _DAY_S:
        return gettext("%(n)s d") % {"n": int(seconds // _DAY_S)}
    if seconds >= _HOUR_S:
        return gettext("%(n)s h") % {"n": int(seconds // _HOUR_S)}
    if seconds >= _MINUTE_S:
        return gettext("%(n)s min") % {"n": int(seconds // _MINUTE_S)}
    return gettext("%(n)s s") % {"n": int(seconds)}


def age_at(at: datetime | None, now: datetime) -> str:
    """Age of an instant."""
    return age(None if at is None else (now - at).total_seconds())


def one_language(text: str, language: str) -> str:
    """Machines often say a thing in two languages at once ("Coolant low / 冷却液位低"): the reader's half.

    Only when exactly one half holds Chinese letters; anything else stays as the machine said it.
    """
    first, slash, second = text.partition(" / ")
    chinese = [any("\u4e00" <= letter <= "\u9fff" for letter in half) for half in (first, second)]
    if not slash or chinese[0] == chinese[1]:
        return text
    wants_chinese = language.startswith("zh")
    return first if chinese[0] == wants_chinese else second


def spark_path(values: Sequence[float | None], width: float, height: float) -> str:
    """SVG path of a sparkline over the values' own range; a None breaks the line (a gap stays a gap)."""
    known = [v for v in values if v is not None and math.isfinite(v)]
    if not known:
        return ""
    low, high = min(known), max(known)
    span = (high - low) or 1.0
    step = width / max(1, len(values) - 1)
    parts: list[str] = []
    pen_up = True
    for index, value in enumerate(values):
        if value is None or not math.isfinite(value):
            pen_up = True
            continue
        y = height - (value - low) / span * height if high > low else height / 2
        parts.append(f"{'M' if pen_up else 'L'}{index * step:.1f} {y:.1f}")
        pen_up = False
    return "".join(parts)

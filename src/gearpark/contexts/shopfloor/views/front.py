"""The front of a line in words: what boards and walls print beside the figures."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from gearpark.base.time import to_us
from gearpark.ui.numbers import age, one_language

from ..queries.front import Front, overdue
from ..types import LineFigures
from ..types.calls import CallInfo, CallStep
from .words import LOSS_STATES, clock, duration, loss_word

STALE_S = 5.0  # a board that hears nothing for so long says so
STEPS: Mapping[CallStep, Any] = {
    CallStep.ACCEPT: lambda: _("accept"),
    CallStep.ON_SITE: lambda: _("on site"),
    CallStep.CONTAIN: lambda: _("contain"),
}


def front_words(
    found: Front, figures: LineFigures, titles: Mapping[str, str], now: datetime, tongue: str
) -> dict[str, Any]:
    """Context of ``parts/front.html`` and of the walls."""
    zone = figures.line.calendar.zone
    alarms = {alarm.code: alarm.text for alarm in figures.alarms}
    late = (
        found.takt_us is not None
        and found.takt_target_us is not None
        and found.takt_us > found.takt_target_us
    )
    return {
        "state": found.state,
        "since": clock(found.since_us, zone),
        "since_length": duration(max(0, figures.until_us - found.since_us)),
        "hour": found.hour_made,
        "hour_due": None if found.hour_due is None else round(found.hour_due, 1),
        "hour_gap": None if found.hour_due is None else (found.hour_made or 0) - round(found.hour_due),
        "takt": duration(found.takt_us) if found.takt_us is not None else "–",
        "takt_last": duration(found.takt_last_us) if found.takt_last_us is not None else "",
        "takt_target": duration(found.takt_target_us) if found.takt_target_us is not None else "–",
        "takt_late": late,
        "stops": [
            {
                "word": loss_word(loss.code),
                "reason": titles.get(loss.reason, loss.reason)
                if loss.booked
                else f"{loss.reason} {one_language(alarms.get(loss.reason, ''), tongue)}".strip(),
                "time": duration(loss.time_us),
                "state": LOSS_STATES.get(loss.code, "no_data"),
                "booked": loss.booked,
            }
            for loss in found.stops
        ],
        "defects": [_defect(found, figures, code, pieces, tongue) for code, pieces in found.defects],
        "defects_by": found.defects_by,
        "orders": [
            {"number": one.number, "product": one.product(tongue), "done": one.done, "quantity": one.quantity}
            for one in found.orders
        ],
        "calls": [call_words(call, now, tongue) for call in found.calls],
        "holds": [
            {
                "station": hold.station.upper(),
                "reason": hold.reason,
                "since": clock(to_us(hold.since_at), zone),
            }
            for hold in found.holds
        ],
        "age": age(found.age_s) if found.age_s is not None else "",
        "stale": figures.open and (found.age_s is None or found.age_s > STALE_S),
    }


def call_words(call: CallInfo, now: datetime, tongue: str) -> dict[str, Any]:
    """One call with its response clock: what is waited for, and how long still, or since when it is late."""
    step = call.next_step
    late = overdue(call, now)
    left = None if step is None else abs((call.due_at(step) - now).total_seconds())
    return {
        "id": call.id,
        "type": call.type_name(tongue),
        "colour": call.colour.value,
        "station": call.station.upper(),
        "text": call.text,
        "waited": duration(round((now - call.raised_at).total_seconds() * 1e6)),
        "step": STEPS[step]() if step is not None else "",
        "late": late,
        "left": "" if left is None else duration(round(left * 1e6)),
        "level": call.level,
    }


def _defect(found: Front, figures: LineFigures, code: str, pieces: int, tongue: str) -> dict[str, Any]:
    chinese = tongue.startswith("zh")
    if found.defects_by == "reason":
        words = {
            one.code: one.title_zh if chinese else one.title_en for one in figures.line.template.scrap_reasons
        }
        return {"label": words.get(code, code) or _("no reason given"), "pieces": pieces}
    station = figures.line.template.device(code)
    return {"label": f"{code.upper()} {station.title_zh if chinese else station.title_en}", "pieces": pieces}

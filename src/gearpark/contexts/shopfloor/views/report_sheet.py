"""What the shift report prints, from a figures document: plain words and shares, for the page and for the PDF alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gearpark.engines.oee import Flag, kpi
from gearpark.ui.numbers import one_language, plain
from gearpark.ui.states import look_of

from ..queries.document import runs_of
from ..types import LineFigures
from ..types.figures import HandoverInfo, NoteInfo, RevisionInfo
from .kpi_words import kpi_rows, value_text
from .note_words import note_word
from .words import FLAGS, LOSS_STATES, clock, duration, loss_word, reason_word

MAX_LOSSES, MAX_ALARMS = 10, 8
HOUR_US, MINUTE_US = 3_600_000_000, 60_000_000
Document = Mapping[str, Any]


def report_sheet(
    found: Document,
    log: HandoverInfo,
    titles: Mapping[str, str],
    tongue: str,
    figures: LineFigures,
    shown: RevisionInfo | None,
    newest: RevisionInfo | None,
) -> dict[str, Any]:
    """JSON-ready. ``shown``: the published revision this is; None: figures as they are now."""
    line, shift = figures.line, found["shift"]
    zone, chinese = line.calendar.zone, tongue.startswith("zh")
    return {
        "line": (found["name_zh"] if chinese else "") or found["name_en"],
        "asset": found["line"],
        "path": found["path"],
        "shift": (shift["title_zh"] if chinese else shift["title_en"]) or shift["code"],
        "shift_code": shift["code"],
        "day": shift["day"],
        "from": clock(shift["start_us"], zone),
        "to": clock(shift["end_us"], zone),
        "until": clock(found["until_us"], zone),
        "open": found["open"],
        "plan": found["plan"],
        "revision": found["revision"],
        **_published(found, shown, newest, zone),
        "mapping": found["mapping"],
        "states_mapping": found["states_mapping"],
        "calendar": found["calendar"],
        "bottleneck": f"{found['bottleneck'].upper()} × {found['machines']}",
        "figs": _figs(found),
        "hours": _hours(found, zone),
        "bands": _bands(found, chinese),
        "ticks": _ticks(shift, zone),
        "breaks": [_span(shift, start, end) for start, end in shift["breaks"]],
        "now": _share(shift, found["until_us"]) if found["open"] else None,
        "losses": _losses(found, titles, tongue),
        "sums": _sums(found),
        "kpis": kpi_rows(found["elements"]),
        "alarms": _alarms(found, tongue),
        "alarm_count": found["alarm_count"],
        "scrap": _scrap(found, chinese),
        "defects": _defects(found, figures, chinese),
        "first_pass_by": found["first_pass_by"],
        "notes": [_note(item, zone) for item in log.notes],
        "carried": [_note(item, zone) for item in log.carried],
        "signed": {
            "handed_by": log.handed_by,
            "handed_at": _moment(log.handed_at, zone),
            "taken_by": log.taken_by,
            "taken_at": _moment(log.taken_at, zone),
        },
        "flags": [str(FLAGS[Flag(flag)]) for flag in found["flags"] if Flag(flag) in FLAGS],
    }


def _published(
    found: Document, shown: RevisionInfo | None, newest: RevisionInfo | None, zone: Any
) -> dict[str, Any]:
    """Which published state this is, and whether another one stands."""
    same = shown or (newest if newest is not None and newest.revision == found["revision"] else None)
    newer = newest is not None and shown is not None and newest.number > shown.number
    return {
        "number": same.number if same else 0,
        "published_at": _moment(same.published_at, zone) if same else "",
        "newest": newest.number if newest else 0,
        "newer": newer,
        "differs": shown is None and newest is not None and same is None,
    }


def _figs(found: Document) -> list[dict[str, Any]]:
    elements, counts, plan = found["elements"], found["counts"], found["plan"]
    planned = found["shift"]["end_us"] - found["shift"]["start_us"]
    planned -= sum(end - start for start, end in found["shift"]["breaks"])
    due = round(found["due"]) if found["open"] else plan
    gap = counts["made"] - due
    share = f"{counts['made'] / plan * 100:.0f} %" if plan else "–"
    rows = [
        {
            "label": _("Good pieces"),
            "value": str(counts["made"]),
            "unit": f"/ {plan}",
            "note": f"{share} · {'+' if gap > 0 else ''}{gap} {_('to plan')}".replace("-", "−"),
            "bad": gap < 0,
        }
    ]
    for code, note in (
        ("oee", "availability"), ("nee", "effectiveness"), ("first_pass_yield", "scrap_ratio"),
        ("throughput_rate", ""), ("mttr_plain", ""),
    ):  # fmt: skip
        one = kpi(code, elements)
        value, unit = value_text(one.formula.unit, one.value)
        rows.append(
            {"label": SHORT[code](), "value": value, "unit": unit, "note": _beside(note, found), "bad": False}
        )
    takt = Fraction(planned, plan) if plan else None
    rows[4]["note"] = _("target takt %(t)s") % {"t": duration(round(takt))} if takt else ""
    failures = elements.get("FE")
    if failures is not None:
        words = ngettext("%(n)s failure at the bottleneck", "%(n)s failures at the bottleneck", failures)
        rows[5]["note"] = words % {"n": failures}
    return rows


SHORT: dict[str, Any] = {
    "oee": lambda: "OEE",
    "nee": lambda: "NEE",
    "first_pass_yield": lambda: _("First pass yield"),
    "throughput_rate": lambda: _("Throughput rate"),
    "mttr_plain": lambda: "MTTR",
}


def _beside(code: str, found: Document) -> str:
    """The small line under a figure."""
    if code == "availability":
        words = []
        for name, letter in (("availability", "A"), ("effectiveness", "E"), ("quality_ratio", "Q")):
            value, _unit = value_text("share", kpi(name, found["elements"]).value)
            words.append(f"{letter} {value}")
        return " · ".join(words)
    if code == "effectiveness":
        value, unit = value_text("share", kpi("setup_ratio", found["elements"]).value)
        return _("set-up ratio %(v)s %(u)s") % {"v": value, "u": unit}
    if code == "scrap_ratio":
        n = found["counts"]["scrap"]
        return ngettext("%(n)s piece scrapped", "%(n)s pieces scrapped", n) % {"n": n}
    return ""


def _hours(found: Document, zone: Any) -> list[dict[str, Any]]:
    top = max([1.0, *(max(plan, made) for _a, _b, plan, made, _c in found["hours"])])
    rows, due, done = [], 0.0, 0
    for start, end, plan, made, begun in found["hours"]:
        due, done = due + plan, done + made
        rows.append(
            {
                "from": clock(start, zone),
                "to": clock(end, zone),
                "plan": plain(plan, 1),
                "made": str(made) if begun else "–",
                "due": plain(due, 0),
                "sum": str(done) if begun else "–",
                "gap": _signed(done - round(due)) if begun else "–",
                "behind": begun and done < round(due),
                "bar": made / top if begun else 0.0,
                "target": plan / top,
                "begun": begun,
            }
        )
    return rows


def _signed(number: int) -> str:
    return f"+{number}" if number > 0 else plain(number, 0)


def _bands(found: Document, chinese: bool) -> list[dict[str, Any]]:
    length = max(1, -(-(found["shift"]["end_us"] - found["shift"]["start_us"]) // MINUTE_US))
    units = sorted(found["units"].items(), key=lambda item: (item[1]["op"], item[0]))
    return [
        {
            "code": code.upper(),
            "title": unit["title_zh"] if chinese else unit["title_en"],
            "runs": [[at / length, width / length, state] for at, width, state in runs_of(unit["band"])],
            "share": plain(100 * unit["apt_us"] / unit["pbt_us"], 0) if unit["pbt_us"] else "–",
        }
        for code, unit in units
    ]


def _ticks(shift: Document, zone: Any) -> list[list[Any]]:
    return [
        [_share(shift, at), clock(at, zone)] for at in range(shift["start_us"], shift["end_us"] + 1, HOUR_US)
    ]


def _share(shift: Document, at: int) -> float:
    return float((at - shift["start_us"]) / (shift["end_us"] - shift["start_us"]))


def _span(shift: Document, start: int, end: int) -> list[float]:
    return [_share(shift, start), _share(shift, end) - _share(shift, start)]


def _losses(found: Document, titles: Mapping[str, str], tongue: str) -> list[dict[str, Any]]:
    bars = [loss for loss in found["losses"] if loss["code"] != "not_planned"][:MAX_LOSSES]
    top = max([abs(loss["time_us"]) for loss in bars], default=1) or 1
    whole = found["elements"]["CAL"] or 1
    alarms = {alarm["code"]: one_language(alarm["text"], tongue) for alarm in found["alarms"]}
    return [
        {
            "label": loss_word(loss["code"], booked_word(loss, titles, alarms)),
            "booked": loss["booked"],
            "machine": [
                f"{look_of(state).word}{': ' + reason_word(said) if said else ''} {duration(time_us)}"
                for state, said, time_us in loss["machine"][:3]
            ],
            "time": duration(loss["time_us"]),
            "share": plain(100 * loss["time_us"] / whole, 1),
            "times": loss["times"],
            "bar": abs(loss["time_us"]) / top,
            "state": LOSS_STATES.get(loss["code"], "no_data"),
            "plainly": loss["code"] in ("speed", "quality"),
        }
        for loss in bars
    ]


def booked_word(loss: Document, titles: Mapping[str, str], alarms: Mapping[str, str]) -> str:
    """A booked reason by its title, an alarm with its text, anything else as it was said."""
    if loss["booked"]:
        return titles.get(loss["reason"], loss["reason"])
    text = alarms.get(loss["reason"], "")
    return f"{loss['reason']} {text}".strip()


def _sums(found: Document) -> dict[str, str]:
    elements = found["elements"]
    productive = elements.get("GOOD_IDEAL")
    return {
        "total": duration(elements["CAL"]),
        "planned": duration(elements["CAL"] - elements["OFF"]),
        "busy": duration(elements["PBT"]),
        "productive": "–" if productive is None else duration(productive),
        "unknown": duration(elements["UNKNOWN"]) if elements["UNKNOWN"] else "",
    }


def _alarms(found: Document, tongue: str) -> list[dict[str, Any]]:
    """Alarms by station and code: how often, how long."""
    sums: dict[tuple[str, str], list[Any]] = {}
    for alarm in found["alarms"]:
        entry = sums.setdefault((alarm["unit"], alarm["code"]), [0, 0, alarm["text"], False])
        entry[0] += 1
        entry[1] += (alarm["end_us"] or found["until_us"]) - alarm["start_us"]
        entry[3] = entry[3] or alarm["end_us"] is None
    rows: Sequence[Any] = sorted(sums.items(), key=lambda item: (-item[1][1], item[0]))[:MAX_ALARMS]
    return [
        {
            "unit": unit.upper(),
            "code": code,
            "text": one_language(text, tongue),
            "times": times,
            "length": duration(length),
            "stands": stands,
        }
        for (unit, code), (times, length, text, stands) in rows
    ]


def _scrap(found: Document, chinese: bool) -> list[dict[str, Any]]:
    """Stations that counted scrap, most first."""
    units = sorted(found["units"].items(), key=lambda item: (-item[1]["scrap"], item[0]))
    return [
        {"code": code.upper(), "title": unit["title_zh" if chinese else "title_en"], "n": unit["scrap"]}
        for code, unit in units
        if unit["scrap"]
    ]


def _defects(found: Document, figures: LineFigures, chinese: bool) -> list[dict[str, Any]] | None:
    if found["defects"] is None:
        return None
    words = {
        one.code: one.title_zh if chinese else one.title_en for one in figures.line.template.scrap_reasons
    }
    return [{"title": words.get(code, code) or _("no reason given"), "n": n} for code, n in found["defects"]]


def _note(item: NoteInfo, zone: Any) -> dict[str, Any]:
    return {
        "kind": item.kind.value,
        "word": note_word(item.kind.value),
        "text": item.text,
        "by": item.by,
        "at": _moment(item.at, zone),
        "point": item.point,
        "open": item.open,
        "closed": f"{item.closed_by} {_moment(item.closed_at, zone)}".strip() if item.closed_at else "",
        "closing": item.closing,
        "shift": f"{item.on.isoformat()} {item.shift}",
    }


def _moment(at: datetime | None, zone: Any) -> str:
    return "" if at is None else at.astimezone(zone).strftime("%Y-%m-%d %H:%M")

"""Labels of a model's fields and what they mean, in the reader's language."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

LABELS = {
    "title": _("Title"),
    "cycle": _("Cycle"),
    "machines": _("Machines"),
    "buffer": _("Room before it"),
    "batch": _("Batch"),
    "batch_min": _("Smallest batch"),
    "operator": _("Operator"),
    "operators": _("Operators needed"),
    "load": _("Loading"),
    "setup": _("Change-over"),
    "tools": _("Tools"),
    "fail": _("Ways to fail"),
    "scrap": _("Scrap"),
    "rework": _("Rework"),
    "assemble": _("Assembles"),
    "calendar": _("Calendar"),
    "power": _("Electric power"),
    "fixed": _("Same for all part types"),
    "speed": _("Speed"),
    "source": _("Source"),
    "capacity": _("Capacity"),
    "count": _("Number"),
    "move": _("Time of a move"),
    "empty": _("Empty way"),
    "skills": _("Skills"),
}
_FAIL = _("Ways to fail, such as {mtbf: 30 h, mttr: 50 min, crew: repair}.")
_CALENDAR = _("Name of a calendar of the model.")
_SOURCE = _("Where the figures come from.")
ABOUT = {
    ("station", "cycle"): _(
        "Working time of a part: 42 s, triangular(40 s, 42 s, 50 s), lognormal(10 min, 20 %)."
    ),
    ("station", "machines"): _("Equal machines side by side."),
    ("station", "buffer"): _("Parts that may wait before the station."),
    ("station", "batch"): _("Parts worked on at once, at most."),
    ("station", "batch_min"): _("Parts that must be there to begin."),
    ("station", "operator"): _("Skill of who attends the whole cycle."),
    ("station", "operators"): _("People needed at once."),
    ("station", "load"): _("Loading before the cycle, such as {time: 2 min, operator: load}."),
    ("station", "setup"): _("Change-over between part types, such as {time: 12 min, operator: setup}."),
    ("station", "tools"): _("Tools changed by count, such as {every: 60, time: 8 min, operator: tools}."),
    ("station", "fail"): _FAIL,
    ("station", "scrap"): _("Share of parts scrapped here, such as 0.2 %."),
    ("station", "rework"): _("Share that goes back, such as {share: 1 %, to: op20, max: 2}."),
    ("station", "assemble"): _("true: takes one of every flow that comes in; the first goes on."),
    ("station", "calendar"): _CALENDAR,
    ("station", "power"): _("By state, such as {busy: 18 kW, idle: 4 kW}."),
    ("station", "fixed"): _("true: the part types' factors do not apply."),
    ("station", "speed"): _("The cycle is divided by this number."),
    ("station", "source"): _SOURCE,
    ("buffer", "capacity"): _("Parts."),
    ("buffer", "source"): _SOURCE,
    ("transport", "count"): _("Equal carriers."),
    ("transport", "move"): _("Where the flow tells none."),
    ("transport", "empty"): _("To come empty from elsewhere."),
    ("transport", "operator"): _("Skill of who drives."),
    ("transport", "fail"): _FAIL,
    ("transport", "calendar"): _CALENDAR,
    ("transport", "source"): _SOURCE,
    ("group", "count"): _("People."),
    ("group", "skills"): _("What they can do, such as [setup, tools]."),
    ("group", "calendar"): _CALENDAR,
    ("group", "source"): _SOURCE,
}

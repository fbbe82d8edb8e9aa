"""Words of care: rights, states, kinds, reasons."""

from __future__ import annotations

from enum import StrEnum

CARE = "shopfloor.care"  # right: tools, gauges, maintenance, spare parts
QUALITY = "shopfloor.quality"  # right: limits, dispositions, studies; also gauges and their checks


class LifeUnit(StrEnum):
    """What a tool's life is counted in."""

    PARTS = "parts"
    MINUTES = "minutes"
    METRES = "metres"


class ToolState(StrEnum):
    """What a tool is good for. ``worn`` and ``broken`` block the station they stand in; ``scrapped`` is for good."""

    NEW = "new"
    IN_USE = "in_use"
    WORN = "worn"
    BROKEN = "broken"
    SCRAPPED = "scrapped"


class ToolPlace(StrEnum):
    """Where a tool is: in a station's pocket, in the tool store, away for regrinding, or gone."""

    STATION = "station"
    STORE = "store"
    REGRIND = "regrind"
    GONE = "gone"


class LifeEnd(StrEnum):
    """Why a tool's life ended. ``scheduled`` cuts the observation off; the others are what a life ends by."""

    WORN = "worn"
    BROKEN = "broken"
    QUALITY = "quality"
    SCHEDULED = "scheduled"


ENDED_BY_WEAR = frozenset({LifeEnd.WORN, LifeEnd.BROKEN, LifeEnd.QUALITY})


class GaugeState(StrEnum):
    IN_USE = "in_use"
    AT_LAB = "at_lab"
    BLOCKED = "blocked"
    SCRAPPED = "scrapped"


class CheckKind(StrEnum):
    """A calibration against a reference standard, or a check with the master part of a shift."""

    CALIBRATION = "calibration"
    MASTER = "master"


class Trigger(StrEnum):
    """What makes a maintenance plan due."""

    TIME = "time"
    COUNT = "count"
    RUN_HOURS = "run_hours"
    CONDITION = "condition"


class JobStatus(StrEnum):
    """A maintenance order's life."""

    OPEN = "open"
    PLANNED = "planned"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    CANCELLED = "cancelled"


OPEN_JOBS = (JobStatus.OPEN, JobStatus.PLANNED, JobStatus.IN_PROGRESS)


class JobKind(StrEnum):
    """Preventive by a plan, corrective after a breakdown, or because a condition limit was passed."""

    PREVENTIVE = "preventive"
    CORRECTIVE = "corrective"
    CONDITION = "condition"


class MovementKind(StrEnum):
    """A line of the spare parts ledger."""

    RECEIVE = "receive"
    ISSUE = "issue"
    RETURN = "return"
    ADJUST = "adjust"


class Blocked(StrEnum):
    """Why a tool or a gauge must not be used."""

    TOOL_WORN = "tool_worn"
    TOOL_BROKEN = "tool_broken"
    TOOL_AT_LIMIT = "tool_at_limit"
    GAUGE_EXPIRED = "gauge_expired"
    GAUGE_FAILED = "gauge_failed"
    GAUGE_USES = "gauge_uses"
    GAUGE_AWAY = "gauge_away"
    MASTER_CHECK_DUE = "master_check_due"

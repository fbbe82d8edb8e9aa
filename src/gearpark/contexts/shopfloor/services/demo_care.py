"""Care of the demo shop: kinds of tools, gauges with checks, plans, spare parts, types of calls, some history.

Everything is illustrative and marked so. Calling it again changes nothing. Tools in pockets are not invented: machines
name them.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any
from zlib import crc32

from gearpark.base.scope import Scope
from gearpark.kit.tenant import acting

from ..models.calls import Call, CallReason, CallType
from ..models.care import GaugeCheck, MaintenanceOrder, MaintenancePlan, SpareMovement
from ..queries import setup
from ..queries.care.scopes import within
from ..types.calls import CallColour, CallSource, CallStatus, CallTypeWanted
from ..types.care import (
    CheckPoint,
    GaugeClassWanted,
    GaugeWanted,
    JobKind,
    JobWanted,
    LifeUnit,
    MovementKind,
    PlanWanted,
    SpareWanted,
    ToolClassWanted,
    Trigger,
)
from ..types.lines import LineInfo
from . import calls, care

SEED = 2020
STORE_TOOLS = 2  # sharp tools of each kind in the store
PAST_CALLS = 46
PAST_CALL_DAYS = 14
ACTORS = ("李娜 Li Na", "吴强 Wu Qiang", "赵磊 Zhao Lei")


@cache
def data() -> dict[str, Any]:
    """The packaged illustrative data."""
    return tomllib.loads((files(__package__) / "data" / "care.toml").read_text("utf-8"))


def ensure_demo_care(scope: Scope, now: datetime, *, org: str) -> dict[str, int]:
    """Store what is missing for an organisation's lines; returns counts of what stands now."""
    scope = within(scope, org)
    with acting(scope):
        lines = setup.lines(scope, [org])
        return {
            "tool_classes": _tools(scope, org, lines),
            "gauges": _gauges(scope, org, lines, now),
            "spares": _spares(scope, org, now),
            "plans": _plans(scope, org, lines, now),
            "jobs": _jobs(scope, org, lines, now),
            "call_types": _call_types(scope, org, now),
            "calls": _calls(scope, org, lines, now),
        }


def _tools(scope: Scope, org: str, lines: Sequence[LineInfo]) -> int:
    kinds = data()["tool_kinds"]
    found = {known.code: (known, line) for line in lines for known in line.template.tool_classes}
    for code, (known, line) in sorted(found.items()):
        facts = kinds.get(known.kind, kinds["other"])
        care.save_tool_class(
            scope,
            ToolClassWanted(
                code, known.title_en, float(known.life_parts), known.title_zh, line.template.code, LifeUnit.PARTS,
                wear_limit_mm=facts.get("wear_limit_mm"), regrinds_max=facts["regrinds"], change_s=round(known.change_s),
                price_cny=Decimal(facts["price"]), regrind_cny=Decimal(facts["regrind"]), illustrative=True,
            ),
            org=org,
        )  # fmt: skip
        for number in range(1, STORE_TOOLS + 1):
            care.save_tool(scope, f"{code}-S{number:03d}", code, org=org, illustrative=True)
    return len(found)


def _gauges(scope: Scope, org: str, lines: Sequence[LineInfo], now: datetime) -> int:
    known = data()
    for facts in known["gauge_classes"]:
        wanted = GaugeClassWanted(
            facts["code"], facts["en"], facts["unit"], facts["limit"], facts["zh"], every_days=facts["every_days"],
            every_uses=facts.get("every_uses"), illustrative=True,
        )  # fmt: skip
        care.save_gauge_class(scope, wanted, org=org)
    count = 0
    for facts in known["gauges"]:
        low, high = facts["range"]
        wanted_one = GaugeWanted(
            facts["code"], facts["kind"], facts["resolution"], low, high, standard=facts["standard"],
            place="计量室 Gauge room", illustrative=True,
        )  # fmt: skip
        every = next(item for item in known["gauge_classes"] if item["code"] == facts["kind"])
        begun = now + timedelta(days=facts["due_days"] - every["every_days"])
        count += _gauge(scope, org, wanted_one, every["limit"], begun, bad=facts.get("bad", False), now=now)
    for line in lines:
        count += _station_gauges(scope, org, line, now)
    return count


def _station_gauges(scope: Scope, org: str, line: LineInfo, now: datetime) -> int:
    """The gauges that stand in the line's test stations, under the numbers the machines report."""
    shape = line.template
    kinds = {item.code: item for item in shape.gauge_classes}
    stations = {station.op: station for station in reversed(shape.stations)}
    count = 0
    for step in shape.operations:
        for code in step.gauge_classes:
            kind, station = kinds[code], stations.get(step.op)
            if station is None:
                continue
            resolution = kind.resolution or 0.01
            wanted = GaugeClassWanted(
                kind.code, kind.title_en, kind.unit or "1", resolution * 20, kind.title_zh,
                every_days=kind.calibration_days, illustrative=True,
            )  # fmt: skip
            care.save_gauge_class(scope, wanted, org=org)
            mark = f"{line.asset.rpartition('-')[2]}{station.code}".upper()
            one = GaugeWanted(
                f"{kind.code.upper()}-{mark}", kind.code, resolution, -resolution * 1000, resolution * 1000,
                line=line.asset, station=station.code, illustrative=True,
            )  # fmt: skip
            age = crc32(one.code.encode()) % (kind.calibration_days - 20)
            count += _gauge(scope, org, one, resolution * 20, now - timedelta(days=age), bad=False, now=now)
    return count


def _gauge(
    scope: Scope, org: str, wanted: GaugeWanted, limit: float, calibrated: datetime, *, bad: bool, now: datetime
) -> int:  # fmt: skip
    """Register a gauge with three calibrations; ``bad``: a check a week ago found it out of limit and it was put right."""
    care.save_gauge(scope, wanted, now, org=org)
    if GaugeCheck.objects.of(scope).filter(org=org, gauge__code=wanted.code).exists():
        return 1
    rng = random.Random(f"{SEED}{wanted.code}")  # noqa: S311 - illustrative figures, no secret
    for number in (2, 1, 0):
        at = calibrated - timedelta(days=170 * number)
        found = round(rng.uniform(-0.45, 0.45) * limit, 4)
        care.calibration_check(
            scope, wanted.code, at, found, uncertainty=round(limit * 0.15, 4), standard=wanted.standard,
            temperature_c=round(rng.uniform(19.7, 20.4), 1), key=f"demo-{number}",
        )  # fmt: skip
    if bad:
        week = now - timedelta(days=6)
        care.calibration_check(
            scope, wanted.code, week, round(limit * 1.35, 4), as_left=round(limit * 0.1, 4),
            uncertainty=round(limit * 0.15, 4), standard=wanted.standard, key="demo-bad",
        )  # fmt: skip
    return 1


def _spares(scope: Scope, org: str, now: datetime) -> int:
    for facts in data()["spares"]:
        low, high = facts["levels"]
        care.save_spare(
            scope,
            SpareWanted(
                facts["code"], facts["en"], facts["zh"], facts.get("unit", "1"), facts["place"], Decimal(low),
                Decimal(high), Decimal(facts["price"]), facts["lead_days"], used_in=tuple(facts["used_in"]),
                illustrative=True,
            ),
            org=org,
        )  # fmt: skip
        key = f"demo-{facts['code']}"
        if not SpareMovement.objects.of(scope).filter(org=org, key=key).exists():
            care.move_spare(
                scope, facts["code"], MovementKind.RECEIVE, Decimal(facts["stock"]), now - timedelta(days=40),
                reason="期初 Opening stock", key=key,
            )  # fmt: skip
    return len(data()["spares"])


def _plans(scope: Scope, org: str, lines: Sequence[LineInfo], now: datetime) -> int:
    for facts in data()["zones"]:
        care.save_zone(
            scope, facts["group"], facts["en"], facts["edition"], tuple(facts["limits"]), name_zh=facts["zh"], org=org,
            illustrative=True,
        )  # fmt: skip
    known = set(MaintenancePlan.objects.of(scope).filter(org=org).values_list("code", flat=True))
    count = 0
    for facts in data()["plans"]:
        for line in lines:
            for device in line.template.devices:
                begins = tuple(facts.get("stations", ()))
                if device.type in facts["types"] and (not begins or device.code.startswith(begins)):
                    count += 1
                    code = f"{facts['code']}-{line.asset.rpartition('-')[2]}-{device.code}"
                    if code not in known:
                        _plan(scope, org, code, facts, line.asset_of(device.code), now)
    return count


def _plan(scope: Scope, org: str, code: str, facts: dict[str, Any], asset: str, now: datetime) -> None:
    trigger = Trigger(facts["trigger"])
    every = facts.get("every")
    spread = crc32(code.encode()) % 100 / 100  # where in its interval a plan stands, spread over the shop
    begun = now - timedelta(days=(every or 0) * (0.15 + 0.8 * spread)) if trigger is Trigger.TIME else now
    wanted = PlanWanted(
        code, facts["en"], asset, trigger, facts["zh"], float(every) if every else None, signal=facts.get("signal", ""),
        hold_s=facts.get("hold_s", 0), zone=facts.get("zone", ""), minutes=facts["minutes"],
        checklist=tuple(CheckPoint(**point) for point in facts["checklist"]),
        spares=tuple((item, Decimal(quantity)) for item, quantity in facts.get("spares", ())), illustrative=True,
    )  # fmt: skip
    care.save_plan(scope, wanted, begun, org=org)


def _jobs(scope: Scope, org: str, lines: Sequence[LineInfo], now: datetime) -> int:
    """Orders of the last weeks, done, and one that waits. Fixed by their source, so that they are made once."""
    if not lines:
        return 0
    line = lines[0]
    past = (
        ("op20a", 16, "Spindle overload SP-2041", "Bearing play", "Front bearing pair replaced", 240, 185),
        (
            "op40b",
            9,
            "Following error axis X",
            "Worn encoder cable",
            "Cable replaced, axis referenced",
            75,
            60,
        ),
        ("leak80", 4, "Reference leak out of range", "Seal torn", "Sealing plates replaced", 45, 40),
    )
    for station, days, title, cause, remedy, labour, down in past:
        if station not in {device.code for device in line.template.devices}:
            continue
        at = now - timedelta(days=days, hours=3)
        key = f"demo-{station}"
        if MaintenanceOrder.objects.of(scope).filter(org=org, source_key=key).exists():
            continue
        wanted = JobWanted(line.asset_of(station), title, source="alarm", source_key=key, priority=80)
        number = care.open_job(scope, wanted, at, org=org)
        care.start_job(scope, number, at + timedelta(minutes=9))
        care.finish_job(
            scope,
            number,
            at + timedelta(minutes=down),
            labour_min=labour,
            downtime_min=down,
            cause=cause,
            remedy=remedy,
        )
        MaintenanceOrder.objects.of(scope).filter(org=org, number=number).update(illustrative=True)
    waiting = JobWanted(
        line.asset_of(line.template.stations[0].code), "Chip conveyor noisy", JobKind.CORRECTIVE,
        planned_at=now + timedelta(days=1), minutes=60, source_key="demo-waits",
    )  # fmt: skip
    number = care.open_job(scope, waiting, now, org=org)
    MaintenanceOrder.objects.of(scope).filter(org=org, number=number).update(illustrative=True)
    return MaintenanceOrder.objects.of(scope).filter(org=org).count()


def _call_types(scope: Scope, org: str, now: datetime) -> int:
    for position, facts in enumerate(data()["call_types"]):
        accept, on_site, contain = facts["clocks"]
        wanted = CallTypeWanted(
            facts["code"], facts["en"], CallColour(facts["colour"]), facts["zh"], accept, on_site, contain, position,
            illustrative=True,
        )  # fmt: skip
        if CallType.objects.of(scope).filter(org=org, code=facts["code"]).exists():
            continue  # a person may have set other times
        calls.save_call_type(scope, wanted, org=org)
        for code, english, chinese in facts["reasons"]:
            calls.save_call_reason(scope, facts["code"], code, english, chinese, org=org)
        for rule in data()["call_rules"]:
            if rule["type"] == facts["code"]:
                calls.save_call_rule(
                    scope, rule["type"], rule["alarm"], now, delay_s=rule["delay_s"], org=org
                )
    return len(data()["call_types"])


def _calls(scope: Scope, org: str, lines: Sequence[LineInfo], now: datetime) -> int:
    """Closed calls of the last two weeks, so that the statistics of the demo have something to count."""
    mine = Call.objects.of(scope).filter(org=org)
    if not lines or mine.filter(key__startswith="demo-").exists():
        return mine.count()
    rng = random.Random(SEED)  # noqa: S311 - illustrative figures, no secret
    kinds = list(CallType.objects.of(scope).filter(org=org))
    reasons = {kind.pk: list(CallReason.objects.of(scope).filter(type=kind)) for kind in kinds}
    weights = [
        {"machine": 9, "quality": 5, "material": 6, "help": 3, "safety": 1}.get(kind.code, 1)
        for kind in kinds
    ]
    made = []
    for number in range(PAST_CALLS):
        kind, line = rng.choices(kinds, weights)[0], rng.choice(lines)
        raised = now - timedelta(days=rng.uniform(0.2, PAST_CALL_DAYS))
        accepted = raised + timedelta(seconds=rng.lognormvariate(4.1, 0.6))
        on_site = accepted + timedelta(seconds=rng.lognormvariate(4.8, 0.6))
        contained = on_site + timedelta(seconds=rng.lognormvariate(5.6, 0.8))
        closed = contained + timedelta(seconds=rng.lognormvariate(5.9, 0.8))
        who = rng.choice(ACTORS)
        made.append(
            Call(
                org=org, type=kind, line_id=line.id, station=rng.choice(line.template.stations).code,
                status=CallStatus.CLOSED.value, source=CallSource.TERMINAL.value, key=f"demo-{number}",
                accept_s=kind.accept_s, on_site_s=kind.on_site_s, contain_s=kind.contain_s, raised_at=raised,
                raised_by=ACTORS[0], accepted_at=accepted, accepted_by=who, on_site_at=on_site, on_site_by=who,
                contained_at=contained, contained_by=who, closed_at=closed, closed_by=who,
                reason=rng.choice(reasons[kind.pk]) if reasons[kind.pk] else None, illustrative=True,
            )
        )  # fmt: skip
    Call.objects.of(scope).bulk_create(made)
    return len(made)

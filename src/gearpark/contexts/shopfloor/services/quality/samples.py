"""Measured values coming in: from the line, from a person, from a file. Told twice, kept once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.base.time import from_us
from gearpark.engines.lines import Characteristic
from gearpark.kit.audit import record
from gearpark.kit.tenant import acting, require

from ...models import Line, Serial
from ...models.quality import Sample
from ...models.work import MAX_ACTOR
from ...queries.quality.charts import variables
from ...queries.quality.taken import Taken
from ...queries.work.route import line_row
from ...types.quality import SampleSource
from ...types.trace import Fact, FactKind
from ...types.work import WORK
from ..trace import add_facts

FUTURE = timedelta(minutes=5)  # a clock may be ahead by this much
CHUNK = 5_000


def store_taken(scope: Scope, line: Line, found: Sequence[Taken]) -> list[Sample]:
    """Store values a line reported; returns those that were new or are now known of another part. Inside ``acting``.

    A gauge shows one value at an instant: late signals may say which part that was, never another number.
    """
    changed: list[Sample] = []
    for start in range(0, len(found), CHUNK):
        part = found[start : start + CHUNK]
        known = {
            (row.characteristic, row.at, row.station): row
            for row in Sample.objects.of(scope).filter(
                line=line,
                source=SampleSource.LINE.value,
                characteristic__in={one.characteristic for one in part},
                at__gte=from_us(min(one.at_us for one in part)),
                at__lte=from_us(max(one.at_us for one in part)),
            )
        }
        fresh, mended = [], []
        for one in part:
            row = known.get((one.characteristic, from_us(one.at_us), one.station))
            if row is None:
                fresh.append(_sample(line, one))
            elif (row.serial, row.maker, row.gauge) != (one.serial, one.maker, one.gauge):
                row.serial, row.maker, row.gauge = one.serial, one.maker, one.gauge
                mended.append(row)
        rows = Sample.objects.of(scope)
        if fresh:
            rows.bulk_create(fresh, ignore_conflicts=True)
        if mended:
            rows.bulk_update(mended, ["serial", "maker", "gauge"])
        changed += [*fresh, *mended]
    return changed


def _sample(line: Line, one: Taken) -> Sample:
    return Sample(
        org=line.org,
        line=line,
        characteristic=one.characteristic,
        at=from_us(one.at_us),
        serial=one.serial,
        value=one.value,
        station=one.station,
        maker=one.maker,
        gauge=one.gauge,
        source=SampleSource.LINE.value,
    )


def add_measurement(
    scope: Scope,
    line_asset: str,
    characteristic: str,
    value: float,
    at: datetime,
    now: datetime,
    *,
    serial: str = "",
    maker: str = "",
    gauge: str = "",
    source: SampleSource = SampleSource.PERSON,
) -> bool:
    """A value a person measured; False when it was known. With a serial of the firm it is a fact of that part too.

    Problems ``quality.characteristic_unknown``, ``quality.value``, ``quality.moment``, ``quality.serial_unknown``.
    """
    require(scope, WORK)
    if not math.isfinite(value):
        raise Problem("quality.value", "The value must be a finite number.")
    if at > now + FUTURE:
        raise Problem("quality.moment", "The time of the measurement lies in the future.")
    with acting(scope):
        line = line_row(scope, line_asset)
        item = _characteristic(line, characteristic)
        part = _part(scope, line, serial) if serial else None
        _row, made = Sample.objects.of(scope).get_or_create(
            org=line.org,
            line=line,
            characteristic=characteristic,
            at=at,
            station="",
            serial=serial,
            defaults={
                "value": value,
                "maker": maker,
                "gauge": gauge,
                "source": source.value,
                "by": scope.actor[:MAX_ACTOR],
            },
        )
        if made and part is not None:
            limits = {"lower": item.lsl, "upper": item.usl, "nominal": item.nominal}
            data = {name: number for name, number in limits.items() if number is not None}
            add_facts(
                scope,
                part.pk,
                [Fact(FactKind.VALUE, characteristic, at, item.op, "", value, item.unit, data)],
            )
        if made:
            after = {"value": value, "serial": serial, "gauge": gauge, "source": source.value}
            key = f"{line_asset}/{characteristic}"
            record(scope, "quality.measured", "characteristic", key, None, after, org=line.org)
        return made


def _characteristic(line: Line, code: str) -> Characteristic:
    known = {one.code: one for one in variables(line)}
    if code not in known:
        raise Problem(
            "quality.characteristic_unknown",
            f"Line {line.asset} measures no characteristic {code!r}.",
            known=", ".join(known),
        )
    return known[code]


def _part(scope: Scope, line: Line, serial: str) -> Serial:
    part = Serial.objects.of(scope).filter(org=line.org, serial=serial).first()
    if part is None:
        raise Problem("quality.serial_unknown", f"There is no part {serial!r}.", status=404)
    return part

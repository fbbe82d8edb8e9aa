"""Birth certificates of devices: what was declared, what was ever journalled, and the newest values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gearpark.base.wire import AssetInfo, SignalInfo, SignalKind, Status, Value
from gearpark.bus.sparkplug import BirthMetric, DataType
from gearpark.gateway.journal import AliasRow

TEXT_KINDS = frozenset({SignalKind.STATE, SignalKind.TEXT, SignalKind.CONDITION})
Last = tuple[int, Value, int]  # at_us, value, status


def is_text(signal: SignalInfo) -> bool:
    return signal.kind in TEXT_KINDS


def device_metrics(
    aliases: Iterable[AliasRow], asset: AssetInfo | None, last: Mapping[str, Last]
) -> list[BirthMetric]:
    """All metrics a device may send: also signals no longer wanted, so that older journal rows stay readable.

    last: tag -> newest (source time, value, status). A signal without a value is born null, waiting for its first.
    """
    wanted = {signal.name: signal for signal in asset.signals} if asset else {}
    metrics = []
    for row in aliases:
        signal = wanted.get(row.signal)
        at_us, value, status = last.get(
            f"{row.device}/{row.signal}", (None, None, int(Status.BAD_WAITING_FOR_INITIAL_DATA))
        )
        text = isinstance(value, str) if value is not None else row.text
        metrics.append(
            BirthMetric(
                name=row.signal,
                datatype=DataType.STRING if text else DataType.DOUBLE,
                alias=row.alias,
                value=value,
                at_us=at_us,
                status=status,
                properties=_properties(signal, row),
            )
        )
    return metrics


def _properties(signal: SignalInfo | None, row: AliasRow) -> dict[str, str | float]:
    if signal is None:
        return {"kind": str(SignalKind.TEXT if row.text else SignalKind.ANALOG)}
    found: dict[str, str | float] = {"kind": str(signal.kind)}
    if signal.unit:
        found["engUnit"] = signal.unit
    if signal.interval_s is not None:
        found["interval_s"] = float(signal.interval_s)
    return found

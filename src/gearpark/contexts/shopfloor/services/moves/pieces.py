"""News of parts for the rules: noted with the part's own transaction, worked off in order by the loop."""

from __future__ import annotations

import threading
import time
from datetime import datetime

from gearpark.base.scope import Scope
from gearpark.kit.tenant import acting

from ...models import Line, Serial
from ...models.moves import Carrier, CarrierItem, Piece, Place, Rule, Stock
from ...queries.moves.scopes import org_scope
from ...queries.setup import line_info
from ...types.moves import ACTIVE, Flow, Means, PieceWhat, RuleKind, TaskKind, Watch
from ...types.work import OperationDone, SerialDone, SerialStatus
from .raising import raise_task

KNOWN_FOR_S = 5.0  # how long a process believes what it knows of a firm's rules
MAX_PIECES = 500  # worked off in one round
_lock = threading.Lock()
_watched: dict[str, tuple[float, frozenset[int], dict[str, int]]] = {}


def forget(org: str) -> None:
    """A firm's rules changed."""
    with _lock:
        _watched.pop(org, None)


def _lines(scope: Scope) -> tuple[frozenset[int], dict[str, int]]:
    """(ids of lines with rules, asset -> id of those) of a firm; looked up at most every KNOWN_FOR_S seconds."""
    now = time.monotonic()
    with _lock:
        known = _watched.get(scope.org)
        if known is not None and now - known[0] < KNOWN_FOR_S:
            return known[1], known[2]
    rows = dict(
        Rule.objects.of(scope)
        .filter(org=scope.org, active=True, place__line__isnull=False)
        .values_list("place__line__asset", "place__line_id")
    )
    found = frozenset(rows.values())
    with _lock:
        _watched[scope.org] = (now, found, rows)
    return found, rows


def on_operation_done(event: OperationDone) -> None:
    """Listener: the first operation of a line took a blank."""
    scope = org_scope(event.org)
    with acting(scope):
        _found, by_asset = _lines(scope)
        line_id = by_asset.get(event.line_asset)
        if line_id is None or event.op != _first_op(scope, line_id):
            return
        _note(scope, line_id, event.serial_id, PieceWhat.IN, event.at)


def on_serial_done(event: SerialDone) -> None:
    """Listener: a part left its line good."""
    if event.status is not SerialStatus.GOOD:
        return
    scope = org_scope(event.org)
    with acting(scope):
        watched, _by_asset = _lines(scope)
        if not watched:
            return
        line_id = (
            Serial.objects.of(scope)
            .filter(pk=event.serial_id)
            .values_list("order__line_id", flat=True)
            .first()
        )
        if line_id in watched:
            _note(scope, line_id, event.serial_id, PieceWhat.OUT, event.at)


def _note(scope: Scope, line_id: int, serial_id: int, what: PieceWhat, at: datetime) -> None:
    Piece.objects.of(scope).bulk_create(
        [Piece(org=scope.org, line_id=line_id, serial_id=serial_id, what=what.value, at=at)],
        ignore_conflicts=True,  # a part is news once, whoever tells it again
    )


_first: dict[tuple[int, str, int], int] = {}


def _first_op(scope: Scope, line_id: int) -> int:
    """The line's first operation; -1 when the line is gone."""
    found = Line.objects.of(scope).filter(pk=line_id).values_list("template", "revision").first()
    if found is None:
        return -1
    key = (line_id, *found)
    if key not in _first:
        row = Line.objects.of(scope).select_related("calendar").get(pk=line_id)
        _first[key] = min((station.op for station in line_info(row).template.stations), default=-1)
    return _first[key]


# --- worked off by the loop ----------------------------------------------------------------------------------------


def work_off(scope: Scope, now: datetime) -> int:
    """Handle waiting news, oldest first, each once. Returns how many."""
    with acting(scope):
        rows = list(
            Piece.objects.of(scope)
            .select_for_update(skip_locked=True)
            .filter(handled_at=None)
            .order_by("pk")[:MAX_PIECES]
        )
        for row in rows:
            (_out if row.what == PieceWhat.OUT else _in)(scope, row, now)
        Piece.objects.of(scope).filter(pk__in=[row.pk for row in rows]).update(handled_at=now)
        return len(rows)


def _rules(scope: Scope, row: Piece, flow: Flow) -> list[Rule]:
    """The rules of the line's end that look at such parts and were there when it was finished, locked."""
    return list(
        Rule.objects.of(scope)
        .select_for_update(of=("self",))
        .select_related("place", "store")
        .filter(place__line_id=row.line_id, place__flow=flow.value, active=True, since_at__lte=row.at)
        .order_by("pk")
    )


def _out(scope: Scope, row: Piece, now: datetime) -> None:
    """A good part lies at the line's end: into the open carrier there, and away when that is full."""
    for rule in _rules(scope, row, Flow.OUT):
        if rule.watch != Watch.PIECES or rule.kind != RuleKind.OUTPUT:
            continue
        carrier, held = _open_carrier(scope, rule.place)
        if carrier is None:
            _count_loose(scope, rule, now)
            continue
        CarrierItem.objects.of(scope).bulk_create(
            [CarrierItem(org=row.org, carrier=carrier, serial_id=row.serial_id, put_at=row.at)],
            ignore_conflicts=True,
        )
        held += 1
        enough = rule.threshold if 0 < rule.threshold < carrier.capacity else carrier.capacity
        if held >= enough:
            away(scope, rule, carrier, held, now)


def _open_carrier(scope: Scope, place: Place) -> tuple[Carrier | None, int]:
    """The carrier at a place that takes the next part: the fullest one with room that no task moves."""
    states = [state.value for state in ACTIVE]
    best: tuple[Carrier | None, int] = (None, -1)
    rows = Carrier.objects.of(scope).filter(place=place, active=True, quantity=0)
    for row in rows.exclude(tasks__state__in=states).order_by("arrived_at", "pk"):
        held = CarrierItem.objects.of(scope).filter(carrier=row).count()
        if held < row.capacity and held > best[1]:
            best = (row, held)
    return best


def _count_loose(scope: Scope, rule: Rule, now: datetime) -> None:
    """Parts without a carrier: counted, and moved by the threshold (or the rule's quantity)."""
    rule.counted += 1
    enough = rule.threshold or rule.quantity
    if enough and rule.counted >= enough:
        rule.counted -= enough
        away(scope, rule, None, enough, now)
    else:
        rule.save(update_fields=["counted"])


def away(scope: Scope, rule: Rule, carrier: Carrier | None, quantity: int, now: datetime) -> None:
    """Raise the output's task; the rule's own number makes its trigger unique."""
    rule.raised += 1
    rule.save(update_fields=["raised", "counted"])
    raise_task(
        scope,
        rule.org,
        kind=TaskKind.OUTPUT,
        trigger=f"rule:{rule.pk}:{rule.raised}",
        source=rule.place,
        target=rule.store,
        means=Means(rule.means),
        due_s=rule.due_s,
        priority=rule.priority,
        now=now,
        rule=rule,
        carrier=carrier,
        quantity=quantity,
    )


def _in(scope: Scope, row: Piece, now: datetime) -> None:
    """A blank was taken at the line's entrance: from the carrier that came first, else from the stock there."""
    rules = [rule for rule in _rules(scope, row, Flow.IN) if rule.watch == Watch.STOCK]
    for rule in rules:
        place = rule.place
        carrier = (
            Carrier.objects.of(scope)
            .select_for_update()
            .filter(place=place, active=True, material=rule.material, quantity__gt=0)
            .order_by("arrived_at", "pk")
            .first()
        )
        if carrier is not None:
            carrier.quantity -= 1
            if not carrier.quantity:
                carrier.material, carrier.lot = "", ""
            carrier.save(update_fields=["quantity", "material", "lot", "changed_at"])
            continue
        stock = Stock.objects.of(scope).select_for_update()
        found = stock.filter(place=place, material=rule.material, quantity__gt=0).order_by("pk").first()
        if found is not None:
            found.quantity -= 1
            found.save(update_fields=["quantity", "changed_at"])

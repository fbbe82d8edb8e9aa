"""Rules that raise transport tasks."""

from __future__ import annotations

from datetime import datetime

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.engines.lines import LineTemplate
from gearpark.kit.audit import record
from gearpark.kit.tenant import acting, require

from ...models.lines import Line
from ...models.moves import Place, Rule
from ...queries.moves.places import place_row
from ...queries.moves.places import rule as rule_row
from ...queries.setup import line_info
from ...types.lines import EDIT
from ...types.moves import Flow, PlaceKind, RuleKind, RuleWanted, Watch
from . import pieces

MAX_THRESHOLD = 10_000
MAX_DUE_S = 24 * 3600
DUE_S = {RuleKind.OUTPUT: 20 * 60, RuleKind.SUPPLY: 15 * 60}


def save_rule(scope: Scope, wanted: RuleWanted, now: datetime, key: int | None = None) -> int:
    """Make or change a rule. It looks at parts from ``now`` on, never at what was finished before.

    Problems: ``moves.rule_place``, ``moves.rule_range``, ``moves.rule_twice``.
    """
    require(scope, EDIT)
    _check(wanted)
    with acting(scope):
        place, store = place_row(scope, wanted.place), place_row(scope, wanted.store)
        _check_places(wanted, place, store)
        row = rule_row(scope, key) if key is not None else Rule(org=place.org, since_at=now)
        before = None if key is None else _facts(row)
        twice = Rule.objects.of(scope).filter(place=place, kind=wanted.kind.value, watch=wanted.watch.value)
        if twice.exclude(pk=row.pk).exists():
            raise Problem(
                "moves.rule_twice", f"{place.code} has such a rule already; change that one.", status=409
            )
        row.name = " ".join(wanted.name.split())[:120] or f"{wanted.kind.value} {place.code}"
        row.kind, row.watch, row.place, row.store = wanted.kind.value, wanted.watch.value, place, store
        row.threshold, row.material, row.quantity = wanted.threshold, wanted.material, wanted.quantity
        row.means, row.due_s, row.priority = wanted.means.value, wanted.due_s, wanted.priority
        if wanted.active and not row.active:
            row.since_at, row.counted = now, 0
        row.exchange, row.active = wanted.exchange, wanted.active
        row.save()
        record(scope, "moves.rule_saved", "rule", str(row.pk), before, _facts(row), org=row.org)
        pieces.forget(row.org)
        return int(row.pk)


def switch_rule(scope: Scope, key: int, active: bool, now: datetime) -> None:
    """Let a rule work or rest."""
    require(scope, EDIT)
    with acting(scope):
        row = rule_row(scope, key)
        if row.active == active:
            return
        row.active = active
        if active:
            row.since_at, row.counted = now, 0
        row.save(update_fields=["active", "since_at", "counted", "changed_at"])
        word = "moves.rule_on" if active else "moves.rule_off"
        record(scope, word, "rule", str(key), None, _facts(row), org=row.org)
        pieces.forget(row.org)


def remove_rule(scope: Scope, key: int) -> None:
    """Remove a rule; its tasks stay."""
    require(scope, EDIT)
    with acting(scope):
        row = rule_row(scope, key)
        record(scope, "moves.rule_removed", "rule", str(key), _facts(row), None, org=row.org)
        org = row.org
        row.delete()
        pieces.forget(org)


def propose_rules(scope: Scope, line_asset: str, blanks: int, finished: int, now: datetime) -> int:
    """The two rules of an ordinary line, by its template's containers: blanks to it, finished parts away from it.

    blanks, finished  places of the stores. What is there already stays; returns how many rules were made.
    """
    require(scope, EDIT)
    with acting(scope):
        row = Line.objects.of(scope).select_related("calendar").filter(asset=line_asset).first()
        if row is None:
            raise Problem(
                "shopfloor.line_unknown", f"There is no line {line_asset!r} that you may see.", status=404
            )
        info = line_info(row)
        ends = {
            place.flow: place
            for place in Place.objects.of(scope).filter(line=row, kind=PlaceKind.HANDOVER.value, active=True)
        }
        made = 0
        for kind, flow, store in (
            (RuleKind.SUPPLY, Flow.IN, blanks),
            (RuleKind.OUTPUT, Flow.OUT, finished),
        ):
            place = ends.get(flow.value)
            if place is None or Rule.objects.of(scope).filter(place=place, kind=kind.value).exists():
                continue
            save_rule(scope, _usual(info.template, kind, place, store), now)
            made += 1
        return made


def _usual(template: LineTemplate, kind: RuleKind, place: Place, store: int) -> RuleWanted:
    room = room_of(template, kind)
    return RuleWanted(
        name=place.name_en,
        kind=kind,
        watch=Watch.STOCK if kind is RuleKind.SUPPLY else Watch.PIECES,
        place=place.pk,
        store=store,
        threshold=room // 2 if kind is RuleKind.SUPPLY else 0,
        material=material_of(template) if kind is RuleKind.SUPPLY else "",
        quantity=room,
        due_s=DUE_S[kind],
        priority=60 if kind is RuleKind.SUPPLY else 50,
    )


def room_of(template: LineTemplate, kind: RuleKind) -> int:
    """Parts in one of the line type's carriers, by its template; 8 when it does not say."""
    use = "in" if kind is RuleKind.SUPPLY else "out"
    return next((one.parts for one in template.containers if str(one.use) == use), 8)


def material_of(template: LineTemplate) -> str:
    """What the line's first operation consumes, by its template."""
    first = min((station.op for station in template.stations), default=0)
    return next((one.code for one in template.materials if one.op == first), "BLANK")


def _check(wanted: RuleWanted) -> None:
    fits = (
        0 <= wanted.threshold <= MAX_THRESHOLD
        and 0 <= wanted.quantity <= MAX_THRESHOLD
        and 60 <= wanted.due_s <= MAX_DUE_S
        and 0 <= wanted.priority <= 99
    )
    if not fits or (wanted.kind is RuleKind.SUPPLY and not (wanted.quantity and wanted.material.strip())):
        raise Problem(
            "moves.rule_range",
            "A rule needs a threshold of 0 to 10000, a time of 1 minute to 1 day, a priority of 0 to 99, "
            "and for a supply what to bring and how many.",
        )
    if wanted.kind is RuleKind.SUPPLY and wanted.watch is Watch.PIECES:
        raise Problem(
            "moves.rule_range", "A supply looks at the stock or the level of the place it supplies."
        )


def _check_places(wanted: RuleWanted, place: Place, store: Place) -> None:
    if place.pk == store.pk or place.org != store.org:
        raise Problem("moves.rule_place", "A rule needs two different places of one firm.")
    if wanted.watch is Watch.PIECES and (place.line_id is None or place.flow != Flow.OUT):
        raise Problem("moves.rule_place", "Finished parts are counted where they leave a line.")
    if wanted.watch is Watch.LEVEL and place.kind != PlaceKind.BUFFER:
        raise Problem("moves.rule_place", "Only a buffer of a line tells its level.")


def _facts(row: Rule) -> dict[str, object]:
    names = (
        "name", "kind", "watch", "threshold", "material", "quantity", "means", "due_s", "priority", "exchange",
        "active",
    )  # fmt: skip
    return {**{name: getattr(row, name) for name in names}, "place": row.place.code, "store": row.store.code}

"""Types of calls with their clocks, reasons for closing, alarms that call by themselves."""

from __future__ import annotations

from datetime import datetime

from gearpark.base.problems import NotFound, Problem
from gearpark.base.scope import Scope
from gearpark.kit.audit import record
from gearpark.kit.tenant import acting, require

from ...models.calls import CallReason, CallRule, CallType
from ...models.lines import MAX_CODE, MAX_NAME
from ...types.calls import CallTypeWanted
from ...types.lines import EDIT
from ..care.common import believable, line_row, named, owner

MAX_CLOCK_S = 7 * 86_400
MAX_DELAY_S = 86_400
FACTS = ("name_en", "name_zh", "colour", "accept_s", "on_site_s", "contain_s", "position", "active")


def save_call_type(scope: Scope, wanted: CallTypeWanted, *, org: str = "") -> int:
    """Make a type of call or change the one of this code; running calls keep their clocks. Returns its id.

    Problems: ``care.text_missing``, ``care.number_range``, ``calls.clocks``.
    """
    require(scope, EDIT)
    mine = owner(scope, org)
    code = named("code", wanted.code, MAX_CODE)
    for value in (wanted.accept_s, wanted.on_site_s, wanted.contain_s):
        believable("limit", value, 1, MAX_CLOCK_S)
    if not wanted.accept_s <= wanted.on_site_s <= wanted.contain_s:
        raise Problem(
            "calls.clocks", "Accepted, on site and contained must follow each other; nothing was saved."
        )
    facts = {name: getattr(wanted, name) for name in FACTS}
    facts |= {"name_en": named("name", wanted.name_en, MAX_NAME), "name_zh": wanted.name_zh.strip()[:MAX_NAME],
              "colour": wanted.colour.value}  # fmt: skip
    with acting(scope):
        row = CallType.objects.of(scope).filter(org=mine, code=code).select_for_update().first()
        before = {name: getattr(row, name) for name in FACTS} if row else None
        if row is None:
            row = CallType(org=mine, code=code, illustrative=wanted.illustrative)
        elif before == facts:
            return int(row.pk)
        for name, value in facts.items():
            setattr(row, name, value)
        row.save()
        record(scope, "calls.type_saved", "call-type", code, before, facts, org=mine)
        return int(row.pk)


def save_call_reason(
    scope: Scope, type_code: str, code: str, name_en: str, name_zh: str = "", *, active: bool = True, org: str = ""
) -> int:  # fmt: skip
    """Make or change a reason that calls of a type are closed with. Problem ``calls.type_unknown``."""
    require(scope, EDIT)
    mine = owner(scope, org)
    facts = {
        "name_en": named("name", name_en, MAX_NAME),
        "name_zh": name_zh.strip()[:MAX_NAME],
        "active": active,
    }
    key = named("code", code, MAX_CODE)
    with acting(scope):
        kind = _type(scope, mine, type_code)
        row = CallReason.objects.of(scope).filter(type=kind, code=key).select_for_update().first()
        before = {name: getattr(row, name) for name in facts} if row else None
        if row is None:
            row = CallReason(org=mine, type=kind, code=key)
        elif before == facts:
            return int(row.pk)
        for name, value in facts.items():
            setattr(row, name, value)
        row.save()
        record(scope, "calls.reason_saved", "call-reason", f"{type_code}/{key}", before, facts, org=mine)
        return int(row.pk)


def save_call_rule(
    scope: Scope, type_code: str, alarm: str, at: datetime, *, line: str = "", delay_s: int = 60, active: bool = True,
    org: str = "",
) -> int:  # fmt: skip
    """Alarms whose code begins with ``alarm`` call by themselves once they stood for ``delay_s``; only alarms since ``at``.

    Problems: ``calls.type_unknown``, ``shopfloor.line_unknown``, ``care.number_range``, ``care.text_missing``.
    """
    require(scope, EDIT)
    mine = owner(scope, org)
    believable("delay", delay_s, 0, MAX_DELAY_S)
    word = named("alarm code", alarm, MAX_CODE)
    with acting(scope):
        kind = _type(scope, mine, type_code)
        where = line_row(scope, line) if line else None
        row = (
            CallRule.objects.of(scope)
            .filter(org=mine, type=kind, line=where, alarm=word)
            .select_for_update()
            .first()
        )
        before = {"delay_s": row.delay_s, "active": row.active} if row else None
        after = {"delay_s": delay_s, "active": active}
        if row is None:
            row = CallRule(org=mine, type=kind, line=where, alarm=word, since_at=at)
        elif before == after:
            return int(row.pk)
        elif active and not row.active:
            row.since_at = at  # what stood while the rule slept does not call now
        row.delay_s, row.active = delay_s, active
        row.save()
        record(scope, "calls.rule_saved", "call-rule", f"{type_code}/{word}", before, after, org=mine, at=at)
        return int(row.pk)


def drop_call_rule(scope: Scope, key: int) -> None:
    """Take a rule away; calls it made stay. Problem ``calls.rule_unknown``."""
    require(scope, EDIT)
    with acting(scope):
        row = CallRule.objects.of(scope).filter(pk=key).select_related("type").first()
        if row is None:
            raise NotFound("calls.rule_unknown", "There is no such rule that you may see.")
        record(scope, "calls.rule_dropped", "call-rule", f"{row.type.code}/{row.alarm}", {"delay_s": row.delay_s},
               org=row.org)  # fmt: skip
        row.delete()


def _type(scope: Scope, org: str, code: str) -> CallType:
    row = CallType.objects.of(scope).filter(org=org, code=code).first()
    if row is None:
        raise NotFound("calls.type_unknown", f"There is no type of call {code!r} in {org}.")
    return row

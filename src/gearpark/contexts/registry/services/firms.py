"""Writes of organisations and their life cycle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.kit import audit, events
from gearpark.kit.problems import words_of
from gearpark.kit.tenant import acting, require

from ..models import SLUG, LifecycleStep, Organisation
from ..queries.firms import firm_info
from ..types import FirmInfo, FirmState, FirmStateChanged, Kind, check_uscc, is_industry

MAX_STAFF = 1_000_000
MAX_OUTPUT_CNY = Decimal(10) ** 13
YES, NO = ("yes", "y", "1", "true", "是"), ("no", "n", "0", "false", "否", "")
LENGTHS = {
    "slug": 60, "name_zh": 120, "name_en": 160, "group": 30, "cluster": 30, "contact_name": 80, "contact_phone": 40,
    "address": 200, "website": 200, "source_note": 400,
}  # fmt: skip


class WrongFields(Problem):
    """Some fields of one organisation are wrong; ``errors`` maps a field to its sentence."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(
            "registry.organisation_fields",
            "Nothing was saved: " + " ".join(errors.values()),
            status=422,
            fields=dict(errors),
        )
        self.errors = dict(errors)


def firm_from_words(words: Mapping[str, str], base: FirmInfo | None = None) -> FirmInfo:
    """Read an organisation from text cells; an absent cell keeps ``base``'s value. Raises WrongFields with all errors."""
    known = {item.name for item in fields(FirmInfo)}
    values: dict[str, Any] = asdict(base) if base else {}
    errors: dict[str, str] = {}
    for name, text in words.items():
        if name not in known:
            continue
        try:
            values[name] = _read(name, text.strip())
        except Problem as problem:
            errors[name] = words_of(problem)
    values.setdefault("kind", Kind.FIRM)
    values.setdefault("state", FirmState.SIGNED)
    values.setdefault("name_en", "")
    for name in ("slug", "name_zh"):
        if not values.get(name) and name not in errors:
            errors[name] = gettext("%(name)s is missing.") % {"name": name}
    if errors:
        raise WrongFields(errors)
    return FirmInfo(**values)


def _read(name: str, text: str) -> Any:
    """One cell -> its value; Problem with the sentence when it cannot be."""
    if len(text) > LENGTHS.get(name, 400):
        raise Problem(
            "registry.field_long",
            f"{name} is longer than {LENGTHS.get(name, 400)} characters.",
            field=name,
            most=LENGTHS.get(name, 400),
        )
    if name == "slug":
        return _slug(text)
    if name == "kind":
        return _word(Kind, name, text or Kind.FIRM.value)
    if name == "state":
        return _word(FirmState, name, text or FirmState.SIGNED.value)
    if name == "uscc":
        return check_uscc(text) if text else ""
    if name == "industry" and text and not is_industry(text):
        raise Problem(
            "registry.industry", f"{text!r} is no class of GB/T 4754-2017 (such as C3453).", text=text
        )
    if name == "staff":
        return _number(name, text, MAX_STAFF)
    if name == "yearly_output_cny":
        return _money(name, text)
    if name in ("high_tech", "invented"):
        return _flag(name, text)
    if name == "state_since_on":
        return _day(name, text)
    return text


def _slug(text: str) -> str:
    import re

    if not re.fullmatch(SLUG.strip("^$"), text):
        raise Problem(
            "registry.slug",
            f"{text!r} is not a slug: lower-case letters, digits and inner hyphens.",
            text=text,
        )
    return text


def _word(kind: type[Kind] | type[FirmState], name: str, text: str) -> Any:
    try:
        return kind(text)
    except ValueError as error:
        raise Problem(
            "registry.word",
            f"{name} {text!r} must be one of {', '.join(item.value for item in kind)}.",
            text=text,
            words=", ".join(item.value for item in kind),
        ) from error


def _number(name: str, text: str, most: int) -> int | None:
    if not text:
        return None
    plain = text.replace(",", "").replace(" ", "")
    if not plain.isdecimal() or not plain.isascii() or len(plain) > 12 or int(plain) > most:
        raise Problem(
            "registry.number", f"{name} {text!r} must be a whole number from 0 to {most}.", text=text
        )
    return int(plain)


def _money(name: str, text: str) -> Decimal | None:
    if not text:
        return None
    try:
        amount = Decimal(text.replace(",", "").replace(" ", ""))
    except InvalidOperation as error:
        raise Problem(
            "registry.number", f"{name} {text!r} must be an amount in CNY such as 2500000.", text=text
        ) from error
    if not amount.is_finite() or amount < 0 or amount > MAX_OUTPUT_CNY:
        raise Problem(
            "registry.number", f"{name} {text!r} must lie between 0 and {MAX_OUTPUT_CNY:,}.", text=text
        )
    return amount.quantize(Decimal("0.01"))


def _flag(name: str, text: str) -> bool:
    if text.lower() in YES:
        return True
    if text.lower() in NO:
        return False
    raise Problem("registry.word", f"{name} {text!r} must be yes or no.", text=text, words="yes, no")


def _day(name: str, text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Problem(
            "registry.day", f"{name} {text!r} must be a date such as 2020-04-22.", text=text
        ) from error


def add_organisations(scope: Scope, wanted: Sequence[FirmInfo], now: datetime) -> int:
    """Store organisations that do not exist yet, with the first step of their life cycle; returns how many."""
    require(scope, "registry.edit")
    with acting(scope):
        known = set(Organisation.objects.of(scope).values_list("slug", flat=True))
        fresh = [info for info in wanted if info.slug not in known]
        rows = [Organisation(org=info.slug, **_columns(info)) for info in fresh]
        _guarded(lambda: Organisation.objects.of(scope).bulk_create(rows))
        LifecycleStep.objects.of(scope).bulk_create(
            LifecycleStep(
                org=row.org,
                organisation=row,
                state=row.state,
                period=DateRange(row.state_since_on, None, "[)"),
            )
            for row in rows
        )
        for info in fresh:
            audit.record(
                scope,
                "organisation.add",
                "organisation",
                info.slug,
                after=_plain(info),
                org=info.slug,
                at=now,
            )
    return len(rows)


def save_organisation(scope: Scope, info: FirmInfo, now: datetime) -> bool:
    """Store one organisation, new or changed; False when nothing changed. Only the park adds; a firm edits itself."""
    require(scope, "registry.edit")
    with acting(scope):
        row = Organisation.objects.of(scope).select_for_update().filter(slug=info.slug).first()
        if row is None:
            if not scope.park_wide:
                raise Problem(
                    "registry.organisation_unknown",
                    f"There is no organisation {info.slug!r} here.",
                    status=404,
                )
            return add_organisations(scope, [info], now) == 1
        before = firm_info(row)
        if before == info:
            return False
        if not scope.park_wide and (before.state, before.kind, before.uscc) != (
            info.state,
            info.kind,
            info.uscc,
        ):
            raise Problem(
                "registry.park_decides",
                "Life cycle, kind and credit code are changed by the park administration.",
                status=403,
            )
        for name, value in _columns(info).items():
            setattr(row, name, value)
        _guarded(row.save)
        old, new = _plain(before), _plain(info)
        changed = [name for name in new if old[name] != new[name]]
        audit.record(
            scope,
            "organisation.change",
            "organisation",
            info.slug,
            {name: old[name] for name in changed},
            {name: new[name] for name in changed},
            org=info.slug,
        )
        if before.state is not info.state:
            _step(scope, row, before.state, info.state_since_on or now.date())
    return True


def change_state(scope: Scope, slug: str, state: FirmState, on: date, note: str = "") -> None:
    """Enter another state of the life cycle from ``on``; the park's right. Steps never overlap and never go back in time."""
    require(scope, "registry.edit")
    if not scope.park_wide:
        raise Problem(
            "registry.park_decides",
            "Life cycle, kind and credit code are changed by the park administration.",
            status=403,
        )
    with acting(scope):
        row = Organisation.objects.of(scope).select_for_update().filter(slug=slug).first()
        if row is None:
            raise Problem(
                "registry.organisation_unknown", f"There is no organisation {slug!r} here.", status=404
            )
        before = FirmState(row.state)
        if before is state:
            raise Problem("registry.same_state", f"{row.name_zh} is {state.value} already.", status=409)
        row.state, row.state_since_on = state.value, on
        row.save(update_fields=["state", "state_since_on", "updated_at"])
        audit.record(
            scope, "organisation.state", "organisation", slug, {"state": before.value},
            {"state": state.value, "on": on.isoformat(), "note": note}, org=slug,
        )  # fmt: skip
        _step(scope, row, before, on, note)


def _step(scope: Scope, row: Organisation, before: FirmState, on: date, note: str = "") -> None:
    """Close the running stretch at ``on`` and open the next; tells ``FirmStateChanged``."""
    running = LifecycleStep.objects.of(scope).filter(organisation=row, period__endswith=None).first()
    if running is not None:
        if running.period.lower is not None and running.period.lower >= on:
            raise Problem(
                "registry.state_order",
                f"The state since {running.period.lower} cannot end on {on}; give a later day.",
                status=409,
            )
        running.period = DateRange(running.period.lower, on, "[)")
        running.save(update_fields=["period"])
    step = LifecycleStep(
        org=row.org, organisation=row, state=row.state, period=DateRange(on, None, "[)"), note=note
    )
    step.save(force_insert=True)
    events.tell(FirmStateChanged(row.slug, before, FirmState(row.state), on))


def _columns(info: FirmInfo) -> dict[str, Any]:
    values = asdict(info)
    return values | {"kind": info.kind.value, "state": info.state.value, "uscc": info.uscc or None}


def _plain(info: FirmInfo) -> dict[str, Any]:
    return {
        name: (str(value) if isinstance(value, Decimal | date) else value)
        for name, value in asdict(info).items()
    }


def _guarded(write: Any) -> None:
    """Run a write; a key that another organisation holds becomes a Problem."""
    try:
        with transaction.atomic():
            write()
    except IntegrityError as error:
        field = "uscc" if "uscc" in str(error) else "slug"
        raise WrongFields(
            {field: gettext("This %(name)s belongs to another organisation.") % {"name": field}}
        ) from error

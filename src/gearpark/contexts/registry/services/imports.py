"""Sheets of firms or assets: a dry run says what would change, its ticket applies exactly that."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.base.wire import AssetInfo
from gearpark.kit import audit
from gearpark.kit.problems import words_of
from gearpark.kit.sheets import SheetRow, read_sheet
from gearpark.kit.tenant import acting, require

from ..models import ImportTicket
from ..queries import assets, clusters, group_names, organisations
from ..types import AssetNode, Change, ChangeKind, DryRun, FirmInfo
from .assets import legal_info, upsert_assets
from .firms import WrongFields, firm_from_words, save_organisation

TICKET_LIFE = timedelta(hours=24)
MAX_FILE_NAME = 200
FIRM_COLUMNS = tuple(item.name for item in fields(FirmInfo))
ASSET_COLUMNS = ("id", "type", "name", "path", "manufacturer", "model", "serial_number")
# columns that our own exports carry and that follow from the others
IGNORED = {"firms": ("name",), "assets": ("level", "org", "active")}
COLUMNS = {"firms": FIRM_COLUMNS, "assets": ASSET_COLUMNS}
NEEDED = {"firms": ("slug",), "assets": ("id",)}
Words = Mapping[str, str]


def dry_run(scope: Scope, what: str, file_name: str, data: bytes, now: datetime) -> DryRun:
    """Read a sheet against what is stored. Nothing is written but the ticket. Needs registry.import.

    ``what`` is ``firms`` or ``assets``. An empty cell leaves what is stored; rows with the same key are wrong.
    """
    require(scope, "registry.import")
    if what not in COLUMNS:
        raise Problem("registry.import_kind", "A sheet holds firms or assets.")
    rows = read_sheet(data, file_name, known=(*COLUMNS[what], *IGNORED[what]), needed=NEEDED[what])
    if not rows:
        raise Problem("sheet.empty", "The sheet has a head but no rows.")
    content = [{"row": row.number, "words": _words(what, row)} for row in rows]
    with acting(scope):
        changes = _compare(scope, what, content)
        if not any(change.kind is ChangeKind.WRONG for change in changes):
            changes = _rehearse(scope, what, content, changes, now)
        ticket = ImportTicket(
            org=scope.org,
            person_id=scope.person_id,
            what=what,
            file_name=file_name[:MAX_FILE_NAME],
            content=content,
            created_at=now,
            ticket=secrets.token_hex(16),
        )
        ticket.save(force_insert=True)
    return DryRun(ticket.ticket, what, ticket.file_name, tuple(changes))


def open_ticket(scope: Scope, ticket: str, now: datetime) -> DryRun:
    """The dry run of a ticket again, against what is stored now."""
    with acting(scope):
        held = _held(scope, ticket, now)
        return DryRun(ticket, held.what, held.file_name, tuple(_compare(scope, held.what, held.content)))


def apply_ticket(scope: Scope, ticket: str, now: datetime) -> dict[str, int]:
    """Write what the dry run showed, all rows or none; returns rows by kind. Needs registry.import."""
    require(scope, "registry.import")
    with acting(scope):
        held = _held(scope, ticket, now)
        changes = _compare(scope, held.what, held.content)
        run = DryRun(ticket, held.what, held.file_name, tuple(changes))
        if run.counts["wrong"]:
            raise Problem(
                "registry.import_wrong_rows",
                "Some rows are wrong; nothing was written. Correct the sheet first.",
                status=422,
            )
        _write(scope, held.what, held.content, now)
        held.applied_at = now
        held.save(update_fields=["applied_at"])
        audit.record(scope, "import.apply", held.what, held.file_name, after=run.counts)
    return run.counts


def _held(scope: Scope, ticket: str, now: datetime) -> ImportTicket:
    held = ImportTicket.objects.of(scope).select_for_update().filter(org=scope.org, ticket=ticket).first()
    if held is None or held.person_id != scope.person_id or held.created_at < now - TICKET_LIFE:
        raise Problem(
            "registry.import_unknown", "This import is not open any more; upload the sheet again.", status=404
        )
    if held.applied_at is not None:
        raise Problem(
            "registry.import_done", "This import was applied already; nothing was written again.", status=409
        )
    return held


def _words(what: str, row: SheetRow) -> dict[str, str]:
    return {name: text for name, text in row.values.items() if text and name in COLUMNS[what]}


def _compare(scope: Scope, what: str, content: Sequence[Mapping[str, Any]]) -> list[Change]:
    judge = _firm_judge(scope) if what == "firms" else _asset_judge(scope)
    key_name = NEEDED[what][0]
    seen: dict[str, int] = {}
    changes = []
    for item in content:
        row, words = int(item["row"]), item["words"]
        key = words.get(key_name, "")
        if not key:
            changes.append(
                Change(
                    row,
                    ChangeKind.WRONG,
                    "",
                    "",
                    errors={key_name: gettext("%(name)s is missing.") % {"name": key_name}},
                )
            )
            continue
        if key in seen:
            sentence = gettext("%(key)s is in row %(row)s already.") % {"key": key, "row": seen[key]}
            changes.append(Change(row, ChangeKind.WRONG, key, "", errors={key_name: sentence}))
            continue
        seen[key] = row
        changes.append(judge(row, key, words))
    return changes


def _firm_judge(scope: Scope) -> Callable[[int, str, Words], Change]:
    stored = {firm.slug: firm for firm in organisations(scope)}
    holder = {firm.uscc: firm.slug for firm in stored.values() if firm.uscc}
    known = {"group": set(group_names(scope)), "cluster": {row["code"] for row in clusters(scope)}}

    def judge(row: int, key: str, words: Words) -> Change:
        base = stored.get(key)
        title = words.get("name_zh") or (base.name_zh if base else "")
        errors: dict[str, str] = {}
        info = base
        try:
            info = firm_from_words(words, base)
        except WrongFields as wrong:
            errors |= wrong.errors
        if base is None and not scope.park_wide:
            errors["slug"] = gettext("You may change only your own organisation.")
        for name, codes in known.items():
            code = words.get(name, "")
            if code and code not in codes:
                errors[name] = gettext("%(code)s is unknown; known: %(known)s.") % {
                    "code": code,
                    "known": ", ".join(sorted(codes)),
                }
        if info is not None and not errors and info.uscc and holder.setdefault(info.uscc, key) != key:
            errors["uscc"] = gettext("This code belongs to %(name)s already.") % {"name": holder[info.uscc]}
        if errors or info is None:
            return Change(row, ChangeKind.WRONG, key, title, errors=errors)
        return _change(row, key, title, _flat(base) if base else None, _flat(info))

    return judge


def _asset_judge(scope: Scope) -> Callable[[int, str, Words], Change]:
    stored = {node.id: node for node in assets(scope, include_inactive=True)}
    places = {(node.org, node.path): node.id for node in stored.values()}

    def judge(row: int, key: str, words: Words) -> Change:
        node = stored.get(key)
        org = node.org if node else _org_of(scope, words.get("path", ""))
        try:
            info = legal_info(_asset(key, words, node), org)
        except Problem as problem:
            return Change(
                row, ChangeKind.WRONG, key, words.get("name", ""), errors={"path": words_of(problem)}
            )
        errors: dict[str, str] = {}
        if not info.type:
            errors["type"] = gettext("%(name)s is missing.") % {"name": "type"}
        if not scope.sees(org):
            errors["path"] = gettext("You may import only your own organisation's assets.")
        if places.setdefault((org, info.path), key) != key:
            errors["path"] = gettext("This is the place of asset %(name)s already.") % {
                "name": places[(org, info.path)]
            }
        if errors:
            return Change(row, ChangeKind.WRONG, key, info.name, errors=errors)
        before = {name: getattr(node, name) for name in ASSET_COLUMNS} if node else None
        after = {name: getattr(info, name) for name in ASSET_COLUMNS}
        return _change(row, key, info.name, before, after)

    return judge


def _org_of(scope: Scope, path: str) -> str:
    """The organisation a new asset's path names; only the park may name another than its own."""
    first = path.strip("/").split("/")[0]
    return first if scope.park_wide and first else scope.org


def _asset(key: str, words: Words, node: AssetNode | None) -> AssetInfo:
    held = {name: getattr(node, name) for name in ASSET_COLUMNS} if node else dict.fromkeys(ASSET_COLUMNS, "")
    return AssetInfo(**{**held, **words, "id": key})


def _flat(info: FirmInfo) -> dict[str, Any]:
    return {name: None if value is None else str(value) for name, value in asdict(info).items()}


def _change(row: int, key: str, title: str, before: dict[str, Any] | None, after: dict[str, Any]) -> Change:
    if before is None:
        return Change(
            row, ChangeKind.NEW, key, title, {name: ("", value) for name, value in after.items() if value}
        )
    changed = {name: (before[name], after[name]) for name in after if before[name] != after[name]}
    return Change(row, ChangeKind.CHANGED if changed else ChangeKind.UNCHANGED, key, title, changed)


def _rehearse(
    scope: Scope, what: str, content: Sequence[Mapping[str, Any]], changes: list[Change], now: datetime
) -> list[Change]:
    """Write for real in a savepoint and take it back: what the database would refuse shows in the dry run."""
    try:
        with transaction.atomic():
            _write(scope, what, content, now)
            transaction.set_rollback(True)
    except Problem as problem:
        return [*changes, Change(0, ChangeKind.WRONG, "", "", errors={what: words_of(problem)})]
    return changes


def _write(scope: Scope, what: str, content: Sequence[Mapping[str, Any]], now: datetime) -> None:
    if what == "firms":
        stored = {firm.slug: firm for firm in organisations(scope)}
        for item in content:
            words = item["words"]
            save_organisation(scope, firm_from_words(words, stored.get(words["slug"])), now)
        return
    nodes = {node.id: node for node in assets(scope, include_inactive=True)}
    by_org: dict[str, list[AssetInfo]] = {}
    for item in content:
        words = item["words"]
        node = nodes.get(words["id"])
        org = node.org if node else _org_of(scope, words.get("path", ""))
        by_org.setdefault(org, []).append(_asset(words["id"], words, node))
    for org, wanted in by_org.items():
        upsert_assets(scope, wanted, org=org)

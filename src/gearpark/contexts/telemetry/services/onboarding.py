"""Add a machine: dry run, difference, go."""

from __future__ import annotations

from django.db import transaction

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.contexts.registry import public as registry
from gearpark.kit import audit, events
from gearpark.kit.tenant import require

from .. import queries
from ..models import Connection, Tag
from ..types import EDIT, Change, ChangeKind, Choices, ConnectionChanged, Diff, Proposal
from .connections import seen
from .wanted import Wanted, chosen, connection_change, key_for, signal_fields, tag_changes

WRITE_BATCH = 1000


def _existing(scope: Scope, proposal: Proposal) -> Connection | None:
    """The connection that already points at this address through this gateway, in the organisation acted for."""
    return (
        Connection.objects.of(scope)
        .filter(org=scope.org, gateway=proposal.gateway, url=proposal.url, deleted_at__isnull=True)
        .order_by("pk")
        .first()
    )


def _plan(scope: Scope, proposal: Proposal, choices: Choices) -> tuple[Wanted, Connection | None, Diff]:
    wanted = chosen(proposal, choices, scope.org)
    connection = _existing(scope, proposal)
    key = connection.key if connection is not None else key_for(wanted.name, queries.connection_keys(scope))
    refusals: list[str] = []
    if proposal.gateway not in {gateway.name for gateway in queries.gateway_names(scope)}:
        refusals.append(f"There is no gateway {proposal.gateway!r} that serves {scope.org}.")
    changes = [connection_change(connection, key, proposal, wanted)]
    asset_changes = queries.asset_changes(scope, wanted.assets)
    asset_refusals = _registry_refusals(scope, wanted)
    tags, tag_refusals = tag_changes(scope, connection, wanted)
    changes += asset_changes + tags
    diff = Diff(
        connection=key, changes=tuple(changes), refusals=tuple(refusals + asset_refusals + tag_refusals)
    )
    return wanted, connection, diff


class _Undo(Exception):
    """Ends a savepoint on purpose."""


def _registry_refusals(scope: Scope, wanted: Wanted) -> list[str]:
    """What the registry would say: it is really asked, in a savepoint that is undone."""
    try:
        with transaction.atomic():
            registry.upsert_assets(scope, wanted.assets)
            raise _Undo
    except _Undo:
        return []
    except Problem as problem:
        return [problem.sentence]


def plan(scope: Scope, proposal: Proposal, choices: Choices) -> Diff:
    """Dry run: what ``apply_proposal`` would do now. Nothing is written."""
    require(scope, EDIT)
    return _plan(scope, proposal, choices)[2]


@transaction.atomic
def apply_proposal(scope: Scope, proposal: Proposal, choices: Choices) -> Diff:
    """Write what the dry run showed: assets, tags and the connection, all or nothing.

    Applying the same proposal twice changes nothing the second time. The gateway sees the new revision with its
    next pull. Problems: ``telemetry.refused`` with the reasons when the dry run has refusals.
    """
    require(scope, EDIT)
    wanted, connection, diff = _plan(scope, proposal, choices)
    if diff.refusals:
        raise Problem("telemetry.refused", " ".join(diff.refusals), status=409, refusals=list(diff.refusals))
    registry.upsert_assets(scope, wanted.assets)
    row = _write_connection(scope, connection, diff, proposal, wanted)
    _write_tags(scope, row, diff, wanted)
    return Diff(connection=row.key, changes=diff.changes, applied=True)


def _write_connection(
    scope: Scope, row: Connection | None, diff: Diff, proposal: Proposal, wanted: Wanted
) -> Connection:
    changed = any(change.kind is not ChangeKind.SAME for change in diff.changes)
    before = {} if row is None else seen(row)
    if row is not None and not changed:
        return row
    if row is None:
        row = Connection(org=scope.org, key=diff.connection, revision=0)
    row.name, row.gateway = wanted.name, proposal.gateway
    row.protocol, row.url = proposal.protocol.value, proposal.url
    row.devices = [device.as_dict() for device in wanted.devices]
    row.enabled = True
    row.revision += 1
    row.save()
    action = "telemetry.connection_changed" if before else "telemetry.connection_added"
    after = seen(row) | {"tags": len(wanted.signals)}
    audit.record(scope, action, "telemetry.connection", row.key, before, after)
    events.tell(ConnectionChanged(row.org, row.key))
    return row


def _write_tags(scope: Scope, connection: Connection, diff: Diff, wanted: Wanted) -> None:
    changes: dict[str, Change] = {change.key: change for change in diff.of("tag")}
    new = [
        Tag(
            org=scope.org,
            tag=text,
            asset=asset,
            signal=signal.name,
            connection=connection,
            **signal_fields(signal),
        )
        for text, (asset, signal) in wanted.signals.items()
        if changes[text].kind is ChangeKind.NEW
    ]
    Tag.objects.of(scope).bulk_create(new, batch_size=WRITE_BATCH)
    altered = [text for text, change in changes.items() if change.kind is ChangeKind.CHANGED]
    rows = list(Tag.objects.of(scope).select_for_update().filter(tag__in=altered))
    for row in rows:
        fresh = signal_fields(wanted.signals[row.tag][1])
        if row.address != fresh["address"] or row.connection_id != connection.pk:
            row.writable, row.write_low, row.write_high = False, None, None  # allowed for another variable
        for name, value in fresh.items():
            setattr(row, name, value)
        row.connection, row.retired_at = connection, None
    fields = ["kind", "unit", "address", "interval_s", "title_en", "title_zh", "connection", "retired_at"]
    fields += ["writable", "write_low", "write_high"]
    Tag.objects.of(scope).bulk_update(rows, fields, batch_size=WRITE_BATCH)
    gone = [text for text, change in changes.items() if change.kind is ChangeKind.GONE]
    if gone:
        Tag.objects.of(scope).filter(tag__in=gone).update(retired_at=connection.changed_at)
